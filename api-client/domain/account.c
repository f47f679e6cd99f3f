/* Taking accounts apart and comparing them. */
#include "domain/account.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/i18n.h"
#include "domain/policy.h"

#define SEPARATORS ";,|"
#define BLANKS     " \t"

bool
ud_account_split(struct ud_account *out, const char *text, size_t length)
{
    const char *end = text + length, *at, *bar;

    memset(out, 0, sizeof(*out));
    while (text < end && strchr(BLANKS, *text) != NULL)
        text++;
    while (end > text && strchr(BLANKS, end[-1]) != NULL)
        end--;
    length = (size_t)(end - text);
    bar = memchr(text, '\\', length);
    at = memrchr(text, '@', length);
    if (bar != NULL) {
        *out = (struct ud_account){ text, bar + 1, (size_t)(bar - text), (size_t)(end - bar) - 1 };
    } else if (at != NULL) {
        *out = (struct ud_account){ at + 1, text, (size_t)(end - at) - 1, (size_t)(at - text) };
    } else {
        *out = (struct ud_account){ "", text, 0, length };
    }
    return out->name_length > 0;
}

/* Equal, or one is the first label of the other. */
static bool
same_domain(const char *a, size_t a_length, const char *b, size_t b_length)
{
    size_t least = a_length < b_length ? a_length : b_length;

    if (least == 0 || strncasecmp(a, b, least) != 0)
        return false;
    if (a_length == b_length)
        return true;
    return memchr(a, '.', least) == NULL && (a_length > least ? a : b)[least] == '.';
}

bool
ud_account_same(const struct ud_account *a, const struct ud_account *b, const char *domain)
{
    const char *here = domain == NULL ? "" : domain;
    const char *of_a = a->domain_length > 0 ? a->domain : here, *of_b = b->domain_length > 0 ? b->domain : here;

    if (a->name_length == 0 || a->name_length != b->name_length || strncasecmp(a->name, b->name, a->name_length) != 0)
        return false;
    return same_domain(of_a, a->domain_length > 0 ? a->domain_length : strlen(here), of_b,
        b->domain_length > 0 ? b->domain_length : strlen(here));
}

static bool
listed(const char *account, size_t length, const char *list)
{
    for (const char *at = list; *at != '\0'; at += strspn(at, ";")) {
        size_t n = strcspn(at, ";");
        if (n == length && strncasecmp(at, account, n) == 0)
            return n > 0;
        at += n;
    }
    return false;
}

bool
ud_account_listed(const char *account, const char *list)
{
    return listed(account, strlen(account), list);
}

bool
ud_account_known(const struct ud_account *account, const char *list, const char *domain)
{
    struct ud_account one;

    for (const char *at = list; *at != '\0'; at += strspn(at, ";")) {
        size_t n = strcspn(at, ";");
        if (ud_account_split(&one, at, n) && ud_account_same(account, &one, domain))
            return true;
        at += n;
    }
    return false;
}

bool
ud_account_list_tidy(char *out, size_t size, const char *list, const char *user, const char *domain)
{
    struct ud_account own, one;
    bool has_own = ud_account_split(&own, user, strlen(user));
    size_t length = 0;

    out[0] = '\0';
    for (const char *at = list; *at != '\0';) {
        size_t n = strcspn(at, SEPARATORS);
        if (ud_account_split(&one, at, n)) {
            const char *start = one.domain_length > 0 && one.domain < one.name ? one.domain : one.name;
            size_t take = one.name_length + (one.domain_length > 0 ? one.domain_length + 1 : 0);
            if (has_own && ud_account_same(&own, &one, domain)) {
                start = user;
                take = strlen(user);
            }
            if (listed(start, take, out)) {
                at += n + (at[n] != '\0');
                continue;
            }
            if (length + take + 2 > size)
                return false;
            if (length > 0)
                out[length++] = ';';
            memcpy(out + length, start, take);
            length += take;
            out[length] = '\0';
        }
        at += n + (at[n] != '\0');
    }
    return true;
}

static enum ud_status
incomplete(struct ud_error *err, const char *message)
{
    ud_error_set(err, UD_INVALID, "%s", ud_translate(message));
    return ud_error_hint(err, "%s", ud_translate(N_("Type it as in alice@corp.example or CORP\\alice.")));
}

enum ud_status
ud_account_name_user(struct ud_disclosure *out, const char *typed, struct ud_error *err)
{
    struct ud_account a;

    out->user_domain[0] = out->user_account[0] = '\0';
    if (!ud_account_split(&a, typed, strlen(typed)))
        return incomplete(err, N_("Name the user of the device: the account with its domain."));
    if (a.domain_length == 0)
        return incomplete(err, N_("The account needs its domain."));
    if (a.domain_length >= sizeof(out->user_domain) || a.name_length >= sizeof(out->user_account))
        return incomplete(err, N_("The account is too long."));
    memcpy(out->user_domain, a.domain, a.domain_length);
    out->user_domain[a.domain_length] = '\0';
    memcpy(out->user_account, a.name, a.name_length);
    out->user_account[a.name_length] = '\0';
    return UD_OK;
}

void
ud_account_named_user(char *out, size_t size, const struct ud_disclosure *d)
{
    if (d->user_account[0] == '\0')
        out[0] = '\0';
    else if (d->user_domain[0] == '\0')
        (void)ud_copy(out, size, d->user_account);
    else
        (void)snprintf(out, size, "%s@%s", d->user_account, d->user_domain);
}
