/* The exercises of doc/first-hour.md, pressed as they are written there. */
#include "console.h"

#define DOC       "doc/first-hour.md"
#define EXERCISES 5
#define STEPS_MAX 64

struct exercise {
    char title[120];
    char step[STEPS_MAX][120];
    size_t count;
};

static struct exercise exercise[EXERCISES + 1];

static size_t
read_exercises(void)
{
    FILE *f = fopen(DOC, "re");
    char line[512];
    bool inside = false;
    size_t n = 0;

    assert_non_null(f);
    memset(exercise, 0, sizeof(exercise));
    while (fgets(line, sizeof(line), f) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        if (strncmp(line, "## Exercise ", 12) == 0) {
            assert_true(n < EXERCISES + 1);
            (void)snprintf(exercise[n++].title, sizeof(exercise[0].title), "%.100s", line + 3);
        } else if (strncmp(line, "```", 3) == 0) {
            inside = strcmp(line, "```steps") == 0;
        } else if (inside) {
            assert_true(n > 0 && exercise[n - 1].count < STEPS_MAX);
            (void)snprintf(exercise[n - 1].step[exercise[n - 1].count++], sizeof(exercise[0].step[0]), "%.110s", line);
        }
    }
    (void)fclose(f);
    return n;
}

/* Devices answer in their own time: only the console's polling is hurried. */
static void
wait_with_the_clock(struct ud_pty *p, const char *text)
{
    for (int i = 0; i < 200 && !ud_pty_has(p, text); i++) {
        ud_pty_clock(p, 500);
        ud_pty_idle(p);
    }
    ud_pty_wait(p, text);
}

static void
run_step(struct ud_pty *p, const char *step)
{
    const char *what = strchr(step, ' ');

    if (what == NULL)
        fail_msg("\"%s\" is no step", step);
    what++;
    if (strncmp(step, "press ", 6) == 0) {
        ud_pty_idle(p);
        ud_pty_pause(p);
        ud_pty_key(p, what);
        ud_pty_idle(p);
    } else if (strncmp(step, "type ", 5) == 0) {
        ud_pty_type(p, what);
    } else if (strncmp(step, "see ", 4) == 0) {
        ud_pty_wait(p, what);
    } else if (strncmp(step, "gone ", 5) == 0) {
        ud_pty_wait_gone(p, what);
    } else if (strncmp(step, "until ", 6) == 0) {
        wait_with_the_clock(p, what);
    } else {
        fail_msg("\"%s\" is no step", step);
    }
}

static void
run(size_t i)
{
    struct ud_pty *p;

    assert_int_equal(read_exercises(), EXERCISES);
    assert_true(exercise[i].count > 1);
    const char *last = exercise[i].step[exercise[i].count - 1];
    assert_true(strncmp(last, "see ", 4) == 0 || strncmp(last, "until ", 6) == 0); /* an end state */
    p = console_ready();
    for (size_t s = 0; s < exercise[i].count; s++)
        run_step(p, exercise[i].step[s]);
    ud_pty_end(&p);
}

static void
a_whole_call_ends_with_a_replaced_key(void **state)
{
    (void)state;
    run(0);
}

static void
two_keys_that_begin_alike_are_told_apart(void **state)
{
    (void)state;
    run(1);
}

static void
an_id_that_is_none_is_explained(void **state)
{
    (void)state;
    run(2);
}

static void
a_personal_mac_is_refused_and_a_company_mac_spelled(void **state)
{
    (void)state;
    run(3);
}

static void
two_callers_at_once_and_the_lock(void **state)
{
    (void)state;
    run(4);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_call_ends_with_a_replaced_key),
        cmocka_unit_test(two_keys_that_begin_alike_are_told_apart),
        cmocka_unit_test(an_id_that_is_none_is_explained),
        cmocka_unit_test(a_personal_mac_is_refused_and_a_company_mac_spelled),
        cmocka_unit_test(two_callers_at_once_and_the_lock),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
