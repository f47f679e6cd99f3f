/* The loose search, asked only when nothing matched as written: the letters of a word in order, not far apart, within one field (its
 * first 64 bytes). A few nanoseconds a row, so its time is bounded by the list. Words of one or two letters must match as written. */
#include "domain/fleet_search.h"

#define LOOSE_MIN 3u

/* Letters may be spread over this many bytes. */
static unsigned
spread(unsigned length)
{
    return 2 * length + 4;
}

/* Bytes that a loose match takes in the `size` bytes at `field`, as few as a greedy reading finds; 0: none. */
static unsigned
match_field(const uint8_t *field, unsigned size, const struct ud_needle *n)
{
    uint64_t mask[64];
    unsigned best = 0, known = 1;

    if (n->length > size || n->length > 64)
        return 0;
    mask[0] = ud_mask(field, n->text[0], size);
    for (uint64_t starts = mask[0]; starts != 0; starts &= starts - 1) {
        unsigned from = (unsigned)__builtin_ctzll(starts), p = from;
        for (unsigned i = 1; i < n->length; i++) {
            if (i == known)
                mask[known++] = ud_mask(field, n->text[i], size);
            uint64_t after = p == 63 ? 0 : mask[i] & (UINT64_MAX << (p + 1));
            if (after == 0)
                return best; /* a later start would not get further */
            p = (unsigned)__builtin_ctzll(after);
        }
        if (p - from < spread(n->length) && (best == 0 || p - from + 1 < best))
            best = p - from + 1;
    }
    return best;
}

/* The fewest bytes among the fields of a row; 0: none. */
static unsigned
match_row(const struct ud_plan *plan, const struct ud_needle *n, enum ud_place place, uint32_t begin, uint32_t end)
{
    const uint8_t *text = plan->f->text.base;
    unsigned best = 0, field = 0;
    uint32_t from = begin;

    for (uint32_t p = begin; p < end && field < UD_FIELDS; p += 64) {
        uint64_t nuls = ud_mask(text + p, 0, end - p);
        for (; nuls != 0 && field < UD_FIELDS; nuls &= nuls - 1, field++) {
            uint32_t to = p + (uint32_t)__builtin_ctzll(nuls);
            unsigned m = place == UD_PLACE_ANY || field >= 2 ? match_field(text + from, to - from, n) : 0;
            if (m != 0 && (best == 0 || m < best))
                best = m;
            from = to + 1;
        }
    }
    return best;
}

/* How many bytes too many the groups take in a row; false where one does not match. */
static bool
row_matches(const struct ud_plan *plan, uint32_t row, unsigned *extra)
{
    uint32_t begin, end;

    *extra = 0;
    if (!ud_row_span(plan->f, row, row + 1, &begin, &end))
        return false;
    for (unsigned g = 0; g < plan->q->groups; g++) {
        const struct ud_group *group = &plan->q->group[g];
        unsigned best = ud_plan_model_has(plan, g, row) ? 0 : UINT32_MAX;
        for (unsigned i = 0; i < group->count && best != 0; i++) {
            const struct ud_needle *n = &plan->q->needle[group->first + i];
            unsigned m = match_row(plan, n, group->place, begin, end);
            if (m != 0 && m - n->length < best && (n->length >= LOOSE_MIN || m == n->length))
                best = m - n->length;
        }
        if (best == UINT32_MAX)
            return false;
        *extra += best;
    }
    return true;
}

/* Drops rows that lack one of the rarest letters of a word. */
static void
drop_hopeless(const struct ud_plan *plan, struct ud_block *b, uint32_t from, uint32_t to)
{
    struct ud_rows_job job = { .text = plan->f->text.base, .rows = to - from, .bits = b->more };

    if (!ud_row_span(plan->f, from, to, &job.begin, &job.end))
        memset(b->bits, 0, sizeof(b->bits));
    for (unsigned g = 0; g < plan->q->groups && plan->rows_letters != NULL; g++) {
        const struct ud_group *group = &plan->q->group[g];
        uint8_t letter[UD_LETTERS];
        if (group->count != 1 || plan->model_ok[g] != NULL)
            continue;
        ud_needle_letters(letter, &plan->q->needle[group->first]);
        if (!plan->rows_letters(letter, &job))
            continue;
        for (uint32_t w = 0; w < UD_BLOCK_WORDS && w * 64 < to - from; w++)
            b->bits[w] &= b->more[w];
    }
}

void
ud_block_run_loose(const struct ud_plan *plan, struct ud_block *b, uint32_t block)
{
    uint32_t from = block * UD_BLOCK_ROWS, to = ud_block_begin(plan, b, block, NULL);

    drop_hopeless(plan, b, from, to);
    ud_block_filter(plan, b, from);
    for (uint32_t w = 0; w < UD_BLOCK_WORDS; w++)
        for (uint64_t left = b->bits[w]; left != 0; left &= left - 1) {
            uint32_t i = (uint32_t)__builtin_ctzll(left), row = from + w * 64 + i;
            unsigned extra;
            if (!row_matches(plan, row, &extra)) {
                b->bits[w] &= ~((uint64_t)1 << i);
                continue;
            }
            uint64_t entry = (uint64_t)extra << 32 | row;
            if (plan->want > 0 && ud_top_wants(&b->loose_top, entry))
                ud_top_add(&b->loose_top, entry);
        }
    memcpy(plan->loose + from / 64, b->bits, ((size_t)(to - from) + 63) / 64 * sizeof(uint64_t));
    b->loose_total += ud_bits_count(b->bits, UD_BLOCK_WORDS);
}
