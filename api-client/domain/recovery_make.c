/* What rewrites and makes recovery keys. Both work in the secret's own memory; nothing is copied out of it. */
#include "domain/recovery.h"

#include <assert.h>
#include <string.h>

#include "base/seal.h"
#include "domain/recovery_shape.h"

static const char modhex[] = "cbdefghijklnrtuv";
static const char filevault_alphabet[] = "ABCDEFGH8JKLMNOPQR9TUVWXYZ234567";
/* 64 characters, none of which is read for another. */
static const char laps_alphabet[] = "ABCDEFGHJKLMNPRSTUVWXYZabcdefghjkmnpqrstuvwxyz23456789+-=!#%&*:?";
#define LAPS_LENGTH 14u

_Static_assert(sizeof(filevault_alphabet) == 33 && sizeof(laps_alphabet) == 65, "alphabets are masked, not divided");

static bool
is_space(unsigned char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool
is_gap(unsigned char c)
{
    return is_space(c) || c == '-';
}

static unsigned char
member_form(enum ud_kind kind, unsigned char c)
{
    if (kind == UD_KIND_FILEVAULT && c >= 'a' && c <= 'z')
        return (unsigned char)(c - 0x20);
    if (kind == UD_KIND_LUKS && c >= 'A' && c <= 'Z')
        return (unsigned char)(c + 0x20);
    return c;
}

/* The first group whose length is wrong; 0 where the value has no gaps, or every group is right and their number is not. */
static unsigned
misfit_group(const unsigned char *data, size_t length, unsigned size)
{
    unsigned group = 0, first = 0;
    size_t run = 0;

    for (size_t i = 0; i <= length; i++) {
        if (i < length && !is_gap(data[i])) {
            run++;
            continue;
        }
        if (run > 0)
            group++;
        if (run > 0 && run != size && first == 0)
            first = group;
        run = 0;
    }
    return group > 1 ? first : 0;
}

/* Characters other than gaps; *group gets where one stands that cannot (1-based), 0: none. */
static size_t
count_members(unsigned *bad_group, enum ud_kind kind, const unsigned char *data, size_t length, unsigned size)
{
    size_t n = 0;

    *bad_group = 0;
    for (size_t i = 0; i < length; i++) {
        if (is_gap(data[i]))
            continue;
        if (*bad_group == 0 && !recovery_is_member(kind, member_form(kind, data[i])))
            *bad_group = (unsigned)(n / size) + 1;
        n++;
    }
    return n;
}

/* Takes the gaps out, then puts dashes back in from the end. `data` has room for the stored form. */
static void
rewrite(unsigned char *data, size_t length, enum ud_kind kind, struct recovery_shape shape)
{
    size_t n = 0;

    for (size_t i = 0; i < length; i++) {
        if (!is_gap(data[i]))
            data[n++] = member_form(kind, data[i]);
    }
    assert(n == (size_t)shape.count * shape.size);
    for (unsigned g = shape.count; g-- > 1;) {
        memmove(data + (size_t)g * (shape.size + 1), data + (size_t)g * shape.size, shape.size);
        data[(size_t)g * (shape.size + 1) - 1] = '-';
    }
}

static size_t
trim(unsigned char *data, size_t length)
{
    size_t start = 0;

    while (length > 0 && (data[length - 1] == '\n' || data[length - 1] == '\r'))
        length--;
    while (start < length && (data[start] == '\n' || data[start] == '\r'))
        start++;
    memmove(data, data + start, length - start);
    return length - start;
}

static void
add_count_hint(enum ud_kind kind, size_t members, struct ud_error *err)
{
    if (kind != UD_KIND_FILEVAULT)
        return;
    if (members == 28)
        ud_error_hint(err, "28 characters are an Apple Account recovery key, which is something else. FileVault's has 24.");
    if (members == 16)
        ud_error_hint(err, "16 characters are shown by a fault of macOS and are no recovery key. FileVault's has 24.");
}

static enum ud_status
refuse(const struct ud_recovery_check *c, struct ud_error *err)
{
    char text[160];

    ud_recovery_fault_text(text, sizeof(text), c);
    return ud_error_set(err, UD_INVALID, "%s", text);
}

enum outcome { NORMAL, WRONG, NO_ROOM };

/* Checks length and members, and rewrites where both are right. *c says what is wrong. */
static enum outcome
normalise_groups(struct ud_recovery_check *c, size_t *members, struct ud_secret *key, enum ud_kind kind)
{
    struct recovery_shape shape = recovery_shape_of(kind);
    size_t stored = (size_t)shape.count * (shape.size + 1) - 1;
    size_t length = ud_secret_length(key);
    unsigned char *data = ud_secret_open_write(key);
    enum outcome result = WRONG;
    unsigned bad;

    *c = (struct ud_recovery_check){ .group_count = shape.count, .group_size = shape.size, .fault = UD_GROUP_SHORT };
    *members = count_members(&bad, kind, data, length, shape.size);
    if (*members != (size_t)shape.count * shape.size) {
        c->group = misfit_group(data, length, shape.size);
    } else if (bad > 0) {
        c->group = bad;
        c->fault = UD_GROUP_CHARACTER;
    } else if (stored > ud_secret_capacity(key)) {
        result = NO_ROOM;
    } else {
        rewrite(data, length, kind, shape);
        if (length > stored)
            explicit_bzero(data + stored, length - stored);
        recovery_check_bytes(c, kind, data, stored);
        ud_secret_set_length(key, stored);
        result = c->ok ? NORMAL : WRONG;
    }
    ud_secret_close(key);
    return result;
}

static enum ud_status
normalise_line(struct ud_secret *key, enum ud_kind kind, struct ud_error *err)
{
    struct ud_recovery_check c;
    unsigned char *data = ud_secret_open_write(key);
    size_t length = trim(data, ud_secret_length(key));

    recovery_check_bytes(&c, kind, data, length);
    explicit_bzero(data + length, ud_secret_length(key) - length);
    ud_secret_close(key);
    ud_secret_set_length(key, length);
    if (kind == UD_KIND_LUKS && length == RECOVERY_LUKS_LENGTH && !c.ok) {
        ud_error_set(err, UD_INVALID, "A passphrase of %zu characters cannot be told from a recovery key with a wrong character",
            RECOVERY_LUKS_LENGTH);
        ud_error_hint(err, "Read the recovery key again, or choose a passphrase of another length.");
        return UD_INVALID;
    }
    return c.ok ? UD_OK : refuse(&c, err);
}

enum ud_status
ud_recovery_normalise(struct ud_secret *key, enum ud_kind kind, struct ud_error *err)
{
    struct recovery_shape shape = recovery_shape_of(kind);
    struct ud_recovery_check c;
    size_t members = 0;

    if (shape.count == 0)
        return normalise_line(key, kind, err);
    enum outcome result = normalise_groups(&c, &members, key, kind);
    if (result == NORMAL)
        return UD_OK;
    if (result == NO_ROOM)
        return ud_error_set(err, UD_INVALID, "There is no room for a recovery key of this kind");
    if (kind == UD_KIND_LUKS)
        return normalise_line(key, kind, err);
    enum ud_status st = refuse(&c, err);
    add_count_hint(kind, members, err);
    return st;
}

/* Turns the random bytes behind the value into the value. */
static size_t
fill(unsigned char *data, const unsigned char *random, enum ud_kind kind)
{
    struct recovery_shape shape = recovery_shape_of(kind);
    size_t n = 0;

    for (unsigned g = 0; g < shape.count; g++) {
        unsigned value = (random[2 * g] | (unsigned)random[2 * g + 1] << 8) * 11;
        for (unsigned i = 0; i < shape.size; i++) {
            size_t at = n + (kind == UD_KIND_BITLOCKER ? shape.size - 1 - i : i);
            unsigned r = random[(size_t)g * shape.size + i];
            if (kind == UD_KIND_BITLOCKER)
                data[at] = (unsigned char)('0' + value % 10);
            else
                data[at] = (unsigned char)(kind == UD_KIND_FILEVAULT ? filevault_alphabet[r & 31] : modhex[r & 15]);
            value /= 10;
        }
        n += shape.size;
        if (g + 1 < shape.count)
            data[n++] = '-';
    }
    for (unsigned i = 0; shape.count == 0 && i < LAPS_LENGTH; i++)
        data[n++] = (unsigned char)laps_alphabet[random[i] & 63];
    return n;
}

enum ud_status
ud_recovery_generate(struct ud_secret **out, enum ud_kind kind, struct ud_error *err)
{
    enum { RANDOM = 64 };
    struct ud_secret *random = NULL;
    enum ud_status st = ud_secret_new(out, UD_RECOVERY_MAX, err);

    if (st != UD_OK)
        return st;
    if ((st = ud_secret_new(&random, RANDOM, err)) != UD_OK) {
        ud_secret_free(out);
        return st;
    }
    ud_random(ud_secret_open_write(random), RANDOM);
    ud_secret_close(random);
    size_t n = fill(ud_secret_open_write(*out), ud_secret_open(random), kind);
    ud_secret_close(random);
    ud_secret_close(*out);
    ud_secret_set_length(*out, n);
    ud_secret_free(&random);
    return UD_OK;
}
