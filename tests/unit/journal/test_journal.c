#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/seal.h"
#include "journal/journal.h"
#include "journal/renew.h"

static char dir[64];
static struct ud_error error;

static const struct ud_record sample = { .event = UD_EVENT_INTENT,
    .operator_id = "robin@example.org",
    .device_name = "LON-LT-0042",
    .serial = "TRN0042",
    .key = "8a5d13d6-7ed9-46c8-a74f-ac3adf016ec8",
    .kind = "bitlocker",
    .reason = "lost-pin",
    .ticket = "INC-4711" };

static int
remove_one(const char *path, const struct stat *sb, int flag, struct FTW *where)
{
    (void)sb;
    (void)flag;
    (void)where;
    return remove(path);
}

static int
make_dir(void **state)
{
    (void)state;
    (void)snprintf(dir, sizeof(dir), "/tmp/ud-journal-XXXXXX");
    return mkdtemp(dir) != NULL && chmod(dir, 0700) == 0 ? 0 : -1;
}

static int
drop_dir(void **state)
{
    (void)state;
    return nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static const char *
path(const char *name)
{
    static char text[4][160];
    static unsigned turn;
    char *p = text[turn++ % 4];

    (void)snprintf(p, 160, "%s/%s", dir, name);
    return p;
}

static struct ud_journal *
opened(void)
{
    struct ud_journal *j = NULL;

    if (ud_journal_open(&j, dir, &error) != UD_OK)
        fail_msg("%s", error.message);
    return j;
}

static void
append(unsigned count)
{
    struct ud_journal *j = opened();

    for (unsigned i = 0; i < count; i++)
        if (ud_journal_append(j, &sample, NULL, &error) != UD_OK)
            fail_msg("%s", error.message);
    ud_journal_free(&j);
}

static struct ud_journal_report
verified(void)
{
    struct ud_journal_report r;

    assert_int_equal(ud_journal_verify(&r, dir, &error), UD_OK);
    return r;
}

static char *
slurp(size_t *length)
{
    struct ud_buf b;

    ud_buf_init(&b, 64 * 1024 * 1024);
    assert_int_equal(ud_file_read(&b, path("journal.jsonl"), b.max, &error), UD_OK);
    *length = b.length;
    return b.data;
}

static void
spit(const char *data, size_t length)
{
    assert_int_equal(ud_file_replace(path("journal.jsonl"), data, length, 0600, &error), UD_OK);
}

static void
what_is_appended_verifies_and_reads_back(void **state)
{
    (void)state;
    append(3);
    append(2);
    struct ud_journal_report r = verified();
    assert_true(r.ok);
    assert_int_equal(r.lines, 6); /* the first line names the first key */
    assert_int_equal(r.anchored, 0);
}

static void
a_line_holds_who_where_when_and_what(void **state)
{
    static const char *const members[] = { "v", "seq", "prev", "time", "boot", "boot_id", "host", "uid", "login_uid", "build",
        "epoch", "hash", "sig", "event", "operator", "source", "device", "device_name", "serial", "user", "key", "kind", "reason",
        "ticket", "note", "caller", "verified", "outcome", "request", "server_request", "finding", "detail", "surge" };
    struct ud_record r = { .event = UD_EVENT_DISCLOSED };
    struct ud_journal *j = opened();
    char member[40];
    size_t length;

    (void)state;
    r.operator_id = r.source = r.device = r.device_name = r.serial = r.user = r.key = r.kind = r.reason = r.ticket = "x";
    r.note = r.caller = r.verified = r.outcome = r.request = r.server_request = r.finding = r.detail = r.surge = "x";
    assert_int_equal(ud_journal_append(j, &r, NULL, &error), UD_OK);
    ud_journal_free(&j);
    char *data = slurp(&length), *line = strchr(data, '\n') + 1; /* behind the one that names the first key */
    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        (void)snprintf(member, sizeof(member), "\"%s\":", members[i]);
        if (strstr(line, member) == NULL)
            fail_msg("%s is not in %s", member, line);
    }
    free(data);
}

static bool
look_at_one(const struct ud_journal_line *line, void *arg)
{
    unsigned *seen = arg;

    if (line->record.event == UD_EVENT_INTENT) {
        assert_string_equal(line->record.ticket, "INC-4711 \"quoted\" back\\slash");
        assert_string_equal(line->record.note, "over two lines");
        ++*seen;
    }
    return true;
}

static void
text_that_would_forge_a_line_stays_inside_its_member(void **state)
{
    struct ud_record r = sample;
    struct ud_journal *j = opened();
    unsigned seen = 0;

    (void)state;
    r.ticket = "INC-4711 \"quoted\" back\\slash";
    r.note = "over\ntwo\x1b lines";
    assert_int_equal(ud_journal_append(j, &r, NULL, &error), UD_OK);
    ud_journal_free(&j);
    assert_int_equal(ud_journal_read(dir, look_at_one, &seen, &error), UD_OK);
    assert_int_equal(seen, 1);
    assert_true(verified().ok);
}

static void
every_flipped_byte_is_found_and_its_line_named(void **state)
{
    size_t length, line = 1;

    (void)state;
    append(3);
    char *data = slurp(&length);
    for (size_t i = 0; i < length; i++) {
        for (int bit = 0; bit < 8; bit += 3) {
            data[i] = (char)(data[i] ^ (1 << bit));
            spit(data, length);
            struct ud_journal_report r = verified();
            if (r.ok)
                fail_msg("byte %zu bit %d went unseen", i, bit);
            assert_int_equal(r.first_bad, line);
            data[i] = (char)(data[i] ^ (1 << bit));
        }
        line += data[i] == '\n' && i + 1 < length;
    }
    free(data);
}

/* Start of each line; starts[n] is the end. */
static size_t
line_starts(const char *data, size_t length, size_t *starts, size_t max)
{
    size_t n = 0;

    starts[0] = 0;
    for (size_t i = 0; i < length && n + 1 < max; i++)
        if (data[i] == '\n')
            starts[++n] = i + 1;
    return n;
}

static void
dropped_doubled_and_swapped_lines_are_found(void **state)
{
    size_t length, starts[16];

    (void)state;
    append(6);
    char *data = slurp(&length), *other = calloc(2, length);
    size_t lines = line_starts(data, length, starts, 16);
    for (size_t i = 0; i + 1 < lines; i++) {
        memcpy(other, data, starts[i]);
        memcpy(other + starts[i], data + starts[i + 1], length - starts[i + 1]);
        spit(other, length - (starts[i + 1] - starts[i]));
        assert_false(verified().ok);
        memcpy(other, data, starts[i + 1]);
        memcpy(other + starts[i + 1], data + starts[i], length - starts[i]);
        spit(other, length + starts[i + 1] - starts[i]);
        assert_false(verified().ok);
        size_t one = starts[i + 1] - starts[i], two = starts[i + 2] - starts[i + 1];
        memcpy(other, data, length);
        memcpy(other + starts[i], data + starts[i + 1], two);
        memcpy(other + starts[i] + two, data + starts[i], one);
        spit(other, length);
        assert_false(verified().ok);
    }
    free(other);
    free(data);
}

static void
lines_cut_off_are_found_where_a_checkpoint_knows_them(void **state)
{
    struct ud_journal *j;
    size_t length, starts[16];

    (void)state;
    append(4);
    j = opened();
    assert_int_equal(ud_journal_checkpoint(j, &error), UD_OK);
    ud_journal_free(&j);
    assert_int_equal(verified().anchored, 5);
    char *data = slurp(&length);
    assert_int_equal(line_starts(data, length, starts, 16), 5);
    spit(data, starts[4]);
    struct ud_journal_report r = verified();
    assert_false(r.ok);
    assert_int_equal(r.first_bad, 4);
    free(data);
}

static void
a_log_that_is_gone_altogether_is_noticed(void **state)
{
    (void)state;
    append(2);
    assert_int_equal(unlink(path("journal.jsonl")), 0);
    assert_false(verified().ok);
}

static void
a_torn_last_line_is_set_aside_at_every_length(void **state)
{
    size_t length, starts[16];

    (void)state;
    append(2);
    char *data = slurp(&length);
    size_t lines = line_starts(data, length, starts, 16);
    for (size_t cut = starts[lines - 1] + 1; cut < length; cut += 37) {
        (void)unlink(path("torn-2"));
        spit(data, cut);
        append(1);
        struct ud_journal_report r = verified();
        assert_true(r.ok);
        assert_int_equal(r.lines, lines - 1 + 2); /* without the torn one, with RECOVERY and the new one */
        assert_int_equal(access(path("torn-2"), F_OK), 0);
    }
    free(data);
}

static void
after_a_thousand_lines_the_key_is_replaced(void **state)
{
    struct stat before, after;

    (void)state;
    append(10);
    assert_int_equal(stat(path("epoch.key"), &before), 0);
    append(1000);
    assert_int_equal(stat(path("epoch.key"), &after), 0);
    assert_int_not_equal(before.st_ino, after.st_ino);
    assert_true(verified().ok);
    assert_int_equal(verified().lines, 1 + 1010 + 1);
}

static void
a_stolen_newer_key_does_not_re_sign_older_lines(void **state)
{
    size_t length;

    (void)state;
    append(1005);
    char *data = slurp(&length);
    char *epoch = strstr(data, "\"epoch\":0,");
    assert_non_null(epoch);
    epoch[8] = '1';
    spit(data, length);
    assert_false(verified().ok);
    free(data);
}

static void
a_failed_write_poisons_for_good(void **state)
{
    struct rlimit before, small;
    struct ud_journal *j;

    (void)state;
    append(1);
    j = opened();
    (void)signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = (struct rlimit){ 700, before.rlim_max };
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    assert_int_not_equal(ud_journal_append(j, &sample, NULL, &error), UD_OK);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    bool poisoned = ud_journal_poisoned(j);
    ud_journal_free(&j);
    /* Where reserving space fails first, nothing was written and the log goes on; a failed write must not. */
    if (poisoned) {
        assert_int_equal(ud_journal_open(&j, dir, &error), UD_JOURNAL);
        assert_non_null(strstr(error.message, "no keys are shown"));
    } else {
        append(1);
        assert_true(verified().ok);
    }
}

static void
a_marker_of_an_earlier_failure_stops_the_next_start(void **state)
{
    struct ud_journal *j = NULL;

    (void)state;
    append(1);
    assert_int_equal(ud_file_replace(path("poisoned"), "", 0, 0600, &error), UD_OK);
    assert_int_equal(ud_journal_open(&j, dir, &error), UD_JOURNAL);
    assert_null(j);
    assert_string_not_equal(error.hint, "");
}

struct first_line {
    uint64_t lines;
    enum ud_event_kind last;
    char detail[400];
};

static bool
take_line(const struct ud_journal_line *line, void *arg)
{
    struct first_line *f = arg;

    f->lines++;
    f->last = line->record.event;
    (void)snprintf(f->detail, sizeof(f->detail), "%s", line->record.detail != NULL ? line->record.detail : "");
    return true;
}

static void
a_renewed_log_says_where_the_old_one_lies_and_how_it_ended(void **state)
{
    struct first_line f = { .lines = 0 };
    char aside[600], head[65];

    (void)state;
    append(3);
    (void)snprintf(head, sizeof(head), "%s", verified().head);
    assert_int_equal(ud_file_replace(path("poisoned"), "", 0, 0600, &error), UD_OK);
    assert_int_equal(ud_journal_renew(aside, sizeof(aside), dir, "disk replaced", &error), UD_OK);
    assert_true(verified().ok);
    assert_int_equal(ud_journal_read(dir, take_line, &f, &error), UD_OK);
    assert_int_equal(f.last, UD_EVENT_RENEWED);
    assert_non_null(strstr(f.detail, head));
    assert_non_null(strstr(f.detail, aside));
    assert_non_null(strstr(f.detail, "disk replaced"));
    append(1);
    assert_int_equal(nftw(aside, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
}

static void
a_log_that_is_whole_is_not_renewed(void **state)
{
    (void)state;
    append(2);
    assert_int_equal(ud_journal_renew(NULL, 0, dir, "tidy", &error), UD_DENIED);
    assert_true(verified().ok);
}

static void
a_console_whose_log_was_set_aside_writes_nothing_more(void **state)
{
    struct ud_journal *j = opened();
    char aside[600];

    (void)state;
    assert_int_equal(ud_journal_append(j, &sample, NULL, &error), UD_OK);
    assert_int_equal(ud_file_replace(path("poisoned"), "", 0, 0600, &error), UD_OK);
    assert_int_equal(ud_journal_renew(aside, sizeof(aside), dir, "disk replaced", &error), UD_OK);
    assert_int_equal(ud_journal_append(j, &sample, NULL, &error), UD_JOURNAL);
    assert_string_not_equal(error.hint, "");
    ud_journal_free(&j);
    append(1); /* a new console does */
    assert_int_equal(nftw(aside, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
}

static void
a_log_others_can_read_is_refused_with_the_fix(void **state)
{
    struct ud_journal *j = NULL;

    (void)state;
    append(1);
    assert_int_equal(chmod(path("journal.jsonl"), 0644), 0);
    assert_int_equal(ud_journal_open(&j, dir, &error), UD_JOURNAL);
    assert_non_null(strstr(error.hint, "chmod 600"));
}

static void
a_writer_that_hangs_makes_the_others_say_busy(void **state)
{
    struct ud_journal *j;
    struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

    (void)state;
    append(1);
    j = opened();
    int fd = open(path("journal.jsonl"), O_RDWR);
    assert_int_equal(fcntl(fd, F_OFD_SETLK, &lock), 0);
    assert_int_equal(ud_journal_append(j, &sample, NULL, &error), UD_BUSY);
    (void)close(fd);
    assert_int_equal(ud_journal_append(j, &sample, NULL, &error), UD_OK);
    ud_journal_free(&j);
}

/* Appends until it is killed, and says on the pipe how often it was told that a line is durable. */
static void
append_for_ever(int say)
{
    struct ud_journal *j = NULL;

    if (ud_journal_open(&j, dir, NULL) != UD_OK)
        _exit(1);
    for (;;) {
        if (ud_journal_append(j, &sample, NULL, NULL) != UD_OK)
            _exit(1);
        if (write(say, "x", 1) != 1)
            _exit(1);
    }
}

static void
eight_writers_killed_at_random_lose_no_line_they_were_told_is_durable(void **state)
{
    char drain[4096];
    int told[2];
    size_t acknowledged = 0;

    (void)state;
    assert_int_equal(pipe2(told, O_NONBLOCK), 0);
    for (unsigned round = 0; round < 6; round++) {
        pid_t child[8];
        for (unsigned i = 0; i < 8; i++)
            if ((child[i] = fork()) == 0)
                append_for_ever(told[1]);
        (void)usleep(20000 + (round * 7919) % 40000);
        for (unsigned i = 0; i < 8; i++) {
            (void)kill(child[i], SIGKILL);
            (void)waitpid(child[i], NULL, 0);
        }
        for (ssize_t n; (n = read(told[0], drain, sizeof(drain))) > 0;)
            acknowledged += (size_t)n;
    }
    append(1);
    struct ud_journal_report r = verified();
    if (!r.ok)
        fail_msg("line %llu: %s", (unsigned long long)r.first_bad, r.what);
    assert_true(acknowledged > 0);
    assert_true(r.lines >= acknowledged + 1);
    (void)close(told[0]);
    (void)close(told[1]);
}

static void
the_receipt_is_short_and_differs_from_line_to_line(void **state)
{
    struct ud_journal *j = opened();
    char a[13], b[13];

    (void)state;
    assert_int_equal(ud_journal_append(j, &sample, a, &error), UD_OK);
    assert_int_equal(ud_journal_append(j, &sample, b, &error), UD_OK);
    assert_int_equal(strlen(a), 12);
    assert_string_not_equal(a, b);
    ud_journal_free(&j);
}

#define IN_A_DIRECTORY(test) cmocka_unit_test_setup_teardown(test, make_dir, drop_dir)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        IN_A_DIRECTORY(what_is_appended_verifies_and_reads_back),
        IN_A_DIRECTORY(a_line_holds_who_where_when_and_what),
        IN_A_DIRECTORY(text_that_would_forge_a_line_stays_inside_its_member),
        IN_A_DIRECTORY(every_flipped_byte_is_found_and_its_line_named),
        IN_A_DIRECTORY(dropped_doubled_and_swapped_lines_are_found),
        IN_A_DIRECTORY(lines_cut_off_are_found_where_a_checkpoint_knows_them),
        IN_A_DIRECTORY(a_log_that_is_gone_altogether_is_noticed),
        IN_A_DIRECTORY(a_torn_last_line_is_set_aside_at_every_length),
        IN_A_DIRECTORY(after_a_thousand_lines_the_key_is_replaced),
        IN_A_DIRECTORY(a_stolen_newer_key_does_not_re_sign_older_lines),
        IN_A_DIRECTORY(a_failed_write_poisons_for_good),
        IN_A_DIRECTORY(a_renewed_log_says_where_the_old_one_lies_and_how_it_ended),
        IN_A_DIRECTORY(a_log_that_is_whole_is_not_renewed),
        IN_A_DIRECTORY(a_console_whose_log_was_set_aside_writes_nothing_more),
        IN_A_DIRECTORY(a_marker_of_an_earlier_failure_stops_the_next_start),
        IN_A_DIRECTORY(a_log_others_can_read_is_refused_with_the_fix),
        IN_A_DIRECTORY(a_writer_that_hangs_makes_the_others_say_busy),
        IN_A_DIRECTORY(eight_writers_killed_at_random_lose_no_line_they_were_told_is_durable),
        IN_A_DIRECTORY(the_receipt_is_short_and_differs_from_line_to_line),
    };

    return ud_seal_init(NULL) == UD_OK ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
