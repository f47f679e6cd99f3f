/* Inside of the vault. Private to escrowd/vault. */
#ifndef UD_VAULT_STATE_H
#define UD_VAULT_STATE_H

#include "base/password.h"
#include "base/sealer.h"
#include "domain/branding.h"
#include "domain/policy.h"
#include "escrowd/store/agents.h"
#include "escrowd/store/approvals.h"
#include "escrowd/store/fleet.h"
#include "escrowd/store/people.h"
#include "escrowd/vault/arena.h"
#include "escrowd/vault/audit.h"
#include "escrowd/vault/limits.h"
#include "escrowd/vault/rights.h"
#include "escrowd/vault/ring.h"
#include "escrowd/vault/session.h"
#include "escrowd/vault/vault.h"

struct ud_agent;
struct ud_agent_change;
struct ud_seen;

/* A device as far as decisions and the audit need it. */
struct ud_device_brief {
    uint64_t row;
    struct ud_guid id;
    enum ud_ownership ownership;
    bool mac;
    bool retired;
    char name[UD_NAME_MAX], serial[UD_SHORT_MAX], user[UD_NAME_MAX], domain[UD_NAME_MAX];
    char local_users[UD_LOCAL_USERS_MAX]; /* accounts that have signed in to it locally */
};

/* What the writer thread works with. */
struct ud_change_context {
    struct ud_store *store;
    struct ud_ring *ring;
    struct ud_audit audit;
    uint64_t last_key; /* row handed out last */
    ud_wall now;
    bool stale;                /* a transaction failed: read chain and key rows again */
    struct ud_opener opener;   /* for what the front sealed; as scratch */
    struct ud_secret *scratch; /* where deposits are opened, one after the other; NULL outside of the writer */
};

/* One change: prepared on the vault's thread, run on the writer's, finished on the vault's. */
struct ud_change {
    struct ud_change *next;
    struct ud_vault_request *request; /* owned; NULL for changes of the vault's own */
    struct ud_vault_reply *reply;     /* owned */
    /* Runs inside a transaction, as a part of it that can fail alone. What it answers goes into the reply (code UD_VAULT_OK or what
     * the caller did wrong, with UD_OK); another status means that the part is undone and the reply says "unavailable". */
    enum ud_status (*run)(struct ud_change_context *c, struct ud_change *change, struct ud_error *err);
    /* After the commit, or the failure (status). May be NULL. Before the answer is sent. */
    void (*done)(struct ud_vault *v, struct ud_change *change);
    enum ud_status status;
    bool again; /* set by run: commit, then run once more (phase counts) */
    unsigned phase;
    /* What was found out before. */
    struct ud_session who; /* zero row: a device, or nobody */
    struct ud_device_brief device;
    struct ud_store_key key;    /* box is NULL */
    char end_user[UD_NAME_MAX]; /* on whose behalf, for the audit */
    const char *event;          /* for refusals: why, in one word; NULL: what the code says */
    struct ud_session minted;   /* for grants: the new access token */
    struct ud_guid work;
    ud_wall before; /* typed keys older than this have waited long enough */
    bool plain;
    struct ud_token token;              /* refresh token being replaced (id only) */
    struct ud_agent_change *agent;      /* owned; of check-in agents (agent.h) */
    struct ud_seen *seen;               /* owned; last check-ins to be stored (seen.h) */
    struct ud_store_approval *approval; /* of a decision; owned, NULL where there is none */
    ud_msec life;                       /* of an approval that is asked for or granted */
    char surge[UD_INCIDENT_MAX];        /* the one that was on when it was asked; "": none */
};

struct ud_writer;
struct ud_backfill;
UD_CHECK enum ud_status ud_writer_new(struct ud_writer **out, struct ud_store *store, struct ud_ring *ring,
    struct ud_backfill *backfill, const char *anchor, int wake_fd, struct ud_error *err);
UD_CHECK enum ud_status ud_writer_start(struct ud_writer *w, struct ud_error *err);
void ud_writer_put(struct ud_writer *w, struct ud_change *change); /* taken over */
struct ud_change *ud_writer_take_done(struct ud_writer *w);        /* a list; NULL: none */
void ud_writer_free(struct ud_writer **w);                         /* finishes what was put */

/* Passwords are checked one after the other on a thread of their own. */
struct ud_hash_job {
    struct ud_hash_job *next;
    struct ud_vault_request *request; /* owned; its secret is the password */
    char hash[UD_PASSWORD_HASH];
    struct ud_store_user user; /* texts in names */
    char name[UD_NAME_MAX], account[UD_NAME_MAX], display[UD_NAME_MAX];
    bool known, matches;
};
struct ud_hasher;
struct ud_hasher *ud_hasher_new(int wake_fd);
UD_CHECK enum ud_status ud_hasher_start(struct ud_hasher *h, struct ud_error *err);
bool ud_hasher_put(struct ud_hasher *h, struct ud_hash_job *job); /* false: too many wait, the job stays the caller's */
struct ud_hash_job *ud_hasher_take_done(struct ud_hasher *h);
void ud_hash_job_free(struct ud_hash_job **job);
void ud_hasher_free(struct ud_hasher **h);

#define UD_APPROVALS 256
struct ud_approval { /* a password was right: good for one grant */
    struct ud_guid id;
    uint64_t user_row;
    ud_msec until;
};
struct ud_waiting { /* a WORK_LIST that waits for work */
    struct ud_waiting *next;
    struct ud_vault_request *request;
    ud_msec until;
};
struct ud_watch { /* an APPROVALS or APPROVAL that waits for a change */
    struct ud_watch *next;
    struct ud_vault_request *request;
    struct ud_session who;
    ud_msec until;
};
struct ud_notice {
    bool self_service; /* for employees, not for staff */
    char language[UD_LANGTAG_MAX], hash[65];
    char *text;
};
struct ud_count { /* totals are asked for with every page and change slowly */
    uint64_t value;
    ud_msec until;
};

struct ud_vault {
    struct ud_service_config config;
    ud_vault_answer answer;
    void *arg;
    struct ud_store *read;
    struct ud_store *write;     /* the writer's, from ud_vault_start on */
    struct ud_ring *ring;       /* this thread's */
    struct ud_ring *write_ring; /* the writer's: open secrets are not shared between threads */
    struct ud_writer *writer;
    struct ud_backfill *backfill;
    struct ud_hasher *hasher;
    struct ud_sessions *sessions;
    struct ud_limits *limits;
    struct ud_secret *simulate_key; /* NULL unless training and seeded */
    struct ud_policy policy;        /* with the surge that is on */
    bool plain_graph_reads;
    char *policy_json; /* what is sent; made anew when a surge begins or ends */
    struct ud_notice *notices;
    size_t notice_count;
    struct ud_branding branding;
    struct ud_approval approval[UD_APPROVALS];
    struct ud_waiting *waiting;
    struct ud_watch *watching;
    uint64_t approvals_revision; /* another number after each change of an approval */
    struct ud_count device_count, key_count;
    struct ud_agent *agents; /* check-in agents, as the database has them */
    size_t agent_count;
    struct ud_opener opener;   /* for the keys that they bring, as scratch; only where the protocol is on */
    struct ud_secret *scratch; /* NULL otherwise */
    struct ud_seen *seen;      /* last check-ins that are not in the database yet */
    size_t open_requests;
    ud_wall typed_due; /* when the next typed key has waited long enough; UD_WALL_NONE: none waits */
    bool typed_sweeping;
    ud_wall due_at; /* when the next shown key is to be asked for by itself; UD_WALL_NONE: none */
    bool due_sweeping;
    int wake_fd;
};

/* --- replies (reply.c) --- */
struct ud_vault_reply *ud_reply_new(const struct ud_vault_request *r);
void ud_reply_refuse(struct ud_vault_reply *reply, enum ud_vault_code code, const char *message);
/* Sends and frees reply and request. */
void ud_vault_send(struct ud_vault *v, struct ud_vault_request *r, struct ud_vault_reply *reply);
void ud_vault_refuse(struct ud_vault *v, struct ud_vault_request *r, enum ud_vault_code code, const char *message);
void ud_reply_reserve_devices(struct ud_vault_reply *reply, size_t room);
void ud_reply_reserve_keys(struct ud_vault_reply *reply, size_t room);
void ud_reply_add_device(struct ud_vault_reply *reply, const struct ud_store_device *d); /* room was reserved */
void ud_reply_add_key(struct ud_vault_reply *reply, const struct ud_store_key *k);
void ud_reply_set_work(
    struct ud_vault_reply *reply, const struct ud_store_work *w); /* appends a rotation; room for UD_KIND_COUNT */
const char *ud_reply_failure_text(int32_t code);                  /* a sentence for a device's error code; static */
void ud_reply_set_user(struct ud_vault_reply *reply, const struct ud_session *s);
/* Code and sentence for a store's failure. */
void ud_reply_failed(struct ud_vault_reply *reply, enum ud_status st);

/* --- who may (rights.c; the table: rights.h) --- */
/* Does the operation reach this device for this person? */
bool ud_session_reaches(const struct ud_session *s, enum ud_vault_op op, const struct ud_device_brief *d);
/* Where the operation needs the user named (UD_SCOPE_NAMED): was somebody named, with domain and account? Else true. */
bool ud_session_names_somebody(const struct ud_session *s, enum ud_vault_op op, const struct ud_disclosure *why);
/* And is it one of this device's: its user, or somebody who has signed in to it locally? */
bool ud_session_names_user(
    const struct ud_session *s, enum ud_vault_op op, const struct ud_device_brief *d, const struct ud_disclosure *why);
/* Takes the users out of the reply's devices where this role does not see them. */
void ud_session_hide_users(const struct ud_session *s, struct ud_vault_reply *reply);
/* Account to restrict lists to; NULL: all devices. */
const char *ud_session_owner(const struct ud_session *s, enum ud_vault_op op);
/* Works as helpdesk: for other people's devices, with all that policy asks of the desk. */
bool ud_session_is_staff(const struct ud_session *s);

/* --- the site's own words: notices and branding (words.c) --- */
UD_CHECK enum ud_status ud_words_load(struct ud_vault *v, struct ud_error *err);
void ud_words_forget(struct ud_vault *v);
/* The notice for this role: in `language`, else a wider one ("es-es", "es"), else the default. UD_NOTFOUND where none has been set for
 * them, or it is switched off. Where there are some, but none that fits and no default, the reply has neither text nor hash. */
enum ud_status ud_words_notice(struct ud_vault *v, enum ud_role role, const char *language, struct ud_vault_reply *reply);
void ud_do_branding(struct ud_vault *v, struct ud_vault_request *r);

/* --- changes --- */
struct ud_change *ud_change_new(struct ud_vault_request *r);
void ud_change_free(struct ud_change **c);
void ud_vault_change(struct ud_vault *v, struct ud_change *c); /* hands it to the writer */
/* Starts a transaction outside of the writer (commands): time, chain and key rows as they are now. */
UD_CHECK enum ud_status ud_change_begin(struct ud_change_context *c, struct ud_error *err);
/* An audit entry with what the change knows; the caller sets the event and what is missing. */
void ud_change_entry(struct ud_audit_entry *e, const struct ud_change *c);
UD_CHECK enum ud_status ud_change_audit(struct ud_change_context *c, const struct ud_audit_entry *e, struct ud_error *err);
/* The word the audit has for a refusal. */
const char *ud_refusal_word(enum ud_vault_code code);
/* Whose key it is that is asked for, as far as this was said: the person's own, or who was named. */
void ud_change_end_user(struct ud_change *c);
/* Audits a refusal, then answers with `code`. */
void ud_vault_refuse_audited(struct ud_vault *v, struct ud_change *c, enum ud_vault_code code, const char *message);

/* The user has to be named and was not. */
void ud_vault_refuse_unnamed(struct ud_vault *v, struct ud_change *c);
/* For an operation that the person's role has no part in: answered as where there is nothing (rights.h). */
void ud_vault_refuse_role(struct ud_vault *v, struct ud_vault_request *r, const struct ud_session *s);

/* --- handlers --- */
void ud_do_user_check(struct ud_vault *v, struct ud_vault_request *r);
void ud_hash_done(struct ud_vault *v, struct ud_hash_job *job);
void ud_do_grant(struct ud_vault *v, struct ud_vault_request *r);
void ud_do_refresh(struct ud_vault *v, struct ud_vault_request *r);
void ud_do_revoke(struct ud_vault *v, struct ud_vault_request *r, const struct ud_session *s);
void ud_do_read(struct ud_vault *v, struct ud_vault_request *r, const struct ud_session *s); /* every operation that only reads */
void ud_do_reveal(struct ud_vault *v, struct ud_vault_request *r, const struct ud_session *s);
void ud_do_rotate(struct ud_vault *v, struct ud_vault_request *r, const struct ud_session *s);
void ud_do_store(struct ud_vault *v, struct ud_vault_request *r, const struct ud_session *s);
void ud_do_report(struct ud_vault *v, struct ud_vault_request *r);
void ud_do_outcome(struct ud_vault *v, struct ud_vault_request *r, const struct ud_session *s);
void ud_do_device(struct ud_vault *v, struct ud_vault_request *r);                            /* CHECK_IN, DEPOSIT, WORK_RESULT */
void ud_do_typed(struct ud_vault *v, struct ud_vault_request *r, const struct ud_session *s); /* typed.c */
void ud_do_typed_ask(struct ud_vault *v, struct ud_vault_request *r, const struct ud_session *s); /* typed.c */
void ud_do_work_list(struct ud_vault *v, struct ud_vault_request *r);
/* Ends open work that a new key of the device answers: the one its deposit names, else the last of that kind. */
UD_CHECK enum ud_status ud_device_end_work(
    struct ud_change_context *c, struct ud_change *change, const struct ud_store_key *k, struct ud_error *err);
void ud_work_arrived(struct ud_vault *v); /* answers those who wait */
void ud_work_expired(struct ud_vault *v, ud_msec now);

void ud_do_approval(struct ud_vault *v, struct ud_vault_request *r, const struct ud_session *s); /* every APPROVAL… operation */
void ud_do_surge(struct ud_vault *v, struct ud_vault_request *r, const struct ud_session *s);

/* --- approvals (approve.c, approve_read.c) --- */
/* Finds key and device of a reveal, or of a request for its approval (reveal.c). UD_NOTFOUND also where the person may not see the device. */
UD_CHECK enum ud_status ud_reveal_resolve(struct ud_vault *v, struct ud_change *c, struct ud_error *err);
/* Role, ownership, reason: UD_VAULT_OK, or why not, with a sentence (reveal.c). */
enum ud_vault_code ud_reveal_may(struct ud_vault *v, struct ud_change *c, struct ud_error *err);
/* Is `a` good for the reveal in `c` at `now`? Else why not, with a sentence. */
enum ud_vault_code ud_approval_fits(
    const struct ud_store_approval *a, const struct ud_change *c, ud_wall now, struct ud_error *err);
/* Where this reveal needs one, or names one: looks it up and checks it. */
enum ud_vault_code ud_approval_of_reveal(struct ud_vault *v, struct ud_change *c, struct ud_error *err);
void ud_reply_add_approval(
    struct ud_vault_reply *reply, const struct ud_store_approval *a, const struct ud_session *s, ud_wall now);
void ud_do_approval_read(struct ud_vault *v, struct ud_vault_request *r, const struct ud_session *s);
void ud_approvals_changed(struct ud_vault *v); /* answers those who wait */
void ud_approvals_expired(struct ud_vault *v, ud_msec now);
ud_msec ud_approvals_deadline(const struct ud_vault *v); /* INT64_MAX: nobody waits */
void ud_approvals_close(struct ud_vault *v);

/* --- who is refused again and again (refusals.c) --- */
void ud_refusal_note(struct ud_vault *v, const struct ud_session *who);
/* True: this request is not looked at, and has been answered. */
bool ud_refusal_waits(struct ud_vault *v, struct ud_vault_request *r, const struct ud_session *who);

/* --- the surge (surge.c) --- */
/* Takes over what the database says and makes the policy's text. */
UD_CHECK enum ud_status ud_surge_load(struct ud_vault *v, struct ud_error *err);
/* Drops one whose end has come. True while one is on. */
bool ud_surge_on(struct ud_vault *v);

/* Reads that handlers share. */
UD_CHECK enum ud_status ud_brief_by_id(
    struct ud_device_brief *out, struct ud_store *s, const struct ud_guid *id, struct ud_error *err);
UD_CHECK enum ud_status ud_brief_by_row(struct ud_device_brief *out, struct ud_store *s, uint64_t row, struct ud_error *err);
bool ud_take_key(const struct ud_store_key *k, void *arg); /* copies into a struct ud_store_key, box NULL */

/* Is this the recovery key of row `row`? */
UD_CHECK enum ud_status ud_escrow_is(
    struct ud_change_context *c, bool *equal, uint64_t row, struct ud_secret *plain, struct ud_error *err);
/* Seals and adds a key as a new row (k->row, version, ring are set). What it replaces is the caller's business. */
UD_CHECK enum ud_status ud_escrow_add(
    struct ud_change_context *c, struct ud_store_key *k, struct ud_secret *plain, struct ud_error *err);
/* A key package into the reply; the decisions are reveal.c's. */
UD_CHECK enum ud_status ud_run_package(struct ud_change_context *c, struct ud_change *change, struct ud_error *err);

/* Stores one recovery key as the newest of its (device, kind, volume): k's device_row, device, id, kind, volume, created are given;
 * row, version, ring are set. *existing is set where the very key was there already. Used by deposits, import and seed. */
UD_CHECK enum ud_status ud_escrow_key(
    struct ud_change_context *c, struct ud_store_key *k, struct ud_secret *plain, bool *existing, struct ud_error *err);

#endif
