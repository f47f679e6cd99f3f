#include "app/log_words.h"

#include <string.h>

#include "base/i18n.h"
#include "domain/reason.h"

struct word {
    const char *name, *text;
};

/* What happened: the column has 14 cells. */
static const struct word events[] = {
    { "session", N_("console opened") },
    { "sign-in", N_("signed in") },
    { "notice", N_("notice agreed") },
    { "intent", N_("key wanted") },
    { "disclosed", N_("key shown") },
    { "shown", N_("shown again") },
    { "whole", N_("whole key") },
    { "covered", N_("key covered") },
    { "failed", N_("key not shown") },
    { "uncertain", N_("perhaps shown") },
    { "mismatch", N_("wrong key came") },
    { "outcome", N_("call ended") },
    { "rotate", N_("new key: asked") },
    { "rotated", N_("key replaced") },
    { "rotate-failed", N_("no new key") },
    { "approval", N_("approval") },
    { "store", N_("key handed in") },
    { "stored", N_("key stored") },
    { "store-failed", N_("store failed") },
    { "store-asked", N_("user asked") },
    { "kept", N_("key kept") },
    { "package", N_("package saved") },
    { "copied", N_("ticket copied") },
    { "lock", N_("locked") },
    { "unlock", N_("unlocked") },
    { "unlock-failed", N_("unlock failed") },
    { "end", N_("session over") },
    { "epoch", N_("log: signature") },
    { "recovery", N_("log: repaired") },
    { "renewed", N_("log: new start") },
    { "checkpoint", N_("checkpoint") },
};

static const struct word outcomes[] = {
    { "worked", N_("it worked") },
    { "did-not-unlock", N_("it did not unlock") },
    { "gone", N_("the caller is gone") },
    { "asked", N_("asked for approval") },
    { "granted", N_("approved") },
    { "denied", N_("not approved") },
    { "expired", N_("nobody decided in time") },
    { "used", N_("the approval was used") },
    { "withdrawn", N_("withdrawn") },
    { "grant", N_("you approved it") },
    { "deny", N_("you did not approve it") },
};

static const char *
find(const struct word *list, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i].name, name) == 0)
            return _(list[i].text);
    return name;
}

const char *
ud_log_event(const char *name)
{
    return find(events, sizeof(events) / sizeof(events[0]), name);
}

const char *
ud_log_detail(const char *text)
{
    const char *words = find(outcomes, sizeof(outcomes) / sizeof(outcomes[0]), text);

    return words != text ? words : ud_translate(text);
}

const char *
ud_log_reason(const char *code)
{
    size_t count;
    const struct ud_reason *reason = ud_reason_shipped(&count);

    for (size_t i = 0; i < count; i++)
        if (strcmp(reason[i].code, code) == 0)
            return _(reason[i].text);
    return code;
}
