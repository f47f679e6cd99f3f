/* `key reveal`: the console on one key. It is painted on a terminal only, as always; there is no way to print one. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/console.h"
#include "app/oneshot.h"
#include "grid/i18n.h"

static enum ud_status
no_terminal(struct ud_error *err)
{
    ud_error_set(err, UD_NOTTY, "%s", _("A recovery key is shown on a terminal only, never printed into a file or a pipe"));
    return ud_error_hint(err, "%s", _("Run it in a terminal. Over SSH: ssh -t HOST unlockdesk key reveal ..."));
}

static enum ud_status
read_goal(struct ud_goal *g, const struct ud_options *o, struct ud_error *err)
{
    struct ud_keyid_prefix prefix;
    enum ud_status st;

    g->wanted = true;
    if (o->arg_count == 1 && o->device == NULL) {
        if ((st = ud_keyid_prefix_parse(&prefix, o->arg[0], err)) != UD_OK)
            return st;
        (void)ud_copy(g->filter, sizeof(g->filter), o->arg[0]);
        return UD_OK;
    }
    if (o->device == NULL || o->kind == NULL || o->arg_count > 0) {
        ud_error_set(err, UD_USAGE, "%s", _("\"key reveal\" needs a key ID, or --device and --kind"));
        return ud_error_hint(err, "%s", _("For example: unlockdesk key reveal 8a5d13d6 --reason lost-pin"));
    }
    if (!ud_kind_parse(&g->kind, o->kind))
        return ud_error_set(err, UD_USAGE, _("--kind takes bitlocker, filevault, luks or laps, not \"%s\""), o->kind);
    g->by_kind = true;
    (void)ud_copy(g->filter, sizeof(g->filter), o->device);
    return UD_OK;
}

enum ud_status
ud_verb_reveal(struct ud_oneshot *s, struct ud_error *err)
{
    enum ud_status st;

    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
        return no_terminal(err);
    if ((st = read_goal(&s->config.goal, s->options, err)) != UD_OK ||
        (st = ud_oneshot_why(s, &s->config.goal.why, err)) != UD_OK)
        return st;
    if ((st = ud_oneshot_start(s, false, err)) != UD_OK)
        return st;
    return ud_console_run(&s->config, s->launcher, err);
}
