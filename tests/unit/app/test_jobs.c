/* Helper threads: order of journal lines, cancelled searches, a clean end. */
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "app/jobs.h"
#include "base/buf.h"
#include "base/seal.h"

static struct ud_job *
take(struct ud_jobs *jobs)
{
    struct pollfd p = { .fd = ud_jobs_fd(jobs), .events = POLLIN };
    struct ud_job *job;

    while ((job = ud_jobs_take(jobs)) == NULL)
        assert_int_equal(poll(&p, 1, 20000), 1);
    return job;
}

static void
start_line(struct ud_jobs *jobs, uint32_t tag, enum ud_event_kind event)
{
    struct ud_job *job = ud_job_new(UD_JOB_JOURNAL, tag);

    job->entry = ud_xcalloc(1, sizeof(*job->entry));
    job->entry->event = event;
    ud_jobs_start(jobs, job);
}

static void
remove_dir(const char *dir)
{
    char command[128];

    (void)snprintf(command, sizeof(command), "rm -rf -- '%s'", dir);
    (void)!system(command);
}

static void
lines_are_durable_in_the_order_they_were_started(void **state)
{
    char dir[] = "/tmp/ud-jobs-XXXXXX", journal[64];
    struct ud_journal_report report;
    struct ud_jobs *jobs = NULL;
    struct ud_error err;

    (void)state;
    assert_non_null(mkdtemp(dir));
    (void)snprintf(journal, sizeof(journal), "%s/journal", dir);
    assert_int_equal(ud_jobs_new(&jobs, journal, &err), UD_OK);
    for (uint32_t i = 1; i <= 20; i++)
        start_line(jobs, i, i % 2 ? UD_EVENT_INTENT : UD_EVENT_DISCLOSED);
    for (uint32_t i = 1; i <= 20; i++) {
        struct ud_job *job = take(jobs);
        assert_int_equal(job->tag, i);
        assert_int_equal(job->status, UD_OK);
        assert_true(job->receipt[0] != '\0');
        ud_job_free(&job);
    }
    ud_jobs_free(&jobs);
    assert_int_equal(ud_journal_verify(&report, journal, &err), UD_OK);
    assert_true(report.ok && report.lines >= 20);
    remove_dir(dir);
}

static void
lines_that_wait_at_the_end_are_still_written(void **state)
{
    char dir[] = "/tmp/ud-jobs-XXXXXX", journal[64];
    struct ud_journal_report report;
    struct ud_jobs *jobs = NULL;
    struct ud_error err;

    (void)state;
    assert_non_null(mkdtemp(dir));
    (void)snprintf(journal, sizeof(journal), "%s/journal", dir);
    assert_int_equal(ud_jobs_new(&jobs, journal, &err), UD_OK);
    for (uint32_t i = 1; i <= 8; i++)
        start_line(jobs, i, UD_EVENT_END);
    ud_jobs_free(&jobs);
    assert_int_equal(ud_journal_verify(&report, journal, &err), UD_OK);
    assert_true(report.lines >= 8);
    remove_dir(dir);
}

static void
line_that_cannot_be_written_is_reported(void **state)
{
    struct ud_jobs *jobs = NULL;
    struct ud_error err;
    struct ud_job *job;

    (void)state;
    assert_int_equal(ud_jobs_new(&jobs, "/proc/none/journal", &err), UD_OK);
    start_line(jobs, 1, UD_EVENT_INTENT);
    job = take(jobs);
    assert_int_not_equal(job->status, UD_OK);
    assert_true(job->error.message[0] != '\0');
    ud_job_free(&job);
    ud_jobs_free(&jobs);
}

static void
start_search(struct ud_jobs *jobs, const struct ud_fleet *fleet, uint32_t tag, const char *text)
{
    struct ud_job *job = ud_job_new(UD_JOB_SEARCH, tag);

    (void)ud_copy(job->text, sizeof(job->text), text);
    job->fleet = fleet;
    job->want = 20;
    job->result = ud_xcalloc(1, sizeof(*job->result));
    job->result->references = 1;
    ud_jobs_start(jobs, job);
}

static void
newest_of_many_searches_is_complete(void **state)
{
    struct ud_fleet *fleet = ud_fleet_new();
    struct ud_jobs *jobs = NULL;
    struct ud_error err;
    char name[32];

    (void)state;
    for (unsigned i = 0; i < 3000; i++) {
        struct ud_device d = { .name = name,
            .serial = "S",
            .user = "u",
            .user_name = "U",
            .model = "M",
            .os = "Windows",
            .os_version = "1",
            .last_checkin = 1 };
        (void)snprintf(name, sizeof(name), "LT-%05u", i);
        ud_guid_random(&d.id);
        assert_int_equal(ud_fleet_add(fleet, &d, &err), UD_OK);
    }
    ud_fleet_publish(fleet);
    assert_int_equal(ud_jobs_new(&jobs, "/tmp", &err), UD_OK);
    for (uint32_t i = 1; i <= 30; i++)
        start_search(jobs, fleet, i, i < 30 ? "lt" : "lt-0299");
    for (uint32_t i = 1; i <= 30; i++) {
        struct ud_job *job = take(jobs);
        if (job->tag == 30) {
            assert_int_equal(job->status, UD_OK);
            assert_int_equal(job->result->hits.total, 10);
        }
        ud_job_free(&job);
    }
    ud_jobs_stop_search(jobs);
    assert_int_equal(ud_jobs_open(jobs), 0);
    ud_jobs_free(&jobs);
    ud_fleet_free(&fleet);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_durable_in_the_order_they_were_started),
        cmocka_unit_test(lines_that_wait_at_the_end_are_still_written),
        cmocka_unit_test(line_that_cannot_be_written_is_reported),
        cmocka_unit_test(newest_of_many_searches_is_complete),
    };
    struct ud_error err;

    if (ud_seal_init(&err) != UD_OK)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
