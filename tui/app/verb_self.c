/* `self-service`: the console as an employee's own flow. Made for a forced command over SSH: nothing that the far end sends, neither a command
 * nor the account's files, changes what runs. */
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "app/console.h"
#include "app/oneshot.h"
#include "grid/i18n.h"

enum ud_status
ud_verb_self_service(struct ud_oneshot *s, struct ud_error *err)
{
    enum ud_status st;

    (void)signal(SIGTSTP, SIG_IGN); /* also before the terminal is ours */
    if (s->config.source_count > 1) {
        ud_error_set(err, UD_CONFIG, "%s", _("Keys are stored in several places here, and self-service uses one"));
        return ud_error_hint(err, "%s", _("Name it: unlockdesk self-service --source NAME"));
    }
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
        ud_error_set(err, UD_NOTTY, "%s", _("Self-service needs a terminal"));
        return ud_error_hint(err, "%s", _("Over SSH connect with: ssh -t, and no command behind the name of the host."));
    }
    if (s->config.demo)
        fprintf(stderr, _("Starting a private escrow service with %u invented devices…\n"), s->config.demo_devices);
    if ((st = ud_oneshot_start(s, false, err)) != UD_OK)
        return st;
    return ud_console_run(&s->config, s->launcher, err);
}
