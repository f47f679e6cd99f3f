#include "app/options.h"

#include <errno.h>
#include <getopt.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "grid/i18n.h"

#define DEMO_DEVICES 2000u
#define DEMO_SEED    7u

enum use {
    ANY = 1,
    LIST = 2,
    WHY = 4,
    WAIT = 8,
    FRESH = 16,
    TARGET = 32,
    NOTE = 64,
    SURGE = 128,
    TABLE = 256,
    TEXT_OF = 1024,
    OUTPUT = 2048,
    ON_DEVICE = 4096
};

struct verb {
    const char *name, *arguments, *text;
    unsigned uses;
    int least, most;
};

/* `most` -1: any number. */
static const struct verb verbs[] = {
    { "sign-in", "", N_("sign in and keep the sign-in for later commands"), ANY, 0, 0 },
    { "sign-out", "", N_("end the sign-in everywhere"), ANY, 0, 0 },
    { "status", "", N_("who is signed in, and what is configured"), ANY, 0, 0 },
    { "device list", "[QUERY]", N_("devices that match all words"), ANY | LIST | FRESH, 0, -1 },
    { "device show", "DEVICE", N_("one device and its recovery keys"), ANY | FRESH, 1, 1 },
    { "key find", "PREFIX", N_("keys by the first 8 or more characters of their ID"), ANY, 1, -1 },
    { "key reveal", "KEYID", N_("get one key and show it on this terminal"), ANY | WHY | TARGET | ON_DEVICE, 0, 1 },
    { "key rotate", "DEVICE...", N_("ask devices for a new key"), ANY | WHY | WAIT | FRESH, 1, UD_ARGS_MAX },
    { "key store", "DEVICE", N_("hand over the recovery key of a Mac, which makes a new one"), ANY | WAIT | FRESH, 1, 1 },
    { "key read-bde", "[FILE]", N_("read what manage-bde printed: which ID is the key's, is it stored"),
        ANY | TEXT_OF | ON_DEVICE | FRESH, 0, 1 },
    { "key package", "KEYID", N_("the key package of a key, into a file for repair-bde"), ANY | WHY | OUTPUT, 1, 1 },
    { "key due", "", N_("keys that were shown and not replaced yet"), ANY, 0, 0 },
    { "key check", "", N_("read a recovery key and say which group is wrong"), ANY | TARGET, 0, 0 },
    { "approve list", "", N_("requests for approval by a second person"), ANY, 0, 0 },
    { "approve show", "ID", N_("one request: who, which device, why"), ANY, 1, 1 },
    { "approve grant", "ID", N_("let whoever asked get this key, once"), ANY, 1, 1 },
    { "approve deny", "ID", N_("refuse a request, with a note"), ANY | NOTE, 1, 1 },
    { "approve surge", "", N_("lift the hourly limit for some hours"), ANY | SURGE, 0, 0 },
    { "report audit", "[FILTER=VALUE...]", N_("who asked for keys: from, to, result, kind, type, user, device"),
        ANY | LIST | TABLE, 0, -1 },
    { "report encryption", "[FILTER=VALUE...]", N_("how devices stand: user, device, status, key, shown, os"), ANY | LIST | TABLE,
        0, -1 },
    { "journal list", "", N_("what was done with this console"), ANY | LIST, 0, 0 },
    { "journal verify", "", N_("check that nobody has changed the activity log"), ANY, 0, 0 },
    { "journal export", "", N_("the activity log as JSON lines"), ANY, 0, 0 },
    { "journal renew", "", N_("set a log that cannot be written aside and begin a new one"), ANY | WHY, 0, 0 },
    { "theme list", "", N_("the themes that can be used"), ANY, 0, 0 },
    { "theme check", "FILE", N_("check a theme file"), ANY, 1, 1 },
    { "commands", "", N_("every command of the console and its keys"), ANY, 0, 0 },
    { "self-service", "", N_("the recovery key of one's own computer, page by page"), ANY, 0, 0 },
    { "calls", "", N_("the cast of training calls (with --demo)"), ANY, 0, 0 },
};

enum type { FLAG, TEXT, COUNT, DEMO };

struct option_row {
    const char *name;
    enum type type;
    unsigned use;
    size_t offset;
    const char *value, *text;
};

#define AT(m) offsetof(struct ud_options, m)

static const struct option_row rows[] = {
    { "demo", DEMO, ANY, AT(devices), "[=DEVICES]", N_("a private service with invented devices") },
    { "seed", COUNT, ANY, AT(seed), "N", N_("which invented fleet") },
    { "demo-dir", TEXT, ANY, AT(demo_dir), "DIR", N_("keep the demo's data in DIR") },
    { "role", TEXT, ANY, AT(role), "ROLE", N_("with --demo: sign in as user, helpdesk, advanced, approver, auditor or admin") },
    { "source", TEXT, ANY, AT(source), "NAME", N_("use only this source") },
    { "config", TEXT, ANY, AT(config), "FILE", N_("read this file instead of the user's own") },
    { "plain", FLAG, ANY, AT(plain), NULL, N_("no box lines and no colours") },
    { "present", FLAG, ANY, AT(present), NULL, N_("mask names and show no keys, for a projector") },
    { "lang", TEXT, ANY, AT(language), "LL", N_("language of the screens") },
    { "theme", TEXT, ANY, AT(theme), "NAME", N_("colours") },
    { "color", TEXT, ANY, AT(color), "WHEN", N_("auto, always or never") },
    { "idle-lock", COUNT, ANY, AT(idle_lock), "SECONDS", N_("lock earlier than the policy says") },
    { "json", FLAG, ANY, AT(json), NULL, N_("print JSON") },
    { "csv", FLAG, TABLE, AT(csv), NULL, N_("print a report as comma-separated values") },
    { "help", FLAG, ANY, AT(help), NULL, N_("print this") },
    { "version", FLAG, ANY, AT(version), NULL, N_("print the version") },
    { "verbose", FLAG, ANY, AT(verbose), NULL, N_("say more") },
    { "limit", COUNT, LIST, AT(limit), "N", N_("at most N lines") },
    { "refresh", FLAG, FRESH, AT(refresh), NULL, N_("ask the sources even if the list is young") },
    { "reason", TEXT, WHY, AT(reason), "CODE", N_("why the key is needed") },
    { "ticket", TEXT, WHY, AT(ticket), "T", N_("ticket number") },
    { "incident", TEXT, SURGE, AT(incident), "NUMBER", N_("incident number of the surge") },
    { "hours", COUNT, SURGE, AT(hours), "H", N_("how long the surge lasts, at most 12; 0 ends it") },
    { "note", TEXT, WHY | NOTE, AT(note), "TEXT", N_("a note, for the reason \"other\"") },
    { "caller", TEXT, WHY, AT(caller), "NAME", N_("who is calling") },
    { "verified", TEXT, WHY, AT(verified), "HOW", N_("how the caller was checked") },
    { "user", TEXT, WHY, AT(user), "ACCOUNT", N_("whose device it is, with the domain") },
    { "wait", FLAG, WAIT, AT(wait), NULL, N_("wait until the new key has arrived") },
    { "id", TEXT, TEXT_OF, AT(key_id), "PREFIX", N_("the ID that was read out") },
    { "store", FLAG, TEXT_OF, AT(store), NULL, N_("store the recovery key for --device") },
    { "output", TEXT, OUTPUT, AT(output), "FILE", N_("the file to write; it must not exist") },
    { "device", TEXT, ON_DEVICE, AT(device), "DEVICE", N_("the device: whose key, or whose text") },
    { "kind", TEXT, TARGET, AT(kind), "KIND", N_("bitlocker, filevault, luks or laps") },
};
#define ROW_COUNT  (sizeof(rows) / sizeof(rows[0]))
#define FIRST_CODE 1000

static enum ud_status
to_count(long *out, const char *text, const char *name, long least, struct ud_error *err)
{
    char *end;

    errno = 0;
    *out = strtol(text, &end, 10);
    if (errno == 0 && end != text && *end == '\0' && *out >= least && *out <= 2000000000L)
        return UD_OK;
    return ud_error_set(err, UD_USAGE, "--%s takes a whole number, not \"%s\"", name, text);
}

static enum ud_status
store(struct ud_options *o, const struct option_row *r, const char *value, struct ud_error *err)
{
    void *at = (char *)o + r->offset;
    long number;
    enum ud_status st;

    switch (r->type) {
    case FLAG:
        *(bool *)at = true;
        return UD_OK;
    case TEXT:
        *(const char **)at = value;
        return UD_OK;
    case DEMO:
        o->demo = true;
        if (value == NULL)
            return UD_OK;
        if ((st = to_count(&number, value, r->name, 1, err)) == UD_OK)
            o->devices = (unsigned)number;
        return st;
    case COUNT:
        if ((st = to_count(&number, value, r->name, 0, err)) != UD_OK)
            return st;
        if (r->offset == AT(seed))
            o->seed = (unsigned)number;
        else
            *(long *)at = number;
        return UD_OK;
    }
    return UD_USAGE;
}

static void
long_options(struct option out[ROW_COUNT + 1])
{
    memset(out, 0, sizeof(*out) * (ROW_COUNT + 1));
    for (size_t i = 0; i < ROW_COUNT; i++) {
        out[i].name = rows[i].name;
        out[i].has_arg = rows[i].type == FLAG ? no_argument : rows[i].type == DEMO ? optional_argument : required_argument;
        out[i].val = FIRST_CODE + (int)i;
    }
}

static enum ud_status
unknown_word(const char *word, struct ud_error *err)
{
    ud_error_set(err, UD_USAGE, "\"%s\" is not a command", word);
    ud_error_hint(err, "Type: unlockdesk --help");
    return UD_USAGE;
}

/* "device" "list" -> the row "device list". Removes the words it used from the front of arg. */
static enum ud_status
find_verb(struct ud_options *o, const struct verb **out, struct ud_error *err)
{
    char two[64];

    *out = NULL;
    if (o->arg_count == 0)
        return UD_OK;
    (void)snprintf(two, sizeof(two), "%.30s %.30s", o->arg[0], o->arg_count > 1 ? o->arg[1] : "");
    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
        int words = strcmp(verbs[i].name, o->arg[0]) == 0 ? 1 : strcmp(verbs[i].name, two) == 0 ? 2 : 0;
        if (words == 0)
            continue;
        o->arg_count -= words;
        memmove(o->arg, o->arg + words, sizeof(o->arg[0]) * (size_t)o->arg_count);
        o->verb = verbs[i].name;
        *out = &verbs[i];
        return UD_OK;
    }
    return unknown_word(o->arg_count > 1 ? two : o->arg[0], err);
}

static enum ud_status
check_verb(const struct ud_options *o, const struct verb *v, const bool given[ROW_COUNT], struct ud_error *err)
{
    for (size_t i = 0; i < ROW_COUNT && v == NULL; i++)
        if (given[i] && rows[i].use != ANY)
            return ud_error_set(err, UD_USAGE, "One of these options needs a command; type: unlockdesk --help");
    if (v == NULL)
        return UD_OK;
    for (size_t i = 0; i < ROW_COUNT; i++)
        if (given[i] && (rows[i].use & v->uses) == 0)
            return ud_error_set(err, UD_USAGE, "\"%s\" does not take --%s or one of its kind", v->name, rows[i].name);
    if (o->arg_count < v->least)
        return ud_error_set(err, UD_USAGE, "\"%s\" needs: %s", v->name, v->arguments);
    if (v->most >= 0 && o->arg_count > v->most)
        return ud_error_set(err, UD_USAGE, "\"%s\" takes no \"%s\"", v->name, o->arg[v->most]);
    return UD_OK;
}

enum ud_status
ud_options_parse(struct ud_options *o, int argc, char **argv, struct ud_error *err)
{
    struct option table[ROW_COUNT + 1];
    const struct verb *verb;
    bool given[ROW_COUNT] = { false };
    enum ud_status st;
    int c;

    *o = (struct ud_options){ .devices = DEMO_DEVICES, .seed = DEMO_SEED, .limit = -1, .hours = -1 };
    long_options(table);
    opterr = 0;
    optind = 1;
    while ((c = getopt_long(argc, argv, ":h", table, NULL)) != -1) {
        if (c == 'h') {
            o->help = true;
            continue;
        }
        if (c == ':')
            return ud_error_set(err, UD_USAGE, "%s needs a value", argv[optind - 1]);
        if (c < FIRST_CODE)
            return ud_error_set(err, UD_USAGE, "%s is not an option; type: unlockdesk --help", argv[optind - 1]);
        const struct option_row *r = &rows[c - FIRST_CODE];
        given[r - rows] = true;
        if ((st = store(o, r, optarg, err)) != UD_OK)
            return st;
    }
    for (; optind < argc && o->arg_count < UD_ARGS_MAX; optind++)
        o->arg[o->arg_count++] = argv[optind];
    if (optind < argc)
        return ud_error_set(err, UD_USAGE, "More than %d words", UD_ARGS_MAX);
    if ((st = find_verb(o, &verb, err)) != UD_OK)
        return st;
    if (o->role != NULL && !o->demo)
        return ud_error_set(err, UD_USAGE, "--role goes with --demo: a real service knows your role");
    return check_verb(o, verb, given, err);
}

void
ud_options_usage(void)
{
    printf("%s\n\n",
        _("unlockdesk [options]             the console\nunlockdesk [options] COMMAND     one answer on standard output"));
    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
        char left[64];
        (void)snprintf(left, sizeof(left), "%s %s", verbs[i].name, verbs[i].arguments);
        printf("  %-24s %s\n", left, _(verbs[i].text));
    }
    printf("\n");
    for (size_t i = 0; i < ROW_COUNT; i++) {
        char left[64];
        (void)snprintf(left, sizeof(left), "--%s%s%s", rows[i].name, rows[i].value == NULL || rows[i].value[0] == '[' ? "" : " ",
            rows[i].value != NULL ? rows[i].value : "");
        printf("  %-24s %s\n", left, _(rows[i].text));
    }
}
