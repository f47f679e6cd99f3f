/* The activity log: an append-only, hash-chained, Ed25519-signed record of what was done with the console (SR-94..SR-106).
 * One JSON object a line in canonical form, `journal.jsonl` in the journal directory beside `epoch.key` (0600). Never a secret,
 * nor an unkeyed hash of one. A failed write or sync poisons the journal: nothing more is appended and no key may be shown. */
#ifndef UD_JOURNAL_JOURNAL_H
#define UD_JOURNAL_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"

/* X(enumerator, name in the file) */
#define UD_EVENT_LIST(X)                                                                                                         \
    X(SESSION, "session") /* console opened */                                                                                   \
    X(SIGNIN, "sign-in")                                                                                                         \
    X(NOTICE, "notice")       /* accepted */                                                                                     \
    X(INTENT, "intent")       /* a key will be asked for */                                                                      \
    X(DISCLOSED, "disclosed") /* it arrived and will be painted */                                                               \
    X(SHOWN, "shown")         /* covered key shown again, no new request */                                                      \
    X(WHOLE, "whole")         /* the whole key shown at once */                                                                  \
    X(COVERED, "covered")                                                                                                        \
    X(FAILED, "failed")       /* the request did not disclose */                                                                 \
    X(UNCERTAIN, "uncertain") /* it may have */                                                                                  \
    X(MISMATCH, "mismatch")   /* answer for another key or malformed */                                                          \
    X(OUTCOME, "outcome")     /* worked, did-not-unlock, gone */                                                                 \
    X(ROTATE, "rotate")       /* new key asked */                                                                                \
    X(ROTATED, "rotated")     /* newer key escrowed */                                                                           \
    X(ROTATE_FAILED, "rotate-failed")                                                                                            \
    X(STORE, "store")   /* a typed FileVault key handed to the service */                                                        \
    X(STORED, "stored") /* its Mac has made and escrowed a new one */                                                            \
    X(STORE_FAILED, "store-failed")                                                                                              \
    X(STORE_ASKED, "store-asked") /* a user was asked for it */                                                                  \
    X(APPROVAL, "approval")       /* asked, granted, denied, expired, withdrawn; grant, deny: decided here */                    \
    X(COPIED, "copied")           /* ticket text to the clipboard */                                                             \
    X(LOCK, "lock")                                                                                                              \
    X(UNLOCK, "unlock")                                                                                                          \
    X(UNLOCK_FAILED, "unlock-failed")                                                                                            \
    X(END, "end")           /* session over */                                                                                   \
    X(EPOCH, "epoch")       /* written by the journal itself */                                                                  \
    X(RECOVERY, "recovery") /* written by the journal itself */                                                                  \
    X(RENEWED, "renewed")   /* first line of a log that follows one that was set aside (renew.h) */                              \
    X(KEPT, "kept")         /* a key that was brought has been stored */                                                         \
    X(PACKAGE, "package")   /* a key package was written to a file */                                                            \
    X(CHECKPOINT, "checkpoint")

enum ud_event_kind {
#define X(name, text) UD_EVENT_##name,
    UD_EVENT_LIST(X)
#undef X
        UD_EVENT_COUNT
};
const char *ud_event_kind_name(enum ud_event_kind k);

/* What the caller says; NULL and "" are written as absent, text of more than 399 bytes is cut. The journal adds version, sequence,
 * previous hash, times, boot id, host, uid, login uid, terminal, SSH client, program build. */
struct ud_record {
    enum ud_event_kind event;
    const char *operator_id;
    const char *source;
    const char *device; /* id, 36 characters */
    const char *device_name;
    const char *serial;
    const char *user;
    const char *key; /* key ID, 36 characters */
    const char *kind;
    const char *reason;
    const char *ticket;
    const char *note;
    const char *caller;
    const char *verified;
    const char *outcome;
    const char *request; /* id that ties INTENT, DISCLOSED and the server's audit together */
    const char *server_request;
    const char *finding; /* multiplexer or recorder finding */
    const char *detail;
    const char *surge; /* incident number of the surge that was on */
};

struct ud_journal;

/* Opens or makes the journal in `dir`. A torn last line is set aside and recorded. UD_BUSY after 2 s of another writer,
 * UD_JOURNAL when poisoned, emptied, or when its last line is not one of ours. */
UD_CHECK enum ud_status ud_journal_open(struct ud_journal **out, const char *dir, struct ud_error *err);
void ud_journal_free(struct ud_journal **j);
/* Appends one line; returns only when it is durable (fdatasync). `receipt` (may be NULL, 13 bytes: "XXXX-XXXX-XX") gets a short
 * code made of the line's hash, for tickets. Takes the open-file-description lock for the append (2 s limit: UD_BUSY).
 * UD_NOSPACE leaves the log usable; any other failure to write ends it (UD_JOURNAL). Called from the journal thread. */
UD_CHECK enum ud_status ud_journal_append(
    struct ud_journal *j, const struct ud_record *r, char receipt[13], struct ud_error *err);
bool ud_journal_poisoned(const struct ud_journal *j);
/* UD_OK where at least the reserve (256 KiB) is free; *warn where below 1 MiB. */
UD_CHECK enum ud_status ud_journal_space(const struct ud_journal *j, bool *warn, struct ud_error *err);

/* Signs a checkpoint (origin, size, head, time), appends it to `checkpoints` and sends it to syslog (authpriv), where the
 * user of this console cannot change it. Call every 15 minutes, at lock and at the end. ud_journal_syslog opens the connection;
 * the sandbox of the console does so too, because sockets cannot be made afterwards. */
UD_CHECK enum ud_status ud_journal_checkpoint(struct ud_journal *j, struct ud_error *err);
void ud_journal_syslog(void);

struct ud_journal_report {
    uint64_t lines;
    bool ok;
    uint64_t first_bad; /* line number from 1; 0: none */
    char what[160];     /* what is wrong with it */
    uint64_t anchored;  /* last line covered by a checkpoint that is kept elsewhere; 0: none, truncation cannot be excluded */
    uint64_t torn;      /* bytes of an unfinished line at the end; then ok is false until the next start has set them aside */
    char head[65];      /* hash of the last line, hex */
};
/* Checks every line of the journal in `dir`. UD_OK also where report->ok is false; an error only where it cannot be read. */
UD_CHECK enum ud_status ud_journal_verify(struct ud_journal_report *report, const char *dir, struct ud_error *err);

/* One parsed line, for list and export. Strings are borrowed until the callback returns. */
struct ud_journal_line {
    uint64_t sequence;
    ud_wall when;
    struct ud_record record;
};
typedef bool (*ud_journal_each)(const struct ud_journal_line *line, void *arg); /* false: stop */
/* Calls back for each line, oldest first. */
UD_CHECK enum ud_status ud_journal_read(const char *dir, ud_journal_each each, void *arg, struct ud_error *err);

/* The canonical record writer and the chain, shared with escrowd's audit:
 * h(n) = BLAKE2b-256("unlockdesk journal 1" | h(n-1) | bytes). */
void ud_record_write(struct ud_buf *out, const struct ud_record *r);
void ud_chain_next(unsigned char out[32], const unsigned char previous[32], const void *bytes, size_t length);

#endif
