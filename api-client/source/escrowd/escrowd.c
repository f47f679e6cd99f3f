/* escrowd: Graph's dialect for sign-in and devices, and /escrow/v1 for what Graph lacks: policy, notice, keys of every kind, search by prefix. */
#include "source/graph/graph.h"

#include <stdio.h>
#include <string.h>

#include "source/escrowd/escrowd.h"
#include "wire/branding.h"

/* --- where things are --------------------------------------------------------------------------------------------------------- */

/* Both addresses must be ours: a service does not get to send our tokens elsewhere. */
static bool
is_here(const struct ud_source *s, char *path, size_t size, const char *url, struct ud_error *err)
{
    char link[UD_WIRE_URL_MAX + 2];

    if (strncmp(url, s->site.text, strlen(s->site.text)) == 0 && url[strlen(s->site.text)] == '\0') {
        path[0] = '\0';
        return true;
    }
    (void)ud_copy(link, sizeof(link), url);
    return ud_http_origin_path(path, size, &s->site, link, err) == UD_OK;
}

static void
on_well_known(struct ud_source_call *c, struct ud_http_reply *r)
{
    struct ud_source *s = c->source;
    struct ud_wire_well_known k;
    char graph[UD_HTTP_URL_MAX], authority[UD_HTTP_URL_MAX];
    struct ud_error e;

    if (ud_wire_well_known_decode(&k, r->body, r->length, &e) != UD_OK ||
        !is_here(s, authority, sizeof(authority), k.authority, &e) || !is_here(s, graph, sizeof(graph), k.graph, &e)) {
        ud_source_fail(c, &e);
        return;
    }
    (void)ud_copy(s->authority_path, sizeof(s->authority_path), authority);
    (void)ud_copy(
        s->session.client_id, sizeof(s->session.client_id), s->set->client_id[0] != '\0' ? s->set->client_id : k.client_id);
    s->training = k.training;
    s->can = k.capabilities;
    c->prepared(c);
}

static void
escrowd_prepare(struct ud_source_call *c, void (*then)(struct ud_source_call *c))
{
    char path[UD_SOURCE_PATH_MAX];

    c->prepared = then;
    snprintf(path, sizeof(path), "%s/.well-known/escrow", c->source->site_path);
    ud_source_send(c, &(struct ud_source_step){
                          .kind = UD_HTTP_SMALL, .retry = UD_HTTP_READ, .open = true, .path = path, .then = on_well_known });
}

static void
on_signed_out(struct ud_source_call *c, struct ud_http_reply *r)
{
    ud_session_clear(c->source); /* ours are gone, whatever the service said */
    if (r->status == UD_OK && (r->code < 300 || r->code == 401))
        ud_source_done(c);
    else
        ud_source_fail_reply(c, r);
}

static void
escrowd_sign_out(struct ud_source_call *c)
{
    char path[UD_SOURCE_PATH_MAX];

    if (!ud_source_is_signed_in(c->source)) {
        ud_source_done(c);
        return;
    }
    snprintf(path, sizeof(path), "%s/escrow/v1/sign-out", c->source->site_path);
    ud_source_send(
        c, &(struct ud_source_step){
               .kind = UD_HTTP_SMALL, .retry = UD_HTTP_ONCE, .post = true, .every = true, .path = path, .then = on_signed_out });
}

/* --- policy and notice ----------------------------------------------------------------------------------------------------------- */

static void
on_policy(struct ud_source_call *c, struct ud_http_reply *r)
{
    struct ud_policy p;
    struct ud_error e;

    ud_policy_default(&p, c->source->training ? UD_PROFILE_TRAINING : UD_PROFILE_WORKSTATION);
    if (ud_wire_policy_decode(&p, NULL, r->body, r->length, &e) != UD_OK) {
        ud_source_fail(c, &e);
        return;
    }
    p.training = p.training || c->source->training;
    c->sink->policy(&p, c->arg);
    ud_source_done(c);
}

static void
escrowd_policy(struct ud_source_call *c)
{
    char path[UD_SOURCE_PATH_MAX];

    if ((c->source->can & UD_WIRE_CAN_POLICY) == 0) {
        ud_source_done(c);
        return;
    }
    snprintf(path, sizeof(path), "%s/escrow/v1/policy", c->source->site_path);
    ud_source_send(c, &(struct ud_source_step){ .kind = UD_HTTP_SMALL, .retry = UD_HTTP_READ, .path = path, .then = on_policy });
}

static void
on_notice(struct ud_source_call *c, struct ud_http_reply *r)
{
    struct ud_wire_notice *n;
    struct ud_error e;

    if (r->status == UD_OK && r->code == 404) { /* none has been set */
        ud_source_done(c);
        return;
    }
    if (r->status != UD_OK || r->code != 200) {
        ud_source_fail_reply(c, r);
        return;
    }
    n = ud_source_state(c, sizeof(*n), NULL);
    if (ud_wire_notice_decode(n, r->body, r->length, &e) != UD_OK) {
        ud_source_fail(c, &e);
        return;
    }
    c->sink->notice(n->language, n->text, n->hash, c->arg);
    ud_source_done(c);
}

static void
escrowd_notice(struct ud_source_call *c, const char *language)
{
    char path[UD_SOURCE_PATH_MAX];

    snprintf(path, sizeof(path), "%s/escrow/v1/notice?lang=", c->source->site_path);
    if ((c->source->can & UD_WIRE_CAN_NOTICE) == 0 || !ud_http_escape(path, sizeof(path), language)) {
        ud_source_done(c);
        return;
    }
    ud_source_send(c,
        &(struct ud_source_step){ .kind = UD_HTTP_SMALL, .retry = UD_HTTP_READ, .every = true, .path = path, .then = on_notice });
}

/* --- name and helpdesk --------------------------------------------------------------------------------------------------------- */

struct branding {
    char language[UD_LANGTAG_MAX];
};

static void
on_branding(struct ud_source_call *c, struct ud_http_reply *r)
{
    struct ud_branding_texts texts;
    struct ud_error e;

    if (ud_wire_branding_texts_decode(&texts, r->body, r->length, &e) != UD_OK) {
        ud_source_fail(c, &e);
        return;
    }
    c->sink->branding(&texts, c->arg);
    ud_source_done(c);
}

/* The service has said what it can do. */
static void
ask_branding(struct ud_source_call *c)
{
    const struct branding *b = c->state;
    char path[UD_SOURCE_PATH_MAX];

    snprintf(path, sizeof(path), "%s/escrow/v1/branding?lang=", c->source->site_path);
    if ((c->source->can & UD_WIRE_CAN_BRANDING) == 0 || !ud_http_escape(path, sizeof(path), b->language)) {
        ud_source_done(c);
        return;
    }
    ud_source_send(c, &(struct ud_source_step){
                          .kind = UD_HTTP_SMALL, .retry = UD_HTTP_READ, .open = true, .path = path, .then = on_branding });
}

static void
escrowd_branding(struct ud_source_call *c, const char *language)
{
    struct branding *b = ud_source_state(c, sizeof(*b), NULL);

    (void)ud_copy(b->language, sizeof(b->language), language);
    escrowd_prepare(c, ask_branding);
}

/* --- lists and look-ups ----------------------------------------------------------------------------------------------------------- */

static void
fetch_keys(struct ud_source_call *c, const char *resume_path)
{
    char path[UD_SOURCE_PATH_MAX];

    snprintf(path, sizeof(path), "%s/escrow/v1/keys?$top=1000", c->source->site_path);
    ud_pages_fetch(c, &(struct ud_page_list){
                          .phase = UD_SOURCE_KEYS,
                          .dialect = UD_WIRE_KEYS_ESCROW,
                          .path = path,
                          .resume = resume_path,
                          .key = ud_pages_emit_key,
                          .then = ud_source_done,
                      });
}

static void
keys_next(struct ud_source_call *c)
{
    fetch_keys(c, NULL);
}

static void
escrowd_sync(struct ud_source_call *c, const char *resume)
{
    char path[UD_SOURCE_PATH_MAX];

    if (resume[0] == '\0' || ud_http_origin_path(path, sizeof(path), &c->source->site, resume, NULL) != UD_OK)
        ud_graph_devices(c, NULL, keys_next, false);
    else if (strstr(path, "/managedDevices") != NULL)
        ud_graph_devices(c, path, keys_next, false);
    else
        fetch_keys(c, path);
}

static void
escrowd_find(struct ud_source_call *c, const struct ud_keyid_prefix *prefix)
{
    char path[UD_SOURCE_PATH_MAX], digits[2 * sizeof(prefix->value.byte) + 1];

    if ((c->source->can & UD_WIRE_CAN_FIND) == 0) {
        ud_graph_find(c, prefix);
        return;
    }
    for (size_t i = 0; i < sizeof(prefix->value.byte); i++)
        snprintf(digits + 2 * i, 3, "%02x", prefix->value.byte[i]);
    digits[prefix->digits <= 32 ? prefix->digits : 32] = '\0';
    snprintf(path, sizeof(path), "%s/escrow/v1/keys?prefix=%s", c->source->site_path, digits);
    ud_pages_fetch(c, &(struct ud_page_list){
                          .dialect = UD_WIRE_KEYS_ESCROW,
                          .quiet = true,
                          .path = path,
                          .key = ud_pages_emit_found,
                          .other = ud_pages_emit_other,
                          .then = ud_source_done,
                      });
}

static void
escrowd_keys(struct ud_source_call *c, const struct ud_source_device *device)
{
    char path[UD_SOURCE_PATH_MAX];

    ud_graph_path(path, sizeof(path), c->source, "/escrow/v1/devices/", &device->device, "/keys");
    ud_pages_fetch(c, &(struct ud_page_list){
                          .dialect = UD_WIRE_KEYS_ESCROW,
                          .quiet = true,
                          .path = path,
                          .key = ud_pages_emit_key,
                          .then = ud_source_done,
                      });
}

const struct ud_source_ops ud_source_escrowd = {
    .prepare = escrowd_prepare,
    .sign_out = escrowd_sign_out,
    .policy = escrowd_policy,
    .notice = escrowd_notice,
    .branding = escrowd_branding,
    .sync = escrowd_sync,
    .find = escrowd_find,
    .ask = ud_graph_ask,
    .keys = escrowd_keys,
    .reveal = ud_escrowd_reveal,
    .rotate = ud_escrowd_rotate,
    .rotation = ud_escrowd_rotation,
    .outcome = ud_escrowd_outcome,
    .report = ud_escrowd_report,
    .approval = ud_escrowd_approval,
    .store = ud_escrowd_store,
    .store_state = ud_escrowd_store_state,
    .store_ask = ud_escrowd_store_ask,
    .store_requests = ud_escrowd_store_requests,
    .board = ud_escrowd_board,
    .deposit_key = ud_escrowd_deposit_key,
    .keep = ud_escrowd_keep,
    .package = ud_escrowd_package,
};
