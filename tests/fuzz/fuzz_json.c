/* Fuzz target F1, F2: the strict reader and what reads through it. Whatever the bytes are: no crash, chunks make no difference, accepted text
 * is valid UTF-8 without NUL, records come out clean, and what cJSON-backed readers take the strict reader has taken before.
 * Built with -fsanitize=fuzzer, or linked into a unit test that replays the corpus. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "wire/graph.h"
#include "wire/json.h"
#include "wire/json_reader.h"
#include "wire/page.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t
mix(uint64_t h, const void *bytes, size_t length)
{
    const unsigned char *p = bytes;

    for (size_t i = 0; i < length; i++)
        h = (h ^ p[i]) * 0x100000001B3u;
    return h;
}

/* Reads the document in chunks of `step` bytes; *h sums up every token. */
static enum ud_json_token
read_all(uint64_t *h, const uint8_t *data, size_t size, size_t step)
{
    struct ud_json_reader *r = NULL;
    struct ud_json_text text = { "", 0, true };
    enum ud_json_token t = UD_JSON_MORE;
    size_t at = 0;

    if (ud_json_reader_new(&r, 0, NULL) != UD_OK)
        abort();
    *h = 0;
    for (;;) {
        t = ud_json_reader_next(r, &text);
        if (t == UD_JSON_END || t == UD_JSON_ERROR)
            break;
        if (t == UD_JSON_MORE && at == size) {
            ud_json_reader_finish(r);
        } else if (t == UD_JSON_MORE) {
            size_t n = step < size - at ? step : size - at;
            ud_json_reader_feed(r, data + at, n);
            at += n;
        } else {
            *h = mix(*h, &t, sizeof(t));
        }
        if (t == UD_JSON_NAME || t == UD_JSON_STRING || t == UD_JSON_NUMBER) {
            if (!ud_text_valid(text.data, text.length) || text.length > UD_JSON_STRING_MAX)
                abort();
            *h = mix(*h, text.data, text.length);
        }
    }
    ud_json_reader_free(&r);
    return t;
}

static void
must_be_clean(const char *text)
{
    char clean[UD_NAME_MAX + 8];

    ud_text_clean(clean, sizeof(clean), text, strlen(text));
    if (strcmp(clean, text) != 0)
        abort();
}

static enum ud_status
on_device(const struct ud_device *d, struct ud_error *err, void *arg)
{
    (void)err;
    (void)arg;
    must_be_clean(d->name);
    must_be_clean(d->serial);
    must_be_clean(d->user);
    must_be_clean(d->user_name);
    must_be_clean(d->model);
    must_be_clean(d->os);
    must_be_clean(d->os_version);
    return ud_guid_is_zero(&d->id) ? UD_FAILED : UD_OK;
}

static enum ud_status
on_key(const struct ud_key *k, const struct ud_device *d, struct ud_error *err, void *arg)
{
    if (ud_guid_is_zero(&k->id) && ud_guid_is_zero(&k->device))
        abort();
    return d != NULL ? on_device(d, err, arg) : UD_OK;
}

static enum ud_status
on_other(const struct ud_wire_other *o, struct ud_error *err, void *arg)
{
    (void)err;
    (void)arg;
    must_be_clean(o->kind);
    must_be_clean(o->device_name);
    return UD_OK;
}

static void
read_pages(const uint8_t *data, size_t size, size_t cut)
{
    const struct ud_wire_page_info *info;
    struct ud_wire_device_page *devices = NULL;
    struct ud_wire_key_page *keys = NULL;

    if (ud_wire_device_page_new(&devices, on_device, NULL, NULL) != UD_OK)
        abort();
    if (ud_wire_device_page_feed(devices, data, cut, NULL) == UD_OK &&
        ud_wire_device_page_feed(devices, data + cut, size - cut, NULL) == UD_OK)
        (void)!ud_wire_device_page_finish(devices, &info, NULL);
    ud_wire_device_page_free(&devices);
    for (int dialect = UD_WIRE_KEYS_GRAPH; dialect <= UD_WIRE_KEYS_LAPS; dialect++) {
        if (ud_wire_key_page_new(&keys, (enum ud_wire_keys)dialect, on_key, on_other, NULL, NULL) != UD_OK)
            abort();
        if (ud_wire_key_page_feed(keys, data, size, NULL) == UD_OK)
            (void)!ud_wire_key_page_finish(keys, &info, NULL);
        ud_wire_key_page_free(&keys);
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint64_t whole, parts;
    struct ud_wire_graph_error e;
    struct ud_json *doc = NULL;

    enum ud_json_token end = read_all(&whole, data, size, size + 1);
    for (size_t step = 1; step <= 17; step += 4) {
        if (read_all(&parts, data, size, step) != end || (end == UD_JSON_END && parts != whole))
            abort();
    }
    if ((ud_json_parse(&doc, data, size, NULL) == UD_OK) != (end == UD_JSON_END))
        abort();
    ud_json_free(&doc);
    if (ud_wire_graph_error_decode(&e, data, size, NULL) == UD_OK) {
        must_be_clean(e.code);
        must_be_clean(e.request_id);
    }
    read_pages(data, size, size / 2);
    return 0;
}
