/* The approval page (RFC 8628, 3.3): plain HTML forms, no script. A person compares the code, proves who they are, and approves or
 * denies. There is no session here that a foreign page could use: the password is asked for each time, and the form must be one of ours. */
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "escrowd/front/delay.h"
#include "escrowd/front/form.h"
#include "escrowd/front/front_state.h"
#include "escrowd/front/grants.h"
#include "escrowd/front/route.h"

#define FORM_LIFE ((ud_msec)UD_GRANT_LIFE * 1000)

/* --- the form's proof ------------------------------------------------------------------------------------------------ */

struct proof {
    ud_msec made;
    unsigned char nonce[8];
    unsigned char mac[16];
};

static void
proof_mac(unsigned char out[16], const struct ud_front *f, const struct proof *p)
{
    unsigned char hash[UD_HASH_SIZE];
    const struct ud_bytes part[] = {
        { "unlockdesk approval form 1", 26 },
        { f->form_key, sizeof(f->form_key) },
        { &p->made, sizeof(p->made) },
        { p->nonce, sizeof(p->nonce) },
    };

    ud_hash(hash, part, sizeof(part) / sizeof(part[0]));
    memcpy(out, hash, 16);
}

static void
proof_make(char *out, size_t size, const struct ud_front *f)
{
    struct proof p = { .made = ud_clock_now() };

    ud_random(p.nonce, sizeof(p.nonce));
    proof_mac(p.mac, f, &p);
    ud_base64url_encode(out, size, &p, sizeof(p));
}

static bool
proof_good(const char *text, const struct ud_front *f)
{
    struct proof p;
    unsigned char mac[16];
    size_t length = 0;

    if (ud_base64url_decode((unsigned char *)&p, sizeof(p), &length, text, strlen(text)) != UD_OK || length != sizeof(p))
        return false;
    proof_mac(mac, f, &p);
    ud_msec age = ud_clock_now() - p.made;
    return ud_hash_equal(mac, p.mac, sizeof(mac)) && age >= 0 && age < FORM_LIFE;
}

/* --- pages ----------------------------------------------------------------------------------------------------------- */

static void
escaped(struct ud_buf *b, const char *text)
{
    for (; *text != '\0'; text++) {
        switch (*text) {
        case '<':
            ud_buf_text(b, "&lt;");
            break;
        case '>':
            ud_buf_text(b, "&gt;");
            break;
        case '&':
            ud_buf_text(b, "&amp;");
            break;
        case '"':
            ud_buf_text(b, "&quot;");
            break;
        case '\'':
            ud_buf_text(b, "&#39;");
            break;
        default:
            ud_buf_byte(b, *text);
        }
    }
}

static struct ud_buf *
page_begin(struct ud_call *c, unsigned status, const char *title)
{
    struct ud_buf *b = &c->response.body;

    c->response.status = status;
    c->response.type = "text/html; charset=utf-8";
    c->response.private = true;
    ud_buf_clear(b);
    ud_buf_text(b, "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
                   "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>");
    escaped(b, title);
    ud_buf_text(b,
        "</title><style>body{font:1.1em/1.5 sans-serif;max-width:32em;margin:2em auto;padding:0 1em}"
        "label{display:block;margin:1em 0}input{font:inherit;display:block;width:100%;box-sizing:border-box;padding:.3em}"
        "button{font:inherit;padding:.4em 1.2em;margin-right:1em}.training{border:2px solid;padding:.2em .6em;font-weight:bold}"
        "</style></head><body>\n");
    if (c->front->training)
        ud_buf_text(b, "<p class=\"training\">TRAINING - invented people, devices and keys</p>\n");
    ud_buf_text(b, "<h1>");
    escaped(b, title);
    ud_buf_text(b, "</h1>\n");
    return b;
}

static void
page_end(struct ud_buf *b)
{
    ud_buf_text(b, "</body></html>\n");
}

/* A page that only says something. */
static void
page(struct ud_call *c, unsigned status, const char *title, const char *text)
{
    struct ud_buf *b = page_begin(c, status, title);

    ud_buf_text(b, "<p>");
    escaped(b, text);
    ud_buf_text(b, "</p>\n");
    page_end(b);
}

/* Who asked for the code: the person must recognise it. */
static void
describe_grant(struct ud_buf *b, const struct ud_grant *grant)
{
    char when[32];

    ud_wall_format(when, sizeof(when), grant->made_wall, false);
    ud_buf_text(b, "<p>Asked for by application <b>");
    escaped(b, grant->client_id);
    ud_buf_text(b, "</b> at ");
    escaped(b, strcmp(grant->address, "unix") == 0 ? "this machine" : grant->address);
    ud_buf_text(b, ", ");
    escaped(b, when);
    ud_buf_text(b, ".</p>\n");
}

static void
form_page(struct ud_call *c, unsigned status, const char *problem, const char *user_code, const char *user)
{
    struct ud_buf *b = page_begin(c, status, "Approve a sign-in");
    size_t index = ud_grants_by_user_code(c->front->grants, user_code, ud_clock_now());
    char proof[64];

    proof_make(proof, sizeof(proof), c->front);
    if (problem != NULL) {
        ud_buf_text(b, "<p role=\"alert\"><b>");
        escaped(b, problem);
        ud_buf_text(b, "</b></p>\n");
    }
    if (index != UD_GRANT_NONE)
        describe_grant(b, ud_grants_at(c->front->grants, index));
    ud_buf_text(b,
        "<p>Go on only if you started this sign-in yourself and your screen shows the same code. "
        "Never enter a code that somebody sent you.</p>\n<form method=\"post\" action=\"/device\" accept-charset=\"utf-8\">\n"
        "<input type=\"hidden\" name=\"csrf\" value=\"");
    escaped(b, proof);
    ud_buf_text(b, "\">\n<label>Code <input name=\"user_code\" autocomplete=\"off\" required value=\"");
    escaped(b, user_code);
    ud_buf_text(b, "\"></label>\n<label>User <input name=\"user\" autocomplete=\"username\" value=\"");
    escaped(b, user);
    ud_buf_text(b,
        "\"></label>\n<label>Password <input type=\"password\" name=\"password\" autocomplete=\"current-password\"></label>\n"
        "<button name=\"action\" value=\"approve\">Approve</button> <button name=\"action\" value=\"deny\">Deny</button>\n"
        "</form>\n");
    page_end(b);
}

static void
wait_page(struct ud_call *c, uint32_t seconds)
{
    char text[160];

    snprintf(
        text, sizeof(text), "There were several failed tries. Wait %u seconds, then go back and try again.", (unsigned)seconds);
    page(c, 429, "Please wait", text);
    c->response.retry_after = seconds;
}

void
ud_front_approve_page(struct ud_call *c)
{
    const char *code = ud_call_option(c, "user_code");
    ud_msec now = ud_clock_now();
    uint32_t wait = ud_delay_wait(c->front->delays, "", c->address, now);

    if (wait > 0) {
        wait_page(c, wait);
        return;
    }
    if (code != NULL && strlen(code) > 32)
        code = NULL;
    /* Looking codes up by address is guessing too. */
    if (code != NULL && ud_grants_by_user_code(c->front->grants, code, now) == UD_GRANT_NONE)
        ud_delay_failed(c->front->delays, "", c->address, now);
    form_page(c, 200, NULL, code != NULL ? code : "", "");
}

/* --- approval -------------------------------------------------------------------------------------------------------- */

static void
approved(struct ud_call *c, struct ud_vault_reply *r)
{
    struct ud_front *f = c->front;
    ud_msec now = ud_clock_now();

    if (r->code == UD_VAULT_UNAUTHENTICATED || r->code == UD_VAULT_FORBIDDEN) {
        ud_delay_failed(f->delays, c->account, c->address, now);
        form_page(c, 403, "User or password is not right. Nothing was approved.", c->user_code, c->account);
        return;
    }
    if (r->code == UD_VAULT_THROTTLED) {
        wait_page(c, r->retry_after > 0 ? r->retry_after : 5);
        return;
    }
    size_t index = r->code == UD_VAULT_OK ? ud_grants_by_user_code(f->grants, c->user_code, now) : UD_GRANT_NONE;
    if (r->code != UD_VAULT_OK) {
        page(c, 503, "Not now", "The service cannot check the password now. Go back and try again in a moment.");
        return;
    }
    ud_delay_succeeded(f->delays, c->account, c->address);
    if (index == UD_GRANT_NONE) {
        form_page(c, 400, "The code has expired. Start again where you came from.", "", c->account);
        return;
    }
    struct ud_grant *grant = ud_grants_at(f->grants, index);
    grant->state = UD_GRANT_APPROVED;
    grant->approval = r->approval;
    page(c, 200, "Approved", "You are signed in. You can close this page and go back to where you came from.");
}

static void
check_password(struct ud_call *c, struct ud_secret *password)
{
    struct ud_vault_request r = { .op = UD_VAULT_USER_CHECK, .name = c->account, .address = c->address, .secret = password };

    if (c->account[0] == '\0' || password == NULL)
        form_page(c, 400, "User and password are needed.", c->user_code, c->account);
    else
        ud_call_ask_all(c, &r, approved);
}

static void
decide(struct ud_call *c, const char *action, struct ud_secret *password)
{
    struct ud_front *f = c->front;
    ud_msec now = ud_clock_now();
    uint32_t wait = ud_delay_wait(f->delays, c->account, c->address, now);

    if (wait > 0) {
        wait_page(c, wait);
        return;
    }
    size_t index = ud_grants_by_user_code(f->grants, c->user_code, now);
    if (index == UD_GRANT_NONE) {
        ud_delay_failed(f->delays, "", c->address, now);
        form_page(c, 400, "This code is not known or has expired. Compare it with your screen.", "", c->account);
    } else if (strcmp(action, "deny") == 0) {
        ud_grants_at(f->grants, index)->state = UD_GRANT_DENIED;
        page(c, 200, "Denied", "The sign-in was refused. If you did not start it, tell your security team.");
    } else if (strcmp(action, "approve") == 0) {
        check_password(c, password);
    } else {
        form_page(c, 400, "Choose Approve or Deny.", c->user_code, c->account);
    }
}

void
ud_front_approve_post(struct ud_call *c)
{
    char proof[80], action[16];
    struct ud_secret *password = NULL;
    const struct ud_form_field field[] = {
        { .name = "user_code", .text = c->user_code, .size = sizeof(c->user_code) },
        { .name = "user", .text = c->account, .size = sizeof(c->account) },
        { .name = "csrf", .text = proof, .size = sizeof(proof) },
        { .name = "action", .text = action, .size = sizeof(action) },
        { .name = "password", .secret = &password },
    };
    struct ud_error err = { 0 };

    if (ud_form_read(field, sizeof(field) / sizeof(field[0]), c->secret_body, &err) != UD_OK)
        page(c, 400, "Not understood", err.message);
    else if (c->foreign_origin || !proof_good(proof, c->front))
        form_page(c, 403, "This form is no longer valid. Please fill it in again.", c->user_code, c->account);
    else
        decide(c, action, password);
    ud_secret_free(&password);
}
