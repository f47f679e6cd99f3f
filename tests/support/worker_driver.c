#include "tests/support/worker_driver.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <signal.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/seal.h"
#include "domain/recovery.h"
#include "tests/support/program.h"
#include "tests/support/raw_http.h"

#define WAIT_MS 60000

void
ud_driver_start(struct ud_driver *d, const struct ud_source_config *sources, size_t count)
{
    char path[256];
    struct ud_error e;
    int fd[2];

    memset(d, 0, sizeof(*d));
    d->event = ud_xcalloc(1, sizeof(*d->event));
    ud_build_path(path, sizeof(path), "unlockdesk-worker");
    assert_int_equal(ud_channel_pair(fd, &e), UD_OK);
    d->pid = fork();
    if (d->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (fd[1] == 3)
            fcntl(3, F_SETFD, 0);
        else
            dup2(fd[1], 3);
        execl(path, "unlockdesk-worker", (char *)NULL);
        _exit(127);
    }
    close(fd[1]);
    assert_int_equal(ud_client_new(&d->client, fd[0], sources, count, &e), UD_OK);
}

void
ud_driver_start_on(struct ud_driver *d, const struct ud_fixture *f)
{
    struct ud_source_config s = { .type = UD_SOURCE_ESCROWD, .sign_in = UD_SIGN_IN_DEVICE_CODE };

    snprintf(s.name, sizeof(s.name), "lab");
    snprintf(s.url, sizeof(s.url), "%s", f->url);
    snprintf(s.ca_file, sizeof(s.ca_file), "%s", f->ca_file);
    ud_driver_start(d, &s, 1);
    d->fixture = f;
    d->approve = "approve";
}

int
ud_driver_stop(struct ud_driver *d)
{
    int status = 0;

    ud_client_free(&d->client);
    free(d->event);
    assert_int_equal(waitpid(d->pid, &status, 0), d->pid);
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static void
take_code(struct ud_driver *d)
{
    char password[128];

    d->codes++;
    if (d->fixture == NULL || d->approve == NULL)
        return;
    ud_fixture_password(password, sizeof(password), d->fixture);
    assert_int_equal(ud_raw_approve(d->fixture, d->event->u.code.user_code, "operator", password, d->approve), 200);
}

static void
take_device(struct ud_driver *d, const struct ud_device *v)
{
    d->device = v->id;
    d->entra = v->entra_id;
    (void)ud_copy(d->device_name, sizeof(d->device_name), v->name);
    (void)ud_copy(d->device_user, sizeof(d->device_user), v->user);
    (void)ud_copy(d->device_serial, sizeof(d->device_serial), v->serial);
    (void)ud_copy(d->device_os, sizeof(d->device_os), v->os);
}

static void
take_key(struct ud_driver *d, unsigned at, const struct ud_key *k)
{
    if (at < sizeof(d->key) / sizeof(d->key[0]))
        d->key[at] = *k;
    if (!d->has_kind[k->kind])
        d->of_kind[k->kind] = *k;
    d->has_kind[k->kind] = true;
}

static void
take_lists(struct ud_driver *d, const struct ud_msg *e)
{
    if (e->type == UD_MSG_DEVICES) {
        if (d->devices == 0)
            take_device(d, &e->u.devices.device[0]);
        d->devices += (unsigned)e->u.devices.count;
        d->batches++;
    } else if (e->type == UD_MSG_KEY_BATCH) {
        for (size_t i = 0; i < e->u.key_batch.count; i++)
            take_key(d, d->keys++, &e->u.key_batch.key[i]);
    } else if (e->type == UD_MSG_PROGRESS) {
        d->progress++;
        if (e->u.progress.total > 0)
            d->total = e->u.progress.total;
        if (e->u.progress.resume[0] != '\0')
            (void)ud_copy(d->resume, sizeof(d->resume), e->u.progress.resume);
    } else if (e->type == UD_MSG_FOUND) {
        take_key(d, d->founds, &e->u.found.key);
        if (e->u.found.has_device && d->with_device++ == 0)
            take_device(d, &e->u.found.device);
        d->founds++;
    }
}

static void
take_key_answers(struct ud_driver *d, const struct ud_msg *e)
{
    if (e->type == UD_MSG_REVEALED) {
        d->revealed = true;
        d->revealed_key = e->u.revealed.key;
        d->revealed_device = e->u.revealed.device;
        d->sealed_length = e->u.revealed.sealed_length;
        memcpy(d->sealed, e->u.revealed.sealed, d->sealed_length);
    } else if (e->type == UD_MSG_ROTATION_STATE) {
        d->rotation = e->u.rotation_state.state;
        d->new_key = e->u.rotation_state.new_key;
        d->last_checkin = e->u.rotation_state.last_checkin;
    }
}

static void
take(struct ud_driver *d)
{
    const struct ud_msg *e = d->event;

    take_lists(d, e);
    take_key_answers(d, e);
    if (e->type == UD_MSG_CODE) {
        take_code(d);
    } else if (e->type == UD_MSG_IDENTITY) {
        (void)ud_copy(d->account, sizeof(d->account), e->u.identity.account);
        d->training = e->u.identity.training;
    } else if (e->type == UD_MSG_TOKEN) {
        d->tokens++;
        d->token_length = e->u.blob.length;
        memcpy(d->token, e->u.blob.bytes, d->token_length);
    } else if (e->type == UD_MSG_POLICY) {
        d->has_policy = true;
        d->policy = e->u.policy.policy;
    } else if (e->type == UD_MSG_NOTICE) {
        d->has_notice = true;
    } else if (e->type == UD_MSG_OTHER_ID) {
        d->others++;
    } else if (e->type == UD_MSG_SOURCE_DONE) {
        d->source_dones++;
        d->source_status = e->u.source_done.status;
        (void)ud_copy(d->source_message, sizeof(d->source_message), e->u.source_done.message);
    }
}

bool
ud_driver_step(struct ud_driver *d)
{
    struct ud_error e;
    enum ud_status st = ud_client_wait(d->client, d->event, ud_clock_now() + WAIT_MS, &e);

    if (st == UD_OFFLINE)
        return false;
    if (st != UD_OK)
        fail_msg("waiting for the worker: %s", e.message);
    take(d);
    return true;
}

enum ud_status
ud_driver_finish(struct ud_driver *d, uint32_t request)
{
    while (ud_driver_step(d)) {
        if (d->event->type != UD_MSG_DONE || d->event->request != request)
            continue;
        d->status = (enum ud_status)d->event->u.done.status;
        (void)ud_copy(d->message, sizeof(d->message), d->event->u.done.message);
        (void)ud_copy(d->hint, sizeof(d->hint), d->event->u.done.hint);
        return d->status;
    }
    return d->status = UD_OFFLINE;
}

uint32_t
ud_driver_send(struct ud_driver *d, const struct ud_msg *m)
{
    uint32_t request = 0;
    struct ud_error e;

    d->devices = d->batches = d->keys = d->founds = d->others = d->progress = d->source_dones = d->codes = d->with_device = 0;
    d->total = 0;
    memset(d->has_kind, 0, sizeof(d->has_kind));
    d->resume[0] = d->message[0] = d->hint[0] = '\0';
    d->has_policy = d->has_notice = d->revealed = false;
    if (ud_client_request(d->client, &request, m, NULL, &e) != UD_OK)
        fail_msg("%s", e.message);
    return request;
}

enum ud_status
ud_driver_request(struct ud_driver *d, const struct ud_msg *m, struct ud_secret *secret)
{
    uint32_t request;
    struct ud_error e;

    if (secret == NULL)
        return ud_driver_finish(d, ud_driver_send(d, m));
    assert_int_equal(ud_client_request(d->client, &request, m, secret, &e), UD_OK);
    return ud_driver_finish(d, request);
}

struct ud_msg
ud_driver_reveal_message(const struct ud_key *k, const unsigned char public_key[UD_SEAL_PUBLIC])
{
    struct ud_msg m = { .type = UD_MSG_REVEAL };

    m.u.reveal.kind = (uint8_t)k->kind;
    m.u.reveal.key = k->id;
    m.u.reveal.device = k->device;
    ud_guid_random(&m.u.reveal.request);
    memcpy(m.u.reveal.public_key, public_key, UD_SEAL_PUBLIC);
    (void)snprintf(m.u.reveal.why.reason, sizeof(m.u.reveal.why.reason), "lost-pin");
    (void)snprintf(m.u.reveal.why.ticket, sizeof(m.u.reveal.why.ticket), "INC0012345");
    (void)snprintf(m.u.reveal.why.caller, sizeof(m.u.reveal.why.caller), "Caller");
    (void)snprintf(m.u.reveal.why.verified, sizeof(m.u.reveal.why.verified), "Called back on the known number");
    return m;
}

struct ud_guid
ud_driver_reveal(struct ud_driver *d, const struct ud_key *k)
{
    unsigned char public_key[UD_SEAL_PUBLIC];
    struct ud_secret *half = NULL, *key = NULL;
    struct ud_recovery_check check;
    struct ud_error e;

    assert_int_equal(ud_seal_keypair(public_key, &half, &e), UD_OK);
    struct ud_msg m = ud_driver_reveal_message(k, public_key);
    if (ud_driver_request(d, &m, NULL) != UD_OK)
        fail_msg("%s / %s", d->message, d->hint);
    assert_true(d->revealed);
    assert_int_equal(ud_guid_compare(&d->revealed_key, &k->id), 0);
    assert_int_equal(ud_guid_compare(&d->revealed_device, &k->device), 0);
    assert_int_equal(ud_seal_open(&key, d->sealed, d->sealed_length, half, &e), UD_OK);
    ud_recovery_check(&check, k->kind, key);
    assert_true(check.ok);
    ud_secret_free(&key);
    ud_secret_free(&half);
    return m.u.reveal.request;
}
