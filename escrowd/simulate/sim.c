#include "escrowd/simulate/sim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "escrowd/vault/token.h"
#include "wire/json_writer.h"

#define ANSWER_MAX ((size_t)64 * 1024)
#define WAIT_MS    30000

static enum ud_status
read_secret(struct ud_secret **out, const struct ud_sim *s, const char *name, struct ud_error *err)
{
    char path[600];
    enum ud_status st;

    (void)snprintf(path, sizeof(path), "%s/%s", s->dir, name);
    if ((st = ud_file_read_secret(out, path, err)) == UD_NOTFOUND)
        return ud_error_hint(
            err, "Only a training service can be simulated: escrowd init DIR --training, then escrowd -C DIR seed.");
    return st;
}

/* A token file may end with a newline, which is no part of the token. */
static void
drop_newline(struct ud_secret *s)
{
    size_t length = ud_secret_length(s);
    const unsigned char *text = ud_secret_open(s);

    while (length > 0 && (text[length - 1] == '\n' || text[length - 1] == '\r'))
        length--;
    ud_secret_close(s);
    ud_secret_truncate(s, length);
}

enum ud_status
ud_sim_open(struct ud_sim *s, const char *dir, const char *url, struct ud_error *err)
{
    char ca_file[600];
    enum ud_status st;

    memset(s, 0, sizeof(*s));
    (void)ud_copy(s->dir, sizeof(s->dir), dir);
    (void)snprintf(ca_file, sizeof(ca_file), "%s/ca.pem", dir);
    if ((st = ud_http_origin_init(&s->origin, url, ca_file, NULL, err)) != UD_OK ||
        (st = ud_http_new(&s->http, "escrowd-simulate/" UD_VERSION, NULL, err)) != UD_OK ||
        (st = read_secret(&s->key, s, "simulate.key", err)) != UD_OK ||
        (st = read_secret(&s->work_bearer, s, "simulate.token", err)) != UD_OK)
        return st;
    drop_newline(s->work_bearer);
    return ud_roster_open(&s->roster, dir, err);
}

void
ud_sim_close(struct ud_sim *s)
{
    ud_roster_free(&s->roster);
    ud_secret_free(&s->work_bearer);
    ud_secret_free(&s->key);
    ud_http_free(&s->http);
}

/* --- one call ----------------------------------------------------------------------------------------------------------- */

struct waiting {
    struct ud_sim_answer *answer;
    struct ud_error *err;
    enum ud_status status;
    bool done;
};

static void
on_done(struct ud_http_reply *reply, void *arg)
{
    struct waiting *w = arg;

    w->done = true;
    w->status = reply->status;
    w->answer->code = reply->code;
    ud_buf_append(&w->answer->body, reply->body != NULL ? reply->body : "", reply->body != NULL ? reply->length : 0);
    if (reply->status != UD_OK && w->err != NULL)
        *w->err = reply->error;
}

void
ud_sim_answer_free(struct ud_sim_answer *a)
{
    ud_buf_free(&a->body);
}

enum ud_status
ud_sim_call(struct ud_sim *s, struct ud_sim_answer *a, bool post, const char *path, struct ud_secret *bearer, const char *type,
    const char *body, struct ud_secret **secret_body, struct ud_error *err)
{
    struct waiting w = { .answer = a, .err = err };
    struct ud_http_request r = { .kind = UD_HTTP_SMALL,
        .retry = UD_HTTP_CONNECT,
        .post = post,
        .origin = &s->origin,
        .path = path,
        .bearer = bearer,
        .type = type,
        .body = body,
        .length = body != NULL ? strlen(body) : 0,
        .done = on_done,
        .arg = &w };
    ud_msec deadline = ud_clock_now() + WAIT_MS;
    short revents;
    enum ud_status st = UD_OK;

    memset(a, 0, sizeof(*a));
    ud_buf_init(&a->body, ANSWER_MAX);
    if (secret_body != NULL) {
        r.secret_body = *secret_body;
        *secret_body = NULL;
    }
    struct ud_http_call *call = ud_http_start(s->http, &r);
    while (!w.done && st == UD_OK && ud_clock_now() < deadline)
        st = ud_http_turn(s->http, -1, 0, &revents, 1000, err);
    if (w.done)
        return w.status;
    ud_http_cancel(s->http, &call);
    return st != UD_OK ? st : ud_error_set(err, UD_TIMEOUT, "The service did not answer in %d s", WAIT_MS / 1000);
}

/* An answer that is no success, as a sentence. */
static enum ud_status
refused(const struct ud_sim_answer *a, const char *what, struct ud_error *err)
{
    return ud_error_set(err, UD_FAILED, "%s: the service answered %ld", what, a->code);
}

/* --- what devices do ------------------------------------------------------------------------------------------------------- */

enum ud_status
ud_sim_bearer(struct ud_sim *s, struct ud_secret **out, const struct ud_guid *device, struct ud_error *err)
{
    struct ud_token t;
    enum ud_status st;

    if ((st = ud_secret_new(out, UD_TOKEN_TEXT, err)) != UD_OK)
        return st;
    if ((st = ud_token_simulated(&t, s->key, device->byte, err)) == UD_OK)
        st = ud_token_append(*out, &t, err);
    ud_token_wipe(&t);
    if (st != UD_OK)
        ud_secret_free(out);
    return st;
}

enum ud_status
ud_sim_check_in(
    struct ud_sim *s, const struct ud_guid *device, struct ud_wire_work *work, size_t max, size_t *count, struct ud_error *err)
{
    struct ud_secret *bearer = NULL;
    struct ud_sim_answer a;
    enum ud_status st;

    *count = 0;
    if ((st = ud_sim_bearer(s, &bearer, device, err)) != UD_OK)
        return st;
    st = ud_sim_call(s, &a, true, "/escrow/v1/device/check-in", bearer, "application/json", "{\"encrypted\":true}", NULL, err);
    ud_secret_free(&bearer);
    if (st == UD_OK && a.code != 200)
        st = refused(&a, "check-in", err);
    else if (st == UD_OK)
        st = ud_wire_work_decode(work, max, count, a.body.data != NULL ? a.body.data : "", a.body.length, err);
    ud_sim_answer_free(&a);
    return st;
}

static enum ud_status
learn_deposit_key(struct ud_sim *s, struct ud_secret *bearer, struct ud_error *err)
{
    struct ud_sim_answer a;
    enum ud_status st;

    if (s->has_deposit_key)
        return UD_OK;
    st = ud_sim_call(s, &a, false, "/escrow/v1/device/deposit-key", bearer, NULL, NULL, NULL, err);
    if (st == UD_OK && a.code != 200)
        st = refused(&a, "deposit key", err);
    else if (st == UD_OK)
        st = ud_wire_public_key_decode(s->deposit_key, a.body.data != NULL ? a.body.data : "", a.body.length, err);
    s->has_deposit_key = st == UD_OK;
    ud_sim_answer_free(&a);
    return st;
}

static enum ud_status
store(struct ud_sim *s, struct ud_secret *bearer, struct ud_wire_deposit *d, struct ud_secret *key, struct ud_error *err)
{
    struct ud_secret *body = NULL;
    struct ud_sim_answer a;
    enum ud_status st;

    if ((st = learn_deposit_key(s, bearer, err)) != UD_OK ||
        (st = ud_seal(d->sealed, sizeof(d->sealed), &d->sealed_length, key, s->deposit_key, err)) != UD_OK ||
        (st = ud_wire_deposit_encode(&body, d, err)) != UD_OK)
        return st;
    st = ud_sim_call(s, &a, true, "/escrow/v1/device/keys", bearer, "application/json", NULL, &body, err);
    if (st == UD_OK && a.code != 201)
        st = refused(&a, "new key", err);
    ud_sim_answer_free(&a);
    ud_secret_free(&body);
    return st;
}

static enum ud_status
remember(
    struct ud_sim *s, const struct ud_guid *device, const struct ud_wire_deposit *d, struct ud_secret *key, struct ud_error *err)
{
    const struct ud_roster_line *old = ud_roster_find(s->roster, device, UD_KIND_COUNT);
    struct ud_roster_line line = { .device = *device };

    if (old == NULL)
        return UD_OK;
    line = *old;
    line.kind = d->kind;
    line.volume = d->volume;
    line.key = d->id;
    ud_roster_fingerprint(line.fingerprint, device, key, s->key);
    return ud_roster_add(s->roster, &line, err);
}

enum ud_status
ud_sim_replace_key(struct ud_sim *s, const struct ud_guid *device, enum ud_kind kind, enum ud_volume volume, const char *work,
    struct ud_error *err)
{
    struct ud_wire_deposit d = { .kind = kind, .volume = volume };
    struct ud_secret *bearer = NULL, *key = NULL;
    enum ud_status st;

    (void)ud_copy(d.work, sizeof(d.work), work);
    if (kind == UD_KIND_BITLOCKER || kind == UD_KIND_LUKS)
        ud_guid_random(&d.id);
    if ((st = ud_sim_bearer(s, &bearer, device, err)) == UD_OK && (st = ud_recovery_generate(&key, kind, err)) == UD_OK &&
        (st = store(s, bearer, &d, key, err)) == UD_OK)
        st = remember(s, device, &d, key, err);
    ud_secret_free(&key);
    ud_secret_free(&bearer);
    return st;
}

enum ud_status
ud_sim_fail(struct ud_sim *s, const struct ud_guid *device, const char *work, int32_t code, struct ud_error *err)
{
    char path[160] = "/escrow/v1/device/work/";
    struct ud_secret *bearer = NULL;
    struct ud_sim_answer a;
    struct ud_buf body;
    enum ud_status st;

    ud_buf_init(&body, 256);
    if (!ud_http_escape(path, sizeof(path), work)) {
        st = ud_error_set(err, UD_INVALID, "The work has no usable id");
        goto out;
    }
    if ((st = ud_wire_work_failed_encode(&body, code, err)) != UD_OK || (st = ud_sim_bearer(s, &bearer, device, err)) != UD_OK)
        goto out;
    st = ud_sim_call(s, &a, true, path, bearer, "application/json", body.data, NULL, err);
    if (st == UD_OK && a.code != 204)
        st = refused(&a, "work result", err);
    ud_sim_answer_free(&a);
out:
    ud_secret_free(&bearer);
    ud_buf_free(&body);
    return st;
}
