/* The device screen. */
#include "view/device.h"

#include <stdio.h>

#include "grid/i18n.h"
#include "view/detail.h"
#include "view/parts.h"
#include "widget/table.h"

#define SIDE        1
#define LEAD        2
#define TALL        16
#define FOOT        4   /* rows below the keys that are kept for the next step */
#define BESIDE      132 /* from here on the facts stand beside the keys */
#define FACTS_WIDTH 50

struct layout {
    int facts_rows; /* 0: too small, only the title */
    int same_y;     /* -1: the name is unique */
    int keys_x, keys_width;
    int head_y; /* heading of the keys; the table's head is below */
    int list_y, list_rows;
    int foot_y;
};

static struct layout
layout_of(int width, int height, const struct ud_view_device *model)
{
    bool tall = height >= TALL, beside = width >= BESIDE;
    struct layout l = { .same_y = -1, .keys_width = width };
    int y = 1 + tall;

    if (beside) {
        l.keys_x = FACTS_WIDTH + 3;
        l.keys_width = width - l.keys_x;
    }
    if (tall)
        l.facts_rows = ud_detail_fact_rows(beside ? FACTS_WIDTH : width - 2 * SIDE, model->source);
    if (model->same_name > 0 || model->device.retired)
        l.same_y = beside ? y + l.facts_rows + 1 : y + l.facts_rows;
    if (!beside)
        y += l.facts_rows + (l.same_y >= 0) + tall;
    l.head_y = y;
    l.list_y = y + 1 + tall;
    l.list_rows = height - l.list_y - (tall ? FOOT + 1 : 2);
    if (model->stored)
        l.list_rows -= ud_view_stored_rows(l.keys_width - 2 * SIDE, model->stored);
    if (l.list_rows < 1)
        l.list_rows = 1;
    l.foot_y = l.list_y + (model->list.count < (size_t)l.list_rows ? (int)model->list.count : l.list_rows) + tall;
    return l;
}

size_t
ud_view_device_rows(int width, int height, const struct ud_view_device *model)
{
    return (size_t)layout_of(width, height, model).list_rows;
}

static void
draw_title(struct ud_canvas cv, const struct ud_view_device *model)
{
    char system[160], line[420];
    int used = ud_canvas_fit(cv, SIDE, 0, cv.width - 2 * SIDE, UD_ROLE_HEADING, model->device.name);

    ud_part_system(system, sizeof(system), &model->device);
    snprintf(line, sizeof(line), "%s%s%s", ud_part_user(&model->device), *ud_part_user(&model->device) ? " · " : "",
        cv.height >= TALL ? system : model->device.serial);
    ud_canvas_fit(cv, SIDE + used + 2, 0, cv.width - 2 * SIDE - used - 2, UD_ROLE_DIM, line);
}

static void
draw_same_name(struct ud_canvas cv, int y, const struct ud_view_device *model)
{
    char line[200];

    if (model->device.retired) {
        ud_canvas_fit(cv, SIDE, y, cv.width - 2 * SIDE, UD_ROLE_STATE_WARNING,
            _("! Retired: taken out of the list of devices. Its keys stay."));
        return;
    }
    snprintf(line, sizeof(line),
        ud_plural("! %zu other device has this name. Compare the serial number.",
            "! %zu other devices have this name. Compare the serial number.", model->same_name),
        model->same_name);
    ud_canvas_fit(cv, SIDE, y, cv.width - 2 * SIDE, UD_ROLE_STATE_WARNING, line);
}

static void
keys_heading(struct ud_canvas cv, int y, const struct ud_view_device *model)
{
    char when[32], line[160];
    int used = ud_canvas_fit(cv, SIDE, y, cv.width - 2 * SIDE, UD_ROLE_HEADING, _("Recovery keys, newest first"));

    if (model->loading) {
        snprintf(line, sizeof(line), "%s", _("fetching …"));
    } else {
        ud_view_clock(when, model->fetched, model->now);
        snprintf(line, sizeof(line), _("as of %s"), when);
        if (model->fetched == UD_WALL_NONE)
            line[0] = '\0';
    }
    if (ud_cells(line) <= cv.width - used - 3 - SIDE)
        ud_canvas_text(cv, SIDE + used + 2, y, model->loading ? UD_ROLE_STATE_WAITING : UD_ROLE_DIM, line);
}

static void
draw_key(struct ud_canvas cv, int y, const struct ud_table *table, const struct ud_key *key, bool selected, ud_wall now)
{
    char id[12], created[32], shown[32] = "";
    struct ud_table_cell cell[6] = { { id, UD_ROLE_STRONG },
        { ud_view_key_state(key->state), ud_view_key_state_role(key->state) }, { ud_view_kind_short(key->kind), UD_ROLE_TEXT },
        { ud_view_volume(key->volume), UD_ROLE_TEXT }, { created, UD_ROLE_TEXT }, { shown, UD_ROLE_TEXT } };

    ud_part_short_id(id, &key->id);
    ud_view_clock(created, key->created, now);
    if (key->shown != UD_WALL_NONE)
        ud_view_clock(shown, key->shown, now);
    ud_table_row(cv, y, table, cell, selected, selected);
}

static void
draw_keys(struct ud_canvas cv, const struct layout *l, const struct ud_view_device *model)
{
    struct ud_column column[6] = { { _("Key ID"), 8, 8, 0, 0, false },
        { _("State"), ud_view_widest(UD_WORDS_KEY_STATE, 9), 14, 0, 0, false }, { _("Kind"), 9, 13, 0, 1, false },
        { _("Drive"), ud_view_widest(UD_WORDS_VOLUME, 10), 16, 0, 4, false }, { _("Created"), 10, 11, 0, 2, false },
        { _("Last shown"), 10, 11, 0, 3, false } };
    struct ud_table table;
    size_t end = ud_list_end(&model->list);

    ud_table_layout(&table, column, 6, LEAD, cv.width);
    if (l->list_y - l->head_y > 1)
        ud_table_head(cv, l->list_y - 1, &table);
    for (size_t i = model->list.top; i < end && (int)(i - model->list.top) < l->list_rows; i++)
        draw_key(cv, l->list_y + (int)(i - model->list.top), &table, &model->key[i], i == model->list.selected, model->now);
}

static void
draw_no_keys(struct ud_canvas cv, const struct layout *l, const struct ud_view_device *model)
{
    int y = l->list_y - (l->list_y - l->head_y > 1), width = cv.width - 4 > 72 ? 72 : cv.width - 4;

    if (model->error) {
        y += ud_part_sentence(cv, LEAD, y, width, UD_TONE_ERROR, model->error);
        ud_canvas_wrap(cv, LEAD, y, width, UD_ROLE_TEXT, model->hint, true);
    } else if (model->loading) {
        ud_canvas_fit(cv, LEAD, y, width, UD_ROLE_DIM, _("The keys of this device are being fetched."));
    } else if (model->stored && cv.height < TALL) {
        ud_view_stored(cv, LEAD, y, width, model->stored);
    } else if (model->missing) {
        int rows = ud_view_missing_short(cv, y, model->missing, model->stored != NULL);
        if (model->stored)
            ud_view_stored(cv, LEAD, y + rows + 1, cv.width - 2 * LEAD, model->stored);
    } else {
        int rows = ud_part_sentence(cv, LEAD, y, width, UD_TONE_WARNING,
            _("No recovery key of this device is known. Sign in, or fetch its keys again, to be sure."));
        if (model->stored)
            ud_view_stored(cv, LEAD, y + rows + 1, cv.width - 2 * LEAD, model->stored);
    }
    ud_canvas_cursor(cv, LEAD, y);
}

/* The next step for the selected key, or what hinders it. */
static int
draw_can_get(struct ud_canvas cv, int y, const struct ud_view_device *model)
{
    const struct ud_key *key = &model->key[model->list.selected];
    int width = cv.width - 2 * SIDE, rows;
    char id[12], full[UD_GUID_TEXT], line[200];

    if (model->get_refused)
        return ud_part_sentence(cv, SIDE, y, width, UD_TONE_WARNING, model->get_refused);
    ud_part_short_id(id, &key->id);
    if (ud_guid_is_zero(&key->id)) {
        snprintf(line, sizeof(line), _("Enter gets this %s."), ud_view_kind(key->kind));
        return ud_canvas_wrap(cv, SIDE, y, width, UD_ROLE_TEXT, line, true);
    }
    snprintf(line, sizeof(line), _("Does the caller's screen show %s? Then Enter gets this key."), id);
    rows = ud_canvas_wrap(cv, SIDE, y, width, UD_ROLE_TEXT, line, true);
    if (cv.height < TALL)
        return rows;
    ud_part_full_id(full, &key->id);
    snprintf(line, sizeof(line), _("The full ID is %s."), full);
    rows += ud_canvas_wrap(cv, SIDE, y + rows, width, UD_ROLE_DIM, line, true);
    if (key->package)
        rows += ud_canvas_wrap(cv, SIDE, y + rows, width, UD_ROLE_TEXT,
            _("A key package is stored with it, for a damaged drive: p says how to get it."), true);
    return rows;
}

static void
draw_next_step(struct ud_canvas cv, int y, const struct ud_view_device *model)
{
    int width = cv.width - 2 * SIDE;

    if (model->list.count == 0)
        return;
    if (model->error)
        y += ud_part_sentence(cv, SIDE, y, width, UD_TONE_WARNING, model->error);
    y += draw_can_get(cv, y, model);
    if (model->new_state)
        y += ud_part_sentence(cv, SIDE, y, width, UD_TONE_PLAIN, model->new_state);
    if (model->stored)
        ud_view_stored(cv, SIDE, y, width, model->stored);
}

void
ud_view_device(struct ud_canvas cv, const struct ud_view_device *model)
{
    struct layout l = layout_of(cv.width, cv.height, model);
    struct ud_canvas facts = ud_canvas_part(cv, SIDE, 0, l.keys_x > 0 ? FACTS_WIDTH : cv.width - 2 * SIDE, cv.height);
    struct ud_canvas keys = ud_canvas_part(cv, l.keys_x, 0, l.keys_width, cv.height);

    draw_title(cv, model);
    if (l.facts_rows > 0)
        ud_detail_facts(facts, 2, &model->device, model->source, model->now);
    if (l.same_y >= 0)
        draw_same_name(ud_canvas_part(cv, 0, 0, facts.width + SIDE, cv.height), l.same_y, model);
    keys_heading(keys, l.head_y, model);
    if (model->list.count == 0)
        draw_no_keys(keys, &l, model);
    else
        draw_keys(keys, &l, model);
    draw_next_step(keys, l.foot_y, model);
}
