/* Keys that are not there, and what manage-bde printed: by command, and pasted into the console, where nothing of it stays. Retired devices and key packages
 * as the commands of escrowd and of the console see them. */
#include <ftw.h>
#include <poll.h>
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
#include "tests/support/memscan.h"
#include "tests/support/operator.h"
#include "tests/support/program.h"

#define LIMIT_S 120
#define FAMILY  32
#define WIPE_MS 250
#define ID_TPM  "11112222-3333-4444-5555-666677778888"
#define ID_KEY  "5eedbeef-7ed9-46c8-a74f-ac3adf016ec8"
#define ID_OLD  "0badcafe-7ed9-46c8-a74f-ac3adf016ec8"

static char dir[64], key[UD_OPERATOR_KEY], text[1200];

static void
write_text(const char *line_end)
{
    static const char *const lines[] = { "BitLocker Drive Encryption: Configuration Tool version 10.0.22621", "",
        "Volume C: [Windows]", "All Key Protectors", "", "    TPM:", "      ID: {" ID_TPM "}",
        "      PCR Validation Profile:", "        7, 11", "", "    Numerical Password:", "      ID: {" ID_KEY "}",
        "      Password:" };
    size_t used = 0;

    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
        used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s", lines[i], line_end);
    (void)snprintf(text + used, sizeof(text) - used, "        %s%s%s", key, line_end, line_end);
}

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
    (void)snprintf(dir, sizeof(dir), "/tmp/ud-missing-XXXXXX");
    ud_operator_draw_key(key);
    write_text("\r\n");
    return mkdtemp(dir) != NULL ? 0 : -1;
}

static int
drop_dir(void **state)
{
    (void)state;
    explicit_bzero(key, sizeof(key));
    explicit_bzero(text, sizeof(text));
    return nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* Runs a command of the console on the private training service below `dir`; no answer may hold the key. */
static void
run(struct ud_program *p, const char *input, const char *const *args)
{
    const char *argv[24] = { "unlockdesk", "--demo=60", "--seed", "7", "--demo-dir", dir };
    size_t n = 6;

    while (*args != NULL && n < 23)
        argv[n++] = *args++;
    argv[n] = NULL;
    ud_program_run(p, argv, input, LIMIT_S);
    assert_null(strstr(p->out, key));
    assert_null(strstr(p->err, key));
}
#define RUN(p, input, ...) run(p, input, (const char *const[]){ __VA_ARGS__, NULL })

static void
expect(const char *input, int code, const char *words, const char *const *args)
{
    struct ud_program p;

    run(&p, input, args);
    if (p.code != code || (strstr(p.out, words) == NULL && strstr(p.err, words) == NULL))
        fail_msg("exit %d, wanted %d and \"%s\":\n%s%s", p.code, code, words, p.out, p.err);
    ud_program_free(&p);
}
#define EXPECT(input, code, words, ...) expect(input, code, words, (const char *const[]){ __VA_ARGS__, NULL })

static void
manage_bde_text_is_explained_compared_and_stored_by_command(void **state)
{
    (void)state;
    EXPECT(text, 0, "is that of: TPM. The recovery key's ID is 5EEDBEEF", "key", "read-bde", "--device", "WAW-LT-IRENA", "--id",
        "11112222");
    EXPECT(text, 0, "stored now", "key", "read-bde", "--device", "WAW-LT-IRENA", "--store");
    EXPECT(text, 0, "\"stored\":\"current\",\"device\":\"WAW-LT-IRENA\"", "key", "read-bde", "--json");
    EXPECT(text, 8, "for another device", "key", "read-bde", "--device", "LON-LT-ALICE", "--store");
    EXPECT(NULL, 0, "5EEDBEEF", "device", "show", "WAW-LT-IRENA");
    EXPECT(NULL, 0, "kept", "journal", "list");
    EXPECT(NULL, 7, "the ID of the tpm of WAW-LT-IRENA", "key", "find", "11112222"); /* kept with it */
}

static void
text_that_is_something_else_says_what_to_give(void **state)
{
    char wrong[1200];
    char *digit;

    (void)state;
    EXPECT("nothing of the kind\n", 7, "manage-bde -protectors -get C:", "key", "read-bde");
    EXPECT("    TPM:\n      ID: {" ID_TPM "}\n", 7, "no 48-digit recovery key", "key", "read-bde");
    EXPECT(text, 2, "--store needs --device", "key", "read-bde", "--store");
    (void)snprintf(wrong, sizeof(wrong), "%s", text);
    digit = strstr(wrong, key) + 14; /* first digit of the third group */
    *digit = *digit == '0' ? '1' : '0';
    EXPECT(wrong, 10, "Group 3", "key", "read-bde", "--device", "WAW-LT-IRENA", "--store");
    EXPECT(NULL, 7, "No recovery key ID starts with", "key", "find", "5eedbeef");
    explicit_bzero(wrong, sizeof(wrong));
}

static void
escrowd(const char *const *args)
{
    const char *argv[12] = { "escrowd", "-C", dir };
    struct ud_program p;
    size_t n = 3;

    while (*args != NULL && n < 11)
        argv[n++] = *args++;
    argv[n] = NULL;
    ud_program_run(&p, argv, NULL, LIMIT_S);
    if (p.code != 0)
        fail_msg("%s%s", p.out, p.err);
    ud_program_free(&p);
}
#define ESCROWD(...) escrowd((const char *const[]){ __VA_ARGS__, NULL })

static void
a_key_package_comes_into_a_new_file_and_the_key_into_none(void **state)
{
    char package[128], csv[128], out[128], line[500], got[32] = "";
    struct stat sb;
    FILE *f;

    (void)state;
    EXPECT(NULL, 0, "WAW-LT-IRENA", "device", "list", "irena"); /* the service is made */
    (void)snprintf(package, sizeof(package), "%s/in.kpg", dir);
    (void)snprintf(csv, sizeof(csv), "%s/in.csv", dir);
    (void)snprintf(out, sizeof(out), "%s/out.kpg", dir);
    assert_int_equal(ud_file_replace(package, "-FVE-FS-package-", 16, 0600, NULL), UD_OK);
    (void)snprintf(line, sizeof(line),
        "device,serial,user,key_id,secret,key_package_file\nOLD-1,S1,zoe@training.invalid," ID_OLD ",%s,%s\n", key, package);
    assert_int_equal(ud_file_replace(csv, line, strlen(line), 0600, NULL), UD_OK);
    explicit_bzero(line, sizeof(line));
    ESCROWD("import", csv);
    assert_int_equal(unlink(csv), 0);
    EXPECT(NULL, 4, "--reason takes", "key", "package", "0badcafe", "--output", out);
    assert_int_not_equal(stat(out, &sb), 0);
    EXPECT(NULL, 0, "repair-bde D: E: -kp", "key", "package", "0badcafe", "--reason", "lost-pin", "--output", out);
    assert_int_equal(stat(out, &sb), 0);
    assert_int_equal(sb.st_mode & 0777, 0600);
    assert_non_null(f = fopen(out, "r"));
    assert_int_equal(fread(got, 1, sizeof(got), f), 16);
    (void)fclose(f);
    assert_string_equal(got, "-FVE-FS-package-");
    EXPECT(NULL, 21, "exists already", "key", "package", "0badcafe", "--reason", "lost-pin", "--output", out);
    EXPECT(NULL, 0, "package", "journal", "list");
    ESCROWD("verify");
}

static void
keys_of_a_retired_device_are_found_and_the_device_is_not_listed(void **state)
{
    (void)state;
    EXPECT(text, 0, "stored now", "key", "read-bde", "--device", "WAW-LT-IRENA", "--store");
    ESCROWD("device", "retire", "WAW-LT-IRENA");
    EXPECT(NULL, 0, "\"total\":59", "device", "list", "--refresh", "--json");
    EXPECT(NULL, 0, "WAW-LT-IRENA (retired)", "key", "find", "5eedbeef");
    ESCROWD("key", "delete", ID_KEY);
    EXPECT(NULL, 7, "No recovery key ID starts with", "key", "find", "5eedbeef");
    ESCROWD("verify");
}

/* --- on a terminal, and in its memory ------------------------------------------------------------------------------------------- */

static void
scan(struct ud_scan *out, const struct ud_operator *o)
{
    char digits[49], bytes[17] = "";
    pid_t pids[FAMILY];
    size_t n = ud_scan_family(ud_pty_pid(o->pty), pids, FAMILY);

    n += ud_scan_family(o->service.server, pids + n, FAMILY - n);
    ud_operator_key_digits(digits, key);
    ud_operator_key_bytes((unsigned char *)bytes, key);
    memset(out, 0, sizeof(*out));
    ud_scan_processes(out, pids, n, key);
    ud_scan_processes(out, pids, n, digits);
    ud_scan_processes(out, pids, n, bytes);
}

static void
expect_copies(struct ud_operator *o, size_t wanted, const char *when)
{
    struct ud_scan found;

    (void)poll(NULL, 0, WIPE_MS);
    ud_pty_pump(o->pty);
    scan(&found, o);
    if (found.hits != wanted || (wanted == 1 && (!found.hit[0].guarded || found.hit[0].pid != ud_pty_pid(o->pty)))) {
        ud_scan_print(&found);
        fail_msg("%s: %zu copies of the key, %zu wanted", when, found.hits, wanted);
    }
}

/* Keys that answer a question count only 150 ms after it: the release program's clock is the real one. */
static void
think(void)
{
    (void)poll(NULL, 0, 200);
}

static void
open_page(struct ud_operator *o)
{
    ud_pty_key(o->pty, "b");
    ud_pty_wait(o->pty, "Nothing has come yet.");
    think();
    ud_pty_send(o->pty, "\033[200~");
    ud_pty_send(o->pty, text);
    ud_pty_send(o->pty, "\033[201~");
    ud_pty_wait(o->pty, "15 lines so far");
}

static void
a_device_without_a_key_is_asked_for_one_and_its_page_shows_it(void **state)
{
    struct ud_operator o = { .state = "" };

    (void)state;
    ud_fixture_start(&o.service, &(struct ud_fixture_options){ .devices = 60, .seed = 7, .simulator = true });
    ud_operator_configure(&o, NULL);
    ud_operator_open(&o, NULL);
    ud_operator_sign_in(&o);
    ud_operator_type(&o, "irena");
    ud_pty_wait(o.pty, "› WAW-LT-IRENA");
    ud_pty_key(o.pty, "Enter");
    ud_pty_wait(o.pty, "No recovery key of this device is stored here.");
    ud_pty_key(o.pty, "w");
    ud_pty_wait(o.pty, "3. A domain policy put it into Active Directory");
    ud_pty_key(o.pty, "n");
    ud_pty_wait(o.pty, "Enter yes");
    think();
    ud_pty_key(o.pty, "Enter");
    ud_pty_wait(o.pty, "waiting for the device");
    ud_pty_wait(o.pty, "The recovery key is stored now.");
    ud_pty_wait(o.pty, "Enter gets this key");
    ud_operator_end(&o);
}

static void
pasted_output_lies_in_one_guarded_block_and_is_gone_afterwards(void **state)
{
    struct ud_operator o = { .state = "" };
    char *screen, line[300], other[UD_OPERATOR_KEY];

    (void)state;
    if (geteuid() != 0)
        fail_msg("the memory of other processes can be scanned by root only: run this as root");
    write_text("\r");
    ud_fixture_make(&o.service, &(struct ud_fixture_options){ .service = true });
    ud_operator_draw_key(other);
    (void)snprintf(line, sizeof(line), "SCAN-LT-01,TRN7700001,scan.user@training.invalid," ID_OLD ",%s,company,bitlocker", other);
    ud_operator_import(&o.service, line);
    ud_fixture_serve(&o.service);
    ud_operator_configure(&o, NULL);
    ud_operator_open(&o, NULL);
    ud_operator_sign_in(&o);
    ud_operator_type(&o, "scan.user");
    ud_pty_wait(o.pty, "SCAN-LT-01");
    ud_pty_key(o.pty, "Enter");
    ud_pty_wait(o.pty, "0BADCAFE");

    open_page(&o);
    expect_copies(&o, 1, "pasted");
    screen = ud_pty_screen(o.pty);
    assert_null(strstr(screen, "Numerical"));
    free(screen);
    think();
    ud_pty_key(o.pty, "Enter");
    ud_pty_wait(o.pty, "not stored");
    ud_pty_wait(o.pty, "0BADCAFE, is not in it");
    expect_copies(&o, 1, "read");
    think();
    ud_pty_key(o.pty, "Esc");
    ud_pty_wait(o.pty, "Recovery keys, newest first");
    expect_copies(&o, 0, "left");

    open_page(&o);
    think();
    ud_pty_key(o.pty, "Enter");
    ud_pty_wait(o.pty, "not stored");
    think();
    ud_pty_key(o.pty, "s");
    ud_pty_wait(o.pty, "Enter yes");
    think();
    ud_pty_key(o.pty, "Enter");
    ud_pty_wait(o.pty, "Stored.");
    ud_pty_key(o.pty, "Esc");
    ud_pty_wait(o.pty, "5EEDBEEF");
    ud_pty_wait(o.pty, "Recovery keys, newest first");
    expect_copies(&o, 0, "stored");

    open_page(&o);
    ud_pty_key(o.pty, "C-l");
    ud_pty_wait_gone(o.pty, "lines so far");
    expect_copies(&o, 0, "locked");
    ud_operator_end(&o);
    explicit_bzero(other, sizeof(other));
    explicit_bzero(line, sizeof(line));
}

#define IN_A_DIRECTORY(test) cmocka_unit_test_setup_teardown(test, make_dir, drop_dir)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        IN_A_DIRECTORY(manage_bde_text_is_explained_compared_and_stored_by_command),
        IN_A_DIRECTORY(text_that_is_something_else_says_what_to_give),
        IN_A_DIRECTORY(a_key_package_comes_into_a_new_file_and_the_key_into_none),
        IN_A_DIRECTORY(keys_of_a_retired_device_are_found_and_the_device_is_not_listed),
        cmocka_unit_test(a_device_without_a_key_is_asked_for_one_and_its_page_shows_it),
        IN_A_DIRECTORY(pasted_output_lies_in_one_guarded_block_and_is_gone_afterwards),
    };

    return ud_seal_init(NULL) == UD_OK ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
