#include "journal/line.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/seal.h"
#include "journal/record.h"

#define VERSION "1"

/* --- writing -------------------------------------------------------------------------------------------------------------- */

static void
write_hex(struct ud_buf *out, const char *name, const unsigned char *bytes, size_t length)
{
    char hex[2 * UD_SIGN_SIZE + 1];

    ud_hex_encode(hex, bytes, length);
    ud_buf_format(out, ",\"%s\":\"%s\"", name, hex);
}

static void
write_place(struct ud_buf *out, const struct ud_journal_context *c)
{
    const struct {
        const char *name, *text;
    } field[] = { { "boot_id", c->boot_id }, { "host", c->host }, { "tty", c->tty }, { "ssh", c->ssh }, { "build", c->build } };

    for (size_t i = 0; i < sizeof(field) / sizeof(field[0]); i++)
        if (field[i].text[0] != '\0') {
            ud_buf_byte(out, ',');
            ud_record_text(out, field[i].name, field[i].text);
        }
    ud_buf_format(out, ",\"uid\":%u,\"login_uid\":%u", c->uid, c->login_uid);
}

void
ud_line_write(struct ud_buf *out, const struct ud_journal_head *h, const struct ud_record *r)
{
    char when[32];

    ud_wall_format(when, sizeof(when), h->time, true);
    ud_buf_format(out, "{\"v\":" VERSION ",\"seq\":%llu", (unsigned long long)h->sequence);
    write_hex(out, "prev", h->previous, sizeof(h->previous));
    ud_buf_format(out, ",\"time\":\"%s\",\"boot\":%lld", when, (long long)h->boot);
    write_place(out, &h->context);
    ud_buf_byte(out, ',');
    ud_record_write(out, r);
    if (h->has_public)
        write_hex(out, "public", h->public_key, sizeof(h->public_key));
    ud_buf_format(out, ",\"epoch\":%llu}", (unsigned long long)h->epoch);
}

void
ud_line_finish(struct ud_buf *out, const unsigned char hash[UD_HASH_SIZE], const unsigned char signature[UD_SIGN_SIZE])
{
    char text[UD_SIGN_SIZE * 2];

    if (out->length > 0)
        out->length--; /* the brace */
    write_hex(out, "hash", hash, UD_HASH_SIZE);
    ud_base64url_encode(text, sizeof(text), signature, UD_SIGN_SIZE);
    ud_buf_format(out, ",\"sig\":\"%s\"}\n", text);
}

/* --- reading -------------------------------------------------------------------------------------------------------------- */

struct reader {
    const char *at, *end;
    char *store, *store_end; /* where texts go */
};

static bool
take(struct reader *r, char c)
{
    if (r->at == r->end || *r->at != c)
        return false;
    r->at++;
    return true;
}

/* A quoted text with the two escapes the writer uses. NULL: not one. */
static const char *
take_text(struct reader *r)
{
    const char *start = r->store;

    if (!take(r, '"'))
        return NULL;
    while (r->at < r->end && *r->at != '"') {
        if (*r->at == '\\' && (++r->at == r->end || (*r->at != '"' && *r->at != '\\')))
            return NULL;
        if (r->store + 1 >= r->store_end)
            return NULL;
        *r->store++ = *r->at++;
    }
    if (!take(r, '"') || r->store >= r->store_end)
        return NULL;
    *r->store++ = '\0';
    return start;
}

static bool
take_number(struct reader *r, uint64_t *out)
{
    char digits[21];
    size_t n = 0;

    while (r->at < r->end && *r->at >= '0' && *r->at <= '9' && n + 1 < sizeof(digits))
        digits[n++] = *r->at++;
    digits[n] = '\0';
    *out = strtoull(digits, NULL, 10);
    return n > 0;
}

static bool
set_number(struct ud_journal_entry *e, const char *name, uint64_t v)
{
    struct ud_journal_head *h = &e->head;

    if (strcmp(name, "v") == 0)
        return v == 1;
    if (strcmp(name, "seq") == 0)
        h->sequence = v;
    else if (strcmp(name, "boot") == 0)
        h->boot = (ud_msec)v;
    else if (strcmp(name, "uid") == 0)
        h->context.uid = (uint32_t)v;
    else if (strcmp(name, "login_uid") == 0)
        h->context.login_uid = (uint32_t)v;
    else if (strcmp(name, "epoch") == 0)
        h->epoch = v;
    else
        return false;
    return true;
}

static bool
set_place(struct ud_journal_context *c, const char *name, const char *text)
{
    const struct {
        const char *name;
        char *out;
        size_t size;
    } field[] = { { "boot_id", c->boot_id, sizeof(c->boot_id) }, { "host", c->host, sizeof(c->host) },
        { "tty", c->tty, sizeof(c->tty) }, { "ssh", c->ssh, sizeof(c->ssh) }, { "build", c->build, sizeof(c->build) } };

    for (size_t i = 0; i < sizeof(field) / sizeof(field[0]); i++)
        if (strcmp(name, field[i].name) == 0)
            return ud_copy(field[i].out, field[i].size, text);
    return false;
}

static bool
set_proof(struct ud_journal_entry *e, const char *name, const char *text)
{
    size_t length = strlen(text), got = 0;

    if (strcmp(name, "prev") == 0)
        return ud_hex_decode(e->head.previous, UD_HASH_SIZE, text, length);
    if (strcmp(name, "hash") == 0)
        return ud_hex_decode(e->hash, UD_HASH_SIZE, text, length);
    if (strcmp(name, "public") == 0)
        return e->head.has_public = ud_hex_decode(e->head.public_key, UD_SIGN_PUBLIC, text, length);
    if (strcmp(name, "sig") == 0)
        return ud_base64url_decode(e->signature, UD_SIGN_SIZE, &got, text, length) == UD_OK && got == UD_SIGN_SIZE;
    return false;
}

static bool
set_text(struct ud_journal_entry *e, const char *name, const char *text)
{
    if (strcmp(name, "time") == 0)
        return ud_wall_parse(&e->head.time, text, strlen(text));
    if (strcmp(name, "event") == 0)
        return ud_event_kind_parse(&e->record.event, text);
    for (size_t i = 0; i < UD_RECORD_FIELDS; i++)
        if (strcmp(name, ud_record_fields[i].name) == 0) {
            *(const char **)((char *)&e->record + ud_record_fields[i].offset) = text;
            return true;
        }
    return set_place(&e->head.context, name, text) || set_proof(e, name, text);
}

static bool
take_member(struct ud_journal_entry *e, struct reader *r)
{
    const char *name = take_text(r), *text;
    uint64_t number;

    if (name == NULL || !take(r, ':'))
        return false;
    if (r->at < r->end && *r->at == '"')
        return (text = take_text(r)) != NULL && set_text(e, name, text);
    return take_number(r, &number) && set_number(e, name, number);
}

bool
ud_line_parse(struct ud_journal_entry *e, const char *line, size_t length)
{
    struct reader r = { line, line + length, e->store, e->store + sizeof(e->store) };
    struct ud_buf again;
    bool same;

    memset(&e->head, 0, sizeof(e->head));
    memset(&e->record, 0, sizeof(e->record));
    if (length >= UD_LINE_MAX || !take(&r, '{'))
        return false;
    do
        if (!take_member(e, &r))
            return false;
    while (take(&r, ','));
    if (!take(&r, '}') || r.at != r.end)
        return false;
    ud_buf_init(&again, UD_LINE_MAX);
    ud_line_write(&again, &e->head, &e->record);
    ud_line_finish(&again, e->hash, e->signature);
    same = !again.failed && again.length == length + 1 && memcmp(again.data, line, length) == 0;
    ud_buf_free(&again);
    return same;
}

void
ud_line_hash(unsigned char out[UD_HASH_SIZE], const struct ud_journal_entry *e)
{
    struct ud_buf b;

    ud_buf_init(&b, UD_LINE_MAX);
    ud_line_write(&b, &e->head, &e->record);
    ud_chain_next(out, e->head.previous, b.data, b.length);
    ud_buf_free(&b);
}

/* --- signatures ------------------------------------------------------------------------------------------------------------ */

#define SIGNED_DOMAIN "unlockdesk line 1"
#define SIGNED_SIZE   (sizeof(SIGNED_DOMAIN) - 1 + 8 + UD_HASH_SIZE)

static void
signed_bytes(unsigned char out[SIGNED_SIZE], uint64_t sequence, const unsigned char hash[UD_HASH_SIZE])
{
    size_t n = sizeof(SIGNED_DOMAIN) - 1;

    memcpy(out, SIGNED_DOMAIN, n);
    for (int i = 0; i < 8; i++)
        out[n++] = (unsigned char)(sequence >> (8 * i));
    memcpy(out + n, hash, UD_HASH_SIZE);
}

enum ud_status
ud_line_sign(unsigned char signature[UD_SIGN_SIZE], uint64_t sequence, const unsigned char hash[UD_HASH_SIZE],
    struct ud_secret *seed, struct ud_error *err)
{
    unsigned char bytes[SIGNED_SIZE];

    signed_bytes(bytes, sequence, hash);
    return ud_sign(signature, bytes, sizeof(bytes), seed, err);
}

bool
ud_line_signed_by(const struct ud_journal_entry *e, const unsigned char public_key[UD_SIGN_PUBLIC])
{
    unsigned char bytes[SIGNED_SIZE];

    signed_bytes(bytes, e->head.sequence, e->hash);
    return ud_sign_verify(e->signature, bytes, sizeof(bytes), public_key);
}
