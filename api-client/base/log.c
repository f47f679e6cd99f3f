/* The diagnostic log and its redaction. */
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"

#define LINE_MAX_BYTES 1024
#define RUN_MIN        20 /* base64 characters that look like a token */
#define DIGITS_MIN     24 /* digits, with dashes or spaces between, that look like a recovery key */
#define GUID_LENGTH    36

static const char mark[] = "[redacted]";

struct ud_log {
    int fd;
};

enum ud_status
ud_log_open(struct ud_log **out, const char *path, struct ud_error *err)
{
    struct stat sb;

    *out = NULL;
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0600);
    if (fd < 0)
        return ud_error_errno(err, "The diagnostic log cannot be opened");
    if (fstat(fd, &sb) != 0 || !S_ISREG(sb.st_mode) || sb.st_uid != geteuid() || (sb.st_mode & 077) != 0) {
        close(fd);
        ud_error_set(err, UD_CONFIG, "The diagnostic log %s is not a file of ours that others cannot open", path);
        ud_error_hint(err, "Run: chmod 0600 %s, or choose another file", path);
        return UD_CONFIG;
    }
    *out = ud_xcalloc(1, sizeof(**out));
    (*out)->fd = fd;
    return UD_OK;
}

void
ud_log_free(struct ud_log **log)
{
    if (log == NULL || *log == NULL)
        return;
    close((*log)->fd);
    free(*log);
    *log = NULL;
}

void
ud_log_line(struct ud_log *log, const char *area, const char *fmt, ...)
{
    char raw[LINE_MAX_BYTES], clean[LINE_MAX_BYTES], stamp[32], line[LINE_MAX_BYTES + 64];
    int saved = errno;
    va_list ap;

    if (log == NULL)
        return;
    va_start(ap, fmt);
    vsnprintf(raw, sizeof(raw), fmt, ap);
    va_end(ap);
    ud_text_clean(clean, sizeof(clean), raw, strlen(raw));
    ud_log_redact(clean);
    ud_wall_format(stamp, sizeof(stamp), ud_clock_wall(), true);
    int n = snprintf(line, LINE_MAX_BYTES, "%s %s: %s", stamp, area, clean);
    if (n < 0)
        n = 0;
    size_t length = (size_t)n < LINE_MAX_BYTES - 1 ? (size_t)n : LINE_MAX_BYTES - 1;
    line[length] = '\n';
    /* A diagnostic line that cannot be written is no reason to stop anything. */
    (void)!ud_fd_write_all(log->fd, line, length + 1, NULL);
    errno = saved;
}

static bool
is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool
is_hex(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool
is_base64(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '+' || c == '/' || c == '-' || c == '_';
}

/* A whole GUID at the start of `s`, with nothing behind it that would make it part of something longer. */
static bool
is_guid(const char *s)
{
    for (int i = 0; i < GUID_LENGTH; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? s[i] != '-' : !is_hex(s[i]))
            return false;
    }
    return !is_base64(s[GUID_LENGTH]) && s[GUID_LENGTH] != '=';
}

/* Bytes of a run of digits with dashes or spaces between, and how many digits it has. */
static size_t
digit_run(const char *s, size_t *digits)
{
    size_t n = 0, end = 0;

    *digits = 0;
    if (!is_digit(s[0]))
        return 0;
    for (; is_digit(s[n]) || s[n] == ' ' || s[n] == '-'; n++) {
        if (is_digit(s[n])) {
            ++*digits;
            end = n + 1;
        }
    }
    return end;
}

/* Bytes of what looks like a token at the start of `s`; 0 where nothing does. A JWT's dots belong to it. */
static size_t
token_run(const char *s)
{
    bool jwt = strncmp(s, "eyJ", 3) == 0;
    size_t n = 0;

    while (is_base64(s[n]) || (jwt && s[n] == '.'))
        n++;
    while (s[n] == '=')
        n++;
    return n;
}

/* Six groups of four letters or digits with spaces between, as a FileVault key is read out. */
static size_t
spaced_run(const char *s)
{
    size_t n = 0;

    for (int group = 0; group < 6; group++) {
        for (int i = 0; i < 4; i++, n++) {
            if (!is_digit(s[n]) && !(s[n] >= 'A' && s[n] <= 'Z'))
                return 0;
        }
        if (group < 5 && s[n++] != ' ')
            return 0;
    }
    return is_base64(s[n]) ? 0 : n;
}

static size_t
secret_run(const char *s)
{
    size_t digits;
    size_t n = digit_run(s, &digits);

    if (digits >= DIGITS_MIN)
        return n;
    if ((n = spaced_run(s)) > 0)
        return n;
    n = token_run(s);
    return n >= RUN_MIN ? n : 0;
}

/* How much of `s`, at the start of a word, goes out as it is. */
static size_t
plain_run(const char *s)
{
    if (is_guid(s))
        return GUID_LENGTH;
    size_t n = token_run(s);
    return n > 0 ? n : 1;
}

void
ud_log_redact(char *text)
{
    size_t from = 0, to = 0;

    while (text[from] != '\0') {
        size_t n = is_guid(text + from) ? 0 : secret_run(text + from);
        if (n >= sizeof(mark) - 1) {
            memcpy(text + to, mark, sizeof(mark) - 1);
            to += sizeof(mark) - 1;
            from += n;
            continue;
        }
        n = plain_run(text + from);
        memmove(text + to, text + from, n);
        to += n;
        from += n;
    }
    text[to] = '\0';
}
