/* One line of the journal in its canonical form. Private to the journal. */
#ifndef UD_JOURNAL_LINE_H
#define UD_JOURNAL_LINE_H

#include "base/hash.h"
#include "base/sign.h"
#include "journal/journal.h"

#define UD_LINE_MAX ((size_t)16 * 1024) /* more than any record takes; see FIELD_MAX in record.c */

/* Who writes, and where; read once when the journal is opened. */
struct ud_journal_context {
    char boot_id[40], host[65], tty[64], ssh[128], build[32];
    uint32_t uid, login_uid;
};

struct ud_journal_head { /* what every line carries */
    uint64_t sequence;
    unsigned char previous[UD_HASH_SIZE];
    ud_wall time;
    ud_msec boot;
    struct ud_journal_context context;
    uint64_t epoch;  /* of the key that signs this line */
    bool has_public; /* EPOCH lines: the key of the next epoch (the first line: its own) */
    unsigned char public_key[UD_SIGN_PUBLIC];
};

struct ud_journal_entry { /* a parsed line */
    struct ud_journal_head head;
    struct ud_record record; /* text lies in `store` */
    unsigned char hash[UD_HASH_SIZE];
    unsigned char signature[UD_SIGN_SIZE];
    char store[UD_LINE_MAX];
};

/* Writes the signed part: everything up to and with "epoch", closed by '}'. */
void ud_line_write(struct ud_buf *out, const struct ud_journal_head *h, const struct ud_record *r);
/* Replaces the closing brace by hash and signature, and ends the line. */
void ud_line_finish(struct ud_buf *out, const unsigned char hash[UD_HASH_SIZE], const unsigned char signature[UD_SIGN_SIZE]);
/* Parses one line without its newline. Only the canonical form is taken: what is parsed is written again and compared. False:
 * not a line of ours. */
bool ud_line_parse(struct ud_journal_entry *e, const char *line, size_t length);
/* h(n), from the line as it is written again. */
void ud_line_hash(unsigned char out[UD_HASH_SIZE], const struct ud_journal_entry *e);

/* Signature over domain, sequence and hash. */
UD_CHECK enum ud_status ud_line_sign(unsigned char signature[UD_SIGN_SIZE], uint64_t sequence,
    const unsigned char hash[UD_HASH_SIZE], struct ud_secret *seed, struct ud_error *err);
bool ud_line_signed_by(const struct ud_journal_entry *e, const unsigned char public_key[UD_SIGN_PUBLIC]);

#endif
