/* What a page hands over, written down as text: one record a line. */
#ifndef UD_TESTS_WIRE_PAGE_SUPPORT_H
#define UD_TESTS_WIRE_PAGE_SUPPORT_H

#include "tests/unit/wire/support.h"

#include <stdlib.h>

#include "base/text.h"
#include "wire/page.h"
#include "wire/record.h"

/* What a page handed over, as text, one record a line. */
struct seen {
    struct ud_buf log;
    enum ud_status answer;
    size_t stop_after; /* 0: never */
    size_t count;
};

static inline void
log_guid(struct seen *s, const struct ud_guid *id)
{
    char text[UD_GUID_TEXT];

    ud_guid_format(text, id);
    ud_buf_format(&s->log, "%s|", ud_guid_is_zero(id) ? "-" : text);
}

static inline void
log_time(struct seen *s, ud_wall t)
{
    ud_buf_format(&s->log, "%lld|", t == UD_WALL_NONE ? -1LL : (long long)t);
}

static inline void
log_device(struct seen *s, const struct ud_device *d)
{
    log_guid(s, &d->id);
    log_guid(s, &d->entra_id);
    ud_buf_format(&s->log, "%s|%s|%s|%s|%s|%s|%s|%s|%d|", d->name, d->serial, d->user, d->user_name, d->model, d->os,
        d->os_version, ud_ownership_name(d->ownership), (int)d->encrypted);
    log_time(s, d->last_checkin);
}

static inline enum ud_status
on_device(const struct ud_device *d, struct ud_error *err, void *arg)
{
    struct seen *s = arg;

    log_device(s, d);
    ud_buf_byte(&s->log, '\n');
    if (++s->count == s->stop_after)
        return ud_error_set(err, UD_CANCELLED, "enough");
    return UD_OK;
}

static inline enum ud_status
on_key(const struct ud_key *k, const struct ud_device *d, struct ud_error *err, void *arg)
{
    struct seen *s = arg;

    (void)err;
    log_guid(s, &k->id);
    log_guid(s, &k->device);
    ud_buf_format(&s->log, "%d|%s|%s|%s|", k->by_entra, ud_kind_name(k->kind),
        ud_volume_name(k->volume) != NULL ? ud_volume_name(k->volume) : "-", ud_key_state_name(k->state));
    log_time(s, k->created);
    log_time(s, k->shown);
    if (d != NULL)
        log_device(s, d);
    ud_buf_byte(&s->log, '\n');
    return UD_OK;
}

static inline enum ud_status
on_other(const struct ud_wire_other *o, struct ud_error *err, void *arg)
{
    struct seen *s = arg;

    (void)err;
    ud_buf_text(&s->log, "other ");
    log_guid(s, &o->id);
    ud_buf_format(&s->log, "%s|%s\n", o->kind, o->device_name);
    return UD_OK;
}

static inline void
seen_init(struct seen *s)
{
    memset(s, 0, sizeof(*s));
    ud_buf_init(&s->log, 1 << 20);
    ud_buf_text(&s->log, "");
}

/* Reads `text` as a page of devices in two pieces; the log gets what came. */
static inline enum ud_status
read_devices(struct seen *s, struct ud_wire_page_info *info, const char *text, size_t cut)
{
    struct ud_wire_device_page *p = NULL;
    const struct ud_wire_page_info *got = NULL;
    size_t n = strlen(text);
    enum ud_status st;

    assert_int_equal(ud_wire_device_page_new(&p, on_device, s, NULL), UD_OK);
    if ((st = ud_wire_device_page_feed(p, text, cut, NULL)) == UD_OK &&
        (st = ud_wire_device_page_feed(p, text + cut, n - cut, NULL)) == UD_OK)
        st = ud_wire_device_page_finish(p, &got, NULL);
    memset(info, 0, sizeof(*info));
    if (st == UD_OK)
        *info = *got;
    ud_wire_device_page_free(&p);
    return st;
}

static inline enum ud_status
read_keys(struct seen *s, struct ud_wire_page_info *info, enum ud_wire_keys dialect, const char *text, size_t cut)
{
    struct ud_wire_key_page *p = NULL;
    const struct ud_wire_page_info *got = NULL;
    size_t n = strlen(text);
    enum ud_status st;

    assert_int_equal(ud_wire_key_page_new(&p, dialect, on_key, on_other, s, NULL), UD_OK);
    if ((st = ud_wire_key_page_feed(p, text, cut, NULL)) == UD_OK &&
        (st = ud_wire_key_page_feed(p, text + cut, n - cut, NULL)) == UD_OK)
        st = ud_wire_key_page_finish(p, &got, NULL);
    memset(info, 0, sizeof(*info));
    if (st == UD_OK)
        *info = *got;
    ud_wire_key_page_free(&p);
    return st;
}

#define DEVICE_A                                                                                                                 \
    "{\"id\":\"" ID_A "\",\"azureADDeviceId\":\"" ID_B "\",\"deviceName\":\"LON-LT-7\",\"serialNumber\":\"TRN001\","             \
    "\"userPrincipalName\":\"alice@training.invalid\",\"userDisplayName\":\"Alice "                                              \
    "\\u00c9tude\",\"operatingSystem\":\"Windows\","                                                                             \
    "\"osVersion\":\"10.0.22631\",\"model\":\"X1\",\"managedDeviceOwnerType\":\"company\",\"isEncrypted\":true,"                 \
    "\"lastSyncDateTime\":\"2026-08-20T14:02:11.1234567Z\",\"notes\":{\"a\":[1,{\"b\":null}]},\"physicalMemoryInBytes\":"        \
    "17179869184}"
#define LOG_A                                                                                                                    \
    ID_A "|" ID_B "|LON-LT-7|TRN001|alice@training.invalid|Alice \xc3\x89tude|X1|Windows|10.0.22631|company|2|1787234531123|\n"
#define PAGE(rows)                                                                                                               \
    "{\"@odata.context\":\"x\",\"@odata.count\":2,\"value\":[" rows "],\"@odata.nextLink\":\"https://graph.example/"             \
    "next?a=%20b\"}"

#endif
