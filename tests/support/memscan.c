#include "tests/support/memscan.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LARGEST (1ul << 36) /* beyond are the shadows of sanitizers, which hold no copies */
#define WINDOW  12u
#define CHUNK   ((size_t)4 * 1024 * 1024)
#define OVERLAP 1024u
#define NEAR    256u

/* --- needles ------------------------------------------------------------------------------------------------------------ */

static const unsigned strides[] = { 1, 2, 4, 16, 20, 24, 28, 32 };

/* Does any window of the secret start at `at` with this stride? `left` bytes are readable from there. */
static bool
window_at(const unsigned char *at, size_t left, unsigned stride, const char *secret, size_t length)
{
    if (left < (size_t)(WINDOW - 1) * stride + 1)
        return false;
    for (size_t i = 0; i + WINDOW <= length; i++) {
        unsigned k = 0;
        while (k < WINDOW && at[(size_t)k * stride] == (unsigned char)secret[i + k])
            k++;
        if (k == WINDOW)
            return true;
    }
    return false;
}

struct needle {
    char text[80];
    size_t length;
    const char *form;
};

#define NEEDLE_MAX 512

struct needles {
    struct needle list[NEEDLE_MAX];
    size_t count;
};

static void
add(struct needles *n, const char *text, size_t length, const char *form)
{
    if (n->count == NEEDLE_MAX || length >= sizeof(n->list[0].text))
        abort();
    memcpy(n->list[n->count].text, text, length);
    n->list[n->count].length = length;
    n->list[n->count++].form = form;
}

static void
add_hex(struct needles *n, const char *window, const char *digits, const char *between, const char *form)
{
    char text[80];
    size_t used = 0;

    for (size_t i = 0; i < WINDOW; i++) {
        memcpy(text + used, between, strlen(between));
        used += strlen(between);
        text[used++] = digits[(unsigned char)window[i] >> 4];
        text[used++] = digits[(unsigned char)window[i] & 15];
    }
    add(n, text, used, form);
}

/* base64 of the window at each of the three places it can have in a group; the first and last characters depend on neighbours and are dropped. */
static void
add_base64(struct needles *n, const char *window)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    for (unsigned shift = 0; shift < 3; shift++) {
        unsigned char raw[WINDOW + 3] = { 0 };
        char text[32];
        size_t used = 0;
        memcpy(raw + shift, window, WINDOW);
        for (size_t i = 0; i + 3 <= shift + WINDOW; i += 3) {
            uint32_t v = (uint32_t)raw[i] << 16 | (uint32_t)raw[i + 1] << 8 | raw[i + 2];
            for (int k = 18; k >= 0; k -= 6)
                text[used++] = digits[v >> k & 63];
        }
        size_t skip = shift == 0 ? 0 : 4;
        if (used > skip + 8)
            add(n, text + skip, used - skip, "base64");
    }
}

static void
make_needles(struct needles *n, const char *secret)
{
    size_t length = strlen(secret);

    n->count = 0;
    for (size_t i = 0; i + WINDOW <= length; i += 3) {
        add_hex(n, secret + i, "0123456789abcdef", "", "hex");
        add_hex(n, secret + i, "0123456789ABCDEF", "", "hex");
        add_hex(n, secret + i, "0123456789ABCDEF", "%", "percent");
        add_base64(n, secret + i);
    }
}

/* --- one block ------------------------------------------------------------------------------------------------------------- */

struct place {
    struct ud_scan *scan;
    pid_t pid;
    const char *mapping;
    bool guarded;
    const char *secret;
    size_t length;
    const struct needles *needles;
    unsigned long last[16]; /* address of the last hit a form had, by form number */
};

static void
found(struct place *p, unsigned long address, unsigned form_number, const char *form)
{
    struct ud_scan *s = p->scan;
    bool near = p->last[form_number] != 0 && address - p->last[form_number] < NEAR;

    p->last[form_number] = address;
    if (near)
        return;
    if (s->hits < UD_SCAN_HITS) {
        struct ud_scan_hit *h = &s->hit[s->hits];
        h->pid = p->pid;
        h->address = address;
        h->guarded = p->guarded;
        (void)snprintf(h->mapping, sizeof(h->mapping), "%s", p->mapping);
        (void)snprintf(h->form, sizeof(h->form), "%s", form);
    }
    s->hits++;
}

static void
scan_strides(struct place *p, const unsigned char *block, size_t size, size_t starts, unsigned long base)
{
    bool first[256] = { false };
    char form[24];

    for (size_t i = 0; i + WINDOW <= p->length; i++)
        first[(unsigned char)p->secret[i]] = true;
    for (unsigned k = 0; k < sizeof(strides) / sizeof(strides[0]); k++) {
        unsigned stride = strides[k];
        for (size_t i = 0; i < starts; i++) {
            if (!first[block[i]] || i + (size_t)2 * stride >= size || block[i + stride] == 0 ||
                block[i + (size_t)2 * stride] == 0)
                continue;
            if (!window_at(block + i, size - i, stride, p->secret, p->length))
                continue;
            (void)snprintf(form, sizeof(form), stride == 1 ? "bytes" : "every %u bytes", stride);
            found(p, base + i, k, form);
        }
    }
}

static void
scan_block(struct place *p, const unsigned char *block, size_t size, size_t starts, unsigned long base)
{
    scan_strides(p, block, size, starts, base);
    for (size_t i = 0; i < p->needles->count; i++) {
        const struct needle *n = &p->needles->list[i];
        const unsigned char *at = block;
        while ((at = memmem(at, size - (size_t)(at - block), n->text, n->length)) != NULL && (size_t)(at - block) < starts) {
            found(p, base + (unsigned long)(at - block), n->form[0] == 'h' ? 13 : n->form[0] == 'p' ? 14 : 15, n->form);
            at++;
        }
    }
}

/* --- processes --------------------------------------------------------------------------------------------------------------- */

/* Where the next page at or after `at` lies that holds anything (present, or in swap), and the end of that run; false: none below `to`. What was never
 * touched needs no look. Without a pagemap everything is looked at. */
static bool
next_run(int pagemap, unsigned long *at, unsigned long *end, unsigned long to)
{
    const unsigned long page = 4096;
    uint64_t entry[512];
    bool inside = false;

    *end = to;
    for (unsigned long a = *at; a < to;) {
        size_t want = (to - a) / page < 512 ? (to - a) / page : 512;
        ssize_t n = pread(pagemap, entry, want * sizeof(entry[0]), (off_t)(a / page * sizeof(entry[0])));
        if (n < (ssize_t)sizeof(entry[0]))
            return inside || pagemap < 0 || n < 0;
        for (size_t i = 0; i < (size_t)n / sizeof(entry[0]); i++, a += page) {
            bool holds = (entry[i] >> 62) != 0;
            if (holds && !inside)
                *at = a;
            if (!holds && inside) {
                *end = a;
                return true;
            }
            inside |= holds;
        }
    }
    return inside;
}

static void
scan_range(struct place *p, int mem, unsigned long from, unsigned long to)
{
    unsigned char *block = malloc(CHUNK + OVERLAP);

    if (block == NULL)
        abort();
    for (unsigned long at = from; at < to; at += CHUNK) {
        size_t want = to - at < CHUNK + OVERLAP ? to - at : CHUNK + OVERLAP;
        ssize_t n = pread(mem, block, want, (off_t)at);
        if (n <= 0) {
            p->scan->unread++;
            break;
        }
        p->scan->bytes += (size_t)n < CHUNK ? (size_t)n : CHUNK;
        scan_block(p, block, (size_t)n, (size_t)n < CHUNK ? (size_t)n : CHUNK, at);
    }
    explicit_bzero(block, CHUNK + OVERLAP);
    free(block);
}

static bool
worth_it(const char *line)
{
    if (strstr(line, "[vvar") != NULL || strstr(line, "[vsyscall") != NULL || strstr(line, "[vdso") != NULL)
        return false;
    bool writable = strchr(strchr(line, ' '), 'w') != NULL && strchr(line, ' ')[2] == 'w';
    bool file = strchr(line, '/') != NULL;
    return writable || !file;
}

/* smaps: a line of maps, then its figures, the last of which is VmFlags. */
static bool
next_mapping(FILE *smaps, char *line, size_t size, bool *guarded)
{
    char detail[256];

    while (fgets(line, (int)size, smaps) != NULL)
        if (strchr(line, '-') != NULL && strchr("0123456789abcdef", line[0]) != NULL)
            break;
    if (feof(smaps) || ferror(smaps))
        return false;
    line[strcspn(line, "\n")] = '\0';
    *guarded = false;
    while (fgets(detail, sizeof(detail), smaps) != NULL)
        if (strncmp(detail, "VmFlags:", 8) == 0) {
            *guarded = strstr(detail, " lo") != NULL && strstr(detail, " dd") != NULL;
            break;
        }
    return true;
}

/* A file of /proc that has no size of its own. */
static void
scan_text(struct ud_scan *s, pid_t pid, const char *name, const char *secret)
{
    struct needles *needles = malloc(sizeof(*needles));
    unsigned char *text = malloc(CHUNK);
    char path[64];
    size_t used = 0;
    ssize_t n = 0;

    if (needles == NULL || text == NULL)
        abort();
    (void)snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    while (fd >= 0 && used < CHUNK && (n = read(fd, text + used, CHUNK - used)) > 0)
        used += (size_t)n;
    if (fd >= 0)
        (void)close(fd);
    make_needles(needles, secret);
    struct place p = { .scan = s, .pid = pid, .mapping = path, .secret = secret, .length = strlen(secret), .needles = needles };
    scan_block(&p, text, used, used, 0);
    explicit_bzero(text, used);
    free(text);
    free(needles);
}

/* Open files, deleted and memory files included, and what the process was started with. */
static void
scan_descriptors(struct ud_scan *s, pid_t pid, const char *secret)
{
    char path[300];

    (void)snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
    DIR *dir = opendir(path);
    for (struct dirent *e = dir != NULL ? readdir(dir) : NULL; e != NULL; e = readdir(dir)) {
        if (e->d_name[0] == '.')
            continue;
        (void)snprintf(path, sizeof(path), "/proc/%d/fd/%.200s", (int)pid, e->d_name);
        ud_scan_file(s, path, secret);
    }
    if (dir != NULL)
        (void)closedir(dir);
    scan_text(s, pid, "environ", secret);
    scan_text(s, pid, "cmdline", secret);
}

void
ud_scan_process(struct ud_scan *s, pid_t pid, const char *secret)
{
    struct needles *needles = malloc(sizeof(*needles));
    char path[64], line[512];
    bool guarded;

    if (needles == NULL || strlen(secret) < WINDOW)
        abort();
    make_needles(needles, secret);
    (void)snprintf(path, sizeof(path), "/proc/%d/smaps", (int)pid);
    FILE *smaps = fopen(path, "re");
    (void)snprintf(path, sizeof(path), "/proc/%d/mem", (int)pid);
    int mem = open(path, O_RDONLY | O_CLOEXEC);
    (void)snprintf(path, sizeof(path), "/proc/%d/pagemap", (int)pid);
    int pagemap = open(path, O_RDONLY | O_CLOEXEC);
    while (smaps != NULL && mem >= 0 && next_mapping(smaps, line, sizeof(line), &guarded)) {
        unsigned long from, to;
        if (sscanf(line, "%lx-%lx", &from, &to) != 2 || !worth_it(line) || to - from > LARGEST)
            continue;
        struct place p = { .scan = s,
            .pid = pid,
            .mapping = line,
            .guarded = guarded,
            .secret = secret,
            .length = strlen(secret),
            .needles = needles };
        for (unsigned long end; from < to && next_run(pagemap, &from, &end, to); from = end)
            scan_range(&p, mem, from, end);
    }
    if (smaps == NULL || mem < 0)
        s->unread++;
    if (smaps != NULL)
        (void)fclose(smaps);
    if (mem >= 0)
        (void)close(mem);
    if (pagemap >= 0)
        (void)close(pagemap);
    explicit_bzero(needles, sizeof(*needles));
    free(needles);
    scan_descriptors(s, pid, secret);
}

void
ud_scan_processes(struct ud_scan *s, const pid_t *pids, size_t count, const char *secret)
{
    for (size_t i = 0; i < count; i++)
        ud_scan_process(s, pids[i], secret);
}

static pid_t
parent_of(pid_t pid)
{
    char path[64], text[512];
    int parent = 0;

    (void)snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
    FILE *f = fopen(path, "re");
    if (f == NULL)
        return 0;
    if (fgets(text, sizeof(text), f) != NULL && strrchr(text, ')') != NULL)
        (void)sscanf(strrchr(text, ')') + 2, "%*c %d", &parent);
    (void)fclose(f);
    return parent;
}

size_t
ud_scan_family(pid_t root, pid_t *out, size_t max)
{
    size_t count = 0;
    bool grown = true;

    if (max > 0)
        out[count++] = root;
    while (grown && count < max) {
        grown = false;
        DIR *proc = opendir("/proc");
        for (struct dirent *e = proc != NULL ? readdir(proc) : NULL; e != NULL && count < max; e = readdir(proc)) {
            pid_t pid = (pid_t)atoi(e->d_name);
            bool known = pid <= 0, child = false;
            pid_t parent = known ? 0 : parent_of(pid);
            for (size_t i = 0; i < count && !known; i++) {
                known = out[i] == pid;
                child |= out[i] == parent;
            }
            if (!known && child) {
                out[count++] = pid;
                grown = true;
            }
        }
        if (proc != NULL)
            (void)closedir(proc);
    }
    return count;
}

/* --- files --------------------------------------------------------------------------------------------------------------------- */

void
ud_scan_file(struct ud_scan *s, const char *path, const char *secret)
{
    struct needles *needles = malloc(sizeof(*needles));
    struct stat sb;
    int fd = stat(path, &sb) == 0 && S_ISREG(sb.st_mode) ? open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) : -1;

    if (needles == NULL)
        abort();
    if (fd >= 0 && fstat(fd, &sb) == 0 && S_ISREG(sb.st_mode) && sb.st_size > 0) {
        make_needles(needles, secret);
        struct place p = { .scan = s, .mapping = path, .secret = secret, .length = strlen(secret), .needles = needles };
        scan_range(&p, fd, 0, (unsigned long)sb.st_size);
    }
    if (fd >= 0)
        (void)close(fd);
    free(needles);
}

struct walk { /* nftw passes no argument */
    struct ud_scan *scan;
    const char *secret;
};
static struct walk walking;

static int
on_file(const char *path, const struct stat *sb, int flag, struct FTW *where)
{
    (void)where;
    if (flag == FTW_F && S_ISREG(sb->st_mode))
        ud_scan_file(walking.scan, path, walking.secret);
    return 0;
}

void
ud_scan_tree(struct ud_scan *s, const char *path, const char *secret)
{
    walking = (struct walk){ s, secret };
    (void)nftw(path, on_file, 16, FTW_PHYS);
}

void
ud_scan_print(const struct ud_scan *s)
{
    fprintf(stderr, "%zu hits in %zu bytes, %zu mappings unread\n", s->hits, s->bytes, s->unread);
    for (size_t i = 0; i < s->hits && i < UD_SCAN_HITS; i++)
        fprintf(stderr, "  pid %d at %lx, %s%s: %s\n", (int)s->hit[i].pid, s->hit[i].address, s->hit[i].form,
            s->hit[i].guarded ? ", guarded" : "", s->hit[i].mapping);
}
