/* The clock seam: compiled in here, absent from the release. */
#define UD_SEAMS
#include "api-client/base/clock.c"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void
both_clocks_follow_the_file_at_any_time(void **state)
{
    char path[] = "/tmp/ud-seam-XXXXXX";
    int fd = mkstemp(path);
    int64_t hour = (int64_t)htole64(3600000), zero = 0;

    (void)state;
    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, &zero, sizeof(zero), 0), sizeof(zero));
    setenv("UD_SEAM_CLOCK", path, 1);
    assert_true(ud_clock_seam());
    ud_msec now = ud_clock_now();
    ud_wall wall = ud_clock_wall();
    assert_int_equal(pwrite(fd, &hour, sizeof(hour), 0), sizeof(hour));
    assert_in_range(ud_clock_now() - now, 3600000, 3700000);
    assert_in_range(ud_clock_wall() - wall, 3600000, 3700000);
    assert_int_equal(pwrite(fd, &zero, sizeof(zero), 0), sizeof(zero));
    assert_in_range(ud_clock_now() - now, 0, 100000);
    close(fd);
    unlink(path);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_clocks_follow_the_file_at_any_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
