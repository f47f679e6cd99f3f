/* A console without terminal, worker or journal: tests feed events and look at state and effects. Journal lines and requests are counted; jobs that
 * compute (search, key derivation) run in place with the smallest allowed parameters. */
#ifndef UD_TEST_DESK_H
#define UD_TEST_DESK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "app/commands.h"
#include "app/jobs_run.h"
#include "app/screens.h"
#include "base/buf.h"

struct desk {
    struct ud_config config;
    struct ud_app *app;
    ud_msec now;
    unsigned lines[UD_EVENT_COUNT];
    bool journal_fails, journal_waits;
    struct ud_job *waiting[64]; /* journal lines held back while journal_waits */
    size_t waiting_count;
    struct {
        enum ud_msg_type type;
        uint32_t tag;
        struct ud_msg_reveal reveal;
    } asked[128];
    size_t asked_count;
    unsigned presses;
    unsigned worker_kills, worker_starts, clipboards;
    struct ud_guid device, key[2];
    struct ud_msg *message;
    bool (*take)(struct desk *d, struct ud_effect *e); /* sees each effect first; true: it took what it wanted */
    void *taker;
};

static void desk_run(struct desk *d);

static inline void
desk_tell(struct desk *d, struct ud_event *e)
{
    e->now = d->now;
    e->wall = 1800000000000 + d->now;
    ud_app_update(d->app, e);
    desk_run(d);
}

static inline void
desk_finish(struct desk *d, struct ud_job *job)
{
    struct ud_event e = { .on = UD_ON_JOB, .tag = job->tag, .job = job };

    if (job->kind == UD_JOB_JOURNAL) {
        job->status = d->journal_fails ? ud_error_set(&job->error, UD_JOURNAL, "no space") : UD_OK;
        (void)ud_copy(job->receipt, sizeof(job->receipt), "AB12-CD34-EF");
    }
    desk_tell(d, &e);
    ud_job_free(&job);
}

static inline void
desk_job(struct desk *d, struct ud_job *job)
{
    struct ud_job_tools tools = { .journal_dir = "" };

    if (job->kind == UD_JOB_JOURNAL) {
        d->lines[job->entry->event] += d->journal_fails ? 0 : 1;
        if (d->journal_waits) {
            assert_true(d->waiting_count < 64);
            d->waiting[d->waiting_count++] = job;
            return;
        }
    } else if (job->kind == UD_JOB_SEARCH || job->kind == UD_JOB_DERIVE || job->kind == UD_JOB_UNLOCK) {
        if (job->kind != UD_JOB_SEARCH) {
            job->tokens->kdf.memory_kib = 64 * 1024;
            job->tokens->kdf.passes = 2;
        }
        ud_job_run(job, &tools);
    }
    desk_finish(d, job);
}

static void
desk_run(struct desk *d)
{
    struct ud_effect *e;

    while ((e = ud_app_effect(d->app)) != NULL) {
        struct ud_job *job;
        if (d->take != NULL && d->take(d, e)) {
            ud_effect_free(&e);
            continue;
        }
        job = e->job;
        e->job = NULL;
        if (e->kind == UD_DO_REQUEST && d->asked_count < 128) {
            d->asked[d->asked_count].type = e->request->type;
            d->asked[d->asked_count].tag = e->tag;
            d->asked[d->asked_count++].reveal = e->request->u.reveal;
        }
        d->worker_kills += e->kind == UD_DO_KILL_WORKER;
        d->worker_starts += e->kind == UD_DO_WORKER;
        d->clipboards += e->kind == UD_DO_CLIPBOARD;
        ud_effect_free(&e);
        if (job != NULL)
            desk_job(d, job);
    }
}

static inline void
desk_release_journal(struct desk *d)
{
    size_t count = d->waiting_count;
    struct ud_job *held[64];

    memcpy(held, d->waiting, sizeof(held));
    d->waiting_count = 0;
    for (size_t i = 0; i < count; i++)
        desk_finish(d, held[i]);
}

static inline void
desk_key(struct desk *d, const char *name)
{
    struct ud_key_event key;
    struct ud_event e = { .on = UD_ON_KEY, .key = &key };

    assert_true(ud_key_parse(&key, name));
    d->presses++;
    d->now += 200; /* a person */
    desk_tell(d, &e);
}

static inline void
desk_type(struct desk *d, const char *text)
{
    for (; *text != '\0'; text++)
        desk_key(d, (char[]){ *text, '\0' });
}

/* Number in `asked` of the newest request of a type; fails the test where there is none. */
static inline size_t
desk_asked(const struct desk *d, enum ud_msg_type type)
{
    for (size_t i = d->asked_count; i-- > 0;)
        if (d->asked[i].type == type)
            return i;
    fail_msg("nothing of type %d was asked", (int)type);
    return 0;
}

static inline unsigned
desk_count(const struct desk *d, enum ud_msg_type type)
{
    unsigned n = 0;

    for (size_t i = 0; i < d->asked_count; i++)
        n += d->asked[i].type == type;
    return n;
}

static inline void
desk_message(struct desk *d, uint32_t tag)
{
    struct ud_event e = { .on = UD_ON_WORKER, .tag = tag, .message = d->message };

    desk_tell(d, &e);
}

static inline void
desk_done(struct desk *d, enum ud_msg_type type, enum ud_status st)
{
    d->message->type = UD_MSG_DONE;
    d->message->u.done =
        (struct ud_msg_done){ .status = (uint8_t)st, .message = st == UD_OK ? "" : "it did not work", .hint = "" };
    desk_message(d, d->asked[desk_asked(d, type)].tag);
}

static inline void
desk_worker(struct desk *d)
{
    struct ud_event e = { .on = UD_ON_WORKER_NEW };

    desk_tell(d, &e);
}

static inline void
desk_resize(struct desk *d, int width, int height)
{
    struct ud_event e = { .on = UD_ON_RESIZE, .width = width, .height = height };

    desk_tell(d, &e);
}

static inline void
desk_pass(struct desk *d, ud_msec time)
{
    struct ud_event e = { .on = UD_ON_TICK };

    d->now += time;
    desk_tell(d, &e);
}

/* Two keys of one volume of one device, newest first. */
static inline void
desk_answer_keys(struct desk *d)
{
    d->message->type = UD_MSG_KEY_BATCH;
    d->message->u.key_batch.count = 2;
    for (int i = 0; i < 2; i++)
        d->message->u.key_batch.key[i] = (struct ud_key){ .id = d->key[i],
            .device = d->device,
            .kind = UD_KIND_BITLOCKER,
            .volume = UD_VOLUME_OS,
            .state = i == 0 ? UD_KEY_CURRENT : UD_KEY_SUPERSEDED,
            .created = 1000 - i,
            .shown = UD_WALL_NONE };
    desk_message(d, d->asked[desk_asked(d, UD_MSG_KEYS)].tag);
    desk_done(d, UD_MSG_KEYS, UD_OK);
}

/* Seals a fresh valid key to the newest REVEAL and hands it over; `id` may differ from what was asked for. */
static inline void
desk_answer_reveal(struct desk *d, const struct ud_guid *id)
{
    size_t at = desk_asked(d, UD_MSG_REVEAL);
    struct ud_secret *key = NULL;
    unsigned char box[256];
    size_t length;
    struct ud_error err;

    assert_int_equal(ud_recovery_generate(&key, UD_KIND_BITLOCKER, &err), UD_OK);
    assert_int_equal(ud_seal(box, sizeof(box), &length, key, d->asked[at].reveal.public_key, &err), UD_OK);
    ud_secret_free(&key);
    d->message->type = UD_MSG_REVEALED;
    d->message->u.revealed = (struct ud_msg_revealed){ .kind = UD_KIND_BITLOCKER,
        .key = *id,
        .device = d->device,
        .sealed = box,
        .sealed_length = length,
        .server_request = "r-1" };
    desk_message(d, d->asked[at].tag);
}

static inline struct ud_secret *
desk_painted(const struct desk *d)
{
    size_t offset, length;
    int wrong;
    bool whole;

    return ud_app_paint(d->app, &offset, &length, &wrong, &whole);
}

static inline void
desk_sign_in(struct desk *d)
{
    struct ud_event start = { .on = UD_ON_START, .width = 80, .height = 24 };

    desk_tell(d, &start);
    desk_worker(d);
    d->message->type = UD_MSG_IDENTITY;
    d->message->u.identity = (struct ud_msg_identity){
        .id = "1", .account = "op@example.com", .name = "Op", .tenant = "t", .scopes = "", .host = "h", .role = ""
    };
    desk_message(d, d->asked[desk_asked(d, UD_MSG_SIGN_IN)].tag);
    desk_done(d, UD_MSG_SIGN_IN, UD_OK);
    desk_key(d, "Enter");
    desk_type(d, "246813");
    desk_key(d, "Enter");
    desk_type(d, "246813");
    desk_key(d, "Enter");
    d->message->type = UD_MSG_TOKEN;
    d->message->u.blob = (struct ud_msg_blob){ .bytes = (const uint8_t *)"sealed", .length = 6 };
    desk_message(d, 0);
    desk_done(d, UD_MSG_GET_POLICY, UD_OK);
    desk_done(d, UD_MSG_GET_NOTICE, UD_NOTFOUND);
    assert_int_equal(d->app->screen, UD_SCREEN_DEVICES);
}

static inline void
desk_fill_list(struct desk *d)
{
    struct ud_device dev = { .id = d->device,
        .name = "LT-0001",
        .serial = "TRN0001",
        .user = "alice@training.invalid",
        .user_name = "Alice",
        .model = "X1",
        .os = "Windows",
        .os_version = "10",
        .last_checkin = 1 };

    d->message->type = UD_MSG_DEVICES;
    d->message->u.devices.count = 1;
    d->message->u.devices.device[0] = dev;
    desk_message(d, d->asked[desk_asked(d, UD_MSG_SYNC)].tag);
    d->message->type = UD_MSG_KEY_BATCH;
    d->message->u.key_batch.count = 2;
    for (int i = 0; i < 2; i++)
        d->message->u.key_batch.key[i] = (struct ud_key){ .id = d->key[i],
            .device = d->device,
            .kind = UD_KIND_BITLOCKER,
            .volume = UD_VOLUME_OS,
            .created = 1000 - i,
            .shown = UD_WALL_NONE };
    desk_message(d, d->asked[desk_asked(d, UD_MSG_SYNC)].tag);
    desk_done(d, UD_MSG_SYNC, UD_OK);
    desk_pass(d, 500);
}

static inline struct desk *
desk_new(void)
{
    struct desk *d = ud_xcalloc(1, sizeof(*d));
    struct ud_error err;

    d->message = ud_xcalloc(1, sizeof(*d->message));
    ud_config_default(&d->config);
    ud_config_profile(&d->config, UD_PROFILE_JUMPHOST);
    d->config.cache_file[0] = d->config.tokens_file[0] = '\0';
    d->config.source_count = 1;
    (void)ud_copy(d->config.source[0].name, sizeof(d->config.source[0].name), "lab");
    d->config.source[0].type = UD_SOURCE_ESCROWD;
    assert_int_equal(ud_guid_parse(&d->device, "11111111-2222-4333-8444-555555555555", 36, &err), UD_OK);
    assert_int_equal(ud_guid_parse(&d->key[0], "8a5d13d6-7ed9-46c8-a74f-ac3adf016ec8", 36, &err), UD_OK);
    assert_int_equal(ud_guid_parse(&d->key[1], "8a5d9999-7ed9-46c8-a74f-ac3adf016ec8", 36, &err), UD_OK);
    d->now = 1000000;
    d->app = ud_app_new(&d->config, NULL, UD_WALL_NONE, NULL);
    return d;
}

/* Signed in, one device in the list. */
static inline struct desk *
desk_ready(void)
{
    struct desk *d = desk_new();

    desk_sign_in(d);
    desk_fill_list(d);
    return d;
}

/* From the devices to the reason form's Enter, by the eight digits. */
static inline void
desk_ask_key(struct desk *d)
{
    desk_type(d, "8a5d13d6");
    desk_key(d, "Enter");
    desk_answer_keys(d);
    desk_key(d, "Enter");
    desk_key(d, "5");
    desk_type(d, "INC7");
    desk_key(d, "Enter");
}

static inline void
desk_get_key(struct desk *d)
{
    desk_ask_key(d);
    desk_answer_reveal(d, &d->key[0]);
}

static inline void
desk_free(struct desk *d)
{
    for (size_t i = 0; i < d->waiting_count; i++)
        ud_job_free(&d->waiting[i]);
    ud_app_free(&d->app);
    assert_int_equal(ud_secret_live(), 0);
    free(d->message);
    free(d);
}

#endif
