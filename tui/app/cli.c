#include "app/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/console.h"
#include "app/oneshot.h"
#include "base/language.h"
#include "grid/i18n.h"
#include "wire/cli.h"

static void
report(const struct ud_error *err, enum ud_status st, bool json)
{
    struct ud_error shown = *err;
    struct ud_json_writer w;
    struct ud_buf b;

    shown.status = st;
    if (shown.message[0] == '\0')
        (void)ud_copy(shown.message, sizeof(shown.message), ud_translate(ud_status_text(st)));
    if (!json) {
        fprintf(stderr, "unlockdesk: %s\n", shown.message);
        if (shown.hint[0] != '\0')
            fprintf(stderr, "  %s\n", shown.hint);
        return;
    }
    ud_buf_init(&b, (size_t)16 * 1024);
    ud_json_writer_init(&w, &b);
    ud_wire_cli_error(&w, &shown);
    fprintf(stderr, "%s\n", b.data != NULL ? b.data : "");
    ud_buf_free(&b);
}

static enum ud_status
run_verb(struct ud_oneshot *s, struct ud_error *err)
{
    static const struct {
        const char *start;
        enum ud_status (*run)(struct ud_oneshot *s, struct ud_error *err);
    } table[] = {
        { "sign-", ud_verb_account },
        { "status", ud_verb_account },
        { "device ", ud_verb_device },
        { "key find", ud_verb_key },
        { "key reveal", ud_verb_reveal },
        { "key rotate", ud_verb_rotate },
        { "key due", ud_verb_due },
        { "report audit", ud_verb_report },
        { "report encryption", ud_verb_report },
        { "key store", ud_verb_store },
        { "key check", ud_verb_check },
        { "key read-bde", ud_verb_read_bde },
        { "key package", ud_verb_package },
        { "approve ", ud_verb_approve },
        { "journal ", ud_verb_journal },
        { "theme ", ud_verb_theme },
        { "commands", ud_verb_commands },
        { "calls", ud_verb_calls },
        { "self-service", ud_verb_self_service },
    };

    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
        if (strncmp(s->options->verb, table[i].start, strlen(table[i].start)) == 0)
            return table[i].run(s, err);
    return ud_error_set(err, UD_USAGE, "\"%s\" is not a command", s->options->verb);
}

static enum ud_status
run_console(struct ud_oneshot *s, struct ud_error *err)
{
    enum ud_status st;

    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
        ud_error_set(err, UD_NOTTY, "%s", _("The console needs a terminal for input and output"));
        return ud_error_hint(
            err, "%s", _("Over SSH use: ssh -t HOST unlockdesk. For programs there are commands: unlockdesk --help"));
    }
    if (s->config.demo)
        fprintf(stderr, _("Starting a private escrow service with %u invented devices…\n"), s->config.demo_devices);
    if ((st = ud_oneshot_start(s, false, err)) != UD_OK)
        return st;
    return ud_console_run(&s->config, s->launcher, err);
}

static enum ud_status
run(struct ud_oneshot *s, const struct ud_options *o, struct ud_error *err)
{
    enum ud_status st;

    if ((st = ud_oneshot_open(s, o, err)) != UD_OK)
        return st;
    ud_language_use(s->config.language);
    ud_language_tag(s->config.language, sizeof(s->config.language));
    if (o->help) {
        ud_options_usage();
        return UD_OK;
    }
    return o->verb != NULL ? run_verb(s, err) : run_console(s, err);
}

/* The language is wanted before the command line is understood: for what is wrong with it. */
static const char *
language_of(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strncmp(argv[i], "--lang=", 7) == 0)
            return argv[i] + 7;
        if (strcmp(argv[i], "--lang") == 0 && i + 1 < argc)
            return argv[i + 1];
    }
    return NULL;
}

int
ud_cli_main(int argc, char **argv)
{
    struct ud_options *o = ud_xcalloc(1, sizeof(*o));
    struct ud_oneshot *s = ud_xcalloc(1, sizeof(*s));
    struct ud_error err = { 0 };
    enum ud_status st;

    ud_language_use(language_of(argc, argv));
    st = ud_options_parse(o, argc, argv, &err);

    if (st == UD_OK && o->version)
        printf("unlockdesk %s\n", UD_VERSION);
    else if (st == UD_OK)
        st = run(s, o, &err);
    if (fflush(stdout) != 0 && st == UD_OK)
        st = ud_error_errno(&err, _("Standard output cannot be written"));
    if (st != UD_OK && !s->answered)
        report(&err, st, o->json);
    ud_oneshot_free(s);
    free(s);
    free(o);
    return ud_status_exit_code(st);
}
