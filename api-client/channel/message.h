/* The messages between console and worker: fixed schema, one packet each (SOCK_SEQPACKET), at most 64 KiB. Both encoders and decoders
 * stand in one file per group. Text is UTF-8 and was cleaned by the worker; borrowed from the packet until the next receive.
 * A secret part, where a type has one, is sent from and received into a struct ud_secret directly and never touches the packet buffer.
 * An unknown type, a wrong length, a type in the wrong direction: UD_MALFORMED, and the receiver treats it as an attack (kill, lock).
 * Requests carry a number and end with exactly one DONE of that number. CONFIGURE, SEAL_KEY and CANCEL are notes, not requests: number 0, no
 * answer. READY carries 0; TOKEN carries the number of the request that made it, or 0.
 * Layout: 16 bytes of header (type, version, length of the secret part, request, length of the body), towards the worker 64 bytes reserved for a
 * secret part, the body. Text is checked on both ends: the encoder cleans it, the decoder refuses what is not clean. */
#ifndef UD_CHANNEL_MESSAGE_H
#define UD_CHANNEL_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/secret.h"
#include "base/seal.h"
#include "domain/approval.h"
#include "domain/bde.h"
#include "domain/branding.h"
#include "domain/board.h"
#include "domain/device.h"
#include "domain/policy.h"
#include "domain/report.h"
#include "domain/typed_key.h"

#define UD_PACKET_MAX 65536u
#define UD_SOURCE_MAX 8u
#define UD_BLOB_MAX   8192u /* a sealed refresh token */
#define UD_SEALED_MAX 1024u /* a sealed recovery key */

enum ud_source_type { UD_SOURCE_GRAPH, UD_SOURCE_ESCROWD };
enum ud_sign_in { UD_SIGN_IN_DEVICE_CODE, UD_SIGN_IN_BROWSER, UD_SIGN_IN_CERTIFICATE, UD_SIGN_IN_SECRET };

/* X(enumerator, value): c: console to worker, w: worker to console */
#define UD_MSG_LIST(X)                                                                                                           \
    X(CONFIGURE, 1)       /* c: one source; once each before anything else */                                                    \
    X(SEAL_KEY, 2)        /* c: public half of the PIN's key pair; refresh tokens are sealed to it */                            \
    X(SIGN_IN, 3)         /* c */                                                                                                \
    X(RESUME, 4)          /* c: sealed blob + secret part (secret half of the PIN's key pair) */                                 \
    X(SIGN_OUT, 5)        /* c */                                                                                                \
    X(GET_POLICY, 6)      /* c: answered by POLICY (none where the source has no policy), DONE */                                \
    X(GET_NOTICE, 7)      /* c: answered by NOTICE (or none), DONE */                                                            \
    X(SYNC, 8)            /* c: devices, then key metadata, of one source */                                                     \
    X(FIND, 9)            /* c: a key-ID prefix, asked of every source */                                                        \
    X(ASK, 10)            /* c: devices by exact user, device name or serial, of every source */                                 \
    X(KEYS, 11)           /* c: fresh key metadata of one device */                                                              \
    X(REVEAL, 12)         /* c: one key; sent at most once, never retried */                                                     \
    X(ROTATE, 13)         /* c */                                                                                                \
    X(ROTATION, 14)       /* c: state of a rotation */                                                                           \
    X(OUTCOME, 15)        /* c: how a call ended, for sources that record it */                                                  \
    X(CANCEL, 16)         /* c: the request named ends with DONE CANCELLED */                                                    \
    X(REPORT, 17)         /* c: a page of a report: REPORT_PAGE */                                                               \
    X(APPROVAL_ASK, 20)   /* c: a second person is asked: APPROVAL */                                                            \
    X(APPROVALS, 21)      /* c: the list, at once or when it changes: APPROVAL each, APPROVALS_END */                            \
    X(APPROVAL_WATCH, 22) /* c: one, at once or when its state changes: APPROVAL */                                              \
    X(DECIDE, 23)         /* c: grant, deny or withdraw an approval: APPROVAL */                                                 \
    X(SURGE, 24)          /* c: open or end one: SURGE_STATE */                                                                  \
    X(GET_BRANDING, 26)   /* c: answered by BRANDING (or none), DONE; before sign-in as well */                                  \
    X(STORE, 30)          /* c: a typed FileVault recovery key, sealed to the service; sent at most once */                      \
    X(STORE_STATE, 31)    /* c: what became of it: STORE_INFO */                                                                 \
    X(STORE_ASK, 32)      /* c: ask a user to store the key of a Mac: STORE_INFO */                                              \
    X(STORE_REQUESTS, 33) /* c: what the person's own devices were asked for: STORE_REQUEST each */                              \
    X(DEPOSIT_KEY, 34)    /* c: the service's public key for STORE: DEPOSIT_KEY_IS */                                            \
    X(KEEP, 35)           /* c: a BitLocker key that staff bring, sealed to the service; sent at most once */                    \
    X(GET_PACKAGE, 36)    /* c: a key package, asked as a REVEAL: PACKAGE */                                                     \
    X(GET_BOARD, 40)      /* c: keys that were shown and not replaced: BOARD each */                                             \
    X(READY, 64)          /* w: first message of a worker */                                                                     \
    X(CODE, 65)           /* w: device code to show */                                                                           \
    X(IDENTITY, 66)       /* w: who is signed in; to be confirmed */                                                             \
    X(TOKEN, 67)          /* w: a new refresh token, sealed; before its access token is used */                                  \
    X(POLICY, 68)         /* w */                                                                                                \
    X(NOTICE, 69)         /* w */                                                                                                \
    X(DEVICES, 70)        /* w: a batch */                                                                                       \
    X(KEY_BATCH, 71)      /* w: a batch of key metadata */                                                                       \
    X(PROGRESS, 72)       /* w */                                                                                                \
    X(FOUND, 73)          /* w: one key that matches, with its device */                                                         \
    X(OTHER_ID, 74)       /* w: the ID belongs to another protector (TPM, …), not to a key */                                  \
    X(SOURCE_DONE, 75)    /* w: one source has answered FIND or ASK, or failed to */                                             \
    X(REVEALED, 76)       /* w: the key, sealed to the one-time public key of the request */                                     \
    X(ROTATION_STATE, 77) /* w */                                                                                                \
    X(DONE, 78)           /* w: the request has ended */                                                                         \
    X(REPORT_PAGE, 79)    /* w */                                                                                                \
    X(APPROVAL, 82)       /* w */                                                                                                \
    X(BOARD, 100)         /* w: one entry, longest shown first */                                                                \
    X(APPROVALS_END, 83)  /* w: behind the last of a list */                                                                     \
    X(SURGE_STATE, 84)    /* w */                                                                                                \
    X(BRANDING, 87)       /* w: the site's name and helpdesk */                                                                  \
    X(STORE_INFO, 91)     /* w */                                                                                                \
    X(STORE_REQUEST, 92)  /* w */                                                                                                \
    X(DEPOSIT_KEY_IS, 93) /* w */                                                                                                \
    X(PACKAGE, 96)        /* w: sealed to the one-time public key of the request */

enum ud_msg_type {
#define X(name, value) UD_MSG_##name = value,
    UD_MSG_LIST(X)
#undef X
};

struct ud_msg_configure {
    uint8_t source;
    uint8_t type;    /* enum ud_source_type */
    uint8_t sign_in; /* enum ud_sign_in */
    const char *name, *tenant, *client_id, *authority, *graph, *scopes, *ca_file, *pin, *url;
};
struct ud_msg_blob { /* RESUME, TOKEN; also SEAL_KEY (32 bytes) */
    uint8_t source;
    const uint8_t *bytes;
    size_t length;
};
struct ud_msg_source { /* SIGN_IN, SIGN_OUT, GET_POLICY */
    uint8_t source;
};
struct ud_msg_get_notice { /* GET_NOTICE, GET_BRANDING */
    uint8_t source;
    const char *language; /* "en", "nl" */
};
struct ud_msg_sync {
    uint8_t source;
    const char *resume; /* last next-link, or "" */
};
struct ud_msg_find {
    struct ud_keyid_prefix prefix;
};
enum ud_ask { UD_ASK_USER, UD_ASK_NAME, UD_ASK_SERIAL };
struct ud_msg_ask {
    uint8_t field; /* enum ud_ask */
    const char *text;
};
struct ud_msg_keys {
    uint8_t source;
    struct ud_guid device, entra;
    const char *os;
};
struct ud_msg_reveal {
    uint8_t source;
    uint8_t kind;
    struct ud_guid key; /* zero: by device and kind */
    struct ud_guid device, entra;
    struct ud_guid request; /* also in INTENT and DISCLOSED */
    struct ud_guid approval;
    uint8_t public_key[UD_SEAL_PUBLIC];
    struct ud_disclosure why;
};
struct ud_msg_approval_ask {
    uint8_t source;
    uint8_t kind;
    struct ud_guid key; /* zero: by device and kind */
    struct ud_guid device, request;
    struct ud_disclosure why;
};
struct ud_msg_approval_do { /* APPROVALS, APPROVAL_WATCH, DECIDE, SURGE */
    uint8_t source;
    uint8_t known;     /* WATCH: enum ud_approval_state */
    uint8_t decision;  /* DECIDE: enum ud_approval_decision */
    bool open;         /* APPROVALS: only those that can be decided */
    struct ud_guid id; /* WATCH, DECIDE */
    uint64_t since;    /* APPROVALS: the revision that is known, 0: none */
    uint32_t wait_ms;  /* APPROVALS, WATCH: at most 30000 */
    uint32_t hours;    /* SURGE: 0 ends it */
    const char *note;  /* DECIDE; SURGE: incident number */
};
struct ud_msg_rotate {
    uint8_t source;
    uint8_t kind;
    struct ud_guid device, entra;
    struct ud_guid request;
    struct ud_disclosure why;
};
struct ud_msg_rotation {
    uint8_t source;
    uint8_t kind;
    struct ud_guid device, entra;
    struct ud_guid old_key; /* the key that was shown; zero: unknown */
    ud_wall since;
};
struct ud_msg_outcome {
    uint8_t source;
    struct ud_guid request;
    const char *outcome; /* "worked" "did-not-unlock" "gone" */
};
struct ud_msg_store { /* STORE, STORE_STATE, STORE_ASK */
    uint8_t source;
    struct ud_guid device;
    struct ud_guid request; /* STORE: in the box as well */
    const uint8_t *sealed;  /* STORE: ud_typed_pack, sealed to the deposit key */
    size_t sealed_length;
    const char *note; /* STORE_ASK */
};
struct ud_msg_keep {
    uint8_t source, kind, volume;
    struct ud_guid device, key;
    const uint8_t *sealed; /* the key's text, sealed to the deposit key */
    size_t sealed_length;
    struct ud_bde_other other[UD_BDE_PROTECTORS];
    size_t other_count;
};
struct ud_msg_package {
    uint8_t source;
    struct ud_guid key, device;
    const uint8_t *sealed;
    size_t sealed_length;
};
struct ud_msg_cancel {
    uint32_t request;
};
struct ud_msg_report {
    uint8_t source;
    uint8_t report; /* enum ud_report */
    struct ud_report_filter filter;
    const char *resume; /* the page to go on with; "": the first */
};
struct ud_msg_ready {
    const char *build;
};
struct ud_msg_code {
    uint8_t source;
    uint32_t expires_in; /* seconds */
    const char *user_code, *uri, *message;
};
struct ud_msg_identity {
    uint8_t source;
    bool training;
    bool more_scopes; /* more was granted than asked */
    const char *id, *account, *name, *tenant, *scopes, *host;
    const char *role; /* domain/desk_role.h; "": the source names none */
};
struct ud_msg_policy {
    uint8_t source;
    struct ud_policy policy;
};
struct ud_msg_notice {
    uint8_t source;
    bool missing;                       /* there are notices, but none in this language and no default */
    const char *language, *text, *hash; /* hash: hex of BLAKE2b-256 of the text */
};
struct ud_msg_branding {
    uint8_t source;
    struct ud_branding_texts texts;
};
#define UD_BATCH_DEVICES 256
struct ud_msg_devices {
    uint8_t source;
    size_t count; /* at most UD_BATCH_DEVICES */
    struct ud_device device[UD_BATCH_DEVICES];
};
#define UD_BATCH_KEYS 512
struct ud_msg_key_batch {
    uint8_t source;
    size_t count;
    struct ud_key key[UD_BATCH_KEYS];
};
enum ud_phase { UD_PHASE_DEVICES, UD_PHASE_KEYS, UD_PHASE_WAIT }; /* WAIT: throttled; `done` seconds to go */
struct ud_msg_progress {
    uint8_t source;
    uint8_t phase;
    uint32_t done, total; /* total 0: unknown */
    const char *resume;
};
struct ud_msg_found {
    uint8_t source;
    struct ud_key key;
    bool has_device;
    struct ud_device device;
};
struct ud_msg_other_id {
    uint8_t source;
    struct ud_guid id;
    const char *kind; /* "tpm", "tpm-and-pin", "external-key", … */
    const char *device_name;
};
struct ud_msg_source_done {
    uint8_t source;
    uint8_t status; /* enum ud_status */
    uint32_t hits;
    const char *message;
};
struct ud_msg_revealed {
    uint8_t source;
    uint8_t kind;
    struct ud_guid key, device; /* as the server says; the console compares */
    const uint8_t *sealed;
    size_t sealed_length;
    const char *server_request;
};
enum ud_rotation { UD_ROTATION_NONE, UD_ROTATION_PENDING, UD_ROTATION_DONE, UD_ROTATION_FAILED };
struct ud_msg_approval {
    uint8_t source;
    struct ud_approval_request a;
};
struct ud_msg_board {
    uint8_t source;
    struct ud_board_entry e;
};
struct ud_msg_approvals_end {
    uint8_t source;
    uint64_t revision;
    uint32_t count;
};
struct ud_msg_surge_state {
    uint8_t source;
    const char *incident; /* "": none is on */
    ud_wall ends;
};
struct ud_msg_rotation_state {
    uint8_t source;
    uint8_t state; /* enum ud_rotation; DONE only when a newer key is escrowed */
    struct ud_guid new_key;
    ud_wall created;      /* of the new key */
    ud_wall last_checkin; /* of the device */
    int32_t code;         /* HRESULT or 0 */
    const char *message;  /* sentence that helps, for FAILED */
};
struct ud_msg_store_info {
    uint8_t source;
    struct ud_guid device;
    uint8_t state, cause; /* enum ud_typed_state, ud_typed_cause */
    ud_wall requested, finished, expires, last_checkin;
    struct ud_guid new_key; /* zero: it has no ID */
    ud_wall new_created;
    bool asked; /* somebody asks the user to store it */
    ud_wall asked_at;
    const char *by, *asked_by, *note;
};
struct ud_msg_store_request {
    uint8_t source;
    bool blocks; /* nothing else is to be had before it is done */
    struct ud_guid device;
    ud_wall asked_at;
    const char *device_name, *asked_by, *note;
};
struct ud_msg_deposit_key {
    uint8_t source;
    uint8_t public_key[UD_SEAL_PUBLIC];
};
struct ud_msg_report_page {
    uint8_t source;
    uint8_t report; /* enum ud_report */
    size_t count;
    struct ud_report_row row[UD_REPORT_PAGE];
    const char *next; /* "": this was the last */
};
struct ud_msg_done {
    uint8_t status;       /* enum ud_status */
    uint32_t retry_after; /* seconds, 0: none */
    const char *message, *hint;
};

struct ud_msg {
    enum ud_msg_type type;
    uint32_t request; /* chosen by the console, never 0 for a request; 0 in READY */
    union {
        struct ud_msg_configure configure;
        struct ud_msg_blob blob;
        struct ud_msg_source source;
        struct ud_msg_get_notice get_notice;
        struct ud_msg_sync sync;
        struct ud_msg_find find;
        struct ud_msg_ask ask;
        struct ud_msg_keys keys;
        struct ud_msg_reveal reveal;
        struct ud_msg_rotate rotate;
        struct ud_msg_rotation rotation;
        struct ud_msg_outcome outcome;
        struct ud_msg_cancel cancel;
        struct ud_msg_ready ready;
        struct ud_msg_code code;
        struct ud_msg_identity identity;
        struct ud_msg_policy policy;
        struct ud_msg_notice notice;
        struct ud_msg_devices devices;
        struct ud_msg_key_batch key_batch;
        struct ud_msg_progress progress;
        struct ud_msg_found found;
        struct ud_msg_other_id other_id;
        struct ud_msg_source_done source_done;
        struct ud_msg_revealed revealed;
        struct ud_msg_rotation_state rotation_state;
        struct ud_msg_done done;
        struct ud_msg_report report;
        struct ud_msg_report_page report_page;
        struct ud_msg_approval_ask approval_ask;
        struct ud_msg_approval_do approval_do;
        struct ud_msg_approval approval;
        struct ud_msg_approvals_end approvals_end;
        struct ud_msg_surge_state surge_state;
        struct ud_msg_branding branding;
        struct ud_msg_store store;
        struct ud_msg_store_info store_info;
        struct ud_msg_store_request store_request;
        struct ud_msg_board board;
        struct ud_msg_deposit_key deposit_key;
        struct ud_msg_keep keep;
        struct ud_msg_package package;
    } u;
};

/* Bytes a device takes in a DEVICES batch, and what a batch may take altogether: a worker sends the batch before it would not fit. */
#define UD_BATCH_ROOM 65000u
size_t ud_message_device_size(const struct ud_device *d);

/* Where a packet's secret part lies (towards the worker only), and how long it may be. */
#define UD_PACKET_HEADER 16u
#define UD_PACKET_SECRET 64u

/* Encodes into `packet` (UD_PACKET_MAX bytes); NULL text is sent as "". UD_INVALID where it does not fit. */
UD_CHECK enum ud_status ud_message_encode(uint8_t *packet, size_t *length, const struct ud_msg *m, struct ud_error *err);
/* Decodes a packet; text in *m points into `packet`. Checks every length, enumerator and that nothing is left over. */
UD_CHECK enum ud_status ud_message_decode(
    struct ud_msg *m, const uint8_t *packet, size_t length, bool from_worker, struct ud_error *err);

#endif
