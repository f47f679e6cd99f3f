/* The messages between escrowd's front (network, no keys) and its vault (keys and database, no network): fixed schema,
 * length-prefixed, many in flight, answered in any order. One function describes each structure's fields for writing and for
 * reading (request_fields.c, reply_fields.c), so that the two cannot drift apart. Every length, enumerator and count is
 * checked; nothing may be left over. Wrong bytes are UD_MALFORMED, which the receiver treats as an attack.
 *
 * The vault believes nobody: whoever asks is whoever the request's token says, and the vault looks that up, checks the
 * role and audits. The front never names the operator. */
#ifndef UD_VAULT_REQUEST_H
#define UD_VAULT_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/seal.h"
#include "base/secret.h"
#include "domain/approval.h"
#include "domain/bde.h"
#include "domain/device.h"
#include "domain/policy.h"
#include "domain/report.h"
#include "domain/typed_key.h"
#include "escrowd/vault/token.h"

#define UD_VAULT_FRAME_MAX  ((size_t)4 * 1024 * 1024)
#define UD_VAULT_PAGE_MAX   1000u
#define UD_VAULT_FIND_MAX   100u
#define UD_VAULT_SEALED_MAX 4096u
#define UD_VAULT_TYPED_MAX  64u

/* What a request asks. Behind each: what it needs, what it gives. "auth": request.auth holds a bearer token of that kind. */
enum ud_vault_op {
    UD_VAULT_HELLO = 1,    /* no auth; -> hello */
    UD_VAULT_USER_CHECK,   /* no auth; name + secret (password) -> user, approval. Slow by design (Argon2id) */
    UD_VAULT_GRANT,        /* no auth; grant (approval of USER_CHECK, good once) -> tokens */
    UD_VAULT_REFRESH,      /* auth: the refresh token -> tokens. Use of an old one revokes the whole grant */
    UD_VAULT_REVOKE,       /* auth: access token; the grant and all its tokens end at once */
    UD_VAULT_ME,           /* auth: access token -> user */
    UD_VAULT_DEVICE_PAGE,  /* page -> devices */
    UD_VAULT_DEVICE,       /* by_id (managedDevice id, else azureADDeviceId) -> devices (one), rotations */
    UD_VAULT_KEY_PAGE,     /* page (kinds mask, device) -> keys */
    UD_VAULT_KEY,          /* by_id (key ID) -> keys (one) */
    UD_VAULT_DEVICE_KEYS,  /* by_id (device) -> keys, newest first */
    UD_VAULT_FIND,         /* find -> keys; devices[i] belongs to keys[i]; others; total: matches, also those not told */
    UD_VAULT_REVEAL,       /* reveal with public_key -> keys (one), devices (one), sealed */
    UD_VAULT_REVEAL_PLAIN, /* reveal without public_key, where policy plain_graph_reads allows -> keys, devices, secret */
    UD_VAULT_ROTATE,       /* rotate -> rotations (one) */
    UD_VAULT_ROTATION,     /* rotate (device, kind only) -> rotations (one), last check-in in devices (one) */
    UD_VAULT_OUTCOME,      /* outcome */
    UD_VAULT_POLICY,       /* auth -> text: the policy object in JSON, ready to be sent */
    UD_VAULT_NOTICE,       /* auth; name: language -> text, name (language), hash */
    UD_VAULT_CHECK_IN,     /* auth: device token; check_in -> works */
    UD_VAULT_DEPOSIT,      /* auth: device token; deposit; answered once durable */
    UD_VAULT_WORK_RESULT,  /* auth: device token; result */
    UD_VAULT_WORK_LIST,    /* auth: the simulator's token; wait: up to wait_ms when there is none -> works */
    UD_VAULT_BRANDING,     /* no auth; name: language -> text: the site's name and helpdesk in JSON, ready to be sent */
    UD_VAULT_AGENT_CHECK_IN, /* auth: agent, or none and an address that the configuration trusts; agent -> agent, text (serial), name (user) */
    UD_VAULT_AGENT_VERIFY, /* the same; agent (serial, type) -> agent */
    UD_VAULT_TYPED,        /* by_id (device); typed -> typed (one) */
    UD_VAULT_TYPED_STATE,  /* by_id (device) -> typed (one), devices (one) */
    UD_VAULT_TYPED_ASK,    /* by_id (device); name: the note -> typed (one) */
    UD_VAULT_TYPED_ASKED, /* auth -> typed; devices[i] belongs to typed[i]: what the person's devices were asked for; total: 1 blocks */
    UD_VAULT_WORK_KEY, /* auth: device token; result.work, reveal.public_key -> sealed: the typed key */
    UD_VAULT_STORE,    /* by_id (device), deposit, other: a key that staff bring; answered once durable */
    UD_VAULT_PACKAGE,  /* reveal with key and public_key -> keys (one), devices (one), sealed: the key's package */
    /* Approvals. reveal without public_key -> approvals (one) */
    UD_VAULT_APPROVAL_ASK,
    /* approvals; wait: while the revision is `since` -> approvals, revision */
    UD_VAULT_APPROVALS,
    /* by_id, approvals.known; wait: while its state is that -> approvals (one) */
    UD_VAULT_APPROVAL,
    /* by_id, decide -> approvals (one) */
    UD_VAULT_APPROVAL_DECIDE,
    /* by_id -> approvals (one) */
    UD_VAULT_APPROVAL_WITHDRAW,
    /* surge -> surge */
    UD_VAULT_SURGE,
    UD_VAULT_BOARD, /* -> keys that were shown and not replaced; devices[i] and rotations[i] belong to keys[i] */
    UD_VAULT_REPORT_AUDIT, /* page (after, limit), report -> text: the rows as a JSON array, ready to be sent; next */
    UD_VAULT_REPORT_ENCRYPTION,
    UD_VAULT_OP_END
};

/* Outcome of a request. The front maps it to a status and an error code; `message` is a sentence for people. */
enum ud_vault_code {
    UD_VAULT_OK,
    UD_VAULT_UNAUTHENTICATED,   /* 401: no, unknown, expired or revoked token; wrong password */
    UD_VAULT_FORBIDDEN,         /* 403 authorization_error */
    UD_VAULT_REASON_REQUIRED,   /* 403 reason_required; `field` names what is missing */
    UD_VAULT_PERSONAL_DEVICE,   /* 403 personal_device */
    UD_VAULT_NOT_FOUND,         /* 404; also for what the role may not see */
    UD_VAULT_INVALID,           /* 400 */
    UD_VAULT_ALREADY_USED,      /* 409 already_used: the request id was used before */
    UD_VAULT_THROTTLED,         /* 429; retry_after in seconds */
    UD_VAULT_AUDIT_UNAVAILABLE, /* 503 audit_unavailable: nothing was disclosed */
    UD_VAULT_UNAVAILABLE,       /* 503: the database cannot be read or written now */
    UD_VAULT_AMBIGUOUS,         /* 409 ambiguous: a prefix of self-service that several keys have */
    UD_VAULT_KEY_STORED,        /* 409 key_stored: there is a key already that nobody doubts */
    UD_VAULT_OTHER_DEVICE,      /* 409 other_device: the key is stored, for another device */
    UD_VAULT_ALREADY_STORED,    /* 409 already_stored */
    UD_VAULT_DIFFERENT_KEY,     /* 409 different_key: other digits are stored with this ID */
    UD_VAULT_APPROVAL_REQUIRED, /* 403 approval_required: a second person has to approve first */
    UD_VAULT_APPROVAL_DENIED,   /* 403 approval_denied */
    UD_VAULT_APPROVAL_EXPIRED,  /* 403 approval_expired */
    UD_VAULT_SELF_APPROVAL,     /* 403 self_approval */
    UD_VAULT_APPROVAL_USED,     /* 409 approval_used */
    UD_VAULT_APPROVAL_DECIDED,  /* 409 approval_decided: it is not open any more */
    UD_VAULT_CODE_END
};

enum ud_vault_filter { /* of DEVICE_PAGE */
    UD_VAULT_ALL,
    UD_VAULT_NAME_IS, /* the comparisons ignore case, as Graph does */
    UD_VAULT_NAME_CONTAINS,
    UD_VAULT_SERIAL_IS,
    UD_VAULT_USER_IS,
    UD_VAULT_ENTRA_IS, /* text: the GUID */
    UD_VAULT_FILTER_END
};

struct ud_vault_page {
    uint64_t after;        /* row of the last entry the client has; 0: from the start */
    uint32_t limit;        /* 1..UD_VAULT_PAGE_MAX */
    uint8_t filter;        /* enum ud_vault_filter; DEVICE_PAGE */
    const char *text;      /* what is compared with; NULL is sent as "" */
    uint8_t kinds;         /* KEY_PAGE: bit 1u << enum ud_kind; 0: every kind */
    struct ud_guid device; /* KEY_PAGE: azureADDeviceId or managedDevice id; zero: all */
};

struct ud_vault_reveal {
    bool has_key;
    struct ud_guid key; /* key ID; where has_key is false the current key of (device, kind) */
    bool has_device;
    struct ud_guid device; /* managedDevice id or azureADDeviceId; with has_key it must be the key's */
    uint8_t kind;          /* enum ud_kind */
    struct ud_guid request;
    struct ud_disclosure why;
    uint8_t public_key[UD_SEAL_PUBLIC];
    struct ud_guid approval; /* the granted one; zero: none */
};

struct ud_vault_deposit {
    bool has_id;
    struct ud_guid id;
    uint8_t kind, volume;
    bool has_work;
    struct ud_guid work;
    bool by_sealer;        /* `sealed` is a box of base/sealer.h (the front's own), else of ud_seal (the device's) */
    const uint8_t *sealed; /* to hello's deposit key; at most UD_VAULT_SEALED_MAX */
    size_t sealed_length;
};

/* What a device says in the check-in protocol. */
struct ud_vault_agent {
    const char *serial, *computer, *user, *type; /* type: secret_type as sent */
    const uint8_t *sealed;                       /* the key, by the front's sealer; at most UD_VAULT_SEALED_MAX */
    size_t sealed_length;
};

struct ud_vault_typed { /* a recovery key that somebody has typed for a device */
    uint8_t kind;
    struct ud_guid request; /* good once */
    const uint8_t *sealed;  /* ud_typed_pack, in a box of ud_seal to hello's deposit key */
    size_t sealed_length;
};

/* A request. Fill what the operation names, leave the rest zero. Text is borrowed by the encoder. */
struct ud_vault_request {
    uint32_t id; /* chosen by the front, returned in the reply */
    enum ud_vault_op op;
    struct ud_token auth; /* all zero: none. Wiped by ud_vault_request_free */
    struct ud_guid call;  /* request-id of the HTTP request, kept in the audit; zero: none */
    const char *name;     /* USER_CHECK: user; NOTICE, BRANDING: language */
    const char *address;  /* USER_CHECK: where from, for delays; AGENT_*: for its network. "unix" for the socket */
    struct ud_guid
        by_id; /* DEVICE, KEY, DEVICE_KEYS, STORE, APPROVAL_…; GRANT: the password check's; OUTCOME: the reveal's request */
    struct ud_vault_page page;
    struct ud_keyid_prefix find;
    struct ud_vault_reveal reveal; /* REVEAL, REVEAL_PLAIN, APPROVAL_ASK; ROTATE and ROTATION: device, kind, request, why */
    struct ud_vault_deposit deposit;
    struct ud_vault_agent agent;
    struct ud_vault_typed typed;
    struct ud_vault_other_id { /* STORE: the volume's protectors that are no keys */
        struct ud_guid id;
        uint8_t kind; /* enum ud_bde_kind */
    } other[UD_BDE_PROTECTORS];
    size_t other_count;
    struct {
        const char *client_id, *scope;
        bool offline; /* wants a refresh token */
    } grant;
    const char *outcome; /* "worked" "did-not-unlock" "gone" */
    struct {
        const char *os_version; /* "": not told */
        uint8_t encrypted;      /* enum ud_tristate */
    } check_in;
    struct {
        struct ud_guid work;
        int32_t error_code;
        uint8_t cause; /* enum ud_typed_cause, of work with a typed key */
    } result;
    struct {
        bool open;      /* APPROVALS: only those that can be decided */
        uint64_t since; /* APPROVALS: the revision that is known; 0: none */
        uint8_t known;  /* APPROVAL: the state that is known (enum ud_approval_state); NONE: answer at once */
    } approvals;
    struct {
        uint8_t decision; /* GRANT or DENY */
        const char *note;
    } decide;
    struct {
        const char *incident;
        uint32_t hours; /* 0: end it */
    } surge;
    const char *report[UD_FILTER_COUNT]; /* REPORT_…: values of filters; NULL is sent as "" */
    uint32_t wait_ms;                    /* WORK_LIST, APPROVALS, APPROVAL; at most 30000 */
    struct ud_secret *secret;            /* the password; owned by the caller when sending, by the request when received */
    void *frame;                         /* private */
};

struct ud_vault_user {
    struct ud_guid id;
    const char *name;    /* account, as typed at sign-in ("operator") */
    const char *account; /* userPrincipalName */
    const char *display;
    const char *role; /* "user" "helpdesk" "advanced" "approver" "auditor" "admin" */
};
struct ud_vault_device {
    struct ud_device d;
    uint64_t row;
    const char *manufacturer;
    ud_wall enrolled;
};
struct ud_vault_key {
    struct ud_key k;      /* k.device is the managedDevice id, k.by_entra false */
    struct ud_guid entra; /* azureADDeviceId, which Graph's recoveryKeys call deviceId */
    bool has_id;
    uint64_t row;
};
struct ud_vault_other { /* a protector that is no recovery key */
    struct ud_guid id;
    const char *kind, *device_name;
};
enum ud_vault_rotation_state {
    UD_VAULT_ROT_NONE,
    UD_VAULT_ROT_PENDING,
    UD_VAULT_ROT_DONE,
    UD_VAULT_ROT_FAILED,
    UD_VAULT_ROT_WAITING
};
struct ud_vault_rotation {
    uint8_t kind, state;
    ud_wall requested, finished;
    int32_t error_code;
    const char *message;
    bool has_new_key; /* a newer key is escrowed; it may have no ID */
    struct ud_guid new_key;
    ud_wall new_created;
    /* BOARD */
    ud_wall due;    /* WAITING: when the service asks by itself; UD_WALL_NONE: it does not */
    bool overdue;   /* shown for longer than policy wants */
    const char *by; /* account that was shown it */
};

struct ud_vault_work {
    struct ud_guid id, device; /* managedDevice id */
    uint8_t kind;
    bool typed; /* the action is "store", else "rotate" */
};
struct ud_vault_typed_state { /* what became of a typed key, and whether somebody asks for one */
    uint8_t state, cause;     /* enum ud_typed_state, ud_typed_cause */
    ud_wall requested, finished, expires;
    const char *by; /* who typed it */
    bool has_new_key;
    struct ud_guid new_key;
    ud_wall new_created;
    bool asked;
    ud_wall asked_at;
    const char *asked_by, *note;
};

struct ud_vault_reply {
    uint32_t id;
    enum ud_vault_op op;
    enum ud_vault_code code;
    uint32_t retry_after;
    const char *message; /* sentence; "" where code is OK */
    const char *field;   /* REASON_REQUIRED: "reason" "ticket" "note" "caller" "verified" "user" */
    struct {
        bool training, plain_graph_reads;
        const char *name, *tenant, *client_id;
        uint8_t deposit_key[UD_SEAL_PUBLIC];
    } hello;
    bool has_user;
    struct ud_vault_user user;
    struct ud_guid approval;
    struct {
        uint32_t expires_in; /* seconds, of the access token */
        const char *scope, *client_id;
        bool has_refresh; /* secret: access token text, then at once the refresh token text (UD_TOKEN_TEXT - 1 each) */
    } tokens;
    uint64_t next;  /* row to go on from, 0: this was the last page */
    uint64_t total; /* of all entries the filter lets through */
    struct ud_vault_device *devices;
    size_t device_count;
    struct ud_vault_key *keys;
    size_t key_count;
    struct ud_vault_other *others;
    size_t other_count;
    struct ud_vault_rotation *rotations;
    size_t rotation_count;
    struct ud_vault_work *works;
    size_t work_count;
    struct {
        bool escrowed, fresh, rotation; /* there is a key; it came with this request; it has to be replaced */
        ud_wall at;                     /* when it came */
    } agent;
    struct ud_vault_typed_state *typed;
    size_t typed_count;
    struct ud_approval_request *approvals;
    size_t approval_count;
    uint64_t revision;
    struct {
        const char *incident; /* "": none is on */
        ud_wall ends;
    } surge;
    const uint8_t *sealed;
    size_t sealed_length;
    const char *text, *name, *hash;
    struct ud_secret *secret; /* GRANT, REFRESH, REVEAL_PLAIN; owned by the reply */
    void *frame;              /* private: what text and arrays of a received reply stand in */
};

/* Appends one frame, without the secret part, to `out`; NULL text is written as "". The secret part follows separately
 * (ud_vault_link_send does both). UD_INVALID where something is longer than its limit. */
UD_CHECK enum ud_status ud_vault_request_encode(struct ud_buf *out, const struct ud_vault_request *r, struct ud_error *err);
UD_CHECK enum ud_status ud_vault_reply_encode(struct ud_buf *out, const struct ud_vault_reply *r, struct ud_error *err);
/* Decodes the body of one frame (behind the 4 bytes of its length). The result owns a copy; the secret part, where there is
 * one, is moved into result->secret, and the caller wipes `bytes`. On failure *out is NULL. */
UD_CHECK enum ud_status ud_vault_request_decode(
    struct ud_vault_request **out, const uint8_t *bytes, size_t length, struct ud_error *err);
UD_CHECK enum ud_status ud_vault_reply_decode(
    struct ud_vault_reply **out, const uint8_t *bytes, size_t length, struct ud_error *err);
void ud_vault_request_free(struct ud_vault_request **r);
void ud_vault_reply_free(struct ud_vault_reply **r);

const char *ud_vault_op_name(enum ud_vault_op op);

#endif
