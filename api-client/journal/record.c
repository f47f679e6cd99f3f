/* The record's members in their fixed order; shared with escrowd's audit. */
#include "journal/record.h"

#include <string.h>

#include "base/hash.h"
#include "base/text.h"

/* Longer text is cut: UD_RECORD_FIELDS of these, every character escaped, still fit into a line. */
#define FIELD_MAX 400

static const char *const event_names[] = {
#define X(name, text) text,
    UD_EVENT_LIST(X)
#undef X
};

#define FIELD(name, member)                                                                                                      \
    {                                                                                                                            \
        name, offsetof(struct ud_record, member)                                                                                 \
    }

const struct ud_record_field ud_record_fields[UD_RECORD_FIELDS] = {
    FIELD("operator", operator_id),
    FIELD("source", source),
    FIELD("device", device),
    FIELD("device_name", device_name),
    FIELD("serial", serial),
    FIELD("user", user),
    FIELD("key", key),
    FIELD("kind", kind),
    FIELD("reason", reason),
    FIELD("ticket", ticket),
    FIELD("note", note),
    FIELD("caller", caller),
    FIELD("verified", verified),
    FIELD("outcome", outcome),
    FIELD("request", request),
    FIELD("server_request", server_request),
    FIELD("finding", finding),
    FIELD("detail", detail),
    FIELD("surge", surge),
};

const char *
ud_event_kind_name(enum ud_event_kind k)
{
    return (unsigned)k < UD_EVENT_COUNT ? event_names[k] : "unknown";
}

bool
ud_event_kind_parse(enum ud_event_kind *out, const char *name)
{
    for (int i = 0; i < UD_EVENT_COUNT; i++)
        if (strcmp(event_names[i], name) == 0) {
            *out = (enum ud_event_kind)i;
            return true;
        }
    return false;
}

void
ud_record_text(struct ud_buf *out, const char *name, const char *text)
{
    char clean[FIELD_MAX];

    (void)ud_text_clean(clean, sizeof(clean), text, strlen(text));
    ud_buf_format(out, "\"%s\":\"", name);
    for (const char *p = clean; *p != '\0'; p++) {
        if (*p == '"' || *p == '\\')
            ud_buf_byte(out, '\\');
        ud_buf_byte(out, *p);
    }
    ud_buf_byte(out, '"');
}

void
ud_record_write(struct ud_buf *out, const struct ud_record *r)
{
    ud_record_text(out, "event", ud_event_kind_name(r->event));
    for (size_t i = 0; i < UD_RECORD_FIELDS; i++) {
        const char *text = *(const char *const *)((const char *)r + ud_record_fields[i].offset);
        if (text == NULL || text[0] == '\0')
            continue;
        ud_buf_byte(out, ',');
        ud_record_text(out, ud_record_fields[i].name, text);
    }
}

void
ud_chain_next(unsigned char out[32], const unsigned char previous[32], const void *bytes, size_t length)
{
    static const char domain[] = "unlockdesk journal 1";
    const struct ud_bytes part[] = { { domain, sizeof(domain) - 1 }, { previous, UD_HASH_SIZE }, { bytes, length } };

    ud_hash(out, part, 3);
}
