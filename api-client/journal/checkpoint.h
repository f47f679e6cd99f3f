/* Private to the journal. */
#ifndef UD_JOURNAL_CHECKPOINT_H
#define UD_JOURNAL_CHECKPOINT_H

#include "journal/epoch.h"

#define UD_CHECKPOINT_ORIGIN 8 /* bytes of the first key: enough to tell the logs of a host apart */

struct ud_checkpoint {
    unsigned char origin[UD_CHECKPOINT_ORIGIN];
    uint64_t sequence;
    unsigned char hash[UD_HASH_SIZE];
    ud_wall time;
    uint64_t epoch;
    unsigned char signature[UD_SIGN_SIZE];
};

/* A signed statement of size and head, appended to `checkpoints` and sent to syslog. */
UD_CHECK enum ud_status ud_checkpoint_write(const char *dir, const unsigned char origin[UD_SIGN_PUBLIC], uint64_t sequence,
    const unsigned char hash[UD_HASH_SIZE], struct ud_epoch *epoch, struct ud_error *err);
/* One line of `checkpoints`: origin in hex, sequence, head in hex, time, epoch, signature. */
bool ud_checkpoint_parse(struct ud_checkpoint *c, const char *line);
bool ud_checkpoint_signed_by(const struct ud_checkpoint *c, const unsigned char public_key[UD_SIGN_PUBLIC]);

#endif
