/* The check of the languages finds what is wrong in a catalogue, each fault alone, and lets a good one pass. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/program.h"

#define HEADER                                                                                                                   \
    "msgid \"\"\nmsgstr \"Content-Type: text/plain; charset=UTF-8\\nPlural-Forms: nplurals=2; plural=(n != 1);\\n\"\n\n"

static const char template[] = "msgid \"\"\nmsgstr \"Content-Type: text/plain; charset=UTF-8\\n\"\n\n"
                               "#. UD: at most 8 cells\nmsgid \"Reason\"\nmsgstr \"\"\n\n"
                               "#, c-format\nmsgid \"%s of %u\"\nmsgstr \"\"\n\n"
                               "#, c-format\nmsgid \"%u key\"\nmsgid_plural \"%u keys\"\nmsgstr[0] \"\"\nmsgstr[1] \"\"\n\n"
                               "msgid \"Enter asks again.\"\nmsgstr \"\"\n\n"
                               "msgid \"the activity log\"\nmsgstr \"\"\n";

#define REASON "msgid \"Reason\"\nmsgstr \"Reden\"\n\n"
#define OF     "#, c-format\nmsgid \"%s of %u\"\nmsgstr \"%2$u: %1$s\"\n\n"
#define KEYS   "#, c-format\nmsgid \"%u key\"\nmsgid_plural \"%u keys\"\nmsgstr[0] \"%u sleutel\"\nmsgstr[1] \"%u sleutels\"\n\n"
#define LOG    "msgid \"the activity log\"\nmsgstr \"het activiteitenlogboek\"\n\n"
#define AGAIN  LOG "msgid \"Enter asks again.\"\nmsgstr \"Enter vraagt opnieuw.\"\n"

static void
write_file(char out[64], const char *dir, const char *name, const char *text)
{
    (void)snprintf(out, 64, "%s/%s", dir, name);
    FILE *f = fopen(out, "w");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
}

/* `fault` NULL: the catalogue is good. */
static void
expect(const char *catalogue, const char *fault)
{
    char dir[] = "/tmp/ud-catalogues-XXXXXX", pot[64], po[64];
    struct ud_program p;

    assert_non_null(mkdtemp(dir));
    write_file(pot, dir, "t.pot", template);
    write_file(po, dir, "nl.po", catalogue);
    ud_program_run(&p, (const char *const[]){ "tests/support/catalogues.py", pot, po, NULL }, NULL, 60);
    if (p.code != (fault != NULL ? 1 : 0) || (fault != NULL && strstr(p.out, fault) == NULL))
        fail_msg("code %d, said: %s%s", p.code, p.out, p.err);
    ud_program_free(&p);
    assert_int_equal(remove(pot), 0);
    assert_int_equal(remove(po), 0);
    assert_int_equal(remove(dir), 0);
}

static void
a_good_catalogue_passes(void **state)
{
    (void)state;
    expect(HEADER REASON OF KEYS AGAIN, NULL);
}

static void
each_fault_of_a_catalogue_is_found(void **state)
{
    static const struct {
        const char *catalogue, *fault;
    } cases[] = {
        { HEADER "msgid \"Reason\"\nmsgstr \"\"\n\n" OF KEYS AGAIN, "\"Reason\" is not translated" },
        { HEADER OF KEYS AGAIN, "\"Reason\" is in the sources only" },
        { HEADER REASON OF KEYS AGAIN "\nmsgid \"Gone\"\nmsgstr \"Weg\"\n", "\"Gone\" is in the catalogue only" },
        { HEADER "#, fuzzy\n" REASON OF KEYS AGAIN, "is marked fuzzy" },
        { HEADER "msgid \"Reason\"\nmsgstr \"Redenering\"\n\n" OF KEYS AGAIN, "takes 10 cells, at most 8 fit" },
        { HEADER "msgid \"Reason\"\nmsgstr \"理由理由理\"\n\n" OF KEYS AGAIN, "takes 10 cells" },
        { HEADER "msgid \"Reason\"\nmsgstr \"Reden \"\n\n" OF KEYS AGAIN, "another blank" },
        { HEADER REASON "#, c-format\nmsgid \"%s of %u\"\nmsgstr \"%u van %s\"\n\n" KEYS AGAIN, "has other directives" },
        { HEADER REASON "#, c-format\nmsgid \"%s of %u\"\nmsgstr \"%s van %llu\"\n\n" KEYS AGAIN, "has other directives" },
        { HEADER REASON "#, c-format\nmsgid \"%s of %u\"\nmsgstr \"%s van\"\n\n" KEYS AGAIN, "has other directives" },
        { HEADER REASON OF "#, c-format\nmsgid \"%u key\"\nmsgid_plural \"%u keys\"\nmsgstr[0] \"%u sleutel\"\n\n" AGAIN,
            "has 1 plural forms" },
        { HEADER REASON OF KEYS LOG "msgid \"Enter asks again.\"\nmsgstr \"Return vraagt opnieuw.\"\n",
            "does not name the key Enter" },
        { HEADER REASON OF KEYS "msgid \"the activity log\"\nmsgstr \"het logboek\"\n\n"
                                "msgid \"Enter asks again.\"\nmsgstr \"Enter vraagt opnieuw.\"\n",
            "does not say \"activiteitenlogboek\"" },
        { REASON OF KEYS AGAIN, "the header has no UTF-8" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        expect(cases[i].catalogue, cases[i].fault);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_catalogue_passes),
        cmocka_unit_test(each_fault_of_a_catalogue_is_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
