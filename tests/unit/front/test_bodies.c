/* Buffers for bodies that may hold a secret: used again, and empty in between. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/seal.h"
#include "escrowd/front/front_state.h"

/* Stands in for the vault: nobody is asked here. */
enum ud_status
ud_front_send(struct ud_front *f, struct ud_call *c, struct ud_vault_request *r, struct ud_error *e)
{
    (void)f;
    (void)c;
    (void)r;
    return ud_error_set(e, UD_OFFLINE, "no vault");
}

static struct ud_front *front;

static struct ud_call *
call_with_body(size_t size, const char *text)
{
    struct ud_call *c = ud_call_new(front, "/checkin/");

    assert_int_equal(ud_call_take_body(c, size, NULL), UD_OK);
    assert_int_equal(ud_secret_append(c->secret_body, text, strlen(text), NULL), UD_OK);
    return c;
}

static void
a_small_body_is_wiped_and_used_again(void **state)
{
    struct ud_call *c = call_with_body(100, "recovery_password=AAAQ-EAYE");
    struct ud_secret *first = c->secret_body;

    (void)state;
    ud_call_drop_body(c);
    assert_null(c->secret_body);
    ud_call_drop_body(c);
    assert_int_equal(ud_call_take_body(c, 300, NULL), UD_OK);
    assert_ptr_equal(c->secret_body, first);
    assert_int_equal(ud_secret_length(first), 0);
    const unsigned char *bytes = ud_secret_open(first);
    for (size_t i = 0; i < ud_secret_capacity(first); i++)
        assert_int_equal(bytes[i], 0);
    ud_secret_close(first);
    ud_call_free(&c); /* gives it back as well */
    assert_int_equal(front->body_count, 1);
}

static void
a_large_body_is_not_kept(void **state)
{
    struct ud_call *c = call_with_body(8000, "a long body");

    (void)state;
    ud_call_drop_body(c);
    assert_null(c->secret_body);
    assert_int_equal(front->body_count, 0);
    ud_call_free(&c);
}

static void
bodies_of_many_calls_are_closed_at_the_end_of_the_turn(void **state)
{
    struct ud_call *c[40];

    (void)state;
    for (size_t i = 0; i < 40; i++)
        c[i] = call_with_body(100, "x");
    assert_true(front->open_count > 0);
    ud_front_let_go(front);
    assert_int_equal(front->open_count, 0);
    for (size_t i = 0; i < 40; i++) { /* a hold ends with an assertion where one is left */
        ud_secret_hold(c[i]->secret_body, false);
        ud_secret_release(c[i]->secret_body);
        assert_int_equal(ud_secret_append(c[i]->secret_body, "y", 1, NULL), UD_OK);
    }
    for (size_t i = 0; i < 40; i++)
        ud_call_free(&c[i]);
    assert_true(front->body_count < 40);
}

static int
open_front(void **state)
{
    front = test_calloc(1, sizeof(*front));
    *state = front;
    return 0;
}

static int
close_front(void **state)
{
    ud_call_free_spares(front);
    test_free(*state);
    return ud_secret_live() == 0 ? 0 : -1;
}

int
main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test_setup_teardown(
                                            a_small_body_is_wiped_and_used_again, open_front, close_front),
        cmocka_unit_test_setup_teardown(a_large_body_is_not_kept, open_front, close_front),
        cmocka_unit_test_setup_teardown(bodies_of_many_calls_are_closed_at_the_end_of_the_turn, open_front, close_front) };

    if (ud_seal_init(NULL) != UD_OK)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
