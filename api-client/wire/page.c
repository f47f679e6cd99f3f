/* Pages: a small state machine over the reader's tokens, one record alive at a time. What differs between pages of devices and of keys is how
 * the members of a record are taken (struct shape, in page_open.c). */
#include "wire/page_state.h"

#include <string.h>

static bool
is_container(enum ud_json_token t)
{
    return t == UD_JSON_OBJECT || t == UD_JSON_ARRAY;
}

/* A value that is in the wrong place: what is inside is checked only. */
static void
pass_over(struct page *p, enum ud_json_token t)
{
    if (is_container(t))
        ud_json_reader_skip(p->reader);
}

static enum ud_status
malformed(struct ud_error *err, const char *what)
{
    return ud_error_set(err, UD_MALFORMED, "the list could not be understood: %s", what);
}

static enum ud_status
record_end(struct page *p, struct ud_error *err)
{
    if (!p->shape->complete(p)) {
        p->info.skipped++;
        return UD_OK;
    }
    p->info.records++;
    return p->shape->deliver(p, err);
}

static enum ud_status
take_next(struct page *p, enum ud_json_token t, const struct ud_json_text *text, struct ud_error *err)
{
    if (t == UD_JSON_NULL)
        return UD_OK;
    if (t != UD_JSON_STRING || !text->plain || text->length >= sizeof(p->info.next))
        return malformed(err, "its next link is not usable");
    memcpy(p->info.next, text->data, text->length);
    p->info.next[text->length] = '\0';
    return UD_OK;
}

static void
take_count(struct page *p, enum ud_json_token t, const struct ud_json_text *text)
{
    int64_t n;

    if (t != UD_JSON_NUMBER || !ud_json_text_int(&n, text) || n < 0)
        return;
    p->info.has_count = true;
    p->info.count = (uint64_t)n;
}

static enum ud_status
take_value(struct page *p, enum ud_json_token t, struct ud_error *err)
{
    p->value_seen = true;
    if (t == UD_JSON_ARRAY) {
        p->where = IN_LIST;
    } else if (t == UD_JSON_OBJECT) {
        p->where = IN_RECORD;
        p->wrapped = true;
        p->shape->begin(p);
    } else if (t != UD_JSON_NULL) {
        return malformed(err, "\"value\" is no list");
    }
    return UD_OK;
}

/* Names at the top: the page's own, else those of a record that is not wrapped. */
static void
top_name(struct page *p, const struct ud_json_text *name)
{
    p->device_next = false;
    if (ud_json_text_is(name, "value"))
        p->top = TOP_VALUE;
    else if (ud_json_text_is(name, "@odata.nextLink"))
        p->top = TOP_NEXT;
    else if (ud_json_text_is(name, "@odata.count"))
        p->top = TOP_COUNT;
    else if (p->each_other != NULL && ud_json_text_is(name, "other"))
        p->top = TOP_OTHER;
    else if (p->shape->name(p, name))
        p->top = TOP_OWN;
    else
        ud_json_reader_skip(p->reader);
}

/* The end of the outermost object: a record by itself, or a page that had a list. */
static enum ud_status
top_end(struct page *p, struct ud_error *err)
{
    p->over = true;
    if (p->value_seen || p->info.next[0] != '\0')
        return UD_OK;
    if (p->shape->complete(p))
        return record_end(p, err);
    return malformed(err, "there is neither a list nor a record in it");
}

/* A value that belongs to the record: opens `device`, or is taken, or is wrong. */
static void
record_value(struct page *p, enum ud_json_token t, const struct ud_json_text *text)
{
    if (p->device_next && t == UD_JSON_OBJECT) {
        p->where = IN_DEVICE;
        ud_wire_device_record_begin(&p->device);
        return;
    }
    p->shape->value(p, t, text);
    pass_over(p, t);
}

static enum ud_status
in_top(struct page *p, enum ud_json_token t, const struct ud_json_text *text, struct ud_error *err)
{
    if (t == UD_JSON_OBJECT_END)
        return top_end(p, err);
    if (t == UD_JSON_NAME) {
        top_name(p, text);
        return UD_OK;
    }
    switch (p->top) {
    case TOP_VALUE:
        return take_value(p, t, err);
    case TOP_NEXT:
        return take_next(p, t, text, err);
    case TOP_COUNT:
        take_count(p, t, text);
        pass_over(p, t);
        return UD_OK;
    case TOP_OTHER:
        if (t == UD_JSON_ARRAY)
            p->where = IN_OTHERS;
        else
            pass_over(p, t);
        return UD_OK;
    default:
        record_value(p, t, text);
        return UD_OK;
    }
}

static void
in_list(struct page *p, enum ud_json_token t)
{
    if (t == UD_JSON_ARRAY_END) {
        p->where = IN_TOP;
    } else if (t == UD_JSON_OBJECT) {
        p->where = IN_RECORD;
        p->shape->begin(p);
    } else {
        p->info.skipped++;
        pass_over(p, t);
    }
}

static enum ud_status
in_record(struct page *p, enum ud_json_token t, const struct ud_json_text *text, struct ud_error *err)
{
    if (t == UD_JSON_OBJECT_END) {
        p->where = p->wrapped ? IN_TOP : IN_LIST;
        p->wrapped = false;
        return record_end(p, err);
    }
    if (t != UD_JSON_NAME)
        record_value(p, t, text);
    else if (!p->shape->name(p, text))
        ud_json_reader_skip(p->reader);
    return UD_OK;
}

static void
in_device(struct page *p, enum ud_json_token t, const struct ud_json_text *text)
{
    if (t == UD_JSON_OBJECT_END) {
        p->has_device = ud_wire_device_record_end(&p->device);
        p->where = ud_json_reader_depth(p->reader) == 1 ? IN_TOP : IN_RECORD;
    } else if (t != UD_JSON_NAME) {
        ud_wire_device_record_value(&p->device, t, text);
        pass_over(p, t);
    } else if (!ud_wire_device_record_name(&p->device, text)) {
        ud_json_reader_skip(p->reader);
    }
}

static void
in_others(struct page *p, enum ud_json_token t)
{
    if (t == UD_JSON_ARRAY_END) {
        p->where = IN_TOP;
    } else if (t == UD_JSON_OBJECT) {
        p->where = IN_OTHER;
        ud_wire_key_record_begin(&p->other, UD_WIRE_KEYS_ESCROW);
    } else {
        p->info.skipped++;
        pass_over(p, t);
    }
}

static enum ud_status
in_other(struct page *p, enum ud_json_token t, const struct ud_json_text *text, struct ud_error *err)
{
    if (t == UD_JSON_OBJECT_END) {
        p->where = IN_OTHERS;
        if (ud_wire_key_record_end_other(&p->other))
            return p->each_other(&p->other.other, err, p->arg);
        p->info.skipped++;
    } else if (t != UD_JSON_NAME) {
        ud_wire_key_record_value(&p->other, t, text);
        pass_over(p, t);
    } else if (!ud_wire_key_record_name(&p->other, text)) {
        ud_json_reader_skip(p->reader);
    }
    return UD_OK;
}

static enum ud_status
take(struct page *p, enum ud_json_token t, const struct ud_json_text *text, struct ud_error *err)
{
    switch (p->where) {
    case IN_RECORD:
        return in_record(p, t, text, err);
    case IN_TOP:
        return in_top(p, t, text, err);
    case IN_LIST:
        in_list(p, t);
        return UD_OK;
    case IN_DEVICE:
        in_device(p, t, text);
        return UD_OK;
    case IN_OTHERS:
        in_others(p, t);
        return UD_OK;
    case IN_OTHER:
        return in_other(p, t, text, err);
    default:
        if (t != UD_JSON_OBJECT)
            return malformed(err, "it is no JSON object");
        p->where = IN_TOP;
        return UD_OK;
    }
}

/* Takes tokens until the reader wants more bytes, or the document is over. */
static enum ud_status
pump(struct page *p, enum ud_json_token until, struct ud_error *err)
{
    struct ud_json_text text = { "", 0, true };
    enum ud_json_token t;
    enum ud_status st = UD_OK;

    while (st == UD_OK && (t = ud_json_reader_next(p->reader, &text)) != until) {
        if (t == UD_JSON_ERROR)
            return ud_json_reader_error(p->reader, err);
        st = take(p, t, &text, err);
    }
    return st;
}

void
ud_wire_page_reset(struct page *p)
{
    ud_json_reader_reset(p->reader);
    memset(&p->info, 0, sizeof(p->info));
    p->bytes = 0;
    p->where = AT_START;
    p->top = TOP_NONE;
    p->value_seen = p->wrapped = p->device_next = p->has_device = p->over = false;
    p->shape->begin(p);
}

enum ud_status
ud_wire_page_feed(struct page *p, const void *bytes, size_t length, struct ud_error *err)
{
    if (length > UD_WIRE_PAGE_MAX - p->bytes)
        return malformed(err, "it is too large");
    p->bytes += length;
    if (length == 0)
        return UD_OK;
    ud_json_reader_feed(p->reader, bytes, length);
    return pump(p, UD_JSON_MORE, err);
}

enum ud_status
ud_wire_page_finish(struct page *p, const struct ud_wire_page_info **info, struct ud_error *err)
{
    ud_json_reader_finish(p->reader);
    enum ud_status st = pump(p, UD_JSON_END, err);
    *info = st == UD_OK ? &p->info : NULL;
    return st;
}

enum ud_status
ud_wire_page_init(struct page *p, const struct shape *shape, void *arg, struct ud_error *err)
{
    p->shape = shape;
    p->arg = arg;
    enum ud_status st = ud_json_reader_new(&p->reader, UD_JSON_TOKENS_PAGE, err);
    if (st == UD_OK)
        ud_wire_page_reset(p);
    return st;
}
