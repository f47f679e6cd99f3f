/* Secrets: libsodium's guarded allocation, an explicit checked lock, no access while closed, not inherited by children.
 * The registry below is one of the two mutable globals of the tree: the fatal-signal handler must find every live secret. */
#include "base/secret.h"

#include <assert.h>
#include <errno.h>
#include <sched.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#define CANARY 16 /* libsodium's, in front of the block and on the same pages */

enum access { CLOSED, READING, WRITING };

struct ud_secret {
    unsigned char *data;
    size_t capacity;
    _Atomic size_t length;
    _Atomic int access;
    _Atomic int held;   /* the least access its pages have, open or not */
    _Atomic bool clean; /* nothing was written since it was made or wiped */
    struct ud_secret *_Atomic next;
};

/* Head of the list of live secrets. Writers hold the flag; the signal handler waits for it only for a bounded time. */
static struct {
    struct ud_secret *_Atomic head;
    atomic_flag busy;
    _Atomic size_t live;
    struct ud_secret *_Atomic kept; /* wiped and closed, for the next of that capacity; with the flag held, as the rest */
    size_t kept_count, kept_max;
} registry = { .busy = ATOMIC_FLAG_INIT };

#define LOCK_TRIES 10000

/* False where somebody (perhaps the very thread the signal interrupted) kept it too long. */
static bool
registry_try_lock(void)
{
    for (int i = 0; i < LOCK_TRIES; i++) {
        if (!atomic_flag_test_and_set_explicit(&registry.busy, memory_order_acquire))
            return true;
        sched_yield();
    }
    return false;
}

static void
registry_lock(void)
{
    while (!registry_try_lock())
        ;
}

static void
registry_unlock(void)
{
    atomic_flag_clear_explicit(&registry.busy, memory_order_release);
}

static void
registry_add(struct ud_secret *s)
{
    registry_lock();
    atomic_store(&s->next, atomic_load(&registry.head));
    atomic_store(&registry.head, s);
    atomic_fetch_add(&registry.live, 1);
    registry_unlock();
}

/* Called with the flag held. */
static void
registry_remove(struct ud_secret *s)
{
    struct ud_secret *_Atomic *at = &registry.head;

    while (atomic_load(at) != s)
        at = &atomic_load(at)->next;
    atomic_store(at, atomic_load(&s->next));
    atomic_fetch_sub(&registry.live, 1);
}

static int
protect(struct ud_secret *s, int access)
{
    if (access == CLOSED)
        return sodium_mprotect_noaccess(s->data);
    return access == READING ? sodium_mprotect_readonly(s->data) : sodium_mprotect_readwrite(s->data);
}

/* What the pages allow now. */
static int
in_effect(const struct ud_secret *s)
{
    int access = atomic_load(&s->access), held = atomic_load(&s->held);

    return access > held ? access : held;
}

static void
set_access(struct ud_secret *s, enum access a)
{
    int before = in_effect(s);

    atomic_store(&s->access, (int)a);
    if (in_effect(s) != before && protect(s, in_effect(s)) != 0)
        abort();
}

static void
pages_of(const struct ud_secret *s, void **start, size_t *length)
{
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    uintptr_t from = ((uintptr_t)s->data - CANARY) & ~(page - 1);
    uintptr_t to = ((uintptr_t)s->data + s->capacity + page - 1) & ~(page - 1);

    *start = (void *)from;
    *length = (size_t)(to - from);
}

static enum ud_status
lock_refused(struct ud_error *err)
{
    struct rlimit limit = { 0 };

    getrlimit(RLIMIT_MEMLOCK, &limit);
    ud_error_set(err, UD_NOMEM, "Memory for recovery keys cannot be locked: the limit is %llu KiB",
        (unsigned long long)(limit.rlim_cur / 1024));
    ud_error_hint(err, "Raise the limit of locked memory to 8192 KiB (\"memlock\" in /etc/security/limits.conf, "
                       "LimitMEMLOCK=8M in a service), sign in again and start anew.");
    return UD_NOMEM;
}

static enum ud_status
lock_pages(struct ud_secret *s, struct ud_error *err)
{
    void *start;
    size_t length;

    pages_of(s, &start, &length);
    if (mlock(start, length) != 0)
        return lock_refused(err);
    if (madvise(start, length, MADV_DONTDUMP) != 0 || madvise(start, length, MADV_DONTFORK) != 0)
        return ud_error_errno(err, "Memory for recovery keys cannot be kept out of dumps and children");
    return UD_OK;
}

/* --- making and freeing ------------------------------------------------------------------------------------------------ */

static struct ud_secret *
take_kept(size_t capacity)
{
    struct ud_secret *_Atomic *at = &registry.kept;
    struct ud_secret *s;

    registry_lock();
    while ((s = atomic_load(at)) != NULL && s->capacity != capacity)
        at = &s->next;
    if (s != NULL) {
        atomic_store(at, atomic_load(&s->next));
        registry.kept_count--;
    }
    registry_unlock();
    return s;
}

/* False where it has to be freed. Wiped and closed it is nobody's, and no longer in the list of live ones. */
static bool
keep_one(struct ud_secret *s)
{
    bool kept = false;

    if (registry.kept_max == 0 || in_effect(s) != CLOSED)
        return false;
    if (!atomic_load(&s->clean))
        ud_secret_wipe(s);
    registry_lock();
    if (registry.kept_count < registry.kept_max) {
        registry_remove(s);
        atomic_store(&s->next, atomic_load(&registry.kept));
        atomic_store(&registry.kept, s);
        registry.kept_count++;
        kept = true;
    }
    registry_unlock();
    return kept;
}

void
ud_secret_keep(size_t count)
{
    registry_lock();
    registry.kept_max = count < UD_SECRET_KEPT_MAX ? count : UD_SECRET_KEPT_MAX;
    while (registry.kept_count > registry.kept_max) {
        struct ud_secret *s = atomic_load(&registry.kept);
        atomic_store(&registry.kept, atomic_load(&s->next));
        registry.kept_count--;
        sodium_free(s->data);
        free(s);
    }
    registry_unlock();
}

enum ud_status
ud_secret_new(struct ud_secret **out, size_t capacity, struct ud_error *err)
{
    enum ud_status st = UD_OK;
    struct ud_secret *s = NULL;

    *out = NULL;
    if (capacity == 0 || capacity > UD_SECRET_MAX)
        return ud_error_set(err, UD_INVALID, "A secret of %zu bytes is outside 1 to %zu", capacity, UD_SECRET_MAX);
    if ((s = take_kept(capacity)) != NULL) {
        registry_add(s);
        *out = s;
        return UD_OK;
    }
    s = calloc(1, sizeof(*s));
    if (s == NULL)
        return ud_error_set(err, UD_NOMEM, "No memory for a secret");
    s->data = sodium_malloc(capacity);
    if (s->data == NULL) {
        st = ud_error_set(err, UD_NOMEM, "No guarded memory for a secret of %zu bytes", capacity);
        goto out;
    }
    s->capacity = capacity;
    if ((st = lock_pages(s, err)) != UD_OK)
        goto out;
    sodium_memzero(s->data, capacity);
    atomic_init(&s->clean, true);
    if (protect(s, CLOSED) != 0)
        abort();
    registry_add(s);
    *out = s;
    return UD_OK;
out:
    sodium_free(s->data);
    free(s);
    return st;
}

void
ud_secret_free(struct ud_secret **s)
{
    if (s == NULL || *s == NULL)
        return;
    if (keep_one(*s)) {
        *s = NULL;
        return;
    }
    registry_lock();
    registry_remove(*s);
    sodium_free((*s)->data); /* wipes and unlocks */
    registry_unlock();
    free(*s);
    *s = NULL;
}

size_t
ud_secret_length(const struct ud_secret *s)
{
    return atomic_load(&s->length);
}

size_t
ud_secret_capacity(const struct ud_secret *s)
{
    return s->capacity;
}

const unsigned char *
ud_secret_open(struct ud_secret *s)
{
    assert(atomic_load(&s->access) == CLOSED);
    set_access(s, READING);
    return s->data;
}

unsigned char *
ud_secret_open_write(struct ud_secret *s)
{
    assert(atomic_load(&s->access) == CLOSED);
    atomic_store(&s->clean, false);
    set_access(s, WRITING);
    return s->data;
}

void
ud_secret_close(struct ud_secret *s)
{
    assert(atomic_load(&s->access) != CLOSED);
    set_access(s, CLOSED);
}

void
ud_secret_hold(struct ud_secret *s, bool writable)
{
    int before = in_effect(s);

    assert(atomic_load(&s->access) == CLOSED && before == CLOSED);
    atomic_store(&s->held, writable ? WRITING : READING);
    if (protect(s, in_effect(s)) != 0)
        abort();
}

void
ud_secret_release(struct ud_secret *s)
{
    assert(atomic_load(&s->access) == CLOSED);
    atomic_store(&s->held, CLOSED);
    if (protect(s, CLOSED) != 0)
        abort();
}

void
ud_secret_set_length(struct ud_secret *s, size_t length)
{
    assert(length <= s->capacity);
    atomic_store(&s->length, length);
}

enum ud_status
ud_secret_append(struct ud_secret *s, const void *bytes, size_t length, struct ud_error *err)
{
    size_t used = ud_secret_length(s);

    if (length > s->capacity - used)
        return ud_error_set(err, UD_INVALID, "The value is longer than %zu bytes", s->capacity);
    if (length == 0)
        return UD_OK;
    unsigned char *data = ud_secret_open_write(s);
    memcpy(data + used, bytes, length);
    ud_secret_close(s);
    ud_secret_set_length(s, used + length);
    return UD_OK;
}

void
ud_secret_truncate(struct ud_secret *s, size_t length)
{
    size_t used = ud_secret_length(s);

    if (length >= used)
        return;
    unsigned char *data = ud_secret_open_write(s);
    sodium_memzero(data + length, used - length);
    ud_secret_close(s);
    ud_secret_set_length(s, length);
}

static void
wipe_open(struct ud_secret *s, unsigned char *data)
{
    sodium_memzero(data, s->capacity);
    ud_secret_set_length(s, 0);
    atomic_store(&s->clean, true);
}

enum ud_status
ud_secret_move(struct ud_secret *to, struct ud_secret *from, struct ud_error *err)
{
    unsigned char *data = ud_secret_open_write(from);
    enum ud_status st = ud_secret_append(to, data, ud_secret_length(from), err);

    if (st == UD_OK)
        wipe_open(from, data);
    ud_secret_close(from);
    return st;
}

void
ud_secret_wipe(struct ud_secret *s)
{
    wipe_open(s, ud_secret_open_write(s));
    ud_secret_close(s);
}

bool
ud_secret_equal(struct ud_secret *a, struct ud_secret *b)
{
    if (ud_secret_length(a) != ud_secret_length(b))
        return false;
    if (a == b)
        return true;
    bool same = sodium_memcmp(ud_secret_open(a), ud_secret_open(b), ud_secret_length(a)) == 0;
    ud_secret_close(b);
    ud_secret_close(a);
    return same;
}

void
ud_secret_wipe_all(void)
{
    int saved = errno;
    bool held = registry_try_lock();

    for (struct ud_secret *s = atomic_load(&registry.head); s != NULL; s = atomic_load(&s->next)) {
        if (sodium_mprotect_readwrite(s->data) != 0)
            continue;
        sodium_memzero(s->data, s->capacity);
        atomic_store(&s->length, 0);
        if (in_effect(s) != WRITING)
            (void)protect(s, in_effect(s)); /* wiped is what matters here */
    }
    if (held)
        registry_unlock();
    errno = saved;
}

size_t
ud_secret_live(void)
{
    return atomic_load(&registry.live);
}

enum ud_status
ud_secret_check_limit(size_t blocks, struct ud_error *err)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t length;

    if (blocks == 0)
        return UD_OK;
    if (__builtin_mul_overflow(blocks, page, &length))
        return lock_refused(err);
    /* Trying is the only answer that is right with and without the capability to lock. */
    void *trial = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (trial == MAP_FAILED)
        return ud_error_errno(err, "No memory to try the lock limit with");
    bool locked = mlock(trial, length) == 0;
    munmap(trial, length);
    return locked ? UD_OK : lock_refused(err);
}

void
ud_secret_clear_stack(void)
{
    sodium_stackzero((size_t)64 * 1024);
}
