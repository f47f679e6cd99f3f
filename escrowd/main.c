/* escrowd: which command, with which arguments. What they do stands in escrowd/vault. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/process.h"
#include "base/seal.h"
#include "escrowd/front/front.h"
#include "escrowd/vault/admin.h"
#include "escrowd/vault/process.h"
#include "escrowd/vault/verbs.h"

#define DEFAULT_DIR   "/var/lib/escrowd"
#define ARGUMENTS_MAX 8

static const char usage_text[] =
    "Usage: escrowd init DIR [--host NAME] [--port N] [--unix PATH] [--name TEXT] [--training] [--plain-graph-reads]\n"
    "       escrowd [-C DIR] serve\n"
    "       escrowd [-C DIR] user add NAME [--role ROLE] [--account USER@DOMAIN] [--display TEXT]   (password on standard "
    "input)\n"
    "       escrowd [-C DIR] user list | user disable NAME | user passwd NAME\n"
    "       escrowd [-C DIR] policy show | policy check FILE | policy apply FILE\n"
    "       escrowd [-C DIR] notice set LANGUAGE|default FILE | notice remove LANGUAGE|default [--self-service]\n"
    "       escrowd [-C DIR] branding show | branding check FILE | branding apply FILE\n"
    "       escrowd [-C DIR] import [--dry-run] [--device NAME] [--serial S] [--user USER] FILE\n"
    "       escrowd [-C DIR] device add NAME --serial S [--os OS] [--user USER] | device token DEVICE | device revoke DEVICE\n"
    "       escrowd [-C DIR] device retire DEVICE | device restore ID | key delete KEYID\n"
    "       escrowd [-C DIR] agent add NAME [--os OS] [--given] | agent list | agent disable NAME | agent release DEVICE\n"
    "       escrowd [-C DIR] seed --devices N --seed S\n"
    "       escrowd [-C DIR] verify\n"
    "DIR is " DEFAULT_DIR " where it is not given.\n";

/* The command line, taken apart. */
struct line {
    const char *dir, *host, *port, *unix_path, *name, *role, *account, *display, *device, *serial, *user, *devices, *seed, *os;
    bool training, plain, dry_run, given, self_service, help, version;
    const char *argument[ARGUMENTS_MAX];
    int count;
};

struct option_text {
    const char *name;
    size_t offset;
};
#define WITH_VALUE(text, member)                                                                                                 \
    {                                                                                                                            \
        text, offsetof(struct line, member)                                                                                      \
    }
static const struct option_text with_value[] = { WITH_VALUE("-C", dir), WITH_VALUE("--host", host), WITH_VALUE("--port", port),
    WITH_VALUE("--unix", unix_path), WITH_VALUE("--name", name), WITH_VALUE("--role", role), WITH_VALUE("--account", account),
    WITH_VALUE("--display", display), WITH_VALUE("--device", device), WITH_VALUE("--serial", serial), WITH_VALUE("--user", user),
    WITH_VALUE("--devices", devices), WITH_VALUE("--seed", seed), WITH_VALUE("--os", os) };
static const struct option_text flags[] = { WITH_VALUE("--training", training), WITH_VALUE("--plain-graph-reads", plain),
    WITH_VALUE("--dry-run", dry_run), WITH_VALUE("--given", given), WITH_VALUE("--self-service", self_service),
    WITH_VALUE("--help", help), WITH_VALUE("-h", help), WITH_VALUE("--version", version) };

static bool
take_flag(struct line *l, const char *text)
{
    for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
        if (strcmp(text, flags[i].name) != 0)
            continue;
        *(bool *)((char *)l + flags[i].offset) = true;
        return true;
    }
    return false;
}

/* "--name value" or "--name=value". Returns how many words it took; 0: not one of these. */
static int
take_value(struct line *l, const char *text, const char *next)
{
    for (size_t i = 0; i < sizeof(with_value) / sizeof(with_value[0]); i++) {
        size_t length = strlen(with_value[i].name);
        const char **at = (const char **)((char *)l + with_value[i].offset);
        if (strncmp(text, with_value[i].name, length) != 0 || (text[length] != '\0' && text[length] != '='))
            continue;
        *at = text[length] == '=' ? text + length + 1 : next;
        return *at == NULL ? 0 : text[length] == '=' ? 1 : 2;
    }
    return 0;
}

static enum ud_status
usage(struct ud_error *err, const char *what, const char *text)
{
    ud_error_set(err, UD_USAGE, "%s%s%.100s", what, text[0] != '\0' ? ": " : "", text);
    return ud_error_hint(err, "escrowd --help shows the commands.");
}

static enum ud_status
parse(struct line *l, int argc, char **argv, struct ud_error *err)
{
    memset(l, 0, sizeof(*l));
    for (int i = 1; i < argc;) {
        int took = argv[i][0] != '-' || argv[i][1] == '\0' ? 0 : take_value(l, argv[i], i + 1 < argc ? argv[i + 1] : NULL);
        if (took == 0 && argv[i][0] == '-' && argv[i][1] != '\0' && !take_flag(l, argv[i]))
            return usage(err, "This option is not known, or lacks its value", argv[i]);
        if (took == 0 && (argv[i][0] != '-' || argv[i][1] == '\0')) {
            if (l->count == ARGUMENTS_MAX)
                return usage(err, "Too many arguments", argv[i]);
            l->argument[l->count++] = argv[i];
        }
        i += took == 0 ? 1 : took;
    }
    return UD_OK;
}

static enum ud_status
number(uint32_t *out, const char *text, uint32_t least, uint32_t most, struct ud_error *err)
{
    char *end = NULL;
    unsigned long v = text == NULL ? 0 : strtoul(text, &end, 10);

    if (text == NULL || text[0] < '0' || text[0] > '9' || *end != '\0' || v < least || v > most)
        return ud_error_set(err, UD_USAGE, "\"%.40s\" is no number between %u and %u", text == NULL ? "" : text, least, most);
    *out = (uint32_t)v;
    return UD_OK;
}

/* --- init -------------------------------------------------------------------------------------------------------------- */

static void
print_init(const struct ud_service_config *c)
{
    char origin[400];

    if (c->socket_path[0] != '\0')
        (void)snprintf(origin, sizeof(origin), "unix://%s", c->socket_path);
    else
        (void)snprintf(origin, sizeof(origin), "https://%s:%u", c->host, (unsigned)c->port);
    printf("Service made in %s\n\nauthority  %s/%s\nclient_id  %s\n", c->dir, origin, c->tenant, c->client_id);
    if (c->socket_path[0] == '\0')
        printf("CA file    %s\n", c->ca);
    printf("\nFor unlockdesk.conf:\n\n    [source %s]\n    type = escrowd\n    url = %s\n", c->name, origin);
    if (c->socket_path[0] == '\0')
        printf("    ca_file = %s\n", c->ca);
    printf("\nKeep master.key apart from every backup of the database: each is useless without the other.\n");
}

/* The path as given, made absolute: it is written into the configuration. */
static enum ud_status
absolute(char *out, size_t size, const char *path, struct ud_error *err)
{
    char cwd[256];
    int n;

    if (path[0] == '/')
        n = snprintf(out, size, "%s", path);
    else if (getcwd(cwd, sizeof(cwd)) == NULL)
        return ud_error_errno(err, "The current directory");
    else
        n = snprintf(out, size, "%s/%s", cwd, path);
    return n > 0 && (size_t)n < size ? UD_OK : ud_error_set(err, UD_INVALID, "The path %.100s is too long", path);
}

static enum ud_status
do_init(struct line *l, struct ud_error *err)
{
    struct ud_service_config c;
    char dir[256];
    const char *where = l->count > 1 ? l->argument[1] : l->dir;
    uint32_t port = 8443;
    enum ud_status st;

    if (where == NULL || l->count > 2)
        return usage(err, "init needs the directory of the service", "");
    if ((st = absolute(dir, sizeof(dir), where, err)) != UD_OK)
        return st;
    ud_service_defaults(&c, dir);
    c.training = l->training;
    if (l->port != NULL && (st = number(&port, l->port, 1, UINT16_MAX, err)) != UD_OK)
        return st;
    c.port = (uint16_t)port;
    if (l->unix_path != NULL && (st = absolute(c.socket_path, sizeof(c.socket_path), l->unix_path, err)) != UD_OK)
        return st;
    if ((l->host != NULL && !ud_copy(c.host, sizeof(c.host), l->host)) ||
        (l->name != NULL && !ud_copy(c.name, sizeof(c.name), l->name)))
        return ud_error_set(err, UD_INVALID, "A name is too long");
    if (strpbrk(c.host, "\r\n;# ") != NULL || strpbrk(c.name, "\r\n;#[]") != NULL)
        return ud_error_set(err, UD_INVALID, "A name holds a character that a configuration file cannot");
    if ((st = ud_admin_init(&c, l->plain, err)) == UD_OK && (st = ud_front_signer_ensure(c.signer, err)) == UD_OK)
        print_init(&c);
    return st;
}

/* --- serve ------------------------------------------------------------------------------------------------------------- */

static void
report(const struct ud_error *err)
{
    fprintf(stderr, "escrowd: %s\n", err->message);
    if (err->hint[0] != '\0')
        fprintf(stderr, "         %s\n", err->hint);
}

static void
ready(const char *url, void *arg)
{
    const struct ud_service_config *c = arg;

    printf("escrowd: serving %s%s\n", url, c->training ? " (training)" : "");
    fflush(stdout);
}

/* Does not return. */
static void
be_front(const struct ud_service_config *c, int fd)
{
    struct ud_error err = { 0 };
    struct ud_front_config f = { .host = c->host,
        .port = c->port,
        .cert_file = c->certificate,
        .key_file = c->key,
        .signer_file = c->signer,
        .ready = ready,
        .arg = (void *)c,
        .throttle_calls = c->throttle_calls,
        .check_in = c->check_in.enabled ? c->check_in.prefix : NULL };

    if (c->socket_path[0] != '\0') {
        f.socket_path = c->socket_path;
        f.host = f.cert_file = f.key_file = NULL;
    }
    if (c->public_url[0] != '\0')
        f.public_url = c->public_url;
    enum ud_status st = ud_front_run(&f, fd, &err);
    if (st != UD_OFFLINE && st != UD_OK)
        report(&err);
    _exit(st == UD_OFFLINE ? 0 : ud_status_exit_code(st));
}

static enum ud_status
do_serve(struct line *l, struct ud_error *err)
{
    struct ud_service_config c;
    int fd[2], state = 0;
    enum ud_status st = ud_service_load(&c, l->dir, err);

    if (st != UD_OK)
        return st;
    if (l->count != 1)
        return usage(err, "serve takes no arguments", l->argument[1]);
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd) != 0)
        return ud_error_errno(err, "socketpair");
    pid_t front = fork(); /* before any key is read */
    if (front < 0)
        return ud_error_errno(err, "fork");
    if (front == 0) {
        close(fd[0]);
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* sooner than by the end of the socket; that is the second line */
        be_front(&c, fd[1]);
    }
    close(fd[1]);
    st = ud_vault_run(&c, fd[0], err);
    while (waitpid(front, &state, 0) < 0 && errno == EINTR)
        ;
    if (c.socket_path[0] != '\0')
        (void)unlink(c.socket_path);
    if (st == UD_OFFLINE && WIFEXITED(state) && WEXITSTATUS(state) != 0)
        exit(WEXITSTATUS(state)); /* the front has said why */
    return st;
}

/* --- the other commands ------------------------------------------------------------------------------------------------ */

static void
print_user(const struct ud_store_user *u, void *arg)
{
    (void)arg;
    printf("%-24s %-9s %-32s %s%s\n", u->name, ud_role_name(u->role), u->account, u->display, u->disabled ? " (disabled)" : "");
}

static enum ud_status
do_user(struct line *l, struct ud_admin *a, struct ud_error *err)
{
    const char *verb = l->count > 1 ? l->argument[1] : "", *name = l->count > 2 ? l->argument[2] : NULL;
    struct ud_secret *password = NULL;
    enum ud_status st;

    if (strcmp(verb, "list") == 0 && l->count == 2)
        return ud_store_users(a->context.store, print_user, NULL, err);
    if (name == NULL || l->count != 3)
        return usage(err, "user add NAME, user list, user disable NAME or user passwd NAME", "");
    if (strcmp(verb, "disable") == 0)
        return ud_admin_user_disable(a, name, err);
    if (strcmp(verb, "add") != 0 && strcmp(verb, "passwd") != 0)
        return usage(err, "user knows no such verb", verb);
    if ((st = ud_verb_read_secret(&password, "Password", err)) == UD_OK)
        st = verb[0] == 'a'
                 ? ud_admin_user_add(a, name, l->role == NULL ? "helpdesk" : l->role, l->account, l->display, password, err)
                 : ud_admin_user_password(a, name, password, err);
    ud_secret_free(&password);
    return st;
}

static enum ud_status
do_policy(struct line *l, struct ud_admin *a, struct ud_error *err)
{
    const char *verb = l->count > 1 ? l->argument[1] : "";
    struct ud_buf out;
    enum ud_status st;

    if (l->count == 3 && (strcmp(verb, "check") == 0 || strcmp(verb, "apply") == 0)) {
        if ((st = ud_admin_policy(a, l->argument[2], verb[0] == 'a', err)) == UD_OK)
            printf("%s\n", verb[0] == 'a' ? "The policy is in force." : "The file is a policy.");
        return st;
    }
    if (l->count != 2 || strcmp(verb, "show") != 0)
        return usage(err, "policy show, policy check FILE or policy apply FILE", "");
    ud_buf_init(&out, UD_SECRET_MAX);
    if ((st = ud_admin_policy_show(a, &out, err)) == UD_OK)
        printf("%s\n", out.data);
    ud_buf_free(&out);
    return st;
}

static enum ud_status
do_notice(struct line *l, struct ud_admin *a, struct ud_error *err)
{
    if (l->count == 3 && strcmp(l->argument[1], "remove") == 0)
        return ud_admin_notice_remove(a, l->self_service, l->argument[2], err);
    if (l->count != 4 || strcmp(l->argument[1], "set") != 0)
        return usage(err, "notice set LANGUAGE FILE or notice remove LANGUAGE", "");
    return ud_admin_notice(a, l->self_service, l->argument[2], l->argument[3], err);
}

static enum ud_status
do_branding(struct line *l, struct ud_admin *a, struct ud_error *err)
{
    const char *verb = l->count > 1 ? l->argument[1] : "";
    struct ud_buf out;
    enum ud_status st;

    if (l->count == 3 && (strcmp(verb, "check") == 0 || strcmp(verb, "apply") == 0)) {
        if ((st = ud_admin_branding(a, l->argument[2], verb[0] == 'a', err)) == UD_OK)
            printf("%s\n", verb[0] == 'a' ? "Name and helpdesk are in force." : "The file can be used.");
        return st;
    }
    if (l->count != 2 || strcmp(verb, "show") != 0)
        return usage(err, "branding show, branding check FILE or branding apply FILE", "");
    ud_buf_init(&out, UD_SECRET_MAX);
    if ((st = ud_admin_branding_show(a, &out, err)) == UD_OK)
        printf("%s\n", out.data);
    ud_buf_free(&out);
    return st;
}

static void
print_problem(unsigned at, const char *text, void *arg)
{
    (void)arg;
    printf("line %u: %s\n", at, text);
}

static enum ud_status
do_import(struct line *l, struct ud_admin *a, struct ud_error *err)
{
    struct ud_import_options o = { .dry_run = l->dry_run, .device = l->device, .serial = l->serial, .user = l->user };
    struct ud_import_report r = { 0 };

    if (l->count != 2)
        return usage(err, "import needs one file", "");
    enum ud_status st = ud_admin_import(a, l->argument[1], &o, print_problem, NULL, &r, err);
    if (st == UD_OK && o.dry_run)
        printf("%u records, %u keys could be stored; nothing was (dry run)\n", r.records, r.keys);
    else if (st == UD_OK)
        printf("%u records: %u keys, %u new devices, %u other protectors\n", r.records, r.keys, r.devices, r.protectors);
    return st;
}

static enum ud_status
do_key(struct line *l, struct ud_admin *a, struct ud_error *err)
{
    if (l->count != 3 || strcmp(l->argument[1], "delete") != 0)
        return usage(err, "key delete KEYID", "");
    return ud_admin_key_delete(a, l->argument[2], err);
}

static enum ud_status
do_device(struct line *l, struct ud_admin *a, struct ud_error *err)
{
    const struct ud_verb_device o = { .verb = l->count > 1 ? l->argument[1] : "",
        .name = l->count == 3 ? l->argument[2] : NULL,
        .serial = l->serial,
        .os = l->os,
        .user = l->user };

    return ud_verb_device(a, &o, err);
}

static enum ud_status
do_agent(struct line *l, struct ud_admin *a, struct ud_error *err)
{
    const struct ud_verb_agent o = {
        .verb = l->count > 1 ? l->argument[1] : "", .name = l->count == 3 ? l->argument[2] : NULL, .os = l->os, .given = l->given
    };

    return ud_verb_agent(a, &o, err);
}

static enum ud_status
do_seed(struct line *l, struct ud_admin *a, struct ud_error *err)
{
    uint32_t devices = 200, seed = 1;
    enum ud_status st = UD_OK;

    if (l->count != 1)
        return usage(err, "seed --devices N --seed S", "");
    if (l->devices != NULL)
        st = number(&devices, l->devices, 1, 2000000, err);
    if (st == UD_OK && l->seed != NULL)
        st = number(&seed, l->seed, 0, UINT32_MAX, err);
    return st == UD_OK ? ud_admin_seed(a, devices, seed, err) : st;
}

static enum ud_status
do_verify(struct line *l, struct ud_admin *a, struct ud_error *err)
{
    struct ud_audit_report r;
    enum ud_status st = l->count == 1 ? ud_admin_verify(a, &r, err) : usage(err, "verify takes no arguments", "");

    if (st != UD_OK)
        return st;
    printf("%llu lines, %llu checkpoints, anchored to line %llu: %s\n", (unsigned long long)r.lines,
        (unsigned long long)r.checkpoints, (unsigned long long)r.anchored, r.ok ? "ok" : "NOT OK");
    if (r.ok)
        return UD_OK;
    return ud_error_set(err, UD_TAMPERED, "Line %llu: %s", (unsigned long long)r.first_bad, r.what);
}

static enum ud_status
run(struct line *l, struct ud_error *err)
{
    static const struct {
        const char *name;
        enum ud_status (*run)(struct line *, struct ud_admin *, struct ud_error *);
    } verbs[] = { { "user", do_user }, { "policy", do_policy }, { "notice", do_notice }, { "branding", do_branding },
        { "import", do_import }, { "device", do_device }, { "key", do_key }, { "agent", do_agent }, { "seed", do_seed },
        { "verify", do_verify } };
    struct ud_admin a;
    enum ud_status st;

    if (strcmp(l->argument[0], "init") == 0)
        return do_init(l, err);
    if (l->dir == NULL)
        l->dir = DEFAULT_DIR;
    if (strcmp(l->argument[0], "serve") == 0)
        return do_serve(l, err);
    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
        if (strcmp(l->argument[0], verbs[i].name) != 0)
            continue;
        if ((st = ud_admin_open(&a, l->dir, err)) == UD_OK)
            st = verbs[i].run(l, &a, err);
        ud_admin_close(&a);
        return st;
    }
    return usage(err, "This command is not known", l->argument[0]);
}

int
main(int argc, char **argv)
{
    struct ud_error err = { 0 };
    struct line l;
    enum ud_status st;

    if ((st = ud_process_harden(&err)) == UD_OK && (st = ud_seal_init(&err)) == UD_OK)
        st = parse(&l, argc, argv, &err);
    if (st == UD_OK && (l.help || l.version || l.count == 0)) {
        fputs(l.version ? "escrowd " UD_VERSION "\n" : usage_text, l.help || l.version ? stdout : stderr);
        return l.help || l.version ? 0 : ud_status_exit_code(UD_USAGE);
    }
    if (st == UD_OK)
        st = run(&l, &err);
    if (st != UD_OK)
        report(&err);
    return ud_status_exit_code(st);
}
