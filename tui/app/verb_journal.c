/* `journal list`, `verify`, `export`, `renew`: local, no source is asked. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/oneshot.h"
#include "grid/i18n.h"
#include "journal/renew.h"
#include "wire/cli.h"

#define EXPORT_MAX ((size_t)1 << 20)

struct listing {
    struct ud_oneshot *s;
    long skip; /* lines before the first that is printed */
    long seen;
    struct ud_error *err;
    enum ud_status status;
};

static bool
count_line(const struct ud_journal_line *line, void *arg)
{
    (void)line;
    ++*(long *)arg;
    return true;
}

static const char *
or_none(const char *text)
{
    return text != NULL ? text : "";
}

static bool
print_line(const struct ud_journal_line *line, void *arg)
{
    struct listing *l = arg;
    const struct ud_record *r = &line->record;
    char when[32];

    if (l->seen++ < l->skip)
        return true;
    ud_wall_format(when, sizeof(when), line->when, false);
    printf("%6llu  %s  ", (unsigned long long)line->sequence, when);
    ud_print_cell(ud_event_kind_name(r->event), 14);
    printf(" %s %s %.8s %s %s %s\n", or_none(r->device_name), or_none(r->serial), or_none(r->key), or_none(r->reason),
        or_none(r->ticket), r->outcome != NULL ? r->outcome : or_none(r->detail));
    return true;
}

static void
write_line(struct ud_json_writer *w, const struct ud_journal_line *line)
{
    const struct ud_record *r = &line->record;
    const struct {
        const char *name, *text;
    } member[] = { { "operator", r->operator_id }, { "source", r->source }, { "device", r->device },
        { "device_name", r->device_name }, { "serial", r->serial }, { "user", r->user }, { "key", r->key }, { "kind", r->kind },
        { "reason", r->reason }, { "ticket", r->ticket }, { "note", r->note }, { "caller", r->caller },
        { "verified", r->verified }, { "outcome", r->outcome }, { "request", r->request },
        { "server_request", r->server_request }, { "finding", r->finding }, { "detail", r->detail } };

    ud_json_write_object(w, NULL);
    ud_json_write_int(w, "sequence", (int64_t)line->sequence);
    ud_json_write_time(w, "time", line->when);
    ud_json_write_text(w, "event", ud_event_kind_name(r->event));
    for (size_t i = 0; i < sizeof(member) / sizeof(member[0]); i++)
        if (member[i].text != NULL && member[i].text[0] != '\0')
            ud_json_write_text(w, member[i].name, member[i].text);
    ud_json_write_object_end(w);
}

static bool
export_line(const struct ud_journal_line *line, void *arg)
{
    struct listing *l = arg;
    struct ud_json_writer w;
    struct ud_buf b;

    if (l->seen++ < l->skip)
        return true;
    ud_buf_init(&b, EXPORT_MAX);
    ud_json_writer_init(&w, &b);
    write_line(&w, line);
    l->status = ud_print_json(&b, l->err);
    ud_buf_free(&b);
    return l->status == UD_OK;
}

static enum ud_status
list(struct ud_oneshot *s, bool lines_of_json, struct ud_error *err)
{
    struct listing l = { .s = s, .err = err, .status = UD_OK };
    long total = 0;
    enum ud_status st;

    if (s->options->limit >= 0) {
        if ((st = ud_journal_read(s->config.journal_dir, count_line, &total, err)) != UD_OK)
            return st;
        l.skip = total > s->options->limit ? total - s->options->limit : 0;
    }
    st = ud_journal_read(s->config.journal_dir, lines_of_json ? export_line : print_line, &l, err);
    return st != UD_OK ? st : l.status;
}

static void
verify_text(const struct ud_journal_report *r)
{
    if (!r->ok) {
        printf(_("Line %llu of %llu is not as it was written: %s\n"), (unsigned long long)r->first_bad,
            (unsigned long long)r->lines, r->what);
        return;
    }
    printf(ud_plural("ok: %llu line, signed.\n", "ok: %llu lines, each signed and chained.\n", r->lines),
        (unsigned long long)r->lines);
    if (r->anchored == 0)
        printf("%s\n", _("No checkpoint is kept elsewhere, so lines cut off at the end would not be noticed."));
    else
        printf(ud_plural("Checkpoints cover the first line, %llu.\n", "Checkpoints cover the first %llu lines.\n", r->anchored),
            (unsigned long long)r->anchored);
}

static enum ud_status
verify(struct ud_oneshot *s, struct ud_error *err)
{
    struct ud_journal_report r;
    enum ud_status st = ud_journal_verify(&r, s->config.journal_dir, err);

    if (st != UD_OK)
        return st;
    if (s->options->json) {
        struct ud_json_writer w;
        struct ud_buf b;
        ud_buf_init(&b, (size_t)64 * 1024);
        ud_json_writer_init(&w, &b);
        ud_wire_cli_verify(&w, r.lines, r.ok, r.first_bad, r.anchored, r.ok ? NULL : r.what);
        st = ud_print_json(&b, err);
        s->answered = st == UD_OK;
        ud_buf_free(&b);
    } else {
        verify_text(&r);
    }
    if (st == UD_OK && !r.ok) {
        ud_error_set(
            err, UD_TAMPERED, _("Line %llu of the activity log has been changed: %s"), (unsigned long long)r.first_bad, r.what);
        return ud_error_hint(err, "%s", _("Keep the files as they are and tell whoever is responsible for security."));
    }
    return st;
}

static enum ud_status
renew(struct ud_oneshot *s, struct ud_error *err)
{
    char aside[600];
    const char *why = s->options->note;
    enum ud_status st;

    if (why == NULL || why[0] == '\0') {
        ud_error_set(err, UD_USAGE, "%s", _("Say why a new log begins: --note TEXT"));
        return ud_error_hint(err, "%s", _("It stands in the first line of the new log."));
    }
    if ((st = ud_journal_renew(aside, sizeof(aside), s->config.journal_dir, why, err)) != UD_OK)
        return st;
    printf(_("A new activity log has begun. The old one is kept in %s.\n"), aside);
    printf("%s\n", _("Consoles that are open must be ended and started again."));
    return UD_OK;
}

enum ud_status
ud_verb_journal(struct ud_oneshot *s, struct ud_error *err)
{
    if (strcmp(s->options->verb, "journal verify") == 0)
        return verify(s, err);
    if (strcmp(s->options->verb, "journal renew") == 0)
        return renew(s, err);
    return list(s, s->options->json || strcmp(s->options->verb, "journal export") == 0, err);
}
