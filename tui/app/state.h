/* Everything the console knows. Changed by ud_app_update and by nothing else; no I/O here. Secrets are the members of type
 * struct ud_secret, and ud_lock_now (lock.c) wipes each of them. */
#ifndef UD_APP_STATE_H
#define UD_APP_STATE_H

#include "app/approvals.h"
#include "app/board.h"
#include "app/report.h"
#include "app/config.h"
#include "app/effect.h"
#include "app/event.h"
#include "app/keymap.h"
#include "app/missing.h"
#include "app/self_service.h"
#include "domain/branding.h"
#include "app/store.h"
#include "domain/desk_role.h"
#include "view/key.h"
#include "view/new_key.h"
#include "view/reason.h"
#include "view/sign_in.h"
#include "view/ticket.h"
#include "widget/list.h"

#define UD_CALLS        4
#define UD_NEW_KEYS     24
#define UD_DEVICE_KEYS  32
#define UD_LOOKUP_MAX   32
#define UD_BUDGET       64
#define UD_PAGE_MAX     512 /* devices drawn at once */
#define UD_CONFIRM_WAIT ((ud_msec)150)

enum ud_screen {
    UD_SCREEN_SIGN_IN,
    UD_SCREEN_PIN,
    UD_SCREEN_NOTICE,
    UD_SCREEN_DEVICES,
    UD_SCREEN_DEVICE,
    UD_SCREEN_REASON,
    UD_SCREEN_KEY,
    UD_SCREEN_TICKET,
    UD_SCREEN_NEW_KEY,
    UD_SCREEN_LOG,
    UD_SCREEN_LOCK,
    UD_SCREEN_OVER,
    UD_SCREEN_SELF_ID,
    UD_SCREEN_SELF_DEVICE,
    UD_SCREEN_SELF_REASON,
    UD_SCREEN_SELF_NEXT,
    UD_SCREEN_STORE,
    UD_SCREEN_WAITING,   /* a call waits for a second person */
    UD_SCREEN_APPROVALS, /* the approver's list */
    UD_SCREEN_APPROVAL,  /* one request of it */
    UD_SCREEN_MISSING,
    UD_SCREEN_BDE,
    UD_SCREEN_BOARD,
    UD_SCREEN_REPORT,
    UD_SCREEN_COUNT
};

enum ud_overlay { UD_OVERLAY_NONE, UD_OVERLAY_HELP, UD_OVERLAY_PALETTE, UD_OVERLAY_CONFIRM };

/* A device that owns its text. */
struct ud_dev {
    struct ud_device d; /* text points into the arrays below */
    char name[UD_NAME_MAX], serial[UD_SHORT_MAX], user[UD_NAME_MAX], user_name[UD_NAME_MAX], model[128], os[32], os_version[64];
};
void ud_dev_set(struct ud_dev *to, const struct ud_device *from);
void ud_dev_copy(struct ud_dev *to, const struct ud_dev *from);

enum ud_signed { UD_SIGNED_OUT, UD_SIGNED_BUSY, UD_SIGNED_IN };
enum ud_asked { UD_ASKED_NOT, UD_ASKED_OPEN, UD_ASKED_DONE, UD_ASKED_FAILED };

struct ud_source_state {
    enum ud_signed sign;
    bool has_policy, rules_asked, training, confirmed;
    struct ud_policy policy; /* valid where has_policy */
    uint32_t sign_tag, sync_tag, policy_tag, notice_tag;
    bool list_complete;
    uint32_t done, total;
    enum ud_phase phase;
    char resume[UD_LINE_MAX]; /* next link of a sync that was interrupted */
    ud_wall list_at;
    char id[64], account[128], name[128];
    enum ud_desk_role role; /* NONE: not signed in, or the source names none */
    char error[320], hint[320];
    enum ud_asked asked; /* the key ID that is being looked up */
    uint32_t hidden;     /* keys that match it and are not told to this role */
    char asked_message[200];
};

#define UD_NAMED 16
struct ud_named { /* whose device it is, as the operator typed it (role.h) */
    struct ud_guid device;
    char account[200];
};

struct ud_sign_in_state {
    enum ud_sign_in_step step;
    uint8_t source;
    char code[32], address[256], warning[256];
    ud_msec expires;
    char identity[300], error[320], hint[760];
    ud_msec since; /* of the question */
    bool approving;
};

struct ud_pin_state {
    struct ud_secret *secret[2]; /* what is typed; also the presence check of the form and the lock screen's try */
    struct ud_line line[2];
    bool on_second, deriving;
    char error[160];
    char training[16]; /* a PIN that is printed on the lock screen: no secret */
};

struct ud_notice_state {
    char *text; /* owned */
    char hash[65];
    uint8_t source;
    bool pending, changed;
    size_t top;
};

struct ud_found {
    struct ud_key key;
    uint32_t row; /* in the list of devices, or UD_ROW_NONE */
    bool has_device;
    struct ud_dev dev; /* where has_device and no row */
    uint8_t sources;   /* bit a source */
};

struct ud_lookup {
    char hex[33];
    unsigned digits;
    struct ud_found hit[UD_LOOKUP_MAX];
    size_t count, total;
    size_t near;
    uint32_t tag; /* FIND under way */
    unsigned asked_digits;
    char asked_hex[33]; /* what the sources were asked for */
    char other_kind[32], other_device[UD_NAME_MAX];
};

struct ud_devices_state {
    struct ud_line filter;
    bool on_list;
    struct ud_list list;
    size_t hit;               /* selected key hit, or UD_LIST_NONE */
    struct ud_result *result; /* NULL: nothing searched yet, rows are the list's own */
    uint32_t search_tag;
    bool searching;
    ud_msec refresh_at; /* 0: not due */
    struct ud_lookup lookup;
    uint32_t ask_tag;
    char ask_text[128];
    bool ask_user; /* it is an account */
    size_t asked;  /* devices that were found */
    bool opened;   /* a device was asked for while signed out */
};

struct ud_device_state {
    struct ud_dev dev;
    struct ud_key key[UD_DEVICE_KEYS];
    struct ud_key fresh[UD_DEVICE_KEYS];
    size_t count, fresh_count;
    struct ud_list list;
    uint32_t tag; /* KEYS under way */
    ud_wall fetched;
    size_t same_name;
    struct ud_guid wanted; /* key to select when it comes */
    bool took_fresh;
    char error[320], hint[320];
};

enum ud_call_phase {
    UD_CALL_NONE,
    UD_CALL_FORM,      /* reason form; not a call yet */
    UD_CALL_INTENT,    /* the INTENT line is being made durable */
    UD_CALL_ASKED,     /* REVEAL is with the source */
    UD_CALL_RECORDING, /* the DISCLOSED line is being made durable */
    UD_CALL_KEY,       /* the key is here, shown or covered */
    UD_CALL_FETCH,     /* no key here: Enter asks for it (again) */
    UD_CALL_ENDED,     /* the lines for the ticket */
    UD_CALL_APPROVAL,  /* a second person has to approve first */
};

/* What a call keeps through a lock, sealed; never a secret. */
struct ud_call_record {
    struct ud_dev dev;
    struct ud_key key;
    struct ud_disclosure why;
    unsigned group, groups;
    bool ended, rotated;
    enum ud_outcome outcome;
    ud_wall shown_at;
    char receipt[13];
    struct ud_guid request; /* of the disclosure, for the outcome */
    struct ud_guid tried[UD_DEVICE_KEYS];
    size_t tried_count;
    struct ud_call_approval approval;
};

struct ud_call {
    enum ud_call_phase phase;
    struct ud_call_record r;
    struct ud_secret *one_time; /* secret half of the request's key pair */
    struct ud_secret *key;      /* the recovery key */
    struct ud_secret *typed;    /* digits of the read-back */
    unsigned char public_key[UD_SEAL_PUBLIC];
    uint32_t tag; /* journal job or request under way */
    bool intent_durable, disclosed_durable;
    bool visible, whole, whole_recording;
    bool shown_recording; /* the SHOWN or WHOLE line is being made durable */
    bool wanted;          /* FETCH: asked for while the source was being signed in again; goes on by itself */
    bool awaits_tmux;     /* KEY: recorded, and shown as soon as tmux says that nobody else looks */
    struct ud_recovery_check shape;
    bool reading; /* what is typed is the read-back of a group that has letters */
    ud_msec got, pressed;
    enum ud_digit_mark mark[UD_VIEW_GROUP_MAX];
    size_t typed_count;
    char readback[160];
    enum ud_tone readback_tone;
    char server_request[80], covered_why[160];
    char error[320], hint[420];
    bool log_unwritable;
    bool copied;
    uint32_t approval_tag;                 /* the question to the service that is open */
    ud_msec approval_until, approval_next; /* expires; 0: not known. Not asked again before */
};

struct ud_form_state {
    size_t reason, verified; /* chosen, or UD_CHOICE_NONE */
    struct ud_line note, user, ticket, caller, presence;
    bool presence_due;
    enum ud_reason_field focus, error_field;
    char error[660];
    uint32_t tag; /* presence check under way */
};

/* A new key that was asked for. Kept through a lock, sealed. */
struct ud_new_key {
    enum ud_new_key_step step;
    uint8_t source;
    enum ud_kind kind;
    struct ud_guid device, entra, old_key, new_key, request;
    char name[UD_NAME_MAX], user[UD_NAME_MAX], error[320];
    struct ud_disclosure why;
    ud_wall asked, last_checkin, replaced;
    uint32_t tag;
    ud_msec next_poll;
    unsigned polls;
};

struct ud_lock_state {
    bool locked;
    bool start; /* not locked: opening the sign-in that was kept on disk */
    char reason[200];
    ud_wall since_wall;
    ud_msec since, next_try;
    bool working;
    uint32_t tag;
    char error[200];
    enum ud_screen back; /* where to go on after unlocking */
    unsigned char *box;  /* open calls, sealed to the PIN's key; owned */
    size_t box_length;
    struct ud_secret *half; /* secret half of the PIN's pair, until the worker has it */
};

struct ud_tmux_state {
    bool inside;
    bool fine; /* the last answer allows a key to be shown */
    bool waiting;
    ud_msec asked, answered;
    char title[160], why[240], command[120];
};

struct ud_confirm_state {
    const char *title, *paragraph[4];
    char reminder[160];
    const struct ud_command *command; /* what Enter runs */
    ud_msec since;
    bool warning;
};

struct ud_palette_state {
    struct ud_line line;
    struct ud_list list;
    const struct ud_command *match[64];
    size_t count;
};

struct ud_log_state {
    struct ud_log_entry *line; /* owned */
    size_t count;
    struct ud_list list;
    uint32_t tag;
    char error[320];
};

struct ud_app {
    const struct ud_config *config;
    struct ud_keymap keymap;
    struct ud_policy policy; /* times and limits of this console: the strictest of its sources */
    struct ud_fleet *fleet;
    bool list_cached; /* the list was read from disk and not refreshed yet */
    ud_wall list_at;
    char source_tag[33];
    const char *source_name[UD_SOURCE_MAX];
    struct ud_source_state source[UD_SOURCE_MAX];

    /* what runs where */
    bool worker, worker_asked;
    uint32_t next_tag;
    struct ud_effect *effect, **effect_end;
    ud_msec now;
    ud_wall wall;
    int width, height;
    char host[65];
    char recorder[48]; /* session recorder or GNU screen that was found; "": none */
    bool recorder_screen, alternate_screen, secrets_lock, journal_bad;
    bool second;      /* another console of this account keeps the sign-in on disk */
    bool saving_list; /* the list must not change meanwhile */

    enum ud_screen screen;
    ud_msec screen_since;
    enum ud_overlay overlay;
    size_t help_top;
    char message[320];
    enum ud_tone tone;
    unsigned unread;
    bool quit, over, session_recorded;
    int goal; /* how far the way to config->goal was gone (goal.c) */
    char over_why[200], over_next[640];
    ud_wall over_at;

    struct ud_sign_in_state sign_in;
    struct ud_pin_state pin;
    struct ud_tokens *tokens; /* owned */
    bool pin_chosen;
    uint32_t derive_tag;
    struct ud_notice_state notice;
    struct ud_devices_state devices;
    struct ud_device_state device;
    struct ud_call call[UD_CALLS];
    int active; /* call on screen, or -1 */
    struct ud_form_state form;
    struct ud_named named[UD_NAMED];
    size_t named_next;
    struct ud_new_key new_key[UD_NEW_KEYS];
    size_t new_keys;
    struct ud_list new_key_list;
    struct ud_lock_state lock;
    struct ud_tmux_state tmux;
    struct ud_confirm_state confirm;
    struct ud_palette_state palette;
    struct ud_log_state log;
    struct ud_approver_state approver;
    uint32_t unasked_tag; /* a request that was left before its answer came: withdrawn when it comes */
    uint8_t unasked_source;
    ud_msec policy_next; /* the rules are asked for again then: a surge may have begun */
    uint32_t policy_tag;
    struct ud_missing_state missing;
    struct ud_bde_state bde;
    struct ud_self_state self;
    struct {
        struct ud_dev dev;
        struct ud_key key;
    } own[UD_SELF_DEVICES]; /* what the key ID found, or the own computers to choose from */
    size_t owns, own_chosen;
    struct ud_branding_texts branding; /* the site's name and helpdesk */
    struct ud_store_state store;
    struct ud_board board;
    struct ud_report_state report;

    ud_msec last_key, session_start, presence;
    bool warning; /* the countdown is on screen */
    struct {
        struct ud_guid key;
        ud_msec at;
    } budget[UD_BUDGET]; /* different keys shown */
    size_t budget_count;
};

/* Takes over `fleet` (NULL: empty) and `tokens` (NULL: none). `config` is borrowed. */
struct ud_app *ud_app_new(const struct ud_config *config, struct ud_fleet *fleet, ud_wall list_at, struct ud_tokens *tokens);
/* Wipes and frees. */
void ud_app_free(struct ud_app **app);

/* Asks for an effect; returns it for its details. */
struct ud_effect *ud_do(struct ud_app *app, enum ud_effect_kind kind);
/* A request to the worker with a fresh tag (0 where there is no worker). Valid until the next one. */
struct ud_request *ud_ask(struct ud_app *app, uint32_t *tag, enum ud_msg_type type, uint8_t source);
struct ud_job *ud_do_job(struct ud_app *app, uint32_t *tag, enum ud_job_kind kind);
/* A line for the activity log, with operator and finding filled in. *tag (may be NULL) names its job. */
struct ud_entry *ud_do_record(struct ud_app *app, uint32_t *tag, enum ud_event_kind event);
/* Takes the next effect from the list; the caller frees it (ud_effect_free). NULL: none. */
struct ud_effect *ud_app_effect(struct ud_app *app);
void ud_effect_free(struct ud_effect **e);

/* What went wrong, and the hint where there is one, as sentences one behind the other. */
void ud_sentences(char *out, size_t size, const char *message, const char *hint);
void ud_say_problem(struct ud_app *app, const char *message, const char *hint);
void ud_say(struct ud_app *app, enum ud_tone tone, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* Goes to a screen; the message goes away. */
void ud_show(struct ud_app *app, enum ud_screen screen);
bool ud_app_locked(const struct ud_app *app);
/* Every configured source is signed in, or at least one is. */
bool ud_app_signed_in(const struct ud_app *app);
bool ud_app_training(const struct ud_app *app);
const char *ud_app_operator(const struct ud_app *app);
/* As what the operator is signed in at this source. */
enum ud_desk_role ud_app_role(const struct ud_app *app, uint8_t source);
const struct ud_policy *ud_app_policy_of(const struct ud_app *app, uint8_t source);
/* The site uses passphrases, not PINs. */
bool ud_app_passphrase(const struct ud_app *app);
/* Whom to call: the site's own sentence and address, else one made of the policy's words. */
void ud_app_helpdesk(const struct ud_app *app, char *out, size_t size);

#endif
