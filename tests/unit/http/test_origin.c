/* Origins and hostile links: a token goes to one scheme, host and port, whatever a server writes into its answers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "http/origin.h"

static struct ud_http_origin
origin(const char *url)
{
    struct ud_http_origin o;
    struct ud_error e;

    assert_int_equal(ud_http_origin_init(&o, url, "", "", &e), UD_OK);
    return o;
}

static void
origin_is_read_with_default_and_other_ports(void **state)
{
    (void)state;
    struct ud_http_origin plain = origin("https://Graph.Example.com/v1"), other = origin("https://graph.example.com:8443");

    assert_string_equal(plain.text, "https://graph.example.com");
    assert_int_equal(plain.port, 443);
    assert_string_equal(other.text, "https://graph.example.com:8443");
    assert_false(ud_http_origin_same(&plain, &other));
    assert_true(ud_http_origin_same(&plain, &plain));
}

static void
unix_socket_has_the_origin_localhost(void **state)
{
    (void)state;
    struct ud_http_origin o = origin("unix:///run/escrowd/s.sock");

    assert_string_equal(o.text, "http://localhost");
    assert_string_equal(o.socket, "/run/escrowd/s.sock");
}

static void
address_that_is_not_https_is_refused(void **state)
{
    static const char *const bad[] = { "http://graph.example.com", "ftp://graph.example.com", "graph.example.com", "", "https://",
        "https:///path", "https://user@host", "https://user:pw@host", "https://host:0", "https://host:65536",
        "https://host:", "https://host:80a", "https://ho st", "https://host?x=1", "https://host#x", "https://host.",
        "unix://relative", "file:///etc/passwd", "https://h\xC3\xB6st", "https://host\\evil" };

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct ud_http_origin o;
        struct ud_error e = { 0 };
        assert_int_equal(ud_http_origin_init(&o, bad[i], NULL, NULL, &e), UD_CONFIG);
        assert_true(e.message[0] != '\0');
    }
}

static void
link_of_the_same_origin_is_used_byte_for_byte(void **state)
{
    static const struct {
        const char *link, *path;
    } good[] = {
        { "https://graph.example.com/v1.0/x?$skiptoken=a%2Fb'c", "/v1.0/x?$skiptoken=a%2Fb'c" },
        { "https://graph.example.com:443/v1.0/x", "/v1.0/x" },
        { "HTTPS://GRAPH.Example.COM/A", "/A" },
        { "https://graph.example.com/a/../b//c", "/a/../b//c" },
        { "https://graph.example.com/?next=https://evil.example", "/?next=https://evil.example" },
    };
    struct ud_http_origin o = origin("https://graph.example.com");

    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        char path[UD_HTTP_URL_MAX];
        struct ud_error e;
        assert_int_equal(ud_http_origin_path(path, sizeof(path), &o, good[i].link, &e), UD_OK);
        assert_string_equal(path, good[i].path);
    }
}

static void
hostile_link_is_refused_and_named(void **state)
{
    static const char *const bad[] = {
        "https://evil.example/x",
        "http://graph.example.com/x",
        "https://graph.example.com.evil.example/x",
        "https://graph.example.com./x",
        "https://graph.example.com:8443/x",
        "https://graph.example.com:/x",
        "https://graph.example.com:0443/x",
        "https://graph.example.com@evil.example/x",
        "https://user@graph.example.com/x",
        "https://user:pw@graph.example.com/x",
        "https://evil.example@graph.example.com/x",
        "https://evil.example\\@graph.example.com/x",
        "https://graph.example.com\\@evil.example/x",
        "https://graph.example.com%2eevil.example/x",
        "https://graph.example.com%00.evil/x",
        "https://graph.example.com%2F@evil.example/x",
        "https:\\\\graph.example.com/x",
        "https:/graph.example.com/x",
        "https:graph.example.com/x",
        "//graph.example.com/x",
        "///graph.example.com/x",
        "/v1.0/x",
        "v1.0/x",
        "?x=1",
        "#x",
        "",
        " https://graph.example.com/x",
        "https://graph.example.com /x",
        "https://graph.example.com/x y",
        "https://graph.example.com/x\r\nHost: evil.example",
        "https://graph.example.com/x\n",
        "https://graph.example.com/\t",
        "https://graph.example.com/x#https://evil.example",
        "https://graph.example.com#@evil.example/",
        "https://graph.example.com?@evil.example/",
        "https://xn--grph-loa.example.com/x",
        "https://gr\xC3\xA4ph.example.com/x",
        ("https://graph\xE3\x80\x82"
         "example.com/x"),
        "https://graph.example.com\xE2\x88\x95x",
        "https://127.0.0.1/x",
        "https://2130706433/x",
        "https://0x7f000001/x",
        "https://[::1]/x",
        "https://[::ffff:127.0.0.1]/x",
        "https://[graph.example.com]/x",
        "https://graph.example.com:443:443/x",
        "https://graph.example.com:+443/x",
        "https://graph.example.com:443a/x",
        "https://graph.example.com:99999999999/x",
        "javascript:alert(1)",
        "data:application/json,{}",
        "file:///etc/passwd",
        "ftp://graph.example.com/x",
        "gopher://graph.example.com/x",
        "unix:///tmp/s",
        "wss://graph.example.com/x",
        "https://graph.example.com\"/x",
        "https://<graph.example.com>/x",
        "https://graph.example.com^/x",
        "https://{graph}.example.com/x",
        "https://graph.example.com|evil/x",
        "https://.graph.example.com/x",
        "https://graph..example.com/x",
        "https://example.com/x",
        "https://com/x",
        "https://graph-example.com/x",
    };
    struct ud_http_origin o = origin("https://graph.example.com");

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        char path[UD_HTTP_URL_MAX];
        struct ud_error e = { 0 };
        if (ud_http_origin_path(path, sizeof(path), &o, bad[i], &e) != UD_DENIED)
            fail_msg("taken: %s", bad[i]);
        assert_non_null(strstr(e.message, "graph.example.com"));
        assert_null(strchr(e.message, '\n'));
    }
}

static void
link_to_plain_http_is_taken_on_a_unix_socket_only(void **state)
{
    struct ud_http_origin local = origin("unix:///tmp/s"), remote = origin("https://localhost");
    char path[64];

    (void)state;
    assert_int_equal(ud_http_origin_path(path, sizeof(path), &local, "http://localhost/escrow/v1/keys", NULL), UD_OK);
    assert_string_equal(path, "/escrow/v1/keys");
    assert_int_equal(ud_http_origin_path(path, sizeof(path), &local, "http://localhost:81/x", NULL), UD_DENIED);
    assert_int_equal(ud_http_origin_path(path, sizeof(path), &local, "https://localhost/x", NULL), UD_DENIED);
    assert_int_equal(ud_http_origin_path(path, sizeof(path), &remote, "http://localhost/x", NULL), UD_DENIED);
}

static void
long_link_is_refused(void **state)
{
    struct ud_http_origin o = origin("https://graph.example.com");
    static char link[UD_HTTP_URL_MAX + 100], path[UD_HTTP_URL_MAX];

    (void)state;
    memset(link, 'a', sizeof(link) - 1);
    memcpy(link, "https://graph.example.com/", 26);
    assert_int_equal(ud_http_origin_path(path, sizeof(path), &o, link, NULL), UD_DENIED);
}

static void
text_is_escaped_for_a_path(void **state)
{
    char out[64] = "/x/", small[8] = "";

    (void)state;
    assert_true(ud_http_escape(out, sizeof(out), "a b'&?#/%\xC3\xA9"));
    assert_string_equal(out, "/x/a%20b%27%26%3F%23%2F%25%C3%A9");
    assert_false(ud_http_escape(small, sizeof(small), "        "));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(origin_is_read_with_default_and_other_ports),
        cmocka_unit_test(unix_socket_has_the_origin_localhost),
        cmocka_unit_test(address_that_is_not_https_is_refused),
        cmocka_unit_test(link_of_the_same_origin_is_used_byte_for_byte),
        cmocka_unit_test(hostile_link_is_refused_and_named),
        cmocka_unit_test(link_to_plain_http_is_taken_on_a_unix_socket_only),
        cmocka_unit_test(long_link_is_refused),
        cmocka_unit_test(text_is_escaped_for_a_path),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
