/* Memory that runs out at each allocation in turn: a status, no crash, nothing left behind. The allocator is replaced in this program; under a
 * sanitizer, which has its own, there is nothing to test. */
#include "tests/unit/wire/support.h"

#include <stdlib.h>

#include "base/seal.h"
#include "wire/device_api.h"
#include "wire/escrow.h"
#include "wire/graph.h"
#include "wire/json.h"
#include "wire/json_reader.h"
#include "wire/oauth.h"
#include "wire/page.h"

#ifndef UD_SANITIZED

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *p, size_t size);
void __libc_free(void *p);

static long countdown = -1; /* allocations until one fails; below 0: none does */
static long blocks;         /* alive since the scenario began */

static bool
fails(void)
{
    return countdown >= 0 && countdown-- == 0;
}

void *
malloc(size_t size)
{
    void *p = fails() ? NULL : __libc_malloc(size);

    blocks += p != NULL;
    return p;
}

void *
calloc(size_t count, size_t size)
{
    void *p = fails() ? NULL : __libc_calloc(count, size);

    blocks += p != NULL;
    return p;
}

void *
realloc(void *p, size_t size)
{
    void *moved = fails() ? NULL : __libc_realloc(p, size);

    blocks += p == NULL && moved != NULL;
    return moved;
}

void
free(void *p)
{
    blocks -= p != NULL;
    __libc_free(p);
}

static struct ud_secret *token_body;

static enum ud_status
check_a_document(void)
{
    return ud_json_check("{\"a\":[1]}", 9, 0, NULL);
}

static enum ud_status
read_a_small_body(void)
{
    static const char text[] =
        "{\"error\":{\"code\":\"x\",\"message\":\"{\\\"Message\\\":\\\"y\\\"}\",\"innerError\":{\"code\":\"z\"}}}";
    struct ud_wire_graph_error e;
    enum ud_status st = ud_wire_graph_error_decode(&e, text, sizeof(text) - 1, NULL);

    return st;
}

static enum ud_status
read_a_policy(void)
{
    static const char text[] = "{\"reasons\":[{\"code\":\"a\",\"text\":\"b\"}],\"ticket\":\"yes\",\"idle_warn_s\":5}";
    struct ud_policy p;

    ud_policy_default(&p, UD_PROFILE_WORKSTATION);
    return ud_wire_policy_decode(&p, NULL, text, sizeof(text) - 1, NULL);
}

static enum ud_status
build_a_request(void)
{
    struct ud_json *doc = ud_json_new();
    struct ud_buf b;

    ud_buf_init(&b, 4096);
    ud_json_put_text(doc, "t", "text");
    ud_json_put_int(doc, "i", 5);
    ud_json_put_base64(doc, "x", "abc", 3);
    enum ud_status st = ud_json_print(&b, doc, NULL);
    ud_json_free(&doc);
    ud_buf_free(&b);
    return st;
}

static enum ud_status
on_device(const struct ud_device *d, struct ud_error *err, void *arg)
{
    (void)d;
    (void)err;
    (void)arg;
    return UD_OK;
}

static enum ud_status
read_a_page(void)
{
    static const char text[] = "{\"value\":[{\"id\":\"" ID_A "\",\"deviceName\":\"\\u00e9\"}]}";
    struct ud_wire_device_page *p = NULL;
    const struct ud_wire_page_info *info;
    enum ud_status st = ud_wire_device_page_new(&p, on_device, NULL, NULL);

    if (st == UD_OK)
        st = ud_wire_device_page_feed(p, text, sizeof(text) - 1, NULL);
    if (st == UD_OK)
        st = ud_wire_device_page_finish(p, &info, NULL);
    ud_wire_device_page_free(&p);
    return st;
}

static enum ud_status
read_a_token(void)
{
    struct ud_wire_token t;
    enum ud_status st = ud_wire_token_decode(&t, token_body, NULL);

    ud_wire_token_clear(&t);
    return st;
}

static const struct {
    const char *name;
    enum ud_status (*run)(void);
} scenarios[] = { { "check a document", check_a_document }, { "read a small body", read_a_small_body },
    { "read a policy", read_a_policy }, { "build a request", build_a_request }, { "read a page", read_a_page },
    { "read a token", read_a_token } };

static void
memory_that_runs_out_anywhere_is_a_status(void **state)
{
    (void)state;
    token_body =
        secret_of("{\"token_type\":\"Bearer\",\"access_token\":\"a\\/b\",\"refresh_token\":\"c\",\"id_token\":\"a.e30.c\"}");
    for (size_t i = 0; i < sizeof(scenarios) / sizeof(scenarios[0]); i++) {
        long points = 0;
        for (;; points++) {
            long before = blocks;
            countdown = points;
            enum ud_status st = scenarios[i].run();
            bool reached = countdown < 0;
            countdown = -1;
            if (blocks != before)
                fail_msg("%s: %ld blocks are left at point %ld", scenarios[i].name, blocks - before, points);
            if (!reached) {
                assert_int_equal(st, UD_OK);
                break;
            }
            if (st != UD_NOMEM && !(st == UD_OK && scenarios[i].run == read_a_small_body)) /* what is packed inside is a bonus */
                fail_msg("%s: %s at point %ld", scenarios[i].name, ud_status_name(st), points);
        }
        assert_in_range(points, 1, 1000);
    }
    ud_secret_free(&token_body);
    assert_int_equal(ud_secret_live(), 0);
}

#else

static void
memory_that_runs_out_anywhere_is_a_status(void **state)
{
    (void)state;
    assert_int_equal(ud_json_check("{}", 2, 0, NULL), UD_OK);
}

#endif

int
main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(memory_that_runs_out_anywhere_is_a_status) };

    return ud_seal_init(NULL) == UD_OK ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
