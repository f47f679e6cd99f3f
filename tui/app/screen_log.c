/* The activity log on screen: the newest lines of this console's journal. */
#include <stdlib.h>

#include "app/screens.h"
#include "base/buf.h"

void
ud_log_open(struct ud_app *app)
{
    struct ud_log_state *v = &app->log;

    free(v->line);
    *v = (struct ud_log_state){ .line = NULL };
    (void)ud_do_job(app, &v->tag, UD_JOB_LOG);
    ud_show(app, UD_SCREEN_LOG);
}

void
ud_log_read(struct ud_app *app, struct ud_job *job)
{
    struct ud_log_state *v = &app->log;

    if (job->tag != v->tag)
        return;
    v->tag = 0;
    if (job->status != UD_OK) {
        (void)ud_copy(v->error, sizeof(v->error), job->error.message);
        return;
    }
    free(v->line);
    v->line = job->log;
    v->count = job->log_count;
    job->log = NULL;
}
