/* The pages of self-service. On a small terminal the question, the field and what went wrong come first. */
#include "view/self_service.h"

#include <stdio.h>

#include "grid/i18n.h"
#include "view/parts.h"

#define SIDE  2
#define WIDTH 76
#define AIRY  14

static int
width_of(struct ud_canvas cv)
{
    return cv.width - 2 * SIDE < WIDTH ? cv.width - 2 * SIDE : WIDTH;
}

/* A sentence below row `y`; returns the row behind it. */
static int
say(struct ud_canvas cv, int y, enum ud_role role, const char *text)
{
    return y + ud_canvas_wrap(cv, SIDE, y, width_of(cv), role, text, true);
}

/* A thing to check, with a dot in front. */
static int
check(struct ud_canvas cv, int y, const char *text)
{
    ud_canvas_text(cv, SIDE, y, UD_ROLE_DIM, "·");
    return y + ud_canvas_wrap(cv, SIDE + 2, y, width_of(cv) - 2, UD_ROLE_TEXT, text, true);
}

/* --- the key ID ------------------------------------------------------------------------------------------------------------ */

static int
draw_field(struct ud_canvas cv, int y, const struct ud_view_self_id *model)
{
    const char *label = _("Recovery key ID");
    int x = SIDE + ud_cells(label) + 2, room = cv.width - SIDE - x;

    if (room < 12) { /* the label keeps its row, the field gets one of its own */
        ud_canvas_fit(cv, SIDE, y++, cv.width - 2 * SIDE, UD_ROLE_LABEL, label);
        x = SIDE;
        room = cv.width - 2 * SIDE;
    } else {
        ud_canvas_text(cv, SIDE, y, UD_ROLE_LABEL, label);
    }
    ud_line_draw(cv, x, y, room > 40 ? 40 : room, model->id, !model->searching, NULL);
    return y + 1;
}

static void
draw_miss(struct ud_canvas cv, int y, const struct ud_view_self_id *model)
{
    bool air = cv.height >= AIRY;
    char line[560];

    snprintf(line, sizeof(line), _("No recovery key of a computer of yours starts with %s."), model->miss);
    y += ud_part_sentence(cv, SIDE, y, width_of(cv), UD_TONE_WARNING, line) + air;
    if (!air) {
        y = say(cv, y, UD_ROLE_TEXT, _("Read the ID behind 'Recovery key ID', not 'Drive label'."));
        say(cv, y, UD_ROLE_STRONG, model->help);
        return;
    }
    y = check(cv, y, _("Is it the ID behind 'Recovery key ID'? The one behind 'Drive label' is another."));
    y = check(cv, y, _("Compare every character: only 0 to 9 and A to F occur. A round O is a zero, a stroke is a one."));
    y = check(cv, y,
        _("Keys are given for computers that are yours and that you have signed in to yourself, sitting at them. The key of any "
          "other computer is not given here."));
    snprintf(line, sizeof(line), _("Still nothing? %s"), model->help);
    say(cv, y + 1, UD_ROLE_STRONG, line);
}

static void
draw_failed(struct ud_canvas cv, int y, const struct ud_view_self_id *model)
{
    bool air = cv.height >= AIRY;

    y += ud_part_sentence(cv, SIDE, y, width_of(cv), UD_TONE_ERROR, model->error) + air;
    if (model->hint && *model->hint)
        y = say(cv, y, UD_ROLE_TEXT, model->hint);
    y = say(cv, y, UD_ROLE_TEXT, _("Enter tries again."));
    say(cv, y + air, UD_ROLE_STRONG, model->help);
}

static int
draw_question(struct ud_canvas cv, int y, const struct ud_view_self_id *model)
{
    bool air = cv.height >= AIRY;

    if (!air && (model->miss || model->error))
        return y; /* what went wrong needs the room */
    if (model->full) {
        y = say(cv, y, UD_ROLE_HEADING, _("Several recovery keys start so. Type all 32 characters of the ID.")) + air;
        return air ? say(cv, y, UD_ROLE_TEXT, _("With or without the dashes between them; small or capital letters.")) + 1 : y;
    }
    y = say(cv, y, UD_ROLE_HEADING, _("Which recovery key does the locked computer ask for?")) + air;
    if (!air)
        return y;
    return say(cv, y, UD_ROLE_TEXT,
               _("Its screen shows a line 'Recovery key ID' with 32 characters behind it, in groups with dashes between. Type "
                 "the "
                 "first 8 of them here; small or capital letters.")) +
           1;
}

void
ud_view_self_id(struct ud_canvas cv, const struct ud_view_self_id *model)
{
    bool air = cv.height >= AIRY;
    int y = draw_question(cv, air, model);

    y = draw_field(cv, y, model) + air;
    if (model->searching)
        say(cv, y, UD_ROLE_STATE_WAITING, _("Looking for it …"));
    else if (model->error)
        draw_failed(cv, y, model);
    else if (model->miss)
        draw_miss(cv, y, model);
    else
        say(cv, y, UD_ROLE_DIM, _("A Mac, or a computer with Linux, shows no such ID: then press Tab."));
}

/* --- the computer ------------------------------------------------------------------------------------------------------------ */

void
ud_view_self_device(struct ud_canvas cv, const struct ud_view_self_device *model)
{
    bool air = cv.height >= AIRY;
    int y = air;

    if (air || model->count > 0)
        y = say(cv, y, UD_ROLE_HEADING, _("Which of your computers is locked? Press its digit.")) + air;
    if (model->count > 0) {
        int rows = ud_choice_rows(width_of(cv), model->name, model->count);
        ud_choice_draw(ud_canvas_part(cv, SIDE, y, width_of(cv), rows), model->name, model->count, UD_CHOICE_NONE, true);
        y += rows + air;
        if (air)
            say(cv, y, UD_ROLE_DIM,
                _("Is it a computer with Windows? Then go back with Esc and type the ID that its screen shows."));
        return;
    }
    if (model->loading) {
        say(cv, y, UD_ROLE_STATE_WAITING, _("The list of your computers is being loaded …"));
        return;
    }
    y = say(cv, y, UD_ROLE_TEXT,
            _("There is no recovery key of a Mac or of a computer with Linux that is yours and that you have signed in to "
              "yourself.")) +
        air;
    say(cv, y, UD_ROLE_STRONG, model->help);
}

/* --- the reason ---------------------------------------------------------------------------------------------------------------- */

void
ud_view_self_reason(struct ud_canvas cv, const struct ud_view_self_reason *model)
{
    bool air = cv.height >= AIRY;
    int y = air, rows = ud_choice_rows(width_of(cv), model->reason, model->reason_count);
    char line[400], id[12];

    ud_part_short_id(id, &model->key.id);
    if (ud_guid_is_zero(&model->key.id))
        snprintf(line, sizeof(line), _("Found: the %s of %s."), ud_view_kind(model->key.kind), model->device);
    else
        snprintf(line, sizeof(line), _("Found: the %s %s of %s."), ud_view_kind(model->key.kind), id, model->device);
    y += ud_part_sentence(cv, SIDE, y, width_of(cv), UD_TONE_GOOD, line) + air;
    y = say(cv, y, UD_ROLE_HEADING, _("Why do you need it? Press the digit.")) + air;
    ud_choice_draw(ud_canvas_part(cv, SIDE, y, width_of(cv), rows), model->reason, model->reason_count, model->chosen, true);
    y += rows + air;
    if (air)
        snprintf(line, sizeof(line),
            _("Enter gets the key. Recorded are your account (%s), the computer, the reason and the time."),
            model->account ? model->account : "");
    else
        snprintf(line, sizeof(line), "%s", _("This is recorded."));
    say(cv, y, model->chosen == UD_CHOICE_NONE ? UD_ROLE_DIM : UD_ROLE_TEXT, line);
}

/* --- what happens next ------------------------------------------------------------------------------------------------------------ */

static void
draw_worked(struct ud_canvas cv, int y, const struct ud_view_self_next *model)
{
    bool air = cv.height >= AIRY;

    y += ud_part_sentence(cv, SIDE, y, width_of(cv), UD_TONE_GOOD, _("Good: the computer is unlocked.")) + air;
    y = say(cv, y, UD_ROLE_TEXT,
            model->new_key_asked
                ? _("The key was on a screen, so a new one has been asked for: the computer makes it by itself the next time it "
                    "is "
                    "online. Until then the key you have just used still works.")
                : _("The key was on a screen, so the computer is going to get a new one. Until then the key you have just used "
                    "still works.")) +
        air;
    if (!air)
        return;
    y = check(cv, y, _("You have to do nothing for that. Leave the computer on and connected to the network for a while."));
    y = check(cv, y, _("Do not keep the key: where you have written it down, throw that away."));
    y = check(cv, y, _("When the computer asks again, come back with the ID that it shows then."));
    say(cv, y + 1, UD_ROLE_DIM, model->help);
}

static void
draw_not_worked(struct ud_canvas cv, int y, const struct ud_view_self_next *model)
{
    bool air = cv.height >= AIRY;

    y += ud_part_sentence(
             cv, SIDE, y, width_of(cv), UD_TONE_WARNING, _("The key did not unlock the computer. This has been recorded.")) +
         air;
    if (model->kind == UD_KIND_BITLOCKER)
        y = check(
            cv, y, _("Compare the ID on the locked screen once more: it may show another one now. a: try again with the ID."));
    else
        y = check(cv, y, _("Is it really this computer? Capital and small letters and dashes count. a: try again."));
    if (air)
        y = check(cv, y, _("A keyboard at the locked screen may have other letters: use the digits in the top row."));
    say(cv, y + air, UD_ROLE_STRONG, model->help);
}

void
ud_view_self_next(struct ud_canvas cv, const struct ud_view_self_next *model)
{
    int y = cv.height >= AIRY;

    if (model->leaving)
        say(cv, y, UD_ROLE_STATE_WAITING, _("Signing you out …"));
    else if (model->worked)
        draw_worked(cv, y, model);
    else
        draw_not_worked(cv, y, model);
    ud_canvas_cursor(cv, SIDE, y);
}
