/* The walk over a block, written once for every width of vector. Included by fleet_rows_x86.c with K, TARGET, INLINE, VECTOR, SPLAT and
 * K(mask64) set; no header of its own otherwise. */

/* The ends of rows among the ends of fields. */
INLINE uint64_t
K(row_ends)(struct walk *w, uint64_t field_ends)
{
    uint64_t ends = _pdep_u64(UINT64_C(0x8888888888888888) >> w->fields, field_ends);

    w->fields = (w->fields + (unsigned)__builtin_popcountll(field_ends)) & 3u;
    return ends;
}

INLINE uint64_t
K(add_carry)(uint64_t a, uint64_t b, unsigned char *carry)
{
    unsigned long long sum;

    *carry = _addcarry_u64(*carry, a, b, &sum);
    return sum;
}

/* Appends one bit for each row that ends here: at most 16 end in 64 bytes. */
INLINE void
K(append)(struct walk *w, uint64_t found, uint64_t ends)
{
    uint64_t value = _pext_u64(found, ends);
    unsigned count = (unsigned)__builtin_popcountll(ends), at = w->rows % 64;

    w->bits |= value << at;
    w->rows += count;
    if (at + count >= 64) {
        *w->to++ = w->bits;
        w->bits = at > 0 ? value >> (64 - at) : 0;
    }
}

INLINE uint64_t
K(upto)(uint32_t p, uint32_t end)
{
    return end - p >= 64 ? UINT64_MAX : ((uint64_t)1 << (end - p)) - 1;
}

/* The same for up to 16 bytes, with instructions of the same set. */
INLINE bool
K(equals_start)(const uint8_t *text, __m128i want, unsigned all)
{
    __m128i x = _mm_loadu_si128((const __m128i *)(const void *)text);
    __m128i capital = _mm_and_si128(_mm_cmpgt_epi8(x, _mm_set1_epi8('A' - 1)), _mm_cmpgt_epi8(_mm_set1_epi8('Z' + 1), x));

    x = _mm_or_si128(x, _mm_and_si128(capital, _mm_set1_epi8(0x20)));
    return ((unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(x, want)) & all) == all;
}

/* Of candidates, those where the whole needle stands. */
INLINE uint64_t
K(verify)(const struct ud_needle *n, const uint8_t *t, uint64_t found)
{
    const __m128i want = _mm_loadu_si128((const __m128i *)(const void *)n->text);
    const unsigned all = n->length >= 16 ? 0xFFFFu : (1u << n->length) - 1u;

    for (uint64_t left = found; left != 0; left &= left - 1) {
        unsigned i = (unsigned)__builtin_ctzll(left);
        bool same = K(equals_start)(t + i, want, all) && (n->length <= 16 || equals(t + i, n));
        found &= ~((uint64_t)!same << i);
    }
    return found;
}

INLINE bool
K(finish)(const struct walk *w, const struct ud_rows_job *job)
{
    *w->to = w->bits;
    return w->rows == job->rows && w->fields == 0;
}

TARGET static bool
K(rows_text)(const struct ud_needle *n, struct ud_rows_job *job)
{
    const VECTOR first = SPLAT(n->byte[0]), second = SPLAT(n->byte[1]), bit = SPLAT(0x20), zero = SPLAT(0);
    const uint8_t *text = job->text, *a = text + n->at[0], *b = text + n->at[1];
    const uint32_t end = job->end, rows = job->rows;
    const bool sure = n->sure, starters = job->key_limit > 0;
    struct walk w = { .ended = 1, .to = job->bits };

    job->starters = 0;
    for (uint32_t p = job->begin; p < end; p += 64) {
        __builtin_prefetch(text + p + 2048); /* the processor's own guess stops at the end of each page */
        uint64_t field_ends = K(mask64)(text + p, zero, zero),
                 found = K(mask64)(a + p, first, bit) & K(mask64)(b + p, second, bit);
        if (end - p < 64) {
            field_ends &= K(upto)(p, end);
            found &= K(upto)(p, end);
        }
        if (!sure)
            found = K(verify)(n, text + p, found);
        uint64_t ends = K(row_ends)(&w, field_ends), starts = found & (field_ends << 1 | w.ended);
        if (w.rows > rows)
            return false;
        if (starts != 0 && starters)
            note_starters(n, job, w.rows, p, starts, field_ends, ends);
        K(append)(&w, K(add_carry)(found, ~ends, &w.carry) & ends, ends);
        w.ended = field_ends >> 63;
    }
    return K(finish)(&w, job);
}

/* Fields that end here and have the letter. */
INLINE uint64_t
K(fields_with)(const uint8_t *t, VECTOR letter, VECTOR bit, uint64_t field_ends, unsigned char *carry)
{
    return K(add_carry)(K(mask64)(t, letter, bit) & ~field_ends, ~field_ends, carry);
}

TARGET static bool
K(rows_letters)(const uint8_t letter[UD_LETTERS], struct ud_rows_job *job)
{
    const VECTOR bit = SPLAT(0x20), zero = SPLAT(0);
    const VECTOR l0 = SPLAT(letter[0]), l1 = SPLAT(letter[1]), l2 = SPLAT(letter[2]), l3 = SPLAT(letter[3]);
    unsigned char c0 = 0, c1 = 0, c2 = 0, c3 = 0;
    const uint32_t end = job->end, rows = job->rows;
    struct walk w = { .to = job->bits };

    for (uint32_t p = job->begin; p < end; p += 64) {
        const uint8_t *t = job->text + p;
        uint64_t field_ends = K(mask64)(t, zero, zero);
        if (end - p < 64)
            field_ends &= K(upto)(p, end);
        uint64_t have = field_ends & K(fields_with)(t, l0, bit, field_ends, &c0) & K(fields_with)(t, l1, bit, field_ends, &c1) &
                        K(fields_with)(t, l2, bit, field_ends, &c2) & K(fields_with)(t, l3, bit, field_ends, &c3);
        uint64_t ends = K(row_ends)(&w, field_ends);
        if (w.rows > rows)
            return false;
        K(append)(&w, (K(add_carry)(have & ~ends, ~ends, &w.carry) | have) & ends, ends);
    }
    return K(finish)(&w, job);
}
