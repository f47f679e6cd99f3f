/* Agents and devices on the command line. A secret is printed once, by itself on a line, so that it can be piped to where it belongs. */
#include "escrowd/vault/verbs.h"

#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/file.h"

enum ud_status
ud_verb_read_secret(struct ud_secret **out, const char *prompt, struct ud_error *err)
{
    struct termios before, quiet;
    bool tty = tcgetattr(0, &before) == 0;
    char c = '\0';
    enum ud_status st = ud_secret_new(out, 256, err);

    if (st == UD_OK && tty) {
        quiet = before;
        quiet.c_lflag &= ~(tcflag_t)ECHO;
        fprintf(stderr, "%s: ", prompt);
        (void)tcsetattr(0, TCSAFLUSH, &quiet);
    }
    while (st == UD_OK && read(0, &c, 1) == 1 && c != '\n')
        st = ud_secret_append(*out, &c, 1, err);
    explicit_bzero(&c, 1);
    if (tty) {
        (void)tcsetattr(0, TCSAFLUSH, &before);
        fprintf(stderr, "\n");
    }
    return st;
}

enum ud_status
ud_verb_print_secret(struct ud_secret *s, struct ud_error *err)
{
    enum ud_status st = ud_fd_write_all(1, ud_secret_open(s), ud_secret_length(s), err);

    if (st == UD_OK)
        st = ud_fd_write_all(1, "\n", 1, err);
    ud_secret_close(s);
    return st;
}

static void
print_agent(const struct ud_store_agent *a, void *arg)
{
    (void)arg;
    printf("%-32s %-8s%s\n", a->name, a->os[0] != '\0' ? a->os : "-", a->disabled ? " (disabled)" : "");
}

static enum ud_status
add_agent(struct ud_admin *a, const struct ud_verb_agent *o, struct ud_error *err)
{
    struct ud_secret *secret = NULL;
    enum ud_status st = o->given ? ud_verb_read_secret(&secret, "Secret", err) : UD_OK;

    if (st == UD_OK)
        st = ud_admin_agent_add(a, o->name, o->os, &secret, err);
    if (st == UD_OK && !o->given)
        st = ud_verb_print_secret(secret, err);
    ud_secret_free(&secret);
    if (st == UD_OK && !a->config.check_in.enabled)
        fprintf(stderr,
            "The check-in protocol is off: write enabled = yes below [check-in] in escrowd.conf, and start the service anew.\n");
    return st;
}

enum ud_status
ud_verb_agent(struct ud_admin *a, const struct ud_verb_agent *o, struct ud_error *err)
{
    if (strcmp(o->verb, "list") == 0 && o->name == NULL)
        return ud_store_agents(a->context.store, print_agent, NULL, err);
    if (strcmp(o->verb, "add") == 0 && o->name != NULL)
        return add_agent(a, o, err);
    if (strcmp(o->verb, "disable") == 0 && o->name != NULL)
        return ud_admin_agent_disable(a, o->name, err);
    if (strcmp(o->verb, "release") == 0 && o->name != NULL)
        return ud_admin_agent_release(a, o->name, err);
    return ud_error_set(
        err, UD_USAGE, "agent add NAME [--os OS] [--given], agent list, agent disable NAME or agent release DEVICE");
}

static enum ud_status
retire(struct ud_admin *a, const char *device, struct ud_error *err)
{
    struct ud_retired r;
    char id[UD_GUID_TEXT];
    enum ud_status st = ud_admin_device_retire(a, device, &r, err);

    if (st != UD_OK)
        return st;
    ud_guid_format(id, &r.id);
    printf("Retired. %u of its keys stay and are found by their IDs. To undo it: escrowd device restore %s\n", r.keys, id);
    return UD_OK;
}

enum ud_status
ud_verb_device(struct ud_admin *a, const struct ud_verb_device *o, struct ud_error *err)
{
    struct ud_secret *text = NULL;
    enum ud_status st;

    if (strcmp(o->verb, "add") == 0 && o->name != NULL && o->serial != NULL)
        st = ud_admin_device_add(a, o->name, o->serial, o->os, o->user, &text, err);
    else if (strcmp(o->verb, "token") == 0 && o->name != NULL)
        st = ud_admin_device_token(a, o->name, &text, err);
    else if (strcmp(o->verb, "revoke") == 0 && o->name != NULL)
        return ud_admin_device_revoke(a, o->name, err);
    else if (strcmp(o->verb, "retire") == 0 && o->name != NULL)
        return retire(a, o->name, err);
    else if (strcmp(o->verb, "restore") == 0 && o->name != NULL)
        return ud_admin_device_restore(a, o->name, err);
    else
        return ud_error_set(err, UD_USAGE,
            "device add NAME --serial S [--os OS] [--user USER], device token DEVICE, device revoke DEVICE, "
            "device retire DEVICE or device restore ID");
    if (st == UD_OK)
        st = ud_verb_print_secret(text, err);
    ud_secret_free(&text);
    return st;
}
