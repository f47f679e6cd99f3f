/* Fuzz target F5: the input decoder. Whatever the bytes are: no crash, every event is a whole one, text is clean, nothing inside of a string that
 * the terminal sends becomes a key, and how the bytes were cut makes no difference (but for end markers inside of pastes, where the
 * decoder looks ahead).
 * Built with -fsanitize=fuzzer, or linked into a unit test that replays the corpus. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "term/decode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t
mix(uint64_t h, const void *bytes, size_t length)
{
    const unsigned char *p = bytes;

    for (size_t i = 0; i < length; i++)
        h = (h ^ p[i]) * 0x100000001B3u;
    return h;
}

static void
must_be_clean(const char *text, size_t length)
{
    char *clean = malloc(length + 1);

    if (!clean || memchr(text, '\0', length) || !ud_text_valid(text, length))
        abort();
    ud_text_clean(clean, length + 1, text, length);
    if (strlen(clean) != length || memcmp(clean, text, length) != 0)
        abort();
    free(clean);
}

static uint64_t
look_at(uint64_t h, const struct ud_key_event *key)
{
    char name[16];

    if (key->code <= UD_KEY_NONE || key->code >= UD_KEY_COUNT)
        abort();
    ud_key_name(name, key);
    if (key->code == UD_KEY_TEXT)
        must_be_clean(key->text, strlen(key->text));
    if (key->code == UD_KEY_PASTE)
        must_be_clean(key->paste, key->paste_length);
    if (key->code == UD_KEY_PASTE && key->paste_length > UD_PASTE_MAX)
        abort();
    h = mix(h, name, strlen(name));
    return key->code == UD_KEY_PASTE ? mix(h, key->paste, key->paste_length) : h;
}

static uint64_t
decode(struct ud_decoder *d, const uint8_t *data, size_t size, size_t step, ud_msec now)
{
    struct ud_key_event key;
    uint64_t h = 0;

    for (size_t at = 0; at < size;) {
        at += ud_decoder_feed(d, data + at, size - at < step ? size - at : step, now);
        while (ud_decoder_next(d, &key, now))
            h = look_at(h, &key);
    }
    return h;
}

/* Inside of an operating system command nothing is a key, as long as no byte ends it. */
static void
swallow(const uint8_t *data, size_t size)
{
    struct ud_decoder *d = ud_decoder_new();
    size_t inside = 0;

    while (inside < size && data[inside] != 0x07 && data[inside] != 0x18 && data[inside] != 0x1A && data[inside] != 0x1B)
        inside++;
    decode(d, (const uint8_t *)"\033]", 2, 2, 1000);
    if (decode(d, data, inside, inside + 1, 1000) != 0)
        abort();
    ud_decoder_free(&d);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bool markers = memmem(data, size, "201~", 4) != NULL;
    struct ud_decoder *d = ud_decoder_new();
    uint64_t whole = decode(d, data, size, 4096, 1000);
    struct ud_key_event key;

    while (ud_decoder_next(d, &key, 5000))
        look_at(0, &key);
    if (ud_decoder_deadline(d) != -1)
        abort();
    ud_decoder_free(&d);
    for (size_t step = 1; step < 20; step += 6) {
        d = ud_decoder_new();
        if (decode(d, data, size, step, 1000) != whole && !markers)
            abort();
        ud_decoder_free(&d);
    }
    swallow(data, size);
    return 0;
}
