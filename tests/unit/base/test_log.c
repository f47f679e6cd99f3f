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

#include "base/buf.h"
#include "base/file.h"
#include "base/log.h"

static void
what_looks_like_a_secret_is_replaced(void **state)
{
    static const struct {
        const char *in, *out;
    } rows[] = {
        { "key 496298-461032-321464-595518-463221-173943-033616-139579 end", "key [redacted] end" },
        { "key 496298 461032 321464 595518 463221 173943 033616 139579", "key [redacted]" },
        { "496298461032321464595518463221173943033616139579", "[redacted]" },
        { "fv AAAQ-EAYE-AUDA-OCAJ-B8FQ-YD8O.", "fv [redacted]." },
        { "fv AAAQ EAYE AUDA OCAJ B8FQ YD8O.", "fv [redacted]." },
        { "Bearer eyJhbGciOi.eyJhdWQ.c2ln x", "Bearer [redacted] x" },
        { "token=0.AXoAAbcdefghijklmnopqr&x=1", "token=0.[redacted]&x=1" },
        { "abcdefghijklmnopqrst", "[redacted]" },
        { "abcdefghijklmnopqrs", "abcdefghijklmnopqrs" },
        { "YWJjZGVmZ2hpamtsbW5v==", "[redacted]" },
        { "device 8a5d13d6-7ed9-46c8-a74f-ac3adf016ec8 has 3 keys", "device 8a5d13d6-7ed9-46c8-a74f-ac3adf016ec8 has 3 keys" },
        { "id=8A5D13D6-7ED9-46C8-A74F-AC3ADF016EC8,", "id=8A5D13D6-7ED9-46C8-A74F-AC3ADF016EC8," },
        { "8a5d13d6-7ed9-46c8-a74f-ac3adf016ec8abcdef", "[redacted]" },
        { "took 12 ms, 200, 2026-08-20 14:02", "took 12 ms, 200, 2026-08-20 14:02" },
        { "", "" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char text[200];
        ud_copy(text, sizeof(text), rows[i].in);
        ud_log_redact(text);
        assert_string_equal(text, rows[i].out);
    }
}

static void
redacting_twice_changes_nothing_and_never_lengthens(void **state)
{
    static const char alphabet[] = "aA09+/=- _.{}eyJ";
    unsigned seed = 3;

    (void)state;
    for (int round = 0; round < 50000; round++) {
        char text[80], once[80];
        size_t n = (unsigned)rand_r(&seed) % (sizeof(text) - 1);
        for (size_t i = 0; i < n; i++)
            text[i] = alphabet[(unsigned)rand_r(&seed) % (sizeof(alphabet) - 1)];
        text[n] = '\0';
        ud_log_redact(text);
        assert_true(strlen(text) <= n);
        strcpy(once, text);
        ud_log_redact(text);
        assert_string_equal(text, once);
    }
}

static void
a_line_is_one_clean_line_with_its_time(void **state)
{
    char dir[] = "/tmp/ud-log-XXXXXX", path[64], longtext[3000];
    struct ud_log *log;
    struct ud_buf b;
    struct stat sb;

    (void)state;
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof(path), "%s/log", dir);
    assert_int_equal(ud_log_open(&log, path, NULL), UD_OK);
    ud_log_line(log, "sync", "host\nfake line %d", 1);
    memset(longtext, ' ', sizeof(longtext) - 1);
    longtext[sizeof(longtext) - 1] = '\0';
    ud_log_line(log, "sync", "%s", longtext);
    ud_log_line(NULL, "sync", "nothing happens");
    ud_log_free(&log);
    assert_null(log);
    assert_int_equal(ud_file_read(&b, path, 10000, NULL), UD_OK);
    char *second = strchr(b.data, '\n') + 1;
    assert_string_equal(strchr(second, '\n'), "\n");
    assert_true(strlen(second) <= 1024);
    second[-1] = '\0';
    assert_string_equal(b.data + 24, " sync: host fake line 1");
    assert_int_equal(b.data[23], 'Z');
    ud_buf_free(&b);
    assert_int_equal(stat(path, &sb), 0);
    assert_int_equal(sb.st_mode & 0777, 0600);
    unlink(path);
    rmdir(dir);
}

static void
a_log_others_could_read_is_refused(void **state)
{
    char dir[] = "/tmp/ud-log-XXXXXX", path[64];
    struct ud_log *log;
    struct ud_error err;

    (void)state;
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof(path), "%s/log", dir);
    assert_int_equal(ud_file_replace(path, "", 0, 0644, NULL), UD_OK);
    assert_int_equal(ud_log_open(&log, path, &err), UD_CONFIG);
    assert_null(log);
    assert_non_null(strstr(err.hint, "chmod 0600"));
    unlink(path);
    assert_int_equal(symlink("/tmp/elsewhere", path), 0);
    assert_int_not_equal(ud_log_open(&log, path, &err), UD_OK);
    unlink(path);
    rmdir(dir);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_looks_like_a_secret_is_replaced),
        cmocka_unit_test(redacting_twice_changes_nothing_and_never_lengthens),
        cmocka_unit_test(a_line_is_one_clean_line_with_its_time),
        cmocka_unit_test(a_log_others_could_read_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
