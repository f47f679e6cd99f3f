/* Rows of the database as plain values. Text and bytes are borrowed: from the caller when writing, from the statement until
 * its next step when reading. Times are wall milliseconds; UD_WALL_NONE is stored as NULL. */
#ifndef UD_STORE_RECORD_H
#define UD_STORE_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "domain/approval.h"
#include "domain/device.h"
#include "domain/typed_key.h"

#define UD_LOCAL_USERS_MAX 1024 /* bytes of a device's list, with NUL */

struct ud_store_device {
    uint64_t row;
    struct ud_device d;
    const char *manufacturer, *domain;
    const char *local_users; /* accounts that signed in at the device itself, as domain/account.h writes lists */
    ud_wall enrolled;
    ud_wall retired; /* UD_WALL_NONE: in use */
};

struct ud_store_key {
    uint64_t row, device_row;
    struct ud_key k;      /* k.device: managedDevice id; k.id zero: has none */
    struct ud_guid entra; /* azureADDeviceId */
    uint32_t version;     /* of the record, bound into the box */
    uint32_t ring;        /* data key that sealed the box */
    const uint8_t *box;   /* ciphertext; NULL in metadata reads */
    size_t box_length;
};

struct ud_store_protector { /* a protector that is no recovery key */
    struct ud_guid id;
    const char *kind, *device_name;
};

enum ud_role {
    UD_ROLE_USER,
    UD_ROLE_HELPDESK,
    UD_ROLE_ADVANCED,
    UD_ROLE_APPROVER,
    UD_ROLE_AUDITOR,
    UD_ROLE_ADMIN,
    UD_ROLE_COUNT
};
const char *ud_role_name(enum ud_role role);
bool ud_role_parse(enum ud_role *out, const char *name);

struct ud_store_user {
    uint64_t row;
    struct ud_guid id;
    const char *name, *account, *display, *password; /* password: Argon2id string */
    enum ud_role role;
    bool disabled;
};

struct ud_store_grant {
    uint64_t row, user_row;
    const char *client_id, *scope;
    ud_wall created, expires;
    bool revoked;
};

enum ud_token_kind { UD_TOKEN_ACCESS, UD_TOKEN_REFRESH };
struct ud_store_token {
    uint8_t id[16];
    uint8_t hash[32]; /* keyed hash of the proof */
    uint64_t grant_row;
    enum ud_token_kind kind;
    ud_wall expires;
    bool used;
};

enum ud_work_state { UD_WORK_PENDING = 1, UD_WORK_DONE, UD_WORK_FAILED };
enum ud_work_action { UD_WORK_ROTATE, UD_WORK_TYPED }; /* TYPED: verify the key that somebody typed, then make a new one */
struct ud_store_work {
    uint64_t row, device_row, user_row, new_key_row;
    struct ud_guid id, device, request;
    enum ud_kind kind;
    enum ud_work_state state;
    ud_wall requested, finished;
    int32_t code;
    enum ud_work_action action;
    enum ud_typed_cause cause; /* TYPED: why it failed */
    struct ud_guid new_key;
    ud_wall new_created; /* UD_WALL_NONE: no new key */
};

struct ud_store_asked {            /* staff has asked the user of a device to store its recovery key */
    uint64_t device_row, user_row; /* user_row: who asks; when writing only */
    ud_wall at;
    const char *note, *by; /* by: display name of who asks; when reading only */
};

struct ud_store_disclosure { /* one accepted reveal; its request id is good once */
    struct ud_guid request;
    uint64_t user_row, device_row, key_row;
    ud_wall at;
    char outcome[24]; /* as it was told; "": not yet */
};

struct ud_store_approval { /* an approval with what decisions need; a.state is the stored one */
    uint64_t row, user_row, device_row, key_row;
    struct ud_approval_request a;
};

struct ud_store_surge {
    char incident[UD_INCIDENT_MAX];
    ud_wall opened, ends;
};

struct ud_store_audit {
    uint64_t seq;
    ud_wall at;
    const char *line; /* canonical JSON */
    size_t line_length;
    uint8_t hash[32]; /* of the chain, up to and with this row */
};

struct ud_store_checkpoint {
    uint64_t seq;
    ud_wall at;
    uint8_t head[32];
    uint8_t signature[64];
};

struct ud_store_ring { /* a wrapped key */
    uint32_t id;
    const char *purpose;
    ud_wall created;
    const uint8_t *box;
    size_t box_length;
};

#endif
