/* Running a search: plan, threads, result. */
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "domain/fleet_search.h"

#define SECOND_THREAD_FROM (8u * UD_BLOCK_ROWS) /* rows; below this starting a thread costs more than it saves */

void
ud_hits_free(struct ud_hits *h)
{
    free(h->row);
    *h = (struct ud_hits){ 0 };
}

/* --- the plan ---------------------------------------------------------------------------------------------------------- */

/* Which models have one of the group's texts. NULL where none has, which is the common case. */
static uint8_t *
models_with(const struct ud_plan *plan, const struct ud_group *group)
{
    uint8_t *ok = NULL;

    for (unsigned m = 0; group->place == UD_PLACE_ANY && m < plan->models; m++) {
        const char *folded = ud_dict_folded(&plan->f->models, m);
        const struct ud_needle *n = &plan->q->needle[group->first];
        if (memmem(folded, strlen(folded), n->text, n->length) == NULL)
            continue;
        if (ok == NULL)
            ok = ud_xcalloc(plan->models, 1);
        ok[m] = 1;
    }
    return ok;
}

static uint8_t *
systems_with(const struct ud_plan *plan)
{
    uint8_t *ok = ud_xcalloc(plan->systems + 1, 1);

    for (unsigned s = 0; s < plan->systems; s++)
        for (unsigned i = 0; i < plan->q->os_count && ok[s] == 0; i++)
            ok[s] = strstr(ud_dict_folded(&plan->f->systems, s), plan->q->os[i]) != NULL;
    return ok;
}

/* The group most likely to be rare: one whose shortest text is longest, and that no model has. */
static unsigned
choose_lead(const struct ud_plan *plan)
{
    unsigned lead = 0, best = 0;

    for (unsigned g = 0; g < plan->q->groups; g++) {
        const struct ud_group *group = &plan->q->group[g];
        unsigned shortest = UD_NEEDLE_MAX;
        for (unsigned i = 0; i < group->count; i++)
            if (plan->q->needle[group->first + i].length < shortest)
                shortest = plan->q->needle[group->first + i].length;
        unsigned worth = 2 * shortest + (plan->model_ok[g] == NULL ? 2 * UD_NEEDLE_MAX : 0);
        if (worth > best) {
            best = worth;
            lead = g;
        }
    }
    return lead;
}

static void
plan_make(struct ud_plan *plan, const struct ud_fleet *f, const struct ud_query *q, size_t want, const atomic_bool *cancel)
{
    memset(plan, 0, sizeof(*plan));
    plan->f = f;
    plan->q = q;
    plan->scan = ud_scan_best();
    plan->rows_text = ud_rows_text_best();
    plan->rows_letters = ud_rows_letters_best();
    plan->cancel = cancel;
    plan->want = want < UD_TOP_MAX ? want : UD_TOP_MAX;
    plan->rows = ud_fleet_rows(f);
    plan->models = atomic_load_explicit(&f->models.count, memory_order_acquire);
    plan->systems = atomic_load_explicit(&f->systems.count, memory_order_acquire);
    for (unsigned g = 0; g < q->groups; g++)
        plan->model_ok[g] = models_with(plan, &q->group[g]);
    plan->os_ok = q->os_count > 0 ? systems_with(plan) : NULL;
    plan->lead = choose_lead(plan);
    plan->bits = ud_xcalloc((size_t)plan->rows / 64 + 1, sizeof(uint64_t));
    if (q->groups > 0)
        plan->loose = ud_xcalloc((size_t)plan->rows / 64 + 1, sizeof(uint64_t));
}

static void
plan_free(struct ud_plan *plan)
{
    for (unsigned g = 0; g < plan->q->groups; g++)
        free(plan->model_ok[g]);
    free(plan->os_ok);
    free(plan->bits);
    free(plan->loose);
}

/* --- threads ----------------------------------------------------------------------------------------------------------- */

struct worker {
    struct ud_plan *plan;
    struct ud_block *block;
};

static bool
is_cancelled(const struct ud_plan *plan)
{
    return plan->cancel != NULL && atomic_load_explicit(plan->cancel, memory_order_relaxed);
}

static void *
work(void *arg)
{
    struct worker *w = arg;
    struct ud_plan *plan = w->plan;
    unsigned blocks = (plan->rows + UD_BLOCK_ROWS - 1) / UD_BLOCK_ROWS;

    for (;;) {
        unsigned block = atomic_fetch_add_explicit(&plan->next_block, 1, memory_order_relaxed);
        if (block >= blocks || is_cancelled(plan))
            return NULL;
        ud_block_run(plan, w->block, block);
        if (w->block->total > 0)
            atomic_store_explicit(&plan->found, true, memory_order_relaxed);
        else if (plan->loose != NULL && !atomic_load_explicit(&plan->found, memory_order_relaxed))
            ud_block_run_loose(plan, w->block, block);
    }
}

/* The second thread must not inherit the one processor that the first is pinned to. */
static bool
start_second(pthread_t *thread, struct worker *w)
{
    pthread_attr_t attr;
    cpu_set_t all;
    int here = sched_getcpu();

    if (pthread_attr_init(&attr) != 0)
        return false;
    bool placed = here >= 0 && sched_getaffinity(getpid(), sizeof(all), &all) == 0;
    if (placed) {
        CPU_CLR((size_t)here, &all);
        placed = CPU_COUNT(&all) > 0 && pthread_attr_setaffinity_np(&attr, sizeof(all), &all) == 0;
    }
    bool started = placed && pthread_create(thread, &attr, work, w) == 0;
    pthread_attr_destroy(&attr);
    return started;
}

/* Runs the plan over all blocks; false where it was cancelled. */
static bool
run(struct ud_plan *plan, struct ud_block *block[2])
{
    struct worker w[2] = { { plan, block[0] }, { plan, block[1] } };
    pthread_t second;

    atomic_store_explicit(&plan->next_block, 0, memory_order_relaxed);
    bool two = block[1] != NULL && start_second(&second, &w[1]);
    work(&w[0]);
    if (two)
        pthread_join(second, NULL);
    return !is_cancelled(plan);
}

static struct ud_block *
new_block(const struct ud_plan *plan)
{
    struct ud_block *b = ud_xcalloc(1, sizeof(*b));

    b->top.room = b->loose_top.room = plan->want;
    return b;
}

/* --- the result -------------------------------------------------------------------------------------------------------- */

static int
compare_entries(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return x < y ? -1 : x > y;
}

/* The best of both threads first, then all other rows in order. */
static void
collect(const struct ud_plan *plan, struct ud_block *block[2], struct ud_hits *out)
{
    uint64_t best[2 * UD_TOP_MAX], *bits = out->fuzzy ? plan->loose : plan->bits;
    size_t n = 0;

    for (unsigned b = 0; b < 2 && block[b] != NULL; b++) {
        const struct ud_top *top = out->fuzzy ? &block[b]->loose_top : &block[b]->top;
        memcpy(best + n, top->entry, top->count * sizeof(best[0]));
        n += top->count;
        out->total += out->fuzzy ? block[b]->loose_total : block[b]->total;
    }
    if (out->total > out->room) {
        free(out->row);
        out->row = ud_xrealloc(NULL, out->total, sizeof(*out->row));
        out->room = out->total;
    }
    qsort(best, n, sizeof(best[0]), compare_entries);
    out->ranked = n < plan->want ? n : plan->want;
    for (size_t i = 0; i < out->ranked; i++) {
        uint32_t row = (uint32_t)best[i];
        out->row[i] = row;
        bits[row / 64] &= ~((uint64_t)1 << (row % 64));
    }
    out->count = out->ranked;
    for (uint32_t w = 0; w <= plan->rows / 64; w++)
        for (uint64_t left = bits[w]; left != 0; left &= left - 1)
            out->row[out->count++] = w * 64 + (uint32_t)__builtin_ctzll(left);
}

/* Rows of an earlier result, where the query only got longer and they are few; NULL: search everything. */
static uint64_t *
rows_of(const struct ud_plan *plan, const struct ud_query *query, const struct ud_hits *h, unsigned generation)
{
    if (query == NULL || h == NULL || !h->complete || h->fuzzy || h->generation != generation || h->count != h->total ||
        h->total > plan->rows / 4 || !ud_query_narrows(plan->q, query))
        return NULL;
    uint64_t *bits = ud_xcalloc((size_t)plan->rows / 64 + 1, sizeof(*bits));
    for (size_t i = 0; i < h->count; i++)
        if (h->row[i] < plan->rows)
            bits[h->row[i] / 64] |= (uint64_t)1 << (h->row[i] % 64);
    return bits;
}

void
ud_fleet_search(const struct ud_fleet *f, const struct ud_query *q, size_t want, const struct ud_query *previous_query,
    const struct ud_hits *previous, const atomic_bool *cancel, struct ud_hits *out)
{
    struct ud_plan plan;
    unsigned generation = atomic_load_explicit(&f->generation, memory_order_relaxed);

    plan_make(&plan, f, q, want, cancel);
    uint64_t *among = rows_of(&plan, previous_query, previous, generation);
    plan.among = among;
    bool many = plan.rows >= SECOND_THREAD_FROM;
    struct ud_block *block[2] = { new_block(&plan), many ? new_block(&plan) : NULL };
    out->complete = run(&plan, block);
    out->generation = generation;
    out->count = out->total = out->ranked = 0;
    out->fuzzy = plan.loose != NULL && !atomic_load(&plan.found);
    if (out->complete)
        collect(&plan, block, out);
    out->fuzzy = out->fuzzy && out->total > 0;
    free(block[0]);
    free(block[1]);
    free(among);
    plan_free(&plan);
}
