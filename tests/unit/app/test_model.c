/* Random orders of keys, ended jobs, answers, findings, resizes and hours; after each step the rules of the lock and of a disclosure are looked at
 * from outside. Fixed seeds: each run repeats exactly. */
#include "desk.h"

#define HELD  512
#define OPEN  256
#define KEYS  1024
#define STEPS 150000

/* One request for a key, by the number in its lines. */
struct told {
    char request[37];
    bool intent, disclosed; /* durable */
    bool licence;           /* a durable line says that it is on screen, and nothing has covered it since */
    unsigned answers;       /* of tmux, when the showing was asked for */
};

struct model {
    struct desk *d;
    uint64_t random;
    struct ud_job *job[HELD]; /* in the order they were asked for */
    bool stale[HELD];         /* a SHOWN or WHOLE that a cover has overtaken */
    size_t jobs;
    struct {
        enum ud_msg_type type;
        uint32_t tag;
        struct ud_msg_reveal reveal;
    } open[OPEN];
    size_t opens;
    struct told told[KEYS];
    size_t tolds;
    unsigned tmux_answers, locks, paints, unlocks;
    unsigned char public_key[UD_SEAL_PUBLIC];
    struct ud_secret *half;
    ud_msec last_key;
    bool was_painted;
};

static unsigned
pick(struct model *m, unsigned below)
{
    m->random = m->random * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(m->random >> 33) % below;
}

static struct told *
told_of(struct model *m, const char *request)
{
    for (size_t i = m->tolds; i-- > 0;)
        if (strcmp(m->told[i].request, request) == 0)
            return &m->told[i];
    if (m->tolds == KEYS) {
        memmove(&m->told[0], &m->told[KEYS / 2], KEYS / 2 * sizeof(m->told[0]));
        m->tolds = KEYS / 2;
    }
    m->told[m->tolds] = (struct told){ 0 };
    (void)ud_copy(m->told[m->tolds].request, sizeof(m->told[0].request), request);
    return &m->told[m->tolds++];
}

static bool
shows_again(const struct ud_job *job)
{
    return job->kind == UD_JOB_JOURNAL && (job->entry->event == UD_EVENT_SHOWN || job->entry->event == UD_EVENT_WHOLE);
}

/* Something covers whatever is on screen: what was asked for before must not bring it back. */
static void
covered(struct model *m)
{
    for (size_t i = 0; i < m->tolds; i++)
        m->told[i].licence = false;
    for (size_t i = 0; i < m->jobs; i++)
        m->stale[i] |= shows_again(m->job[i]);
}

static bool
take(struct desk *d, struct ud_effect *e)
{
    struct model *m = d->taker;

    if (e->kind == UD_DO_REQUEST && m->opens < OPEN) {
        m->open[m->opens].type = e->request->type;
        m->open[m->opens].tag = e->tag;
        m->open[m->opens++].reveal = e->request->u.reveal;
    } else if (e->kind == UD_DO_KILL_WORKER) {
        m->opens = 0;
    } else if (e->kind == UD_DO_JOB && e->job->kind != UD_JOB_SEARCH) {
        assert_true(m->jobs < HELD);
        m->stale[m->jobs] = false;
        m->job[m->jobs++] = e->job;
        if (e->job->kind == UD_JOB_JOURNAL && (e->job->entry->event == UD_EVENT_INTENT || shows_again(e->job)))
            told_of(m, e->job->entry->request)->answers = m->tmux_answers;
        e->job = NULL;
        return true;
    }
    return e->kind != UD_DO_JOB;
}

/* --- what may happen ------------------------------------------------------------------------------------------------------ */

static bool
on_screen(const struct model *m, const char *request)
{
    const struct ud_app *app = m->d->app;
    char of_call[37];

    if (app->active < 0 || app->screen != UD_SCREEN_KEY)
        return false;
    ud_guid_format(of_call, &app->call[app->active].r.request);
    return strcmp(of_call, request) == 0;
}

static void
journal_ended(struct model *m, struct ud_job *job, bool stale)
{
    struct told *t = told_of(m, job->entry->request);

    if (job->entry->event == UD_EVENT_INTENT)
        t->intent = true;
    else if (job->entry->event == UD_EVENT_DISCLOSED) {
        t->disclosed = true;
        t->licence = on_screen(m, t->request);
    } else if (shows_again(job) && !stale)
        t->licence = true;
}

static void
end_job(struct model *m)
{
    struct ud_job *job = m->job[0];
    struct ud_event e = { .on = UD_ON_JOB, .tag = job->tag, .job = job };
    bool stale = m->stale[0];
    struct ud_error err;

    memmove(&m->job[0], &m->job[1], --m->jobs * sizeof(m->job[0]));
    memmove(&m->stale[0], &m->stale[1], m->jobs * sizeof(m->stale[0]));
    if (job->kind == UD_JOB_JOURNAL) {
        if (pick(m, 400) == 0) {
            job->status = ud_error_set(&job->error, UD_BUSY, "somebody else writes");
            told_of(m, job->entry->request)->licence = false;
        } else {
            journal_ended(m, job, stale);
        }
    } else if (job->kind == UD_JOB_DERIVE) {
        memcpy(job->tokens->public_key, m->public_key, sizeof(m->public_key));
    } else if (job->kind == UD_JOB_UNLOCK) {
        assert_int_equal(ud_secret_new(&job->secret, ud_secret_length(m->half), &err), UD_OK);
        assert_int_equal(ud_secret_append(job->secret, ud_secret_open(m->half), ud_secret_length(m->half), &err), UD_OK);
        ud_secret_close(m->half);
        ud_secret_free(&job->passphrase);
    }
    desk_tell(m->d, &e);
    ud_job_free(&job);
}

static void
answer_reveal(struct model *m, size_t at)
{
    struct ud_secret *key = NULL;
    unsigned char box[256];
    size_t length;
    struct ud_error err;
    struct ud_msg *out = m->d->message;

    assert_int_equal(ud_recovery_generate(&key, UD_KIND_BITLOCKER, &err), UD_OK);
    assert_int_equal(ud_seal(box, sizeof(box), &length, key, m->open[at].reveal.public_key, &err), UD_OK);
    ud_secret_free(&key);
    out->type = UD_MSG_REVEALED;
    out->u.revealed = (struct ud_msg_revealed){ .kind = UD_KIND_BITLOCKER,
        .key = pick(m, 10) ? m->open[at].reveal.key : m->d->key[1],
        .device = m->d->device,
        .sealed = box,
        .sealed_length = length,
        .server_request = "r-1" };
    desk_message(m->d, m->open[at].tag);
}

static void
answer_keys(struct model *m, uint32_t tag)
{
    struct ud_msg *out = m->d->message;

    out->type = UD_MSG_KEY_BATCH;
    out->u.key_batch.count = pick(m, 8) ? 2 : 0;
    for (int i = 0; i < 2; i++)
        out->u.key_batch.key[i] = (struct ud_key){ .id = m->d->key[i],
            .device = m->d->device,
            .kind = UD_KIND_BITLOCKER,
            .volume = UD_VOLUME_OS,
            .state = i == 0 ? UD_KEY_CURRENT : UD_KEY_SUPERSEDED,
            .created = 1000 - i,
            .shown = UD_WALL_NONE };
    desk_message(m->d, tag);
}

/* One open request is answered, and with that ends. */
static void
answer(struct model *m)
{
    size_t at = pick(m, (unsigned)m->opens);
    static const enum ud_status bad[] = { UD_OFFLINE, UD_UNCERTAIN, UD_DENIED, UD_SIGNIN, UD_TIMEOUT, UD_NOTFOUND };
    bool good = pick(m, 12) != 0;
    uint32_t tag = m->open[at].tag;
    struct ud_msg *out = m->d->message;

    if (good && m->open[at].type == UD_MSG_REVEAL)
        answer_reveal(m, at);
    else if (good && m->open[at].type == UD_MSG_KEYS)
        answer_keys(m, tag);
    else if (good && m->open[at].type == UD_MSG_SIGN_IN) {
        out->type = UD_MSG_IDENTITY;
        out->u.identity = (struct ud_msg_identity){
            .id = "1", .account = "op@example.com", .name = "Op", .tenant = "t", .scopes = "", .host = "h", .role = ""
        };
        desk_message(m->d, tag);
    }
    for (size_t i = 0; i < m->opens; i++)
        if (m->open[i].tag == tag) {
            m->open[i] = m->open[--m->opens];
            out->type = UD_MSG_DONE;
            out->u.done = (struct ud_msg_done){ .status = (uint8_t)(good ? UD_OK : bad[pick(m, 6)]), .message = "", .hint = "" };
            desk_message(m->d, tag);
            return;
        }
}

static void
say_tmux(struct model *m)
{
    struct ud_tmux_finding f = { .answered = true, .attached = 1, .viewing = 1, .alternate = true };
    struct ud_event e = { .on = UD_ON_TMUX, .finding = &f };
    unsigned what = pick(m, 16);

    if (!m->d->app->tmux.inside)
        return;
    if (what == 0)
        f.attached = f.viewing = 2;
    else if (what == 1)
        f.piped = true;
    else if (what == 2 && pick(m, 4) == 0)
        f.attached = 0;
    else if (what == 3 && pick(m, 8) == 0)
        e.finding = NULL;
    if (what < 2 || f.attached != 1 || e.finding == NULL)
        covered(m);
    m->tmux_answers++;
    desk_tell(m->d, &e);
}

static void
press(struct model *m, const char *name)
{
    m->last_key = m->d->now + 200;
    desk_key(m->d, name);
}

static void
random_key(struct model *m)
{
    static const char *const keys[] = { "Enter", "Enter", "Enter", "Esc", "Tab", "Space", "Left", "w", "x", "h", "h", "g", "f",
        "f", "n", "y", "1", "1", "2", "3", "5", "C-l", "C-p", "F1", "F3", "F4", "Down", "Up", "Backspace", "r" };

    press(m, keys[pick(m, sizeof(keys) / sizeof(keys[0]))]);
}

static void
on_purpose(struct model *m, const char *text)
{
    for (; *text != '\0'; text++)
        press(m, (char[]){ *text, '\0' });
}

/* What an operator would do here, so that keys are reached often. */
static void
sensible(struct model *m)
{
    struct ud_app *app = m->d->app;

    if (app->overlay != UD_OVERLAY_NONE) {
        press(m, pick(m, 3) ? "Enter" : "Esc");
    } else if (app->lock.locked) {
        on_purpose(m, "246813");
        press(m, "Enter");
    } else if (app->screen == UD_SCREEN_DEVICES) {
        press(m, "Esc");
        press(m, "Esc");
        on_purpose(m, "8a5d13d6");
        press(m, "Enter");
    } else if (app->screen == UD_SCREEN_REASON) {
        on_purpose(m, "5");
        press(m, "Enter");
    } else if (app->screen == UD_SCREEN_NEW_KEY || app->screen == UD_SCREEN_LOG) {
        press(m, "Esc");
    } else {
        press(m, "Enter");
    }
}

static void
tell(struct model *m, enum ud_on on)
{
    struct ud_error err = { .status = UD_FAILED, .message = "ended" };
    struct ud_event e = { .on = on, .error = &err };

    if (on == UD_ON_STALLED || on == UD_ON_CONTINUE || on == UD_ON_ATTACK || on == UD_ON_WORKER_LOST)
        covered(m);
    if (on == UD_ON_WORKER_LOST || on == UD_ON_ATTACK)
        m->opens = 0;
    desk_tell(m->d, &e);
}

static void
wait_a_while(struct model *m)
{
    unsigned what = pick(m, 40);
    ud_msec time = what == 0 ? 400000 : what < 3 ? 61000 : what < 10 ? 1100 : (ud_msec)pick(m, 300);

    if (what < 3 && m->d->app->active >= 0 && m->d->app->call[m->d->app->active].visible)
        covered(m); /* longer than a group stays */
    desk_pass(m->d, time);
}

static void
step(struct model *m)
{
    struct ud_app *app = m->d->app;
    unsigned what = pick(m, 100);

    if (what < 20)
        random_key(m);
    else if (what < 32)
        sensible(m);
    else if (what < 55 && m->jobs > 0)
        end_job(m);
    else if (what < 70 && m->opens > 0)
        answer(m);
    else if (what < 80)
        say_tmux(m);
    else if (what < 84) {
        if (app->worker_asked)
            desk_worker(m->d);
    } else if (what < 88) {
        covered(m);
        desk_resize(m->d, pick(m, 4) ? 80 : 50, pick(m, 6) ? 24 : 12);
    } else if (what < 97)
        wait_a_while(m);
    else if (pick(m, 6) == 0) {
        static const enum ud_on on[] = { UD_ON_STALLED, UD_ON_CONTINUE, UD_ON_ATTACK, UD_ON_WORKER_LOST, UD_ON_SUSPEND };
        tell(m, on[pick(m, 5)]);
    }
    if (app->width < 60 && pick(m, 3) == 0)
        desk_resize(m->d, 80, 24);
}

/* --- what must hold ------------------------------------------------------------------------------------------------------- */

static size_t
secrets_of_jobs(const struct model *m)
{
    size_t n = 0;

    for (size_t i = 0; i < m->jobs; i++)
        n += (m->job[i]->passphrase != NULL ? 1u : 0u) + (m->job[i]->secret != NULL ? 1u : 0u);
    return n;
}

static void
check_painted(struct model *m)
{
    const struct ud_app *app = m->d->app;
    bool painted = desk_painted(m->d) != NULL;

    if (painted) {
        const struct ud_call *c = &app->call[app->active];
        char request[37];
        struct told *t;

        ud_guid_format(request, &c->r.request);
        t = told_of(m, request);
        assert_true(t->intent && t->disclosed);
        assert_true(t->licence);
        assert_true(app->width >= 60 && app->height >= 18);
        assert_true(!app->tmux.inside || m->tmux_answers > t->answers);
        m->paints += !m->was_painted;
    }
    m->was_painted = painted;
}

static void
check_calls(const struct model *m)
{
    const struct ud_app *app = m->d->app;

    for (int i = 0; i < UD_CALLS; i++) {
        const struct ud_call *c = &app->call[i];
        bool may_hold = c->phase == UD_CALL_KEY || c->phase == UD_CALL_RECORDING;

        assert_true(c->key == NULL || may_hold);
        assert_true(c->typed == NULL || c->phase == UD_CALL_KEY);
        assert_true(!c->visible || (app->active == i && app->screen == UD_SCREEN_KEY));
        assert_true(!c->visible || c->phase == UD_CALL_KEY);
    }
}

static size_t
secrets_of_calls(const struct ud_app *app)
{
    size_t n = app->lock.half != NULL ? 1 : 0;

    for (int i = 0; i < UD_CALLS; i++)
        n += (app->call[i].key != NULL ? 1u : 0u) + (app->call[i].typed != NULL ? 1u : 0u) +
             (app->call[i].one_time != NULL ? 1u : 0u);
    n += app->bde.text != NULL ? 1u : 0u; /* the pages that are typed or pasted into */
    n += (app->store.secret[0] != NULL ? 1u : 0u) + (app->store.secret[1] != NULL ? 1u : 0u);
    return n;
}

static void
check_lock(const struct model *m)
{
    const struct ud_app *app = m->d->app;
    size_t allowed = 3 + secrets_of_jobs(m); /* two PIN fields, and the model's own half */

    assert_int_equal(ud_secret_live(), allowed + secrets_of_calls(app));
    if (app->lock.locked) {
        assert_true(app->lock.half == NULL || app->worker_asked);
        assert_int_equal(ud_secret_live(), allowed + (app->lock.half != NULL ? 1u : 0u));
        assert_true(app->screen == UD_SCREEN_LOCK);
        assert_string_equal(app->device.dev.name, "");
    } else if (app->screen == UD_SCREEN_OVER) {
        assert_int_equal(ud_secret_live(), allowed);
    } else {
        assert_true(m->d->now - m->last_key < app->policy.idle_warn + app->policy.idle_countdown);
        assert_true(app->screen != UD_SCREEN_LOCK);
        assert_true(app->active >= 0 || (app->screen != UD_SCREEN_KEY && app->screen != UD_SCREEN_TICKET));
        assert_true(app->screen != UD_SCREEN_DEVICE || app->device.dev.d.name != NULL);
    }
}

/* Signing in must not cost a real key derivation. */
static bool
derive_at_once(struct desk *d, struct ud_effect *e)
{
    const struct model *m = d->taker;
    struct ud_event done = { .on = UD_ON_JOB, .tag = e->tag, .job = e->job };

    if (e->kind != UD_DO_JOB || e->job->kind != UD_JOB_DERIVE)
        return false;
    memcpy(e->job->tokens->public_key, m->public_key, sizeof(m->public_key));
    ud_secret_free(&e->job->passphrase);
    desk_tell(d, &done);
    return true;
}

static void
begin(struct model *m, bool tmux)
{
    m->d = desk_new();
    m->d->taker = m;
    m->d->take = derive_at_once;
    desk_sign_in(m->d);
    desk_fill_list(m->d);
    m->d->app->tmux.inside = tmux;
    m->d->app->policy.session_max = 0;
    m->d->take = take;
    m->last_key = m->d->now;
    m->opens = m->jobs = m->tolds = 0;
    m->was_painted = false;
}

static void
end(struct model *m)
{
    for (size_t i = 0; i < m->jobs; i++)
        ud_job_free(&m->job[i]);
    m->jobs = 0;
    ud_app_free(&m->d->app);
    assert_int_equal(ud_secret_live(), 1);
    free(m->d->message);
    free(m->d);
}

static void
run(uint64_t seed, bool tmux)
{
    struct model *m = ud_xcalloc(1, sizeof(*m));
    struct ud_error err;
    bool was_locked = false;

    m->random = seed;
    assert_int_equal(ud_seal_keypair(m->public_key, &m->half, &err), UD_OK);
    begin(m, tmux);
    for (unsigned i = 0; i < STEPS; i++) {
        step(m);
        check_painted(m);
        check_calls(m);
        check_lock(m);
        m->locks += m->d->app->lock.locked && !was_locked;
        m->unlocks += !m->d->app->lock.locked && was_locked;
        was_locked = m->d->app->lock.locked;
        if (m->d->app->screen == UD_SCREEN_OVER || m->d->app->quit || m->d->app->journal_bad) {
            end(m);
            begin(m, tmux);
            was_locked = false;
        }
    }
    assert_true(m->paints > 100 && m->locks > 50 && m->unlocks > 10); /* or it has looked at nothing */
    end(m);
    ud_secret_free(&m->half);
    free(m);
}

static void
rules_hold_in_any_order_on_a_plain_terminal(void **state)
{
    (void)state;
    run(1, false);
    run(7, false);
}

static void
rules_hold_in_any_order_inside_tmux(void **state)
{
    (void)state;
    run(2, true);
    run(11, true);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules_hold_in_any_order_on_a_plain_terminal),
        cmocka_unit_test(rules_hold_in_any_order_inside_tmux),
    };
    struct ud_error err;

    if (ud_seal_init(&err) != UD_OK)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
