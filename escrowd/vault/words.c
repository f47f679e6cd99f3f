/* The site's own words: the notices that must be accepted, and the name and helpdesk that pages show. */
#include <stdlib.h>
#include <string.h>

#include "escrowd/vault/state.h"
#include "wire/branding.h"

#define BRANDING_MAX ((size_t)32 * 1024)

void
ud_words_forget(struct ud_vault *v)
{
    for (size_t i = 0; i < v->notice_count; i++)
        free(v->notices[i].text);
    free(v->notices);
    v->notices = NULL;
    v->notice_count = 0;
}

static void
take_notice(const struct ud_store_notice *stored, void *arg)
{
    struct ud_vault *v = arg;

    v->notices = ud_xrealloc(v->notices, v->notice_count + 1, sizeof(*v->notices));
    struct ud_notice *n = &v->notices[v->notice_count++];
    n->self_service = strcmp(stored->audience, UD_NOTICE_SELF_SERVICE) == 0;
    (void)ud_copy(n->language, sizeof(n->language), strcmp(stored->language, "default") == 0 ? "" : stored->language);
    (void)ud_copy(n->hash, sizeof(n->hash), stored->hash);
    n->text = ud_xstrdup(stored->text);
}

static enum ud_status
load_branding(struct ud_vault *v, struct ud_error *err)
{
    char *json = ud_xcalloc(1, BRANDING_MAX);
    size_t length = 0;
    enum ud_status st = ud_store_meta_get(v->read, json, BRANDING_MAX, &length, "branding", err);

    memset(&v->branding, 0, sizeof(v->branding));
    if (st == UD_OK)
        st = ud_wire_branding_decode(&v->branding, json, length, err);
    free(json);
    if (st != UD_OK && st != UD_NOTFOUND)
        return st;
    if (v->branding.count == 0)
        v->branding.count = 1;
    if (v->branding.texts[0].company[0] == '\0')
        (void)ud_copy(v->branding.texts[0].company, sizeof(v->branding.texts[0].company), v->config.name);
    return UD_OK;
}

enum ud_status
ud_words_load(struct ud_vault *v, struct ud_error *err)
{
    enum ud_status st;

    ud_words_forget(v);
    if ((st = load_branding(v, err)) != UD_OK)
        return st;
    return ud_store_notices(v->read, take_notice, v, err);
}

static const struct ud_notice *
notice_in(const struct ud_vault *v, bool self_service, const char *language)
{
    for (size_t i = 0; i < v->notice_count; i++)
        if (v->notices[i].self_service == self_service && ud_langtag_same(v->notices[i].language, language))
            return &v->notices[i];
    return NULL;
}

static bool
has_notices(const struct ud_vault *v, bool self_service)
{
    for (size_t i = 0; i < v->notice_count; i++)
        if (v->notices[i].self_service == self_service)
            return true;
    return false;
}

enum ud_status
ud_words_notice(struct ud_vault *v, enum ud_role role, const char *language, struct ud_vault_reply *reply)
{
    bool self_service = role == UD_ROLE_USER;
    char wanted[UD_LANGTAG_MAX];

    reply->name = reply->text = reply->hash = "";
    if (!has_notices(v, self_service) || (self_service && !v->policy.self_service_notice))
        return UD_NOTFOUND;
    (void)ud_copy(wanted, sizeof(wanted), language);
    do {
        const struct ud_notice *n = notice_in(v, self_service, wanted);
        if (n == NULL)
            continue;
        reply->name = n->language[0] != '\0' ? n->language : "default";
        reply->text = n->text;
        reply->hash = n->hash;
        break;
    } while (ud_langtag_wider(wanted));
    return UD_OK;
}

void
ud_do_branding(struct ud_vault *v, struct ud_vault_request *r)
{
    struct ud_vault_reply *reply = ud_reply_new(r);
    struct ud_branding_texts texts;
    struct ud_json_writer w;
    struct ud_buf json;

    ud_branding_pick(&texts, &v->branding, r->name);
    if (texts.language[0] == '\0')
        (void)ud_copy(texts.language, sizeof(texts.language), "default");
    ud_buf_init(&json, 8192);
    ud_json_writer_init(&w, &json);
    ud_wire_branding_texts_write(&w, &texts);
    reply->text = ud_arena_text(&reply->frame, json.data);
    ud_buf_free(&json);
    ud_vault_send(v, r, reply);
}
