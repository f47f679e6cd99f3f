/* The policy object: one table of members serves both directions. Times travel in seconds. */
#include "wire/escrow.h"

#include <stddef.h>
#include <string.h>

#include "base/text.h"
#include "wire/json.h"

#define COUNT(a)    (sizeof(a) / sizeof((a)[0]))
#define SECONDS_MAX (31 * 86400)

enum member_type { MEMBER_NEED, MEMBER_RULE, MEMBER_TEXT, MEMBER_TIME, MEMBER_COUNT, MEMBER_BOOL };

static const struct {
    const char *name;
    enum member_type type;
    size_t offset, size;
} members[] = {
#define AT(member) offsetof(struct ud_policy, member), sizeof(((struct ud_policy *)NULL)->member)
    { "ticket", MEMBER_NEED, AT(ticket) },
    { "ticket_prefix", MEMBER_TEXT, AT(ticket_prefix) },
    { "ticket_pattern", MEMBER_TEXT, AT(ticket_pattern) },
    { "note", MEMBER_NEED, AT(note) },
    { "caller", MEMBER_NEED, AT(caller) },
    { "verified", MEMBER_NEED, AT(verified) },
    { "rotate_after_disclosure", MEMBER_BOOL, AT(rotate_after_disclosure) },
    { "rotate_delay_s", MEMBER_TIME, AT(rotate_delay) },
    { "rotate_due_s", MEMBER_TIME, AT(rotate_due) },
    { "idle_warn_s", MEMBER_TIME, AT(idle_warn) },
    { "idle_countdown_s", MEMBER_TIME, AT(idle_countdown) },
    { "session_max_s", MEMBER_TIME, AT(session_max) },
    { "session_grace_s", MEMBER_TIME, AT(session_grace) },
    { "locked_end_s", MEMBER_TIME, AT(locked_end) },
    { "presence_max_s", MEMBER_TIME, AT(presence_max) },
    { "group_cover_s", MEMBER_TIME, AT(group_cover) },
    { "whole_cover_s", MEMBER_TIME, AT(whole_cover) },
    { "covered_max_s", MEMBER_TIME, AT(covered_max) },
    { "store_max_s", MEMBER_TIME, AT(store_max) },
    { "store_request_blocks", MEMBER_BOOL, AT(store_request_blocks) },
    { "copy_ticket", MEMBER_BOOL, AT(copy_ticket) },
    { "keys_asked_again", MEMBER_COUNT, AT(keys_asked_again) },
    { "keys_stop", MEMBER_COUNT, AT(keys_stop) },
    { "allow_recorder", MEMBER_BOOL, AT(allow_recorder) },
    { "lock_drops_directory", MEMBER_BOOL, AT(lock_drops_directory) },
    { "training", MEMBER_BOOL, AT(training) },
    { "self_service_notice", MEMBER_BOOL, AT(self_service_notice) },
    { "helpdesk", MEMBER_TEXT, AT(helpdesk) },
    { "approval", MEMBER_RULE, AT(approval) },
    { "approval_expires_s", MEMBER_TIME, AT(approval_expires) },
#undef AT
};

static const char *const need_names[] = { "no", "optional", "yes" };
static const char *const rule_names[] = { "no", "personal", "yes" };

/* Index of a member's text among `words`; UD_NOTFOUND leaves *out. */
static enum ud_status
get_word(size_t *out, const struct ud_json *doc, const char *name, const char *const *words, size_t count, struct ud_error *err)
{
    const struct ud_json *m = ud_json_member(doc, name);
    const char *text = ud_json_raw_text(m);

    if (m == NULL)
        return UD_NOTFOUND;
    for (size_t i = 0; text != NULL && i < count; i++)
        if (strcmp(text, words[i]) == 0) {
            *out = i;
            return UD_OK;
        }
    return ud_error_set(err, UD_MALFORMED, "the member \"%s\" has a value that is not known", name);
}

static enum ud_status
get_member(struct ud_policy *p, size_t i, const struct ud_json *doc, struct ud_error *err)
{
    const char *name = members[i].name;
    void *at = (char *)p + members[i].offset;
    int64_t number;
    size_t word;
    enum ud_status st = UD_FAILED;

    switch (members[i].type) {
    case MEMBER_NEED:
        if ((st = get_word(&word, doc, name, need_names, COUNT(need_names), err)) == UD_OK)
            *(enum ud_need *)at = (enum ud_need)word;
        break;
    case MEMBER_RULE:
        if ((st = get_word(&word, doc, name, rule_names, COUNT(rule_names), err)) == UD_OK)
            *(enum ud_approval_rule *)at = (enum ud_approval_rule)word;
        break;
    case MEMBER_TEXT:
        st = ud_json_get_text(at, members[i].size, doc, name, err);
        break;
    case MEMBER_TIME:
        if ((st = ud_json_get_int(&number, doc, name, 0, SECONDS_MAX, err)) == UD_OK)
            *(ud_msec *)at = number * 1000;
        break;
    case MEMBER_COUNT:
        if ((st = ud_json_get_int(&number, doc, name, 0, 1000000, err)) == UD_OK)
            *(unsigned *)at = (unsigned)number;
        break;
    case MEMBER_BOOL:
        st = ud_json_get_bool(at, doc, name, err);
        break;
    }
    return ud_json_optional(st);
}

/* A list, or nothing; anything else is wrong. */
static enum ud_status
get_list(const struct ud_json **first, bool *present, const struct ud_json *doc, const char *name, struct ud_error *err)
{
    const struct ud_json *list = ud_json_member(doc, name);

    *present = list != NULL;
    *first = ud_json_first(list);
    if (list != NULL && ud_json_kind(list) != UD_JSON_IS_ARRAY)
        return ud_error_set(err, UD_MALFORMED, "the member \"%s\" is no list", name);
    return UD_OK;
}

static enum ud_status
get_reason(struct ud_reason *out, const struct ud_json *item, struct ud_error *err)
{
    enum ud_status st;

    memset(out, 0, sizeof(*out));
    st = ud_json_required(ud_json_get_text(out->code, sizeof(out->code), item, "code", err), "code", err);
    if (st == UD_OK && out->code[0] == '\0')
        st = ud_error_set(err, UD_MALFORMED, "a reason has no code");
    if (st == UD_OK)
        st = ud_json_optional(ud_json_get_text(out->text, sizeof(out->text), item, "text", err));
    if (st == UD_OK)
        st = ud_json_optional(ud_json_get_bool(&out->needs_note, item, "needs_note", err));
    if (st == UD_OK)
        st = ud_json_optional(ud_json_get_bool(&out->self_service, item, "self_service", err));
    if (st == UD_OK)
        st = ud_json_optional(ud_json_get_bool(&out->needs_approval, item, "needs_approval", err));
    return st;
}

static enum ud_status
get_reasons(struct ud_policy *p, const struct ud_json *doc, struct ud_error *err)
{
    const struct ud_json *item;
    bool present;
    enum ud_status st = get_list(&item, &present, doc, "reasons", err);

    if (st != UD_OK || !present)
        return st;
    memset(p->reason, 0, sizeof(p->reason));
    for (p->reason_count = 0; item != NULL && st == UD_OK; item = ud_json_after(item)) {
        if (p->reason_count == UD_REASON_MAX)
            return ud_error_set(err, UD_MALFORMED, "there are more than %d reasons", UD_REASON_MAX);
        st = get_reason(&p->reason[p->reason_count++], item, err);
    }
    return st;
}

static enum ud_status
get_ways(struct ud_policy *p, const struct ud_json *doc, struct ud_error *err)
{
    const struct ud_json *item;
    bool present;
    enum ud_status st = get_list(&item, &present, doc, "verified_ways", err);

    if (st != UD_OK || !present)
        return st;
    memset(p->verified_way, 0, sizeof(p->verified_way));
    for (p->verified_count = 0; item != NULL; item = ud_json_after(item)) {
        const char *text = ud_json_raw_text(item);
        if (text == NULL || p->verified_count == UD_VERIFIED_MAX)
            return ud_error_set(err, UD_MALFORMED, "\"verified_ways\" is no list of at most %d texts", UD_VERIFIED_MAX);
        ud_text_clean(p->verified_way[p->verified_count++], sizeof(p->verified_way[0]), text, strlen(text));
    }
    return UD_OK;
}

/* The surge that a service announces; an approval that never ends, or that nobody can decide in time, is refused. */
static enum ud_status
get_surge(struct ud_policy *p, const struct ud_json *doc, struct ud_error *err)
{
    const struct ud_json *surge = ud_json_member(doc, "surge");
    enum ud_status st;

    if (p->approval_expires < 60 * 1000 || p->approval_expires > 3600 * 1000)
        return ud_error_set(err, UD_MALFORMED, "\"approval_expires_s\" is from 60 to 3600");
    if (surge == NULL)
        return UD_OK;
    st = ud_json_required(ud_json_get_text(p->surge, sizeof(p->surge), surge, "incident", err), "incident", err);
    return st == UD_OK ? ud_json_required(ud_json_get_time(&p->surge_ends, surge, "ends", err), "ends", err) : st;
}

enum ud_status
ud_wire_policy_decode(struct ud_policy *p, bool *plain_graph_reads, const void *body, size_t length, struct ud_error *err)
{
    static const char *const views[] = { "deny", "view" }, *const reads[] = { "refuse", "allow" };
    struct ud_policy read = *p;
    struct ud_json *doc = NULL;
    size_t view = p->personal_bitlocker_view, plain = plain_graph_reads != NULL && *plain_graph_reads;
    enum ud_status st;

    if ((st = ud_json_parse(&doc, body, length, err)) != UD_OK)
        return st;
    if (ud_json_kind(doc) != UD_JSON_IS_OBJECT)
        st = ud_error_set(err, UD_MALFORMED, "the policy is no JSON object");
    for (size_t i = 0; i < COUNT(members) && st == UD_OK; i++)
        st = get_member(&read, i, doc, err);
    if (st == UD_OK)
        st = get_reasons(&read, doc, err);
    if (st == UD_OK)
        st = get_ways(&read, doc, err);
    if (st == UD_OK)
        st = ud_json_optional(get_word(&view, doc, "personal_bitlocker", views, COUNT(views), err));
    if (st == UD_OK)
        st = get_surge(&read, doc, err);
    if (st == UD_OK)
        st = ud_json_optional(get_word(&plain, doc, "plain_graph_reads", reads, COUNT(reads), err));
    ud_json_free(&doc);
    if (st != UD_OK)
        return st;
    read.personal_bitlocker_view = view == 1;
    *p = read;
    if (plain_graph_reads != NULL)
        *plain_graph_reads = plain == 1;
    return UD_OK;
}

static void
write_member(struct ud_json_writer *w, const struct ud_policy *p, size_t i)
{
    const char *name = members[i].name;
    const void *at = (const char *)p + members[i].offset;

    switch (members[i].type) {
    case MEMBER_NEED:
        ud_json_write_text(w, name, need_names[*(const enum ud_need *)at]);
        break;
    case MEMBER_RULE:
        ud_json_write_text(w, name, rule_names[*(const enum ud_approval_rule *)at]);
        break;
    case MEMBER_TEXT:
        ud_json_write_text(w, name, at);
        break;
    case MEMBER_TIME:
        ud_json_write_int(w, name, *(const ud_msec *)at / 1000);
        break;
    case MEMBER_COUNT:
        ud_json_write_int(w, name, (int64_t) * (const unsigned *)at);
        break;
    case MEMBER_BOOL:
        ud_json_write_bool(w, name, *(const bool *)at);
        break;
    }
}

void
ud_wire_policy_write(struct ud_json_writer *w, const struct ud_policy *p, bool plain_graph_reads)
{
    ud_json_write_object(w, NULL);
    ud_json_write_array(w, "reasons");
    for (size_t i = 0; i < p->reason_count; i++) {
        ud_json_write_object(w, NULL);
        ud_json_write_text(w, "code", p->reason[i].code);
        ud_json_write_text(w, "text", p->reason[i].text);
        ud_json_write_bool(w, "needs_note", p->reason[i].needs_note);
        ud_json_write_bool(w, "self_service", p->reason[i].self_service);
        ud_json_write_bool(w, "needs_approval", p->reason[i].needs_approval);
        ud_json_write_object_end(w);
    }
    ud_json_write_array_end(w);
    ud_json_write_array(w, "verified_ways");
    for (size_t i = 0; i < p->verified_count; i++)
        ud_json_write_text(w, NULL, p->verified_way[i]);
    ud_json_write_array_end(w);
    ud_json_write_text(w, "personal_bitlocker", p->personal_bitlocker_view ? "view" : "deny");
    ud_json_write_text(w, "plain_graph_reads", plain_graph_reads ? "allow" : "refuse");
    for (size_t i = 0; i < COUNT(members); i++)
        write_member(w, p, i);
    if (p->surge[0] != '\0') {
        ud_json_write_object(w, "surge");
        ud_json_write_text(w, "incident", p->surge);
        ud_json_write_time(w, "ends", p->surge_ends);
        ud_json_write_object_end(w);
    }
    ud_json_write_object_end(w);
}
