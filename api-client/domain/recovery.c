/* Names, shapes and exact checks of recovery keys. Rewriting and making them is in recovery_make.c. */
#include "domain/recovery.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/i18n.h"
#include "domain/recovery_shape.h"

#define BITLOCKER_LIMIT 720896u /* 65536 * 11 */

static const char *const kind_names[] = { "bitlocker", "filevault", "luks", "laps" };
static const char *const volume_names[] = { NULL, "os", "fixed", "removable" };
static const char *const state_names[] = { "current", "superseded", "disclosed", "rotation-pending" };

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* Index of `name`, or `count`. */
static size_t
index_of(const char *const *names, size_t count, const char *name)
{
    size_t i = 0;

    while (i < count && (names[i] == NULL || strcmp(names[i], name) != 0))
        i++;
    return i;
}

const char *
ud_kind_name(enum ud_kind k)
{
    return (unsigned)k < COUNT(kind_names) ? kind_names[k] : "unknown";
}

bool
ud_kind_parse(enum ud_kind *out, const char *name)
{
    size_t i = index_of(kind_names, COUNT(kind_names), name);

    if (i == COUNT(kind_names))
        return false;
    *out = (enum ud_kind)i;
    return true;
}

enum ud_kind
ud_kind_of_system(const char *os)
{
    return strcasecmp(os, "macOS") == 0   ? UD_KIND_FILEVAULT
           : strcasecmp(os, "Linux") == 0 ? UD_KIND_LUKS
                                          : UD_KIND_BITLOCKER;
}

const char *
ud_volume_name(enum ud_volume v)
{
    return (unsigned)v < COUNT(volume_names) ? volume_names[v] : NULL;
}

bool
ud_volume_parse(enum ud_volume *out, const char *name)
{
    size_t i = index_of(volume_names, COUNT(volume_names), name);

    if (i == COUNT(volume_names))
        return false;
    *out = (enum ud_volume)i;
    return true;
}

const char *
ud_key_state_name(enum ud_key_state s)
{
    return (unsigned)s < COUNT(state_names) ? state_names[s] : "unknown";
}

bool
ud_key_state_parse(enum ud_key_state *out, const char *name)
{
    size_t i = index_of(state_names, COUNT(state_names), name);

    if (i == COUNT(state_names))
        return false;
    *out = (enum ud_key_state)i;
    return true;
}

struct recovery_shape
recovery_shape_of(enum ud_kind kind)
{
    switch (kind) {
    case UD_KIND_BITLOCKER:
        return (struct recovery_shape){ 8, 6 };
    case UD_KIND_FILEVAULT:
        return (struct recovery_shape){ 6, 4 };
    case UD_KIND_LUKS:
        return (struct recovery_shape){ 8, 8 };
    default:
        return (struct recovery_shape){ 0, 0 };
    }
}

static size_t
stored_length_of(struct recovery_shape s)
{
    return (size_t)s.count * (s.size + 1) - 1;
}

bool
recovery_is_printable(unsigned char c)
{
    return c >= 0x20 && c <= 0x7E;
}

bool
recovery_is_member(enum ud_kind kind, unsigned char c)
{
    bool digit = c >= '0' && c <= '9';

    switch (kind) {
    case UD_KIND_BITLOCKER:
        return digit;
    case UD_KIND_FILEVAULT:
        return digit || (c >= 'A' && c <= 'Z');
    case UD_KIND_LUKS:
        return c != '\0' && strchr("cbdefghijklnrtuv", c) != NULL;
    default:
        return recovery_is_printable(c);
    }
}

enum ud_group_fault
recovery_group_value(enum ud_kind kind, const unsigned char *group)
{
    unsigned value = 0;

    if (kind != UD_KIND_BITLOCKER)
        return UD_GROUP_OK;
    for (int i = 0; i < 6; i++)
        value = value * 10 + (group[i] - (unsigned)'0');
    if (value % 11 != 0)
        return UD_GROUP_NOT_11;
    return value >= BITLOCKER_LIMIT ? UD_GROUP_TOO_LARGE : UD_GROUP_OK;
}

static enum ud_group_fault
group_fault(enum ud_kind kind, const unsigned char *group, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (!recovery_is_member(kind, group[i]))
            return UD_GROUP_CHARACTER;
    }
    return recovery_group_value(kind, group);
}

/* Every group of a value that has the length of its shape. */
static void
check_groups(struct ud_recovery_check *out, enum ud_kind kind, struct recovery_shape shape, const unsigned char *data)
{
    for (unsigned g = 0; g < shape.count; g++) {
        const unsigned char *group = data + (size_t)g * (shape.size + 1);
        out->fault = group_fault(kind, group, shape.size);
        if (out->fault == UD_GROUP_OK && g + 1 < shape.count && group[shape.size] != '-')
            out->fault = UD_GROUP_CHARACTER;
        if (out->fault != UD_GROUP_OK) {
            out->group = g + 1;
            return;
        }
        for (unsigned i = 0; kind == UD_KIND_FILEVAULT && i < shape.size; i++)
            out->warn_unusual |= memchr("01IS", group[i], 4) != NULL;
    }
    out->ok = true;
}

/* A value without groups of its own: printable ASCII, shown a few characters at a time. */
static void
check_line(struct ud_recovery_check *out, const unsigned char *data, size_t length)
{
    out->group_size = RECOVERY_LINE_GROUP;
    out->group_count = (unsigned)((length + RECOVERY_LINE_GROUP - 1) / RECOVERY_LINE_GROUP);
    if (length == 0 || length > UD_RECOVERY_MAX) {
        out->fault = length == 0 ? UD_GROUP_SHORT : UD_GROUP_TOO_LARGE;
        return;
    }
    for (size_t i = 0; i < length; i++) {
        if (!recovery_is_printable(data[i])) {
            out->fault = UD_GROUP_CHARACTER;
            out->group = (unsigned)(i / RECOVERY_LINE_GROUP) + 1;
            return;
        }
    }
    out->ok = true;
}

void
recovery_check_bytes(struct ud_recovery_check *out, enum ud_kind kind, const unsigned char *data, size_t length)
{
    struct recovery_shape shape = recovery_shape_of(kind);

    memset(out, 0, sizeof(*out));
    out->group_count = shape.count;
    out->group_size = shape.size;
    if (shape.count == 0 || (kind == UD_KIND_LUKS && length != RECOVERY_LUKS_LENGTH))
        check_line(out, data, length);
    else if (length != stored_length_of(shape))
        out->fault = UD_GROUP_SHORT;
    else
        check_groups(out, kind, shape, data);
}

void
ud_recovery_check(struct ud_recovery_check *out, enum ud_kind kind, struct ud_secret *key)
{
    recovery_check_bytes(out, kind, ud_secret_open(key), ud_secret_length(key));
    ud_secret_close(key);
}

enum ud_group_fault
ud_recovery_group_check(enum ud_kind kind, const char *typed, size_t length)
{
    struct recovery_shape shape = recovery_shape_of(kind);
    const unsigned char *group = (const unsigned char *)typed;
    bool line = shape.count == 0 || (kind == UD_KIND_LUKS && length <= RECOVERY_LINE_GROUP);

    for (size_t i = 0; i < length; i++) {
        unsigned char c = group[i];
        if (kind == UD_KIND_FILEVAULT && c >= 'a' && c <= 'z')
            c = (unsigned char)(c - 0x20);
        if (line ? !recovery_is_printable(c) : !recovery_is_member(kind, c))
            return UD_GROUP_CHARACTER;
    }
    if (line)
        return length >= 1 && length <= RECOVERY_LINE_GROUP ? UD_GROUP_OK : UD_GROUP_SHORT;
    return length == shape.size ? recovery_group_value(kind, group) : UD_GROUP_SHORT;
}

unsigned
ud_recovery_group_count(enum ud_kind kind, size_t stored_length)
{
    struct recovery_shape shape = recovery_shape_of(kind);

    if (shape.count > 0 && stored_length == stored_length_of(shape))
        return shape.count;
    if (kind != UD_KIND_LUKS && kind != UD_KIND_LAPS)
        return 0;
    return (unsigned)((stored_length + RECOVERY_LINE_GROUP - 1) / RECOVERY_LINE_GROUP);
}

bool
ud_recovery_group(enum ud_kind kind, size_t stored_length, unsigned index, size_t *offset, size_t *length)
{
    struct recovery_shape shape = recovery_shape_of(kind);

    *offset = 0;
    *length = 0;
    if (index >= ud_recovery_group_count(kind, stored_length))
        return false;
    if (shape.count > 0 && stored_length == stored_length_of(shape)) {
        *offset = (size_t)index * (shape.size + 1);
        *length = shape.size;
        return true;
    }
    *offset = (size_t)index * RECOVERY_LINE_GROUP;
    *length = stored_length - *offset < RECOVERY_LINE_GROUP ? stored_length - *offset : RECOVERY_LINE_GROUP;
    return true;
}

static const char *
fault_words(enum ud_group_fault fault)
{
    switch (fault) {
    case UD_GROUP_SHORT:
        return _("it does not have the right number of characters");
    case UD_GROUP_NOT_11:
        return _("it is not a multiple of 11, so one digit is wrong");
    case UD_GROUP_TOO_LARGE:
        return _("it is larger than 720885, so a digit is wrong");
    case UD_GROUP_CHARACTER:
        return _("it has a character that cannot stand there");
    default:
        return _("it is right");
    }
}

void
ud_recovery_fault_text(char *out, size_t size, const struct ud_recovery_check *c)
{
    if (c->ok)
        snprintf(out, size, _("The recovery key has the right form"));
    else if (c->group > 0)
        snprintf(out, size, _("Group %u: %s; ask for it again"), c->group, fault_words(c->fault));
    else if (c->fault == UD_GROUP_TOO_LARGE)
        snprintf(out, size, _("The value is longer than %d characters"), UD_RECOVERY_MAX);
    else if (c->group_count > 0)
        snprintf(out, size, _("The recovery key must have %u groups of %u characters"), c->group_count, c->group_size);
    else
        snprintf(out, size, _("The recovery key is empty"));
}
