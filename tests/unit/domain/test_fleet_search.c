/* The search: the same answers as a naive one, the best first, narrowing, cancelling, the loose fallback. */
#include "fleet_fixture.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/text.h"

/* --- an invented list, and the naive search over it -------------------------------------------------------------------- */

#define FIELDS 5 /* name, serial, user, display name, model */

struct naive {
    struct ud_device *device;
    char (*text)[4][64];
    char (*folded)[FIELDS][96];
    size_t count;
};

static const char *const first_names[] = { "Ana", "José", "Łukasz", "Zoë", "Omar", "Mei", "Ángel", "Lars", "Anaïs", "Garcia" };
static const char *const last_names[] = { "García", "Smith", "Öztürk", "Müller", "Lon", "Čapek", "Ali", "van den Berg",
    "O'Neil" };
static const char *const models[] = { "Latitude 5440", "ThinkPad T14", "MacBookPro18,3", "Surface Pro 9", "" };
static const char *const systems[] = { "Windows", "macOS", "Linux" };
static const char *const sites[] = { "LON", "NYC", "Par", "muc" };

static void
invent_device(struct naive *n, size_t i, uint64_t *seed)
{
    static const char letters[] = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789";
    const char *first = first_names[random_below(seed, 10)], *last = last_names[random_below(seed, 9)];
    char *serial = n->text[i][1];
    char account[64];

    snprintf(n->text[i][0], 64, "%s-%s-%05zu", sites[random_below(seed, 4)], random_below(seed, 2) == 0 ? "LT" : "DT", i);
    for (size_t k = 0; k < 7; k++)
        serial[k] = letters[random_below(seed, sizeof(letters) - 1)];
    ud_text_fold(account, sizeof(account), first, strlen(first));
    snprintf(n->text[i][2], 64, "%.20s.%zu@contoso.com", account, random_below(seed, 90));
    snprintf(n->text[i][3], 64, "%s %s", first, last);
    n->device[i] = device_of((uint32_t)i, n->text[i][0], serial, n->text[i][2], n->text[i][3]);
    n->device[i].model = models[random_below(seed, 5)];
    n->device[i].os = systems[random_below(seed, 3)];
    n->device[i].ownership = (enum ud_ownership)random_below(seed, 3);
    n->device[i].source = (uint8_t)random_below(seed, 3);
    n->device[i].mark = (enum ud_key_mark)random_below(seed, 5);
    const char *field[FIELDS] = { n->text[i][0], serial, n->text[i][2], n->text[i][3], n->device[i].model };
    for (unsigned k = 0; k < FIELDS; k++)
        ud_text_fold(n->folded[i][k], sizeof(n->folded[i][k]), field[k], strlen(field[k]));
}

static struct ud_fleet *
invent(struct naive *n, size_t count, uint64_t seed)
{
    struct ud_fleet *f = ud_fleet_new();

    n->count = count;
    n->device = calloc(count, sizeof(*n->device));
    n->text = calloc(count, sizeof(*n->text));
    n->folded = calloc(count, sizeof(*n->folded));
    for (size_t i = 0; i < count; i++) {
        invent_device(n, i, &seed);
        add(f, &n->device[i]);
    }
    ud_fleet_publish(f);
    return f;
}

static void
forget(struct naive *n, struct ud_fleet **f)
{
    free(n->device);
    free(n->text);
    free(n->folded);
    ud_fleet_free(f);
}

/* What a query asks, written down apart from the parser. */
struct asked {
    char word[3][64];
    size_t words;
    char user[64];
    int ownership, mark, source; /* -1: any */
    const char *os;              /* NULL: any */
    char text[400];
};

static bool
is_word_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || ((unsigned char)c & 0x80) != 0;
}

/* 0 the whole field or account, 1 start of a field, 2 start of a word, 3 inside, 4 in the model, 9 nowhere. */
static unsigned
naive_class(const struct naive *n, size_t i, const char *word, unsigned from)
{
    unsigned best = 9;

    for (unsigned k = from; k < FIELDS; k++) {
        const char *field = n->folded[i][k];
        for (const char *p = strstr(field, word); p != NULL; p = strstr(p + 1, word)) {
            char after = p[strlen(word)];
            unsigned c = p == field ? (after == '\0' || after == '@' ? 0 : 1) : is_word_byte(p[-1]) ? 3 : 2;
            if (k == 4)
                c = from > 0 ? 9 : 4;
            best = c < best ? c : best;
        }
    }
    return best;
}

/* Sum of the classes, 99 where the device does not match. */
static unsigned
naive_score(const struct naive *n, size_t i, const struct asked *a)
{
    const struct ud_device *d = &n->device[i];
    unsigned sum = 0;

    for (size_t w = 0; w < a->words; w++) {
        unsigned c = naive_class(n, i, a->word[w], 0);
        if (c == 9)
            return 99;
        sum += c;
    }
    if (a->user[0] != '\0') {
        unsigned c = naive_class(n, i, a->user, 2);
        if (c == 9)
            return 99;
        sum += c;
    }
    if ((a->ownership >= 0 && (int)d->ownership != a->ownership) || (a->mark >= 0 && (int)d->mark != a->mark) ||
        (a->source >= 0 && d->source != a->source) || (a->os != NULL && strcmp(a->os, d->os) != 0))
        return 99;
    return sum;
}

/* A piece of some field, so that most queries find something. */
static void
pick_word(const struct naive *n, uint64_t *seed, unsigned from, char out[64])
{
    const char *field = n->folded[random_below(seed, n->count)][from + random_below(seed, FIELDS - from - (from > 0))];
    size_t length = strlen(field), at, take;

    snprintf(out, 64, "x");
    if (length == 0)
        return;
    at = random_below(seed, length);
    take = 1 + random_below(seed, 8);
    while (at > 0 && ((unsigned char)field[at] & 0xC0) == 0x80)
        at--;
    while (at + take < length && ((unsigned char)field[at + take] & 0xC0) == 0x80)
        take++;
    snprintf(out, 64, "%.*s", (int)take, field + at);
    if (strchr(out, ' ') != NULL || out[0] == '\0')
        snprintf(out, 64, "%s", random_below(seed, 2) == 0 ? "lon" : "nothinghasthis");
}

static void
ask(struct asked *a, const struct naive *n, uint64_t *seed)
{
    static const char *const source_names[] = { "corp", "lab", "onprem" };
    size_t at = 0;

    *a = (struct asked){ .ownership = -1, .mark = -1, .source = -1 };
    a->words = random_below(seed, 4);
    for (size_t w = 0; w < a->words; w++) {
        pick_word(n, seed, 0, a->word[w]);
        at += (size_t)snprintf(a->text + at, sizeof(a->text) - at, "%s ", a->word[w]);
    }
    if (random_below(seed, 6) == 0) {
        pick_word(n, seed, 2, a->user);
        at += (size_t)snprintf(a->text + at, sizeof(a->text) - at, "user:%s ", a->user);
    }
    if (random_below(seed, 6) == 0) {
        a->ownership = (int)random_below(seed, 3);
        at += (size_t)snprintf(
            a->text + at, sizeof(a->text) - at, "ownership:%s ", ud_ownership_name((enum ud_ownership)a->ownership));
    }
    if (random_below(seed, 6) == 0) {
        static const enum ud_key_mark marks[] = { UD_MARK_MISSING, UD_MARK_CURRENT, UD_MARK_DUE };
        a->mark = (int)marks[random_below(seed, 3)];
        at += (size_t)snprintf(a->text + at, sizeof(a->text) - at, "key:%s ", ud_key_mark_name((enum ud_key_mark)a->mark));
    }
    if (random_below(seed, 6) == 0) {
        a->source = (int)random_below(seed, 3);
        at += (size_t)snprintf(a->text + at, sizeof(a->text) - at, "in:%s ", source_names[a->source]);
    }
    if (random_below(seed, 6) == 0) {
        a->os = systems[random_below(seed, 3)];
        at += (size_t)snprintf(a->text + at, sizeof(a->text) - at, "os:%s ", a->os);
    }
}

static int
compare_unsigned(const void *a, const void *b)
{
    unsigned x = *(const unsigned *)a, y = *(const unsigned *)b;

    return x < y ? -1 : x > y;
}

/* The hits are exactly the devices that match; the ranked ones have the best scores there are, in order; the others stand in row order. */
static void
check_hits(const struct naive *n, const struct asked *a, const struct ud_hits *h)
{
    unsigned *score = calloc(n->count + 1, sizeof(*score));
    size_t matches = 0;

    for (size_t i = 0; i < n->count; i++) {
        unsigned s = naive_score(n, i, a);
        if (s != 99)
            score[matches++] = s;
    }
    if (h->fuzzy ? matches != 0 : h->total != matches)
        fail_msg("\"%s\": %zu instead of %zu%s", a->text, h->total, matches, h->fuzzy ? " (loosely)" : "");
    qsort(score, matches, sizeof(*score), compare_unsigned);
    for (size_t i = 0; i < h->count && !h->fuzzy; i++) {
        unsigned s = naive_score(n, h->row[i], a);
        assert_int_not_equal(s, 99);
        if (i < h->ranked && s != score[i])
            fail_msg("\"%s\": place %zu has score %u instead of %u", a->text, i, s, score[i]);
        if (i > h->ranked)
            assert_true(h->row[i] > h->row[i - 1]);
    }
    free(score);
}

static void
compare_with_naive(size_t devices, unsigned queries, uint64_t seed)
{
    static const char *const source_names[] = { "corp", "lab", "onprem" };
    struct naive n;
    struct ud_fleet *f = invent(&n, devices, seed);
    struct asked a;
    struct ud_hits h = { 0 };

    for (unsigned i = 0; i < queries; i++) {
        struct ud_query *q = NULL;
        ask(&a, &n, &seed);
        assert_int_equal(ud_query_parse(&q, a.text, source_names, 3, NULL), UD_OK);
        ud_fleet_search(f, q, 1 + random_below(&seed, 40), NULL, NULL, NULL, &h);
        check_hits(&n, &a, &h);
        ud_query_free(&q);
    }
    ud_hits_free(&h);
    forget(&n, &f);
}

static void
a_random_list_gives_what_a_naive_search_gives(void **state)
{
    (void)state;
    compare_with_naive(3000, 500, 11);
}

static void
a_list_of_several_blocks_gives_what_a_naive_search_gives(void **state)
{
    (void)state;
    compare_with_naive(20000, 40, 12);
}

static void
two_threads_give_what_a_naive_search_gives(void **state)
{
    (void)state;
    compare_with_naive(70000, 12, 13);
}

/* Every way a word can grow, each search narrowing the one before. */
static void
narrowing_gives_what_a_fresh_search_gives(void **state)
{
    struct naive n;
    struct ud_fleet *f = invent(&n, 12000, 14);
    uint64_t seed = 15;

    (void)state;
    for (unsigned round = 0; round < 60; round++) {
        struct asked a;
        struct ud_query *q = NULL, *before = NULL;
        struct ud_hits h = { 0 }, last = { 0 }, fresh = { 0 };
        ask(&a, &n, &seed);
        for (size_t length = 1; length <= strlen(a.text); length++) {
            char typed[400];
            snprintf(typed, sizeof(typed), "%.*s", (int)length, a.text);
            (void)!ud_query_parse(&q, typed, NULL, 0, NULL);
            ud_fleet_search(f, q, 8, before, before != NULL ? &last : NULL, NULL, &h);
            ud_fleet_search(f, q, 8, NULL, NULL, NULL, &fresh);
            assert_int_equal(h.total, fresh.total);
            assert_int_equal(h.fuzzy, fresh.fuzzy);
            assert_memory_equal(h.row, fresh.row, h.count * sizeof(*h.row));
            ud_query_free(&before);
            before = q;
            struct ud_hits swap = last;
            last = h;
            h = swap;
        }
        ud_query_free(&before);
        ud_hits_free(&h);
        ud_hits_free(&last);
        ud_hits_free(&fresh);
    }
    forget(&n, &f);
}

/* --- order ------------------------------------------------------------------------------------------------------------- */

static void
the_best_place_comes_first(void **state)
{
    struct ud_fleet *f = ud_fleet_new();
    static const char *const names[] = { "XANAX", "PC-ANA-2", "ANABEL", "ANA", "QQ" };
    static const char *const order[] = { "ANA", "ANABEL", "PC-ANA-2", "XANAX" };
    struct ud_hits h;
    struct ud_device d;

    (void)state;
    for (uint32_t i = 0; i < 5; i++) {
        d = device_of(i, names[i], "S", "u@x", "U");
        add(f, &d);
    }
    ud_fleet_publish(f);
    assert_int_equal(search(f, "ana", &h), 4);
    for (unsigned i = 0; i < 4; i++) {
        assert_true(ud_fleet_device(f, h.row[i], &d));
        assert_string_equal(d.name, order[i]);
    }
    ud_hits_free(&h);
    ud_fleet_free(&f);
}

static void
the_shorter_field_comes_first(void **state)
{
    struct ud_fleet *f = ud_fleet_new();
    struct ud_device a = device_of(1, "LON-LT-000001", "1", "a@x", "A"), b = device_of(2, "LON-LT-1", "2", "b@x", "B");

    (void)state;
    add(f, &a);
    add(f, &b);
    ud_fleet_publish(f);
    assert_string_equal(best_match(f, "lon"), "LON-LT-1");
    ud_fleet_free(&f);
}

static void
an_account_without_its_domain_counts_as_whole(void **state)
{
    struct ud_fleet *f = ud_fleet_new();
    struct ud_device a = device_of(1, "A", "1", "eve12@x", "Eve"), b = device_of(2, "B", "2", "eve@emea.contoso.com", "Q");
    struct ud_device c = device_of(3, "C", "3", "q@x", "Evelyn");

    (void)state;
    a.user_name = "Q";
    add(f, &a);
    add(f, &c);
    add(f, &b);
    ud_fleet_publish(f);
    assert_string_equal(best_match(f, "eve"), "B");
    ud_fleet_free(&f);
}

static void
a_model_matches_but_comes_last(void **state)
{
    struct ud_fleet *f = ud_fleet_new();
    struct ud_device a = device_of(1, "A", "1", "a@x", "A"), b = device_of(2, "B", "2", "b@x", "Latitude");

    (void)state;
    a.model = "Latitude 7430";
    b.model = "OptiPlex";
    add(f, &a);
    add(f, &b);
    ud_fleet_publish(f);
    assert_int_equal(count_matches(f, "latitude"), 2);
    assert_string_equal(best_match(f, "latitude"), "B");
    assert_int_equal(count_matches(f, "7430 a@x"), 1);
    ud_fleet_free(&f);
}

static void
a_word_does_not_match_over_two_fields(void **state)
{
    struct ud_fleet *f = ud_fleet_new();
    struct ud_device a = device_of(1, "ALPHA", "BETA", "c@x", "D");

    (void)state;
    a.model = "";
    add(f, &a);
    ud_fleet_publish(f);
    assert_int_equal(count_matches(f, "habe"), 0);
    assert_int_equal(count_matches(f, "alpha beta"), 1);
    ud_fleet_free(&f);
}

/* --- the loose fallback ------------------------------------------------------------------------------------------------ */

static void
letters_left_out_are_forgiven_when_nothing_matches(void **state)
{
    struct ud_fleet *f = ud_fleet_new();
    struct ud_device a = device_of(1, "PC-1", "1", "maria.martinez@x", "Maria Martinez"),
                     b = device_of(2, "PC-2", "2", "bob@x", "Bob");
    struct ud_hits h;
    struct ud_device d;

    (void)state;
    add(f, &b);
    add(f, &a);
    ud_fleet_publish(f);
    assert_int_equal(search(f, "mrtnz", &h), 1);
    assert_true(h.fuzzy);
    assert_true(ud_fleet_device(f, h.row[0], &d));
    assert_string_equal(d.name, "PC-1");
    ud_hits_free(&h);
    assert_int_equal(search(f, "mrtnz bob", &h), 0);
    assert_false(h.fuzzy);
    ud_hits_free(&h);
    ud_fleet_free(&f);
}

static void
letters_in_another_order_or_far_apart_do_not_match(void **state)
{
    struct ud_fleet *f = ud_fleet_new();
    struct ud_device a = device_of(1, "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "1", "", "");
    struct ud_hits h;

    (void)state;
    a.model = "";
    add(f, &a);
    ud_fleet_publish(f);
    assert_int_equal(search(f, "zya", &h), 0);
    ud_hits_free(&h);
    assert_int_equal(search(f, "amz", &h), 0);
    ud_hits_free(&h);
    assert_int_equal(search(f, "acg", &h), 1);
    ud_hits_free(&h);
    assert_int_equal(search(f, "qz", &h), 0);
    ud_hits_free(&h);
    ud_fleet_free(&f);
}

/* The letters are looked for in blocks first; that filter must not lose a row, however long. */
static void
the_loose_search_loses_no_row(void **state)
{
    struct ud_fleet *f = ud_fleet_new();
    char name[200], user[200];
    uint64_t seed = 5;

    (void)state;
    memset(user, 'y', sizeof(user));
    for (uint32_t i = 0; i < 9000; i++) {
        size_t length = 3 + random_below(&seed, 150);
        memset(name, 'o', length);
        memcpy(name + random_below(&seed, length - 2), "QWZ", 3);
        name[length] = '\0';
        user[sizeof(user) - 1 - random_below(&seed, 190)] = '\0';
        struct ud_device d = device_of(i, name, "1", user, "");
        d.user_name = name;
        add(f, &d);
        memset(user, 'y', sizeof(user));
    }
    ud_fleet_publish(f);
    struct ud_hits exact, loose;
    size_t within = 0;
    assert_int_equal(search(f, "qwz", &exact), 9000);
    assert_int_equal(search(f, "qzo", &loose) > 0, true);
    for (uint32_t row = 0; row < 9000; row++) {
        struct ud_device d;
        assert_true(ud_fleet_device(f, row, &d));
        const char *q = strchr(d.name, 'Q');
        within += q - d.name < 61 && q[3] == 'o';
    }
    assert_true(loose.fuzzy);
    assert_int_equal(loose.total, within);
    ud_hits_free(&exact);
    ud_hits_free(&loose);
    ud_fleet_free(&f);
}

/* --- cancelling, and adding meanwhile ---------------------------------------------------------------------------------- */

static void
a_cancelled_search_says_so(void **state)
{
    struct naive n;
    struct ud_fleet *f = invent(&n, 100, 3);
    atomic_bool cancel = true;
    struct ud_query *q = NULL;
    struct ud_hits h = { 0 };

    (void)state;
    assert_int_equal(ud_query_parse(&q, "lon", NULL, 0, NULL), UD_OK);
    ud_fleet_search(f, q, 5, NULL, NULL, &cancel, &h);
    assert_false(h.complete);
    assert_int_equal(h.count, 0);
    cancel = false;
    ud_fleet_search(f, q, 5, NULL, NULL, &cancel, &h);
    assert_true(h.complete);
    assert_true(h.count > 0);
    ud_hits_free(&h);
    ud_query_free(&q);
    forget(&n, &f);
}

static void *
search_until_told(void *arg)
{
    struct ud_fleet *f = arg;
    size_t before = 0;
    bool shrank = false;

    while (before < 30000) {
        struct ud_hits h;
        size_t total = search(f, "pc-", &h);
        shrank |= total < before;
        before = total;
        ud_hits_free(&h);
    }
    return shrank ? f : NULL;
}

static void
a_search_runs_while_devices_are_added(void **state)
{
    struct ud_fleet *f = ud_fleet_new();
    pthread_t thread;
    void *failed = f;
    char name[32];

    (void)state;
    assert_int_equal(pthread_create(&thread, NULL, search_until_told, f), 0);
    for (uint32_t i = 0; i < 30000; i++) {
        snprintf(name, sizeof(name), "PC-%u", i);
        struct ud_device d = device_of(i, name, "", "", "");
        add(f, &d);
        if (i % 1000 == 999)
            ud_fleet_publish(f);
    }
    pthread_join(thread, &failed);
    assert_null(failed);
    ud_fleet_free(&f);
}

static void
an_empty_query_lists_every_live_device(void **state)
{
    struct naive n;
    struct ud_fleet *f = invent(&n, 1000, 21);
    struct ud_hits h;

    (void)state;
    assert_int_equal(search(f, "", &h), 1000);
    assert_int_equal(h.ranked, 0);
    for (uint32_t i = 0; i < 1000; i++)
        assert_int_equal(h.row[i], i);
    ud_hits_free(&h);
    forget(&n, &f);
    f = ud_fleet_new();
    assert_int_equal(search(f, "", &h), 0);
    ud_hits_free(&h);
    assert_int_equal(search(f, "x", &h), 0);
    ud_hits_free(&h);
    ud_fleet_free(&f);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_random_list_gives_what_a_naive_search_gives),
        cmocka_unit_test(a_list_of_several_blocks_gives_what_a_naive_search_gives),
        cmocka_unit_test(two_threads_give_what_a_naive_search_gives),
        cmocka_unit_test(narrowing_gives_what_a_fresh_search_gives),
        cmocka_unit_test(the_best_place_comes_first),
        cmocka_unit_test(the_shorter_field_comes_first),
        cmocka_unit_test(an_account_without_its_domain_counts_as_whole),
        cmocka_unit_test(a_model_matches_but_comes_last),
        cmocka_unit_test(a_word_does_not_match_over_two_fields),
        cmocka_unit_test(letters_left_out_are_forgiven_when_nothing_matches),
        cmocka_unit_test(letters_in_another_order_or_far_apart_do_not_match),
        cmocka_unit_test(the_loose_search_loses_no_row),
        cmocka_unit_test(a_cancelled_search_says_so),
        cmocka_unit_test(a_search_runs_while_devices_are_added),
        cmocka_unit_test(an_empty_query_lists_every_live_device),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
