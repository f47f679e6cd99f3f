/* unlockdesk-worker: started by the console's launcher with one end of a socket pair as descriptor 3, and nothing else. */
#include <signal.h>
#include <stdio.h>

#include "base/language.h"
#include "base/process.h"
#include "base/seal.h"
#include "worker/worker.h"

#define CHANNEL 3

static enum ud_status
run(struct ud_error *err)
{
    struct ud_worker *w = NULL;
    enum ud_status st;

    ud_language_use(NULL); /* what goes wrong is said in the console's language, which it left in LANGUAGE */
    /* The TLS library's memory before anything uses it; the sandbox before the first byte from outside. */
    if ((st = ud_process_harden(err)) != UD_OK || (st = ud_http_global_init(err)) != UD_OK || (st = ud_seal_init(err)) != UD_OK ||
        (st = ud_process_sandbox(UD_SANDBOX_WORKER, err)) != UD_OK || (st = ud_worker_new(&w, CHANNEL, NULL, 0, err)) != UD_OK)
        return st;
    st = ud_worker_run(w, err);
    ud_worker_free(&w);
    return st;
}

int
main(void)
{
    struct ud_error err = { 0 };
    enum ud_status st;

    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGINT, SIG_IGN); /* the terminal's keys are the console's business */
    (void)signal(SIGQUIT, SIG_IGN);
    st = run(&err);
    if (st != UD_OK)
        fprintf(stderr, "unlockdesk-worker: %s\n", err.message);
    return ud_status_exit_code(st);
}
