/* What one device does when it is its turn: check in, make a key, seal it, store it; or report why it could not. */
#include <stdio.h>
#include <string.h>

#include "escrowd/simulate/simulate.h"

#define WORK_MAX   8
#define ERROR_BUSY (-2144272295) /* 0x80310059: BitLocker is busy with another operation on the drive */
#define JSON       "application/json"

static void deposit(struct ud_sim_job *j);

/* Ends the job. Nothing of it is touched after `done`. */
static void
finish(struct ud_sim_job *j, enum ud_status st, const struct ud_error *err)
{
    ud_secret_free(&j->bearer);
    ud_secret_free(&j->half);
    j->call = NULL;
    j->done(st, err, j->arg);
}

/* UD_OK where the service answered with `wanted`. */
static enum ud_status
answered(const struct ud_http_reply *reply, long wanted, const char *what, struct ud_error *err)
{
    if (reply->status != UD_OK) {
        *err = reply->error;
        return reply->status;
    }
    if (reply->code == wanted)
        return UD_OK;
    return ud_error_set(err, reply->code == 401 ? UD_SIGNIN : UD_FAILED, "%s: the service answered %ld.", what, reply->code);
}

static void
post(struct ud_sim_job *j, const char *path, const struct ud_buf *body, struct ud_secret *secret,
    void (*done)(struct ud_http_reply *, void *))
{
    struct ud_http_request r = {
        .kind = UD_HTTP_SMALL,
        .retry = UD_HTTP_CONNECT,
        .post = true,
        .origin = &j->sim->origin,
        .path = path,
        .bearer = j->bearer,
        .type = JSON,
        .body = body != NULL ? body->data : NULL,
        .length = body != NULL ? body->length : 0,
        .secret_body = secret,
        .done = done,
        .arg = j,
    };

    j->call = ud_http_start(j->sim->http, &r);
}

/* --- the end of the work --------------------------------------------------------------------------------------------- */

static void
failure_told(struct ud_http_reply *reply, void *arg)
{
    struct ud_sim_job *j = arg;
    struct ud_error err = { 0 };

    finish(j, answered(reply, 204, "Reporting a failure", &err), &err);
}

static void
tell_failure(struct ud_sim_job *j, enum ud_typed_cause cause)
{
    char path[160];
    struct ud_buf body;
    struct ud_error err = { 0 };

    j->refused = true;
    snprintf(path, sizeof(path), "/escrow/v1/device/work/%s", j->work);
    ud_buf_init(&body, 256);
    struct ud_wire_work_failed told = { .error_code = j->typed ? 0 : ERROR_BUSY, .cause = cause };
    enum ud_status st = ud_wire_work_failed_encode(&body, &told, &err);
    if (st == UD_OK)
        post(j, path, &body, NULL, failure_told);
    ud_buf_free(&body);
    if (st != UD_OK)
        finish(j, st, &err);
}

static void
deposited(struct ud_http_reply *reply, void *arg)
{
    struct ud_sim_job *j = arg;
    struct ud_error err = { 0 };
    enum ud_status st = answered(reply, 201, "Storing a key", &err);

    if (st == UD_OK)
        st = ud_roster_add(j->sim->roster, &j->line, &err);
    finish(j, st, &err);
}

/* Makes the key and seals it to the vault. From here on this process has forgotten it; what stays is its fingerprint. */
static enum ud_status
make_deposit(struct ud_secret **body, struct ud_sim_job *j, struct ud_error *err)
{
    struct ud_wire_deposit d = { .kind = j->kind, .volume = j->line.volume };
    struct ud_secret *fresh = NULL;
    enum ud_status st;

    if (j->kind == UD_KIND_BITLOCKER || j->kind == UD_KIND_LUKS)
        ud_guid_random(&d.id);
    (void)ud_copy(d.work, sizeof(d.work), j->work);
    if ((st = ud_recovery_generate(&fresh, j->kind, err)) == UD_OK &&
        (st = ud_seal(d.sealed, sizeof(d.sealed), &d.sealed_length, fresh, j->sim->deposit_key, err)) == UD_OK) {
        j->line.key = d.id;
        ud_roster_fingerprint(j->line.fingerprint, &j->device, fresh, j->sim->key);
        st = ud_wire_deposit_encode(body, &d, err);
    }
    ud_secret_free(&fresh);
    return st;
}

static void
got_deposit_key(struct ud_http_reply *reply, void *arg)
{
    struct ud_sim_job *j = arg;
    struct ud_error err = { 0 };
    enum ud_status st = answered(reply, 200, "Asking for the deposit key", &err);

    if (st == UD_OK)
        st = ud_wire_public_key_decode(j->sim->deposit_key, reply->body, reply->length, &err);
    j->sim->has_deposit_key = st == UD_OK;
    if (st == UD_OK)
        deposit(j);
    else
        finish(j, st, &err);
}

static void
ask_deposit_key(struct ud_sim_job *j)
{
    struct ud_http_request r = {
        .kind = UD_HTTP_SMALL,
        .retry = UD_HTTP_READ,
        .origin = &j->sim->origin,
        .path = "/escrow/v1/device/deposit-key",
        .done = got_deposit_key,
        .arg = j,
    };

    j->call = ud_http_start(j->sim->http, &r);
}

static void
deposit(struct ud_sim_job *j)
{
    struct ud_secret *body = NULL;
    struct ud_error err = { 0 };

    if (!j->sim->has_deposit_key) {
        ask_deposit_key(j);
        return;
    }
    enum ud_status st = make_deposit(&body, j, &err);
    if (st == UD_OK)
        post(j, "/escrow/v1/device/keys", NULL, body, deposited);
    else
        finish(j, st, &err);
}

/* --- a key that somebody typed --------------------------------------------------------------------------------------- */

/* As fdesetup validaterecovery answers: is it this Mac's key? */
static enum ud_status
is_mine(bool *mine, struct ud_sim_job *j, const struct ud_http_reply *reply, struct ud_error *err)
{
    unsigned char print[UD_HASH_SIZE];
    struct ud_wire_work_key got;
    struct ud_secret *typed = NULL;
    enum ud_status st = ud_wire_work_key_decode(&got, reply->body, reply->length, err);

    *mine = false;
    if (st == UD_OK && (st = ud_seal_open(&typed, got.sealed, got.sealed_length, j->half, err)) == UD_OK) {
        ud_roster_fingerprint(print, &j->device, typed, j->sim->key);
        *mine = ud_hash_equal(print, j->line.fingerprint, sizeof(print));
    }
    ud_secret_free(&typed);
    return st;
}

static void
got_typed(struct ud_http_reply *reply, void *arg)
{
    struct ud_sim_job *j = arg;
    struct ud_error err = { 0 };
    bool mine = false;
    enum ud_status st = answered(reply, 200, "Fetching a typed key", &err);

    if (st == UD_OK)
        st = is_mine(&mine, j, reply, &err);
    if (st != UD_OK)
        finish(j, st, &err);
    else if (mine)
        deposit(j);
    else
        tell_failure(j, UD_TYPED_WRONG_KEY);
}

static void
fetch_typed(struct ud_sim_job *j)
{
    unsigned char public_key[UD_SEAL_PUBLIC];
    struct ud_json_writer w;
    struct ud_error err = { 0 };
    struct ud_buf body;
    char path[160];
    enum ud_status st = ud_seal_keypair(public_key, &j->half, &err);

    if (st != UD_OK) {
        finish(j, st, &err);
        return;
    }
    snprintf(path, sizeof(path), "/escrow/v1/device/work/%s/key", j->work);
    ud_buf_init(&body, 256);
    ud_json_writer_init(&w, &body);
    ud_wire_public_key_write(&w, public_key);
    post(j, path, &body, NULL, got_typed);
    ud_buf_free(&body);
}

/* --- check-in -------------------------------------------------------------------------------------------------------- */

/* Work of the job's kind, unless the caller knew it already. */
static enum ud_status
take_work(struct ud_sim_job *j, const struct ud_http_reply *reply, struct ud_error *err)
{
    struct ud_wire_work work[WORK_MAX];
    size_t count = 0;
    enum ud_status st = ud_wire_work_decode(work, WORK_MAX, &count, reply->body, reply->length, err);

    for (size_t i = 0; i < count && st == UD_OK; i++) {
        if (work[i].kind != j->kind || j->found_work)
            continue;
        (void)ud_copy(j->work, sizeof(j->work), work[i].id);
        j->found_work = true;
        j->typed = work[i].typed;
    }
    return st;
}

static void
checked_in(struct ud_http_reply *reply, void *arg, bool replace)
{
    struct ud_sim_job *j = arg;
    struct ud_error err = { 0 };
    enum ud_status st = answered(reply, 200, "Checking in", &err);

    if (st == UD_OK)
        st = take_work(j, reply, &err);
    if (st != UD_OK || (!replace && !j->found_work))
        finish(j, st, &err);
    else if (j->failing && j->found_work)
        tell_failure(j, j->typed ? UD_TYPED_NO_POLICY : UD_TYPED_NO_CAUSE);
    else if (j->typed)
        fetch_typed(j);
    else
        deposit(j);
}

static void
checked_in_only(struct ud_http_reply *reply, void *arg)
{
    checked_in(reply, arg, false);
}

static void
checked_in_to_replace(struct ud_http_reply *reply, void *arg)
{
    checked_in(reply, arg, true);
}

void
ud_sim_job_start(struct ud_sim_job *j, bool replace)
{
    const struct ud_roster_line *now = ud_roster_find(j->sim->roster, &j->device, j->kind);
    struct ud_wire_check_in told = { .encrypted = UD_YES };
    struct ud_buf body;
    struct ud_error err = { 0 };
    enum ud_status st;

    if (now == NULL)
        now = ud_roster_find(j->sim->roster, &j->device, UD_KIND_COUNT);
    if (now != NULL)
        j->line = *now;
    else
        j->line.volume = j->kind == UD_KIND_LAPS ? UD_VOLUME_NONE : UD_VOLUME_OS;
    j->line.device = j->device;
    j->line.kind = j->kind;
    memset(&j->line.key, 0, sizeof(j->line.key));
    ud_buf_init(&body, 512);
    if ((st = ud_sim_token(&j->bearer, j->sim, &j->device, &err)) == UD_OK &&
        (st = ud_wire_check_in_encode(&body, &told, &err)) == UD_OK)
        post(j, "/escrow/v1/device/check-in", &body, NULL, replace ? checked_in_to_replace : checked_in_only);
    ud_buf_free(&body);
    if (st != UD_OK)
        finish(j, st, &err);
}

void
ud_sim_job_clear(struct ud_sim_job *j)
{
    ud_http_cancel(j->sim->http, &j->call);
    ud_secret_free(&j->bearer);
    ud_secret_free(&j->half);
}

/* --- waiting for one ------------------------------------------------------------------------------------------------- */

struct waiting {
    bool over;
    enum ud_status st;
    struct ud_error *err;
};

static void
one_done(enum ud_status st, const struct ud_error *err, void *arg)
{
    struct waiting *w = arg;

    w->over = true;
    w->st = st;
    if (st != UD_OK && w->err != NULL)
        *w->err = *err;
}

enum ud_status
ud_sim_job_run(struct ud_sim_job *j, bool replace, struct ud_error *err)
{
    struct waiting w = { .err = err };
    short revents;

    j->done = one_done;
    j->arg = &w;
    ud_sim_job_start(j, replace);
    while (!w.over) {
        enum ud_status st = ud_http_turn(j->sim->http, -1, 0, &revents, 1000, err);
        if (st != UD_OK) {
            ud_sim_job_clear(j);
            return st;
        }
    }
    return w.st;
}
