/* What the files of this module share: a source, a call, one HTTP step of a call. Not for others. */
#ifndef UD_SOURCE_CALL_H
#define UD_SOURCE_CALL_H

#include "source/source.h"
#include "wire/escrow.h"
#include "wire/oauth.h"

/* The operations of one dialect. A NULL entry is a capability it does not have. */
struct ud_source_ops {
    void (*prepare)(struct ud_source_call *c, void (*then)(struct ud_source_call *c)); /* learns where things are */
    void (*sign_out)(struct ud_source_call *c);
    void (*policy)(struct ud_source_call *c);
    void (*notice)(struct ud_source_call *c, const char *language);
    void (*branding)(struct ud_source_call *c, const char *language);
    void (*sync)(struct ud_source_call *c, const char *resume);
    void (*find)(struct ud_source_call *c, const struct ud_keyid_prefix *prefix);
    void (*ask)(struct ud_source_call *c, enum ud_source_field field, const char *text);
    void (*keys)(struct ud_source_call *c, const struct ud_source_device *device);
    void (*reveal)(struct ud_source_call *c, const struct ud_source_reveal *what);
    void (*rotate)(struct ud_source_call *c, const struct ud_source_rotate *what);
    void (*rotation)(struct ud_source_call *c, const struct ud_source_rotation *what);
    void (*outcome)(struct ud_source_call *c, const struct ud_guid *request, const char *outcome);
    void (*report)(struct ud_source_call *c, const struct ud_source_report *what);
    void (*approval)(struct ud_source_call *c, const struct ud_source_approval *what);
    void (*store)(struct ud_source_call *c, const struct ud_source_store *what);
    void (*store_state)(struct ud_source_call *c, const struct ud_guid *device);
    void (*store_ask)(struct ud_source_call *c, const struct ud_guid *device, const char *note);
    void (*store_requests)(struct ud_source_call *c);
    void (*board)(struct ud_source_call *c);
    void (*deposit_key)(struct ud_source_call *c);
    void (*keep)(struct ud_source_call *c, const struct ud_source_keep *what);
    void (*package)(struct ud_source_call *c, const struct ud_source_reveal *what);
};
extern const struct ud_source_ops ud_source_graph;
extern const struct ud_source_ops ud_source_escrowd;

#define UD_SOURCE_PATH_MAX UD_HTTP_URL_MAX

/* Who is signed in, and how that is kept up. */
struct ud_session {
    bool discovered;
    char token_path[UD_WIRE_URL_MAX];
    char device_path[UD_WIRE_URL_MAX];
    char client_id[64];
    char scopes[512];
    struct ud_secret *access, *refresh;
    ud_msec access_until;
    struct ud_http_call *refreshing; /* for every call that waits */
    char id[UD_SHORT_MAX], account[UD_NAME_MAX], name[UD_NAME_MAX], tenant[UD_SHORT_MAX], role[16];
    char granted[UD_WIRE_SCOPE_MAX];
};

struct ud_source {
    const struct ud_source_ops *ops;
    const struct ud_source_settings *set;
    struct ud_source_host host;
    struct ud_http *http;
    struct ud_http_origin site;      /* API: Graph's host, or escrowd's */
    struct ud_http_origin authority; /* sign-in */
    char site_path[256];             /* in front of every path of ours, "" as a rule */
    char authority_path[512];        /* "/tenant" */
    bool prepared;
    bool training;
    unsigned can; /* UD_WIRE_CAN_… of escrowd */
    struct ud_session session;
    struct ud_source_call *calls;
};

/* One HTTP exchange of a call. Path and body are copied when it is sent. */
struct ud_source_step {
    enum ud_http_kind kind;
    enum ud_http_retry retry;
    bool post;
    bool open;    /* without a token */
    bool sign_in; /* goes to the authority, not to the API */
    bool patient; /* waits for something to happen at the service */
    bool every;   /* `then` gets refusals too (401 excepted where a token was sent) */
    const char *path;
    const char *type;
    const void *body;
    size_t length;
    struct ud_secret *secret_body; /* taken over */
    const char *const *headers;
    enum ud_http_flow (*on_data)(const void *bytes, size_t length, struct ud_error *err, void *call);
    void (*then)(struct ud_source_call *c, struct ud_http_reply *r);
};

struct ud_source_call {
    struct ud_source_call *next;
    struct ud_source *source;
    const struct ud_source_sink *sink;
    void *arg;
    struct ud_http_call *http;
    struct ud_http_timer *timer;
    struct ud_source_step step; /* the current one; path and body owned */
    bool waits_for_token;
    bool waits_for_room;
    bool renewed;                               /* this step has been sent again after a 401 */
    void (*then)(struct ud_source_call *c);     /* what follows a refresh or preparation */
    void (*prepared)(struct ud_source_call *c); /* what follows ops->prepare */
    struct ud_pager *pager;                     /* the list being fetched */
    void *state;                                /* of the operation */
    void (*state_free)(void *state);
    uint32_t hits;
    bool ended; /* `end` comes with the next turn */
    struct ud_error error;
    uint32_t retry_after;
};

/* call.c */
void ud_source_send(struct ud_source_call *c, const struct ud_source_step *step);
void ud_source_done(struct ud_source_call *c);                           /* ends with UD_OK */
void ud_source_fail(struct ud_source_call *c, const struct ud_error *e); /* ends with e->status */
/* Ends the call with what a refusal or a failed exchange means. */
void ud_source_fail_reply(struct ud_source_call *c, const struct ud_http_reply *r);
void ud_source_refuse(struct ud_source_call *c, enum ud_status st, const char *message, const char *hint);
/* The end of a reveal without an answer: UD_UNCERTAIN where the request had left and nobody knows what became of it. */
void ud_source_uncertain(struct ud_source_call *c, const struct ud_http_reply *r);
/* Gives the call zeroed state, freed with it by `state_free` (NULL: free). */
void *ud_source_state(struct ud_source_call *c, size_t size, void (*state_free)(void *state));
/* on_data of list steps: pauses while there is no room. */
bool ud_source_has_room(struct ud_source_call *c);

/* answer.c: a refusal in words. Returns the status written to *e; *retry_after gets seconds or 0. */
enum ud_status ud_source_refusal(
    struct ud_error *e, uint32_t *retry_after, const struct ud_source *s, const struct ud_http_reply *r);
/* True where a 401 means "no permission", not "token no longer good" (Intune). */
bool ud_source_is_forbidden(const struct ud_http_reply *r);
/* A token-endpoint error in words. */
enum ud_status ud_source_oauth_refusal(struct ud_error *e, const struct ud_source *s, const struct ud_wire_oauth_error *o);

/* session.c */
bool ud_session_token_ready(const struct ud_source *s);
/* Starts renewing unless that is under way; calls with waits_for_token are woken when it is over. */
void ud_session_renew(struct ud_source *s);
void ud_session_drop_access(struct ud_source *s);
void ud_session_clear(struct ud_source *s);
/* Takes the tokens and claims out of `t`, hands the refresh token to the host. */
UD_CHECK enum ud_status ud_session_accept(struct ud_source *s, struct ud_wire_token *t, struct ud_error *err);
void ud_session_tell_identity(struct ud_source_call *c);
/* Finds the token endpoint (once), then goes on. */
void ud_session_discover(struct ud_source_call *c, void (*then)(struct ud_source_call *c));
/* call.c: wakes the calls that wait for a token; `failed` NULL: there is one now. */
void ud_source_token_settled(struct ud_source *s, const struct ud_error *failed);

/* Form bodies (application/x-www-form-urlencoded): appends name=value, with & between. */
void ud_form_add(struct ud_buf *b, const char *name, const char *value);
/* Appends &name=SECRET to a form; both become a new secret. */
UD_CHECK enum ud_status ud_form_seal(
    struct ud_secret **out, const struct ud_buf *form, const char *name, struct ud_secret *value, struct ud_error *err);

#endif
