#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "app/recorder.h"

static char dir[64];

static int
make_dir(void **state)
{
    (void)state;
    (void)snprintf(dir, sizeof(dir), "/tmp/ud-recorder-XXXXXX");
    return mkdtemp(dir) != NULL ? 0 : -1;
}

static int
drop_dir(void **state)
{
    char path[128];

    (void)state;
    (void)snprintf(path, sizeof(path), "%s/ttyout", dir);
    (void)unlink(path);
    return rmdir(dir);
}

static void
an_open_terminal_log_is_seen_and_its_absence_too(void **state)
{
    char path[128];

    (void)state;
    assert_int_equal(ud_recorder_sudo_log((int)getpid()), UD_SUDO_NO_LOG);
    (void)snprintf(path, sizeof(path), "%s/ttyout", dir);
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(ud_recorder_sudo_log((int)getpid()), UD_SUDO_LOGS);
    assert_int_equal(close(fd), 0);
}

static void
a_process_that_may_not_be_looked_at_cannot_be_ruled_out(void **state)
{
    int status;
    pid_t pid;

    (void)state;
    if (geteuid() != 0)
        skip(); /* only root can become somebody else to try */
    if ((pid = fork()) == 0) {
        if (setgid(65534) != 0 || setuid(65534) != 0)
            _exit(1);
        _exit(ud_recorder_sudo_log(1) == UD_SUDO_CANNOT_TELL ? 0 : 2);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_open_terminal_log_is_seen_and_its_absence_too, make_dir, drop_dir),
        cmocka_unit_test(a_process_that_may_not_be_looked_at_cannot_be_ruled_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
