/* The list of devices survives a lock in the middle: what was loaded stays, and loading goes on behind it. */
#include <poll.h>

#include "bad.h"

#define DEVICES 3500
#define PAGES   4 /* of 1000 */

static void
import_fleet(struct bad *b)
{
    const size_t room = (size_t)DEVICES * 200;
    char *lines = malloc(room), key[UD_OPERATOR_KEY];
    size_t used = 0;

    assert_non_null(lines);
    for (int i = 1; i <= DEVICES; i++) {
        ud_operator_draw_key(key);
        used += (size_t)snprintf(lines + used, room - used,
            "RES-%04d,RSN%04d,res%d@training.invalid,%08x-0000-4000-8000-00000000c0de,%s,company,bitlocker\n", i, i, i,
            0x10000000 + i, key);
    }
    lines[used - 1] = '\0';
    ud_operator_import(&b->o.service, lines);
    free(lines);
}

static void
hold_until_told(int fd, const char *head, const char *body, void *arg)
{
    struct pollfd told = { .fd = *(const int *)arg, .events = POLLIN };

    (void)fd;
    (void)head;
    (void)body;
    (void)poll(&told, 1, 60000);
}

static void
wait_until_asked(struct bad *b, const char *part, unsigned times)
{
    for (int i = 0; i < 3000 && ud_relay_count(b->relay, part) < times; i++) {
        ud_pty_pump(b->o.pty);
        (void)poll(NULL, 0, 10);
    }
    assert_int_equal(ud_relay_count(b->relay, part), times);
}

static void
a_list_that_a_lock_interrupted_goes_on_from_its_last_page(void **state)
{
    struct bad *b = *state;
    int pair[2];

    ud_fixture_make(&b->o.service, &(struct ud_fixture_options){ .service = true });
    import_fleet(b);
    ud_fixture_serve(&b->o.service);
    b->relay = ud_relay_start(b->o.service.socket);
    (void)snprintf(b->o.service.url, sizeof(b->o.service.url), "%s", ud_relay_url(b->relay));
    assert_int_equal(pipe(pair), 0);
    ud_relay_intercept(b->relay, "skiptoken", hold_until_told, &pair[0]);
    open_console(b);
    ud_operator_sign_in(&b->o);
    wait_until_asked(b, "skiptoken", 1);

    ud_pty_key(b->o.pty, "C-l");
    ud_pty_wait(b->o.pty, "Locked");
    ud_relay_intercept(b->relay, "skiptoken", NULL, NULL);
    assert_int_equal(write(pair[1], "x", 1), 1);
    ud_operator_type(&b->o, b->o.passphrase);
    ud_operator_answer(&b->o, "Locked", "3,500 devices");
    wait_until_asked(b, "managedDevices", PAGES + 1);
    ud_pty_idle(b->o.pty);
    assert_int_equal(ud_relay_count(b->relay, "managedDevices"), PAGES + 1); /* the page that was cut is asked for twice */
    (void)close(pair[0]);
    (void)close(pair[1]);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        BAD_TEST(a_list_that_a_lock_interrupted_goes_on_from_its_last_page),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
