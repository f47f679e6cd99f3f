/* The devices screen. */
#include "view/devices.h"

#include <stdio.h>
#include <string.h>

#include "grid/i18n.h"
#include "view/parts.h"
#include "widget/table.h"

#define LEAD   2
#define TALL   16
#define HIT_ID 13 /* 12 digits and a dash: more than callers read out at first, enough to tell two of 8 same ones apart */

/* Where the parts stand. */
struct layout {
    int state_y; /* counts, loading */
    int hits_y;  /* heading of the hits; -1: none */
    int hit_rows;
    int head_y; /* head of the table */
    int list_y;
    int list_rows;
};

static struct layout
layout_of(int height, const struct ud_view_devices *model)
{
    bool tall = height >= TALL;
    struct layout l = { .state_y = 1, .hits_y = -1 };
    int y = tall ? 3 : 2;

    if (model->hit_count > 0) {
        int most = height / 3 > UD_VIEW_HITS ? UD_VIEW_HITS : height / 3;

        l.hit_rows = (int)model->hit_count < most ? (int)model->hit_count : most;
        l.hits_y = y;
        y += 1 + l.hit_rows + tall;
    }
    l.head_y = y;
    l.list_y = y + 1;
    l.list_rows = height > l.list_y ? height - l.list_y : 0;
    return l;
}

size_t
ud_view_devices_rows(int width, int height, const struct ud_view_devices *model)
{
    (void)width;
    return (size_t)layout_of(height, model).list_rows;
}

/* --- filter and state ----------------------------------------------------------------------------------------------------- */

static void
draw_filter(struct ud_canvas cv, const struct ud_view_devices *model)
{
    const char *label = _("Find");
    int x = 1 + ud_cells(label) + 1, cells = cv.width - x - 1;

    ud_canvas_text(cv, 1, 0, model->on_list ? UD_ROLE_LABEL : UD_ROLE_STRONG, label);
    ud_line_draw(cv, x, 0, cells > 72 ? 72 : cells, model->filter, !model->on_list,
        cells >= 60 ? _("name, user, serial number or recovery key ID") : _("name, user or key ID"));
}

/* What the list shows: "12 of 2,000 devices". */
static void
count_text(char *out, size_t size, const struct ud_view_devices *model)
{
    char match[32], total[32];

    ud_bar_number(match, model->list.count);
    ud_bar_number(total, model->total);
    if (model->fuzzy && model->list.count > 0)
        snprintf(out, size, _("Nothing matches exactly. Similar: %s"), match);
    else if (model->list.count == model->total)
        snprintf(out, size, ud_plural("%s device", "%s devices", model->total), total);
    else
        snprintf(out, size, ud_plural("%s of %s device", "%s of %s devices", model->total), match, total);
}

/* "12,000 of 48,000" with a bar, at the right. Returns the column where it begins. */
static int
draw_loading(struct ud_canvas cv, int y, const struct ud_view_devices *model)
{
    char done[32], all[32], line[120];
    int cells, bar = cv.width >= 80 ? 20 : 0, x;

    ud_bar_number(done, model->loaded);
    ud_bar_number(all, model->expected);
    if (model->expected > 0)
        snprintf(line, sizeof(line), _("loading: %s of %s devices"), done, all);
    else
        snprintf(line, sizeof(line), _("loading: %s devices"), done);
    cells = ud_cells(line);
    x = cv.width - 1 - cells - (bar > 0 ? bar + 1 : 0);
    ud_canvas_text(cv, x, y, UD_ROLE_STATE_WAITING, line);
    if (bar > 0)
        ud_bar_progress(cv, x + cells + 1, y, bar, model->loaded, model->expected);
    return x;
}

static void
draw_state(struct ud_canvas cv, int y, const struct ud_view_devices *model)
{
    char line[200];
    int right = cv.width - 1;

    if (model->loading) {
        right = draw_loading(cv, y, model);
    } else if (model->stale && !(model->filter_error && cv.width < 80)) {
        int cells = ud_cells(model->stale) + 2;

        right -= cells;
        ud_canvas_text(cv, right, y, UD_ROLE_STATE_WARNING, "! ");
        ud_canvas_text(cv, right + 2, y, UD_ROLE_STATE_WARNING, model->stale);
    }
    if (model->filter_error) {
        ud_canvas_text(cv, 1, y, UD_ROLE_STATE_WARNING, "! ");
        ud_canvas_fit(cv, 3, y, right - 4, UD_ROLE_STATE_WARNING, model->filter_error);
        return;
    }
    if ((right < 24 && model->loading) || (model->list.count == 0 && model->hit_count > 0))
        return; /* no room, or nothing to say beside the keys that were found */
    count_text(line, sizeof(line), model);
    ud_canvas_fit(cv, 1, y, right - 2, model->fuzzy && model->list.count > 0 ? UD_ROLE_STATE_WARNING : UD_ROLE_DIM, line);
}

/* --- recovery keys by ID -------------------------------------------------------------------------------------------------- */

static void
hit_heading(struct ud_canvas cv, int y, const struct ud_view_devices *model, int shown)
{
    char line[240];
    size_t total = model->hit_total > model->hit_count ? model->hit_total : model->hit_count;

    if (total == 1)
        snprintf(line, sizeof(line), _("1 recovery key ID starts with %s"), model->typed_id ? model->typed_id : "");
    else
        snprintf(line, sizeof(line),
            ud_plural("%zu key starts with %s", "%zu keys start with %s: ask for more characters.", total), total,
            model->typed_id ? model->typed_id : "");
    ud_canvas_fit(cv, 1, y, cv.width - 2, UD_ROLE_HEADING, line);
    if (total > (size_t)shown && cv.width - 2 - ud_cells(line) > 16) {
        snprintf(line, sizeof(line), _("first %d shown"), shown);
        ud_canvas_fit_right(cv, 0, y, cv.width - 1, UD_ROLE_DIM, line);
    }
}

static const struct ud_column *
hit_columns(struct ud_column column[7])
{
    column[0] = (struct ud_column){ _("Key ID"), HIT_ID, HIT_ID, 0, 0, false };
    column[1] = (struct ud_column){ _("Device"), 10, 20, 1, 0, false };
    column[2] = (struct ud_column){ _("User"), 8, 24, 2, 2, false };
    column[3] = (struct ud_column){ _("Kind"), 9, 13, 0, 4, false };
    column[4] = (struct ud_column){ _("Created"), 10, 10, 0, 3, false };
    column[5] = (struct ud_column){ _("State"), 9, ud_view_widest(UD_WORDS_KEY_STATE, 13), 0, 1, false };
    column[6] = (struct ud_column){ _("Stored in"), 8, 20, 1, 5, false };
    return column;
}

static void
draw_hits(struct ud_canvas cv, const struct layout *l, const struct ud_view_devices *model)
{
    struct ud_column column[7];
    struct ud_table table;

    hit_heading(cv, l->hits_y, model, l->hit_rows);
    ud_table_layout(&table, hit_columns(column), 7, LEAD, cv.width);
    for (int i = 0; i < l->hit_rows; i++) {
        const struct ud_view_key_hit *hit = &model->hit[i];
        char id[UD_GUID_TEXT], created[32], user[UD_NAME_MAX];
        struct ud_table_cell cell[7] = { { id, UD_ROLE_STRONG },
            { hit->device ? hit->device : _("not in the list"), UD_ROLE_TEXT }, { user, UD_ROLE_TEXT },
            { ud_view_kind_short(hit->key.kind), UD_ROLE_DIM }, { created, UD_ROLE_DIM },
            { ud_view_key_state(hit->key.state), ud_view_key_state_role(hit->key.state) }, { hit->sources, UD_ROLE_DIM } };
        bool selected = model->hit_selected == (size_t)i;

        ud_part_full_id(id, &hit->key.id);
        id[HIT_ID] = '\0';
        ud_part_account(user, sizeof(user), hit->user, table.width[2]);
        ud_view_clock(created, hit->key.created, model->now);
        ud_table_row(cv, l->hits_y + 1 + i, &table, cell, selected, selected && model->on_list);
    }
}

/* --- devices -------------------------------------------------------------------------------------------------------------- */

enum { C_NAME, C_USER, C_ACCOUNT, C_SERIAL, C_MARK, C_SEEN, C_OS, C_OWNER, C_MODEL, C_SOURCE, C_COUNT };

static const struct ud_column *
device_columns(struct ud_column column[C_COUNT], const struct ud_view_devices *model)
{
    column[C_NAME] = (struct ud_column){ _("Device"), 14, 20, 1, 0, false };
    column[C_USER] = (struct ud_column){ _("User"), 12, 22, 1, 1, false };
    column[C_ACCOUNT] = (struct ud_column){ _("Account"), 24, 36, 1, 8, false };
    column[C_SERIAL] = (struct ud_column){ _("Serial"), 11, 14, 0, 3, false };
    column[C_MARK] = (struct ud_column){ _("Key"), ud_view_widest(UD_WORDS_MARK, 7), 0, 0, 2, false };
    column[C_SEEN] = (struct ud_column){ _("Last seen"), ud_view_widest(UD_WORDS_AGO, 10), 11, 0, 4, false };
    column[C_OS] = (struct ud_column){ _("System"), 7, 16, 0, 5, false };
    column[C_OWNER] = (struct ud_column){ _("Ownership"), 9, 9, 0, 6, false };
    column[C_MODEL] = (struct ud_column){ _("Model"), 14, 28, 1, 9, false };
    column[C_SOURCE] = (struct ud_column){ model->source_name[0] ? _("Stored in") : "", 0, 0, 0, 10, false };
    if (model->source_name[0])
        column[C_SOURCE] = (struct ud_column){ _("Stored in"), 9, 14, 0, 7, false };
    return column;
}

static void
draw_device(struct ud_canvas cv, int y, const struct ud_table *table, const struct ud_view_devices *model,
    const struct ud_device *d, bool selected)
{
    char seen[48], system[160];
    struct ud_table_cell cell[C_COUNT] = {
        [C_NAME] = { d->name, UD_ROLE_TEXT },
        [C_USER] = { ud_part_user(d), UD_ROLE_TEXT },
        [C_ACCOUNT] = { d->user, UD_ROLE_TEXT },
        [C_SERIAL] = { d->serial, UD_ROLE_TEXT },
        [C_MARK] = { ud_view_mark(d->mark), ud_view_mark_role(d->mark) },
        [C_SEEN] = { seen, UD_ROLE_TEXT },
        [C_OS] = { table->width[C_OS] < 12 ? d->os : system, UD_ROLE_TEXT },
        [C_OWNER] = { ud_view_ownership(d->ownership), UD_ROLE_TEXT },
        [C_MODEL] = { d->model, UD_ROLE_TEXT },
        [C_SOURCE] = { d->source < 8 ? model->source_name[d->source] : NULL, UD_ROLE_TEXT },
    };

    ud_view_ago(seen, d->last_checkin, model->now);
    ud_part_system(system, sizeof(system), d);
    ud_table_row(cv, y, table, cell, selected, model->on_list);
}

static void
draw_list(struct ud_canvas cv, const struct layout *l, const struct ud_view_devices *model)
{
    struct ud_column column[C_COUNT];
    struct ud_table table;
    size_t rows = model->row_count < (size_t)l->list_rows ? model->row_count : (size_t)l->list_rows;

    ud_table_layout(&table, device_columns(column, model), C_COUNT, LEAD, cv.width);
    ud_table_head(cv, l->head_y, &table);
    for (size_t i = 0; i < rows; i++) {
        bool selected = model->hit_selected == UD_LIST_NONE && model->list.top + i == model->list.selected;

        draw_device(cv, l->list_y + (int)i, &table, model, &model->row[i], selected);
    }
}

/* --- nothing there -------------------------------------------------------------------------------------------------------- */

static void
draw_empty(struct ud_canvas cv, const struct layout *l, const struct ud_view_devices *model)
{
    int y = l->head_y, width = cv.width - 4 > 76 ? 76 : cv.width - 4;
    char line[700];

    if (model->error) {
        y += ud_part_sentence(cv, 2, y, width, UD_TONE_ERROR, model->error) + 1;
    } else if (model->miss) {
        y += ud_part_sentence(cv, 2, y, width, UD_TONE_PLAIN, model->miss) + 1;
        return;
    } else if (model->searching || (model->loading && model->total == 0)) {
        ud_canvas_wrap(cv, 2, y, width, UD_ROLE_DIM,
            model->searching ? _("Searching …") : _("The list is being loaded. You can type already."), true);
        return;
    } else if (model->hit_count > 0) {
        return;
    }
    if (model->none && !model->error) {
        ud_canvas_wrap(cv, 2, y, width, UD_ROLE_TEXT, model->none, true);
        return;
    }
    if (ud_line_empty(model->filter)) {
        if (!model->error)
            ud_canvas_wrap(cv, 2, y, width, UD_ROLE_TEXT, _("There are no devices where the keys are stored."), true);
        return;
    }
    snprintf(line, sizeof(line),
        model->loading ? _("No device matches \"%s\" so far; the list is still being loaded.")
                       : _("No device matches \"%s\". Every word must occur in the device's name, serial number, user or model."),
        model->filter->text);
    ud_canvas_wrap(cv, 2, y, width, UD_ROLE_TEXT, line, true);
}

void
ud_view_devices(struct ud_canvas cv, const struct ud_view_devices *model)
{
    struct layout l = layout_of(cv.height, model);

    draw_filter(cv, model);
    draw_state(cv, l.state_y, model);
    if (l.hits_y >= 0)
        draw_hits(cv, &l, model);
    if (model->list.count == 0) {
        draw_empty(cv, &l, model);
        return;
    }
    draw_list(cv, &l, model);
}
