#include "journal/renew.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "journal/journal.h"

/* The log can be opened for writing and every line is right. */
static bool
is_fine(const char *dir, const struct ud_journal_report *report)
{
    struct ud_journal *j = NULL;
    enum ud_status st = ud_journal_open(&j, dir, NULL);

    ud_journal_free(&j);
    return st == UD_BUSY || (st == UD_OK && report->ok);
}

static enum ud_status
name_aside(char *out, size_t size, const char *dir, struct ud_error *err)
{
    time_t now = (time_t)(ud_clock_wall() / 1000);
    struct tm utc;
    char stamp[32];

    if (gmtime_r(&now, &utc) == NULL || strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", &utc) == 0 ||
        snprintf(out, size, "%s-set-aside-%s", dir, stamp) >= (int)size)
        return ud_error_set(err, UD_INVALID, "The name of the log's directory is too long");
    return UD_OK;
}

static enum ud_status
move_aside(const char *dir, const char *aside, struct ud_error *err)
{
    char parent[600];
    char *slash;
    enum ud_status st = UD_OK;

    if (renameat2(AT_FDCWD, dir, AT_FDCWD, aside, RENAME_NOREPLACE) != 0)
        return ud_error_errno(err, "The activity log cannot be moved aside");
    (void)snprintf(parent, sizeof(parent), "%s", aside);
    if ((slash = strrchr(parent, '/')) == NULL)
        return UD_OK;
    *slash = '\0';
    int fd = open(parent[0] != '\0' ? parent : "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || fsync(fd) != 0)
        st = ud_error_errno(err, parent);
    if (fd >= 0)
        (void)close(fd);
    return st;
}

enum ud_status
ud_journal_renew(char *moved, size_t size, const char *dir, const char *why, struct ud_error *err)
{
    struct ud_journal_report report = { .ok = false };
    struct ud_journal *j = NULL;
    char aside[600], detail[400];
    enum ud_status st;

    if (access(dir, F_OK) != 0)
        return ud_error_set(err, UD_NOTFOUND, "There is no activity log in %.300s", dir);
    if (ud_journal_verify(&report, dir, NULL) != UD_OK)
        report.ok = false;
    if (is_fine(dir, &report)) {
        ud_error_set(err, UD_DENIED, "The activity log is whole and can be written: nothing was changed");
        ud_error_hint(err, "To look at it: unlockdesk journal verify");
        return UD_DENIED;
    }
    if ((st = name_aside(aside, sizeof(aside), dir, err)) != UD_OK || (st = move_aside(dir, aside, err)) != UD_OK ||
        (st = ud_journal_open(&j, dir, err)) != UD_OK)
        return st;
    (void)snprintf(detail, sizeof(detail), "new log; the old one, %llu lines, last %.64s, is %.120s: %.150s",
        (unsigned long long)report.lines, report.head, aside, why);
    st = ud_journal_append(j, &(struct ud_record){ .event = UD_EVENT_RENEWED, .detail = detail }, NULL, err);
    ud_journal_free(&j);
    if (moved != NULL)
        (void)snprintf(moved, size, "%s", aside);
    return st;
}
