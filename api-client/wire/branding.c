#include "wire/branding.h"

#include <string.h>

#include "wire/json.h"

/* A text that would be cut is refused: half a telephone number is worse than none. */
static enum ud_status
get_whole(char *out, size_t size, const struct ud_json *item, const char *name, struct ud_error *err)
{
    const char *raw = ud_json_raw_text(ud_json_member(item, name));

    if (raw != NULL && strlen(raw) >= size)
        return ud_error_set(err, UD_MALFORMED, "\"%s\" is longer than %zu bytes", name, size - 1);
    return ud_json_optional(ud_json_get_text(out, size, item, name, err));
}

static bool
is_address(const char *url)
{
    return url[0] == '\0' || ((strncmp(url, "https://", 8) == 0 || strncmp(url, "http://", 7) == 0 ||
                                  strncmp(url, "mailto:", 7) == 0 || strncmp(url, "tel:", 4) == 0) &&
                                 strpbrk(url, " \t\"<>") == NULL);
}

static enum ud_status
get_texts(struct ud_branding_texts *t, const struct ud_json *item, struct ud_error *err)
{
    enum ud_status st = get_whole(t->company, sizeof(t->company), item, "company", err);

    if (st == UD_OK)
        st = get_whole(t->helpdesk_text, sizeof(t->helpdesk_text), item, "helpdesk_text", err);
    if (st == UD_OK)
        st = get_whole(t->helpdesk_url, sizeof(t->helpdesk_url), item, "helpdesk_url", err);
    if (st == UD_OK && !is_address(t->helpdesk_url))
        st = ud_error_set(err, UD_MALFORMED, "\"helpdesk_url\" is no address: it begins with https://, http://, mailto: or tel:");
    return st;
}

static enum ud_status
get_language(struct ud_branding *b, const struct ud_json *item, struct ud_error *err)
{
    struct ud_branding_texts *t = &b->texts[b->count];
    enum ud_status st;

    if (b->count == UD_BRANDING_LANGUAGES)
        return ud_error_set(err, UD_MALFORMED, "there are more than %d languages", UD_BRANDING_LANGUAGES - 1);
    st = ud_json_required(get_whole(t->language, sizeof(t->language), item, "language", err), "language", err);
    if (st != UD_OK)
        return st;
    if (!ud_langtag_valid(t->language))
        return ud_error_set(err, UD_MALFORMED, "\"%s\" is no language: it is written like nl or pt-BR", t->language);
    for (size_t i = 0; i < b->count; i++)
        if (ud_langtag_same(b->texts[i].language, t->language))
            return ud_error_set(err, UD_MALFORMED, "the language \"%s\" is there twice", t->language);
    b->count++;
    return get_texts(t, item, err);
}

enum ud_status
ud_wire_branding_decode(struct ud_branding *out, const void *body, size_t length, struct ud_error *err)
{
    struct ud_json *doc = NULL;
    const struct ud_json *list;
    enum ud_status st;

    memset(out, 0, sizeof(*out));
    if ((st = ud_json_parse(&doc, body, length, err)) != UD_OK)
        return st;
    out->count = 1;
    if (ud_json_kind(doc) != UD_JSON_IS_OBJECT)
        st = ud_error_set(err, UD_MALFORMED, "the file holds no JSON object");
    else
        st = get_texts(&out->texts[0], doc, err);
    list = ud_json_member(doc, "languages");
    if (st == UD_OK && list != NULL && ud_json_kind(list) != UD_JSON_IS_ARRAY)
        st = ud_error_set(err, UD_MALFORMED, "the member \"languages\" is no list");
    for (const struct ud_json *item = ud_json_first(list); item != NULL && st == UD_OK; item = ud_json_after(item))
        st = get_language(out, item, err);
    ud_json_free(&doc);
    return st;
}

static void
write_texts(struct ud_json_writer *w, const struct ud_branding_texts *t)
{
    ud_json_write_text_or_null(w, "company", t->company);
    ud_json_write_text_or_null(w, "helpdesk_text", t->helpdesk_text);
    ud_json_write_text_or_null(w, "helpdesk_url", t->helpdesk_url);
}

void
ud_wire_branding_write(struct ud_json_writer *w, const struct ud_branding *b)
{
    static const struct ud_branding_texts none;

    ud_json_write_object(w, NULL);
    write_texts(w, b->count > 0 ? &b->texts[0] : &none);
    ud_json_write_array(w, "languages");
    for (size_t i = 1; i < b->count; i++) {
        ud_json_write_object(w, NULL);
        ud_json_write_text(w, "language", b->texts[i].language);
        write_texts(w, &b->texts[i]);
        ud_json_write_object_end(w);
    }
    ud_json_write_array_end(w);
    ud_json_write_object_end(w);
}

enum ud_status
ud_wire_branding_texts_decode(struct ud_branding_texts *out, const void *body, size_t length, struct ud_error *err)
{
    struct ud_json *doc = NULL;
    enum ud_status st;

    memset(out, 0, sizeof(*out));
    if ((st = ud_json_parse(&doc, body, length, err)) != UD_OK)
        return st;
    st = get_whole(out->language, sizeof(out->language), doc, "lang", err);
    if (st == UD_OK)
        st = get_texts(out, doc, err);
    ud_json_free(&doc);
    return st;
}

void
ud_wire_branding_texts_write(struct ud_json_writer *w, const struct ud_branding_texts *t)
{
    ud_json_write_object(w, NULL);
    ud_json_write_text(w, "lang", t->language);
    write_texts(w, t);
    ud_json_write_object_end(w);
}
