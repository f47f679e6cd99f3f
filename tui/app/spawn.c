/* Starting programs from the launcher. Nothing here runs in the console itself. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "app/launcher_wire.h"

static void
use_descriptors(int fd3, const char *log)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    int errors = log == NULL ? -1 : open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

    if (null < 0)
        _exit(127);
    (void)dup2(null, 0);
    (void)dup2(null, 1);
    (void)dup2(errors >= 0 ? errors : null, 2);
    if (fd3 >= 0 && fd3 != 3)
        (void)dup2(fd3, 3);
    else if (fd3 == 3)
        (void)fcntl(3, F_SETFD, 0);
    (void)close_range(fd3 >= 0 ? 4 : 3, ~0U, 0);
}

enum ud_status
ud_spawn(int *pid, const char *path, char *const argv[], int fd3, const char *log, struct ud_error *err)
{
    pid_t parent = getpid();
    pid_t child = fork();

    if (child < 0)
        return ud_error_errno(err, "A helper process cannot be started");
    if (child > 0) {
        *pid = child;
        return UD_OK;
    }
    sigset_t none;
    sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(127);
    use_descriptors(fd3, log);
    (void)execv(path, argv);
    _exit(127);
}
