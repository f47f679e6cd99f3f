/* Signing in without screens. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/oneshot.h"
#include "grid/i18n.h"

static void
on_code(struct ud_oneshot *s, const struct ud_msg *e, void *arg)
{
    enum ud_status *st = arg;

    if (e->type != UD_MSG_CODE)
        return;
    if (s->config.demo) {
        *st = ud_launcher_approve(s->launcher, e->u.code.user_code, NULL);
        return;
    }
    fprintf(stderr, _("Open %s in a browser and type the code %s\n"), e->u.code.uri, e->u.code.user_code);
    fprintf(stderr, "%s\n", _("Go on only if you started this yourself. Never type a code that someone sent you."));
}

static enum ud_status
by_device_code(struct ud_oneshot *s, uint8_t source, struct ud_error *err)
{
    struct ud_msg m = { .type = UD_MSG_SIGN_IN, .u.source = { .source = source } };
    enum ud_status approved = UD_OK, st;

    if (!s->config.demo && !isatty(STDERR_FILENO)) {
        ud_error_set(err, UD_SIGNIN, "%s", _("Nobody is signed in, and there is no terminal to sign in on"));
        return ud_error_hint(err, "%s", _("Run in a terminal: unlockdesk sign-in"));
    }
    st = ud_oneshot_request(s, &m, NULL, on_code, &approved, err);
    return st == UD_OK && approved != UD_OK ? ud_error_set(err, approved, "The invented operator could not approve the sign-in")
                                            : st;
}

/* A copy, since a request takes the secret with it. */
static enum ud_status
copy(struct ud_secret **out, struct ud_secret *from, struct ud_error *err)
{
    enum ud_status st = ud_secret_new(out, ud_secret_length(from), err);

    if (st == UD_OK) {
        st = ud_secret_append(*out, ud_secret_open(from), ud_secret_length(from), err);
        ud_secret_close(from);
    }
    return st;
}

enum ud_status
ud_oneshot_seal(struct ud_oneshot *s, struct ud_error *err)
{
    struct ud_msg m = { .type = UD_MSG_SEAL_KEY, .u.blob = { .bytes = s->tokens.public_key, .length = UD_SEAL_PUBLIC } };
    uint32_t none;

    return ud_client_request(s->client, &none, &m, NULL, err);
}

/* As long as another command may take; a console keeps the sign-in for longer, and then this one signs in by itself. */
#define CLAIM_PATIENCE ((ud_msec)3000)

static enum ud_status
resume_each(struct ud_oneshot *s, struct ud_secret *secret, struct ud_error *err)
{
    enum ud_status st = ud_oneshot_seal(s, err);

    for (uint8_t i = 0; i < s->config.source_count && st == UD_OK; i++) {
        const struct ud_token_entry *t = ud_tokens_of(&s->tokens, s->config.source[i].name);
        struct ud_secret *part = NULL;
        if (t == NULL) {
            st = by_device_code(s, i, err);
            continue;
        }
        struct ud_msg m = { .type = UD_MSG_RESUME, .u.blob = { .source = i, .bytes = t->blob, .length = t->length } };
        if ((st = copy(&part, secret, err)) == UD_OK)
            st = ud_oneshot_request(s, &m, part, NULL, NULL, err);
        ud_secret_free(&part);
    }
    return st;
}

enum ud_status
ud_oneshot_resume(struct ud_oneshot *s, struct ud_error *err)
{
    struct ud_secret *pin = NULL, *secret = NULL;
    enum ud_status st;

    if ((st = ud_ask_secret(&pin, _("PIN or passphrase: "), err)) != UD_OK)
        goto out;
    if ((st = ud_tokens_unlock(&s->tokens, s->config.tokens_file, pin, &secret, err)) != UD_OK)
        goto out;
    st = resume_each(s, secret, err);
out:
    ud_secret_free(&secret);
    ud_secret_free(&pin);
    return st;
}

enum ud_status
ud_oneshot_by_code(struct ud_oneshot *s, struct ud_error *err)
{
    enum ud_status st = UD_OK;

    for (uint8_t i = 0; i < s->config.source_count && st == UD_OK; i++)
        st = by_device_code(s, i, err);
    return st;
}

struct notice {
    char hash[65];
};

static void
on_notice(struct ud_oneshot *s, const struct ud_msg *e, void *arg)
{
    struct notice *n = arg;

    (void)s;
    if (e->type == UD_MSG_NOTICE)
        (void)ud_copy(n->hash, sizeof(n->hash), e->u.notice.hash);
}

/* Policy and notice of each source. A notice that was not accepted in the console stops the command; the demo's is for practice only. */
static enum ud_status
read_rules(struct ud_oneshot *s, struct ud_error *err)
{
    enum ud_status st;

    for (uint8_t i = 0; i < s->config.source_count; i++) {
        struct ud_msg policy = { .type = UD_MSG_GET_POLICY, .u.source = { .source = i } };
        struct ud_msg notice = { .type = UD_MSG_GET_NOTICE, .u.get_notice = { .source = i, .language = s->config.language } };
        struct notice n = { "" };
        if ((st = ud_oneshot_request(s, &policy, NULL, NULL, NULL, err)) != UD_OK ||
            (st = ud_oneshot_request(s, &notice, NULL, on_notice, &n, err)) != UD_OK)
            return st;
        if (n.hash[0] != '\0' && !s->config.demo && strcmp(n.hash, s->tokens.notice_hash) != 0) {
            ud_error_set(
                err, UD_DENIED, _("The notice of \"%s\" has not been accepted yet, or has changed"), s->config.source[i].name);
            return ud_error_hint(err, "%s", _("Start the console once and accept it: unlockdesk"));
        }
    }
    return UD_OK;
}

enum ud_status
ud_oneshot_sign_in(struct ud_oneshot *s, struct ud_error *err)
{
    enum ud_status st;

    if (s->signed_in)
        return UD_OK;
    if (s->config.tokens_file[0] != '\0' && ud_tokens_load(&s->tokens, s->config.tokens_file, err) == UD_OK &&
        s->tokens.count > 0 && ud_tokens_claim(&s->tokens_claim, s->config.tokens_file, CLAIM_PATIENCE, err) == UD_OK)
        st = ud_oneshot_resume(s, err);
    else
        st = ud_oneshot_by_code(s, err);
    if (st == UD_OK)
        st = read_rules(s, err);
    s->signed_in = st == UD_OK;
    return st;
}

/* --- as what ----------------------------------------------------------------------------------------------------------------- */

enum ud_status
ud_oneshot_may(const struct ud_oneshot *s, uint8_t source, const struct ud_disclosure *why, struct ud_error *err)
{
    enum ud_desk_role role = s->role[source];

    if (role == UD_DESK_APPROVER || role == UD_DESK_AUDITOR || role == UD_DESK_ADMIN)
        return ud_error_set(
            err, UD_DENIED, _("You are signed in as %s, a role that gets no recovery keys"), ud_desk_role_name(role));
    if (role != UD_DESK_HELPDESK || why->user_account[0] != '\0')
        return UD_OK;
    ud_error_set(err, UD_DENIED, "%s", _("Your role names the user of each device"));
    return ud_error_hint(err, "%s", _("Add the account the caller gives: --user alice@corp.example"));
}
