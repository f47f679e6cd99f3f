#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "app/tokens.h"

static char path[] = "/tmp/ud-tokens-XXXXXX";
static struct ud_tokens tokens, back;

static struct ud_secret *
words(const char *text)
{
    struct ud_secret *s = NULL;

    assert_int_equal(ud_secret_new(&s, 64, NULL), UD_OK);
    assert_int_equal(ud_secret_append(s, text, strlen(text), NULL), UD_OK);
    return s;
}

/* A file whose PIN is 271828, with the least costly derivation that is allowed. */
static int
make_file(void **state)
{
    struct ud_secret *pin, *half = NULL;

    (void)state;
    if (ud_seal_init(NULL) != UD_OK)
        return -1;
    (void)snprintf(path, sizeof(path), "/tmp/ud-tokens-XXXXXX");
    int fd = mkstemp(path);
    if (fd < 0)
        return -1;
    (void)close(fd);
    pin = words("271828");
    memset(&tokens, 0, sizeof(tokens));
    ud_kdf_new(&tokens.kdf);
    tokens.kdf.memory_kib = 64 * 1024;
    tokens.kdf.passes = 2;
    assert_int_equal(ud_kdf_keypair(tokens.public_key, &half, pin, &tokens.kdf, NULL), UD_OK);
    ud_tokens_put(&tokens, "lab", "robin@example.org", "sealed bytes", 12);
    assert_int_equal(ud_tokens_save(&tokens, path, NULL), UD_OK);
    ud_secret_free(&half);
    ud_secret_free(&pin);
    return 0;
}

static int
remove_file(void **state)
{
    (void)state;
    (void)unlink(path);
    return 0;
}

static void
what_was_saved_is_loaded(void **state)
{
    (void)state;
    assert_int_equal(ud_tokens_load(&back, path, NULL), UD_OK);
    assert_int_equal(back.count, 1);
    assert_memory_equal(ud_tokens_of(&back, "lab")->blob, "sealed bytes", 12);
    assert_string_equal(ud_tokens_of(&back, "lab")->account, "robin@example.org");
    assert_null(ud_tokens_of(&back, "other"));
}

static void
a_new_token_replaces_the_old_one_of_its_source(void **state)
{
    (void)state;
    ud_tokens_put(&tokens, "lab", "robin@example.org", "newer", 5);
    assert_int_equal(tokens.count, 1);
    assert_int_equal(ud_tokens_of(&tokens, "lab")->length, 5);
}

static void
a_file_others_can_read_is_refused_with_the_fix(void **state)
{
    struct ud_error err;

    (void)state;
    assert_int_equal(chmod(path, 0644), 0);
    assert_int_equal(ud_tokens_load(&back, path, &err), UD_CONFIG);
    assert_non_null(strstr(err.hint, "rm "));
}

static void
every_cut_of_the_file_is_noticed(void **state)
{
    struct stat sb;

    (void)state;
    assert_int_equal(stat(path, &sb), 0);
    for (off_t size = sb.st_size - 1; size > 0; size -= 7) {
        assert_int_equal(truncate(path, size), 0);
        assert_int_equal(ud_tokens_load(&back, path, NULL), UD_MALFORMED);
        assert_int_equal(back.count, 0);
    }
}

static void
the_right_pin_opens_and_clears_the_count(void **state)
{
    struct ud_secret *pin = words("271828"), *wrong = words("111111"), *half = NULL;

    (void)state;
    assert_int_equal(ud_tokens_unlock(&tokens, path, wrong, &half, NULL), UD_DENIED);
    assert_null(half);
    assert_int_equal(ud_tokens_load(&back, path, NULL), UD_OK);
    assert_int_equal(back.tries, 1);
    assert_int_equal(ud_tokens_unlock(&tokens, path, pin, &half, NULL), UD_OK);
    assert_non_null(half);
    assert_int_equal(ud_tokens_load(&back, path, NULL), UD_OK);
    assert_int_equal(back.tries, 0);
    ud_secret_free(&half);
    ud_secret_free(&pin);
    ud_secret_free(&wrong);
}

static void
five_wrong_pins_destroy_the_file(void **state)
{
    struct ud_secret *wrong = words("111111"), *half = NULL;

    (void)state;
    for (unsigned i = 0; i < UD_TRIES_MAX; i++) {
        assert_int_equal(access(path, F_OK), 0);
        assert_int_equal(ud_tokens_unlock(&tokens, path, wrong, &half, NULL), UD_DENIED);
    }
    assert_int_not_equal(access(path, F_OK), 0);
    ud_secret_free(&wrong);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_was_saved_is_loaded, make_file, remove_file),
        cmocka_unit_test_setup_teardown(a_new_token_replaces_the_old_one_of_its_source, make_file, remove_file),
        cmocka_unit_test_setup_teardown(a_file_others_can_read_is_refused_with_the_fix, make_file, remove_file),
        cmocka_unit_test_setup_teardown(every_cut_of_the_file_is_noticed, make_file, remove_file),
        cmocka_unit_test_setup_teardown(the_right_pin_opens_and_clears_the_count, make_file, remove_file),
        cmocka_unit_test_setup_teardown(five_wrong_pins_destroy_the_file, make_file, remove_file),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
