#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/seal.h"
#include "tests/unit/base/child.h"

/* A fresh directory a test, and paths in it. */
static char dir[64];

static const char *
at(const char *name)
{
    static char path[4][256];
    static unsigned next;
    char *p = path[next++ % 4];

    snprintf(p, sizeof(path[0]), "%s/%s", dir, name);
    return p;
}

static int
make_dir(void **state)
{
    (void)state;
    umask(077);
    strcpy(dir, "/tmp/ud-file-XXXXXX");
    return ud_seal_init(NULL) != UD_OK || mkdtemp(dir) == NULL;
}

static int
drop_dir(void **state)
{
    char command[128];

    (void)state;
    snprintf(command, sizeof(command), "rm -rf %s", dir);
    return system(command);
}

static void
put(const char *path, const char *text, mode_t mode)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    assert_int_equal(fchmod(fd, mode), 0);
    close(fd);
}

static void
assert_reads(const char *path, const char *text)
{
    struct ud_buf b;

    assert_int_equal(ud_file_read(&b, path, 1000, NULL), UD_OK);
    assert_string_equal(b.data, text);
    ud_buf_free(&b);
}

static void
a_directory_is_made_with_what_is_above_it(void **state)
{
    struct stat sb;

    (void)state;
    assert_int_equal(ud_dir_ensure(at("a/b/c"), NULL), UD_OK);
    assert_int_equal(ud_dir_ensure(at("a/b/c/"), NULL), UD_OK);
    assert_int_equal(stat(at("a/b"), &sb), 0);
    assert_int_equal(sb.st_mode & 07777, 0700);
}

static void
a_loose_directory_is_refused_with_the_fix(void **state)
{
    static const mode_t modes[] = { 0701, 0750, 0770, 0755, 01700 | 0007 };
    struct ud_error err;

    (void)state;
    assert_int_equal(mkdir(at("d"), 0700), 0);
    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
        assert_int_equal(chmod(at("d"), modes[i]), 0);
        assert_int_equal(ud_dir_ensure(at("d"), &err), UD_CONFIG);
        assert_non_null(strstr(err.hint, "chmod 0700"));
    }
    assert_int_equal(chmod(at("d"), 0500), 0);
    assert_int_equal(ud_dir_ensure(at("d"), &err), UD_OK);
}

static void
a_directory_of_another_account_is_refused(void **state)
{
    struct ud_error err;

    (void)state;
    if (geteuid() != 0)
        return; /* nobody else can make one */
    assert_int_equal(mkdir(at("d"), 0700), 0);
    assert_int_equal(chown(at("d"), 1234, 1234), 0);
    assert_int_equal(ud_dir_ensure(at("d"), &err), UD_CONFIG);
    assert_non_null(strstr(err.message, "1234"));
}

static void
a_file_or_a_link_is_no_directory(void **state)
{
    (void)state;
    put(at("f"), "x", 0600);
    assert_int_not_equal(ud_dir_ensure(at("f"), NULL), UD_OK);
    assert_int_not_equal(ud_dir_ensure(at("f/below"), NULL), UD_OK);
    assert_int_equal(mkdir(at("real"), 0700), 0);
    assert_int_equal(symlink(at("real"), at("link")), 0);
    assert_int_not_equal(ud_dir_ensure(at("link"), NULL), UD_OK);
}

/* Links in the middle of a path count where root made them, and nobody else's do. */
static void
only_roots_links_are_followed_on_the_way(void **state)
{
    (void)state;
    assert_int_equal(mkdir(at("real"), 0700), 0);
    put(at("real/f"), "x", 0600);
    assert_int_equal(symlink("real", at("link")), 0);
    if (geteuid() == 0) {
        assert_reads(at("link/f"), "x");
        assert_int_equal(lchown(at("link"), 1234, 1234), 0);
    }
    struct ud_buf b;
    assert_int_not_equal(ud_file_read(&b, at("link/f"), 10, NULL), UD_OK);
}

static void
a_directory_anybody_may_write_is_not_walked_through(void **state)
{
    struct ud_buf b;

    (void)state;
    assert_int_equal(mkdir(at("open"), 0700), 0);
    put(at("open/f"), "x", 0600);
    assert_int_equal(chmod(at("open"), 0777), 0);
    assert_int_not_equal(ud_file_read(&b, at("open/f"), 10, NULL), UD_OK);
    assert_int_equal(chmod(at("open"), 01777), 0);
    assert_reads(at("open/f"), "x");
}

static void
what_is_no_regular_file_is_not_opened_for_reading(void **state)
{
    int fd;

    (void)state;
    put(at("real"), "x", 0600);
    assert_int_equal(symlink(at("real"), at("link")), 0);
    assert_int_equal(mkfifo(at("fifo"), 0600), 0);
    assert_int_equal(ud_file_open_read(&fd, at("link"), NULL), UD_CONFIG);
    assert_int_equal(ud_file_open_read(&fd, at("fifo"), NULL), UD_CONFIG);
    assert_int_equal(ud_file_open_read(&fd, "/dev/null", NULL), UD_CONFIG);
    assert_int_not_equal(ud_file_open_read(&fd, dir, NULL), UD_OK);
    assert_int_equal(ud_file_open_read(&fd, at("none"), NULL), UD_NOTFOUND);
    assert_int_equal(fd, -1);
}

static void
a_file_others_may_write_is_refused_with_the_fix(void **state)
{
    struct ud_error err;
    int fd;

    (void)state;
    put(at("f"), "x", 0602);
    assert_int_equal(ud_file_open_read(&fd, at("f"), &err), UD_CONFIG);
    assert_non_null(strstr(err.hint, "chmod go-w"));
    put(at("f"), "x", 0644);
    assert_int_equal(ud_file_open_read(&fd, at("f"), &err), UD_OK);
    assert_true((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
    close(fd);
    if (geteuid() == 0) {
        put(at("f"), "x", 0664);
        assert_int_equal(chown(at("f"), 0, 1234), 0);
        assert_int_equal(ud_file_open_read(&fd, at("f"), &err), UD_CONFIG);
    }
}

static void
a_whole_file_is_read_up_to_the_maximum(void **state)
{
    struct ud_buf b;

    (void)state;
    put(at("f"), "12345", 0600);
    assert_int_equal(ud_file_read(&b, at("f"), 5, NULL), UD_OK);
    assert_int_equal(b.length, 5);
    ud_buf_free(&b);
    assert_int_equal(ud_file_read(&b, at("f"), 4, NULL), UD_INVALID);
    assert_null(b.data);
    put(at("f"), "", 0600);
    assert_reads(at("f"), "");
}

static void
secrets_are_read_from_files_nobody_else_can_read(void **state)
{
    static const mode_t good[] = { 0600, 0400 }, bad[] = { 0640, 0604, 0700, 0660, 0444 };
    struct ud_secret *s;
    struct ud_error err;

    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        unlink(at("k"));
        put(at("k"), "secret", good[i]);
        assert_int_equal(ud_file_read_secret(&s, at("k"), NULL), UD_OK);
        assert_int_equal(ud_secret_length(s), 6);
        assert_memory_equal(ud_secret_open(s), "secret", 6);
        ud_secret_close(s);
        ud_secret_free(&s);
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        unlink(at("k"));
        put(at("k"), "secret", bad[i]);
        assert_int_equal(ud_file_read_secret(&s, at("k"), &err), UD_CONFIG);
        assert_null(s);
    }
    unlink(at("k"));
    put(at("k"), "", 0600);
    assert_int_equal(ud_file_read_secret(&s, at("k"), NULL), UD_OK);
    assert_int_equal(ud_secret_length(s), 0);
    ud_secret_free(&s);
    assert_int_equal(truncate(at("k"), UD_SECRET_MAX + 1), 0);
    assert_int_equal(ud_file_read_secret(&s, at("k"), NULL), UD_INVALID);
}

static size_t
entries(void)
{
    char command[128];
    unsigned n = 0;

    snprintf(command, sizeof(command), "ls -A %s | wc -l", dir);
    FILE *p = popen(command, "r");
    assert_non_null(p);
    assert_int_equal(fscanf(p, "%u", &n), 1);
    pclose(p);
    return n;
}

static void
replacing_leaves_the_new_content_its_mode_and_nothing_else(void **state)
{
    struct stat sb;

    (void)state;
    assert_int_equal(ud_file_replace(at("f"), "one", 3, 0600, NULL), UD_OK);
    assert_int_equal(ud_file_replace(at("f"), "three", 5, 0400, NULL), UD_OK);
    assert_reads(at("f"), "three");
    assert_int_equal(stat(at("f"), &sb), 0);
    assert_int_equal(sb.st_mode & 07777, 0400);
    assert_int_equal(entries(), 1);
}

static void
replacing_a_link_replaces_the_link_not_its_target(void **state)
{
    struct stat sb;

    (void)state;
    put(at("target"), "old", 0600);
    assert_int_equal(symlink(at("target"), at("link")), 0);
    assert_int_equal(ud_file_replace(at("link"), "new", 3, 0600, NULL), UD_OK);
    assert_reads(at("target"), "old");
    assert_reads(at("link"), "new");
    assert_int_equal(lstat(at("link"), &sb), 0);
    assert_true(S_ISREG(sb.st_mode));
}

static void
a_replacement_that_cannot_be_made_leaves_no_trace(void **state)
{
    (void)state;
    assert_int_equal(mkdir(at("f"), 0700), 0);
    assert_int_equal(mkdir(at("f/x"), 0700), 0);
    assert_int_not_equal(ud_file_replace(at("f"), "x", 1, 0600, NULL), UD_OK);
    assert_int_equal(entries(), 1);
    assert_int_equal(ud_file_replace(at("none/f"), "x", 1, 0600, NULL), UD_NOTFOUND);
}

static int
replace_beyond_the_limit(void *arg)
{
    struct rlimit limit = { 1000, 1000 };
    static const char text[5000];

    (void)arg;
    signal(SIGXFSZ, SIG_IGN);
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0)
        return 9;
    return ud_file_replace(at("f"), text, 5000, 0600, NULL) == UD_NOSPACE ? 0 : 1;
}

static void
a_write_cut_by_a_limit_keeps_the_old_file(void **state)
{
    (void)state;
    put(at("f"), "old", 0600);
    assert_int_equal(exit_code_of(replace_beyond_the_limit, NULL), 0);
    assert_reads(at("f"), "old");
    assert_int_equal(entries(), 1);
}

static void
names_that_are_too_long_are_refused(void **state)
{
    char path[600];
    struct ud_buf b;

    (void)state;
    snprintf(path, sizeof(path), "%s/", dir);
    size_t n = strlen(path);
    memset(path + n, 'a', 300);
    path[n + 300] = '\0';
    assert_int_not_equal(ud_file_read(&b, path, 10, NULL), UD_OK);
    assert_int_not_equal(ud_dir_ensure(path, NULL), UD_OK);
    assert_int_not_equal(ud_file_replace(path, "x", 1, 0600, NULL), UD_OK);
    assert_int_not_equal(ud_dir_ensure("/", NULL), UD_OK);
    assert_int_not_equal(ud_dir_ensure("", NULL), UD_OK);
}

#define WITH_DIR(f) cmocka_unit_test_setup_teardown(f, make_dir, drop_dir)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_DIR(a_directory_is_made_with_what_is_above_it),
        WITH_DIR(a_loose_directory_is_refused_with_the_fix),
        WITH_DIR(a_directory_of_another_account_is_refused),
        WITH_DIR(a_file_or_a_link_is_no_directory),
        WITH_DIR(only_roots_links_are_followed_on_the_way),
        WITH_DIR(a_directory_anybody_may_write_is_not_walked_through),
        WITH_DIR(what_is_no_regular_file_is_not_opened_for_reading),
        WITH_DIR(a_file_others_may_write_is_refused_with_the_fix),
        WITH_DIR(a_whole_file_is_read_up_to_the_maximum),
        WITH_DIR(secrets_are_read_from_files_nobody_else_can_read),
        WITH_DIR(replacing_leaves_the_new_content_its_mode_and_nothing_else),
        WITH_DIR(replacing_a_link_replaces_the_link_not_its_target),
        WITH_DIR(a_replacement_that_cannot_be_made_leaves_no_trace),
        WITH_DIR(a_write_cut_by_a_limit_keeps_the_old_file),
        WITH_DIR(names_that_are_too_long_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
