/* Reports: one page asked for, one page told. */
#include "channel/message_io.h"

void
ud_pack_report(struct ud_packer *p, const struct ud_msg *m)
{
    const struct ud_msg_report *r = &m->u.report;

    ud_pack_u8(p, r->source);
    ud_pack_u8(p, r->report);
    for (unsigned i = 0; i < UD_FILTER_COUNT; i++)
        ud_pack_text(p, r->filter.value[i]);
    ud_pack_exact(p, r->resume);
}

void
ud_unpack_report(struct ud_unpacker *p, struct ud_msg *m)
{
    struct ud_msg_report *r = &m->u.report;

    r->source = ud_unpack_below(p, UD_SOURCE_MAX);
    r->report = ud_unpack_below(p, UD_REPORT_COUNT);
    for (unsigned i = 0; i < UD_FILTER_COUNT; i++)
        ud_unpack_into(p, r->filter.value[i], sizeof(r->filter.value[i]));
    r->resume = ud_unpack_text(p);
}

void
ud_pack_report_page(struct ud_packer *p, const struct ud_msg *m)
{
    const struct ud_msg_report_page *r = &m->u.report_page;

    ud_pack_u8(p, r->source);
    ud_pack_u8(p, r->report);
    ud_pack_u8(p, (unsigned)r->count);
    p->failed = p->failed || r->count > UD_REPORT_PAGE;
    for (size_t i = 0; i < r->count && !p->failed; i++)
        for (size_t c = 0; c < ud_report_columns((enum ud_report)r->report); c++)
            ud_pack_text(p, r->row[i].cell[c]);
    ud_pack_exact(p, r->next);
}

void
ud_unpack_report_page(struct ud_unpacker *p, struct ud_msg *m)
{
    struct ud_msg_report_page *r = &m->u.report_page;

    r->source = ud_unpack_below(p, UD_SOURCE_MAX);
    r->report = ud_unpack_below(p, UD_REPORT_COUNT);
    r->count = ud_unpack_below(p, UD_REPORT_PAGE + 1);
    for (size_t i = 0; i < r->count; i++)
        for (size_t c = 0; c < ud_report_columns((enum ud_report)r->report); c++)
            r->row[i].cell[c] = ud_unpack_text(p);
    r->next = ud_unpack_text(p);
}
