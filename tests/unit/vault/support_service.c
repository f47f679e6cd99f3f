#include <ftw.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "tests/unit/vault/support_service.h"

#define ANSWER_WAIT 20000 /* ms */

static struct ud_secret *
copy_secret(struct ud_secret *s)
{
    struct ud_secret *out = NULL;

    if (s == NULL)
        return NULL;
    assert_int_equal(ud_secret_new(&out, ud_secret_length(s), NULL), UD_OK);
    assert_int_equal(ud_secret_append(out, ud_secret_open(s), ud_secret_length(s), NULL), UD_OK);
    ud_secret_close(s);
    return out;
}

/* Keeps what was answered, having sent it through the codec. */
static void
answered(const struct ud_vault_reply *reply, void *arg)
{
    struct service *s = arg;
    struct ud_vault_reply plain = *reply;
    struct ud_vault_reply **to = s->keeping ? &s->kept[s->kept_count++] : &s->reply;
    struct ud_buf b;

    assert_true(s->kept_count <= 8);
    ud_vault_reply_free(to);
    plain.secret = NULL;
    ud_buf_init(&b, UD_VAULT_FRAME_MAX);
    assert_int_equal(ud_vault_reply_encode(&b, &plain, NULL), UD_OK);
    assert_int_equal(ud_vault_reply_decode(to, (const uint8_t *)b.data + 4, b.length - 4, NULL), UD_OK);
    (*to)->secret = copy_secret(reply->secret);
    ud_buf_free(&b);
}

void
service_start(struct service *s)
{
    struct ud_error err = { 0 };

    if (ud_vault_open(&s->vault, &s->config, answered, s, &err) != UD_OK || ud_vault_start(s->vault, &err) != UD_OK)
        fail_msg("%s", err.message);
}

void
service_stop(struct service *s)
{
    ud_vault_close(&s->vault);
}

void
service_open(struct service *s, uint32_t devices)
{
    struct ud_error err = { 0 };
    struct ud_admin a;

    memset(s, 0, sizeof(*s));
    assert_int_equal(ud_seal_init(NULL), UD_OK);
    (void)snprintf(s->dir, sizeof(s->dir), "/tmp/ud-vault-XXXXXX");
    assert_non_null(mkdtemp(s->dir));
    ud_service_defaults(&s->config, s->dir);
    s->config.training = true;
    (void)snprintf(s->config.socket_path, sizeof(s->config.socket_path), "%s/s", s->dir);
    if (ud_admin_init(&s->config, false, &err) != UD_OK || ud_admin_open(&a, s->dir, &err) != UD_OK ||
        (devices > 0 && ud_admin_seed(&a, devices, 1, &err) != UD_OK))
        fail_msg("%s", err.message);
    ud_admin_close(&a);
    service_start(s);
}

static int
remove_one(const char *path, const struct stat *sb, int flag, struct FTW *where)
{
    (void)sb;
    (void)flag;
    (void)where;
    return remove(path);
}

void
service_close(struct service *s)
{
    ud_vault_close(&s->vault);
    service_forget(s);
    ud_vault_reply_free(&s->reply);
    assert_int_equal(nftw(s->dir, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
}

static void
hand_over(struct service *s, const struct ud_vault_request *r)
{
    struct ud_vault_request numbered = *r, *received = NULL;
    struct ud_buf b;

    numbered.id = ++s->asked;
    numbered.secret = NULL;
    if (numbered.page.limit == 0)
        numbered.page.limit = UD_VAULT_PAGE_MAX;
    ud_buf_init(&b, UD_VAULT_FRAME_MAX);
    assert_int_equal(ud_vault_request_encode(&b, &numbered, NULL), UD_OK);
    assert_int_equal(ud_vault_request_decode(&received, (const uint8_t *)b.data + 4, b.length - 4, NULL), UD_OK);
    ud_buf_free(&b);
    received->secret = copy_secret(r->secret);
    ud_vault_handle(s->vault, received);
}

uint32_t
service_send(struct service *s, const struct ud_vault_request *r)
{
    s->keeping = true;
    hand_over(s, r);
    return s->asked;
}

bool
service_settle(struct service *s, size_t count, int milliseconds)
{
    ud_msec deadline = ud_clock_now() + milliseconds;

    while (s->kept_count < count && ud_clock_now() < deadline) {
        struct pollfd p = { .fd = ud_vault_fd(s->vault), .events = POLLIN };
        int due = ud_vault_timeout(s->vault), left = (int)(deadline - ud_clock_now());
        (void)poll(&p, 1, due >= 0 && due < left ? due : left > 0 ? left : 0);
        ud_vault_finish(s->vault);
    }
    return s->kept_count >= count;
}

const struct ud_vault_reply *
service_kept(const struct service *s, uint32_t id)
{
    for (size_t i = 0; i < s->kept_count; i++) {
        if (s->kept[i]->id == id)
            return s->kept[i];
    }
    return NULL;
}

void
service_forget(struct service *s)
{
    for (size_t i = 0; i < s->kept_count; i++)
        ud_vault_reply_free(&s->kept[i]);
    s->kept_count = 0;
    s->keeping = false;
}

void
service_policy(struct service *s, const char *members)
{
    char path[128], text[600];
    struct ud_error err = { 0 };
    struct ud_admin a;

    (void)snprintf(path, sizeof(path), "%s/policy.json", s->dir);
    int n = snprintf(text, sizeof(text), "{%s}", members);
    assert_int_equal(ud_file_replace(path, text, (size_t)n, 0600, NULL), UD_OK);
    assert_int_equal(ud_admin_open(&a, s->dir, NULL), UD_OK);
    if (ud_admin_policy(&a, path, true, &err) != UD_OK)
        fail_msg("%s", err.message);
    ud_admin_close(&a);
    assert_int_equal(ud_vault_reload(s->vault, NULL), UD_OK);
}

const struct ud_vault_reply *
service_ask(struct service *s, const struct ud_vault_request *r)
{
    ud_msec deadline = ud_clock_now() + ANSWER_WAIT;

    assert_false(s->keeping);
    ud_vault_reply_free(&s->reply);
    hand_over(s, r);
    while (s->reply == NULL) {
        struct pollfd p = { .fd = ud_vault_fd(s->vault), .events = POLLIN };
        assert_true(ud_clock_now() < deadline);
        (void)poll(&p, 1, 1000);
        ud_vault_finish(s->vault);
    }
    assert_int_equal(s->reply->id, s->asked);
    return s->reply;
}

void
service_tokens(const struct ud_vault_reply *reply, struct ud_token *access, struct ud_token *refresh)
{
    const char *text = (const char *)ud_secret_open(reply->secret);

    assert_true(ud_token_parse(access, text, UD_TOKEN_TEXT - 1));
    if (refresh != NULL)
        assert_true(ud_token_parse(refresh, text + UD_TOKEN_TEXT - 1, UD_TOKEN_TEXT - 1));
    ud_secret_close(reply->secret);
}

struct ud_token
service_user(struct service *s, const char *name, const char *role, const char *account)
{
    struct ud_vault_request check = { .op = UD_VAULT_USER_CHECK, .name = name, .address = "test" };
    struct ud_vault_request grant = { .op = UD_VAULT_GRANT };
    struct ud_token t;
    struct ud_admin a;

    assert_int_equal(ud_secret_new(&check.secret, 32, NULL), UD_OK);
    assert_int_equal(ud_secret_append(check.secret, "correct horse", 13, NULL), UD_OK);
    assert_int_equal(ud_admin_open(&a, s->dir, NULL), UD_OK);
    assert_int_equal(ud_admin_user_add(&a, name, role, account, NULL, check.secret, NULL), UD_OK);
    ud_admin_close(&a);
    assert_int_equal(service_ask(s, &check)->code, UD_VAULT_OK);
    ud_secret_free(&check.secret);
    grant.by_id = s->reply->approval;
    grant.grant.client_id = "test";
    grant.grant.scope = "openid";
    grant.grant.offline = true;
    assert_int_equal(service_ask(s, &grant)->code, UD_VAULT_OK);
    service_tokens(s->reply, &t, NULL);
    return t;
}

struct finding {
    service_fits fits;
    struct ud_guid id;
};

static bool
look(const struct ud_store_device *d, void *arg)
{
    struct finding *f = arg;

    if (!f->fits(d))
        return true;
    f->id = d->d.id;
    return false;
}

struct ud_guid
service_device(struct service *s, service_fits fits)
{
    struct finding f = { .fits = fits };
    struct ud_admin a;

    assert_int_equal(ud_admin_open(&a, s->dir, NULL), UD_OK);
    assert_int_equal(ud_store_devices(a.context.store, UD_STORE_ALL, NULL, NULL, 0, 100000, look, &f, NULL), UD_OK);
    ud_admin_close(&a);
    assert_false(ud_guid_is_zero(&f.id));
    return f.id;
}

struct ud_token
service_device_token(struct service *s, const struct ud_guid *device)
{
    struct ud_secret *key = NULL;
    struct ud_token t;
    char path[128];

    (void)snprintf(path, sizeof(path), "%s/%s", s->dir, UD_FILE_SIM_KEY);
    assert_int_equal(ud_file_read_secret(&key, path, NULL), UD_OK);
    assert_int_equal(ud_token_simulated(&t, key, device->byte, NULL), UD_OK);
    ud_secret_free(&key);
    return t;
}

enum ud_vault_code
service_deposit(struct service *s, const struct ud_guid *device, const struct ud_guid *id, enum ud_kind kind, const char *key)
{
    struct ud_vault_request hello = { .op = UD_VAULT_HELLO };
    struct ud_vault_request r = { .op = UD_VAULT_DEPOSIT, .auth = service_device_token(s, device) };
    uint8_t sealed[512];
    struct ud_secret *plain = NULL;

    assert_int_equal(service_ask(s, &hello)->code, UD_VAULT_OK);
    assert_int_equal(ud_secret_new(&plain, strlen(key), NULL), UD_OK);
    assert_int_equal(ud_secret_append(plain, key, strlen(key), NULL), UD_OK);
    assert_int_equal(ud_seal(sealed, sizeof(sealed), &r.deposit.sealed_length, plain, s->reply->hello.deposit_key, NULL), UD_OK);
    ud_secret_free(&plain);
    r.deposit.sealed = sealed;
    r.deposit.has_id = id != NULL;
    if (id != NULL)
        r.deposit.id = *id;
    r.deposit.kind = (uint8_t)kind;
    r.deposit.volume = UD_VOLUME_OS;
    return service_ask(s, &r)->code;
}

struct counting {
    const char *event, *with;
    unsigned count;
};

static bool
count_line(const struct ud_store_audit *a, void *arg)
{
    struct counting *c = arg;

    c->count += strstr(a->line, c->event) != NULL && (c->with == NULL || strstr(a->line, c->with) != NULL);
    return true;
}

unsigned
service_audited(struct service *s, const char *event, const char *with)
{
    struct counting c = { event, with, 0 };
    struct ud_admin a;

    assert_int_equal(ud_admin_open(&a, s->dir, NULL), UD_OK);
    assert_int_equal(ud_store_audits(a.context.store, 0, count_line, &c, NULL), UD_OK);
    ud_admin_close(&a);
    return c.count;
}
