/* Members of device and key records, from tokens into plain values. */
#include "wire/record_read.h"

#include <string.h>

#include "base/text.h"

/* --- values -------------------------------------------------------------------------------------------------------------- */

bool
ud_wire_take_text(char *out, size_t size, enum ud_json_token token, const struct ud_json_text *text)
{
    if (token == UD_JSON_NULL) {
        out[0] = '\0';
        return true;
    }
    if (token != UD_JSON_STRING)
        return false;
    if (text->plain && text->length < size) { /* what ud_text_clean would do with it, without the look at each character */
        memcpy(out, text->data, text->length);
        out[text->length] = '\0';
    } else {
        ud_text_clean(out, size, text->data, text->length);
    }
    return true;
}

bool
ud_wire_take_guid(struct ud_guid *out, bool *has, enum ud_json_token token, const struct ud_json_text *text)
{
    memset(out, 0, sizeof(*out));
    if (token == UD_JSON_STRING)
        *has = ud_guid_parse(out, text->data, text->length, NULL) == UD_OK && !ud_guid_is_zero(out);
    return token == UD_JSON_STRING || token == UD_JSON_NULL;
}

bool
ud_wire_take_time(ud_wall *out, enum ud_json_token token, const struct ud_json_text *text)
{
    if (token == UD_JSON_STRING && !ud_wall_parse(out, text->data, text->length))
        *out = UD_WALL_NONE;
    return token == UD_JSON_STRING || token == UD_JSON_NULL;
}

bool
ud_wire_take_tristate(enum ud_tristate *out, enum ud_json_token token)
{
    *out = token == UD_JSON_TRUE ? UD_YES : token == UD_JSON_FALSE ? UD_NO : UD_UNKNOWN;
    return *out != UD_UNKNOWN || token == UD_JSON_NULL;
}

bool
ud_wire_take_volume_type(enum ud_volume *out, enum ud_json_token token, const struct ud_json_text *text)
{
    static const struct {
        const char *name, *number;
        enum ud_volume volume;
    } types[] = { { "operatingSystemVolume", "1", UD_VOLUME_OS }, { "fixedDataVolume", "2", UD_VOLUME_FIXED },
        { "removableDataVolume", "3", UD_VOLUME_REMOVABLE } };

    *out = UD_VOLUME_NONE;
    if (token == UD_JSON_NULL)
        return true;
    if (token != UD_JSON_STRING && token != UD_JSON_NUMBER)
        return false;
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        if (ud_json_text_is(text, types[i].number) || ud_json_text_is(text, types[i].name))
            *out = types[i].volume;
    return true;
}

/* --- managedDevice ------------------------------------------------------------------------------------------------------- */

enum device_member {
    DEVICE_ID = 1,
    DEVICE_ENTRA,
    DEVICE_NAME,
    DEVICE_SERIAL,
    DEVICE_USER,
    DEVICE_USER_NAME,
    DEVICE_MODEL,
    DEVICE_OS,
    DEVICE_OS_VERSION,
    DEVICE_OWNER,
    DEVICE_ENCRYPTED,
    DEVICE_SYNC,
    DEVICE_RETIRED
};

void
ud_wire_device_record_begin(struct ud_wire_device_record *r)
{
    memset(&r->d, 0, sizeof(r->d));
    r->d.last_checkin = UD_WALL_NONE;
    r->d.name = r->name;
    r->d.serial = r->serial;
    r->d.user = r->user;
    r->d.user_name = r->user_name;
    r->d.model = r->model;
    r->d.os = r->os;
    r->d.os_version = r->os_version;
    r->name[0] = r->serial[0] = r->user[0] = r->user_name[0] = r->model[0] = r->os[0] = r->os_version[0] = '\0';
    r->member = 0;
    r->bad = r->has_id = false;
}

/* The name's length narrows it down to one, two or three candidates. */
static unsigned
device_member(const struct ud_json_text *n)
{
    switch (n->length) {
    case 2:
        return ud_json_text_is(n, "id") ? DEVICE_ID : 0;
    case 5:
        return ud_json_text_is(n, "model") ? DEVICE_MODEL : 0;
    case 7:
        return ud_json_text_is(n, "retired") ? DEVICE_RETIRED : 0;
    case 9:
        return ud_json_text_is(n, "osVersion") ? DEVICE_OS_VERSION : 0;
    case 10:
        return ud_json_text_is(n, "deviceName") ? DEVICE_NAME : 0;
    case 11:
        return ud_json_text_is(n, "isEncrypted") ? DEVICE_ENCRYPTED : 0;
    case 12:
        return ud_json_text_is(n, "serialNumber") ? DEVICE_SERIAL : 0;
    case 15:
        if (ud_json_text_is(n, "azureADDeviceId"))
            return DEVICE_ENTRA;
        if (ud_json_text_is(n, "userDisplayName"))
            return DEVICE_USER_NAME;
        return ud_json_text_is(n, "operatingSystem") ? DEVICE_OS : 0;
    case 16:
        return ud_json_text_is(n, "lastSyncDateTime") ? DEVICE_SYNC : 0;
    case 17:
        return ud_json_text_is(n, "userPrincipalName") ? DEVICE_USER : 0;
    case 22:
        return ud_json_text_is(n, "managedDeviceOwnerType") ? DEVICE_OWNER : 0;
    default:
        return 0;
    }
}

bool
ud_wire_device_record_name(struct ud_wire_device_record *r, const struct ud_json_text *name)
{
    return (r->member = device_member(name)) != 0;
}

static bool
take_ownership(enum ud_ownership *out, enum ud_json_token token, const struct ud_json_text *text)
{
    *out = UD_OWNERSHIP_UNKNOWN;
    if (token == UD_JSON_STRING && ud_json_text_is(text, "company"))
        *out = UD_OWNERSHIP_COMPANY;
    else if (token == UD_JSON_STRING && ud_json_text_is(text, "personal"))
        *out = UD_OWNERSHIP_PERSONAL;
    return token == UD_JSON_STRING || token == UD_JSON_NULL;
}

static bool
take_flag(bool *out, enum ud_json_token token)
{
    *out = token == UD_JSON_TRUE;
    return token == UD_JSON_TRUE || token == UD_JSON_FALSE || token == UD_JSON_NULL;
}

static bool
device_value(struct ud_wire_device_record *r, enum ud_json_token token, const struct ud_json_text *text)
{
    bool known;

    switch (r->member) {
    case DEVICE_ID:
        return ud_wire_take_guid(&r->d.id, &r->has_id, token, text);
    case DEVICE_ENTRA:
        return ud_wire_take_guid(&r->d.entra_id, &known, token, text);
    case DEVICE_NAME:
        return ud_wire_take_text(r->name, sizeof(r->name), token, text);
    case DEVICE_SERIAL:
        return ud_wire_take_text(r->serial, sizeof(r->serial), token, text);
    case DEVICE_USER:
        return ud_wire_take_text(r->user, sizeof(r->user), token, text);
    case DEVICE_USER_NAME:
        return ud_wire_take_text(r->user_name, sizeof(r->user_name), token, text);
    case DEVICE_MODEL:
        return ud_wire_take_text(r->model, sizeof(r->model), token, text);
    case DEVICE_OS:
        return ud_wire_take_text(r->os, sizeof(r->os), token, text);
    case DEVICE_OS_VERSION:
        return ud_wire_take_text(r->os_version, sizeof(r->os_version), token, text);
    case DEVICE_OWNER:
        return take_ownership(&r->d.ownership, token, text);
    case DEVICE_ENCRYPTED:
        return ud_wire_take_tristate(&r->d.encrypted, token);
    case DEVICE_SYNC:
        return ud_wire_take_time(&r->d.last_checkin, token, text);
    case DEVICE_RETIRED:
        return take_flag(&r->d.retired, token);
    default:
        return true;
    }
}

void
ud_wire_device_record_value(struct ud_wire_device_record *r, enum ud_json_token token, const struct ud_json_text *text)
{
    if (!device_value(r, token, text))
        r->bad = true;
}

bool
ud_wire_device_record_end(struct ud_wire_device_record *r)
{
    return r->has_id && !r->bad;
}

/* --- keys ---------------------------------------------------------------------------------------------------------------- */

enum key_member {
    KEY_ID = 1,
    KEY_DEVICE,
    KEY_KIND,
    KEY_VOLUME,
    KEY_VOLUME_TYPE,
    KEY_CREATED,
    KEY_SHOWN,
    KEY_STATE,
    KEY_DEVICE_NAME,
    KEY_PACKAGE
};

/* X(dialect, name, member) */
#define KEY_MEMBERS(X)                                                                                                           \
    X(UD_WIRE_KEYS_GRAPH, "id", KEY_ID)                                                                                          \
    X(UD_WIRE_KEYS_GRAPH, "deviceId", KEY_DEVICE)                                                                                \
    X(UD_WIRE_KEYS_GRAPH, "volumeType", KEY_VOLUME_TYPE)                                                                         \
    X(UD_WIRE_KEYS_GRAPH, "createdDateTime", KEY_CREATED)                                                                        \
    X(UD_WIRE_KEYS_ESCROW, "id", KEY_ID)                                                                                         \
    X(UD_WIRE_KEYS_ESCROW, "deviceId", KEY_DEVICE)                                                                               \
    X(UD_WIRE_KEYS_ESCROW, "kind", KEY_KIND)                                                                                     \
    X(UD_WIRE_KEYS_ESCROW, "volume", KEY_VOLUME)                                                                                 \
    X(UD_WIRE_KEYS_ESCROW, "created", KEY_CREATED)                                                                               \
    X(UD_WIRE_KEYS_ESCROW, "shown", KEY_SHOWN)                                                                                   \
    X(UD_WIRE_KEYS_ESCROW, "state", KEY_STATE)                                                                                   \
    X(UD_WIRE_KEYS_ESCROW, "package", KEY_PACKAGE)                                                                               \
    X(UD_WIRE_KEYS_ESCROW, "deviceName", KEY_DEVICE_NAME)                                                                        \
    X(UD_WIRE_KEYS_LAPS, "id", KEY_DEVICE)                                                                                       \
    X(UD_WIRE_KEYS_LAPS, "lastBackupDateTime", KEY_CREATED)

static const struct {
    enum ud_wire_keys dialect;
    unsigned char length;
    unsigned char member;
    const char *name;
} key_members[] = {
#define X(dialect, name, member) { dialect, sizeof(name) - 1, member, name },
    KEY_MEMBERS(X)
#undef X
};

void
ud_wire_key_record_begin(struct ud_wire_key_record *r, enum ud_wire_keys dialect)
{
    memset(&r->k, 0, sizeof(r->k));
    r->k.kind = dialect == UD_WIRE_KEYS_LAPS ? UD_KIND_LAPS : UD_KIND_BITLOCKER;
    r->k.by_entra = dialect != UD_WIRE_KEYS_ESCROW;
    r->k.created = r->k.shown = UD_WALL_NONE;
    r->dialect = dialect;
    r->member = 0;
    r->bad = r->has_id = false;
    r->other.kind[0] = r->other.device_name[0] = '\0';
}

bool
ud_wire_key_record_name(struct ud_wire_key_record *r, const struct ud_json_text *name)
{
    r->member = 0;
    for (size_t i = 0; i < sizeof(key_members) / sizeof(key_members[0]); i++)
        if (key_members[i].dialect == r->dialect && key_members[i].length == name->length &&
            memcmp(key_members[i].name, name->data, name->length) == 0)
            r->member = key_members[i].member;
    return r->member != 0;
}

static bool
take_volume(enum ud_volume *out, enum ud_json_token token, const struct ud_json_text *text)
{
    char name[UD_SHORT_MAX];

    *out = UD_VOLUME_NONE;
    return ud_wire_take_text(name, sizeof(name), token, text) && (name[0] == '\0' || ud_volume_parse(out, name));
}

/* An unknown state is taken for current: the set is open. */
static bool
take_state(enum ud_key_state *out, enum ud_json_token token, const struct ud_json_text *text)
{
    char name[UD_SHORT_MAX];

    if (!ud_wire_take_text(name, sizeof(name), token, text))
        return false;
    if (!ud_key_state_parse(out, name))
        *out = UD_KEY_CURRENT;
    return true;
}

static bool
key_value(struct ud_wire_key_record *r, enum ud_json_token token, const struct ud_json_text *text)
{
    bool known;

    switch (r->member) {
    case KEY_ID:
        return ud_wire_take_guid(&r->k.id, &r->has_id, token, text);
    case KEY_DEVICE:
        return ud_wire_take_guid(&r->k.device, &known, token, text);
    case KEY_KIND:
        return ud_wire_take_text(r->other.kind, sizeof(r->other.kind), token, text);
    case KEY_VOLUME:
        return take_volume(&r->k.volume, token, text);
    case KEY_VOLUME_TYPE:
        return ud_wire_take_volume_type(&r->k.volume, token, text);
    case KEY_CREATED:
        return ud_wire_take_time(&r->k.created, token, text);
    case KEY_SHOWN:
        return ud_wire_take_time(&r->k.shown, token, text);
    case KEY_STATE:
        return take_state(&r->k.state, token, text);
    case KEY_PACKAGE:
        return take_flag(&r->k.package, token);
    case KEY_DEVICE_NAME:
        return ud_wire_take_text(r->other.device_name, sizeof(r->other.device_name), token, text);
    default:
        return true;
    }
}

void
ud_wire_key_record_value(struct ud_wire_key_record *r, enum ud_json_token token, const struct ud_json_text *text)
{
    if (!key_value(r, token, text))
        r->bad = true;
}

bool
ud_wire_key_record_end(struct ud_wire_key_record *r)
{
    if (r->bad)
        return false;
    if (r->dialect == UD_WIRE_KEYS_LAPS)
        return !ud_guid_is_zero(&r->k.device);
    if (r->dialect == UD_WIRE_KEYS_ESCROW && !ud_kind_parse(&r->k.kind, r->other.kind))
        return false;
    if (r->k.kind == UD_KIND_BITLOCKER && r->dialect != UD_WIRE_KEYS_ESCROW) /* escrowd does not tell every role the IDs */
        return r->has_id;
    return r->has_id || !ud_guid_is_zero(&r->k.device);
}

bool
ud_wire_key_record_end_other(struct ud_wire_key_record *r)
{
    r->other.id = r->k.id;
    return !r->bad && r->has_id && r->other.kind[0] != '\0';
}
