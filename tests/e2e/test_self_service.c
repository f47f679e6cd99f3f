/* An employee's own flow on a real escrowd, on the fake clock: the key, what is refused, and what time does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/operator.h"
#include "tests/support/program.h"
#include "tests/support/raw_http.h"
#include "wire/json.h"

#define DEMO  "--demo=60", "--seed", "7"
#define HELP  "extension 4357"
#define QUERY "Which recovery key does the locked computer ask for?"

/* IDs of current keys; the same in every fleet of this seed. */
struct ids {
    char alice[40], dag[40];
};

static bool
key_of(char out[40], const char *device)
{
    struct ud_program p;
    struct ud_json *doc = NULL;
    bool ok;

    ud_program_run(&p, (const char *const[]){ "unlockdesk", DEMO, "device", "show", device, "--json", NULL }, NULL, 60);
    ok = ud_json_parse(&doc, p.out, p.out_length, NULL) == UD_OK &&
         ud_json_get_text(out, 40, ud_json_first(ud_json_member(doc, "key_list")), "id", NULL) == UD_OK;
    if (!ok)
        print_error("%s%s\n", p.out, p.err);
    ud_json_free(&doc);
    ud_program_free(&p);
    return ok;
}

static int
find_ids(void **state)
{
    struct ids *ids = calloc(1, sizeof(*ids));

    *state = ids;
    return ids != NULL && key_of(ids->alice, "LON-LT-ALICE") && key_of(ids->dag, "STO-LT-DAG") ? 0 : -1;
}

static int
free_ids(void **state)
{
    free(*state);
    return 0;
}

/* --- steps ---------------------------------------------------------------------------------------------------------------- */

static void
answer(struct ud_pty *p, const char *question, const char *key, const char *then)
{
    ud_pty_wait(p, question);
    ud_pty_pause(p);
    ud_pty_key(p, key);
    ud_pty_wait(p, then);
}

/* In the demo as alice, up to the first page. */
static struct ud_pty *
open_flow(void)
{
    const char *argv[] = { "seams/unlockdesk", DEMO, "self-service", NULL };
    struct ud_pty_options o = { .argv = argv };
    struct ud_pty *p = ud_pty_start(&o);

    ud_pty_wait(p, " Training IT │ Sign in"); /* before anybody is signed in */
    answer(p, "approve as the invented", "Enter", "Is this you?");
    assert_true(ud_pty_has(p, "alice@training.invalid"));
    answer(p, "Is this you?", "Enter", "Read it and accept it");
    answer(p, "Read it and accept it", "Enter", QUERY);
    ud_pty_idle(p);
    return p;
}

static void
type_id(struct ud_pty *p, const char *id, int length)
{
    char text[40];

    (void)snprintf(text, sizeof(text), "%.*s", length, id);
    ud_pty_key(p, "C-u");
    ud_pty_type(p, text);
    ud_pty_pause(p);
    ud_pty_key(p, "Enter");
}

static void
get_key(struct ud_pty *p, const char *reason)
{
    ud_pty_wait(p, "Why do you need it?");
    ud_pty_key(p, reason);
    ud_pty_pause(p);
    ud_pty_key(p, "Enter");
    ud_pty_wait(p, "Group 1 of");
    ud_pty_idle(p);
}

/* The group that stands in front of its spelling. */
static bool
group(char out[8], struct ud_pty *p, size_t size)
{
    for (int y = 0; y < 24; y++) {
        const char *row = ud_pty_row(p, y);
        if (strspn(row, " ") == 2 && strspn(row + 2, "0123456789ABCDEFGHJKLMNOPQRTUVWXYZ") == size && row[2 + size] == ' ') {
            memcpy(out, row + 2, size);
            out[size] = '\0';
            return true;
        }
    }
    return false;
}

/* --- tests ---------------------------------------------------------------------------------------------------------------- */

static void
an_employee_gets_the_key_of_the_own_computer_and_is_told_what_follows(void **state)
{
    const struct ids *ids = *state;
    struct ud_pty *p = open_flow();
    char text[8] = "", before[8] = "", heading[32];

    assert_true(strncmp(ud_pty_row(p, 0), " Training IT │ ", strlen(" Training IT │ ")) == 0);
    type_id(p, ids->alice, 8);
    ud_pty_wait(p, "LON-LT-ALICE");
    ud_pty_pause(p);
    ud_pty_key(p, "Enter");
    ud_pty_wait(p, "Choose a reason first");
    get_key(p, "3");
    for (int i = 1; i <= 8; i++) {
        (void)snprintf(heading, sizeof(heading), "Group %d of 8", i);
        ud_pty_wait(p, heading);
        ud_pty_idle(p);
        assert_true(group(text, p, 6));
        assert_int_equal(atoi(text) % 11, 0);
        assert_string_not_equal(text, before);
        memcpy(before, text, sizeof(before));
        if (i < 8)
            ud_pty_key(p, "Space");
    }
    assert_true(ud_pty_has(p, "Into 'Enter the recovery key'"));
    ud_pty_key(p, "f");
    answer(p, "everybody who can see it", "Enter", "The whole key is on the screen");
    ud_pty_idle(p);
    assert_true(ud_pty_has(p, text));
    assert_true(ud_pty_has(p, "Into 'Enter the recovery key'")); /* now where the groups stood before */
    ud_pty_key(p, "Esc");                                        /* who has seen it says what became of it */
    ud_pty_wait(p, "Did the key unlock the computer?");
    answer(p, "Did the key unlock the computer?", "w", "the computer is unlocked");
    assert_true(ud_pty_has(p, "a new one has been asked for"));
    assert_false(group(text, p, 6));
    answer(p, "What happens next", "Enter", "You are done.");
    ud_pty_key(p, "Enter");
    assert_int_equal(ud_pty_exit(p), 0);
    ud_pty_end(&p);
}

static void
characters_that_several_keys_have_are_asked_for_in_full(void **state)
{
    const struct ids *ids = *state;
    struct ud_pty *p = open_flow();

    type_id(p, ids->dag, 8); /* two keys of the cast start so; none is alice's, and not even that is told */
    ud_pty_wait(p, "Type all 32 characters");
    assert_false(ud_pty_has(p, "STO-LT"));
    type_id(p, ids->dag, 20);
    ud_pty_wait(p, "All 32 characters are needed; here are 17.");
    type_id(p, ids->dag, 36);
    ud_pty_wait(p, "No recovery key of a computer of yours");
    assert_false(ud_pty_has(p, "STO-LT"));
    assert_true(ud_pty_has(p, HELP));
    type_id(p, ids->alice, 36);
    ud_pty_wait(p, "LON-LT-ALICE");
    ud_pty_end(&p);
}

static void
an_id_that_cannot_be_one_says_why(void **state)
{
    struct ud_pty *p = open_flow();

    (void)state;
    type_id(p, "8a5d13", 6);
    ud_pty_wait(p, "The first 8 characters are needed; here are 6.");
    type_id(p, "8a5dO3d6", 8);
    ud_pty_wait(p, "\"O\" cannot be right");
    type_id(p, "00000000", 8);
    ud_pty_wait(p, "starts with 00000000");
    assert_true(ud_pty_has(p, "'Drive label'"));
    assert_true(ud_pty_has(p, HELP));
    ud_pty_end(&p);
}

static void
the_warning_comes_at_five_minutes_space_continues_and_silence_ends_it(void **state)
{
    const struct ids *ids = *state;
    struct ud_pty *p = open_flow();
    char text[8];

    type_id(p, ids->alice, 8);
    get_key(p, "3");
    ud_pty_clock(p, 299 * 1000);
    ud_pty_idle(p);
    assert_false(ud_pty_has(p, "The session ends in"));
    ud_pty_clock(p, 1000);
    ud_pty_wait(p, "The session ends in 60 s");
    ud_pty_clock(p, 20 * 1000);
    ud_pty_wait(p, "The session ends in 40 s");
    ud_pty_key(p, "Space");
    ud_pty_wait_gone(p, "The session ends in");
    assert_true(ud_pty_has(p, "· LON-LT-ALICE")); /* where it was */
    ud_pty_clock(p, 300 * 1000);
    ud_pty_wait(p, "The session ends in");
    ud_pty_clock(p, 60 * 1000);
    ud_pty_wait(p, "The session is over");
    ud_pty_wait(p, "everything was wiped");
    assert_false(group(text, p, 6));
    assert_false(ud_pty_has(p, "LON-LT-ALICE"));
    assert_false(ud_pty_has(p, "alice"));
    assert_true(ud_pty_has(p, HELP));
    ud_pty_clock(p, 300 * 1000); /* nobody closes the page: it closes itself, and the connection with it */
    assert_int_equal(ud_pty_exit(p), 0);
    ud_pty_end(&p);
}

/* Whatever is pressed, the page stays: there is no help, no palette, no list, no log and no way out but the flow's own. */
static void
press_everything(struct ud_pty *p, const char *page)
{
    static const char *const keys[] = { "F1", "F3", "F4", "F5", "F10", "C-p", "C-l", "C-z", "C-c", "C-q", "C-r", "C-\\", "?", ":",
        "h", "g", "k", "n", "r", "!", "C-a", "C-d", "PgDn" };

    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        ud_pty_key(p, keys[i]);
        ud_pty_idle(p);
        if (!ud_pty_has(p, page) || ud_pty_has(p, "Everywhere") || ud_pty_has(p, "│ Devices"))
            fail_msg("%s left the page:\n%s", keys[i], ud_pty_screen(p));
    }
    ud_pty_send(p, "\033[200~:q\r!sh\r\033[201~");
    ud_pty_idle(p);
    assert_true(ud_pty_has(p, page));
    ud_pty_resize(p, 70, 20);
    ud_pty_idle(p);
    ud_pty_resize(p, 80, 24);
    ud_pty_idle(p);
    assert_true(ud_pty_has(p, page));
}

static void
nothing_but_the_flow_can_be_reached(void **state)
{
    const struct ids *ids = *state;
    struct ud_pty *p = open_flow();

    press_everything(p, "│ Recovery key ID");
    type_id(p, ids->alice, 8);
    ud_pty_wait(p, "Why do you need it?");
    press_everything(p, "│ Reason");
    get_key(p, "1");
    press_everything(p, "│ Recovery key");
    answer(p, "│ Recovery key", "x", "did not unlock");
    press_everything(p, "│ What happens next");
    answer(p, "│ What happens next", "a", QUERY);
    answer(p, QUERY, "Esc", "Enter yes");
    ud_pty_pause(p);
    ud_pty_key(p, "Enter");
    ud_pty_wait(p, "You are done.");
    ud_pty_end(&p);
}

/* --- a service of its own: whoever signs in with the role gets the flow by itself ------------------------------------------- */

static void
sign_in_as(struct ud_operator *o, const char *user, const char *notice)
{
    char code[16];

    ud_operator_read_code(code, o);
    assert_int_equal(ud_raw_approve(&o->service, code, user, "a quite long password 9", "approve"), 200);
    ud_pty_clock(o->pty, 6000);
    ud_operator_answer(o, "Is this you?", "Read it and accept it");
    assert_true(ud_pty_has(o->pty, notice));
    ud_operator_answer(o, "Read it and accept it", QUERY);
}

static void
start_site(struct ud_operator *o, const char *user, const char *account)
{
    ud_fixture_make(&o->service, &(struct ud_fixture_options){ .devices = 60, .seed = 7 });
    free(ud_fixture_command(&o->service, "a quite long password 9\n",
        (const char *const[]){ "user", "add", user, "--role", "user", "--account", account, NULL }));
}

static void
the_role_alone_opens_the_flow_and_a_personal_mac_is_the_owners(void **state)
{
    struct ud_operator o = { .service = { .dir = "" } };
    char text[8];

    (void)state;
    start_site(&o, "jo", "jo.oconnor@training.invalid");
    ud_fixture_serve(&o.service);
    ud_operator_configure(&o, NULL);
    ud_operator_open(&o, "seams/unlockdesk");
    sign_in_as(&o, "jo", "every key that is shown");
    ud_pty_key(o.pty, "Tab");
    ud_pty_wait(o.pty, "Jo's MacBook");
    assert_false(ud_pty_has(o.pty, "DUB-MB-KAI"));
    ud_pty_key(o.pty, "1");
    ud_pty_wait(o.pty, "FileVault recovery key");
    get_key(o.pty, "3");
    assert_true(ud_pty_has(o.pty, "Group 1 of 6"));
    assert_true(group(text, o.pty, 4));
    ud_operator_end(&o);
}

static void
a_computer_never_signed_in_to_is_the_helpdesks(void **state)
{
    struct ud_operator o = { .service = { .dir = "" } };
    char key[UD_OPERATOR_KEY], line[256];

    (void)state;
    start_site(&o, "jo", "jo.oconnor@training.invalid");
    ud_operator_draw_key(key);
    (void)snprintf(line, sizeof(line),
        "NEVER-THERE,TRN7700009,jo.oconnor@training.invalid,5ca1ab1e-0000-4000-8000-00000000c0de,%s,company,"
        "bitlocker",
        key); /* hers by the list, and no local sign-in is known */
    ud_operator_import(&o.service, line);
    ud_fixture_serve(&o.service);
    ud_operator_configure(&o, NULL);
    ud_operator_open(&o, "seams/unlockdesk");
    sign_in_as(&o, "jo", "every key that is shown");
    type_id(o.pty, "5ca1ab1e", 8);
    ud_pty_wait(o.pty, "No recovery key of a computer of yours");
    ud_pty_wait(o.pty, HELP);
    assert_false(ud_pty_has(o.pty, "NEVER-THERE"));
    ud_operator_end(&o);
}

static void
expect_sentence(const char *const *argv, int code, const char *sentence)
{
    struct ud_program p;

    ud_program_run(&p, argv, NULL, 30);
    if (p.code != code || strstr(p.err, sentence) == NULL)
        fail_msg("%d: %s%s", p.code, p.out, p.err);
    ud_program_free(&p);
}

static void
what_would_widen_it_is_refused_with_a_sentence(void **state)
{
    static const char two[] = "[source other]\ntype = escrowd\nurl = https://other.example\n";
    struct ud_operator o = { .service = { .dir = "", .url = "unix:///nowhere" } };

    (void)state;
    ud_operator_configure(&o, two);
    expect_sentence((const char *const[]){ "unlockdesk", "self-service", "device", "list", NULL }, 2, "takes no \"device\"");
    expect_sentence((const char *const[]){ "unlockdesk", "self-service", "--reason", "other", NULL }, 2, "does not take --");
    expect_sentence((const char *const[]){ "unlockdesk", "--config", o.config, "self-service", NULL }, 11, "several places");
    expect_sentence((const char *const[]){ "unlockdesk", "--config", o.config, "--source", "lab", "self-service", NULL }, 3,
        "needs a terminal");
    ud_operator_end(&o);
}

static void
set_words(struct ud_operator *o, const char *const *args, const char *text)
{
    const char *argv[8] = { NULL };
    char path[96];
    size_t n = 0;

    (void)snprintf(path, sizeof(path), "%s/words", o->service.dir);
    FILE *f = fopen(path, "we");
    assert_non_null(f);
    (void)fputs(text, f);
    assert_int_equal(fclose(f), 0);
    for (size_t i = 0; args[i] != NULL; i++)
        argv[n++] = strcmp(args[i], "FILE") == 0 ? path : args[i];
    free(ud_fixture_command(&o->service, NULL, argv));
}

/* A language that the console itself does not speak: the site's words come all the same, of the nearest language that there is. */
static void
the_sites_own_words_come_in_the_employees_language(void **state)
{
    struct ud_operator o = { .service = { .dir = "" } };

    (void)state;
    start_site(&o, "jo", "jo.oconnor@training.invalid");
    set_words(&o, (const char *const[]){ "branding", "apply", "FILE", NULL },
        "{\"company\":\"Ejemplo\",\"helpdesk_url\":\"https://help.example\",\"languages\":"
        "[{\"language\":\"es\",\"helpdesk_text\":\"Llame al 4357.\"}]}");
    set_words(&o, (const char *const[]){ "notice", "set", "es", "FILE", "--self-service", NULL }, "Solo su propio equipo.\n");
    ud_fixture_serve(&o.service);
    ud_operator_configure(&o, "[console]\nlanguage = es-MX\n");
    ud_operator_open(&o, "seams/unlockdesk");
    sign_in_as(&o, "jo", "Solo su propio equipo.");
    ud_pty_wait(o.pty, " Ejemplo │ ");
    type_id(o.pty, "00000000", 8);
    ud_pty_wait(o.pty, "Llame al 4357. https://help.example");
    ud_operator_end(&o);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_employee_gets_the_key_of_the_own_computer_and_is_told_what_follows),
        cmocka_unit_test(characters_that_several_keys_have_are_asked_for_in_full),
        cmocka_unit_test(an_id_that_cannot_be_one_says_why),
        cmocka_unit_test(the_warning_comes_at_five_minutes_space_continues_and_silence_ends_it),
        cmocka_unit_test(nothing_but_the_flow_can_be_reached),
        cmocka_unit_test(the_role_alone_opens_the_flow_and_a_personal_mac_is_the_owners),
        cmocka_unit_test(what_would_widen_it_is_refused_with_a_sentence),
        cmocka_unit_test(the_sites_own_words_come_in_the_employees_language),
        cmocka_unit_test(a_computer_never_signed_in_to_is_the_helpdesks),
    };

    return cmocka_run_group_tests(tests, find_ids, free_ids);
}
