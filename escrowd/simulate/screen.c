/* The locked laptop, played in a terminal: shows which key it wants, takes it group by group as the real screen does, opens with the
 * right one only, then makes a new one and escrows it. Without a terminal it reads the same characters from standard input. */
#include <ctype.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/file.h"
#include "base/i18n.h"
#include "escrowd/simulate/simulate.h"

#define GROUP_MAX 9
#define CTRL_C    3
#define CTRL_D    4
#define ESCAPE    27

enum outcome { GOING_ON, UNLOCKED, LEFT };

struct screen {
    struct ud_sim *sim;
    struct ud_roster_line line;
    bool terminal;
    struct termios before;
    struct ud_secret *typed; /* whole groups, with dashes between them */
    char group[GROUP_MAX];   /* the one being typed; wiped when it is complete */
    size_t in_group, groups;
    size_t group_size, group_count;
    char message[200];
};

struct system {
    enum ud_kind kind;
    const char *title, *ask, *label;
    size_t group_size, group_count;
};
static const struct system systems[] = {
    { UD_KIND_BITLOCKER, N_("BitLocker recovery"), N_("Enter the recovery key for this drive"), N_("Drive label"), 6, 8 },
    { UD_KIND_FILEVAULT, N_("FileVault"), N_("Enter your recovery key"), N_("Disk"), 4, 6 },
    { UD_KIND_LUKS, N_("Disk is locked"), N_("Please enter the recovery key for disk"), N_("Disk"), 8, 8 },
};

static const struct system *
system_of(enum ud_kind kind)
{
    for (size_t i = 0; i < sizeof(systems) / sizeof(systems[0]); i++) {
        if (systems[i].kind == kind)
            return &systems[i];
    }
    return NULL;
}

/* --- drawing --------------------------------------------------------------------------------------------------------- */

static void
key_id(char out[UD_GUID_TEXT], const struct ud_guid *id)
{
    ud_guid_format(out, id);
    for (size_t i = 0; out[i] != '\0'; i++)
        out[i] = (char)toupper((unsigned char)out[i]);
}

/* A terminal that is gone is noticed when it is read from. */
static void
paint(const char *bytes, size_t length)
{
    struct ud_error err;

    if (ud_fd_write_all(STDOUT_FILENO, bytes, length, &err) != UD_OK)
        return;
}

/* Groups that are complete show as dots: what was typed stays in its secret. */
static void
draw_groups(struct ud_buf *b, const struct screen *s)
{
    for (size_t g = 0; g < s->group_count; g++) {
        for (size_t i = 0; i < s->group_size; i++)
            ud_buf_text(b, g < s->groups ? "•" : "_");
        if (g + 1 < s->group_count)
            ud_buf_text(b, "-");
    }
}

static void
draw(const struct screen *s)
{
    const struct system *sys = system_of(s->line.kind);
    char id[UD_GUID_TEXT];
    struct ud_buf b;

    key_id(id, &s->line.key);
    ud_buf_init(&b, 8192);
    ud_buf_text(&b, "\033[0;97;44m\033[2J\033[2;4H");
    ud_buf_format(&b, "%s\033[4;4H%s\033[6;4H", _(sys->title), _(sys->ask));
    draw_groups(&b, s);
    ud_buf_format(&b, "\033[8;4H\033[1m%s\033[22m", s->message);
    if (!ud_guid_is_zero(&s->line.key))
        ud_buf_format(&b, "\033[11;4H%s: %s", _("Recovery key ID"), id);
    ud_buf_format(&b, "\033[12;4H%s: %s %s", _(sys->label), s->line.name, s->line.os);
    ud_buf_format(&b, "\033[14;4H%s: %s", _("Serial number"), s->line.serial);
    ud_buf_format(&b, "\033[16;4H%s", _("TRAINING - this laptop is invented. Backspace: take back. Ctrl-C: leave"));
    ud_buf_format(&b, "\033[6;%zuH", 4 + s->groups * (s->group_size + 1) + s->in_group);
    paint(b.data, b.length);
    ud_buf_free(&b);
}

/* The terminal shows the screen; a pipe is told the sentences. */
static void
show(struct screen *s)
{
    if (s->terminal) {
        draw(s);
        paint(s->group, s->in_group);
        return;
    }
    if (s->message[0] != '\0')
        printf("%s\n", s->message);
    s->message[0] = '\0';
    fflush(stdout);
}

static void
say(struct screen *s, const char *text)
{
    (void)ud_copy(s->message, sizeof(s->message), text);
    show(s);
}

/* --- typing ---------------------------------------------------------------------------------------------------------- */

static void
wipe_typed(struct screen *s)
{
    ud_secret_wipe(s->typed);
    explicit_bzero(s->group, sizeof(s->group));
    s->in_group = s->groups = 0;
}

static void
group_is_wrong(struct screen *s, enum ud_group_fault fault)
{
    char text[160];

    snprintf(text, sizeof(text),
        fault == UD_GROUP_CHARACTER ? _("Group %zu is not right: a character does not belong there.")
                                    : _("Group %zu is not right: a digit is wrong. Ask for this group again."),
        s->groups + 1);
    explicit_bzero(s->group, sizeof(s->group));
    s->in_group = 0;
    say(s, text);
}

/* The fingerprint of the roster tells; it is read again, because the key may have been replaced since. */
static bool
is_right(struct screen *s)
{
    unsigned char print[UD_HASH_SIZE];
    struct ud_error err;

    if (ud_roster_refresh(s->sim->roster, &err) != UD_OK)
        return false;
    const struct ud_roster_line *now = ud_roster_find(s->sim->roster, &s->line.device, s->line.kind);
    ud_roster_fingerprint(print, &s->line.device, s->typed, s->sim->key);
    bool right = now != NULL && ud_hash_equal(print, now->fingerprint, sizeof(print));
    if (now != NULL && !right)
        s->line = *now; /* shows the ID that is wanted now */
    return right;
}

static enum outcome
group_complete(struct screen *s)
{
    enum ud_group_fault fault = ud_recovery_group_check(s->line.kind, s->group, s->in_group);

    if (fault != UD_GROUP_OK) {
        group_is_wrong(s, fault);
        return GOING_ON;
    }
    if ((s->groups > 0 && ud_secret_append(s->typed, "-", 1, NULL) != UD_OK) ||
        ud_secret_append(s->typed, s->group, s->in_group, NULL) != UD_OK)
        return LEFT;
    explicit_bzero(s->group, sizeof(s->group));
    s->in_group = 0;
    if (++s->groups < s->group_count) {
        say(s, "");
        return GOING_ON;
    }
    if (is_right(s))
        return UNLOCKED;
    wipe_typed(s);
    say(s, _("The recovery key is not the right one for this drive. Check the recovery key ID."));
    return GOING_ON;
}

static void
take_back(struct screen *s)
{
    if (s->in_group > 0) {
        s->group[--s->in_group] = '\0';
    } else if (s->groups > 0) {
        s->groups--;
        ud_secret_truncate(s->typed, s->groups == 0 ? 0 : s->groups * (s->group_size + 1) - 1);
    }
    say(s, "");
}

static enum outcome
take_byte(struct screen *s, unsigned char byte)
{
    if (byte == CTRL_C || byte == CTRL_D)
        return LEFT;
    if (byte == 127 || byte == 8)
        take_back(s);
    if (isalnum(byte) == 0)
        return GOING_ON; /* dashes, spaces and line ends between groups are nothing */
    s->group[s->in_group++] = (char)(s->line.kind == UD_KIND_FILEVAULT ? toupper(byte) : tolower(byte));
    if (s->in_group == s->group_size)
        return group_complete(s);
    if (s->terminal)
        paint(&s->group[s->in_group - 1], 1);
    return GOING_ON;
}

static enum outcome
read_keys(struct screen *s)
{
    unsigned char bytes[64];
    enum outcome o = GOING_ON;

    while (o == GOING_ON) {
        ssize_t n = read(STDIN_FILENO, bytes, sizeof(bytes));
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return LEFT;
        /* An escape sequence (arrow keys and the like) types nothing. */
        for (ssize_t i = 0; i < n && o == GOING_ON && bytes[0] != ESCAPE; i++)
            o = take_byte(s, bytes[i]);
        explicit_bzero(bytes, sizeof(bytes));
    }
    return o;
}

/* --- after that ------------------------------------------------------------------------------------------------------ */

static enum ud_status
replace_key(struct screen *s, struct ud_error *err)
{
    struct ud_sim_job job = { .sim = s->sim, .device = s->line.device, .kind = s->line.kind };
    char text[200], id[UD_GUID_TEXT];

    wipe_typed(s);
    say(s, _("Unlocked. The system starts and makes a new recovery key …"));
    enum ud_status st = ud_sim_job_run(&job, true, err);
    if (st != UD_OK) {
        snprintf(text, sizeof(text), _("Unlocked, but the new recovery key could not be stored: %.120s"), err->message);
        say(s, text);
        return st;
    }
    s->line = job.line;
    key_id(id, &s->line.key);
    if (ud_guid_is_zero(&s->line.key))
        snprintf(text, sizeof(text), _("Unlocked. A new recovery key has been made and stored."));
    else
        snprintf(text, sizeof(text), _("Unlocked. A new recovery key has been made and stored: ID %.8s"), id);
    say(s, text);
    return UD_OK;
}

static bool
terminal_on(struct screen *s)
{
    struct termios raw;

    if (isatty(STDIN_FILENO) == 0 || isatty(STDOUT_FILENO) == 0 || tcgetattr(STDIN_FILENO, &s->before) != 0)
        return false;
    raw = s->before;
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG | IEXTEN);
    raw.c_iflag &= ~(tcflag_t)(IXON | ICRNL);
    (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &raw);
    paint("\033[?1049h", 8);
    return true;
}

static void
terminal_off(struct screen *s)
{
    static const char reset[] = "\033[0m\033[2J\033[?1049l";

    if (!s->terminal)
        return;
    paint(reset, sizeof(reset) - 1);
    (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &s->before);
}

/* A drive, not a local account. */
static enum ud_status
choose_drive(struct screen *s, const char *device, struct ud_error *err)
{
    const struct ud_roster_line *line;
    enum ud_status st = ud_sim_find(&line, s->sim, device, err);

    if (st != UD_OK)
        return st;
    for (size_t i = 0; i < sizeof(systems) / sizeof(systems[0]); i++) {
        const struct ud_roster_line *drive = ud_roster_find(s->sim->roster, &line->device, systems[i].kind);
        if (drive == NULL)
            continue;
        s->line = *drive;
        s->group_size = systems[i].group_size;
        s->group_count = systems[i].group_count;
        return UD_OK;
    }
    (void)ud_error_set(err, UD_NOTFOUND, "%s has no encrypted drive.", device);
    return ud_error_hint(err, "Take another device.");
}

enum ud_status
ud_sim_screen(struct ud_sim *sim, const char *device, struct ud_error *err)
{
    struct screen s = { .sim = sim };
    char id[UD_GUID_TEXT];
    enum ud_status st;

    if ((st = choose_drive(&s, device, err)) != UD_OK || (st = ud_secret_new(&s.typed, UD_RECOVERY_MAX, err)) != UD_OK)
        return st;
    s.terminal = terminal_on(&s);
    key_id(id, &s.line.key);
    if (!s.terminal)
        printf("%s\nRecovery key ID: %s\n%s: %s %s\n", system_of(s.line.kind)->title, id, system_of(s.line.kind)->label,
            s.line.name, s.line.os);
    show(&s);
    enum outcome o = read_keys(&s);
    if (o == UNLOCKED)
        st = replace_key(&s, err);
    else
        st = ud_error_set(err, UD_CANCELLED, "The drive is still locked.");
    if (o == UNLOCKED && s.terminal) {
        struct pollfd p = { .fd = STDIN_FILENO, .events = POLLIN };
        (void)poll(&p, 1, 10000); /* the message stays until something is typed, ten seconds at most */
    }
    terminal_off(&s);
    wipe_typed(&s);
    ud_secret_free(&s.typed);
    return st;
}
