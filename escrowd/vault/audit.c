/* Writing and checking the audit chain. */
#include "escrowd/vault/audit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/text.h"
#include "wire/json_writer.h"

#define LINE_MAX_BYTES     ((size_t)16 * 1024)
#define CHECKPOINT_MESSAGE 80

static void
write_text(struct ud_json_writer *w, const char *name, const char *text)
{
    char clean[320];

    if (text == NULL || text[0] == '\0')
        return;
    (void)ud_text_clean(clean, sizeof(clean), text, strlen(text)); /* a cut value is still a line */
    ud_json_write_text(w, name, clean);
}

static void
write_guid(struct ud_json_writer *w, const char *name, const struct ud_guid *id)
{
    if (id != NULL && !ud_guid_is_zero(id))
        ud_json_write_guid(w, name, id);
}

/* Fixed order of members: the bytes are what the chain covers. */
static void
write_line(struct ud_buf *out, const struct ud_audit_entry *e)
{
    struct ud_json_writer w;

    ud_json_writer_init(&w, out);
    ud_json_write_object(&w, NULL);
    ud_json_write_text(&w, "event", e->event);
    write_guid(&w, "user", e->user);
    write_text(&w, "user_name", e->user_name);
    write_text(&w, "asked", e->asked);
    write_text(&w, "role", e->role);
    write_text(&w, "end_user", e->end_user);
    write_guid(&w, "device", e->device);
    write_text(&w, "device_name", e->device_name);
    write_text(&w, "serial", e->serial);
    write_guid(&w, "key", e->key);
    write_text(&w, "kind", e->kind);
    write_text(&w, "reason", e->reason);
    write_text(&w, "ticket", e->ticket);
    write_text(&w, "note", e->note);
    write_text(&w, "caller", e->caller);
    write_text(&w, "verified", e->verified);
    write_text(&w, "outcome", e->outcome);
    write_guid(&w, "request", e->request);
    write_guid(&w, "call", e->call);
    write_text(&w, "detail", e->detail);
    write_guid(&w, "approval", e->approval);
    write_text(&w, "surge", e->surge);
    ud_json_write_object_end(&w);
}

static void
put_number(uint8_t out[8], uint64_t v)
{
    for (int i = 0; i < 8; i++)
        out[i] = (uint8_t)(v >> (8 * i));
}

static void
chain(uint8_t head[UD_HASH_SIZE], struct ud_ring *r, const struct ud_store_audit *row)
{
    static const char domain[] = "unlockdesk escrowd audit 1";
    uint8_t seq[8], at[8];
    const struct ud_bytes part[] = { { domain, sizeof(domain) }, { head, UD_HASH_SIZE }, { seq, 8 }, { at, 8 },
        { row->line, row->line_length } };
    uint8_t next[UD_HASH_SIZE];

    put_number(seq, row->seq);
    put_number(at, (uint64_t)row->at);
    ud_hash_keyed(next, part, 5, r->audit);
    memcpy(head, next, sizeof(next));
}

static void
checkpoint_message(uint8_t out[CHECKPOINT_MESSAGE], uint64_t seq, ud_wall at, const uint8_t head[UD_HASH_SIZE])
{
    static const char domain[32] = "unlockdesk escrowd checkpoint 1";

    memcpy(out, domain, sizeof(domain));
    put_number(out + 32, seq);
    put_number(out + 40, (uint64_t)at);
    memcpy(out + 48, head, UD_HASH_SIZE);
}

static bool
last_signed(const struct ud_store_checkpoint *c, void *arg)
{
    *(uint64_t *)arg = c->seq;
    return true;
}

enum ud_status
ud_audit_open(struct ud_audit *a, struct ud_store *s, struct ud_error *err)
{
    enum ud_status st;

    memset(a, 0, sizeof(*a));
    if ((st = ud_store_audit_last(s, &a->seq, a->head, err)) != UD_OK)
        return st;
    return ud_store_checkpoints(s, last_signed, &a->signed_seq, err);
}

enum ud_status
ud_audit_append(
    struct ud_audit *a, struct ud_store *s, struct ud_ring *r, ud_wall at, const struct ud_audit_entry *e, struct ud_error *err)
{
    struct ud_audit next = *a;
    struct ud_store_audit row = { .seq = a->seq + 1, .at = at };
    struct ud_buf line;
    enum ud_status st;

    ud_buf_init(&line, LINE_MAX_BYTES);
    write_line(&line, e);
    if ((st = ud_buf_status(&line, err)) == UD_OK) {
        row.line = line.data;
        row.line_length = line.length;
        chain(next.head, r, &row);
        memcpy(row.hash, next.head, sizeof(row.hash));
        next.seq = row.seq;
        st = ud_store_audit_add(s, &row, err);
    }
    ud_buf_free(&line);
    if (st == UD_OK)
        *a = next;
    if (st == UD_OK && a->seq - a->signed_seq >= UD_AUDIT_CHECKPOINT)
        st = ud_audit_checkpoint(a, s, r, at, err);
    return st;
}

enum ud_status
ud_audit_checkpoint(struct ud_audit *a, struct ud_store *s, struct ud_ring *r, ud_wall at, struct ud_error *err)
{
    struct ud_store_checkpoint c = { .seq = a->seq, .at = at };
    uint8_t message[CHECKPOINT_MESSAGE];
    enum ud_status st;

    if (a->seq == a->signed_seq)
        return UD_OK;
    memcpy(c.head, a->head, sizeof(c.head));
    checkpoint_message(message, c.seq, c.at, c.head);
    if ((st = ud_sign(c.signature, message, sizeof(message), r->sign, err)) == UD_OK)
        st = ud_store_checkpoint_add(s, &c, err);
    if (st == UD_OK)
        a->signed_seq = a->seq;
    return st;
}

enum ud_status
ud_audit_anchor(const struct ud_audit *a, struct ud_ring *r, const char *path, ud_wall at, struct ud_error *err)
{
    uint8_t message[CHECKPOINT_MESSAGE], signature[UD_SIGN_SIZE];
    char head[2 * UD_HASH_SIZE + 1], sig[2 * UD_SIGN_SIZE + 1], text[320];
    enum ud_status st;

    checkpoint_message(message, a->seq, at, a->head);
    if ((st = ud_sign(signature, message, sizeof(message), r->sign, err)) != UD_OK)
        return st;
    ud_hex_encode(head, a->head, sizeof(a->head));
    ud_hex_encode(sig, signature, sizeof(signature));
    int n =
        snprintf(text, sizeof(text), "escrowd-audit 1\n%llu %lld %s\n%s\n", (unsigned long long)a->seq, (long long)at, head, sig);
    return ud_file_replace(path, text, (size_t)n, 0600, err);
}

/* --- checking ---------------------------------------------------------------------------------------------------------- */

struct check {
    struct ud_audit_report *report;
    struct ud_ring *ring;
    uint8_t head[UD_HASH_SIZE];
    struct ud_store_checkpoint *checkpoint;
    size_t checkpoint_count, checkpoint_room;
    uint64_t anchor_seq;
    uint8_t anchor_head[UD_HASH_SIZE];
};

static void
bad(struct check *c, uint64_t seq, const char *what)
{
    if (!c->report->ok)
        return;
    c->report->ok = false;
    c->report->first_bad = seq;
    (void)ud_copy(c->report->what, sizeof(c->report->what), what);
}

static bool
gather(const struct ud_store_checkpoint *p, void *arg)
{
    struct check *c = arg;

    if (c->checkpoint_count == c->checkpoint_room) {
        c->checkpoint_room = c->checkpoint_room == 0 ? 64 : 2 * c->checkpoint_room;
        c->checkpoint = ud_xrealloc(c->checkpoint, c->checkpoint_room, sizeof(*p));
    }
    c->checkpoint[c->checkpoint_count++] = *p;
    return true;
}

/* The checkpoints and the anchor that speak of this line. */
static void
check_marks(struct check *c, const struct ud_store_audit *row)
{
    struct ud_audit_report *report = c->report;
    uint8_t message[CHECKPOINT_MESSAGE];

    if (report->checkpoints < c->checkpoint_count && c->checkpoint[report->checkpoints].seq == row->seq) {
        const struct ud_store_checkpoint *p = &c->checkpoint[report->checkpoints++];
        checkpoint_message(message, p->seq, p->at, p->head);
        if (memcmp(p->head, c->head, sizeof(c->head)) != 0 ||
            !ud_sign_verify(p->signature, message, sizeof(message), c->ring->sign_public))
            bad(c, row->seq, "the signed checkpoint does not fit the lines");
    }
    if (c->anchor_seq == row->seq && memcmp(c->anchor_head, c->head, sizeof(c->head)) != 0)
        bad(c, row->seq, "the line is not the one that audit.anchor names");
}

static bool
check_line(const struct ud_store_audit *row, void *arg)
{
    struct check *c = arg;

    c->report->lines++;
    if (row->seq != c->report->lines)
        bad(c, c->report->lines, "a line is missing");
    chain(c->head, c->ring, row);
    if (memcmp(c->head, row->hash, sizeof(c->head)) != 0)
        bad(c, row->seq, "the line was changed, or one before it");
    check_marks(c, row);
    return c->report->ok;
}

static enum ud_status
read_anchor(struct check *c, const char *path, struct ud_error *err)
{
    struct ud_buf b;
    char head[65] = "", sig[129] = "";
    long long at = 0;
    unsigned long long seq = 0;
    uint8_t message[CHECKPOINT_MESSAGE], signature[UD_SIGN_SIZE];
    enum ud_status st;

    ud_buf_init(&b, 1024);
    st = ud_file_read(&b, path, b.max, err);
    if (st == UD_NOTFOUND || st != UD_OK) {
        ud_buf_free(&b);
        return st == UD_NOTFOUND ? UD_OK : st;
    }
    bool whole = sscanf(b.data == NULL ? "" : b.data, "escrowd-audit 1 %llu %lld %64s %128s", &seq, &at, head, sig) == 4 &&
                 ud_hex_decode(c->anchor_head, sizeof(c->anchor_head), head, strlen(head)) &&
                 ud_hex_decode(signature, sizeof(signature), sig, strlen(sig));
    ud_buf_free(&b);
    checkpoint_message(message, seq, at, c->anchor_head);
    if (!whole || !ud_sign_verify(signature, message, sizeof(message), c->ring->sign_public)) {
        bad(c, 0, "audit.anchor is damaged or of another service");
        return UD_OK;
    }
    c->anchor_seq = c->report->anchored = seq;
    return UD_OK;
}

enum ud_status
ud_audit_check_anchor(const struct ud_audit *a, struct ud_ring *r, const char *path, struct ud_error *err)
{
    struct ud_audit_report report = { .ok = true };
    struct check c = { .report = &report, .ring = r };
    enum ud_status st = read_anchor(&c, path, err);

    if (st != UD_OK || (report.ok && c.anchor_seq <= a->seq))
        return st;
    if (report.ok)
        ud_error_set(err, UD_TAMPERED, "The database ends at line %llu of the audit, audit.anchor knows of line %llu",
            (unsigned long long)a->seq, (unsigned long long)c.anchor_seq);
    else
        ud_error_set(err, UD_TAMPERED, "%s", report.what);
    ud_error_hint(err, "An older database was put back. Run escrowd verify; to go on with it all the same, remove %s.", path);
    return UD_TAMPERED;
}

enum ud_status
ud_audit_verify(
    struct ud_audit_report *report, struct ud_store *s, struct ud_ring *r, const char *anchor_path, struct ud_error *err)
{
    struct check c = { .report = report, .ring = r };
    enum ud_status st;

    memset(report, 0, sizeof(*report));
    report->ok = true;
    if ((st = read_anchor(&c, anchor_path, err)) == UD_OK && (st = ud_store_checkpoints(s, gather, &c, err)) == UD_OK)
        st = ud_store_audits(s, 0, check_line, &c, err);
    if (st == UD_OK && report->checkpoints < c.checkpoint_count)
        bad(&c, report->lines + 1, "lines that a checkpoint signed are missing");
    if (st == UD_OK && c.anchor_seq > report->lines)
        bad(&c, report->lines + 1, "lines that audit.anchor names are missing: an older database was put back");
    free(c.checkpoint);
    return st;
}
