/* The reason form. Drawn at its full height and scrolled so that the field with the focus is in sight. */
#include "view/reason.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "grid/i18n.h"
#include "view/parts.h"

#define SIDE  1
#define LABEL 16
#define WIDTH 120

/* Draws the form top to bottom, or only measures it. */
struct form {
    struct ud_canvas cv;
    const struct ud_view_reason *model;
    bool draw;
    bool air;
    bool folded; /* choices without the focus take one row */
    int y;
    int focus_y, focus_end; /* rows of the field with the focus */
};

static void
add(char *out, size_t size, const char *text)
{
    size_t length = strlen(out);

    ud_copy(out + length, size - length, text);
}

static const char *
line_text(const struct ud_line *line)
{
    return line && !line->secret ? line->text : "";
}

static bool
ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), n = strlen(end);

    return length >= n && strcmp(text + length - n, end) == 0;
}

void
ud_view_reason_sentence(char *out, size_t size, const struct ud_view_reason *model)
{
    char id[12], when[32], part[420];
    bool chosen = model->reason_chosen < model->reason_count;

    ud_part_short_id(id, &model->key.id);
    ud_view_clock(when, model->now, model->now);
    snprintf(part, sizeof(part), _("%s %s gets the %s %s of %s"), when, model->operator_label ? model->operator_label : "",
        ud_view_kind(model->key.kind), id, model->device ? model->device : "");
    ud_copy(out, size, part);
    if (model->user && *model->user) {
        snprintf(part, sizeof(part), _(" (user %s)"), model->user);
        add(out, size, part);
    }
    snprintf(part, sizeof(part), ": %s", chosen ? model->reason[model->reason_chosen] : "…");
    add(out, size, part);
    if (model->note_shown && *line_text(model->note)) {
        snprintf(part, sizeof(part), " (%.250s)", line_text(model->note));
        add(out, size, part);
    }
    if (model->ticket_need != UD_NEED_NO && *line_text(model->ticket)) {
        snprintf(part, sizeof(part), _("; ticket %.64s"), line_text(model->ticket));
        add(out, size, part);
    }
    if (model->caller_need != UD_NEED_NO && *line_text(model->caller)) {
        snprintf(part, sizeof(part), _("; caller %.96s"), line_text(model->caller));
        add(out, size, part);
    }
    if (model->verified_need != UD_NEED_NO && model->verified_chosen < model->verified_count) {
        snprintf(part, sizeof(part), _("; checked: %s"), model->verified[model->verified_chosen]);
        add(out, size, part);
    }
    if (!ends_with(out, "…"))
        add(out, size, _(".")); /* UD: what ends a sentence */
}

/* --- fields --------------------------------------------------------------------------------------------------------------- */

static bool
focused(const struct form *f, enum ud_reason_field field)
{
    return f->model->focus == field && !f->model->sending;
}

static void
begin_field(struct form *f, enum ud_reason_field field)
{
    if (f->model->focus == field)
        f->focus_y = f->y;
}

static void
end_field(struct form *f, enum ud_reason_field field)
{
    if (f->model->error && f->model->error_field == field) {
        if (f->draw)
            ud_part_sentence(f->cv, SIDE + LABEL, f->y, f->cv.width - SIDE - LABEL - 1, UD_TONE_ERROR, f->model->error);
        f->y += ud_part_sentence_rows(f->cv.width - SIDE - LABEL - 1, UD_TONE_ERROR, f->model->error);
    }
    if (f->model->focus == field)
        f->focus_end = f->y;
}

static void
draw_label(struct form *f, enum ud_reason_field field, const char *label)
{
    if (f->draw)
        ud_canvas_fit(f->cv, SIDE, f->y, LABEL - 1, focused(f, field) ? UD_ROLE_STRONG : UD_ROLE_LABEL, label);
}

/* A choice without the focus, in a form that is short of room: what was chosen, in one row. */
static void
folded_choice(struct form *f, enum ud_reason_field field, const char *label, const char *const *text, size_t count, size_t chosen)
{
    draw_label(f, field, label);
    if (f->draw)
        ud_canvas_fit(f->cv, SIDE + LABEL, f->y, f->cv.width - SIDE - LABEL - 1,
            chosen < count ? UD_ROLE_CHOICE_CHOSEN : UD_ROLE_DIM, chosen < count ? text[chosen] : "…");
    f->y++;
    end_field(f, field);
}

/* `label` heads the choices, `brief` stands beside a folded one. */
static void
choice_field(struct form *f, enum ud_reason_field field, const char *label, const char *brief, const char *const *text,
    size_t count, size_t chosen)
{
    int width = f->cv.width - 2 * SIDE > WIDTH ? WIDTH : f->cv.width - 2 * SIDE, rows = ud_choice_rows(width, text, count);

    begin_field(f, field);
    if (f->folded && f->model->focus != field) {
        folded_choice(f, field, brief, text, count, chosen);
        return;
    }
    if (f->draw) {
        ud_canvas_fit(f->cv, SIDE, f->y, width, focused(f, field) ? UD_ROLE_STRONG : UD_ROLE_LABEL, label);
        ud_choice_draw(ud_canvas_part(f->cv, SIDE, f->y + 1, width, rows), text, count, chosen, focused(f, field));
    }
    f->y += 1 + rows;
    end_field(f, field);
    f->y += f->air;
}

static void
text_field(struct form *f, enum ud_reason_field field, const char *label, const struct ud_line *line, const char *placeholder)
{
    int cells = f->cv.width - SIDE - LABEL - 1;

    begin_field(f, field);
    draw_label(f, field, label);
    if (f->draw && line)
        ud_line_draw(f->cv, SIDE + LABEL, f->y, cells > 48 ? 48 : cells, line, focused(f, field), placeholder);
    f->y++;
    end_field(f, field);
}

/* --- the form ------------------------------------------------------------------------------------------------------------- */

static const char *
optional(enum ud_need need)
{
    return need == UD_NEED_OPTIONAL ? _("optional") : NULL;
}

static void
lay_fields(struct form *f)
{
    const struct ud_view_reason *m = f->model;

    choice_field(f, UD_REASON_FIELD_REASON, _("Why is the key needed? Press its digit."), _("Reason"), m->reason, m->reason_count,
        m->reason_chosen);
    if (m->note_shown)
        /* UD: at most 15 cells */
        text_field(f, UD_REASON_FIELD_NOTE, _("Note"), m->note, NULL);
    if (m->user_shown)
        text_field(f, UD_REASON_FIELD_USER, _("User"), m->user_line, _("alice@corp.example, CORP\\alice"));
    if (m->ticket_need != UD_NEED_NO)
        /* UD: at most 15 cells */
        text_field(f, UD_REASON_FIELD_TICKET, _("Ticket"), m->ticket, optional(m->ticket_need));
    if (m->caller_need != UD_NEED_NO)
        /* UD: at most 15 cells */
        text_field(f, UD_REASON_FIELD_CALLER, _("Who is calling"), m->caller, optional(m->caller_need));
    if (m->verified_need != UD_NEED_NO && m->verified_count > 0) {
        f->y += f->air;
        choice_field(f, UD_REASON_FIELD_VERIFIED, _("How was the caller checked? Press its digit."), _("Checked"), m->verified,
            m->verified_count, m->verified_chosen);
    }
    if (m->presence_shown) /* UD: at most 15 cells */
        text_field(f, UD_REASON_FIELD_PRESENCE, m->presence_passphrase ? _("Your passphrase") : _("Your PIN"), m->presence, NULL);
}

static struct form
lay_form(struct ud_canvas cv, const struct ud_view_reason *model, bool air, bool folded)
{
    struct form f = { .cv = cv, .model = model, .air = air, .folded = folded };

    lay_fields(&f);
    return f;
}

static void
draw_title(struct ud_canvas cv, const struct ud_view_reason *model)
{
    char id[12], line[420];
    int used;

    ud_part_short_id(id, &model->key.id);
    used = ud_canvas_fit(cv, SIDE, 0, 10, UD_ROLE_HEADING, id);
    snprintf(line, sizeof(line), model->user_shown ? _("%s of %s") : _("%s of %s · %s"), ud_view_kind(model->key.kind),
        model->device ? model->device : "", model->user ? model->user : "");
    ud_canvas_fit(cv, SIDE + used + 2, 0, cv.width - used - 2 - 2 * SIDE, UD_ROLE_TEXT, line);
}

/* What will be recorded: one heading, the sentence below. Returns its rows, of which there are at most `most`. */
static int
draw_record(struct ud_canvas cv, int y, int most, const struct ud_view_reason *model, bool draw)
{
    char sentence[1400];
    int width = cv.width - 2 * SIDE > WIDTH ? WIDTH : cv.width - 2 * SIDE, head = cv.height >= 10, rows;

    ud_view_reason_sentence(sentence, sizeof(sentence), model);
    rows = ud_canvas_wrap(cv, 0, 0, width, UD_ROLE_TEXT, sentence, false);
    rows = rows + head > most ? most - head : rows;
    if (draw && head)
        ud_canvas_fit(cv, SIDE, y, width, model->sending ? UD_ROLE_STATE_WAITING : UD_ROLE_LABEL,
            model->sending ? _("Being recorded and sent:") : _("Enter records this and gets the key:"));
    if (draw)
        ud_canvas_wrap(ud_canvas_part(cv, SIDE, y + head, width, rows), 0, 0, width, UD_ROLE_STRONG, sentence, true);
    return rows + head;
}

void
ud_view_reason(struct ud_canvas cv, const struct ud_view_reason *model)
{
    bool tall = cv.height >= 14;
    int top = 1 + tall, record = draw_record(cv, 0, tall ? cv.height / 3 + 1 : 2, model, false), offset = 0;
    struct ud_canvas window = ud_canvas_part(cv, 0, top, cv.width, cv.height - record - top - tall);
    struct form f = lay_form(window, model, true, false);

    draw_title(cv, model);
    if (f.y > window.height)
        f = lay_form(window, model, false, false);
    if (f.y > window.height)
        f = lay_form(window, model, false, true);
    if (f.focus_end > window.height)
        offset = f.focus_end - window.height < f.focus_y ? f.focus_end - window.height : f.focus_y;
    if (f.y < window.height)
        window.height = f.y;
    f = (struct form){
        .cv = ud_canvas_scrolled(window, f.y, offset), .model = model, .draw = true, .air = f.air, .folded = f.folded
    };
    lay_fields(&f);
    draw_record(cv, top + window.height + tall, record, model, true);
}
