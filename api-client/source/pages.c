/* One page after the other: streamed into the pull reader, its next link checked against the origin, loops and floods found. */
#include "source/pages.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "domain/fleet.h"

#define PAGES_MAX 20000 /* of 1000 records: ten times the largest fleet */
#define EMPTY_MAX 50    /* pages without a record, one after the other */

struct ud_pager {
    struct ud_page_list list;
    char path[UD_SOURCE_PATH_MAX]; /* of the page under way */
    char first[UD_SOURCE_PATH_MAX];
    bool resumed; /* the page under way is the one we were to go on from */
    struct ud_wire_device_page *devices;
    struct ud_wire_key_page *keys;
    uint64_t done, total;
    unsigned pages, empty;
};

void
ud_pager_free(struct ud_pager **pp)
{
    struct ud_pager *p = *pp;

    if (p == NULL)
        return;
    ud_wire_device_page_free(&p->devices);
    ud_wire_key_page_free(&p->keys);
    free(p);
    *pp = NULL;
}

static void fetch(struct ud_source_call *c);

static enum ud_http_flow
on_data(const void *bytes, size_t length, struct ud_error *err, void *arg)
{
    struct ud_source_call *c = arg;
    struct ud_pager *p = c->pager;
    enum ud_status st;

    if (!ud_source_has_room(c))
        return UD_HTTP_PAUSE;
    st = p->list.devices ? ud_wire_device_page_feed(p->devices, bytes, length, err)
                         : ud_wire_key_page_feed(p->keys, bytes, length, err);
    return st == UD_OK ? UD_HTTP_TAKEN : UD_HTTP_ABORT;
}

static void
flood(struct ud_source_call *c)
{
    struct ud_error e;

    ud_error_set(&e, UD_MALFORMED, "%s sends pages without an end; the list was not finished", c->source->site.host);
    ud_error_hint(&e, "Tell whoever runs the service");
    ud_source_fail(c, &e);
}

/* The next link must lead on: same origin, not this page again, not for ever. */
static void
go_on(struct ud_source_call *c, const char *next)
{
    struct ud_pager *p = c->pager;
    char path[UD_SOURCE_PATH_MAX];
    struct ud_error e;

    if (ud_http_origin_path(path, sizeof(path), &c->source->site, next, &e) != UD_OK) {
        ud_source_fail(c, &e);
        return;
    }
    if (strcmp(path, p->path) == 0 || ++p->pages >= PAGES_MAX || p->empty >= EMPTY_MAX || p->done > UD_FLEET_MAX * 2ull) {
        flood(c);
        return;
    }
    (void)ud_copy(p->path, sizeof(p->path), path);
    fetch(c);
}

/* Graph counts one page only, escrowd the whole list: a count that is no more than this page is believed at the end of the list alone. */
static void
take_count(struct ud_pager *p, const struct ud_wire_page_info *info)
{
    bool last = info->next[0] == '\0';

    if (info->has_count && (last || info->count > info->records + info->skipped) && info->count > p->total)
        p->total = info->count;
    if (p->done > p->total && p->total > 0)
        p->total = p->done;
}

static void
on_page(struct ud_source_call *c, struct ud_http_reply *r)
{
    struct ud_pager *p = c->pager;
    const struct ud_wire_page_info *info;
    char next[UD_WIRE_LINK_MAX];
    struct ud_error e;
    enum ud_status st;

    (void)r;
    st = p->list.devices ? ud_wire_device_page_finish(p->devices, &info, &e) : ud_wire_key_page_finish(p->keys, &info, &e);
    if (st != UD_OK) {
        ud_source_fail(c, &e);
        return;
    }
    p->done += info->records;
    p->empty = info->records + info->skipped == 0 ? p->empty + 1 : 0;
    take_count(p, info);
    if (p->list.other != NULL && info->has_count && info->count > c->hits)
        c->hits = info->count > UINT32_MAX ? UINT32_MAX : (uint32_t)info->count; /* matches the service does not tell of */
    (void)ud_copy(next, sizeof(next), info->next);
    if (!p->list.quiet && c->sink->progress != NULL)
        c->sink->progress(p->list.phase, p->done, p->total, next, c->arg);
    if (next[0] != '\0') {
        go_on(c, next);
        return;
    }
    void (*then)(struct ud_source_call *) = p->list.then;
    ud_pager_free(&c->pager);
    then(c);
}

static bool
is_refusal(const struct ud_http_reply *r, long a, long b, long d)
{
    return r->status == UD_OK && (r->code == a || r->code == b || r->code == d);
}

static void
on_any(struct ud_source_call *c, struct ud_http_reply *r)
{
    struct ud_pager *p = c->pager;
    struct ud_error e;

    if (r->status == UD_OK && r->code == 200 && r->json) {
        on_page(c, r);
    } else if (r->status == UD_OK && r->code == 200) {
        ud_error_set(&e, UD_MALFORMED, "Unexpected reply from %s", r->host);
        ud_source_fail(c, &e);
    } else if (p->resumed && is_refusal(r, 400, 404, 410)) {
        p->resumed = false;
        (void)ud_copy(p->path, sizeof(p->path), p->first);
        fetch(c);
    } else if (p->list.optional && is_refusal(r, 400, 403, 404)) {
        void (*then)(struct ud_source_call *) = p->list.then;
        ud_pager_free(&c->pager);
        then(c);
    } else {
        ud_source_fail_reply(c, r);
    }
}

static void
fetch(struct ud_source_call *c)
{
    struct ud_pager *p = c->pager;

    if (p->list.devices)
        ud_wire_device_page_reset(p->devices);
    else
        ud_wire_key_page_reset(p->keys);
    ud_source_send(c, &(struct ud_source_step){
                          .kind = UD_HTTP_LIST,
                          .retry = UD_HTTP_READ,
                          .every = true,
                          .path = p->path,
                          .headers = p->list.headers,
                          .on_data = on_data,
                          .then = on_any,
                      });
}

void
ud_pages_fetch(struct ud_source_call *c, const struct ud_page_list *list)
{
    struct ud_pager *p = ud_xcalloc(1, sizeof(*p));
    struct ud_error e;
    enum ud_status st;

    ud_pager_free(&c->pager);
    c->pager = p;
    p->list = *list;
    p->resumed = list->resume != NULL;
    if (!ud_copy(p->first, sizeof(p->first), list->path) ||
        !ud_copy(p->path, sizeof(p->path), p->resumed ? list->resume : list->path)) {
        ud_source_refuse(c, UD_INVALID, N_("What is asked for is too long"), "");
        return;
    }
    p->list.path = p->list.resume = NULL; /* they belong to the caller */
    st = list->devices ? ud_wire_device_page_new(&p->devices, list->device, c, &e)
                       : ud_wire_key_page_new(&p->keys, list->dialect, list->key, list->other, c, &e);
    if (st != UD_OK)
        ud_source_fail(c, &e);
    else
        fetch(c);
}

/* --- records ---------------------------------------------------------------------------------------------------------------- */

enum ud_status
ud_pages_emit_device(const struct ud_device *d, struct ud_error *err, void *call)
{
    struct ud_source_call *c = call;
    struct ud_device device = *d;

    device.source = c->source->set->index;
    c->hits++;
    return c->sink->device(&device, err, c->arg);
}

enum ud_status
ud_pages_emit_key(const struct ud_key *k, const struct ud_device *d, struct ud_error *err, void *call)
{
    struct ud_source_call *c = call;
    struct ud_key key = *k;

    (void)d;
    key.source = c->source->set->index;
    return c->sink->key(&key, err, c->arg);
}

enum ud_status
ud_pages_emit_found(const struct ud_key *k, const struct ud_device *d, struct ud_error *err, void *call)
{
    struct ud_source_call *c = call;
    struct ud_key key = *k;
    struct ud_device device;

    key.source = c->source->set->index;
    c->hits++;
    if (d == NULL)
        return c->sink->found(&key, NULL, err, c->arg);
    device = *d;
    device.source = key.source;
    return c->sink->found(&key, &device, err, c->arg);
}

enum ud_status
ud_pages_emit_other(const struct ud_wire_other *other, struct ud_error *err, void *call)
{
    struct ud_source_call *c = call;

    return c->sink->other == NULL ? UD_OK : c->sink->other(&other->id, other->kind, other->device_name, err, c->arg);
}

bool
ud_pages_device_filter(char *out, size_t size, const struct ud_source *s, const char *field, const char *value)
{
    char quoted[2 * UD_NAME_MAX + 32];
    size_t n = (size_t)snprintf(quoted, sizeof(quoted), "%s eq '", field);

    for (const char *c = value; *c != '\0'; c++) {
        if (n + 4 > sizeof(quoted))
            return false;
        quoted[n++] = *c;
        if (*c == '\'')
            quoted[n++] = '\''; /* OData doubles it */
    }
    quoted[n++] = '\'';
    quoted[n] = '\0';
    n = (size_t)snprintf(out, size, "%s/v1.0/deviceManagement/managedDevices?" UD_DEVICE_SELECT "&$filter=", s->site_path);
    return n < size && ud_http_escape(out, size, quoted);
}
