/* The shipped policy, tightening, and the check of a disclosure request. */
#include "domain/policy.h"

#include <regex.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/i18n.h"
#include "base/text.h"

#define SECOND     ((ud_msec)1000)
#define MINUTE     (60 * SECOND)
#define HOUR       (60 * MINUTE)
#define NOTE_CELLS 10 /* the least a required note says, in cells */

static const char *const shipped_ways[] = {
    N_("Called back on the known number"),
    N_("Manager confirmed"),
    N_("Seen on video with badge"),
    N_("Known in person"),
};

static void
set_shared_defaults(struct ud_policy *p)
{
    const struct ud_reason *reason = ud_reason_shipped(&p->reason_count);

    memcpy(p->reason, reason, p->reason_count * sizeof(*reason));
    p->ticket = UD_NEED_OPTIONAL;
    p->note = UD_NEED_OPTIONAL;
    p->caller = UD_NEED_OPTIONAL;
    p->verified = UD_NEED_OPTIONAL;
    p->verified_count = sizeof(shipped_ways) / sizeof(shipped_ways[0]);
    for (size_t i = 0; i < p->verified_count; i++)
        ud_copy(p->verified_way[i], sizeof(p->verified_way[i]), shipped_ways[i]);
    p->personal_bitlocker_view = true;
    p->rotate_after_disclosure = true;
    p->rotate_delay = 15 * MINUTE;
    p->rotate_due = 24 * HOUR;
    p->idle_warn = 5 * MINUTE;
    p->idle_countdown = MINUTE;
    p->covered_max = 15 * MINUTE;
    p->store_max = 72 * HOUR;
    p->approval_expires = 15 * MINUTE;
    p->surge_ends = UD_WALL_NONE;
    p->copy_ticket = true;
    p->self_service_notice = true;
    ud_copy(p->helpdesk, sizeof(p->helpdesk), N_("the lead of the helpdesk"));
}

void
ud_policy_default(struct ud_policy *p, enum ud_profile profile)
{
    bool training = profile == UD_PROFILE_TRAINING;

    memset(p, 0, sizeof(*p));
    set_shared_defaults(p);
    p->session_max = training ? 0 : 10 * HOUR;
    p->session_grace = training ? 0 : 15 * MINUTE;
    p->locked_end = training ? 0 : HOUR;
    p->presence_max = training ? 0 : HOUR;
    p->group_cover = training ? 2 * MINUTE : MINUTE;
    p->whole_cover = training ? 2 * MINUTE : 30 * SECOND;
    p->keys_asked_again = training ? 0 : 15;
    p->keys_stop = training ? 0 : 40;
    p->allow_recorder = training;
    if (training)
        p->store_max = 20 * SECOND; /* so that a Mac that is not heard of can be practised */
    p->training = training;
}

/* The shorter of two limits where 0 means no limit. */
static ud_msec
shorter(ud_msec a, ud_msec b)
{
    if (a == 0 || b == 0)
        return a == 0 ? b : a;
    return a < b ? a : b;
}

static unsigned
fewer(unsigned a, unsigned b)
{
    return (unsigned)shorter(a, b);
}

static enum ud_need
stricter(enum ud_need a, enum ud_need b)
{
    return a > b ? a : b;
}

static const struct ud_reason *
find_reason(const struct ud_policy *p, const char *code, bool self_service)
{
    for (size_t i = 0; i < p->reason_count; i++) {
        if (p->reason[i].self_service == self_service && strcmp(p->reason[i].code, code) == 0)
            return &p->reason[i];
    }
    return NULL;
}

static void
tighten_reasons(struct ud_policy *site, const struct ud_policy *wish)
{
    size_t kept = 0;

    if (wish->reason_count == 0)
        return;
    for (size_t i = 0; i < site->reason_count; i++) {
        struct ud_reason r = site->reason[i];
        const struct ud_reason *same = find_reason(wish, r.code, r.self_service);
        if (same == NULL)
            continue;
        r.needs_note |= same->needs_note;
        r.needs_approval |= same->needs_approval;
        site->reason[kept++] = r;
    }
    site->reason_count = kept;
}

static bool
has_way(const struct ud_policy *p, const char *way)
{
    for (size_t i = 0; i < p->verified_count; i++) {
        if (strcmp(p->verified_way[i], way) == 0)
            return true;
    }
    return false;
}

static void
tighten_ways(struct ud_policy *site, const struct ud_policy *wish)
{
    size_t kept = 0;

    if (wish->verified_count == 0)
        return;
    for (size_t i = 0; i < site->verified_count; i++) {
        if (has_way(wish, site->verified_way[i]))
            memmove(site->verified_way[kept++], site->verified_way[i], sizeof(site->verified_way[i]));
    }
    site->verified_count = kept;
}

static void
tighten_times(struct ud_policy *site, const struct ud_policy *wish)
{
    site->rotate_delay = shorter(site->rotate_delay, wish->rotate_delay);
    site->rotate_due = shorter(site->rotate_due, wish->rotate_due);
    site->idle_warn = shorter(site->idle_warn, wish->idle_warn);
    site->idle_countdown = shorter(site->idle_countdown, wish->idle_countdown);
    site->session_max = shorter(site->session_max, wish->session_max);
    if (wish->session_grace < site->session_grace)
        site->session_grace = wish->session_grace;
    site->locked_end = shorter(site->locked_end, wish->locked_end);
    site->presence_max = shorter(site->presence_max, wish->presence_max);
    site->group_cover = shorter(site->group_cover, wish->group_cover);
    if (wish->whole_cover < site->whole_cover) /* here 0 means not allowed, which is the strictest */
        site->whole_cover = wish->whole_cover;
    site->covered_max = shorter(site->covered_max, wish->covered_max);
    site->store_max = shorter(site->store_max, wish->store_max);
    site->approval_expires = shorter(site->approval_expires, wish->approval_expires);
}

void
ud_policy_tighten(struct ud_policy *site, const struct ud_policy *wish)
{
    tighten_reasons(site, wish);
    tighten_ways(site, wish);
    tighten_times(site, wish);
    site->ticket = stricter(site->ticket, wish->ticket);
    site->note = stricter(site->note, wish->note);
    site->caller = stricter(site->caller, wish->caller);
    site->verified = stricter(site->verified, wish->verified);
    if (site->ticket_pattern[0] == '\0')
        memcpy(site->ticket_pattern, wish->ticket_pattern, sizeof(site->ticket_pattern));
    if (site->ticket_prefix[0] == '\0')
        memcpy(site->ticket_prefix, wish->ticket_prefix, sizeof(site->ticket_prefix));
    site->personal_bitlocker_view &= wish->personal_bitlocker_view;
    site->rotate_after_disclosure |= wish->rotate_after_disclosure;
    site->store_request_blocks |= wish->store_request_blocks;
    site->copy_ticket &= wish->copy_ticket;
    site->keys_asked_again = fewer(site->keys_asked_again, wish->keys_asked_again);
    site->keys_stop = fewer(site->keys_stop, wish->keys_stop);
    site->allow_recorder &= wish->allow_recorder;
    site->lock_drops_directory |= wish->lock_drops_directory;
    site->self_service_notice |= wish->self_service_notice;
    if (wish->approval > site->approval)
        site->approval = wish->approval;
    if (wish->surge[0] == '\0')
        site->surge[0] = '\0';
}

bool
ud_policy_needs_approval(const struct ud_policy *p, const char *reason, enum ud_ownership ownership, bool staff)
{
    const struct ud_reason *r = find_reason(p, reason, !staff);

    if (r == NULL)
        r = find_reason(p, reason, staff);
    if (r != NULL && r->needs_approval)
        return true;
    return staff && (p->approval == UD_APPROVAL_RULE_YES ||
                        (p->approval == UD_APPROVAL_RULE_PERSONAL && ownership == UD_OWNERSHIP_PERSONAL));
}

const struct ud_reason *
ud_policy_reason(const struct ud_policy *p, const char *code)
{
    const struct ud_reason *r = find_reason(p, code, false);

    return r != NULL ? r : find_reason(p, code, true);
}

/* Sets *field and the sentence. */
static enum ud_status
refuse(const char **field, const char *name, struct ud_error *err, enum ud_status st, const char *message)
{
    if (field != NULL)
        *field = name;
    return ud_error_set(err, st, "%s", ud_translate(message));
}

static enum ud_status
check_reason(const struct ud_policy *p, const struct ud_disclosure *d, const char **field, struct ud_error *err)
{
    if (d->reason[0] == '\0')
        return refuse(field, "reason", err, UD_DENIED, N_("A reason must be chosen before a recovery key is shown"));
    if (ud_policy_reason(p, d->reason) != NULL)
        return UD_OK;
    refuse(field, "reason", err, UD_INVALID, N_("This reason is not in the policy's list"));
    return ud_error_hint(err, "Choose one of the reasons on the form.");
}

/* True where the whole ticket matches. */
static bool
matches_whole(const regex_t *re, const char *ticket)
{
    regmatch_t m;

    return regexec(re, ticket, 1, &m, 0) == 0 && m.rm_so == 0 && ticket[m.rm_eo] == '\0';
}

static enum ud_status
check_ticket_form(const struct ud_policy *p, const char *ticket, const char **field, struct ud_error *err)
{
    regex_t re;

    if (p->ticket_pattern[0] == '\0')
        return UD_OK;
    if (regcomp(&re, p->ticket_pattern, REG_EXTENDED) != 0) {
        refuse(field, "ticket", err, UD_CONFIG, N_("The policy's pattern for ticket numbers is not a regular expression"));
        return ud_error_hint(err, "Tell %s: ticket_pattern in the policy must be corrected.", ud_translate(p->helpdesk));
    }
    bool good = matches_whole(&re, ticket);
    regfree(&re);
    if (good)
        return UD_OK;
    refuse(field, "ticket", err, UD_INVALID, N_("The ticket number does not have the form the policy asks for"));
    if (p->ticket_prefix[0] != '\0')
        return ud_error_hint(err, "Ticket numbers here begin with %s; compare it with the ticket system.", p->ticket_prefix);
    return ud_error_hint(err, "Compare it with the ticket system.");
}

static enum ud_status
check_ticket(const struct ud_policy *p, const struct ud_disclosure *d, const char **field, struct ud_error *err)
{
    /* The prefix the form was filled with is no ticket yet. */
    bool given = d->ticket[0] != '\0' && strcmp(d->ticket, p->ticket_prefix) != 0;

    if (p->ticket == UD_NEED_NO)
        return UD_OK;
    if (given)
        return check_ticket_form(p, d->ticket, field, err);
    if (p->ticket != UD_NEED_YES)
        return UD_OK;
    refuse(field, "ticket", err, UD_DENIED, N_("The policy asks for a ticket number"));
    return ud_error_hint(err, "Open a ticket for this call and enter its number.");
}

/* A note that says something: long enough, and not one character over and over. */
static bool
says_something(const char *note)
{
    size_t length = strlen(note);
    char first = '\0';

    if (ud_text_width(note, length) < NOTE_CELLS)
        return false;
    for (size_t i = 0; i < length; i++) {
        if (note[i] == ' ')
            continue;
        if (first == '\0')
            first = note[i];
        else if (note[i] != first)
            return true;
    }
    return false;
}

static enum ud_status
check_note(const struct ud_policy *p, const struct ud_disclosure *d, const char **field, struct ud_error *err)
{
    const struct ud_reason *r = ud_policy_reason(p, d->reason);

    if (p->note != UD_NEED_YES && !r->needs_note)
        return UD_OK;
    if (says_something(d->note))
        return UD_OK;
    refuse(field, "note", err, UD_DENIED,
        d->note[0] == '\0' ? N_("A note is needed with this reason") : N_("The note is too short to explain the reason"));
    return ud_error_hint(err, "Write in at least %d characters what happened to the device.", NOTE_CELLS);
}

static enum ud_status
check_caller(const struct ud_policy *p, const struct ud_disclosure *d, const char **field, struct ud_error *err)
{
    if (p->caller != UD_NEED_YES || d->caller[0] != '\0')
        return UD_OK;
    refuse(field, "caller", err, UD_DENIED, N_("The policy asks who is calling"));
    return ud_error_hint(err, "Enter the caller's name.");
}

static enum ud_status
check_verified(const struct ud_policy *p, const struct ud_disclosure *d, const char **field, struct ud_error *err)
{
    if (p->verified == UD_NEED_NO)
        return UD_OK;
    if (d->verified[0] == '\0' && p->verified != UD_NEED_YES)
        return UD_OK;
    if (d->verified[0] == '\0') {
        refuse(field, "verified", err, UD_DENIED, N_("The policy asks how the caller was checked"));
        return ud_error_hint(err, "Choose how you made sure that the caller is who they say.");
    }
    if (p->verified_count == 0 || has_way(p, d->verified))
        return UD_OK;
    refuse(field, "verified", err, UD_INVALID, N_("This way of checking the caller is not in the policy's list"));
    return ud_error_hint(err, "Choose one of the ways on the form.");
}

enum ud_status
ud_policy_check(const struct ud_policy *p, const struct ud_disclosure *d, const char **field, struct ud_error *err)
{
    enum ud_status st;
    struct ud_error own;

    /* The hints below return what the error holds, so there must be one. */
    if (err == NULL)
        err = &own;
    if (field != NULL)
        *field = NULL;
    if ((st = check_reason(p, d, field, err)) != UD_OK || (st = check_ticket(p, d, field, err)) != UD_OK ||
        (st = check_note(p, d, field, err)) != UD_OK || (st = check_caller(p, d, field, err)) != UD_OK)
        return st;
    return check_verified(p, d, field, err);
}
