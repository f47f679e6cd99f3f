/* Reads forms. The body is opened for writing and decoded in place; nothing of it is copied but the fields asked for. */
#include "escrowd/front/form.h"

#include <string.h>

#include "base/text.h"
#include "escrowd/front/uri.h"

#define FIELDS_MAX 64

static enum ud_status
malformed(struct ud_error *err)
{
    return ud_error_set(err, UD_INVALID, "The form is malformed.");
}

static enum ud_status
store(const struct ud_form_field *f, const char *value, size_t length, struct ud_error *err)
{
    enum ud_status st = UD_OK;

    if (f->text != NULL) {
        if (length >= f->size)
            return ud_error_set(err, UD_INVALID, "The field %s is too long.", f->name);
        (void)ud_text_clean(f->text, f->size, value, length);
    } else if (f->token != NULL) {
        (void)ud_token_parse(f->token, value, length);
    } else if (f->into != NULL) {
        st = ud_secret_append(f->into, value, length, err);
    } else if (length > 0) {
        st = ud_secret_new(f->secret, length, err);
        if (st == UD_OK)
            st = ud_secret_append(*f->secret, value, length, err);
    }
    return st;
}

/* One "name=value" of `length` bytes. `seen` has a bit for each field. */
static enum ud_status
read_pair(const struct ud_form_field *field, size_t count, char *pair, size_t length, uint64_t *seen, struct ud_error *err)
{
    char *equals = memchr(pair, '=', length);
    size_t name_length = equals != NULL ? (size_t)(equals - pair) : length;
    size_t name = ud_uri_decode(pair, name_length, true);

    if (name == SIZE_MAX)
        return malformed(err);
    for (size_t i = 0; i < count; i++) {
        if (strlen(field[i].name) != name || memcmp(field[i].name, pair, name) != 0)
            continue;
        size_t value = equals != NULL ? ud_uri_decode(equals + 1, length - name_length - 1, true) : 0;
        if (value == SIZE_MAX || (*seen & UINT64_C(1) << i) != 0)
            return malformed(err);
        *seen |= UINT64_C(1) << i;
        if (field[i].given != NULL)
            *field[i].given = true;
        return store(&field[i], equals != NULL ? equals + 1 : pair, value, err);
    }
    return UD_OK;
}

enum ud_status
ud_form_read(const struct ud_form_field *field, size_t count, struct ud_secret *body, struct ud_error *err)
{
    enum ud_status st = UD_OK;
    uint64_t seen = 0;
    size_t left = ud_secret_length(body), pairs = 0;

    for (size_t i = 0; i < count; i++) {
        if (field[i].text != NULL)
            field[i].text[0] = '\0';
    }
    if (left == 0)
        return UD_OK;
    char *at = (char *)ud_secret_open_write(body);
    while (left > 0 && st == UD_OK) {
        char *end = memchr(at, '&', left);
        size_t length = end != NULL ? (size_t)(end - at) : left;
        st = ++pairs > FIELDS_MAX ? malformed(err) : read_pair(field, count, at, length, &seen, err);
        size_t used = end != NULL ? length + 1 : length;
        at += used;
        left -= used;
    }
    ud_secret_close(body);
    return st;
}
