/* The helpdesk's recovery on a real escrowd, in each language: the words of that language, and columns that stay straight. */
#include "console.h"

#include <sys/stat.h>

struct speech {
    const char *language;
    const char *approve, *you, *notice, *notice_text, *devices, *count, *device, *current, *why, *lost_pin, *group, *of_eight,
        *worked, *ticket, *shown;
    const char *name, *user, *system, *id, *kind, *training;
    int training_cells;
    const char *digit[10];
};

static const struct speech speeches[] = {
    { "nl", "Enter: goedkeuren als", "Bent u dit?", "Mededeling van", "OEFENING. Elk apparaat", "│ Apparaten", "60 apparaten",
        "│ Apparaat", "huidig", "Waarom is de sleutel nodig?", "Pincode kwijt", "Groep ", " van 8", "De sleutel werkte.",
        "herstelsleutel van 48 cijfers getoond", "getoond", "Apparaat", "Gebruiker", "Systeem", "Sleutel-id", "Soort", "OEFENING",
        8, { "nul", "een", "twee", "drie", "vier", "vijf", "zes", "zeven", "acht", "negen" } },
    { "sv", "Enter: godkänn som", "Är det här du?", "Meddelande från", "ÖVNING. Varje enhet", "│ Enheter", "60 enheter",
        "│ Enhet ", "aktuell", "Varför behövs nyckeln?", "Förlorad PIN-kod", "Grupp ", " av 8", "Nyckeln fungerade.",
        "48-siffrig återställningsnyckel visad", "visad", "Enhet", "Användare", "System", "Nyckel-ID", "Slag", "ÖVNING", 6,
        { "noll", "ett", "två", "tre", "fyra", "fem", "sex", "sju", "åtta", "nio" } },
    { "ja", "として承認", "あなたですか?", "のお知らせです", "練習用です。", "│ デバイス", "60 台", "回復キー (新しい順)", "現在",
        "キーが必要な理由は?", "PIN の紛失", "グループ ", " / 8", "キーで解除できました。", "48 桁の回復キー表示", "キーの表示",
        "デバイス", "ユーザー", "システム", "キー ID", "種類", "練習", 4,
        { "ゼロ", "イチ", "ニ", "サン", "ヨン", "ゴ", "ロク", "ナナ", "ハチ", "キュウ" } },
};

/* The column in which `text` begins in row y; -1 where it is not there. A wide character is in the first of its two cells. */
static int
column_of(struct ud_pty *p, int y, const char *text)
{
    char row[1024] = "";
    int at[1024];
    size_t n = 0;

    for (int x = 0; x < 80; x++) {
        struct ud_pty_cell c = ud_pty_cell(p, x, y);
        for (const char *s = c.text[0] != '\0' ? c.text : " "; *s != '\0' && n < sizeof(row) - 1; s++) {
            at[n] = x;
            row[n++] = *s;
        }
        x += (unsigned char)c.text[0] >= 0xE3; /* U+3000 and beyond: wide here */
    }
    row[n] = '\0';
    const char *found = strstr(row, text);
    return found != NULL ? at[found - row] : -1;
}

static void
expect_straight(struct ud_pty *p, const char *title, const char *below)
{
    int y = ud_pty_find(p, below);

    for (int above = y - 1; above >= 0; above--) {
        if (column_of(p, above, title) >= 0 && column_of(p, above, title) == column_of(p, y, below))
            return;
    }
    fail_msg("\"%s\" does not stand above \"%s\":\n%s", title, below, ud_pty_screen(p));
}

static void
accept(struct ud_pty *p, const char *text)
{
    ud_pty_wait(p, text);
    ud_pty_pause(p);
    ud_pty_key(p, "Enter");
}

/* The row of the group: its digits, then a word for each. */
static void
expect_spelled(struct ud_pty *p, const struct speech *s)
{
    char group[7], words[256];

    assert_true(console_group_digits(p, group));
    (void)snprintf(words, sizeof(words), "%s   %s %s %s   %s %s %s", group, s->digit[group[0] - '0'], s->digit[group[1] - '0'],
        s->digit[group[2] - '0'], s->digit[group[3] - '0'], s->digit[group[4] - '0'], s->digit[group[5] - '0']);
    ud_pty_wait(p, words);
}

/* The palette: its right edge is one line, whatever stands inside. */
static void
expect_straight_box(struct ud_pty *p)
{
    int top, right = -1, rows = 0;

    ud_pty_key(p, "C-p");
    ud_pty_wait(p, "┐");
    ud_pty_idle(p);
    top = ud_pty_find(p, "┐");
    right = column_of(p, top, "┐");
    for (int y = top + 1; y < 24 && strstr(ud_pty_row(p, y), "┘") == NULL; y++, rows++)
        assert_string_equal(ud_pty_cell(p, right, y).text, "│");
    assert_true(rows >= 6);
    ud_pty_key(p, "Esc");
    ud_pty_wait_gone(p, "┐");
}

static void
sign_in(struct ud_pty *p, const struct speech *s)
{
    accept(p, s->approve);
    accept(p, s->you);
    ud_pty_wait(p, s->notice);
    accept(p, s->notice_text);
    ud_pty_wait(p, s->devices);
    ud_pty_wait(p, s->count);
    ud_pty_idle(p);
    assert_int_equal(column_of(p, 0, s->training) + s->training_cells, 79);
}

static void
recover(struct ud_pty *p, const struct speech *s)
{
    char text[64];

    expect_straight(p, s->name, "BER-LT-BRUNO");
    expect_straight(p, s->user, "Bruno Keller");
    expect_straight(p, s->system, "Windows");
    expect_straight_box(p);
    ud_pty_type(p, "alice");
    ud_pty_key(p, "Enter");
    ud_pty_wait(p, s->device);
    ud_pty_wait(p, s->current);
    ud_pty_idle(p);
    expect_straight(p, s->kind, "BitLocker");
    ud_pty_key(p, "Enter");
    ud_pty_wait(p, s->why);
    ud_pty_pause(p);
    ud_pty_key(p, "5");
    ud_pty_wait(p, s->lost_pin);
    ud_pty_type(p, "INC700");
    ud_pty_key(p, "Enter");
    for (int i = 1; i <= 8; i++) {
        (void)snprintf(text, sizeof(text), "%s%d%s", s->group, i, s->of_eight);
        ud_pty_wait(p, text);
        ud_pty_idle(p);
        expect_spelled(p, s);
        if (i < 8)
            ud_pty_key(p, "Space");
    }
    ud_pty_key(p, "w");
    ud_pty_wait(p, s->worked);
    ud_pty_wait(p, s->ticket);
    assert_true(ud_pty_has(p, "INC700"));
    ud_pty_key(p, "F4");
    ud_pty_wait(p, s->shown);
    ud_pty_idle(p);
    expect_straight(p, s->id, "bdc8c392");
    expect_straight(p, s->name, "LON-LT-ALICE   bdc8c392");
}

static void
recovery_speaks(const struct speech *s)
{
    const char *argv[] = { "seams/unlockdesk", "--demo=60", "--seed", "7", "--lang", s->language, NULL };
    struct ud_pty_options o = { .argv = argv, .width = 80, .height = 24 };
    struct ud_pty *p = ud_pty_start(&o);

    sign_in(p, s);
    recover(p, s);
    ud_pty_end(&p);
}

/* --- self-service ------------------------------------------------------------------------------------------------------- */

static const struct own {
    const char *language, *approve, *you, *notice, *query, *help, *why, *reason, *group, *good;
} owns[] = {
    { "nl", "Enter: goedkeuren als", "Bent u dit?", "OEFENING. Elke computer",
        "Om welke herstelsleutel vraagt de vergrendelde computer?", "Bel de servicedesk, toestel 4357.",
        "Waarom hebt u hem nodig?", "Pincode of wachtwoordzin kwijt", "Groep 1 van 8", "Goed: de computer is ontgrendeld." },
    { "sv", "Enter: godkänn som", "Är det här du?", "ÖVNING. Varje dator",
        "Vilken återställningsnyckel frågar den låsta datorn efter?", "Ring servicedesken, anknytning 4357.",
        "Varför behöver du den?", "Förlorad PIN-kod eller lösenfras", "Grupp 1 av 8", "Bra: datorn är upplåst." },
    { "ja", "として承認", "あなたですか?", "練習用です。", "ロックされたコンピューターはどの回復キーを求めていますか?",
        "サービスデスク (内線 4357) に電話してください。", "なぜ必要ですか?", "PIN またはパスフレーズの紛失", "グループ 1 / 8",
        "コンピューターのロックが解除されました。" },
};

static void
self_service_speaks(const struct own *s)
{
    const char *argv[] = { "seams/unlockdesk", "--demo=60", "--seed", "7", "--lang", s->language, "self-service", NULL };
    struct ud_pty_options o = { .argv = argv, .width = 80, .height = 24 };
    struct ud_pty *p = ud_pty_start(&o);

    accept(p, s->approve);
    accept(p, s->you);
    accept(p, s->notice);
    ud_pty_wait(p, s->query);
    ud_pty_pause(p);
    ud_pty_type(p, "c0ffee11"); /* of nobody: the helpdesk's words in the language */
    ud_pty_key(p, "Enter");
    ud_pty_wait(p, s->help);
    ud_pty_key(p, "C-u");
    ud_pty_type(p, "bdc8c392");
    accept(p, "bdc8c392");
    ud_pty_wait(p, s->why);
    ud_pty_wait(p, s->reason);
    ud_pty_key(p, "3");
    accept(p, s->reason);
    ud_pty_wait(p, s->group);
    ud_pty_idle(p);
    for (int i = 1; i < 8; i++) {
        ud_pty_key(p, "Space");
        ud_pty_idle(p);
    }
    ud_pty_key(p, "w");
    ud_pty_wait(p, s->good);
    ud_pty_end(&p);
}

static void
self_service_speaks_each_language(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(owns) / sizeof(owns[0]); i++)
        self_service_speaks(&owns[i]);
}

/* --- the helpdesk's flow ------------------------------------------------------------------------------------------------ */

static void
recovery_speaks_dutch(void **state)
{
    (void)state;
    recovery_speaks(&speeches[0]);
}

static void
recovery_speaks_swedish(void **state)
{
    (void)state;
    recovery_speaks(&speeches[1]);
}

static void
recovery_speaks_japanese_with_wide_characters_in_place(void **state)
{
    (void)state;
    recovery_speaks(&speeches[2]);
}

/* The sentence about a service that is not there is made in the worker, which has the language from its environment alone. */
static void
the_worker_speaks_the_consoles_language(void **state)
{
    char home[] = "/tmp/ud-languages-XXXXXX", path[128], text[256];
    const char *argv[] = { "seams/unlockdesk", "--config", path, "--lang", "sv", NULL };
    struct ud_pty_options o = { .argv = argv, .home = home };

    (void)state;
    assert_non_null(mkdtemp(home));
    (void)snprintf(path, sizeof(path), "%s/unlockdesk.conf", home);
    (void)snprintf(text, sizeof(text), "[source lab]\ntype = escrowd\nurl = unix://%s/nobody.sock\n", home);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
    assert_int_equal(chmod(path, 0600), 0);
    struct ud_pty *p = ud_pty_start(&o);
    ud_pty_wait(p, "tar inte emot anslutningar");
    ud_pty_wait(p, "Kontrollera att tjänsten körs");
    ud_pty_end(&p);
    (void)snprintf(text, sizeof(text), "rm -rf %s", home);
    assert_int_equal(system(text), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(recovery_speaks_dutch),
        cmocka_unit_test(recovery_speaks_swedish),
        cmocka_unit_test(recovery_speaks_japanese_with_wide_characters_in_place),
        cmocka_unit_test(self_service_speaks_each_language),
        cmocka_unit_test(the_worker_speaks_the_consoles_language),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
