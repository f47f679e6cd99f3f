/* The shape of a typed FileVault recovery key. */
#include "domain/typed_key.h"

#include <string.h>

#include "domain/recovery.h"

#define APPLE_ACCOUNT 28
#define FAULTY_SHORT  16
#define BITLOCKER     48

static const char *const state_names[UD_TYPED_STATE_COUNT] = { "none", "pending", "done", "failed" };
static const char *const cause_names[UD_TYPED_CAUSE_COUNT] = { NULL, "wrong-key", "no-contact", "no-policy", "other" };

const char *
ud_typed_state_name(enum ud_typed_state s)
{
    return (unsigned)s < UD_TYPED_STATE_COUNT ? state_names[s] : state_names[UD_TYPED_NONE];
}

bool
ud_typed_state_parse(enum ud_typed_state *out, const char *name)
{
    for (unsigned i = 0; i < UD_TYPED_STATE_COUNT; i++)
        if (strcmp(name, state_names[i]) == 0) {
            *out = (enum ud_typed_state)i;
            return true;
        }
    return false;
}

const char *
ud_typed_cause_name(enum ud_typed_cause c)
{
    return (unsigned)c < UD_TYPED_CAUSE_COUNT ? cause_names[c] : NULL;
}

bool
ud_typed_cause_parse(enum ud_typed_cause *out, const char *name)
{
    for (unsigned i = 1; i < UD_TYPED_CAUSE_COUNT; i++)
        if (strcmp(name, cause_names[i]) == 0) {
            *out = (enum ud_typed_cause)i;
            return true;
        }
    return false;
}

static bool
is_digit(char c)
{
    return c >= '0' && c <= '9';
}

enum ud_status
ud_typed_add(struct ud_secret *key, char c, struct ud_error *err)
{
    if (c == ' ' || c == '-')
        return UD_OK;
    if (c >= 'a' && c <= 'z')
        c = (char)(c - 'a' + 'A');
    if (!is_digit(c) && !(c >= 'A' && c <= 'Z'))
        return ud_error_set(err, UD_INVALID, "A FileVault recovery key has letters and digits only");
    return ud_secret_append(key, &c, 1, err);
}

enum ud_typed_fault
ud_typed_check(size_t *characters, bool *unusual, struct ud_secret *key)
{
    size_t length = ud_secret_length(key), digits = 0, n = 0;
    const unsigned char *at = ud_secret_open(key);

    *unusual = false;
    for (size_t i = 0; i < length; i++) {
        n += at[i] != '-';
        digits += is_digit((char)at[i]);
        *unusual |= at[i] == '0' || at[i] == '1' || at[i] == 'I' || at[i] == 'S';
    }
    ud_secret_close(key);
    *characters = n;
    if (n == UD_TYPED_CHARACTERS)
        return UD_TYPED_FINE;
    if (n == BITLOCKER && digits == BITLOCKER)
        return UD_TYPED_IS_BITLOCKER;
    return n == APPLE_ACCOUNT  ? UD_TYPED_IS_ACCOUNT
           : n == FAULTY_SHORT ? UD_TYPED_IS_FAULTY
           : n == 0            ? UD_TYPED_EMPTY
                               : UD_TYPED_LENGTH;
}

enum ud_status
ud_typed_pack(struct ud_secret **out, struct ud_secret *key, const struct ud_guid *device, const struct ud_guid *request,
    struct ud_error *err)
{
    struct ud_secret *plain = NULL;
    enum ud_status st;

    *out = NULL;
    if ((st = ud_secret_new(&plain, UD_TYPED_ROOM, err)) != UD_OK)
        return st;
    st = ud_secret_append(plain, ud_secret_open(key), ud_secret_length(key), err);
    ud_secret_close(key);
    if (st == UD_OK)
        st = ud_recovery_normalise(plain, UD_KIND_FILEVAULT, err);
    if (st == UD_OK && (st = ud_secret_new(out, UD_TYPED_HEAD + UD_TYPED_ROOM, err)) == UD_OK &&
        (st = ud_secret_append(*out, device->byte, sizeof(device->byte), err)) == UD_OK &&
        (st = ud_secret_append(*out, request->byte, sizeof(request->byte), err)) == UD_OK)
        st = ud_secret_move(*out, plain, err);
    ud_secret_free(&plain);
    if (st != UD_OK)
        ud_secret_free(out);
    return st;
}

enum ud_status
ud_typed_unpack(struct ud_secret *box, const struct ud_guid *device, const struct ud_guid *request, struct ud_error *err)
{
    size_t length = ud_secret_length(box);
    enum ud_status st;

    if (length <= UD_TYPED_HEAD || length > UD_TYPED_HEAD + UD_RECOVERY_MAX) {
        ud_secret_wipe(box);
        return ud_error_set(err, UD_INVALID, "This is no typed recovery key");
    }
    unsigned char *at = ud_secret_open_write(box);
    bool meant = memcmp(at, device->byte, sizeof(device->byte)) == 0 &&
                 memcmp(at + sizeof(device->byte), request->byte, sizeof(request->byte)) == 0;
    memmove(at, at + UD_TYPED_HEAD, length - UD_TYPED_HEAD);
    ud_secret_close(box);
    ud_secret_truncate(box, length - UD_TYPED_HEAD);
    if (!meant)
        st = ud_error_set(err, UD_TAMPERED, "The recovery key was typed for another device or request");
    else
        st = ud_recovery_normalise(box, UD_KIND_FILEVAULT, err);
    if (st != UD_OK)
        ud_secret_wipe(box);
    return st;
}
