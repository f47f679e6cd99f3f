/* The journal with failing calls, a clock of our own and a death at every step: the source is compiled in. */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/seal.h"
#include "journal/epoch.h"

enum call { WRITE, SYNC, RESERVE_SPACE, SAVE_KEY, PROMOTE, CALLS };

static struct {
    int left[CALLS]; /* calls until one fails; -1: none does */
    int error;
    bool half;     /* a failing write has written half */
    int steps;     /* calls of any kind until the process dies; -1: it lives */
    ud_wall shift; /* of both clocks */
} seam;

static void
reset_seam(void)
{
    memset(&seam, 0, sizeof(seam));
    for (int i = 0; i < CALLS; i++)
        seam.left[i] = -1;
    seam.steps = -1;
    seam.error = EIO;
}

/* True where this call shall fail. */
static bool
fails(enum call c)
{
    if (seam.steps >= 0 && seam.steps-- == 0)
        _exit(0);
    if (seam.left[c] < 0 || seam.left[c]-- > 0)
        return false;
    errno = seam.error;
    return true;
}

static enum ud_status
seam_write_all(int fd, const void *bytes, size_t length, struct ud_error *err)
{
    bool dies = seam.steps == 0;

    if (seam.half && (dies || seam.left[WRITE] == 0) && write(fd, bytes, length / 2) < 0)
        abort();
    if (fails(WRITE))
        return ud_error_errno(err, "write");
    return ud_fd_write_all(fd, bytes, length, err);
}

static int
seam_sync(int fd)
{
    return fails(SYNC) ? -1 : fdatasync(fd);
}

static int
seam_allocate(int fd, int mode, off_t offset, off_t length)
{
    return fails(RESERVE_SPACE) ? -1 : fallocate(fd, mode, offset, length);
}

static enum ud_status
seam_save(struct ud_epoch *e, const char *dir, const char *name, struct ud_error *err)
{
    return fails(SAVE_KEY) ? ud_error_errno(err, "save") : ud_epoch_save(e, dir, name, err);
}

static enum ud_status
seam_promote(const char *dir, struct ud_error *err)
{
    return fails(PROMOTE) ? ud_error_errno(err, "promote") : ud_epoch_promote(dir, err);
}

static ud_wall
seam_wall(void)
{
    return ud_clock_wall() + seam.shift;
}

#define ud_fd_write_all  seam_write_all
#define fdatasync        seam_sync
#define fallocate        seam_allocate
#define ud_epoch_save    seam_save
#define ud_epoch_promote seam_promote
#define ud_clock_wall    seam_wall
#include "api-client/journal/journal.c"
#undef ud_fd_write_all
#undef fdatasync
#undef fallocate
#undef ud_epoch_save
#undef ud_epoch_promote
#undef ud_clock_wall

#define HOUR ((ud_wall)3600000)

static char dir[64];
static const struct ud_record sample = { .event = UD_EVENT_INTENT, .key = "8a5d13d6-7ed9-46c8-a74f-ac3adf016ec8" };

static int
remove_one(const char *path, const struct stat *sb, int flag, struct FTW *where)
{
    (void)sb;
    (void)flag;
    (void)where;
    return remove(path);
}

static int
drop_dir(void **state)
{
    (void)state;
    return nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static int
make_dir(void **state)
{
    (void)state;
    reset_seam();
    strcpy(dir, "/tmp/ud-faults-XXXXXX");
    return mkdtemp(dir) == NULL;
}

static void
fresh_dir(void)
{
    drop_dir(NULL);
    assert_int_equal(make_dir(NULL), 0);
}

static const char *
in_dir(const char *name)
{
    static char text[4][160];
    static unsigned turn;
    char *p = text[turn++ % 4];

    snprintf(p, sizeof(text[0]), "%s/%s", dir, name);
    return p;
}

static struct ud_journal_report
verified(void)
{
    struct ud_journal_report r;

    assert_int_equal(ud_journal_verify(&r, dir, NULL), UD_OK);
    return r;
}

static void
assert_good(uint64_t lines)
{
    struct ud_journal_report r = verified();

    if (!r.ok)
        fail_msg("line %llu: %s", (unsigned long long)r.first_bad, r.what);
    assert_int_equal(r.lines, lines);
}

static struct ud_journal *
opened(void)
{
    struct ud_journal *j;
    struct ud_error err;

    if (ud_journal_open(&j, dir, &err) != UD_OK)
        fail_msg("%s", err.message);
    return j;
}

static void
append(struct ud_journal *j)
{
    struct ud_error err;

    if (ud_journal_append(j, &sample, NULL, &err) != UD_OK)
        fail_msg("%s", err.message);
}

/* A call that fails once must end the log although the same call would succeed the next time. */
static void
assert_ended_by(enum call c, bool half)
{
    for (int n = 0; n < 4; n++) {
        struct ud_journal *j;
        struct ud_error err;
        unsigned good = 0;
        fresh_dir();
        seam.half = half;
        j = opened();
        append(j);
        seam.left[c] = n;
        while (good < 20 && ud_journal_append(j, &sample, NULL, &err) == UD_OK)
            good++;
        assert_int_equal(good, n);
        assert_int_equal(err.status, UD_JOURNAL);
        assert_true(ud_journal_poisoned(j));
        assert_int_equal(ud_journal_append(j, &sample, NULL, NULL), UD_JOURNAL);
        assert_int_equal(ud_journal_checkpoint(j, NULL), UD_JOURNAL);
        ud_journal_free(&j);
        assert_int_equal(ud_journal_open(&j, dir, &err), UD_JOURNAL);
        assert_null(j);
    }
}

static void
a_sync_that_failed_once_ends_the_log(void **state)
{
    (void)state;
    assert_ended_by(SYNC, false);
}

static void
a_write_that_failed_once_ends_the_log(void **state)
{
    (void)state;
    assert_ended_by(WRITE, false);
    assert_ended_by(WRITE, true);
    assert_true(verified().torn > 0);
}

static void
an_epoch_that_cannot_be_finished_ends_the_log(void **state)
{
    struct ud_journal *j = opened();

    (void)state;
    seam.shift = 2 * HOUR;
    seam.left[PROMOTE] = 0;
    assert_int_equal(ud_journal_append(j, &sample, NULL, NULL), UD_JOURNAL);
    assert_true(ud_journal_poisoned(j));
    ud_journal_free(&j);
}

static void
no_space_is_said_and_forgotten_when_there_is_some_again(void **state)
{
    struct ud_journal *j;
    struct ud_error err;

    (void)state;
    seam.error = ENOSPC;
    seam.left[RESERVE_SPACE] = 0;
    assert_int_equal(ud_journal_open(&j, dir, &err), UD_NOSPACE);
    assert_null(j);
    j = opened();
    j->reserved = 0;
    seam.left[RESERVE_SPACE] = 0;
    assert_int_equal(ud_journal_append(j, &sample, NULL, &err), UD_NOSPACE);
    assert_false(ud_journal_poisoned(j));
    append(j);
    ud_journal_free(&j);
    assert_good(2);
}

/* A console that could not read what another one wrote must not write on with half of it in mind. */
static void
catching_up_that_failed_is_done_again(void **state)
{
    struct ud_journal *a = opened(), *b = opened();

    (void)state;
    append(a);
    assert_int_equal(rename(in_dir("epoch.key"), in_dir("aside")), 0);
    assert_int_equal(ud_journal_append(b, &sample, NULL, NULL), UD_JOURNAL);
    assert_int_equal(ud_journal_append(b, &sample, NULL, NULL), UD_JOURNAL);
    assert_int_equal(rename(in_dir("aside"), in_dir("epoch.key")), 0);
    append(b);
    append(a);
    ud_journal_free(&a);
    ud_journal_free(&b);
    assert_good(4);
}

static void
an_hour_ends_an_epoch_at_the_next_append_or_start(void **state)
{
    struct ud_journal *j = opened();

    (void)state;
    append(j);
    seam.shift = HOUR + 1000;
    append(j); /* EPOCH before it */
    assert_int_equal(j->epoch.number, 1);
    ud_journal_free(&j);
    assert_good(4);
    seam.shift = 9 * HOUR;
    j = opened(); /* hours without a line get one EPOCH */
    assert_int_equal(j->epoch.number, 2);
    ud_journal_free(&j);
    assert_good(5);
}

static void
a_wall_clock_set_back_a_day_does_not_stop_the_log(void **state)
{
    struct ud_journal *j = opened();

    (void)state;
    seam.shift = -24 * HOUR;
    append(j);
    append(j);
    seam.shift = 24 * HOUR;
    append(j);
    ud_journal_free(&j);
    assert_good(6);
}

/* Opens, appends, changes the epoch, appends, and says on the pipe what it was told is durable. Dies at the given step. */
static void
live_until(int step, bool half, int say)
{
    struct ud_journal *j;

    seam.steps = step;
    seam.half = half;
    if (ud_journal_open(&j, dir, NULL) != UD_OK)
        _exit(1);
    for (int i = 0; i < 4; i++) {
        if (ud_journal_append(j, &sample, NULL, NULL) != UD_OK || write(say, "x", 1) != 1)
            _exit(1);
        seam.shift += HOUR * 2 * (i % 2);
    }
    _exit(42);
}

static void
death_at_any_step_loses_no_acknowledged_line(void **state)
{
    int died = 0;

    (void)state;
    for (int step = 0; step < 400; step++) {
        int told[2], status;
        char drain[64];
        fresh_dir();
        assert_int_equal(pipe(told), 0);
        pid_t child = fork();
        if (child == 0)
            live_until(step / 2, step % 2 != 0, told[1]);
        close(told[1]);
        ssize_t acknowledged = read(told[0], drain, sizeof(drain));
        for (ssize_t n; acknowledged > 0 && (n = read(told[0], drain, sizeof(drain))) > 0;)
            acknowledged += n;
        close(told[0]);
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) != 1);
        seam.shift = 3 * HOUR;
        struct ud_journal *j = opened();
        append(j);
        ud_journal_free(&j);
        struct ud_journal_report r = verified();
        if (!r.ok)
            fail_msg("step %d, line %llu: %s", step, (unsigned long long)r.first_bad, r.what);
        assert_true(r.lines >= (uint64_t)acknowledged + 2);
        if (WEXITSTATUS(status) == 42)
            break;
        died++;
    }
    assert_in_range(died, 20, 398); /* it did die on the way, and came through in the end */
}

static bool
count_recoveries(const struct ud_journal_line *line, void *arg)
{
    *(int *)arg += line->record.event == UD_EVENT_RECOVERY;
    return true;
}

/* Death between cutting the torn bytes off and the RECOVERY line. */
static void
a_torn_line_set_aside_but_not_recorded_is_recorded_at_the_next_start(void **state)
{
    struct ud_journal *j = opened();
    int recoveries = 0;

    (void)state;
    append(j);
    ud_journal_free(&j);
    assert_int_equal(ud_file_replace(in_dir("torn-2"), "{\"v\":1,", 7, 0600, NULL), UD_OK);
    for (int i = 0; i < 2; i++) {
        j = opened();
        ud_journal_free(&j);
    }
    assert_int_equal(ud_journal_read(dir, count_recoveries, &recoveries, NULL), UD_OK);
    assert_int_equal(recoveries, 1);
    assert_good(3);
}

static void
an_emptied_log_is_refused_not_begun_anew(void **state)
{
    struct ud_journal *j = opened();
    struct ud_error err;

    (void)state;
    append(j);
    assert_int_equal(truncate(in_dir("journal.jsonl"), 0), 0);
    assert_int_equal(ud_journal_append(j, &sample, NULL, &err), UD_JOURNAL);
    assert_non_null(strstr(err.message, "emptied"));
    ud_journal_free(&j);
    assert_int_equal(ud_journal_open(&j, dir, &err), UD_JOURNAL);
    assert_false(verified().ok);
}

static void
a_missing_origin_is_written_again_from_the_first_line(void **state)
{
    struct ud_buf before, after;
    struct ud_journal *j = opened();

    (void)state;
    append(j);
    ud_journal_free(&j);
    assert_int_equal(ud_file_read(&before, in_dir("origin"), 100, NULL), UD_OK);
    assert_int_equal(unlink(in_dir("origin")), 0);
    j = opened();
    ud_journal_free(&j);
    assert_int_equal(ud_file_read(&after, in_dir("origin"), 100, NULL), UD_OK);
    assert_string_equal(before.data, after.data);
    ud_buf_free(&before);
    ud_buf_free(&after);
}

static void
a_record_of_the_longest_texts_fits_into_a_line(void **state)
{
    char text[3000];
    struct ud_record r = { .event = UD_EVENT_ROTATE_FAILED };

    (void)state;
    memset(text, '"', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    r.operator_id = r.source = r.device = r.device_name = r.serial = r.user = r.key = r.kind = r.reason = text;
    r.ticket = r.note = r.caller = r.verified = r.outcome = r.request = r.server_request = r.finding = r.detail = text;
    struct ud_journal *j = opened();
    memset(j->context.ssh, '"', sizeof(j->context.ssh) - 1);
    memset(j->context.host, '"', sizeof(j->context.host) - 1);
    memset(j->context.tty, '"', sizeof(j->context.tty) - 1);
    memset(j->context.build, '"', sizeof(j->context.build) - 1);
    assert_int_equal(ud_journal_append(j, &r, NULL, NULL), UD_OK);
    ud_journal_free(&j);
    assert_good(2);
}

static char *
slurp(size_t *length)
{
    struct ud_buf b;

    assert_int_equal(ud_file_read(&b, in_dir("journal.jsonl"), (size_t)1 << 20, NULL), UD_OK);
    *length = b.length;
    return b.data;
}

static void
the_tail_of_another_log_does_not_fit(void **state)
{
    struct ud_journal *j = opened();
    size_t one_length, other_length;

    (void)state;
    append(j);
    append(j);
    ud_journal_free(&j);
    char *one = slurp(&one_length);
    fresh_dir();
    j = opened();
    append(j);
    append(j);
    ud_journal_free(&j);
    char *other = slurp(&other_length);
    char *cut = strchr(strchr(one, '\n') + 1, '\n') + 1, *from = strchr(strchr(other, '\n') + 1, '\n') + 1;
    struct ud_buf spliced;
    ud_buf_init(&spliced, (size_t)1 << 20);
    ud_buf_append(&spliced, one, (size_t)(cut - one));
    ud_buf_text(&spliced, from);
    assert_int_equal(ud_file_replace(in_dir("journal.jsonl"), spliced.data, spliced.length, 0600, NULL), UD_OK);
    assert_false(verified().ok);
    assert_int_equal(ud_file_replace(in_dir("journal.jsonl"), one, one_length, 0600, NULL), UD_OK);
    assert_int_equal(verified().first_bad, 1); /* a whole other log: its first key is not the one kept in `origin` */
    ud_buf_free(&spliced);
    free(one);
    free(other);
}

static void
a_cut_at_any_byte_is_found_where_it_is_no_line_end(void **state)
{
    struct ud_journal *j = opened();
    size_t length;

    (void)state;
    append(j);
    ud_journal_free(&j);
    char *data = slurp(&length);
    for (size_t cut = 0; cut < length; cut++) {
        assert_int_equal(ud_file_replace(in_dir("journal.jsonl"), data, cut, 0600, NULL), UD_OK);
        bool line_end = cut > 0 && data[cut - 1] == '\n';
        assert_int_equal(verified().ok, line_end);
    }
    free(data);
}

static void
a_forged_checkpoint_is_no_anchor(void **state)
{
    struct ud_journal *j = opened();
    struct ud_buf b;

    (void)state;
    append(j);
    assert_int_equal(ud_journal_checkpoint(j, NULL), UD_OK);
    ud_journal_free(&j);
    assert_int_equal(verified().anchored, 2);
    assert_int_equal(ud_file_read(&b, in_dir("checkpoints"), 1000, NULL), UD_OK);
    for (size_t i = 0; i + 1 < b.length; i++) {
        char keep = b.data[i];
        b.data[i] = keep == '1' ? '2' : '1';
        assert_int_equal(ud_file_replace(in_dir("checkpoints"), b.data, b.length, 0600, NULL), UD_OK);
        struct ud_journal_report r = verified();
        if (r.ok || r.anchored != 0)
            fail_msg("byte %zu", i);
        b.data[i] = keep;
    }
    ud_buf_free(&b);
}

#define IN_A_DIRECTORY(test) cmocka_unit_test_setup_teardown(test, make_dir, drop_dir)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        IN_A_DIRECTORY(a_sync_that_failed_once_ends_the_log),
        IN_A_DIRECTORY(a_write_that_failed_once_ends_the_log),
        IN_A_DIRECTORY(an_epoch_that_cannot_be_finished_ends_the_log),
        IN_A_DIRECTORY(no_space_is_said_and_forgotten_when_there_is_some_again),
        IN_A_DIRECTORY(catching_up_that_failed_is_done_again),
        IN_A_DIRECTORY(an_hour_ends_an_epoch_at_the_next_append_or_start),
        IN_A_DIRECTORY(a_wall_clock_set_back_a_day_does_not_stop_the_log),
        IN_A_DIRECTORY(death_at_any_step_loses_no_acknowledged_line),
        IN_A_DIRECTORY(a_torn_line_set_aside_but_not_recorded_is_recorded_at_the_next_start),
        IN_A_DIRECTORY(an_emptied_log_is_refused_not_begun_anew),
        IN_A_DIRECTORY(a_missing_origin_is_written_again_from_the_first_line),
        IN_A_DIRECTORY(a_record_of_the_longest_texts_fits_into_a_line),
        IN_A_DIRECTORY(the_tail_of_another_log_does_not_fit),
        IN_A_DIRECTORY(a_cut_at_any_byte_is_found_where_it_is_no_line_end),
        IN_A_DIRECTORY(a_forged_checkpoint_is_no_anchor),
    };

    return ud_seal_init(NULL) == UD_OK ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
