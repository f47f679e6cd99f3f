/* Inside of a page being read, shared by page.c (the machine) and page_open.c (the two sorts of pages) only. */
#ifndef UD_WIRE_PAGE_STATE_H
#define UD_WIRE_PAGE_STATE_H

#include "wire/record_read.h"

enum where {
    AT_START,
    IN_TOP,    /* members of the outermost object, which may be a record itself */
    IN_LIST,   /* elements of `value` */
    IN_RECORD, /* members of an element, or of `value` where that is the record */
    IN_DEVICE, /* members of a key's `device` */
    IN_OTHERS, /* elements of `other` */
    IN_OTHER   /* members of one */
};
enum top_member { TOP_NONE, TOP_VALUE, TOP_NEXT, TOP_COUNT, TOP_OTHER, TOP_OWN };

struct page;
/* How one sort of page takes its records. */
struct shape {
    void (*begin)(struct page *p);
    bool (*name)(struct page *p, const struct ud_json_text *name);
    void (*value)(struct page *p, enum ud_json_token token, const struct ud_json_text *text);
    bool (*complete)(struct page *p); /* usable? */
    enum ud_status (*deliver)(struct page *p, struct ud_error *err);
};

struct page {
    const struct shape *shape;
    struct ud_json_reader *reader;
    struct ud_wire_page_info info;
    void *arg;
    size_t bytes;
    enum where where;
    enum top_member top;
    bool value_seen;
    bool wrapped;     /* the record is `value` itself: after it comes the outermost object again */
    bool device_next; /* the member `device` of a key comes next */
    bool has_device;
    bool over;
    ud_wire_device_each each_device;
    ud_wire_key_each each_key;
    ud_wire_other_each each_other;
    enum ud_wire_keys dialect;
    struct ud_wire_device_record device;
    struct ud_wire_key_record key;
    struct ud_wire_key_record other;
};

enum ud_status ud_wire_page_init(struct page *p, const struct shape *shape, void *arg, struct ud_error *err);
void ud_wire_page_reset(struct page *p);
enum ud_status ud_wire_page_feed(struct page *p, const void *bytes, size_t length, struct ud_error *err);
enum ud_status ud_wire_page_finish(struct page *p, const struct ud_wire_page_info **info, struct ud_error *err);

#endif
