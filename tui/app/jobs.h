/* Work that may take time, on helper threads: journal appends, searches, Argon2id, files. A job touches neither the terminal nor
 * the state of the console; its end is an event. Three lanes, one thread each, started when first needed; jobs of a lane run in order. */
#ifndef UD_APP_JOBS_H
#define UD_APP_JOBS_H

#include <stdatomic.h>

#include "app/record.h"
#include "app/tokens.h"
#include "domain/fleet.h"

enum ud_job_kind {
    UD_JOB_JOURNAL, /* append one line */
    UD_JOB_LOG,     /* read the newest lines */
    UD_JOB_SEARCH,
    UD_JOB_DERIVE, /* key pair from a newly chosen PIN or passphrase */
    UD_JOB_UNLOCK, /* check a typed PIN or passphrase */
    UD_JOB_SAVE_TOKENS,
    UD_JOB_SAVE_LIST,
};

/* A finished search: the query and what it found. Shared by the state and by the job that narrows it. */
struct ud_result {
    unsigned references; /* counted by the console's thread only */
    struct ud_query *query;
    struct ud_hits hits;
    struct ud_error error; /* why a filter was ignored; status UD_OK where none was */
};
void ud_result_release(struct ud_result **r);

#define UD_LOG_LINES 500
struct ud_log_entry {
    ud_wall when;
    char event[24];
    char device[64], key[9], user[96], reason[UD_REASON_CODE_MAX], ticket[64], detail[160];
};

struct ud_job {
    enum ud_job_kind kind;
    uint32_t tag; /* chosen by the state; comes back with the event */
    enum ud_status status;
    struct ud_error error;
    struct ud_job *next;
    char path[512];         /* journal directory, token file or list file */
    struct ud_entry *entry; /* JOURNAL; owned */
    char receipt[13];
    struct ud_log_entry *log; /* LOG; newest first; owned */
    size_t log_count;
    char text[256]; /* SEARCH: the query as typed. SAVE_LIST: source tag */
    const struct ud_fleet *fleet;
    size_t want;
    struct ud_result *previous;             /* may be NULL; a reference */
    struct ud_result *result;               /* a reference */
    const char *source_name[UD_SOURCE_MAX]; /* borrowed from the configuration */
    size_t source_count;
    ud_wall as_of;
    struct ud_secret *passphrase; /* DERIVE, UNLOCK; owned, wiped as soon as it was used */
    struct ud_secret *secret;     /* UNLOCK: the secret half; owned */
    struct ud_tokens *tokens;     /* DERIVE, UNLOCK, SAVE_TOKENS: a copy; owned */
    uint64_t generation;          /* SEARCH: set by ud_jobs_start */
};

struct ud_jobs;

/* `journal_dir` is used by JOURNAL jobs; the journal is opened with the first of them. */
UD_CHECK enum ud_status ud_jobs_new(struct ud_jobs **out, const char *journal_dir, struct ud_error *err);
/* Finishes what was started (journal lines are never dropped), then stops the threads. */
void ud_jobs_free(struct ud_jobs **jobs);
/* Readable when a job has ended. */
int ud_jobs_fd(const struct ud_jobs *jobs);
/* Takes over `job`. A new SEARCH cancels the one that runs and those that wait. */
void ud_jobs_start(struct ud_jobs *jobs, struct ud_job *job);
/* Next ended job, owned by the caller (ud_job_free); NULL: none. */
struct ud_job *ud_jobs_take(struct ud_jobs *jobs);
/* Cancels searches and waits until none runs: before a fleet is freed. */
void ud_jobs_stop_search(struct ud_jobs *jobs);
/* Jobs that have not been taken yet. */
size_t ud_jobs_open(struct ud_jobs *jobs);

struct ud_job *ud_job_new(enum ud_job_kind kind, uint32_t tag);
void ud_job_free(struct ud_job **job);

#endif
