/* The recovery key screen. Only places are reserved here; not one character of the key comes by. */
#include "view/key.h"

#include <stdio.h>

#include "grid/i18n.h"
#include "grid/large.h"
#include "view/parts.h"

#define SIDE          2
#define LARGE_ROWS    7
#define SMALL_ROWS    4
#define TALL          19 /* of the body: room for large digits and air */
#define READBACK_ROWS 2
#define AIRY          12
#define WIDTH         100

/* --- what stays the same ---------------------------------------------------------------------------------------------------- */

static int
draw_title(struct ud_canvas cv, const struct ud_view_key *model)
{
    char id[12], line[420];
    int used;

    ud_part_short_id(id, &model->key.id);
    used = ud_canvas_fit(cv, SIDE, 0, 10, UD_ROLE_HEADING, id);
    if (model->own) /* whose it is need not be said */
        snprintf(line, sizeof(line), "%s · %s", ud_view_kind(model->key.kind), model->device ? model->device : "");
    else
        snprintf(line, sizeof(line), _("%s of %s · %s"), ud_view_kind(model->key.kind), model->device ? model->device : "",
            model->user ? model->user : "");
    ud_canvas_fit(cv, SIDE + used + 2, 0, cv.width - used - 2 - 2 * SIDE, UD_ROLE_TEXT, line);
    return 1;
}

static int
draw_call(struct ud_canvas cv, int y, const struct ud_view_key *model)
{
    char line[420];
    int at = 0;
    const char *part[3] = { model->reason, model->ticket, model->caller };

    if (model->own)
        part[1] = part[2] = NULL;
    line[0] = '\0';
    for (int i = 0; i < 3; i++) {
        if (part[i] && *part[i] && at < (int)sizeof(line))
            at += snprintf(line + at, sizeof(line) - (size_t)at, "%s%s", at > 0 ? " · " : "", part[i]);
    }
    ud_canvas_fit(cv, SIDE, y, cv.width - 2 * SIDE, UD_ROLE_DIM, line);
    return 1;
}

/* "Group 3 of 8   1 2 [3] 4 5 6 7 8" and the countdown at the right. */
static void
draw_progress(struct ud_canvas cv, int y, const struct ud_view_key *model)
{
    char line[120], left[16];
    int x = SIDE;

    if (model->groups > 0) {
        snprintf(line, sizeof(line), _("Group %u of %u"), model->group, model->groups);
        x += ud_canvas_text(cv, x, y, UD_ROLE_STRONG, line) + 3;
    }
    for (unsigned i = 1; i <= model->groups && model->groups <= 10; i++) {
        bool here = i == model->group;

        x += ud_canvas_text(cv, x, y, UD_ROLE_STRONG, here ? "[" : " ");
        x += ud_canvas_format(cv, x, y, here ? UD_ROLE_STRONG : UD_ROLE_DIM, "%u", i);
        x += ud_canvas_text(cv, x, y, UD_ROLE_STRONG, here ? "]" : " ");
    }
    if (model->covers_in <= 0 || model->show == UD_KEY_COVERED)
        return;
    ud_view_minutes(left, model->covers_in);
    snprintf(line, sizeof(line), _("covered in %s"), left);
    ud_canvas_fit_right(
        cv, x + 1, y, cv.width - x - 1 - SIDE, model->covers_in <= 10000 ? UD_ROLE_STATE_WARNING : UD_ROLE_DIM, line);
}

/* Where the caller types it, and what was found about the terminal: below row `least`. */
static void
draw_where(struct ud_canvas cv, int least, const struct ud_view_key *model)
{
    int width = cv.width - 2 * SIDE, y = cv.height - (model->finding != NULL);

    for (int i = 0; i < 2; i++)
        y -= ud_canvas_wrap(cv, 0, 0, width, UD_ROLE_TEXT, model->where[i], false);
    if (y > least + 1)
        y = least + 1;
    if (y < least)
        y = least;
    for (int i = 0; i < 2; i++)
        y += ud_canvas_wrap(cv, SIDE, y, width, UD_ROLE_TEXT, model->where[i], true);
    if (model->finding)
        ud_canvas_fit(cv, SIDE, y, width, UD_ROLE_STATE_WARNING, model->finding);
}

/* --- dictation ---------------------------------------------------------------------------------------------------------------- */

static const char *
mark_sign(enum ud_digit_mark mark)
{
    switch (mark) {
    case UD_DIGIT_RIGHT:
        return "✓";
    case UD_DIGIT_WRONG:
        return "✗";
    case UD_DIGIT_TYPED:
        return "•";
    default:
        return "·";
    }
}

static enum ud_role
mark_role(enum ud_digit_mark mark)
{
    return mark == UD_DIGIT_RIGHT ? UD_ROLE_STATE_GOOD : mark == UD_DIGIT_WRONG ? UD_ROLE_STATE_BAD : UD_ROLE_DIM;
}

/* One sign under each character. The cursor sits under the one that comes next. */
static void
draw_marks(struct ud_canvas cv, int x, int y, const struct ud_large *large, const struct ud_view_key *model)
{
    unsigned count = model->group_size < UD_VIEW_GROUP_MAX ? model->group_size : UD_VIEW_GROUP_MAX, next = 0;

    while (next < count && model->mark[next] != UD_DIGIT_OPEN)
        next++;
    for (unsigned i = 0; i < count; i++) {
        int at = x + ud_large_x(large, i) + large->character / 2;

        if (model->reading_back)
            ud_canvas_text(cv, at, y, mark_role(model->mark[i]), mark_sign(model->mark[i]));
        if (i == (next < count ? next : count - 1))
            ud_canvas_cursor(cv, at, y);
    }
}

static const char *
readback_words(const struct ud_view_key *model)
{
    if (!model->letters)
        return _("Let the caller read it back and type it here: a wrong digit lights up, a right group goes on to the next.");
    if (model->reading && model->exact)
        return _("Type what the caller reads back, capital letters as capitals. Esc ends the check.");
    if (model->reading)
        return _("Type what the caller reads back. Esc ends the check.");
    return model->exact ? _("Capital letters are said as such. Let the caller read the group back: \"read back\" compares it.")
                        : _("Let the caller read the group back: \"read back\" compares what you type.");
}

static void
draw_readback(struct ud_canvas cv, int y, const struct ud_view_key *model)
{
    int width = cv.width - 2 * SIDE;

    cv = ud_canvas_part(cv, 0, 0, cv.width, y + READBACK_ROWS);
    if (model->readback_text)
        ud_part_sentence(cv, SIDE, y, width, model->readback_tone, model->readback_text);
    else if (model->own)
        ud_canvas_wrap(cv, SIDE, y, width, UD_ROLE_STRONG,
            model->group < model->groups
                ? _("Type this group at the locked computer. Then Space shows the next one here.")
                : _("Type this last group and press Enter there. Then say here: w it worked, x did not unlock."),
            true);
    else
        ud_canvas_wrap(cv, SIDE, y, width, UD_ROLE_DIM, readback_words(model), true);
}

static int
draw_group(struct ud_canvas cv, int y, const struct ud_view_key *model)
{
    bool tall = cv.height >= TALL;
    int rows = tall ? LARGE_ROWS : SMALL_ROWS, width = cv.width - 2 * SIDE;
    struct ud_large large = ud_large_fit(width, rows, model->group_size, model->half);

    draw_progress(cv, y, model);
    y += 1 + tall;
    ud_canvas_reserve(cv, UD_RESERVE_LARGE, SIDE, y, width, rows);
    y += rows;
    draw_marks(cv, SIDE + (width - large.width) / 2, y, &large, model);
    y += 1;
    ud_canvas_reserve(cv, UD_RESERVE_SPELLED, SIDE, y, width, 1);
    y += 1 + tall;
    draw_readback(cv, y, model);
    return y + READBACK_ROWS;
}

static int
draw_whole(struct ud_canvas cv, int y, const struct ud_view_key *model)
{
    int width = cv.width - 2 * SIDE, rows;
    char left[16], line[160];

    ud_view_minutes(left, model->covers_in);
    snprintf(line, sizeof(line),
        model->covers_in > 0 ? _("The whole key is on the screen; it is covered in %s.") : _("The whole key is on the screen."),
        left);
    ud_part_sentence(cv, SIDE, y, width, UD_TONE_WARNING, line);
    y += 2;
    rows = (int)model->whole_length / width + 2;
    ud_canvas_reserve(cv, UD_RESERVE_WHOLE, SIDE, y, width, rows);
    ud_canvas_cursor(cv, SIDE, y + rows);
    return y + rows;
}

/* --- nothing on screen --------------------------------------------------------------------------------------------------------- */

static void
draw_covered(struct ud_canvas cv, int y, const struct ud_view_key *model)
{
    int width = cv.width - 2 * SIDE;
    bool air = cv.height >= AIRY;
    char left[16], line[200];

    draw_progress(cv, y, model);
    y += 1 + air;
    if (air)
        ud_canvas_fit(cv, SIDE, y++, width, UD_ROLE_TITLE, _("Covered"));
    y += ud_canvas_wrap(cv, SIDE, y, width, UD_ROLE_TEXT, model->covered_why, true) + air;
    if (model->wiped_in > 0) {
        ud_view_minutes(left, model->wiped_in);
        snprintf(line, sizeof(line), _("Enter shows it again. After %s it has to be fetched again."), left);
    } else {
        snprintf(line, sizeof(line), "%s", _("Enter fetches it again; nothing has to be typed again."));
    }
    ud_canvas_cursor(cv, SIDE, y);
    ud_canvas_wrap(cv, SIDE, y, width, UD_ROLE_STRONG, line, true);
}

static void
draw_failed(struct ud_canvas cv, int y, const struct ud_view_key *model)
{
    int width = cv.width - 2 * SIDE;
    bool air = cv.height >= AIRY;

    if (model->log_unwritable)
        y += ud_part_sentence(cv, SIDE, y, width, UD_TONE_ERROR, _("The activity log cannot be written, so no keys are shown.")) +
             air;
    else
        ud_canvas_fit(cv, SIDE, y++, width, UD_ROLE_TITLE, _("The key was not got"));
    if (model->error && *model->error)
        y += ud_part_sentence(cv, SIDE, y, width, UD_TONE_ERROR, model->error) + air;
    ud_canvas_cursor(cv, SIDE, y);
    ud_canvas_wrap(cv, SIDE, y, width, UD_ROLE_TEXT, model->hint, true);
}

static void
draw_too_small(struct ud_canvas cv, int y)
{
    char line[160];

    snprintf(line, sizeof(line), _("Make this window at least %d columns and %d rows: on less no key is shown."),
        UD_VIEW_KEY_WIDTH, UD_VIEW_KEY_HEIGHT);
    ud_part_sentence(cv, SIDE, y, cv.width - 2 * SIDE, UD_TONE_WARNING, line);
    ud_canvas_cursor(cv, SIDE, y);
}

static void
draw_shown(struct ud_canvas cv, int y, const struct ud_view_key *model, bool small)
{
    if (small) {
        draw_too_small(cv, y + 1);
        return;
    }
    y = model->show == UD_KEY_WHOLE ? draw_whole(cv, y, model) : draw_group(cv, y, model);
    draw_where(cv, y, model);
}

void
ud_view_key(struct ud_canvas cv, const struct ud_view_key *model, int terminal_width, int terminal_height)
{
    bool shown = model->show == UD_KEY_GROUP || model->show == UD_KEY_WHOLE;
    int y;

    cv = ud_canvas_part(cv, 0, 0, cv.width > WIDTH ? WIDTH : cv.width, cv.height);
    y = draw_title(cv, model);
    if (cv.height >= (shown ? TALL : AIRY))
        y += draw_call(cv, y, model) + 1;
    switch (model->show) {
    case UD_KEY_FETCHING:
        ud_canvas_fit(cv, SIDE, y, cv.width - 2 * SIDE, UD_ROLE_STATE_WAITING, _("Recorded. Getting the key …"));
        ud_canvas_cursor(cv, SIDE, y);
        break;
    case UD_KEY_GROUP:
    case UD_KEY_WHOLE:
        draw_shown(cv, y, model, terminal_width < UD_VIEW_KEY_WIDTH || terminal_height < UD_VIEW_KEY_HEIGHT);
        break;
    case UD_KEY_COVERED:
        draw_covered(cv, y, model);
        break;
    case UD_KEY_FAILED:
        draw_failed(cv, y, model);
        break;
    }
}

void
ud_view_cover(struct ud_canvas cv, const struct ud_view_cover *model)
{
    bool air = cv.height >= AIRY;
    int y = air, width = cv.width - 2 * SIDE > WIDTH ? WIDTH : cv.width - 2 * SIDE;

    y += ud_part_sentence(cv, SIDE, y, width, UD_TONE_WARNING, model->title) + air;
    if (air)
        y += ud_canvas_wrap(cv, SIDE, y, width, UD_ROLE_TEXT, model->why, true) + 1;
    ud_canvas_cursor(cv, SIDE, y);
    if (model->command) {
        ud_canvas_fit(cv, SIDE, y++, width, UD_ROLE_LABEL, _("Run this in another window:"));
        y += ud_canvas_wrap(cv, SIDE + 2, y, width - 2, UD_ROLE_CODE, model->command, true) + air;
    }
    ud_canvas_wrap(cv, SIDE, y, width, UD_ROLE_TEXT, model->after, true);
}
