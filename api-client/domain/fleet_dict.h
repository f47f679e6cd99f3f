/* A dictionary of the few texts that many devices share (models, system versions). An entry is a pair of texts and their folded
 * form; entries never move or change, so readers on other threads may use every entry that a published row names. */
#ifndef UD_DOMAIN_FLEET_DICT_H
#define UD_DOMAIN_FLEET_DICT_H

#include <stdatomic.h>
#include <stdint.h>

#include "domain/fleet_column.h"

/* More different texts than this are not told apart: entry 0, the empty text, stands for the rest. */
#define UD_DICT_MAX      65535u
#define UD_DICT_TEXT_MAX ((size_t)(UD_DICT_MAX + 1) * 512)

struct ud_dict {
    struct ud_column text;  /* first NUL second NUL folded NUL, one entry after the other */
    struct ud_column start; /* uint32_t: where an entry begins */
    atomic_uint count;
    atomic_uint used; /* bytes of text */
    uint32_t *slot;   /* writer only: entry + 1 by hash, 0 free */
    uint32_t slots;
};

void ud_dict_init(struct ud_dict *d);
void ud_dict_free(struct ud_dict *d);
/* Number of the pair, added where it is new. */
uint16_t ud_dict_intern(struct ud_dict *d, const char *first, const char *second);
/* Texts of an entry, "" where there is none. */
const char *ud_dict_first(const struct ud_dict *d, uint32_t entry);
const char *ud_dict_second(const struct ud_dict *d, uint32_t entry);
const char *ud_dict_folded(const struct ud_dict *d, uint32_t entry);

#endif
