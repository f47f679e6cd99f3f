/* The exact search over one block of rows: scan for the leading word, then the others, the filters, and the order of the best. */
#include "domain/fleet_search.h"

#define DENSE  10u /* more than one row in so many: take all rows at once the next time */
#define SPARSE 6u  /* fewer than one row in so many left: look at rows one by one instead of at the whole block */

static inline bool
is_word(uint8_t c)
{
    uint8_t l = c | 0x20;

    return (c >= '0' && c <= '9') || (l >= 'a' && l <= 'z') || c >= 0x80;
}

static inline uint8_t
class_of(const uint8_t *text, uint32_t p, unsigned length)
{
    uint8_t before = text[p - 1], after = text[p + length];

    if (before == '\0')
        return after == '\0' || after == '@' ? UD_CLASS_WHOLE : UD_CLASS_START;
    return is_word(before) ? UD_CLASS_INSIDE : UD_CLASS_WORD;
}

/* Length of the field around `p`, at most 0xFFFF. */
static uint32_t
field_length(const uint8_t *text, uint32_t p)
{
    uint32_t from = p, to = p;
    uint64_t mask;

    while (from > 64 && (mask = ud_mask(text + from - 64, 0, 64)) == 0)
        from -= 64;
    if (from > 64)
        from = from - 64 + 64 - (uint32_t)__builtin_clzll(mask);
    else
        while (from > 0 && text[from - 1] != '\0')
            from--;
    for (unsigned i = 0; i < 16 && (mask = ud_mask(text + to, 0, 64)) == 0; i++)
        to += 64;
    if (mask != 0)
        to += (uint32_t)__builtin_ctzll(mask);
    return to - from < 0xFFFF ? to - from : 0xFFFF;
}

/* Whether offset p of a row that begins at `begin` lies in the user or display name. */
static bool
in_user(const uint8_t *text, uint32_t begin, uint32_t p)
{
    unsigned nuls = 0;

    for (uint32_t i = begin; i < p; i++)
        nuls += text[i] == '\0';
    return nuls >= 2;
}

bool
ud_plan_model_has(const struct ud_plan *plan, unsigned group, uint32_t row)
{
    const uint8_t *ok = plan->model_ok[group];
    uint16_t model;

    if (ok == NULL)
        return false;
    model = atomic_load_explicit(&UD_MODELS(plan->f)[row], memory_order_relaxed);
    return model < plan->models && ok[model] != 0;
}

/* --- one group over the block ------------------------------------------------------------------------------------------ */

/* The row that holds offset p, which is not before `row`. Rows are of much the same length, so a guess lands near. */
static inline uint32_t
row_at(const uint32_t *start, uint32_t row, uint32_t end_row, uint32_t p, float rows_per_byte)
{
    if (p < start[row + 1])
        return row;
    uint32_t guess = row + (uint32_t)((float)(p - start[row]) * rows_per_byte);
    if (guess >= end_row)
        guess = end_row - 1;
    while (guess > row && start[guess] > p)
        guess--;
    while (guess + 1 < end_row && start[guess + 1] <= p)
        guess++;
    return guess;
}

struct rows {
    uint32_t from, to;   /* row numbers */
    uint32_t begin, end; /* their text */
};

static inline void
note(uint64_t *bits, uint8_t *class_at, uint32_t *at, uint32_t i, uint8_t c, uint32_t p)
{
    uint64_t bit = (uint64_t)1 << (i % 64);

    if ((bits[i / 64] & bit) != 0 && class_at[i] <= c)
        return;
    bits[i / 64] |= bit;
    class_at[i] = c;
    at[i] = p;
}

static void
scan_needle(const struct ud_plan *plan, const struct ud_needle *n, enum ud_place place, struct rows r, struct ud_block *b,
    uint64_t *bits, uint8_t *class_at, uint32_t *at)
{
    const uint8_t *text = plan->f->text.base;
    const uint32_t *start = UD_STARTS(plan->f);
    uint32_t p = r.begin, row = r.from;
    float rows_per_byte = (float)(r.to - r.from) / (float)(r.end - r.begin + 1);

    while (p < r.end) {
        size_t hits = plan->scan(n, text, &p, r.end, b->hit, sizeof(b->hit) / sizeof(b->hit[0]));
        for (size_t i = 0; i < hits; i++) {
            uint32_t h = b->hit[i];
            row = row_at(start, row, r.to, h, rows_per_byte);
            if (place == UD_PLACE_ANY || in_user(text, start[row], h))
                note(bits, class_at, at, row - r.from, class_of(text, h, n->length), h);
        }
    }
}

static void
scan_group(
    const struct ud_plan *plan, unsigned g, struct rows r, struct ud_block *b, uint64_t *bits, uint8_t *class_at, uint32_t *at)
{
    const struct ud_group *group = &plan->q->group[g];

    memset(bits, 0, sizeof(b->more));
    for (unsigned i = 0; i < group->count; i++)
        scan_needle(plan, &plan->q->needle[group->first + i], group->place, r, b, bits, class_at, at);
    if (plan->model_ok[g] == NULL)
        return;
    for (uint32_t row = r.from; row < r.to; row++)
        if (ud_plan_model_has(plan, g, row))
            note(bits, class_at, at, row - r.from, UD_CLASS_MODEL, 0);
}

/* --- one group in one row ---------------------------------------------------------------------------------------------- */

static bool
row_has(const struct ud_plan *plan, unsigned g, uint32_t row, uint8_t *best, uint32_t *at)
{
    const struct ud_group *group = &plan->q->group[g];
    const uint8_t *text = plan->f->text.base;
    uint32_t begin, end, hit[UD_SCAN_ROOM];
    bool found = ud_plan_model_has(plan, g, row);

    *best = UD_CLASS_MODEL;
    *at = 0;
    if (!ud_row_span(plan->f, row, row + 1, &begin, &end))
        return found;
    for (unsigned i = 0; i < group->count; i++) {
        const struct ud_needle *n = &plan->q->needle[group->first + i];
        for (uint32_t p = begin; p < end;) {
            size_t hits = plan->scan(n, text, &p, end, hit, sizeof(hit) / sizeof(hit[0]));
            for (size_t k = 0; k < hits; k++) {
                if (group->place == UD_PLACE_USER && !in_user(text, begin, hit[k]))
                    continue;
                uint8_t c = class_of(text, hit[k], n->length);
                found = true;
                if (c < *best) {
                    *best = c;
                    *at = hit[k];
                }
            }
        }
    }
    return found;
}

/* --- the block --------------------------------------------------------------------------------------------------------- */

uint32_t
ud_block_begin(const struct ud_plan *plan, struct ud_block *b, uint32_t block, const uint64_t *among)
{
    uint32_t from = block * UD_BLOCK_ROWS, to = plan->rows - from < UD_BLOCK_ROWS ? plan->rows : from + UD_BLOCK_ROWS;

    for (uint32_t w = 0; w < UD_BLOCK_WORDS; w++) {
        uint32_t first = from + w * 64;
        b->bits[w] = 0;
        if (first >= to)
            continue;
        b->bits[w] = atomic_load_explicit(&UD_LIVE(plan->f)[first / 64], memory_order_relaxed);
        if (to - first < 64)
            b->bits[w] &= ((uint64_t)1 << (to - first)) - 1;
        if (among != NULL)
            b->bits[w] &= among[first / 64];
    }
    return to;
}

static bool
passes(const struct ud_plan *plan, uint32_t row)
{
    const struct ud_query *q = plan->q;
    uint32_t attr = ud_row_attr(plan->f, row);
    uint8_t source = (uint8_t)attr;

    if (q->ownership != 0 && ((q->ownership >> ((attr >> UD_ATTR_OWNERSHIP) & 3u)) & 1u) == 0)
        return false;
    if (q->mark != 0 && ((q->mark >> ud_attr_mark(attr)) & 1u) == 0)
        return false;
    if (q->by_source && ((q->source[source / 64] >> (source % 64)) & 1u) == 0)
        return false;
    if (plan->os_ok == NULL)
        return true;
    uint16_t os = atomic_load_explicit(&UD_SYSTEMS(plan->f)[row], memory_order_relaxed);
    return os < plan->systems && plan->os_ok[os] != 0;
}

void
ud_block_filter(const struct ud_plan *plan, struct ud_block *b, uint32_t from)
{
    const struct ud_query *q = plan->q;

    if (q->ownership == 0 && q->mark == 0 && !q->by_source && plan->os_ok == NULL)
        return;
    for (uint32_t w = 0; w < UD_BLOCK_WORDS; w++)
        for (uint64_t left = b->bits[w]; left != 0; left &= left - 1) {
            uint32_t i = (uint32_t)__builtin_ctzll(left);
            if (!passes(plan, from + w * 64 + i))
                b->bits[w] &= ~((uint64_t)1 << i);
        }
}

/* Looks at the rows of b->bits one by one. They lie far apart, so their text is asked for some rows ahead, and where it begins before. */
static void
verify_rows(const struct ud_plan *plan, struct ud_block *b, uint32_t from, unsigned g, uint8_t *class_at, uint32_t *at)
{
    const uint32_t *start = UD_STARTS(plan->f) + from;
    const uint8_t *text = plan->f->text.base;
    uint32_t count = 0;

    for (uint32_t w = 0; w < UD_BLOCK_WORDS; w++)
        for (uint64_t left = b->bits[w]; left != 0; left &= left - 1)
            b->list[count++] = (uint16_t)(w * 64 + (uint32_t)__builtin_ctzll(left));
    for (uint32_t k = 0; k < count; k++) {
        if (k + 24 < count)
            __builtin_prefetch(&start[b->list[k + 24]]);
        if (k + 12 < count) {
            __builtin_prefetch(text + start[b->list[k + 12]]);
            __builtin_prefetch(text + start[b->list[k + 12]] + 64);
        }
        uint32_t i = b->list[k];
        if (!row_has(plan, g, from + i, &class_at[i], &at[i]))
            b->bits[i / 64] &= ~((uint64_t)1 << (i % 64));
    }
}

/* Keeps the rows of b->bits that have group g; adds its class to their score. */
static void
require(const struct ud_plan *plan, struct ud_block *b, struct rows r, unsigned g)
{
    bool lead = g == plan->lead;
    uint8_t *class_at = lead ? b->score : b->class_of;
    uint32_t *at = lead ? b->at : b->other_at;

    if (ud_bits_count(b->bits, UD_BLOCK_WORDS) * SPARSE < r.to - r.from) {
        verify_rows(plan, b, r.from, g, class_at, at);
    } else {
        scan_group(plan, g, r, b, b->more, class_at, at);
        for (uint32_t w = 0; w < UD_BLOCK_WORDS; w++)
            b->bits[w] &= b->more[w];
    }
    for (uint32_t w = 0; !lead && w < UD_BLOCK_WORDS; w++)
        for (uint64_t left = b->bits[w]; left != 0; left &= left - 1) {
            uint32_t i = w * 64 + (uint32_t)__builtin_ctzll(left);
            b->score[i] = (uint8_t)(b->score[i] + class_at[i]);
        }
}

static void
rank(const struct ud_plan *plan, struct ud_block *b, uint32_t from)
{
    for (uint32_t w = 0; w < UD_BLOCK_WORDS; w++)
        for (uint64_t left = b->bits[w]; left != 0; left &= left - 1) {
            uint32_t i = w * 64 + (uint32_t)__builtin_ctzll(left);
            uint64_t entry = (uint64_t)b->score[i] << 48 | (from + i);
            if (!ud_top_wants(&b->top, entry))
                continue;
            entry |= (uint64_t)(b->at[i] != 0 ? field_length(plan->f->text.base, b->at[i]) : 0xFFFF) << 32;
            if (ud_top_wants(&b->top, entry))
                ud_top_add(&b->top, entry);
        }
}

/* Whether the best rows are all such that only a row with the text at the start of a field can be better. */
static bool
only_starters_matter(const struct ud_plan *plan, const struct ud_block *b)
{
    return plan->want == 0 || (b->top.count == b->top.room && b->top.entry[0] >> 48 <= UD_CLASS_START);
}

/* One common word, all rows at once. False where this is not the case for it; b->bits is unchanged then. */
static bool
run_dense(const struct ud_plan *plan, struct ud_block *b, struct rows r)
{
    const struct ud_group *group = &plan->q->group[0];
    struct ud_rows_job job = {
        .text = plan->f->text.base, .begin = r.begin, .end = r.end, .rows = r.to - r.from, .bits = b->more
    };

    if (!b->dense || plan->rows_text == NULL || plan->q->groups != 1 || group->place != UD_PLACE_ANY ||
        !only_starters_matter(plan, b))
        return false;
    job.starter = b->starter;
    job.key_limit = plan->want > 0 ? (uint32_t)(b->top.entry[0] >> 32) : 0;
    if (!plan->rows_text(&plan->q->needle[group->first], &job) || job.starters == UD_STARTERS)
        return false;
    for (uint32_t row = r.from; plan->model_ok[0] != NULL && row < r.to; row++)
        b->more[(row - r.from) / 64] |= (uint64_t)ud_plan_model_has(plan, 0, row) << (row % 64);
    for (uint32_t w = 0; w < UD_BLOCK_WORDS && w * 64 < r.to - r.from; w++)
        b->bits[w] &= b->more[w];
    ud_block_filter(plan, b, r.from);
    for (uint32_t i = 0; i < job.starters; i++) {
        uint32_t at = b->starter[i].row;
        uint64_t entry = (uint64_t)b->starter[i].key << 32 | (r.from + at);
        if (((b->bits[at / 64] >> (at % 64)) & 1u) != 0 && ud_top_wants(&b->top, entry))
            ud_top_add(&b->top, entry);
    }
    return true;
}

static void
run_by_place(const struct ud_plan *plan, struct ud_block *b, struct rows r)
{
    if (plan->q->groups > 0)
        require(plan, b, r, plan->lead);
    for (unsigned g = 0; g < plan->q->groups; g++)
        if (g != plan->lead)
            require(plan, b, r, g);
    ud_block_filter(plan, b, r.from);
    if (plan->q->groups > 0 && plan->want > 0)
        rank(plan, b, r.from);
}

void
ud_block_run(const struct ud_plan *plan, struct ud_block *b, uint32_t block)
{
    struct rows r = { .from = block * UD_BLOCK_ROWS };

    r.to = ud_block_begin(plan, b, block, plan->among);
    if (plan->q->groups > 0 && !ud_row_span(plan->f, r.from, r.to, &r.begin, &r.end)) {
        memset(b->bits, 0, sizeof(b->bits)); /* a damaged file */
    } else {
        (void)ud_text_bring(plan->f, r.begin, r.end);
        if (!run_dense(plan, b, r))
            run_by_place(plan, b, r);
    }
    memcpy(plan->bits + r.from / 64, b->bits, ((size_t)(r.to - r.from) + 63) / 64 * sizeof(uint64_t));
    size_t found = ud_bits_count(b->bits, UD_BLOCK_WORDS);
    b->total += found;
    b->dense = found * DENSE > r.to - r.from;
}

/* --- the best rows ----------------------------------------------------------------------------------------------------- */

bool
ud_top_wants(const struct ud_top *t, uint64_t entry)
{
    return t->count < t->room || (t->count > 0 && entry < t->entry[0]);
}

static void
sink(struct ud_top *t)
{
    size_t i = 0;

    for (;;) {
        size_t child = 2 * i + 1;
        if (child + 1 < t->count && t->entry[child + 1] > t->entry[child])
            child++;
        if (child >= t->count || t->entry[child] <= t->entry[i])
            return;
        uint64_t swap = t->entry[i];
        t->entry[i] = t->entry[child];
        t->entry[child] = swap;
        i = child;
    }
}

void
ud_top_add(struct ud_top *t, uint64_t entry)
{
    if (t->count == t->room) {
        t->entry[0] = entry;
        sink(t);
        return;
    }
    size_t i = t->count++;
    for (; i > 0 && t->entry[(i - 1) / 2] < entry; i = (i - 1) / 2)
        t->entry[i] = t->entry[(i - 1) / 2];
    t->entry[i] = entry;
}
