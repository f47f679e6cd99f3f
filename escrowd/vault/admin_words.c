/* Administrators' commands on the site's own words: notices, name and helpdesk. */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/text.h"
#include "escrowd/vault/shared.h"
#include "wire/branding.h"
#include "wire/escrow.h"

/* --- notices --------------------------------------------------------------------------------------------------------- */

enum ud_status
ud_admin_notice_put(struct ud_store *s, bool self_service, const char *language, const char *text, struct ud_error *err)
{
    const struct ud_bytes part[] = { { text, strlen(text) } };
    unsigned char hash[UD_HASH_SIZE];
    char hex[2 * UD_HASH_SIZE + 1];

    ud_hash(hash, part, 1);
    ud_hex_encode(hex, hash, sizeof(hash));
    struct ud_store_notice n = {
        .audience = self_service ? UD_NOTICE_SELF_SERVICE : UD_NOTICE_STAFF, .language = language, .text = text, .hash = hex
    };
    return ud_store_notice_put(s, &n, err);
}

/* Lines stay lines; each one is cleaned. */
static enum ud_status
clean_notice(char *out, size_t size, const struct ud_buf *text, struct ud_error *err)
{
    size_t used = 0;

    if (text->length == 0)
        return ud_error_set(err, UD_INVALID, "The notice is empty");
    for (const char *line = text->data, *end; line < text->data + text->length; line = end + 1) {
        end = strchr(line, '\n');
        if (end == NULL)
            end = text->data + text->length;
        (void)ud_text_clean(out + used, size - used, line, (size_t)(end - line));
        used += strlen(out + used);
        if (used + 2 >= size)
            return ud_error_set(err, UD_INVALID, "The notice is longer than %zu bytes", size - 2);
        out[used++] = '\n';
        out[used] = '\0';
    }
    while (used > 0 && out[used - 1] == '\n')
        out[--used] = '\0';
    return UD_OK;
}

enum ud_status
ud_admin_notice(struct ud_admin *a, bool self_service, const char *language, const char *file, struct ud_error *err)
{
    char clean[UD_WIRE_NOTICE_MAX];
    struct ud_buf text;
    enum ud_status st;

    if (!ud_langtag_valid(language))
        return ud_error_set(err, UD_USAGE, "A language is written like nl or pt-BR; \"default\" is for all others");
    ud_buf_init(&text, sizeof(clean));
    if ((st = ud_file_read(&text, file, text.max, err)) == UD_OK)
        st = clean_notice(clean, sizeof(clean), &text, err);
    ud_buf_free(&text);
    if (st != UD_OK || (st = ud_change_begin(&a->context, err)) != UD_OK)
        return st;
    if ((st = ud_admin_notices_give_way(a->context.store, self_service, err)) == UD_OK &&
        (st = ud_admin_notice_put(a->context.store, self_service, language, clean, err)) == UD_OK)
        st = ud_admin_note(a, self_service ? "notice-self-service" : "notice", language, err);
    return ud_admin_end(a, st, err);
}

enum ud_status
ud_admin_notice_remove(struct ud_admin *a, bool self_service, const char *language, struct ud_error *err)
{
    enum ud_status st = ud_change_begin(&a->context, err);

    if (st != UD_OK)
        return st;
    st = ud_store_notice_drop(a->context.store, self_service ? UD_NOTICE_SELF_SERVICE : UD_NOTICE_STAFF, language, err);
    if (st == UD_NOTFOUND)
        st = ud_error_set(err, UD_NOTFOUND, "There is no notice in the language \"%.20s\"", language);
    if (st == UD_OK)
        st = ud_admin_notices_give_way(a->context.store, self_service, err);
    if (st == UD_OK)
        st = ud_admin_note(a, "notice-removed", language, err);
    return ud_admin_end(a, st, err);
}

/* --- name and helpdesk ----------------------------------------------------------------------------------------------- */

enum ud_status
ud_admin_branding_show(struct ud_admin *a, struct ud_buf *out, struct ud_error *err)
{
    struct ud_branding none = { .count = 1 };
    struct ud_json_writer w;
    char *json = ud_xcalloc(1, UD_SECRET_MAX);
    size_t length = 0;
    enum ud_status st = ud_store_meta_get(a->context.store, json, UD_SECRET_MAX, &length, "branding", err);

    if (st == UD_OK) {
        ud_buf_append(out, json, length);
    } else if (st == UD_NOTFOUND) { /* a file to start from */
        ud_json_writer_init(&w, out);
        ud_wire_branding_write(&w, &none);
        st = UD_OK;
    }
    free(json);
    return st;
}

static enum ud_status
put_branding(struct ud_admin *a, const struct ud_branding *b, struct ud_error *err)
{
    struct ud_json_writer w;
    struct ud_buf json;
    enum ud_status st;

    ud_buf_init(&json, (size_t)32 * 1024);
    ud_json_writer_init(&w, &json);
    ud_wire_branding_write(&w, b);
    if ((st = ud_buf_status(&json, err)) == UD_OK && (st = ud_change_begin(&a->context, err)) == UD_OK) {
        if ((st = ud_store_meta_put(a->context.store, "branding", json.data, json.length, err)) == UD_OK)
            st = ud_admin_note(a, "branding", b->texts[0].company, err);
        st = ud_admin_end(a, st, err);
    }
    ud_buf_free(&json);
    return st;
}

enum ud_status
ud_admin_branding(struct ud_admin *a, const char *file, bool apply, struct ud_error *err)
{
    struct ud_branding b;
    struct ud_buf text;
    enum ud_status st;

    ud_buf_init(&text, (size_t)32 * 1024);
    if ((st = ud_file_read(&text, file, text.max, err)) == UD_OK)
        st = ud_wire_branding_decode(&b, text.data == NULL ? "" : text.data, text.length, err);
    ud_buf_free(&text);
    if (st == UD_MALFORMED) {
        err->status = UD_INVALID;
        st = ud_error_hint(err, "The file holds one JSON object; escrowd branding show prints one to start from.");
    }
    return st != UD_OK || !apply ? st : put_branding(a, &b, err);
}
