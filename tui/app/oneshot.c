#include "app/oneshot.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/language.h"
#include "base/text.h"
#include "domain/account.h"
#include "grid/i18n.h"

#define REQUEST_MS    120000
#define LIST_YOUNG_MS ((ud_msec)15 * 60 * 1000)

/* --- configuration ------------------------------------------------------------------------------------------------------ */

static enum ud_status
demo_place(struct ud_oneshot *s, struct ud_error *err)
{
    const char *runtime = getenv("XDG_RUNTIME_DIR");
    char cwd[256];

    if (s->options->demo_dir != NULL) {
        bool relative = s->options->demo_dir[0] != '/';
        if (relative && getcwd(cwd, sizeof(cwd)) == NULL)
            return ud_error_errno(err, "The current directory");
        int n =
            snprintf(s->demo_dir, sizeof(s->demo_dir), "%s%s%s", relative ? cwd : "", relative ? "/" : "", s->options->demo_dir);
        if (n < 0 || n > 80)
            return ud_error_set(
                err, UD_INVALID, "--demo-dir %s is too long for a socket: at most 80 characters", s->options->demo_dir);
        return ud_dir_ensure(s->demo_dir, err);
    }
    (void)snprintf(s->demo_dir, sizeof(s->demo_dir), "%s/unlockdesk-demo-XXXXXX",
        runtime != NULL && runtime[0] == '/' && strlen(runtime) < 50 ? runtime : "/tmp");
    return mkdtemp(s->demo_dir) != NULL ? UD_OK : ud_error_errno(err, s->demo_dir);
}

/* Who signs in to the demo: an invented person of each role is there. */
static enum ud_status
demo_person(struct ud_config *c, const char *role, struct ud_error *err)
{
    enum ud_desk_role r = ud_desk_role_parse(role != NULL ? role : "advanced");

    if (r == UD_DESK_NONE)
        return ud_error_set(
            err, UD_USAGE, _("--role takes user, helpdesk, advanced, approver, auditor or admin, not \"%s\""), role);
    if (r == UD_DESK_ADVANCED || r == UD_DESK_USER)
        (void)ud_copy(c->demo_person, sizeof(c->demo_person), r == UD_DESK_USER ? "alice" : "operator");
    else
        (void)snprintf(c->demo_person, sizeof(c->demo_person), "training-%s", ud_desk_role_name(r));
    return UD_OK;
}

static enum ud_status
configure_demo(struct ud_oneshot *s, struct ud_error *err)
{
    struct ud_config *c = &s->config;
    struct ud_source_config *src = &c->source[0];
    enum ud_status st;

    if ((st = demo_place(s, err)) != UD_OK)
        return st;
    c->demo = true;
    c->demo_devices = s->options->devices;
    c->demo_seed = s->options->seed;
    const char *role = s->options->role != NULL ? s->options->role : c->self_service ? "user" : NULL;
    if ((st = demo_person(c, role, err)) != UD_OK)
        return st;
    memset(src, 0, sizeof(*src));
    src->type = UD_SOURCE_ESCROWD;
    (void)ud_copy(src->name, sizeof(src->name), "training");
    (void)snprintf(src->url, sizeof(src->url), "unix://%.200s/escrowd.sock", s->demo_dir);
    c->source_count = 1;
    (void)ud_copy(c->state_dir, sizeof(c->state_dir), s->demo_dir);
    (void)snprintf(c->journal_dir, sizeof(c->journal_dir), "%.400s/journal", s->demo_dir);
    ud_config_profile(c, UD_PROFILE_TRAINING);
    return UD_OK;
}

static enum ud_status
apply_options(struct ud_oneshot *s, struct ud_error *err)
{
    const struct ud_options *o = s->options;
    struct ud_config *c = &s->config;

    if (o->theme != NULL)
        (void)ud_copy(c->theme, sizeof(c->theme), o->theme);
    if (o->language != NULL && !ud_language_valid(o->language))
        return ud_error_set(err, UD_USAGE, "--lang takes a language, for example nl, sv or ja, not \"%s\"", o->language);
    if (o->language != NULL)
        (void)ud_copy(c->language, sizeof(c->language), o->language);
    c->plain |= o->plain;
    c->present |= o->present;
    if (o->color != NULL) {
        if (strcmp(o->color, "auto") != 0 && strcmp(o->color, "always") != 0 && strcmp(o->color, "never") != 0)
            return ud_error_set(err, UD_USAGE, "--color takes auto, always or never");
        c->color = strcmp(o->color, "never") == 0    ? UD_COLOR_NEVER
                   : strcmp(o->color, "always") == 0 ? UD_COLOR_ALWAYS
                                                     : UD_COLOR_AUTO;
    }
    if (o->idle_lock > 0)
        c->idle_lock = (ud_msec)o->idle_lock * 1000;
    return o->source != NULL ? ud_config_only_source(c, o->source, err) : UD_OK;
}

enum ud_status
ud_oneshot_open(struct ud_oneshot *s, const struct ud_options *o, struct ud_error *err)
{
    enum ud_status st;

    memset(s, 0, sizeof(*s));
    s->options = o;
    s->list_as_of = UD_WALL_NONE;
    s->tokens_claim = -1;
    ud_config_default(&s->config);
    s->config.self_service = o->verb != NULL && strcmp(o->verb, "self-service") == 0;
    if ((st = ud_config_load(&s->config, NULL, o->config, err)) != UD_OK)
        return st;
    if (o->demo && (st = configure_demo(s, err)) != UD_OK)
        return st;
    s->policy = s->config.policy;
    if (s->config.self_service)
        ud_config_self_service(&s->config);
    return apply_options(s, err);
}

enum ud_status
ud_oneshot_start(struct ud_oneshot *s, bool worker, struct ud_error *err)
{
    enum ud_status st;
    int fd;

    if (s->config.source_count == 0) {
        ud_error_set(err, UD_CONFIG, "No source is configured, so there is nowhere to ask for keys");
        ud_error_hint(
            err, "Try the demo: unlockdesk --demo. Or name a source in unlockdesk.conf; see the manual, section SOURCES.");
        return UD_CONFIG;
    }
    if ((st = ud_launcher_start(&s->launcher, err)) != UD_OK)
        return st;
    if (s->options->demo &&
        (st = ud_launcher_demo(s->launcher, &s->config, s->demo_dir, s->options->demo_dir == NULL, err)) != UD_OK)
        return st;
    if (!worker)
        return UD_OK;
    if ((st = ud_launcher_worker(s->launcher, &fd, err)) != UD_OK)
        return st;
    s->fleet = ud_fleet_new();
    return ud_client_new(&s->client, fd, s->config.source, s->config.source_count, err);
}

void
ud_oneshot_free(struct ud_oneshot *s)
{
    ud_client_free(&s->client);
    ud_launcher_free(&s->launcher);
    ud_fleet_free(&s->fleet);
    if (s->tokens_claim > 0)
        (void)close(s->tokens_claim);
    /* Without a launcher nobody else removes the private directory; it is empty then but for the log of this run. */
    if (s->options != NULL && s->options->demo && s->options->demo_dir == NULL && s->demo_dir[0] != '\0')
        (void)rmdir(s->demo_dir);
}

/* --- requests ------------------------------------------------------------------------------------------------------------ */

static void
keep(struct ud_oneshot *s, const struct ud_msg *e)
{
    switch (e->type) {
    case UD_MSG_DEVICES:
        for (size_t i = 0; i < e->u.devices.count; i++)
            if (ud_fleet_add(s->fleet, &e->u.devices.device[i], NULL) != UD_OK)
                return;
        break;
    case UD_MSG_KEY_BATCH:
        for (size_t i = 0; i < e->u.key_batch.count; i++)
            if (ud_fleet_add_key(s->fleet, &e->u.key_batch.key[i], NULL) != UD_OK)
                return;
        break;
    case UD_MSG_POLICY:
        s->policy = e->u.policy.policy;
        break;
    case UD_MSG_IDENTITY:
        (void)ud_copy(s->account, sizeof(s->account), e->u.identity.account);
        s->role[e->u.identity.source] = ud_desk_role_parse(e->u.identity.role);
        break;
    case UD_MSG_TOKEN:
        ud_tokens_put(&s->tokens, s->config.source[e->u.blob.source].name, s->account, e->u.blob.bytes, e->u.blob.length);
        if (s->config.tokens_file[0] != '\0' && ud_tokens_save(&s->tokens, s->config.tokens_file, NULL) != UD_OK)
            fprintf(stderr, "%s\n", _("The sign-in could not be kept; the next command asks again."));
        break;
    default:
        break;
    }
}

static enum ud_status
done(const struct ud_msg *e, struct ud_error *err)
{
    enum ud_status st = (enum ud_status)e->u.done.status;

    if (st == UD_OK)
        return UD_OK;
    ud_error_set(err, st, "%s", e->u.done.message[0] != '\0' ? e->u.done.message : ud_translate(ud_status_text(st)));
    ud_error_hint(err, "%s", e->u.done.hint);
    return st;
}

enum ud_status
ud_oneshot_request(struct ud_oneshot *s, const struct ud_msg *m, struct ud_secret *secret, ud_oneshot_event on_event, void *arg,
    struct ud_error *err)
{
    struct ud_msg *event; /* large, so not on the stack */
    ud_msec deadline = ud_clock_now() + REQUEST_MS;
    uint32_t request;
    enum ud_status st;

    if ((st = ud_client_request(s->client, &request, m, secret, err)) != UD_OK)
        return st;
    event = ud_xcalloc(1, sizeof(*event));
    while ((st = ud_client_wait(s->client, event, deadline, err)) == UD_OK) {
        keep(s, event);
        if (on_event != NULL)
            on_event(s, event, arg);
        if (event->type == UD_MSG_DONE && event->request == request) {
            st = done(event, err);
            break;
        }
        deadline = ud_clock_now() + REQUEST_MS;
    }
    free(event);
    return st;
}

/* --- the list --------------------------------------------------------------------------------------------------------------- */

static enum ud_status
sync_all(struct ud_oneshot *s, struct ud_error *err)
{
    enum ud_status st;

    for (uint8_t i = 0; i < s->config.source_count; i++) {
        struct ud_msg m = { .type = UD_MSG_SYNC, .u.sync = { .source = i, .resume = "" } };
        ud_fleet_sync_begin(s->fleet, i);
        if ((st = ud_oneshot_request(s, &m, NULL, NULL, NULL, err)) != UD_OK)
            return st;
        ud_fleet_publish(s->fleet);
        ud_fleet_sync_end(s->fleet, i, true);
    }
    s->list_as_of = ud_clock_wall();
    return UD_OK;
}

static bool
load_young(struct ud_oneshot *s, const char *tag)
{
    struct ud_fleet *f = NULL;
    ud_wall as_of;

    if (s->config.cache_file[0] == '\0' || s->options->refresh ||
        ud_fleet_load(&f, s->config.cache_file, tag, &as_of, NULL) != UD_OK)
        return false;
    ud_wall age = ud_clock_wall() - as_of;
    if (age < 0 || age > LIST_YOUNG_MS) {
        ud_fleet_free(&f);
        return false;
    }
    ud_fleet_free(&s->fleet);
    s->fleet = f;
    s->list_as_of = as_of;
    return true;
}

static void
save_list(struct ud_oneshot *s, const char *tag)
{
    char dir[UD_PATH_MAX];

    if (s->config.cache_file[0] == '\0')
        return;
    (void)ud_copy(dir, sizeof(dir), s->config.cache_file);
    char *slash = strrchr(dir, '/');
    if (slash != NULL)
        *slash = '\0';
    if (ud_dir_ensure(dir, NULL) != UD_OK || ud_fleet_save(s->fleet, s->config.cache_file, tag, s->list_as_of, NULL) != UD_OK)
        fprintf(stderr, "%s\n", _("The list of devices could not be kept; the next command asks the sources again."));
}

enum ud_status
ud_oneshot_list(struct ud_oneshot *s, struct ud_error *err)
{
    char tag[33];
    enum ud_status st;

    ud_config_source_tag(tag, &s->config);
    if (load_young(s, tag))
        return UD_OK;
    if (s->client == NULL && (st = ud_oneshot_start(s, true, err)) != UD_OK)
        return st;
    if ((st = ud_oneshot_sign_in(s, err)) != UD_OK || (st = sync_all(s, err)) != UD_OK)
        return st;
    save_list(s, tag);
    return UD_OK;
}

static bool
names_it(const struct ud_device *d, const char *text, const struct ud_guid *id, bool is_id)
{
    if (is_id && ud_guid_compare(&d->id, id) == 0)
        return true;
    return strcasecmp(d->serial, text) == 0 || strcasecmp(d->name, text) == 0;
}

enum ud_status
ud_oneshot_device(struct ud_oneshot *s, const char *text, uint32_t *row, struct ud_error *err)
{
    struct ud_guid id = { { 0 } };
    bool is_id = ud_guid_parse(&id, text, strlen(text), NULL) == UD_OK;
    unsigned found = 0;
    struct ud_device d;

    for (uint32_t i = 0; i < ud_fleet_rows(s->fleet); i++)
        if (ud_fleet_device(s->fleet, i, &d) && names_it(&d, text, &id, is_id)) {
            *row = i;
            found++;
        }
    if (found == 1)
        return UD_OK;
    if (found == 0) {
        ud_error_set(err, UD_NOTFOUND, "No device has the id, serial or name \"%s\"", text);
        return ud_error_hint(err, "Look for it: unlockdesk device list %s", text);
    }
    ud_error_set(err, UD_AMBIGUOUS, "%u devices are called \"%s\"", found, text);
    return ud_error_hint(err, "Name it by its serial; unlockdesk device list \"%s\" prints them.", text);
}

enum ud_status
ud_oneshot_keys(struct ud_oneshot *s, uint32_t row, struct ud_error *err)
{
    struct ud_device d;
    enum ud_status st;

    if (!ud_fleet_device(s->fleet, row, &d))
        return ud_error_set(err, UD_NOTFOUND, "The device is gone");
    struct ud_msg m = { .type = UD_MSG_KEYS, .u.keys = { .source = d.source, .device = d.id, .entra = d.entra_id, .os = d.os } };
    st = ud_oneshot_request(s, &m, NULL, NULL, NULL, err);
    ud_fleet_publish(s->fleet);
    return st;
}

enum ud_status
ud_oneshot_why(struct ud_oneshot *s, struct ud_disclosure *why, struct ud_error *err)
{
    const struct ud_options *o = s->options;
    const char *field;
    enum ud_status st;

    memset(why, 0, sizeof(*why));
    (void)ud_copy(why->reason, sizeof(why->reason), o->reason != NULL ? o->reason : "");
    (void)ud_text_clean(
        why->ticket, sizeof(why->ticket), o->ticket != NULL ? o->ticket : "", o->ticket != NULL ? strlen(o->ticket) : 0);
    (void)ud_text_clean(why->note, sizeof(why->note), o->note != NULL ? o->note : "", o->note != NULL ? strlen(o->note) : 0);
    (void)ud_text_clean(
        why->caller, sizeof(why->caller), o->caller != NULL ? o->caller : "", o->caller != NULL ? strlen(o->caller) : 0);
    (void)ud_text_clean(why->verified, sizeof(why->verified), o->verified != NULL ? o->verified : "",
        o->verified != NULL ? strlen(o->verified) : 0);
    if (o->user != NULL && (st = ud_account_name_user(why, o->user, err)) != UD_OK)
        return st;
    if ((st = ud_policy_check(&s->policy, why, &field, err)) == UD_OK)
        return UD_OK;
    if (strcmp(field, "reason") == 0 && err != NULL) {
        size_t used = 0;
        char codes[300] = "";
        for (size_t i = 0; i < s->policy.reason_count && used < sizeof(codes); i++)
            if (!s->policy.reason[i].self_service)
                used +=
                    (size_t)snprintf(codes + used, sizeof(codes) - used, "%s%s", used > 0 ? ", " : "", s->policy.reason[i].code);
        return ud_error_hint(err, "--reason takes: %s", codes);
    }
    return ud_error_hint(err, "Add --%s.", field);
}
