/* Checkpoints: "log O, N lines, head H, at T", signed by the key of the epoch. Where they are kept elsewhere, lines cut off at
 * the end are noticed. */
#include "journal/checkpoint.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "base/file.h"
#include "base/seal.h"

#define DOMAIN "unlockdesk checkpoint 1 "

void
ud_journal_syslog(void)
{
    openlog("unlockdesk", LOG_NDELAY | LOG_PID, LOG_AUTHPRIV);
}

static int
signed_text(char *out, size_t size, const struct ud_checkpoint *c)
{
    char origin[2 * UD_CHECKPOINT_ORIGIN + 1], hex[2 * UD_HASH_SIZE + 1], when[32];

    ud_hex_encode(origin, c->origin, UD_CHECKPOINT_ORIGIN);
    ud_hex_encode(hex, c->hash, UD_HASH_SIZE);
    ud_wall_format(when, sizeof(when), c->time, false);
    return snprintf(
        out, size, "%s %llu %s %s %llu", origin, (unsigned long long)c->sequence, hex, when, (unsigned long long)c->epoch);
}

static int
message(char *out, size_t size, const struct ud_checkpoint *c)
{
    char text[200];

    (void)signed_text(text, sizeof(text), c);
    return snprintf(out, size, DOMAIN "%s", text);
}

static enum ud_status
append(const char *dir, const char *line, struct ud_error *err)
{
    char path[600];
    enum ud_status st;

    (void)snprintf(path, sizeof(path), "%s/checkpoints", dir);
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return ud_error_errno(err, path);
    st = ud_fd_write_all(fd, line, strlen(line), err);
    if (st == UD_OK && fdatasync(fd) != 0)
        st = ud_error_errno(err, path);
    (void)close(fd);
    return st;
}

enum ud_status
ud_checkpoint_write(const char *dir, const unsigned char origin[UD_SIGN_PUBLIC], uint64_t sequence,
    const unsigned char hash[UD_HASH_SIZE], struct ud_epoch *epoch, struct ud_error *err)
{
    struct ud_checkpoint c = { .sequence = sequence, .time = ud_clock_wall(), .epoch = epoch->number };
    unsigned char signature[UD_SIGN_SIZE];
    char text[256], encoded[2 * UD_SIGN_SIZE], line[512];
    enum ud_status st;

    memcpy(c.origin, origin, sizeof(c.origin));
    memcpy(c.hash, hash, sizeof(c.hash));
    int n = message(text, sizeof(text), &c);
    if ((st = ud_sign(signature, text, (size_t)n, epoch->seed, err)) != UD_OK)
        return st;
    ud_base64url_encode(encoded, sizeof(encoded), signature, sizeof(signature));
    (void)signed_text(text, sizeof(text), &c);
    (void)snprintf(line, sizeof(line), "%s %s\n", text, encoded);
    syslog(LOG_AUTHPRIV | LOG_NOTICE, "checkpoint %s %s", text, encoded);
    return append(dir, line, err);
}

bool
ud_checkpoint_parse(struct ud_checkpoint *c, const char *line)
{
    char origin[20], hex[80], when[40], encoded[2 * UD_SIGN_SIZE], again[200];
    unsigned long long sequence, epoch;
    size_t got;

    memset(c, 0, sizeof(*c));
    if (sscanf(line, "%19s %llu %79s %39s %llu %127s", origin, &sequence, hex, when, &epoch, encoded) != 6)
        return false;
    c->sequence = sequence;
    c->epoch = epoch;
    if (!ud_hex_decode(c->origin, sizeof(c->origin), origin, strlen(origin)))
        return false;
    if (!ud_hex_decode(c->hash, sizeof(c->hash), hex, strlen(hex)) || !ud_wall_parse(&c->time, when, strlen(when)))
        return false;
    if (ud_base64url_decode(c->signature, sizeof(c->signature), &got, encoded, strlen(encoded)) != UD_OK ||
        got != sizeof(c->signature))
        return false;
    int n = signed_text(again, sizeof(again), c);
    return strncmp(again, line, (size_t)n) == 0;
}

bool
ud_checkpoint_signed_by(const struct ud_checkpoint *c, const unsigned char public_key[UD_SIGN_PUBLIC])
{
    char text[256];
    int n = message(text, sizeof(text), c);

    return ud_sign_verify(c->signature, text, (size_t)n, public_key);
}
