#include "app/config_policy.h"

#include <ini.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/i18n.h"

#define FILE_MAX ((size_t)64 * 1024)

enum type { SECONDS, NEED, RULE, FLAG, NUMBER, TEXT };

struct setting {
    const char *name;
    enum type type;
    size_t offset;
    long max;
};

#define AT(member) offsetof(struct ud_policy, member)

static const struct setting settings[] = {
    { "ticket", NEED, AT(ticket), 0 },
    { "note", NEED, AT(note), 0 },
    { "caller", NEED, AT(caller), 0 },
    { "verified", NEED, AT(verified), 0 },
    { "ticket_prefix", TEXT, AT(ticket_prefix), sizeof(((struct ud_policy *)0)->ticket_prefix) },
    { "ticket_pattern", TEXT, AT(ticket_pattern), sizeof(((struct ud_policy *)0)->ticket_pattern) },
    { "helpdesk", TEXT, AT(helpdesk), sizeof(((struct ud_policy *)0)->helpdesk) },
    { "personal_bitlocker", FLAG, AT(personal_bitlocker_view), 0 },
    { "rotate_after_disclosure", FLAG, AT(rotate_after_disclosure), 0 },
    { "copy_ticket", FLAG, AT(copy_ticket), 0 },
    { "lock_drops_directory", FLAG, AT(lock_drops_directory), 0 },
    { "allow_recorder", FLAG, AT(allow_recorder), 0 },
    { "rotate_due", SECONDS, AT(rotate_due), 30L * 86400 },
    { "idle_warn", SECONDS, AT(idle_warn), 900 },
    { "idle_countdown", SECONDS, AT(idle_countdown), 300 },
    { "session_max", SECONDS, AT(session_max), 43200 },
    { "locked_end", SECONDS, AT(locked_end), 7200 },
    { "presence_max", SECONDS, AT(presence_max), 3600 },
    { "group_cover", SECONDS, AT(group_cover), 120 },
    { "whole_cover", SECONDS, AT(whole_cover), 120 },
    { "approval", RULE, AT(approval), 0 },
    { "keys_asked_again", NUMBER, AT(keys_asked_again), 10000 },
    { "keys_stop", NUMBER, AT(keys_stop), 10000 },
};

struct reading {
    struct ud_policy *policy;
    struct ud_error *err;
    enum ud_status status;
};

static bool
to_number(long *out, const char *value, long max)
{
    char *end;

    *out = strtol(value, &end, 10);
    return end != value && *end == '\0' && *out >= 0 && *out <= max;
}

static bool
to_choice(int *out, const char *value, const char *const *names, int count)
{
    for (*out = 0; *out < count; ++*out)
        if (strcmp(value, names[*out]) == 0)
            return true;
    return false;
}

static bool
store(void *at, const struct setting *s, const char *value)
{
    long number;
    int index;

    switch (s->type) {
    case SECONDS:
        if (!to_number(&number, value, s->max))
            return false;
        *(ud_msec *)at = (ud_msec)number * 1000;
        return true;
    case NUMBER:
        if (!to_number(&number, value, s->max))
            return false;
        *(unsigned *)at = (unsigned)number;
        return true;
    case NEED:
        if (!to_choice(&index, value, (const char *const[]){ "no", "optional", "yes" }, 3))
            return false;
        *(enum ud_need *)at = (enum ud_need)index;
        return true;
    case RULE:
        if (!to_choice(&index, value, (const char *const[]){ "no", "personal", "yes" }, 3))
            return false;
        *(enum ud_approval_rule *)at = (enum ud_approval_rule)index;
        return true;
    case FLAG:
        if (!to_choice(&index, value, (const char *const[]){ "no", "yes", "deny", "view" }, 4))
            return false;
        *(bool *)at = index % 2 == 1;
        return true;
    case TEXT:
        return ud_copy(at, (size_t)s->max, value);
    }
    return false;
}

static int
on_setting(void *arg, const char *section, const char *name, const char *value)
{
    struct reading *r = arg;

    for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]) && strcmp(section, "policy") == 0; i++)
        if (strcmp(name, settings[i].name) == 0 && store((char *)r->policy + settings[i].offset, &settings[i], value))
            return 1;
    if (r->status == UD_OK)
        r->status = ud_error_set(r->err, UD_CONFIG, "not a setting, or not a value it can have: \"%s\" in [%s]", name, section);
    return 0;
}

enum ud_status
ud_config_read_policy(struct ud_policy *policy, const char *path, bool tighten, struct ud_error *err)
{
    struct ud_policy wish = *policy;
    struct reading r = { .policy = &wish, .err = err, .status = UD_OK };
    struct ud_buf data;
    enum ud_status st;

    ud_buf_init(&data, FILE_MAX);
    st = ud_file_read(&data, path, FILE_MAX, err);
    if (st == UD_NOTFOUND) {
        ud_error_clear(err);
        st = UD_OK;
        goto out;
    }
    if (st != UD_OK || data.length == 0)
        goto out;
    int line = ini_parse_string(data.data, on_setting, &r);
    if (line != 0) {
        char what[256];
        (void)ud_copy(what, sizeof(what), _("it is no \"name = value\""));
        if (r.status != UD_OK && err != NULL)
            (void)ud_copy(what, sizeof(what), err->message);
        ud_error_set(err, UD_CONFIG, "%s line %d: %s", path, line, what);
        st = ud_error_hint(err, "Correct the line, or take it out; the manual unlockdesk-policy(5) lists the settings.");
        st = UD_CONFIG;
        goto out;
    }
    if (tighten)
        ud_policy_tighten(policy, &wish);
    else
        *policy = wish;
out:
    ud_buf_free(&data);
    return st;
}
