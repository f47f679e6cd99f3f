/* What the simulator knows of its devices: tokens the vault will believe, names people type. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/seal.h"
#include "escrowd/simulate/simulate.h"

static char dir[] = "/tmp/ud-simulate-XXXXXX";
static struct ud_sim sim;

static void
write_file(const char *name, const char *bytes, size_t length)
{
    char path[100];

    snprintf(path, sizeof(path), "%s/%s", dir, name);
    assert_int_equal(ud_file_replace(path, bytes, length, 0600, NULL), UD_OK);
}

static void
add_device(struct ud_buf *out, unsigned number, const char *name)
{
    struct ud_roster_line l = { .kind = UD_KIND_BITLOCKER, .volume = UD_VOLUME_OS };

    l.device.byte[15] = (uint8_t)number;
    snprintf(l.name, sizeof(l.name), "%s", name);
    snprintf(l.serial, sizeof(l.serial), "TRN%04u", number);
    snprintf(l.os, sizeof(l.os), "Windows");
    ud_roster_format(out, &l);
}

static void
devices_are_found_by_name_serial_and_id_and_twins_are_named(void **state)
{
    const struct ud_roster_line *line;
    struct ud_error err = { 0 };

    (void)state;
    assert_int_equal(ud_sim_find(&line, &sim, "lon-lt-1", &err), UD_OK);
    assert_int_equal(line->device.byte[15], 1);
    assert_int_equal(ud_sim_find(&line, &sim, "TRN0002", &err), UD_OK);
    assert_int_equal(line->device.byte[15], 2);
    assert_int_equal(ud_sim_find(&line, &sim, "00000000-0000-0000-0000-000000000003", &err), UD_OK);
    assert_int_equal(ud_sim_find(&line, &sim, "TWIN", &err), UD_AMBIGUOUS);
    assert_int_equal(ud_sim_find(&line, &sim, "NOBODY", &err), UD_NOTFOUND);
}

static void
a_devices_token_names_the_device_and_is_its_own(void **state)
{
    struct ud_secret *one = NULL, *two = NULL;
    struct ud_guid a = { .byte = { [15] = 1 } }, b = { .byte = { [15] = 2 } };
    struct ud_token token;

    (void)state;
    assert_int_equal(ud_sim_token(&one, &sim, &a, NULL), UD_OK);
    assert_int_equal(ud_sim_token(&two, &sim, &b, NULL), UD_OK);
    assert_false(ud_secret_equal(one, two));
    assert_true(ud_token_parse(&token, (const char *)ud_secret_open(one), ud_secret_length(one)));
    ud_secret_close(one);
    assert_memory_equal(token.id, a.byte, sizeof(token.id));
    ud_secret_free(&one);
    ud_secret_free(&two);
}

static void
a_service_without_simulated_devices_is_told_so(void **state)
{
    struct ud_error err = { 0 };
    struct ud_sim other;

    (void)state;
    assert_int_equal(ud_sim_open(&other, "/tmp/there-is-no-such-directory", NULL, &err), UD_NOTFOUND);
    assert_non_null(strstr(err.hint, "--training"));
    ud_sim_close(&other);
}

static void
the_service_is_found_through_its_configuration(void **state)
{
    char wanted[100];

    (void)state;
    snprintf(wanted, sizeof(wanted), "%s/escrowd.sock", dir);
    assert_string_equal(sim.origin.socket, wanted);
}

static int
setup(void **state)
{
    static const char conf[] = "[service]\ntenant = t\nclient_id = c\n[listen]\nunix = escrowd.sock\n";
    char key[32];
    struct ud_buf roster;

    (void)state;
    assert_non_null(mkdtemp(dir));
    memset(key, 'k', sizeof(key));
    write_file("simulate.key", key, sizeof(key));
    write_file("simulate.token", "token\n", 6);
    write_file("escrowd.conf", conf, sizeof(conf) - 1);
    ud_buf_init(&roster, 8192);
    add_device(&roster, 1, "LON-LT-1");
    add_device(&roster, 2, "TWIN");
    add_device(&roster, 3, "TWIN");
    write_file(UD_ROSTER_FILE, roster.data, roster.length);
    ud_buf_free(&roster);
    return ud_sim_open(&sim, dir, NULL, NULL) == UD_OK ? 0 : -1;
}

static int
teardown(void **state)
{
    static const char *const names[] = { "simulate.key", "simulate.token", "escrowd.conf", UD_ROSTER_FILE };
    char path[100];

    (void)state;
    ud_sim_close(&sim);
    for (size_t i = 0; i < 4; i++) {
        snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
        unlink(path);
    }
    return rmdir(dir);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(devices_are_found_by_name_serial_and_id_and_twins_are_named),
        cmocka_unit_test(a_devices_token_names_the_device_and_is_its_own),
        cmocka_unit_test(the_service_is_found_through_its_configuration),
        cmocka_unit_test(a_service_without_simulated_devices_is_told_so),
    };

    if (ud_http_global_init(NULL) != UD_OK || ud_seal_init(NULL) != UD_OK)
        return 1;
    return cmocka_run_group_tests(tests, setup, teardown);
}
