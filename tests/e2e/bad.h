/* What the tests of bad input share: a service with one drawn key, a console on it, and what must not have happened. */
#ifndef UD_TESTS_E2E_BAD_H
#define UD_TESTS_E2E_BAD_H

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/support/http_server.h"
#include "tests/support/operator.h"
#include "tests/support/program.h"
#include "tests/support/relay.h"

#define EIGHT "5ca1ab1e"
#define ID    EIGHT "-0000-4000-8000-00000000c0de"

struct bad {
    struct ud_operator o;
    struct ud_fixture other; /* a second service, for its CA */
    struct ud_relay *relay;
    struct test_server *server;
    char key[UD_OPERATOR_KEY];
};

static inline int
make_bad(void **state)
{
    *state = calloc(1, sizeof(struct bad));
    return *state != NULL ? 0 : -1;
}

static inline int
end_bad(void **state)
{
    struct bad *b = *state;

    ud_operator_end(&b->o);
    ud_fixture_end(&b->other);
    ud_relay_stop(&b->relay);
    if (b->server != NULL)
        test_server_stop(&b->server);
    free(b);
    return 0;
}

/* A service with one drawn key, on a Unix socket behind a relay, or on HTTPS. */
static inline void
make_service(struct bad *b, bool https)
{
    char line[256];

    ud_fixture_make(&b->o.service, &(struct ud_fixture_options){ .service = true, .https = https });
    ud_operator_draw_key(b->key);
    (void)snprintf(line, sizeof(line), "BAD-LT-01,TRN7700001,bad.user@training.invalid," ID ",%s,company,bitlocker", b->key);
    ud_operator_import(&b->o.service, line);
}

static inline void
open_console(struct bad *b)
{
    ud_operator_configure(&b->o, NULL);
    ud_operator_open(&b->o, "seams/unlockdesk");
}

static inline void
open_behind_relay(struct bad *b)
{
    make_service(b, false);
    ud_fixture_serve(&b->o.service);
    b->relay = ud_relay_start(b->o.service.socket);
    (void)snprintf(b->o.service.url, sizeof(b->o.service.url), "%s", ud_relay_url(b->relay));
    open_console(b);
    ud_operator_sign_in(&b->o);
}

static inline void
expect_no_key(struct bad *b)
{
    char group[8];
    size_t length;
    const char *sent = ud_pty_bytes(b->o.pty, &length);

    assert_false(ud_operator_group(group, &b->o));
    assert_false(ud_pty_has(b->o.pty, "██"));
    for (int i = 0; i < 8; i++)
        assert_null(memmem(sent, length, b->key + 7 * i, 6));
}

/* The activity log has a line of this event. */
static inline bool
logged(struct bad *b, const char *event)
{
    char path[256], line[8192], mark[64];
    bool found = false;

    if (b->o.state[0] != '\0')
        (void)snprintf(path, sizeof(path), "%s/unlockdesk/journal/journal.jsonl", strchr(b->o.state, '=') + 1);
    else
        (void)snprintf(path, sizeof(path), "%s/.local/state/unlockdesk/journal/journal.jsonl", ud_pty_home(b->o.pty));
    (void)snprintf(mark, sizeof(mark), "\"event\":\"%s\"", event);
    FILE *f = fopen(path, "re");
    assert_non_null(f);
    while (!found && fgets(line, sizeof(line), f) != NULL)
        found = strstr(line, mark) != NULL;
    (void)fclose(f);
    return found;
}

/* The same as soon as the line is durable: the screen does not wait for it. */
static inline bool
logged_soon(struct bad *b, const char *event)
{
    for (int i = 0; i < 3000 && !logged(b, event); i++) {
        (void)poll(NULL, 0, 10);
        ud_pty_pump(b->o.pty);
    }
    return logged(b, event);
}

#define BAD_TEST(f) cmocka_unit_test_setup_teardown(f, make_bad, end_bad)

#endif
