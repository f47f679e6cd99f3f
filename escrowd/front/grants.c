/* The table of pending sign-ins. Device codes are kept as hashes, so that nothing in the front's memory redeems one. */
#include "escrowd/front/grants.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/hash.h"
#include "base/seal.h"

#define CODE_BYTES 32
#define KEPT       ((ud_msec)(UD_GRANT_LIFE + 300) * 1000) /* an expired code is known as such a little longer */

/* No vowels, nothing that looks like something else, no words (RFC 8628, 6.1). */
static const char letters[] = "BCDFGHJKLMNPQRSTVWXZ";
#define LETTERS (sizeof(letters) - 1)

struct ud_grants {
    struct ud_grant grant[UD_GRANT_MAX];
};

struct ud_grants *
ud_grants_new(void)
{
    return ud_xcalloc(1, sizeof(struct ud_grants));
}

void
ud_grants_free(struct ud_grants **g)
{
    free(*g);
    *g = NULL;
}

struct ud_grant *
ud_grants_at(struct ud_grants *g, size_t index)
{
    return &g->grant[index];
}

void
ud_grants_remove(struct ud_grants *g, size_t index)
{
    memset(&g->grant[index], 0, sizeof(g->grant[index]));
}

static bool
live(const struct ud_grant *grant, ud_msec now)
{
    return grant->state != UD_GRANT_FREE && now - grant->made < (ud_msec)UD_GRANT_LIFE * 1000;
}

/* A free place. Codes long expired give theirs up. */
static size_t
free_place(struct ud_grants *g, const char *address, ud_msec now)
{
    size_t place = UD_GRANT_NONE, same = 0;

    for (size_t i = 0; i < UD_GRANT_MAX; i++) {
        struct ud_grant *grant = &g->grant[i];
        if (grant->state != UD_GRANT_FREE && now - grant->made >= KEPT)
            ud_grants_remove(g, i);
        if (live(grant, now) && strcmp(grant->address, address) == 0)
            same++;
        if (place == UD_GRANT_NONE && grant->state == UD_GRANT_FREE)
            place = i;
    }
    return same < UD_GRANT_EACH ? place : UD_GRANT_NONE;
}

/* Letters without bias: bytes beyond the last whole multiple are thrown away. */
static void
make_user_code(char out[UD_GRANT_USER_CODE])
{
    size_t i = 0;

    while (i < UD_GRANT_USER_CODE - 1) {
        unsigned char byte;
        ud_random(&byte, 1);
        if (i == 4)
            out[i++] = '-';
        else if (byte < 256 / LETTERS * LETTERS)
            out[i++] = letters[byte % LETTERS];
    }
    out[i] = '\0';
}

static enum ud_status
make_device_code(struct ud_secret **out, unsigned char hash[UD_HASH_SIZE], struct ud_error *err)
{
    unsigned char bytes[CODE_BYTES];
    char text[2 * CODE_BYTES];
    enum ud_status st = ud_secret_new(out, sizeof(text), err);

    if (st != UD_OK)
        return st;
    ud_random(bytes, sizeof(bytes));
    ud_base64url_encode(text, sizeof(text), bytes, sizeof(bytes));
    ud_hash(hash, &(struct ud_bytes){ text, strlen(text) }, 1);
    st = ud_secret_append(*out, text, strlen(text), err);
    explicit_bzero(bytes, sizeof(bytes));
    explicit_bzero(text, sizeof(text));
    return st;
}

enum ud_status
ud_grants_add(struct ud_grants *g, size_t *index, struct ud_secret **device_code, const char *client_id, const char *scope,
    const char *address, uint32_t interval, ud_msec now, struct ud_error *err)
{
    enum ud_status st;

    *device_code = NULL;
    *index = free_place(g, address, now);
    if (*index == UD_GRANT_NONE)
        return ud_error_set(err, UD_THROTTLED, "Too many sign-ins are waiting for approval.");
    struct ud_grant *grant = &g->grant[*index];
    memset(grant, 0, sizeof(*grant));
    if ((st = make_device_code(device_code, grant->code_hash, err)) != UD_OK) {
        ud_secret_free(device_code);
        return st;
    }
    do {
        make_user_code(grant->user_code);
    } while (ud_grants_by_user_code(g, grant->user_code, now) != UD_GRANT_NONE);
    (void)ud_copy(grant->client_id, sizeof(grant->client_id), client_id);
    (void)ud_copy(grant->scope, sizeof(grant->scope), scope);
    (void)ud_copy(grant->address, sizeof(grant->address), address);
    grant->made = now;
    grant->made_wall = ud_clock_wall();
    grant->last_poll = now;
    grant->interval = interval;
    grant->state = UD_GRANT_PENDING;
    return UD_OK;
}

size_t
ud_grants_by_device_code(struct ud_grants *g, struct ud_secret *code, ud_msec now, bool *expired)
{
    unsigned char hash[UD_HASH_SIZE];
    size_t found = UD_GRANT_NONE;

    ud_hash(hash, &(struct ud_bytes){ ud_secret_open(code), ud_secret_length(code) }, 1);
    ud_secret_close(code);
    for (size_t i = 0; i < UD_GRANT_MAX; i++) {
        if (g->grant[i].state != UD_GRANT_FREE && ud_hash_equal(hash, g->grant[i].code_hash, sizeof(hash)))
            found = i;
    }
    if (expired != NULL)
        *expired = found != UD_GRANT_NONE && !live(&g->grant[found], now);
    return found != UD_GRANT_NONE && live(&g->grant[found], now) ? found : UD_GRANT_NONE;
}

/* "bcdf ghjk" -> "BCDF-GHJK"; false where it cannot be a code. */
static bool
plain_code(char out[UD_GRANT_USER_CODE], const char *code)
{
    size_t n = 0;

    for (; *code != '\0'; code++) {
        char c = *code >= 'a' && *code <= 'z' ? (char)(*code - 'a' + 'A') : *code;
        if (c == '-' || c == ' ')
            continue;
        if (strchr(letters, c) == NULL || n == UD_GRANT_USER_CODE - 1)
            return false;
        out[n++] = c;
        if (n == 4)
            out[n++] = '-';
    }
    out[n] = '\0';
    return n == UD_GRANT_USER_CODE - 1;
}

size_t
ud_grants_by_user_code(struct ud_grants *g, const char *code, ud_msec now)
{
    char plain[UD_GRANT_USER_CODE];

    if (!plain_code(plain, code))
        return UD_GRANT_NONE;
    for (size_t i = 0; i < UD_GRANT_MAX; i++) {
        if (g->grant[i].state == UD_GRANT_PENDING && live(&g->grant[i], now) && strcmp(g->grant[i].user_code, plain) == 0)
            return i;
    }
    return UD_GRANT_NONE;
}

bool
ud_grant_polled(struct ud_grant *grant, ud_msec now)
{
    ud_msec slack = grant->interval > 1 ? 1000 : 500;
    bool early = now - grant->last_poll < (ud_msec)grant->interval * 1000 - slack;

    grant->last_poll = now;
    grant->hurried = early ? grant->hurried + 1 : 0;
    if (grant->hurried < 3)
        return false;
    grant->hurried = 0;
    grant->interval += 5;
    return true;
}
