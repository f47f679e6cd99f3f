/* Frames of requests and replies: writing, reading, freeing. The fields themselves stand in request_fields.c and reply_fields.c. */
#include "escrowd/vault/request.h"

#include <stdlib.h>
#include <string.h>

#include "escrowd/vault/arena.h"
#include "escrowd/vault/frame.h"

size_t
ud_frame_begin(struct ud_pack *p, struct ud_buf *out, struct ud_frame_head *head)
{
    size_t start = out->length;
    uint32_t later = 0;

    *p = (struct ud_pack){ .out = out };
    ud_pack_u32(p, &later);
    ud_pack_u32(p, &head->id);
    ud_pack_u8(p, &head->op);
    ud_pack_u8(p, &head->code);
    ud_pack_u32(p, &head->secret);
    return start;
}

enum ud_status
ud_frame_end(struct ud_pack *p, size_t start, uint32_t secret, struct ud_error *err)
{
    struct ud_buf *out = p->out;
    size_t length = out->length - start - UD_FRAME_LENGTH + secret;

    if (out->failed || p->bad || length > UD_VAULT_FRAME_MAX) {
        out->length = start;
        out->failed = false;
        return ud_error_set(err, UD_INVALID, "A message between front and vault is too long");
    }
    for (unsigned i = 0; i < UD_FRAME_LENGTH; i++)
        out->data[start + i] = (char)(uint8_t)(length >> (8 * i));
    return UD_OK;
}

static enum ud_status
malformed(struct ud_error *err)
{
    return ud_error_set(err, UD_MALFORMED, "A message between front and vault is malformed");
}

/* The secret part: from the end of the frame into guarded memory. */
static enum ud_status
take_secret(struct ud_secret **secret, const uint8_t *bytes, size_t length, struct ud_error *err)
{
    enum ud_status st = ud_secret_new(secret, length, err);

    if (st == UD_OK && (st = ud_secret_append(*secret, bytes, length, err)) != UD_OK)
        ud_secret_free(secret);
    return st;
}

enum ud_status
ud_frame_open(struct ud_pack *p, struct ud_frame_head *head, void **copy, struct ud_secret **secret, const uint8_t *bytes,
    size_t length, struct ud_error *err)
{
    enum ud_status st = UD_OK;

    *copy = NULL;
    *secret = NULL;
    *p = (struct ud_pack){ .in = bytes, .left = length };
    ud_pack_u32(p, &head->id);
    ud_pack_u8(p, &head->op);
    ud_pack_u8(p, &head->code);
    ud_pack_u32(p, &head->secret);
    if (p->bad || head->secret > p->left || head->secret > UD_SECRET_MAX)
        return malformed(err);
    size_t fields = p->left - head->secret;
    if (head->secret > 0)
        st = take_secret(secret, p->in + fields, head->secret, err);
    if (st != UD_OK)
        return st;
    uint8_t *memory = ud_arena_take(copy, fields + 1);
    memcpy(memory, p->in, fields);
    *p = (struct ud_pack){ .in = memory, .left = fields };
    return UD_OK;
}

static uint32_t
secret_size(const struct ud_secret *s)
{
    return s == NULL ? 0 : (uint32_t)ud_secret_length(s);
}

enum ud_status
ud_vault_request_encode(struct ud_buf *out, const struct ud_vault_request *r, struct ud_error *err)
{
    struct ud_vault_request copy = *r; /* the description is one for both directions and wants to write */
    struct ud_frame_head head = { .id = r->id, .op = (uint8_t)r->op, .secret = secret_size(r->secret) };
    struct ud_pack p;
    size_t start = ud_frame_begin(&p, out, &head);

    ud_request_fields(&p, &copy);
    ud_token_wipe(&copy.auth);
    return ud_frame_end(&p, start, head.secret, err);
}

enum ud_status
ud_vault_reply_encode(struct ud_buf *out, const struct ud_vault_reply *r, struct ud_error *err)
{
    struct ud_vault_reply copy = *r;
    struct ud_frame_head head = { .id = r->id, .op = (uint8_t)r->op, .code = (uint8_t)r->code, .secret = secret_size(r->secret) };
    struct ud_pack p;
    size_t start = ud_frame_begin(&p, out, &head);

    ud_reply_fields(&p, &copy);
    return ud_frame_end(&p, start, head.secret, err);
}

enum ud_status
ud_vault_request_decode(struct ud_vault_request **out, const uint8_t *bytes, size_t length, struct ud_error *err)
{
    struct ud_vault_request *r = ud_xcalloc(1, sizeof(*r));
    struct ud_frame_head head;
    struct ud_pack p;
    enum ud_status st;

    *out = NULL;
    if ((st = ud_frame_open(&p, &head, &r->frame, &r->secret, bytes, length, err)) != UD_OK)
        goto out;
    r->id = head.id;
    r->op = (enum ud_vault_op)head.op;
    if (head.op == 0 || head.op >= UD_VAULT_OP_END || head.code != 0)
        p.bad = true;
    else
        ud_request_fields(&p, r);
    if (p.bad || p.left != 0)
        st = malformed(err);
    if (st == UD_OK) {
        *out = r;
        r = NULL;
    }
out:
    ud_vault_request_free(&r);
    return st;
}

enum ud_status
ud_vault_reply_decode(struct ud_vault_reply **out, const uint8_t *bytes, size_t length, struct ud_error *err)
{
    struct ud_vault_reply *r = ud_xcalloc(1, sizeof(*r));
    struct ud_frame_head head;
    struct ud_pack p;
    enum ud_status st;

    *out = NULL;
    if ((st = ud_frame_open(&p, &head, &r->frame, &r->secret, bytes, length, err)) != UD_OK)
        goto out;
    r->id = head.id;
    r->op = (enum ud_vault_op)head.op;
    r->code = (enum ud_vault_code)head.code;
    if (head.op == 0 || head.op >= UD_VAULT_OP_END || head.code >= UD_VAULT_CODE_END)
        p.bad = true;
    else
        ud_reply_fields(&p, r);
    if (p.bad || p.left != 0)
        st = malformed(err);
    if (st == UD_OK) {
        *out = r;
        r = NULL;
    }
out:
    ud_vault_reply_free(&r);
    return st;
}

void
ud_vault_request_free(struct ud_vault_request **r)
{
    if (r == NULL || *r == NULL)
        return;
    ud_token_wipe(&(*r)->auth);
    ud_secret_free(&(*r)->secret);
    ud_arena_free(&(*r)->frame);
    free(*r);
    *r = NULL;
}

void
ud_vault_reply_free(struct ud_vault_reply **r)
{
    if (r == NULL || *r == NULL)
        return;
    ud_secret_free(&(*r)->secret);
    free((*r)->devices);
    free((*r)->keys);
    free((*r)->others);
    free((*r)->rotations);
    free((*r)->works);
    free((*r)->typed);
    free((*r)->approvals);
    ud_arena_free(&(*r)->frame);
    free(*r);
    *r = NULL;
}

const char *
ud_vault_op_name(enum ud_vault_op op)
{
    static const char *const name[UD_VAULT_OP_END] = { "none", "hello", "user-check", "grant", "refresh", "revoke", "me",
        "device-page", "device", "key-page", "key", "device-keys", "find", "reveal", "reveal-plain", "rotate", "rotation",
        "outcome", "policy", "notice", "check-in", "deposit", "work-result", "work-list", "branding", "agent-check-in",
        "agent-verify", "typed", "typed-state", "typed-ask", "typed-asked", "work-key", "store", "package", "approval-ask",
        "approvals", "approval", "approval-decide", "approval-withdraw", "surge", "board", "report-audit", "report-encryption" };

    return (unsigned)op < UD_VAULT_OP_END ? name[op] : "unknown";
}
