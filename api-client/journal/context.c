#include "journal/context.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/text.h"

static void
first_line(char *out, size_t size, const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? 0 : read(fd, out, size - 1);

    if (fd >= 0)
        (void)close(fd);
    out[n > 0 ? n : 0] = '\0';
    out[strcspn(out, "\n")] = '\0';
}

/* Cleaned as the writer will, so that what is parsed again is the same. */
static void
clean(char *out, size_t size, const char *text)
{
    (void)ud_text_clean(out, size, text, strlen(text));
}

void
ud_journal_context_read(struct ud_journal_context *c)
{
    char text[256];
    const char *ssh = getenv("SSH_CONNECTION");

    memset(c, 0, sizeof(*c));
    first_line(c->boot_id, sizeof(c->boot_id), "/proc/sys/kernel/random/boot_id");
    if (gethostname(text, sizeof(text) - 1) == 0) {
        text[sizeof(text) - 1] = '\0';
        clean(c->host, sizeof(c->host), text);
    }
    ssize_t n = readlink("/proc/self/fd/0", text, sizeof(text) - 1);
    if (n > 0 && isatty(0)) {
        text[n] = '\0';
        clean(c->tty, sizeof(c->tty), text);
    }
    if (ssh != NULL)
        clean(c->ssh, sizeof(c->ssh), ssh);
    clean(c->build, sizeof(c->build), UD_VERSION);
    c->uid = (uint32_t)getuid();
    first_line(text, sizeof(text), "/proc/self/loginuid");
    c->login_uid = text[0] != '\0' ? (uint32_t)strtoul(text, NULL, 10) : UINT32_MAX;
}
