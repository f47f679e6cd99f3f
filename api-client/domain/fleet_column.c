/* Columns in reserved address space. Knows pages, not devices. */
#include "domain/fleet_column.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define STEP_MIN  ((size_t)64 * 1024)
#define HUGE_FROM ((size_t)16 * 1024 * 1024) /* below this, huge pages would waste more than they save */

static size_t
round_up(size_t bytes, size_t to)
{
    return (bytes + to - 1) / to * to;
}

size_t
ud_column_align(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
}

void
ud_column_init(struct ud_column *c, size_t max_bytes)
{
    c->reserved = round_up(max_bytes + UD_COLUMN_SLACK, STEP_MIN);
    atomic_init(&c->committed, 0);
    void *p = mmap(NULL, c->reserved, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p == MAP_FAILED) {
        fputs("unlockdesk: the address space for the list of devices could not be reserved (see ulimit -v)\n", stderr);
        abort();
    }
    c->base = p;
}

bool
ud_column_grow(struct ud_column *c, size_t bytes)
{
    size_t need, committed = atomic_load_explicit(&c->committed, memory_order_relaxed);

    if (__builtin_add_overflow(bytes, (size_t)UD_COLUMN_SLACK, &need) || need > c->reserved)
        return false;
    if (need <= committed)
        return true;
    size_t step = need / 16 > STEP_MIN ? need / 16 : STEP_MIN;
    size_t target = round_up(need + step, STEP_MIN);
    if (target > c->reserved)
        target = c->reserved;
    unsigned char *from = c->base + committed;
    if (mprotect(from, target - committed, PROT_READ | PROT_WRITE) != 0)
        return false;
    if (committed >= HUGE_FROM)
        (void)madvise(from, target - committed, MADV_HUGEPAGE); /* only a matter of speed */
    atomic_store_explicit(&c->committed, target, memory_order_relaxed);
    return true;
}

bool
ud_column_map(struct ud_column *c, int fd, size_t offset, size_t bytes)
{
    size_t whole = round_up(bytes, ud_column_align());

    assert(c->committed == 0 && offset % ud_column_align() == 0);
    if (bytes > 0) {
        if (whole > c->reserved)
            return false;
        void *p = mmap(c->base, whole, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED, fd, (off_t)offset);
        if (p == MAP_FAILED)
            return false;
        c->committed = whole;
    }
    return ud_column_grow(c, bytes);
}

void
ud_column_bring(const struct ud_column *c, size_t from, size_t bytes)
{
#ifndef MADV_POPULATE_READ /* Linux 5.14; an older kernel refuses, and nothing is lost */
#define MADV_POPULATE_READ 22
#endif
    size_t page = ud_column_align(), begin = from / page * page, end = round_up(from + bytes, page);

    if (end <= atomic_load_explicit(&c->committed, memory_order_relaxed))
        (void)madvise(c->base + begin, end - begin, MADV_POPULATE_READ);
}

void
ud_column_free(struct ud_column *c)
{
    if (c->base != NULL)
        munmap(c->base, c->reserved);
    c->base = NULL;
    c->reserved = 0;
    atomic_init(&c->committed, 0);
}
