/* An invented person at the approval page: fetches it, fills in the form, sends it, like anybody with a browser. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "escrowd/simulate/simulate.h"
#include "escrowd/vault/config.h"

#define OPERATOR   "operator"
#define CODE_MAX   16
#define PERSON_MAX 24
#define QUEUE      8
#define PASSWORD   128
#define BODY_FIXED 512

struct ud_sim_approver {
    struct ud_sim *sim;
    struct {
        char code[CODE_MAX], name[PERSON_MAX];
    } who[QUEUE]; /* the first one is being worked on */
    size_t count;
    char proof[128];
    struct ud_http_call *call;
};

static void begin(struct ud_sim_approver *a);

struct ud_sim_approver *
ud_sim_approver_new(struct ud_sim *s)
{
    struct ud_sim_approver *a = ud_xcalloc(1, sizeof(*a));

    a->sim = s;
    return a;
}

void
ud_sim_approver_free(struct ud_sim_approver **a)
{
    if (*a == NULL)
        return;
    ud_http_cancel((*a)->sim->http, &(*a)->call);
    free(*a);
    *a = NULL;
}

bool
ud_sim_approver_idle(const struct ud_sim_approver *a)
{
    return a->count == 0;
}

/* On to the next code. */
static void
finished(struct ud_sim_approver *a, const char *trouble)
{
    if (trouble != NULL)
        fprintf(stderr, "escrowd-simulate: the sign-in %s was not approved: %s\n", a->who[0].code, trouble);
    a->call = NULL;
    a->count--;
    memmove(&a->who[0], &a->who[1], sizeof(a->who[0]) * (QUEUE - 1));
    if (a->count > 0)
        begin(a);
}

static void
sent(struct ud_http_reply *reply, void *arg)
{
    struct ud_sim_approver *a = arg;
    char trouble[64];

    snprintf(trouble, sizeof(trouble), "the page answered %ld", reply->code);
    if (reply->status != UD_OK)
        finished(a, reply->error.message);
    else
        finished(a, reply->code == 200 ? NULL : trouble);
}

/* Appends the password, percent-encoded, from one secret to the other. */
static enum ud_status
append_password(struct ud_secret *body, struct ud_secret *password, struct ud_error *err)
{
    static const char digits[] = "0123456789ABCDEF";
    const unsigned char *p = ud_secret_open(password);
    size_t length = ud_secret_length(password);
    enum ud_status st = UD_OK;

    while (length > 0 && (p[length - 1] == '\n' || p[length - 1] == '\r'))
        length--;
    for (size_t i = 0; i < length && st == UD_OK; i++) {
        char escape[3] = { '%', digits[p[i] >> 4], digits[p[i] & 15] };
        st = ud_secret_append(body, escape, sizeof(escape), err);
        explicit_bzero(escape, sizeof(escape));
    }
    ud_secret_close(password);
    return st;
}

static enum ud_status
fill_in(struct ud_secret **body, const struct ud_sim_approver *a, struct ud_error *err)
{
    char fixed[BODY_FIXED], path[640];
    struct ud_secret *password = NULL;
    enum ud_status st;

    snprintf(path, sizeof(path), "%s/%s" UD_FILE_PASSWORD, a->sim->dir, a->who[0].name);
    int n = snprintf(
        fixed, sizeof(fixed), "csrf=%s&user_code=%s&user=%s&action=approve&password=", a->proof, a->who[0].code, a->who[0].name);
    if (n < 0 || (size_t)n >= sizeof(fixed))
        return ud_error_set(err, UD_INVALID, "The approval form is not understood.");
    if ((st = ud_file_read_secret(&password, path, err)) == UD_OK &&
        (st = ud_secret_new(body, (size_t)n + 3 * ud_secret_length(password), err)) == UD_OK &&
        (st = ud_secret_append(*body, fixed, (size_t)n, err)) == UD_OK)
        st = append_password(*body, password, err);
    ud_secret_free(&password);
    return st;
}

static void
send_form(struct ud_sim_approver *a)
{
    struct ud_secret *body = NULL;
    struct ud_error err = { 0 };
    struct ud_http_request r = {
        .kind = UD_HTTP_SMALL,
        .retry = UD_HTTP_CONNECT,
        .post = true,
        .origin = &a->sim->origin,
        .path = "/device",
        .type = "application/x-www-form-urlencoded",
        .done = sent,
        .arg = a,
    };

    if (fill_in(&body, a, &err) != UD_OK) {
        ud_secret_free(&body);
        finished(a, err.message);
        return;
    }
    r.secret_body = body;
    a->call = ud_http_start(a->sim->http, &r);
}

/* The hidden field of the form: name="csrf" value="…". */
static bool
find_proof(char *out, size_t size, const char *page, size_t length)
{
    static const char mark[] = "name=\"csrf\" value=\"";
    const char *at = length > 0 ? memmem(page, length, mark, sizeof(mark) - 1) : NULL;

    if (at == NULL)
        return false;
    at += sizeof(mark) - 1;
    const char *end = memchr(at, '"', length - (size_t)(at - page));
    if (end == NULL || (size_t)(end - at) >= size)
        return false;
    memcpy(out, at, (size_t)(end - at));
    out[end - at] = '\0';
    return out[strspn(out, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")] == '\0';
}

static void
got_page(struct ud_http_reply *reply, void *arg)
{
    struct ud_sim_approver *a = arg;

    if (reply->status != UD_OK)
        finished(a, reply->error.message);
    else if (reply->code != 200 || !find_proof(a->proof, sizeof(a->proof), reply->body, reply->length))
        finished(a, "the page has no form");
    else
        send_form(a);
}

static void
begin(struct ud_sim_approver *a)
{
    char path[64];
    struct ud_http_request r = {
        .kind = UD_HTTP_SMALL,
        .retry = UD_HTTP_READ,
        .origin = &a->sim->origin,
        .path = path,
        .done = got_page,
        .arg = a,
    };

    snprintf(path, sizeof(path), "/device?user_code=%s", a->who[0].code);
    a->call = ud_http_start(a->sim->http, &r);
}

void
ud_sim_approve(struct ud_sim_approver *a, const char *line)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-";
    size_t code = strspn(line, letters);
    const char *name = line[code] == ' ' ? line + code + 1 : OPERATOR;

    if (code == 0 || code >= CODE_MAX || (line[code] != '\0' && line[code] != ' ') || name[0] == '\0' ||
        name[strspn(name, letters)] != '\0' || strlen(name) >= PERSON_MAX || a->count == QUEUE)
        return;
    memcpy(a->who[a->count].code, line, code);
    a->who[a->count].code[code] = '\0';
    (void)ud_copy(a->who[a->count++].name, PERSON_MAX, name);
    if (a->count == 1)
        begin(a);
}
