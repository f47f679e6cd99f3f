/* Directories, profiles and the two INI files. */
#include "app/config.h"

#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/config_policy.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/i18n.h"
#include "base/language.h"

#define SITE_DIR     "/etc/unlockdesk"
#define FILE_MAX     ((size_t)256 * 1024)
#define LINE_MAX_INI 198 /* inih's own limit, less one */

static void
join(char *out, size_t size, const char *a, const char *b)
{
    int n = snprintf(out, size, "%s/%s", a, b);

    if (n < 0 || (size_t)n >= size)
        out[0] = '\0';
}

/* $XDG_… where it is absolute, else $HOME/fallback. */
static void
xdg(char *out, size_t size, const char *variable, const char *fallback)
{
    const char *dir = getenv(variable);
    char base[UD_PATH_MAX];

    if (dir != NULL && dir[0] == '/') {
        join(out, size, dir, "unlockdesk");
        return;
    }
    const char *home = getenv("HOME");
    join(base, sizeof(base), home != NULL ? home : "", fallback);
    join(out, size, base, "unlockdesk");
}

void
ud_config_profile(struct ud_config *c, enum ud_profile profile)
{
    char dir[UD_PATH_MAX];
    const char *runtime = getenv("XDG_RUNTIME_DIR");

    c->profile = profile;
    ud_policy_default(&c->policy, profile);
    c->cache_file[0] = '\0';
    c->tokens_file[0] = '\0';
    if (profile == UD_PROFILE_WORKSTATION) {
        xdg(dir, sizeof(dir), "XDG_CACHE_HOME", ".cache");
        join(c->cache_file, sizeof(c->cache_file), dir, "devices.list");
        join(c->tokens_file, sizeof(c->tokens_file), c->state_dir, "tokens");
    } else if (profile == UD_PROFILE_JUMPHOST && runtime != NULL && runtime[0] == '/') {
        join(dir, sizeof(dir), runtime, "unlockdesk");
        join(c->cache_file, sizeof(c->cache_file), dir, "devices.list");
    }
}

void
ud_config_default(struct ud_config *c)
{
    char dir[UD_PATH_MAX];

    memset(c, 0, sizeof(*c));
    (void)ud_copy(c->theme, sizeof(c->theme), "default");
    xdg(c->state_dir, sizeof(c->state_dir), "XDG_STATE_HOME", ".local/state");
    join(c->journal_dir, sizeof(c->journal_dir), c->state_dir, "journal");
    xdg(dir, sizeof(dir), "XDG_CONFIG_HOME", ".config");
    join(c->keys_file, sizeof(c->keys_file), dir, "keys.conf");
    join(c->site_keys_file, sizeof(c->site_keys_file), SITE_DIR, "keys.conf");
    join(c->where_dir, sizeof(c->where_dir), SITE_DIR, "where");
    join(c->theme_dirs[0], sizeof(c->theme_dirs[0]), dir, "themes");
    join(c->theme_dirs[1], sizeof(c->theme_dirs[1]), SITE_DIR, "themes");
    join(c->theme_dirs[2], sizeof(c->theme_dirs[2]), UD_PREFIX, "share/unlockdesk/themes");
    ud_config_profile(c, UD_PROFILE_WORKSTATION);
}

/* --- reading -------------------------------------------------------------------------------------------------------- */

struct reading {
    struct ud_config *config;
    char locked[256]; /* names the site has locked, as " name name " */
    bool site;
    bool profile_only; /* first pass: the profile decides the defaults of the rest */
    struct ud_error *err;
    enum ud_status status;
};

static int
refuse(struct reading *r, const char *why, const char *name, const char *where)
{
    if (r->status == UD_OK)
        r->status = ud_error_set(r->err, UD_CONFIG, "%s \"%s\" in %s", ud_translate(why), name, where);
    return 0;
}

static bool
choice(int *out, const char *value, const char *const *names, int count)
{
    for (int i = 0; i < count; i++)
        if (strcmp(value, names[i]) == 0) {
            *out = i;
            return true;
        }
    return false;
}

static bool
yes_no(bool *out, const char *value)
{
    int i;

    if (!choice(&i, value, (const char *const[]){ "no", "yes" }, 2))
        return false;
    *out = i == 1;
    return true;
}

static bool
text(char *out, size_t size, const char *value)
{
    return ud_copy(out, size, value);
}

static bool
set_console(struct reading *r, const char *name, const char *value)
{
    struct ud_config *c = r->config;
    int i;

    if (strcmp(name, "profile") == 0) {
        if (!choice(&i, value, (const char *const[]){ "workstation", "jumphost", "training" }, 3))
            return false;
        if (r->profile_only)
            ud_config_profile(c, (enum ud_profile)i);
        return true;
    }
    if (strcmp(name, "theme") == 0)
        return text(c->theme, sizeof(c->theme), value);
    if (strcmp(name, "language") == 0)
        return ud_language_valid(value) && text(c->language, sizeof(c->language), value);
    if (strcmp(name, "plain") == 0)
        return yes_no(&c->plain, value);
    if (strcmp(name, "color") == 0) {
        if (!choice(&i, value, (const char *const[]){ "auto", "always", "never" }, 3))
            return false;
        c->color = (enum ud_color_when)i;
        return true;
    }
    if (strcmp(name, "allow_recorder") == 0)
        return r->site && yes_no(&c->allow_recorder, value);
    if (strcmp(name, "idle_lock") == 0) {
        long s = strtol(value, NULL, 10);
        if (s < 30 || s > 900)
            return false;
        c->idle_lock = (ud_msec)s * 1000;
        return true;
    }
    return false;
}

static struct ud_source_config *
source_named(struct ud_config *c, const char *name)
{
    for (size_t i = 0; i < c->source_count; i++)
        if (strcmp(c->source[i].name, name) == 0)
            return &c->source[i];
    if (c->source_count == UD_SOURCE_MAX)
        return NULL;
    struct ud_source_config *s = &c->source[c->source_count++];
    memset(s, 0, sizeof(*s));
    (void)ud_copy(s->name, sizeof(s->name), name);
    return s;
}

/* Login and Graph hosts of Microsoft's clouds (Microsoft: "National cloud deployments"). */
static bool
set_cloud(struct ud_source_config *s, const char *cloud)
{
    static const char *const host[][3] = {
        { "public", "https://login.microsoftonline.com", "https://graph.microsoft.com" },
        { "usgov", "https://login.microsoftonline.us", "https://graph.microsoft.us" },
        { "dod", "https://login.microsoftonline.us", "https://dod-graph.microsoft.us" },
        { "china", "https://login.partner.microsoftonline.cn", "https://microsoftgraph.chinacloudapi.cn" },
    };

    for (size_t i = 0; i < sizeof(host) / sizeof(host[0]); i++)
        if (strcmp(cloud, host[i][0]) == 0)
            return text(s->authority, sizeof(s->authority), host[i][1]) && text(s->graph, sizeof(s->graph), host[i][2]);
    return strcmp(cloud, "custom") == 0;
}

static bool
set_source(struct ud_source_config *s, const char *name, const char *value)
{
    const struct {
        const char *name;
        char *out;
        size_t size;
    } texts[] = {
        { "tenant", s->tenant, sizeof(s->tenant) },
        { "client_id", s->client_id, sizeof(s->client_id) },
        { "authority", s->authority, sizeof(s->authority) },
        { "graph", s->graph, sizeof(s->graph) },
        { "scopes", s->scopes, sizeof(s->scopes) },
        { "ca_file", s->ca_file, sizeof(s->ca_file) },
        { "pin", s->pin, sizeof(s->pin) },
        { "url", s->url, sizeof(s->url) },
    };
    int i;

    for (size_t k = 0; k < sizeof(texts) / sizeof(texts[0]); k++)
        if (strcmp(name, texts[k].name) == 0)
            return text(texts[k].out, texts[k].size, value);
    if (strcmp(name, "type") == 0) {
        if (!choice(&i, value, (const char *const[]){ "graph", "escrowd" }, 2))
            return false;
        s->type = (enum ud_source_type)i;
        return true;
    }
    if (strcmp(name, "sign_in") == 0) {
        if (!choice(&i, value, (const char *const[]){ "device-code" }, 1))
            return false;
        s->sign_in = UD_SIGN_IN_DEVICE_CODE;
        return true;
    }
    return strcmp(name, "cloud") == 0 && set_cloud(s, value);
}

static bool
is_locked(const struct reading *r, const char *name)
{
    char word[80];

    (void)snprintf(word, sizeof(word), " %s ", name);
    return !r->site && strstr(r->locked, word) != NULL;
}

static void
lock_names(struct reading *r, const char *value)
{
    char list[200];

    (void)ud_copy(list, sizeof(list), value);
    for (char *save = NULL, *word = strtok_r(list, " ,", &save); word != NULL; word = strtok_r(NULL, " ,", &save)) {
        size_t used = strlen(r->locked);
        (void)snprintf(r->locked + used, sizeof(r->locked) - used, " %s ", word);
    }
}

static int
on_setting(void *arg, const char *section, const char *name, const char *value)
{
    struct reading *r = arg;

    if (strcmp(section, "console") == 0) {
        if (strcmp(name, "locked") == 0 && r->site) {
            if (!r->profile_only)
                lock_names(r, value);
            return 1;
        }
        if (r->profile_only && strcmp(name, "profile") != 0)
            return 1;
        if (is_locked(r, name))
            return refuse(r, N_("the site has locked the setting"), name, "[console]");
        return set_console(r, name, value) ? 1 : refuse(r, N_("not a setting, or not a value it can have:"), name, "[console]");
    }
    if (strncmp(section, "source ", 7) == 0 && section[7] != '\0') {
        if (r->profile_only)
            return 1;
        if (is_locked(r, "source"))
            return refuse(r, N_("the site has locked the setting"), "source", section);
        struct ud_source_config *s = source_named(r->config, section + 7);
        if (s == NULL)
            return refuse(r, N_("more sources than 8:"), section, _("the file"));
        return set_source(s, name, value) ? 1 : refuse(r, N_("not a setting, or not a value it can have:"), name, section);
    }
    return refuse(r, N_("unknown section"), section, _("the file"));
}

static enum ud_status
check_lines(const char *data, const char *path, struct ud_error *err)
{
    int line = 1;

    for (const char *p = data; *p != '\0'; line++) {
        size_t n = strcspn(p, "\n");
        if (n > LINE_MAX_INI)
            return ud_error_set(err, UD_CONFIG, "%s line %d is longer than %d characters", path, line, LINE_MAX_INI);
        p += n + (p[n] == '\n');
    }
    return UD_OK;
}

static enum ud_status
read_pass(struct reading *r, const char *data, const char *path, bool profile_only)
{
    r->profile_only = profile_only;
    int line = ini_parse_string(data, on_setting, r);
    if (line == 0)
        return UD_OK;
    if (r->status != UD_OK) {
        char what[256];
        (void)ud_copy(what, sizeof(what), r->err != NULL ? r->err->message : "");
        ud_error_set(r->err, UD_CONFIG, "%s line %d: %s", path, line, what);
    } else {
        r->status = ud_error_set(r->err, UD_CONFIG, "%s line %d cannot be read: it is no \"name = value\"", path, line);
    }
    ud_error_hint(r->err, "Correct the line, or take it out; the manual unlockdesk.conf(5) lists the settings.");
    return r->status;
}

static enum ud_status
read_file(struct reading *r, const char *path)
{
    struct ud_buf data;
    enum ud_status st;

    ud_buf_init(&data, FILE_MAX);
    st = ud_file_read(&data, path, FILE_MAX, r->err);
    if (st == UD_NOTFOUND) {
        ud_error_clear(r->err);
        st = UD_OK;
        goto out;
    }
    if (st != UD_OK || data.length == 0)
        goto out;
    if ((st = check_lines(data.data, path, r->err)) != UD_OK)
        goto out;
    if (!is_locked(r, "profile") && (st = read_pass(r, data.data, path, true)) != UD_OK)
        goto out;
    st = read_pass(r, data.data, path, false);
out:
    ud_buf_free(&data);
    return st;
}

static enum ud_status
complete_sources(struct ud_config *c, struct ud_error *err)
{
    for (size_t i = 0; i < c->source_count; i++) {
        struct ud_source_config *s = &c->source[i];
        if (s->type == UD_SOURCE_ESCROWD && s->url[0] == '\0')
            return ud_error_set(err, UD_CONFIG, "[source %s] needs url = https://… of the escrow service", s->name);
        if (s->type == UD_SOURCE_GRAPH && (s->tenant[0] == '\0' || s->client_id[0] == '\0'))
            return ud_error_set(err, UD_CONFIG, "[source %s] needs tenant = … and client_id = …", s->name);
        if (s->type == UD_SOURCE_GRAPH && s->authority[0] == '\0')
            (void)set_cloud(s, "public");
    }
    return UD_OK;
}

enum ud_status
ud_config_load(struct ud_config *c, const char *site_file, const char *user_file, struct ud_error *err)
{
    struct reading r = { .config = c, .site = true, .err = err, .status = UD_OK };
    char dir[UD_PATH_MAX], user[UD_PATH_MAX], user_policy[UD_PATH_MAX];
    enum ud_status st;

    xdg(dir, sizeof(dir), "XDG_CONFIG_HOME", ".config");
    join(user, sizeof(user), dir, "unlockdesk.conf");
    join(user_policy, sizeof(user_policy), dir, "policy.conf");
    if ((st = read_file(&r, site_file != NULL ? site_file : SITE_DIR "/unlockdesk.conf")) != UD_OK)
        return st;
    r.site = false;
    bool own = !c->self_service; /* files of the account itself */
    if ((own || user_file != NULL) && (st = read_file(&r, user_file != NULL ? user_file : user)) != UD_OK)
        return st;
    if ((st = ud_config_read_policy(&c->policy, SITE_DIR "/policy.conf", false, err)) != UD_OK)
        return st;
    if (own && (st = ud_config_read_policy(&c->policy, user_policy, true, err)) != UD_OK)
        return st;
    return complete_sources(c, err);
}

void
ud_config_self_service(struct ud_config *c)
{
    c->self_service = true;
    c->keys_file[0] = c->cache_file[0] = c->tokens_file[0] = c->theme_dirs[0][0] = '\0';
    (void)ud_copy(c->theme_dirs[0], sizeof(c->theme_dirs[0]), c->theme_dirs[1]);
}

enum ud_status
ud_config_only_source(struct ud_config *c, const char *name, struct ud_error *err)
{
    char names[256] = "";

    for (size_t i = 0; i < c->source_count; i++) {
        size_t used = strlen(names);
        (void)snprintf(names + used, sizeof(names) - used, "%s%s", i > 0 ? ", " : "", c->source[i].name);
        if (strcmp(c->source[i].name, name) == 0) {
            c->source[0] = c->source[i];
            c->source_count = 1;
            return UD_OK;
        }
    }
    ud_error_set(err, UD_CONFIG, "No source is called \"%s\"", name);
    return ud_error_hint(err, names[0] != '\0' ? "The configured sources are: %s." : "No source is configured.%s", names);
}

void
ud_config_source_tag(char out[33], const struct ud_config *c)
{
    unsigned char hash[UD_HASH_SIZE];
    struct ud_buf b;

    ud_buf_init(&b, sizeof(c->source) + 64);
    for (size_t i = 0; i < c->source_count; i++)
        ud_buf_format(&b, "%s\n%d\n%s\n%s\n%s\n%s\n", c->source[i].name, (int)c->source[i].type, c->source[i].tenant,
            c->source[i].authority, c->source[i].graph, c->source[i].url);
    struct ud_bytes all = { b.data, b.length };
    ud_hash(hash, &all, 1);
    for (size_t i = 0; i < 16; i++)
        (void)snprintf(out + 2 * i, 3, "%02x", hash[i]);
    ud_buf_free(&b);
}
