/* The two sorts of pages, devices and keys, and what callers see of them. */
#include "wire/page_state.h"

#include <stdlib.h>

/* The public types are the same thing under two names, so that one cannot be taken for the other. */
struct ud_wire_device_page {
    struct page p;
};
struct ud_wire_key_page {
    struct page p;
};

/* --- the two sorts ------------------------------------------------------------------------------------------------------- */

static void
device_begin(struct page *p)
{
    ud_wire_device_record_begin(&p->device);
}

static bool
device_name(struct page *p, const struct ud_json_text *name)
{
    return ud_wire_device_record_name(&p->device, name);
}

static void
device_value(struct page *p, enum ud_json_token token, const struct ud_json_text *text)
{
    ud_wire_device_record_value(&p->device, token, text);
}

static bool
device_complete(struct page *p)
{
    return ud_wire_device_record_end(&p->device);
}

static enum ud_status
device_deliver(struct page *p, struct ud_error *err)
{
    return p->each_device(&p->device.d, err, p->arg);
}

static const struct shape device_shape = { device_begin, device_name, device_value, device_complete, device_deliver };

static void
key_begin(struct page *p)
{
    ud_wire_key_record_begin(&p->key, p->dialect);
    p->has_device = false;
}

static bool
key_name(struct page *p, const struct ud_json_text *name)
{
    p->device_next = p->dialect == UD_WIRE_KEYS_ESCROW && ud_json_text_is(name, "device");
    return p->device_next || ud_wire_key_record_name(&p->key, name);
}

static void
key_value(struct page *p, enum ud_json_token token, const struct ud_json_text *text)
{
    if (p->device_next)
        p->key.bad = p->key.bad || token != UD_JSON_NULL;
    else
        ud_wire_key_record_value(&p->key, token, text);
}

static bool
key_complete(struct page *p)
{
    if (p->has_device && ud_guid_is_zero(&p->key.k.device))
        p->key.k.device = p->device.d.id;
    return ud_wire_key_record_end(&p->key);
}

static enum ud_status
key_deliver(struct page *p, struct ud_error *err)
{
    return p->each_key(&p->key.k, p->has_device ? &p->device.d : NULL, err, p->arg);
}

static const struct shape key_shape = { key_begin, key_name, key_value, key_complete, key_deliver };

/* --- devices ------------------------------------------------------------------------------------------------------------- */

enum ud_status
ud_wire_device_page_new(struct ud_wire_device_page **out, ud_wire_device_each each, void *arg, struct ud_error *err)
{
    struct ud_wire_device_page *page = calloc(1, sizeof(*page));

    *out = NULL;
    if (page == NULL)
        return ud_error_set(err, UD_NOMEM, "no memory for reading a list");
    page->p.each_device = each;
    enum ud_status st = ud_wire_page_init(&page->p, &device_shape, arg, err);
    if (st != UD_OK)
        free(page);
    else
        *out = page;
    return st;
}

void
ud_wire_device_page_free(struct ud_wire_device_page **p)
{
    if (p == NULL || *p == NULL)
        return;
    ud_json_reader_free(&(*p)->p.reader);
    free(*p);
    *p = NULL;
}

void
ud_wire_device_page_reset(struct ud_wire_device_page *p)
{
    ud_wire_page_reset(&p->p);
}

enum ud_status
ud_wire_device_page_feed(struct ud_wire_device_page *p, const void *bytes, size_t length, struct ud_error *err)
{
    return ud_wire_page_feed(&p->p, bytes, length, err);
}

enum ud_status
ud_wire_device_page_finish(struct ud_wire_device_page *p, const struct ud_wire_page_info **info, struct ud_error *err)
{
    return ud_wire_page_finish(&p->p, info, err);
}

/* --- keys ---------------------------------------------------------------------------------------------------------------- */

enum ud_status
ud_wire_key_page_new(struct ud_wire_key_page **out, enum ud_wire_keys dialect, ud_wire_key_each each, ud_wire_other_each other,
    void *arg, struct ud_error *err)
{
    struct ud_wire_key_page *page = calloc(1, sizeof(*page));

    *out = NULL;
    if (page == NULL)
        return ud_error_set(err, UD_NOMEM, "no memory for reading a list");
    page->p.each_key = each;
    page->p.each_other = other;
    page->p.dialect = dialect;
    enum ud_status st = ud_wire_page_init(&page->p, &key_shape, arg, err);
    if (st != UD_OK)
        free(page);
    else
        *out = page;
    return st;
}

void
ud_wire_key_page_free(struct ud_wire_key_page **p)
{
    if (p == NULL || *p == NULL)
        return;
    ud_json_reader_free(&(*p)->p.reader);
    free(*p);
    *p = NULL;
}

void
ud_wire_key_page_reset(struct ud_wire_key_page *p)
{
    ud_wire_page_reset(&p->p);
}

enum ud_status
ud_wire_key_page_feed(struct ud_wire_key_page *p, const void *bytes, size_t length, struct ud_error *err)
{
    return ud_wire_page_feed(&p->p, bytes, length, err);
}

enum ud_status
ud_wire_key_page_finish(struct ud_wire_key_page *p, const struct ud_wire_page_info **info, struct ud_error *err)
{
    return ud_wire_page_finish(&p->p, info, err);
}
