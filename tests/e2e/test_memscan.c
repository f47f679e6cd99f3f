/* The memory scanner itself: a scanner that finds nothing proves nothing, so here it must find, in every form. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/hash.h"
#include "base/seal.h"
#include "base/secret.h"
#include "tests/support/memscan.h"

/* A key nobody has: the digits are drawn at random for each run, so that no other process holds them. */
static void
draw(char key[56])
{
    unsigned char random[48];

    ud_random(random, sizeof(random));
    for (size_t i = 0, k = 0; i < 55; i++)
        key[i] = i % 7 == 6 ? '-' : (char)('0' + random[k++] % 10);
    key[55] = '\0';
}

/* A child that calls `hold` and then waits; the scanner looks at the child, which has wiped its own copy of the key first. */
static void
scan_child(struct ud_scan *s, void (*hold)(char *key), char *key)
{
    int ready[2];
    char byte;

    assert_int_equal(pipe(ready), 0);
    pid_t pid = fork();
    if (pid == 0) {
        hold(key);
        explicit_bzero(key, 56);
        (void)!write(ready[1], "x", 1);
        (void)pause();
        _exit(0);
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    memset(s, 0, sizeof(*s));
    ud_scan_process(s, pid, key);
    (void)kill(pid, SIGKILL);
    (void)waitpid(pid, NULL, 0);
    (void)close(ready[0]);
    (void)close(ready[1]);
}

/* Keeps the compiler from leaving out a copy that nobody reads. */
static void *volatile kept;

static void
hold_nothing(char *key)
{
    (void)key;
}

static void
hold_bytes(char *key)
{
    kept = strdup(key);
}

static void
hold_part(char *key)
{
    char *copy = calloc(1, 64);
    kept = copy;
    memcpy(copy, key + 20, 14);
}

static void
hold_cells(char *key)
{
    char *cells = calloc(56, 28);
    kept = cells;
    for (size_t i = 0; i < 55; i++)
        cells[i * 28 + 4] = key[i];
}

static void
hold_wide(char *key)
{
    uint32_t *wide = calloc(56, 4);
    kept = wide;
    for (size_t i = 0; i < 55; i++)
        wide[i] = (unsigned char)key[i];
}

static void
hold_hex(char *key)
{
    char *hex = calloc(1, 200);
    kept = hex;
    ud_hex_encode(hex, key, 55);
}

static void
hold_base64(char *key)
{
    char *text = calloc(1, 200), raw[80] = "ab";
    kept = text;
    memcpy(raw + 2, key, 55);
    ud_base64_encode(text, 200, raw, 57);
    explicit_bzero(raw, sizeof(raw));
}

static void
hold_secret(char *key)
{
    struct ud_secret *s = NULL;
    if (ud_seal_init(NULL) != UD_OK || ud_secret_new(&s, 64, NULL) != UD_OK || ud_secret_append(s, key, 55, NULL) != UD_OK)
        _exit(1);
}

static void
expect(void (*hold)(char *key), size_t hits, const char *form)
{
    struct ud_scan s;
    char key[56];

    draw(key);
    scan_child(&s, hold, key);
    if (s.hits != hits)
        ud_scan_print(&s);
    assert_int_equal(s.hits, hits);
    if (hits > 0)
        assert_string_equal(s.hit[0].form, form);
    assert_true(s.bytes > 100000);
}

static void
a_process_that_holds_nothing_has_no_hit(void **state)
{
    (void)state;
    expect(hold_nothing, 0, NULL);
}

static void
a_copy_is_found_in_every_form(void **state)
{
    (void)state;
    expect(hold_bytes, 1, "bytes");
    expect(hold_part, 1, "bytes");
    expect(hold_cells, 1, "every 28 bytes");
    expect(hold_wide, 1, "every 4 bytes");
    expect(hold_hex, 1, "hex");
    expect(hold_base64, 1, "base64");
}

static void
a_guarded_block_is_found_although_it_is_closed(void **state)
{
    struct ud_scan s;
    char key[56];

    (void)state;
    draw(key);
    scan_child(&s, hold_secret, key);
    if (s.hits != 1)
        ud_scan_print(&s);
    assert_int_equal(s.hits, 1);
    assert_true(s.hit[0].guarded);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_process_that_holds_nothing_has_no_hit),
        cmocka_unit_test(a_copy_is_found_in_every_form),
        cmocka_unit_test(a_guarded_block_is_found_although_it_is_closed),
    };

    return ud_seal_init(NULL) == UD_OK ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
