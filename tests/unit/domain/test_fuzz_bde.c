/* The corpus of the fuzz target, replayed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/fuzz/fuzz_bde.c"
#include "tests/fuzz/replay.h"

static void
the_corpus_finds_nothing(void **state)
{
    (void)state;
    assert_in_range(replay_directory("tests/fuzz/corpus/bde", LLVMFuzzerTestOneInput), 8, 100000);
}

int
main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(the_corpus_finds_nothing) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
