/* unlockdesk: hardening first; then the command line decides between the console and one command. */
#include <stdio.h>

#include "app/cli.h"
#include "base/process.h"
#include "base/seal.h"

#ifdef UD_SANITIZED
/* curses keeps what it read of a terminal it then refused (new_prescr); the name is the leak checker's own. */
const char *__lsan_default_suppressions(void);

const char *
__lsan_default_suppressions(void)
{
    return "leak:new_prescr\n";
}
#endif

int
main(int argc, char **argv)
{
    struct ud_error err = { 0 };

    if (ud_process_harden(&err) != UD_OK || ud_seal_init(&err) != UD_OK) {
        (void)fprintf(stderr, "unlockdesk: %s\n", err.message);
        return ud_status_exit_code(err.status);
    }
    return ud_cli_main(argc, argv);
}
