/* A place where keys are escrowed, behind one table of operations. Everything is asynchronous: a call is made with a sink, started by one of the
 * functions below, and ends with exactly one `end` (unless cancelled). One thread; callbacks come from ud_http_turn. */
#ifndef UD_SOURCE_SOURCE_H
#define UD_SOURCE_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/seal.h"
#include "base/secret.h"
#include "domain/bde.h"
#include "domain/branding.h"
#include "domain/approval.h"
#include "domain/device.h"
#include "domain/board.h"
#include "domain/policy.h"
#include "domain/report.h"
#include "domain/typed_key.h"
#include "http/http.h"

struct ud_source;
struct ud_source_call;

enum ud_source_dialect { UD_DIALECT_GRAPH, UD_DIALECT_ESCROWD };

/* As configured; borrowed, must outlive the source. Missing text is "". */
struct ud_source_settings {
    uint8_t index;
    enum ud_source_dialect dialect;
    bool device_code; /* the way of signing in that is asked for; another one is refused with a sentence */
    const char *name, *tenant, *client_id, *authority, *graph, *scopes, *ca_file, *pin, *url;
    ud_msec poll_unit; /* what a second of the polling interval lasts; 0: 1000 ms (tests shorten it) */
};

/* What sources need of the process they run in. */
struct ud_source_host {
    /* A new refresh token, before its access token is used. Anything but UD_OK ends the sign-in. */
    enum ud_status (*keep)(struct ud_source *s, struct ud_secret *refresh, struct ud_error *err, void *arg);
    bool (*room)(void *arg); /* false: do not hand over more now; ud_source_resume_flow follows */
    void *arg;
};

struct ud_source_code {
    const char *user_code, *uri, *message;
    uint32_t expires_in; /* seconds */
};
struct ud_source_identity {
    const char *id, *account, *name, *tenant, *scopes, *host;
    const char *role; /* "": the source names none */
    bool training, more_scopes;
};
enum ud_source_phase { UD_SOURCE_DEVICES, UD_SOURCE_KEYS, UD_SOURCE_WAIT }; /* WAIT: throttled, `done` seconds to go */
struct ud_source_revealed {
    enum ud_kind kind;
    struct ud_guid key, device; /* as the server says */
    const uint8_t *sealed;
    size_t sealed_length;
    const char *server_request;
};
enum ud_source_rotation_state { UD_SOURCE_ROT_NONE, UD_SOURCE_ROT_PENDING, UD_SOURCE_ROT_DONE, UD_SOURCE_ROT_FAILED };
struct ud_source_rotation_info {
    enum ud_source_rotation_state state; /* DONE only where a newer key is escrowed, or can be proved no other way */
    struct ud_guid new_key;
    ud_wall created, last_checkin;
    int32_t code;
    const char *message;
};
struct ud_source_store_info {
    struct ud_guid device;
    enum ud_typed_state state;
    enum ud_typed_cause cause;
    ud_wall requested, finished, expires, last_checkin, new_created, asked_at;
    struct ud_guid new_key;
    bool asked;
    const char *by, *asked_by, *note;
};
struct ud_source_store_request {
    struct ud_guid device;
    ud_wall asked_at;
    bool blocks;
    const char *device_name, *asked_by, *note;
};
struct ud_source_package {
    struct ud_guid key, device;
    const uint8_t *sealed; /* to the request's public key */
    size_t sealed_length;
};
struct ud_source_end {
    enum ud_status status;
    uint32_t retry_after; /* seconds, 0: none */
    uint32_t hits;        /* find, ask; of find also those that the service counts but does not show to this role */
    const struct ud_error *error;
};

/* Where a call's results go. Text is borrowed until the callback returns. Callbacks a call does not need may be NULL. */
struct ud_source_sink {
    void (*code)(const struct ud_source_code *code, void *arg);
    void (*identity)(const struct ud_source_identity *who, void *arg);
    void (*policy)(const struct ud_policy *p, void *arg);
    /* Text and hash are "" where there are notices, but none in this language and no default. */
    void (*notice)(const char *language, const char *text, const char *hash, void *arg);
    void (*branding)(const struct ud_branding_texts *texts, void *arg);
    enum ud_status (*device)(const struct ud_device *d, struct ud_error *err, void *arg);
    enum ud_status (*key)(const struct ud_key *k, struct ud_error *err, void *arg);
    enum ud_status (*found)(
        const struct ud_key *k, const struct ud_device *d, struct ud_error *err, void *arg); /* d may be NULL */
    enum ud_status (*other)(const struct ud_guid *id, const char *kind, const char *device_name, struct ud_error *err, void *arg);
    void (*progress)(enum ud_source_phase phase, uint64_t done, uint64_t total, const char *resume, void *arg);
    void (*revealed)(const struct ud_source_revealed *r, void *arg);
    void (*rotation)(const struct ud_source_rotation_info *r, void *arg);
    void (*store_info)(const struct ud_source_store_info *i, void *arg);
    void (*store_request)(const struct ud_source_store_request *r, void *arg);
    void (*board)(const struct ud_board_entry *e, void *arg);
    void (*deposit_key)(const uint8_t public_key[UD_SEAL_PUBLIC], void *arg);
    void (*package)(const struct ud_source_package *p, void *arg);
    /* A page; next "": it was the last. */
    void (*report)(enum ud_report report, const struct ud_report_row *row, size_t count, const char *next, void *arg);
    void (*approval)(const struct ud_approval_request *a, void *arg);
    void (*approvals)(uint64_t revision, uint32_t count, void *arg); /* behind the last of a list */
    void (*surge)(const char *incident, ud_wall ends, void *arg);    /* incident "": none is on */
    void (*end)(const struct ud_source_end *end, void *arg);         /* the call is gone when this returns */
};

enum ud_source_field { UD_SOURCE_BY_USER, UD_SOURCE_BY_NAME, UD_SOURCE_BY_SERIAL };

struct ud_source_device {
    struct ud_guid device, entra;
    char os[16];
};
struct ud_source_reveal {
    enum ud_kind kind;
    struct ud_guid key, device, entra, request;
    uint8_t public_key[UD_SEAL_PUBLIC];
    struct ud_disclosure why;
    struct ud_guid approval; /* zero: none */
};
struct ud_source_report {
    enum ud_report report;
    const struct ud_report_filter *filter;
    const char *resume; /* next link of the page before; "": the first page */
};
/* Everything about approvals; `what` says which members count. */
enum ud_source_approval_what {
    UD_SOURCE_APPROVAL_ASK,    /* ask: key, device, kind, request, why -> approval */
    UD_SOURCE_APPROVAL_LIST,   /* open, since, wait_ms -> approval each, approvals */
    UD_SOURCE_APPROVAL_WATCH,  /* id, known, wait_ms -> approval */
    UD_SOURCE_APPROVAL_DECIDE, /* id, decision, note -> approval */
    UD_SOURCE_SURGE,           /* note: incident number; hours, 0 ends it -> surge */
};
struct ud_source_approval {
    enum ud_source_approval_what what;
    struct ud_approval_request ask;
    struct ud_guid id;
    enum ud_approval_state known;
    enum ud_approval_decision decision;
    bool open;
    uint64_t since;
    uint32_t wait_ms;
    unsigned hours;
    char note[UD_APPROVAL_NOTE];
};
struct ud_source_rotate {
    enum ud_kind kind;
    struct ud_guid device, entra, request;
    struct ud_disclosure why;
};
struct ud_source_rotation {
    enum ud_kind kind;
    struct ud_guid device, entra, old_key;
    ud_wall since;
};

struct ud_source_keep {
    enum ud_kind kind;
    enum ud_volume volume;
    struct ud_guid device, key;
    const uint8_t *sealed; /* copied when it is sent */
    size_t sealed_length;
    const struct ud_bde_other *other;
    size_t other_count;
};
struct ud_source_store {
    struct ud_guid device, request;
    const uint8_t *sealed; /* copied when it is sent */
    size_t sealed_length;
};

/* UD_CONFIG with a sentence where an address is not usable. `http` and `settings` must outlive the source. */
UD_CHECK enum ud_status ud_source_new(struct ud_source **out, struct ud_http *http, const struct ud_source_settings *settings,
    const struct ud_source_host *host, struct ud_error *err);
/* Cancels its calls, wipes its tokens. */
void ud_source_free(struct ud_source **s);
const struct ud_source_settings *ud_source_settings_of(const struct ud_source *s);
bool ud_source_is_signed_in(const struct ud_source *s);
/* Borrowed; NULL where there is none. */
struct ud_secret *ud_source_refresh_token(struct ud_source *s);
/* Lets paused transfers go on once there is room again. */
void ud_source_resume_flow(struct ud_source *s);

struct ud_source_call *ud_source_call_new(struct ud_source *s, const struct ud_source_sink *sink, void *arg);
/* Stops it at once; no `end`. Nulls. */
void ud_source_cancel(struct ud_source_call **c);

/* Each starts a fresh call. Even a failure known at once comes as `end`, from a later turn. */
void ud_source_sign_in(struct ud_source_call *c);
/* Goes on from a refresh token; takes it over. */
void ud_source_resume(struct ud_source_call *c, struct ud_secret *refresh);
void ud_source_sign_out(struct ud_source_call *c);
void ud_source_policy(struct ud_source_call *c);
void ud_source_notice(struct ud_source_call *c, const char *language);
/* The site's name and helpdesk; nobody has to be signed in. */
void ud_source_branding(struct ud_source_call *c, const char *language);
void ud_source_sync(struct ud_source_call *c, const char *resume); /* resume: last next link, or "" */
void ud_source_find(struct ud_source_call *c, const struct ud_keyid_prefix *prefix);
void ud_source_ask(struct ud_source_call *c, enum ud_source_field field, const char *text);
void ud_source_keys(struct ud_source_call *c, const struct ud_source_device *device);
/* Sent at most once. UD_UNCERTAIN where the connection broke after the request had left. */
void ud_source_reveal(struct ud_source_call *c, const struct ud_source_reveal *what);
void ud_source_rotate(struct ud_source_call *c, const struct ud_source_rotate *what);
void ud_source_rotation(struct ud_source_call *c, const struct ud_source_rotation *what);
void ud_source_outcome(struct ud_source_call *c, const struct ud_guid *request, const char *outcome);
void ud_source_report(struct ud_source_call *c, const struct ud_source_report *what);
void ud_source_approval(struct ud_source_call *c, const struct ud_source_approval *what);
/* A typed FileVault recovery key, sealed by the console to the service's deposit key. Sent at most once. */
void ud_source_store(struct ud_source_call *c, const struct ud_source_store *what);
void ud_source_store_state(struct ud_source_call *c, const struct ud_guid *device);
void ud_source_store_ask(struct ud_source_call *c, const struct ud_guid *device, const char *note);
void ud_source_store_requests(struct ud_source_call *c);
/* Keys that were shown and not replaced yet: board(), longest shown first. */
void ud_source_board(struct ud_source_call *c);
void ud_source_deposit_key(struct ud_source_call *c);
/* A BitLocker key that staff bring, sealed to the deposit key. Sent at most once. UD_EXISTS where it is stored already, UD_AMBIGUOUS where it is stored
 * for another device or with other digits. */
void ud_source_keep(struct ud_source_call *c, const struct ud_source_keep *what);
/* The key package of a key; asked as a reveal. Sent at most once. */
void ud_source_package(struct ud_source_call *c, const struct ud_source_reveal *what);

#endif
