/* Private to the journal. */
#ifndef UD_JOURNAL_CHECKPOINT_H
#define UD_JOURNAL_CHECKPOINT_H

#include "journal/tail.h"

struct ud_checkpoint {
    uint64_t sequence;
    unsigned char hash[UD_HASH_SIZE];
    ud_wall time;
    uint64_t epoch;
    unsigned char signature[UD_SIGN_SIZE];
};

/* One line of `checkpoints`: sequence, head in hex, time, epoch, signature. */
bool ud_checkpoint_parse(struct ud_checkpoint *c, const char *line);
bool ud_checkpoint_signed_by(const struct ud_checkpoint *c, const unsigned char public_key[UD_SIGN_PUBLIC]);

#endif
