/* id_tokens: anybody can check them with what the key set says. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>

#include "base/seal.h"
#include "escrowd/front/signer.h"
#include "wire/json.h"

static char dir[] = "/tmp/ud-signer-XXXXXX";
static char path[64];

static void
decode_member(unsigned char *out, size_t size, size_t *length, const struct ud_json *key, const char *name)
{
    char text[1024];

    assert_int_equal(ud_json_get_text(text, sizeof(text), key, name, NULL), UD_OK);
    assert_int_equal(ud_base64url_decode(out, size, length, text, strlen(text)), UD_OK);
}

/* The public key of the one entry of the key set. */
static gnutls_pubkey_t
public_key(const struct ud_signer *s)
{
    unsigned char n[600], e[8];
    size_t n_length, e_length;
    gnutls_pubkey_t key;
    struct ud_json *doc = NULL;
    struct ud_json_writer w;
    struct ud_buf b;

    ud_buf_init(&b, 8192);
    ud_json_writer_init(&w, &b);
    ud_signer_write_jwks(&w, s);
    assert_int_equal(ud_json_parse(&doc, b.data, b.length, NULL), UD_OK);
    const struct ud_json *entry = ud_json_first(ud_json_member(doc, "keys"));
    decode_member(n, sizeof(n), &n_length, entry, "n");
    decode_member(e, sizeof(e), &e_length, entry, "e");
    assert_int_equal(n_length, 256);
    assert_int_equal(gnutls_pubkey_init(&key), 0);
    assert_int_equal(
        gnutls_pubkey_import_rsa_raw(key, &(gnutls_datum_t){ n, (unsigned)n_length }, &(gnutls_datum_t){ e, (unsigned)e_length }),
        0);
    ud_json_free(&doc);
    ud_buf_free(&b);
    return key;
}

static int
verify(gnutls_pubkey_t key, char *token)
{
    unsigned char signature[600];
    char *dot = strrchr(token, '.');
    size_t length;

    assert_int_equal(ud_base64url_decode(signature, sizeof(signature), &length, dot + 1, strlen(dot + 1)), UD_OK);
    return gnutls_pubkey_verify_data2(key, GNUTLS_SIGN_RSA_SHA256, 0,
        &(gnutls_datum_t){ (unsigned char *)token, (unsigned)(dot - token) }, &(gnutls_datum_t){ signature, (unsigned)length });
}

static void
a_token_verifies_with_the_published_key_and_no_longer_once_changed(void **state)
{
    struct ud_signer *s = NULL;
    struct ud_buf token;

    (void)state;
    assert_int_equal(ud_signer_load(&s, path, NULL), UD_OK);
    ud_buf_init(&token, 8192);
    assert_int_equal(ud_signer_sign(&token, s, "{\"sub\":\"1\"}", 11, NULL), UD_OK);
    gnutls_pubkey_t key = public_key(s);
    assert_true(verify(key, token.data) >= 0);
    token.data[10] = token.data[10] == 'A' ? 'B' : 'A';
    assert_true(verify(key, token.data) < 0);
    gnutls_pubkey_deinit(key);
    ud_buf_free(&token);
    ud_signer_free(&s);
}

static void
the_key_is_kept_private_and_the_same_next_time(void **state)
{
    struct ud_signer *first = NULL, *second = NULL;
    struct ud_json_writer w;
    struct ud_buf a, b;
    struct stat st;

    (void)state;
    assert_int_equal(ud_signer_load(&first, path, NULL), UD_OK);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(ud_signer_load(&second, path, NULL), UD_OK);
    ud_buf_init(&a, 8192);
    ud_buf_init(&b, 8192);
    ud_json_writer_init(&w, &a);
    ud_signer_write_jwks(&w, first);
    ud_json_writer_init(&w, &b);
    ud_signer_write_jwks(&w, second);
    assert_string_equal(a.data, b.data);
    ud_buf_free(&a);
    ud_buf_free(&b);
    ud_signer_free(&first);
    ud_signer_free(&second);
}

static void
a_damaged_key_file_is_refused(void **state)
{
    static const char nonsense[] = "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n";
    struct ud_signer *s = NULL;
    struct ud_error err = { 0 };
    char bad[80];

    (void)state;
    snprintf(bad, sizeof(bad), "%s/bad.key", dir);
    int fd = open(bad, O_WRONLY | O_CREAT, 0600);
    assert_int_equal(write(fd, nonsense, sizeof(nonsense) - 1), sizeof(nonsense) - 1);
    close(fd);
    assert_int_not_equal(ud_signer_load(&s, bad, &err), UD_OK);
    assert_null(s);
    assert_int_not_equal(strlen(err.message), 0);
    unlink(bad);
}

static int
setup(void **state)
{
    (void)state;
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof(path), "%s/signer.key", dir);
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(dir);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_token_verifies_with_the_published_key_and_no_longer_once_changed),
        cmocka_unit_test(the_key_is_kept_private_and_the_same_next_time),
        cmocka_unit_test(a_damaged_key_file_is_refused),
    };

    if (ud_seal_init(NULL) != UD_OK)
        return 1;
    return cmocka_run_group_tests(tests, setup, teardown);
}
