/* What the helper threads do. */
#ifndef UD_APP_JOBS_RUN_H
#define UD_APP_JOBS_RUN_H

#include "app/jobs.h"

/* Belongs to the lanes: the journal is touched by the journal's lane only. */
struct ud_job_tools {
    char journal_dir[512];
    struct ud_journal *journal; /* NULL until the first line */
    ud_msec checkpoint_at;      /* 0: none yet */
    const atomic_bool *cancel_search;
};

/* Runs one job; fills its status and results. */
void ud_job_run(struct ud_job *job, struct ud_job_tools *tools);
void ud_job_tools_close(struct ud_job_tools *tools);

#endif
