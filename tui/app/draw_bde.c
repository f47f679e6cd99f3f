/* The model of the pages about manage-bde's output. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "app/draw_parts.h"
#include "app/screens.h"
#include "base/buf.h"
#include "grid/i18n.h"
#include "view/bde.h"

#define NOTE_MAX 240

static bool
is_asked(const struct ud_bde_state *b, const struct ud_guid *id)
{
    char text[UD_GUID_TEXT];
    size_t n = 0;

    ud_guid_format(text, id);
    for (const char *p = text; *p != '\0' && b->asked[n] != '\0'; p++)
        if (*p != '-' && *p != b->asked[n++])
            return false;
    return n > 0;
}

static enum ud_tone
key_note(char out[NOTE_MAX], const struct ud_app *app, const struct ud_bde_fact *f)
{
    char when[32];

    switch (f->known) {
    case UD_BDE_WRONG:
        (void)ud_copy(out, NOTE_MAX, f->why);
        return UD_TONE_ERROR;
    case UD_BDE_ASKED:
        (void)ud_copy(out, NOTE_MAX, _("being compared …"));
        return UD_TONE_PLAIN;
    case UD_BDE_STORED_HERE:
        ud_view_clock(when, f->key.created, app->wall);
        (void)snprintf(
            out, NOTE_MAX, f->key.state == UD_KEY_SUPERSEDED ? _("stored; a newer key is stored, too") : _("stored at %s"), when);
        return f->key.state == UD_KEY_SUPERSEDED ? UD_TONE_WARNING : UD_TONE_GOOD;
    case UD_BDE_STORED_ELSEWHERE:
        (void)snprintf(out, NOTE_MAX, _("stored, for %s"), f->device[0] ? ud_draw_name(app, f->device) : _("another device"));
        return UD_TONE_WARNING;
    case UD_BDE_NOT_STORED:
        (void)ud_copy(out, NOTE_MAX, _("not stored"));
        return UD_TONE_WARNING;
    case UD_BDE_NOT_COMPARED:
    default:
        (void)ud_copy(out, NOTE_MAX, f->why[0] ? f->why : _("not compared"));
        return UD_TONE_PLAIN;
    }
}

/* The key that is stored for this drive and stands nowhere in the text: it fits no more. */
static const struct ud_key *
stale_key(const struct ud_app *app, enum ud_volume volume)
{
    const struct ud_bde_state *b = &app->bde;

    for (size_t i = 0; i < app->device.count; i++) {
        const struct ud_key *k = &app->device.key[i];
        bool listed = false;
        if (k->kind != UD_KIND_BITLOCKER || k->volume != volume || k->state == UD_KEY_SUPERSEDED)
            continue;
        for (size_t j = 0; j < b->list.count; j++)
            listed = listed || ud_guid_compare(&b->list.item[j].id, &k->id) == 0;
        if (!listed)
            return k;
    }
    return NULL;
}

static size_t
count_keys(const struct ud_bde_state *b, const struct ud_bde_protector **first, const struct ud_bde_protector **asked)
{
    size_t n = 0;

    *first = *asked = NULL;
    for (size_t i = 0; i < b->list.count; i++) {
        if (is_asked(b, &b->list.item[i].id))
            *asked = &b->list.item[i];
        if (b->list.item[i].is_key && n++ == 0)
            *first = &b->list.item[i];
    }
    return n;
}

static void
upper(char out[40], const char *hex)
{
    size_t n = 0;

    for (; hex[n] != '\0' && n < 39; n++)
        out[n] = (char)toupper((unsigned char)hex[n]);
    out[n] = '\0';
}

/* What to make of the text as a whole. */
static enum ud_tone
advice(char *out, size_t size, const struct ud_app *app)
{
    const struct ud_bde_state *b = &app->bde;
    const struct ud_bde_protector *key, *asked;
    size_t keys = count_keys(b, &key, &asked);
    const struct ud_key *stale;
    char id[12], digits[40];

    if (b->list.count == 0 && b->list.problems == 0) {
        (void)ud_copy(out, size, _("There is no protector in it. Was it the output of manage-bde -protectors -get C: ?"));
        return UD_TONE_ERROR;
    }
    if (keys == 0) {
        (void)ud_copy(out, size,
            _("There is no 48-digit recovery key in it. At the device one is made with: manage-bde -protectors -add C: "
              "-recoverypassword"));
        return UD_TONE_WARNING;
    }
    ud_guid_short(id, &key->id);
    if (asked != NULL && !asked->is_key) {
        upper(digits, b->asked);
        (void)snprintf(out, size, _("%s is the ID of: %s. That is often read out by mistake. The recovery key's ID is %s."),
            digits, ud_view_bde_kind(asked), id);
        return UD_TONE_WARNING;
    }
    if (asked == NULL && b->asked[0] != '\0') {
        upper(digits, b->asked);
        (void)snprintf(
            out, size, _("The ID that was asked for, %s, is not in it: the text is of another drive or computer."), digits);
        return UD_TONE_WARNING;
    }
    if (b->has_device && (stale = stale_key(app, key->volume)) != NULL) {
        ud_guid_short(id, &stale->id);
        (void)snprintf(
            out, size, _("The key stored for this drive, %s, is not in it: it fits no more, or the text is an old one."), id);
        return UD_TONE_WARNING;
    }
    (void)snprintf(out, size,
        ud_plural("%zu recovery key. Its ID stands on the caller's screen.",
            "%zu recovery keys. Each one opens its drive; its ID stands on the caller's screen.", keys),
        keys);
    return UD_TONE_PLAIN;
}

static void
fill_rows(const struct ud_app *app, struct ud_view_bde_row *row, char note[][NOTE_MAX])
{
    const struct ud_bde_state *b = &app->bde;

    for (size_t i = 0; i < b->list.count; i++) {
        row[i] = (struct ud_view_bde_row){ .p = &b->list.item[i], .asked = is_asked(b, &b->list.item[i].id), .note = note[i] };
        if (b->list.item[i].is_key)
            row[i].tone = key_note(note[i], app, &b->fact[i]);
        else
            (void)ud_copy(note[i], NOTE_MAX, _("no recovery key"));
    }
}

static void
draw_taking(const struct ud_app *app, struct ud_canvas cv)
{
    const struct ud_bde_state *b = &app->bde;
    char digits[40], done[64], back[64];
    struct ud_view_bde_take m = { .device = b->has_device ? ud_draw_name(app, app->device.dev.name) : NULL,
        .asked = digits,
        .lines = b->lines,
        .bytes = ud_secret_length(b->text),
        .full = ud_secret_length(b->text) == ud_secret_capacity(b->text),
        .done_hint = done,
        .back_hint = back };

    upper(digits, b->asked);
    ud_draw_key_name(app, "bde.done", done);
    ud_draw_key_name(app, "bde.back", back);
    ud_view_bde_take(cv, &m);
}

void
ud_draw_bde(struct ud_app *app, struct ud_canvas cv)
{
    struct ud_bde_state *b = &app->bde;
    struct ud_view_bde_row row[UD_BDE_PROTECTORS];
    char note[UD_BDE_PROTECTORS][NOTE_MAX], text[300], problem[200], next[200], key[64];
    struct ud_view_bde m = {
        .device = b->has_device ? ud_draw_name(app, app->device.dev.name) : NULL, .row = row, .advice = text
    };

    if (b->text == NULL)
        return;
    if (b->step == UD_BDE_TAKING) {
        draw_taking(app, cv);
        return;
    }
    m.advice_tone = advice(text, sizeof(text), app);
    m.left_out = b->list.left_out;
    if (b->list.problems > 0) {
        (void)snprintf(
            problem, sizeof(problem), _("Line %u: %s."), b->list.problem[0].line, ud_bde_problem_text(b->list.problem[0].what));
        m.problem = problem;
    }
    fill_rows(app, row, note);
    ud_draw_key_name(app, "bde.store", key);
    if (ud_bde_store_refused(app) == NULL)
        (void)snprintf(next, sizeof(next), _("%s stores this key for the device, sealed; its digits are not shown."), key);
    else
        (void)ud_copy(next, sizeof(next), ud_bde_store_refused(app));
    m.next = next;
    ud_list_set(&b->rows, b->list.count, ud_view_bde_rows(cv.width, cv.height, &m));
    m.list = b->rows;
    ud_view_bde(cv, &m);
}
