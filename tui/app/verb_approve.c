/* `approve`: the requests for approval that wait, a decision about one, and the surge. Nothing secret is shown: an approver never sees a key. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "app/oneshot.h"
#include "grid/i18n.h"
#include "view/chrome.h"
#include "wire/approval.h"

#define MOST 200

struct gathering {
    struct ud_approval_request *item;
    uint8_t *source;
    size_t count;
};

static void
on_approval(struct ud_oneshot *s, const struct ud_msg *e, void *arg)
{
    struct gathering *g = arg;

    (void)s;
    if (e->type != UD_MSG_APPROVAL || g->count == MOST)
        return;
    g->source[g->count] = e->u.approval.source;
    g->item[g->count++] = e->u.approval.a;
}

/* Of every source that has approvals. */
static enum ud_status
gather(struct ud_oneshot *s, struct gathering *g, bool open, struct ud_error *err)
{
    bool any = false;
    enum ud_status st = UD_OK;

    for (uint8_t i = 0; i < s->config.source_count; i++) {
        struct ud_msg m = { .type = UD_MSG_APPROVALS, .u.approval_do = { .source = i, .open = open } };
        st = ud_oneshot_request(s, &m, NULL, on_approval, g, err);
        if (st != UD_OK && st != UD_UNSUPPORTED)
            return st;
        any = any || st == UD_OK;
    }
    return any ? UD_OK : st;
}

static const char *
state_word(enum ud_approval_state state)
{
    switch (state) {
    case UD_APPROVAL_OPEN:
        return _("open");
    case UD_APPROVAL_GRANTED:
        return _("granted");
    case UD_APPROVAL_DENIED:
        return _("denied");
    case UD_APPROVAL_WITHDRAWN:
        return _("withdrawn");
    case UD_APPROVAL_USED:
        return _("used");
    default:
        return _("expired");
    }
}

static enum ud_status
print_json(void (*write)(struct ud_json_writer *w, const void *arg), const void *arg, struct ud_error *err)
{
    struct ud_json_writer w;
    struct ud_buf b;
    enum ud_status st;

    ud_buf_init(&b, (size_t)1 << 20);
    ud_json_writer_init(&w, &b);
    write(&w, arg);
    st = ud_print_json(&b, err);
    ud_buf_free(&b);
    return st;
}

/* --- list ---------------------------------------------------------------------------------------------------------------- */

static void
write_list(struct ud_json_writer *w, const void *arg)
{
    const struct gathering *g = arg;

    ud_wire_cli_approvals(w, g->item, g->count);
}

static void
print_row(const struct ud_approval_request *a)
{
    char id[UD_GUID_TEXT], key[9];

    ud_guid_format(id, &a->id);
    ud_guid_short(key, &a->key);
    printf("%.8s  ", id);
    ud_print_cell(state_word(a->state), 10);
    printf("  ");
    ud_print_cell(a->requester, 20);
    printf("  ");
    ud_print_cell(a->device_name, 16);
    printf("  %s  ", ud_guid_is_zero(&a->key) ? "-       " : key);
    ud_print_cell(a->why.reason, 18);
    printf("  %s\n", a->why.ticket);
}

static enum ud_status
list(struct ud_oneshot *s, struct gathering *g, struct ud_error *err)
{
    enum ud_status st = gather(s, g, false, err);

    if (st != UD_OK)
        return st;
    if (s->options->json)
        return print_json(write_list, g, err);
    for (size_t i = 0; i < g->count; i++)
        print_row(&g->item[i]);
    if (g->count == 0)
        printf("%s\n", _("There are no requests for approval."));
    return UD_OK;
}

/* --- one ------------------------------------------------------------------------------------------------------------------- */

/* By its whole id or the first characters of it, as `approve list` prints them. */
static enum ud_status
find(struct ud_oneshot *s, struct gathering *g, size_t *at, struct ud_error *err)
{
    const char *text = s->options->arg[0];
    char id[UD_GUID_TEXT];
    size_t found = 0, length = strlen(text);
    enum ud_status st = gather(s, g, false, err);

    for (size_t i = 0; i < g->count && st == UD_OK; i++) {
        ud_guid_format(id, &g->item[i].id);
        if (length < 8 || length >= sizeof(id) || strncasecmp(id, text, length) != 0)
            continue;
        *at = i;
        found++;
    }
    if (st != UD_OK)
        return st;
    if (found > 1)
        return ud_error_set(err, UD_AMBIGUOUS, _("%zu requests start with %s"), found, text);
    if (found == 1)
        return UD_OK;
    ud_error_set(err, UD_NOTFOUND, _("There is no request for approval %s"), text);
    return ud_error_hint(err, "%s", _("unlockdesk approve list shows them; at least 8 characters of the id are needed."));
}

static void
write_show(struct ud_json_writer *w, const void *arg)
{
    ud_wire_cli_approval(w, "unlockdesk.approve.show/1", arg);
}

static void
write_decided(struct ud_json_writer *w, const void *arg)
{
    ud_wire_cli_approval(w, "unlockdesk.approve.decide/1", arg);
}

static void
print_fact(const char *label, const char *value)
{
    if (value[0] == '\0')
        return;
    ud_print_cell(label, 12);
    printf(" %s\n", value);
}

static enum ud_status
show(struct ud_oneshot *s, const struct ud_approval_request *a, struct ud_error *err)
{
    char id[UD_GUID_TEXT], key[UD_GUID_TEXT], created[32], expires[32];

    if (s->options->json)
        return print_json(write_show, a, err);
    ud_guid_format(id, &a->id);
    ud_guid_format(key, &a->key);
    ud_wall_format(created, sizeof(created), a->created, false);
    ud_wall_format(expires, sizeof(expires), a->expires, false);
    print_fact(_("Request"), id);
    print_fact(_("State"), state_word(a->state));
    print_fact(_("Who asks"), a->requester);
    print_fact(_("Account"), a->account);
    print_fact(_("Device"), a->device_name);
    print_fact(_("Serial"), a->serial);
    print_fact(_("User"), a->user);
    print_fact(_("Key ID"), ud_guid_is_zero(&a->key) ? "-" : key);
    print_fact(_("Kind"), ud_view_kind(a->kind));
    print_fact(_("Reason"), a->why.reason);
    print_fact(_("Ticket"), a->why.ticket);
    print_fact(_("Note"), a->why.note);
    print_fact(_("Caller"), a->why.caller);
    print_fact(_("Checked"), a->why.verified);
    print_fact(_("Asked"), created);
    print_fact(_("Until"), expires);
    print_fact(_("Decided by"), a->approver);
    print_fact(_("Answer"), a->answer);
    return UD_OK;
}

/* --- decisions ---------------------------------------------------------------------------------------------------------------- */

/* The line is durable before the decision leaves. */
static enum ud_status
record(struct ud_oneshot *s, const struct ud_approval_request *a, uint8_t source, const char *outcome, struct ud_error *err)
{
    char device[UD_GUID_TEXT], key[UD_GUID_TEXT] = "", request[UD_GUID_TEXT];
    struct ud_record r = { .event = UD_EVENT_APPROVAL,
        .operator_id = s->account,
        .source = s->config.source[source].name,
        .device = device,
        .device_name = a->device_name,
        .serial = a->serial,
        .user = a->user,
        .key = key,
        .kind = ud_kind_name(a->kind),
        .reason = a->why.reason,
        .ticket = a->why.ticket,
        .outcome = outcome,
        .request = request,
        .detail = a->requester };
    struct ud_journal *j = NULL;
    enum ud_status st = ud_journal_open(&j, s->config.journal_dir, err);

    ud_guid_format(device, &a->device);
    if (!ud_guid_is_zero(&a->key))
        ud_guid_format(key, &a->key);
    ud_guid_format(request, &a->request);
    if (st == UD_OK)
        st = ud_journal_append(j, &r, NULL, err);
    ud_journal_free(&j);
    return st;
}

static enum ud_status
decide(struct ud_oneshot *s, struct gathering *g, size_t at, enum ud_approval_decision what, struct ud_error *err)
{
    struct ud_approval_request asked = g->item[at];
    struct ud_msg m = { .type = UD_MSG_DECIDE };
    enum ud_status st;

    m.u.approval_do = (struct ud_msg_approval_do){ .source = g->source[at],
        .id = asked.id,
        .decision = (uint8_t)what,
        .note = s->options->note != NULL ? s->options->note : "" };
    if ((st = record(s, &asked, g->source[at], ud_approval_decision_name(what), err)) != UD_OK)
        return st;
    g->count = 0;
    if ((st = ud_oneshot_request(s, &m, NULL, on_approval, g, err)) != UD_OK)
        return st;
    if (s->options->json)
        return print_json(write_decided, &g->item[0], err);
    printf(what == UD_APPROVAL_GRANT ? _("Granted. %s can get this key once.\n") : _("Denied. %s reads your note.\n"),
        asked.requester);
    return UD_OK;
}

/* --- the surge ---------------------------------------------------------------------------------------------------------------- */

struct surge {
    char incident[UD_INCIDENT_MAX];
    ud_wall ends;
};

static void
on_surge(struct ud_oneshot *s, const struct ud_msg *e, void *arg)
{
    struct surge *g = arg;

    (void)s;
    if (e->type != UD_MSG_SURGE_STATE)
        return;
    (void)ud_copy(g->incident, sizeof(g->incident), e->u.surge_state.incident);
    g->ends = e->u.surge_state.ends;
}

static void
write_surge(struct ud_json_writer *w, const void *arg)
{
    const struct surge *g = arg;

    ud_wire_cli_surge(w, g->incident, g->ends);
}

static enum ud_status
surge(struct ud_oneshot *s, struct ud_error *err)
{
    const struct ud_options *o = s->options;
    struct ud_msg m = { .type = UD_MSG_SURGE };
    struct surge g = { .ends = UD_WALL_NONE };
    char until[32];
    enum ud_status st;

    if (o->hours < 0 || o->hours > 12 || (o->hours > 0 && (o->incident == NULL || !ud_incident_valid(o->incident)))) {
        ud_error_set(err, UD_USAGE, "%s", _("A surge needs --incident NUMBER and --hours 1 to 12; --hours 0 ends it"));
        return ud_error_hint(err, "%s", _("For example: unlockdesk approve surge --incident INC0012345 --hours 4"));
    }
    m.u.approval_do.hours = (uint32_t)o->hours;
    m.u.approval_do.note = o->incident != NULL ? o->incident : "";
    if ((st = ud_oneshot_start(s, true, err)) != UD_OK || (st = ud_oneshot_sign_in(s, err)) != UD_OK ||
        (st = ud_oneshot_request(s, &m, NULL, on_surge, &g, err)) != UD_OK)
        return st;
    if (o->json)
        return print_json(write_surge, &g, err);
    if (g.incident[0] == '\0') {
        printf("%s\n", _("The surge is over. The hourly limit holds again."));
        return UD_OK;
    }
    ud_wall_format(until, sizeof(until), g.ends, false);
    printf(_("Surge %s until %s. The hourly limit is lifted; every key shown is marked with the incident.\n"), g.incident, until);
    return UD_OK;
}

/* ------------------------------------------------------------------------------------------------------------------------------ */

static enum ud_status
about_one(struct ud_oneshot *s, struct gathering *g, struct ud_error *err)
{
    size_t at = 0;
    enum ud_status st = find(s, g, &at, err);

    if (st != UD_OK)
        return st;
    if (strcmp(s->options->verb, "approve grant") == 0)
        return decide(s, g, at, UD_APPROVAL_GRANT, err);
    if (strcmp(s->options->verb, "approve deny") == 0)
        return decide(s, g, at, UD_APPROVAL_DENY, err);
    return show(s, &g->item[at], err);
}

enum ud_status
ud_verb_approve(struct ud_oneshot *s, struct ud_error *err)
{
    const char *verb = s->options->verb, *note = s->options->note;
    struct gathering g = { .count = 0 };
    enum ud_status st;

    if (strcmp(verb, "approve surge") == 0)
        return surge(s, err);
    if (strcmp(verb, "approve deny") == 0 && (note == NULL || note[strspn(note, " ")] == '\0'))
        return ud_error_set(err, UD_USAGE, "%s", _("A denial needs --note TEXT: whoever asked reads it"));
    if ((st = ud_oneshot_start(s, true, err)) != UD_OK || (st = ud_oneshot_sign_in(s, err)) != UD_OK)
        return st;
    g.item = ud_xcalloc(MOST, sizeof(*g.item));
    g.source = ud_xcalloc(MOST, sizeof(*g.source));
    st = strcmp(verb, "approve list") == 0 ? list(s, &g, err) : about_one(s, &g, err);
    free(g.item);
    free(g.source);
    return st;
}
