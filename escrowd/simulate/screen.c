/* One locked laptop on this terminal: the recovery screen before the system starts. It takes the digits group by group and refuses a wrong group as the real screen
 * does; the right key unlocks it, and the device then replaces its key. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "escrowd/simulate/sim.h"

#define BLUE  "\033[44;97m"
#define PLAIN "\033[0m"
#define CLEAR "\033[2J\033[H"
#define BS    127

struct screen {
    struct ud_sim *sim;
    const struct ud_roster_line *device;
    struct ud_secret *typed; /* in stored form, as far as it goes */
    struct termios before;
    unsigned groups, group_size;
    char group[16]; /* the group being typed: part of a key, wiped when it is done */
    unsigned at, done;
    bool is_terminal;
};

static void
head(const struct screen *s)
{
    char id[UD_GUID_TEXT];

    ud_guid_format(id, &s->device->key);
    for (char *p = id; *p != '\0'; p++)
        if (*p >= 'a' && *p <= 'f')
            *p = (char)(*p - 32);
    printf(BLUE CLEAR "\n   %s recovery  (TRAINING)\n\n", s->device->kind == UD_KIND_FILEVAULT ? "FileVault" : "BitLocker");
    printf("   Enter the recovery key for this drive\n\n");
    if (!ud_guid_is_zero(&s->device->key))
        printf("   Recovery key ID: %s\n", id);
    printf("   Drive label:     %s OS 05.11.2026\n", s->device->name);
    printf("   Serial number:   %s\n\n", s->device->serial);
    printf("   Type the characters; the next group follows by itself. Backspace corrects. Esc leaves.\n\n   ");
    (void)fflush(stdout);
}

static void
say(const char *text)
{
    printf("\n\n   %s\n   ", text);
    (void)fflush(stdout);
}

static void
forget(struct screen *s)
{
    explicit_bzero(s->group, sizeof(s->group));
    s->at = 0;
}

static enum ud_status
start_again(struct screen *s)
{
    forget(s);
    ud_secret_wipe(s->typed);
    s->done = 0;
    head(s);
    return UD_OK;
}

/* The whole key is there: is it the one? */
static bool
is_right(struct screen *s)
{
    unsigned char f[UD_HASH_SIZE];

    ud_roster_fingerprint(f, &s->device->device, s->typed, s->sim->key);
    return ud_hash_equal(f, s->device->fingerprint, sizeof(f));
}

static enum ud_status
unlock(struct screen *s, bool *over, struct ud_error *err)
{
    struct ud_wire_work work[16];
    struct ud_guid id = s->device->device;
    size_t count = 0;
    enum ud_status st;

    if (!is_right(s)) {
        say("That recovery key is not right for this drive. Press Enter to type another one.");
        s->done = 0;
        ud_secret_wipe(s->typed);
        return UD_OK;
    }
    *over = true;
    say("Unlocked. The system starts …");
    if ((st = ud_sim_check_in(s->sim, &id, work, 16, &count, err)) != UD_OK)
        return st;
    say("Checking in, and making a new recovery key …");
    st = ud_sim_replace_key(s->sim, &id, s->device->kind, s->device->volume, count > 0 ? work[0].id : "", err);
    if (st == UD_OK)
        say("The new key is stored. The old one opens nothing any more." PLAIN "\n");
    return st;
}

static enum ud_status
finish_group(struct screen *s, bool *over, struct ud_error *err)
{
    enum ud_group_fault fault = ud_recovery_group_check(s->device->kind, s->group, s->at);
    enum ud_status st = UD_OK;

    if (fault != UD_GROUP_OK) {
        printf("\a\n   This group is not right: one of its digits is wrong. Type it again.\n   ");
        (void)fflush(stdout);
        forget(s);
        return UD_OK;
    }
    if (s->done > 0)
        st = ud_secret_append(s->typed, "-", 1, err);
    if (st == UD_OK)
        st = ud_secret_append(s->typed, s->group, s->at, err);
    forget(s);
    if (st != UD_OK)
        return st;
    if (++s->done == s->groups)
        return unlock(s, over, err);
    printf(" - ");
    (void)fflush(stdout);
    return UD_OK;
}

static enum ud_status
on_key(struct screen *s, char c, bool *over, struct ud_error *err)
{
    if (c == 27 || c == 3 || c == 4) {
        *over = true;
        return UD_OK;
    }
    if (c == '\r' || c == '\n')
        return start_again(s);
    if ((c == BS || c == 8) && s->at > 0) {
        s->group[--s->at] = '\0';
        printf("\b \b");
        (void)fflush(stdout);
        return UD_OK;
    }
    if (c >= 'a' && c <= 'z' && s->device->kind == UD_KIND_FILEVAULT)
        c = (char)(c - 32);
    bool digit = c >= '0' && c <= '9', letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    if ((!digit && !(letter && s->device->kind != UD_KIND_BITLOCKER)) || s->at + 1 >= sizeof(s->group))
        return UD_OK;
    s->group[s->at++] = c;
    (void)putchar(c);
    (void)fflush(stdout);
    return s->at == s->group_size ? finish_group(s, over, err) : UD_OK;
}

static enum ud_status
prepare(struct screen *s, const char *name, struct ud_error *err)
{
    bool several;

    s->device = ud_roster_named(s->sim->roster, name, &several);
    if (s->device == NULL) {
        ud_error_set(err, several ? UD_AMBIGUOUS : UD_NOTFOUND,
            several ? "Several devices are called \"%s\"" : "No device has a key and is called \"%s\"", name);
        return ud_error_hint(err, "Name it by its serial number; unlockdesk --demo calls prints the cast.");
    }
    s->groups = s->device->kind == UD_KIND_FILEVAULT ? 6 : 8;
    s->group_size = s->device->kind == UD_KIND_FILEVAULT ? 4 : s->device->kind == UD_KIND_LUKS ? 8 : 6;
    if (s->device->kind == UD_KIND_LAPS)
        return ud_error_set(
            err, UD_UNSUPPORTED, "%s keeps a local administrator password, which no locked screen asks for", s->device->name);
    return ud_secret_new(&s->typed, UD_RECOVERY_MAX, err);
}

enum ud_status
ud_sim_screen(struct ud_sim *sim, const char *device, struct ud_error *err)
{
    struct screen s = { .sim = sim };
    bool over = false;
    char c;
    enum ud_status st = prepare(&s, device, err);

    if (st != UD_OK)
        goto out;
    s.is_terminal = tcgetattr(STDIN_FILENO, &s.before) == 0;
    if (s.is_terminal) {
        struct termios raw = s.before;
        raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG);
        (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &raw);
    }
    head(&s);
    while (!over && st == UD_OK) {
        ssize_t n = read(STDIN_FILENO, &c, 1);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        st = on_key(&s, c, &over, err);
    }
    printf(PLAIN "\n");
    if (s.is_terminal)
        (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &s.before);
out:
    forget(&s);
    ud_secret_free(&s.typed);
    return st;
}
