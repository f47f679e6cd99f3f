#include "base/hash.h"

#include <assert.h>
#include <sodium.h>

_Static_assert(UD_HASH_SIZE == crypto_generichash_BYTES, "BLAKE2b-256");

void
ud_hash(unsigned char out[UD_HASH_SIZE], const struct ud_bytes *part, size_t count)
{
    crypto_generichash_state state;

    crypto_generichash_init(&state, NULL, 0, UD_HASH_SIZE);
    for (size_t i = 0; i < count; i++)
        crypto_generichash_update(&state, part[i].data, part[i].length);
    crypto_generichash_final(&state, out, UD_HASH_SIZE);
}

void
ud_hash_keyed(unsigned char out[UD_HASH_SIZE], const struct ud_bytes *part, size_t count, struct ud_secret *key)
{
    crypto_generichash_state state;

    assert(ud_secret_length(key) >= crypto_generichash_KEYBYTES_MIN && ud_secret_length(key) <= crypto_generichash_KEYBYTES_MAX);
    crypto_generichash_init(&state, ud_secret_open(key), ud_secret_length(key), UD_HASH_SIZE);
    ud_secret_close(key);
    for (size_t i = 0; i < count; i++)
        crypto_generichash_update(&state, part[i].data, part[i].length);
    crypto_generichash_final(&state, out, UD_HASH_SIZE);
    sodium_memzero(&state, sizeof(state));
}

bool
ud_hash_equal(const void *a, const void *b, size_t length)
{
    return sodium_memcmp(a, b, length) == 0;
}

void
ud_hex_encode(char *out, const void *bytes, size_t length)
{
    sodium_bin2hex(out, 2 * length + 1, bytes, length);
}

static int
hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool
ud_hex_decode(unsigned char *out, size_t size, const char *text, size_t length)
{
    if (length != 2 * size)
        return false;
    for (size_t i = 0; i < size; i++) {
        int high = hex_value(text[2 * i]);
        int low = hex_value(text[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        out[i] = (unsigned char)(high << 4 | low);
    }
    return true;
}
