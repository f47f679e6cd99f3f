/* `sign-in`, `sign-out`, `status`. */
#include <stdio.h>
#include <string.h>

#include "app/oneshot.h"
#include "base/file.h"
#include "grid/i18n.h"

#define PASSPHRASE_LEAST 12
#define PIN_LEAST        6

static enum ud_status
choose(struct ud_oneshot *s, struct ud_error *err)
{
    size_t least = s->config.profile == UD_PROFILE_WORKSTATION ? PASSPHRASE_LEAST : PIN_LEAST;
    struct ud_secret *first = NULL, *second = NULL, *half = NULL;
    enum ud_status st;

    if ((st = ud_ask_secret(&first, _("Choose a PIN or passphrase: "), err)) != UD_OK ||
        (st = ud_ask_secret(&second, _("The same once more: "), err)) != UD_OK)
        goto out;
    if (!ud_secret_equal(first, second)) {
        st = ud_error_set(err, UD_INVALID, "%s", _("The two are different, so nothing was kept. Run the command again."));
        goto out;
    }
    if (ud_secret_length(first) < least) {
        st = ud_error_set(err, UD_INVALID, _("It needs %zu characters or more. Run the command again."), least);
        goto out;
    }
    ud_kdf_new(&s->tokens.kdf);
    if ((st = ud_kdf_keypair(s->tokens.public_key, &half, first, &s->tokens.kdf, err)) != UD_OK)
        goto out;
    st = ud_oneshot_seal(s, err);
out:
    ud_secret_free(&half);
    ud_secret_free(&second);
    ud_secret_free(&first);
    return st;
}

/* The worker has kept the tokens back until it knew a key to seal them to; asking for the policy brings them. */
static enum ud_status
collect(struct ud_oneshot *s, struct ud_error *err)
{
    enum ud_status st = UD_OK;

    for (uint8_t i = 0; i < s->config.source_count && st == UD_OK; i++) {
        struct ud_msg m = { .type = UD_MSG_GET_POLICY, .u.source = { .source = i } };
        st = ud_oneshot_request(s, &m, NULL, NULL, NULL, err);
    }
    if (st == UD_OK && s->tokens.count < s->config.source_count)
        st = ud_error_set(
            err, UD_FAILED, "%s", _("The service gave nothing that could be kept, so the next command signs in again."));
    return st;
}

static enum ud_status
claim(struct ud_oneshot *s, struct ud_error *err)
{
    enum ud_status st = ud_tokens_claim(&s->tokens_claim, s->config.tokens_file, 0, err);

    return st == UD_BUSY ? ud_error_hint(err, "%s", _("End the console that is open, then run this again.")) : st;
}

static enum ud_status
sign_in(struct ud_oneshot *s, struct ud_error *err)
{
    enum ud_status st;

    if (s->config.tokens_file[0] == '\0') {
        ud_error_set(err, UD_UNSUPPORTED, "%s", _("This profile keeps no sign-in between commands"));
        return ud_error_hint(err, "%s", _("Start the console and sign in there: unlockdesk"));
    }
    if ((st = ud_dir_ensure(s->config.state_dir, err)) != UD_OK || (st = ud_oneshot_start(s, true, err)) != UD_OK ||
        (st = claim(s, err)) != UD_OK)
        return st;
    ud_tokens_destroy(s->config.tokens_file);
    memset(&s->tokens, 0, sizeof(s->tokens));
    if ((st = ud_oneshot_by_code(s, err)) != UD_OK || (st = choose(s, err)) != UD_OK || (st = collect(s, err)) != UD_OK)
        return st;
    printf(_("Signed in as %s.\n"), s->account);
    return UD_OK;
}

struct own {
    const char *account;
    size_t count; /* keys that were shown to it and not replaced */
};

static void
count_own(struct ud_oneshot *s, const struct ud_msg *e, void *arg)
{
    struct own *o = arg;

    (void)s;
    o->count += e->type == UD_MSG_BOARD && o->account != NULL && strcasecmp(e->u.board.e.by, o->account) == 0;
}

/* The last moment to see to keys that still work. That it cannot be found out keeps nobody signed in. */
static void
remind(struct ud_oneshot *s, uint8_t source)
{
    const struct ud_token_entry *t = ud_tokens_of(&s->tokens, s->config.source[source].name);
    struct own own = { .account = t != NULL ? t->account : NULL };
    struct ud_msg m = { .type = UD_MSG_GET_BOARD, .u.source = { source } };
    struct ud_error ignored = { 0 };

    if (ud_oneshot_request(s, &m, NULL, count_own, &own, &ignored) == UD_OK && own.count > 0)
        printf(ngettext("%zu recovery key that you got has not been replaced yet.\n",
                   "%zu recovery keys that you got have not been replaced yet.\n", own.count),
            own.count);
}

static enum ud_status
sign_out(struct ud_oneshot *s, struct ud_error *err)
{
    enum ud_status st = UD_OK;

    if (s->config.tokens_file[0] == '\0' || ud_tokens_load(&s->tokens, s->config.tokens_file, NULL) != UD_OK) {
        printf("%s\n", _("Nobody is signed in."));
        return UD_OK;
    }
    if ((st = claim(s, err)) != UD_OK)
        return st;
    if ((st = ud_oneshot_start(s, true, err)) == UD_OK && (st = ud_oneshot_resume(s, err)) == UD_OK)
        for (uint8_t i = 0; i < s->config.source_count && st == UD_OK; i++) {
            struct ud_msg m = { .type = UD_MSG_SIGN_OUT, .u.source = { .source = i } };
            remind(s, i);
            st = ud_oneshot_request(s, &m, NULL, NULL, NULL, err);
        }
    ud_tokens_destroy(s->config.tokens_file);
    if (st != UD_OK)
        return ud_error_hint(err, "%s", _("The sign-in was removed here, but the service may still know it; it ends by itself."));
    printf("%s\n", _("Signed out."));
    return UD_OK;
}

static void
status_text(const struct ud_oneshot *s)
{
    for (size_t i = 0; i < s->config.source_count; i++) {
        const struct ud_source_config *c = &s->config.source[i];
        const struct ud_token_entry *t = ud_tokens_of(&s->tokens, c->name);
        printf("%-20s %-8s %-48s %s\n", c->name, c->type == UD_SOURCE_GRAPH ? "graph" : "escrowd",
            c->url[0] != '\0' ? c->url : c->graph, t != NULL ? t->account : _("signed out"));
    }
    ud_print_label(_("activity log"), 20);
    printf("%s\n", s->config.journal_dir);
    ud_print_label(_("devices list"), 20);
    printf("%s\n", s->config.cache_file[0] != '\0' ? s->config.cache_file : _("not kept"));
}

static enum ud_status
status_json(const struct ud_oneshot *s, struct ud_error *err)
{
    struct ud_json_writer w;
    struct ud_buf b;
    enum ud_status st;

    ud_buf_init(&b, (size_t)64 * 1024);
    ud_json_writer_init(&w, &b);
    ud_json_write_object(&w, NULL);
    ud_json_write_text(&w, "schema", "unlockdesk.status/1");
    ud_json_write_text(&w, "journal", s->config.journal_dir);
    ud_json_write_array(&w, "sources");
    for (size_t i = 0; i < s->config.source_count; i++) {
        const struct ud_source_config *c = &s->config.source[i];
        const struct ud_token_entry *t = ud_tokens_of(&s->tokens, c->name);
        ud_json_write_object(&w, NULL);
        ud_json_write_text(&w, "name", c->name);
        ud_json_write_text(&w, "type", c->type == UD_SOURCE_GRAPH ? "graph" : "escrowd");
        ud_json_write_text_or_null(&w, "account", t != NULL ? t->account : NULL);
        ud_json_write_object_end(&w);
    }
    ud_json_write_array_end(&w);
    ud_json_write_object_end(&w);
    st = ud_print_json(&b, err);
    ud_buf_free(&b);
    return st;
}

static enum ud_status
status(struct ud_oneshot *s, struct ud_error *err)
{
    if (s->config.tokens_file[0] != '\0' && ud_tokens_load(&s->tokens, s->config.tokens_file, NULL) != UD_OK)
        memset(&s->tokens, 0, sizeof(s->tokens));
    if (s->options->json)
        return status_json(s, err);
    status_text(s);
    return UD_OK;
}

enum ud_status
ud_verb_account(struct ud_oneshot *s, struct ud_error *err)
{
    if (strcmp(s->options->verb, "sign-in") == 0)
        return sign_in(s, err);
    return strcmp(s->options->verb, "sign-out") == 0 ? sign_out(s, err) : status(s, err);
}
