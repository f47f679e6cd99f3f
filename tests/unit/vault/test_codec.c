/* The messages between front and vault: what is written is read, what is damaged is refused, what carried a token is wiped. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "escrowd/vault/link.h"

static struct ud_vault_request
deposit(void)
{
    static const uint8_t sealed[] = "not really sealed";
    struct ud_vault_request r = { .id = 77, .op = UD_VAULT_DEPOSIT };

    memset(&r.auth, 0x5a, sizeof(r.auth));
    r.deposit = (struct ud_vault_deposit){
        .has_id = true, .kind = UD_KIND_LUKS, .volume = UD_VOLUME_FIXED, .sealed = sealed, .sealed_length = sizeof(sealed)
    };
    memset(r.deposit.id.byte, 3, 16);
    return r;
}

static struct ud_vault_reply
page(struct ud_vault_device *d, struct ud_vault_key *k)
{
    struct ud_vault_reply r = { .id = 9,
        .op = UD_VAULT_FIND,
        .message = "",
        .devices = d,
        .device_count = 1,
        .keys = k,
        .key_count = 1,
        .total = 12345678901ull };

    memset(d, 0, sizeof(*d));
    memset(k, 0, sizeof(*k));
    d->d.name = "LON-1";
    d->d.user_name = "山田 花子";
    d->d.last_checkin = UD_WALL_NONE;
    d->row = 42;
    k->k.created = -5;
    k->k.state = UD_KEY_DISCLOSED;
    return r;
}

static void
a_request_comes_back_as_it_was(void **state)
{
    struct ud_vault_request r = deposit(), *back = NULL;
    struct ud_buf b;

    (void)state;
    ud_buf_init(&b, 65536);
    assert_int_equal(ud_vault_request_encode(&b, &r, NULL), UD_OK);
    assert_int_equal(ud_vault_request_decode(&back, (uint8_t *)b.data + 4, b.length - 4, NULL), UD_OK);
    assert_int_equal(back->id, 77);
    assert_int_equal(back->op, UD_VAULT_DEPOSIT);
    assert_memory_equal(&back->auth, &r.auth, sizeof(r.auth));
    assert_memory_equal(&back->deposit.id, &r.deposit.id, 16);
    assert_int_equal(back->deposit.sealed_length, r.deposit.sealed_length);
    assert_memory_equal(back->deposit.sealed, r.deposit.sealed, r.deposit.sealed_length);
    ud_vault_request_free(&back);
    ud_buf_free(&b);
}

static void
a_reply_comes_back_as_it_was(void **state)
{
    struct ud_vault_device d;
    struct ud_vault_key k;
    struct ud_vault_reply r = page(&d, &k), *back = NULL;
    struct ud_buf b;

    (void)state;
    ud_buf_init(&b, 65536);
    assert_int_equal(ud_vault_reply_encode(&b, &r, NULL), UD_OK);
    assert_int_equal(ud_vault_reply_decode(&back, (uint8_t *)b.data + 4, b.length - 4, NULL), UD_OK);
    assert_int_equal(back->total, 12345678901ull);
    assert_string_equal(back->devices[0].d.user_name, "山田 花子");
    assert_true(back->devices[0].d.last_checkin == UD_WALL_NONE);
    assert_int_equal(back->keys[0].k.created, -5);
    assert_int_equal(back->keys[0].k.state, UD_KEY_DISCLOSED);
    assert_string_equal(back->text, "");
    ud_vault_reply_free(&back);
    ud_buf_free(&b);
}

static void
every_shortened_or_lengthened_message_is_refused(void **state)
{
    struct ud_vault_device d;
    struct ud_vault_key k;
    struct ud_vault_request q = deposit(), *request = NULL;
    struct ud_vault_reply r = page(&d, &k), *reply = NULL;
    struct ud_buf b;

    (void)state;
    ud_buf_init(&b, 65536);
    assert_int_equal(ud_vault_request_encode(&b, &q, NULL), UD_OK);
    for (size_t n = 0; n < b.length - 4; n++)
        assert_int_equal(ud_vault_request_decode(&request, (uint8_t *)b.data + 4, n, NULL), UD_MALFORMED);
    ud_buf_byte(&b, 0);
    assert_int_equal(ud_vault_request_decode(&request, (uint8_t *)b.data + 4, b.length - 4, NULL), UD_MALFORMED);
    assert_null(request);
    ud_buf_clear(&b);
    assert_int_equal(ud_vault_reply_encode(&b, &r, NULL), UD_OK);
    for (size_t n = 0; n < b.length - 4; n++)
        assert_int_equal(ud_vault_reply_decode(&reply, (uint8_t *)b.data + 4, n, NULL), UD_MALFORMED);
    assert_null(reply);
    ud_buf_free(&b);
}

/* Whatever one byte becomes, nothing is read outside and nothing is left behind (run under the sanitizers). */
static void
no_changed_byte_confuses_the_reader(void **state)
{
    struct ud_vault_device d;
    struct ud_vault_key k;
    struct ud_vault_reply r = page(&d, &k), *reply = NULL;
    unsigned refused = 0;
    struct ud_buf b;

    (void)state;
    ud_buf_init(&b, 65536);
    assert_int_equal(ud_vault_reply_encode(&b, &r, NULL), UD_OK);
    for (size_t i = 4; i < b.length; i++) {
        for (unsigned v = 0; v < 256; v += 5) {
            char before = b.data[i];
            b.data[i] = (char)v;
            if (ud_vault_reply_decode(&reply, (uint8_t *)b.data + 4, b.length - 4, NULL) != UD_OK)
                refused++;
            ud_vault_reply_free(&reply);
            b.data[i] = before;
        }
    }
    assert_true(refused > 1000);
    ud_buf_free(&b);
}

static void
frames_pass_a_socket_whole_and_secrets_arrive(void **state)
{
    struct ud_vault_link *front = NULL, *vault = NULL;
    struct ud_vault_request r = { .id = 1, .op = UD_VAULT_USER_CHECK, .name = "robin", .address = "unix" }, *got = NULL;
    struct ud_vault_request empty = { .id = 2, .op = UD_VAULT_HELLO };
    int fd[2];

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd), 0);
    assert_int_equal(ud_vault_link_new(&front, fd[0], NULL), UD_OK);
    assert_int_equal(ud_vault_link_new(&vault, fd[1], NULL), UD_OK);
    assert_int_equal(ud_vault_link_next_request(vault, &got, NULL), UD_NOTFOUND);
    assert_int_equal(ud_secret_new(&r.secret, 16, NULL), UD_OK);
    assert_int_equal(ud_secret_append(r.secret, "open sesame", 11, NULL), UD_OK);
    assert_int_equal(ud_vault_link_request(front, &empty, NULL), UD_OK);
    assert_int_equal(ud_vault_link_request(front, &r, NULL), UD_OK);
    assert_false(ud_vault_link_wants_out(front));
    assert_int_equal(ud_vault_link_next_request(vault, &got, NULL), UD_OK);
    assert_int_equal(got->op, UD_VAULT_HELLO);
    ud_vault_request_free(&got);
    assert_int_equal(ud_vault_link_next_request(vault, &got, NULL), UD_OK);
    assert_string_equal(got->name, "robin");
    assert_true(ud_secret_equal(got->secret, r.secret));
    ud_vault_request_free(&got);
    ud_secret_free(&r.secret);
    ud_vault_link_free(&front);
    assert_int_equal(ud_vault_link_next_request(vault, &got, NULL), UD_OFFLINE);
    ud_vault_link_free(&vault);
}

static void
a_frame_longer_than_the_limit_is_an_attack(void **state)
{
    static const uint8_t huge[] = { 0xff, 0xff, 0xff, 0x7f, 0, 0, 0, 0 };
    struct ud_vault_link *vault = NULL;
    struct ud_vault_request *got = NULL;
    int fd[2];

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd), 0);
    assert_int_equal(ud_vault_link_new(&vault, fd[1], NULL), UD_OK);
    assert_int_equal(write(fd[0], huge, sizeof(huge)), sizeof(huge));
    assert_int_equal(ud_vault_link_next_request(vault, &got, NULL), UD_MALFORMED);
    ud_vault_link_free(&vault);
    close(fd[0]);
}

static void
token_text_is_read_strictly(void **state)
{
    struct ud_secret *s = NULL;
    struct ud_token t, back;

    (void)state;
    memset(&t, 0xe7, sizeof(t));
    assert_int_equal(ud_secret_new(&s, UD_TOKEN_TEXT, NULL), UD_OK);
    assert_int_equal(ud_token_append(s, &t, NULL), UD_OK);
    const char *text = (const char *)ud_secret_open(s);
    assert_true(ud_token_parse(&back, text, 64));
    assert_memory_equal(&back, &t, sizeof(t));
    assert_false(ud_token_parse(&back, text, 63));
    assert_true(ud_token_is_zero(&back));
    ud_secret_close(s);
    assert_false(ud_token_parse(&back, "                                                                ", 64));
    ud_secret_free(&s);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_comes_back_as_it_was),
        cmocka_unit_test(a_reply_comes_back_as_it_was),
        cmocka_unit_test(every_shortened_or_lengthened_message_is_refused),
        cmocka_unit_test(no_changed_byte_confuses_the_reader),
        cmocka_unit_test(frames_pass_a_socket_whole_and_secrets_arrive),
        cmocka_unit_test(a_frame_longer_than_the_limit_is_an_attack),
        cmocka_unit_test(token_text_is_read_strictly),
    };

    return ud_seal_init(NULL) == UD_OK ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
