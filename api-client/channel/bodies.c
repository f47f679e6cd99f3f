/* The parts that several messages share. */
#include <string.h>

#include "channel/codec.h"

void
ud_code_device(struct ud_codec *c, struct ud_device *d)
{
    ud_code_guid(c, &d->id);
    ud_code_guid(c, &d->entra_id);
    UD_CODE_ENUM(c, d->ownership, UD_OWNERSHIP_PERSONAL);
    UD_CODE_ENUM(c, d->encrypted, UD_YES);
    UD_CODE_ENUM(c, d->mark, UD_MARK_DUE);
    ud_code_i64(c, &d->last_checkin);
    ud_code_u16(c, &d->keys);
    ud_code_text(c, &d->name);
    ud_code_text(c, &d->serial);
    ud_code_text(c, &d->user);
    ud_code_text(c, &d->user_name);
    ud_code_text(c, &d->model);
    ud_code_text(c, &d->os);
    ud_code_text(c, &d->os_version);
}

static size_t
text_size(const char *text)
{
    return 3 + (text != NULL ? strlen(text) : 0);
}

size_t
ud_message_device_size(const struct ud_device *d)
{
    return 16 + 16 + 3 + 8 + 2 + text_size(d->name) + text_size(d->serial) + text_size(d->user) + text_size(d->user_name) +
           text_size(d->model) + text_size(d->os) + text_size(d->os_version);
}

void
ud_code_key(struct ud_codec *c, struct ud_key *k)
{
    ud_code_guid(c, &k->id);
    ud_code_guid(c, &k->device);
    ud_code_bool(c, &k->by_entra);
    UD_CODE_ENUM(c, k->kind, UD_KIND_COUNT - 1);
    UD_CODE_ENUM(c, k->volume, UD_VOLUME_REMOVABLE);
    UD_CODE_ENUM(c, k->state, UD_KEY_ROTATION_PENDING);
    ud_code_i64(c, &k->created);
    ud_code_i64(c, &k->shown);
}

void
ud_code_disclosure(struct ud_codec *c, struct ud_disclosure *d)
{
    ud_code_array(c, d->reason, sizeof(d->reason));
    ud_code_array(c, d->ticket, sizeof(d->ticket));
    ud_code_array(c, d->note, sizeof(d->note));
    ud_code_array(c, d->caller, sizeof(d->caller));
    ud_code_array(c, d->verified, sizeof(d->verified));
}

static void
code_count(struct ud_codec *c, size_t *count, size_t max)
{
    uint32_t n = (uint32_t)*count;

    ud_code_u32(c, &n);
    if (n > max)
        c->bad = true;
    *count = c->bad ? 0 : n;
}

static void
code_reasons(struct ud_codec *c, struct ud_policy *p)
{
    code_count(c, &p->reason_count, UD_REASON_MAX);
    for (size_t i = 0; i < p->reason_count; i++) {
        ud_code_array(c, p->reason[i].code, sizeof(p->reason[i].code));
        ud_code_array(c, p->reason[i].text, sizeof(p->reason[i].text));
        ud_code_bool(c, &p->reason[i].needs_note);
        ud_code_bool(c, &p->reason[i].self_service);
    }
    code_count(c, &p->verified_count, UD_VERIFIED_MAX);
    for (size_t i = 0; i < p->verified_count; i++)
        ud_code_array(c, p->verified_way[i], sizeof(p->verified_way[i]));
}

void
ud_code_policy(struct ud_codec *c, struct ud_policy *p)
{
    ud_msec *const times[] = { &p->rotate_due, &p->idle_warn, &p->idle_countdown, &p->session_max, &p->session_grace,
        &p->locked_end, &p->presence_max, &p->group_cover, &p->whole_cover, &p->covered_max };
    bool *const flags[] = { &p->personal_bitlocker_view, &p->rotate_after_disclosure, &p->copy_ticket, &p->allow_recorder,
        &p->lock_drops_directory, &p->training };

    if (c->reading)
        memset(p, 0, sizeof(*p));
    code_reasons(c, p);
    UD_CODE_ENUM(c, p->ticket, UD_NEED_YES);
    UD_CODE_ENUM(c, p->note, UD_NEED_YES);
    UD_CODE_ENUM(c, p->caller, UD_NEED_YES);
    UD_CODE_ENUM(c, p->verified, UD_NEED_YES);
    ud_code_array(c, p->ticket_prefix, sizeof(p->ticket_prefix));
    ud_code_array(c, p->ticket_pattern, sizeof(p->ticket_pattern));
    ud_code_array(c, p->helpdesk, sizeof(p->helpdesk));
    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        ud_code_i64(c, times[i]);
        c->bad |= *times[i] < 0;
    }
    for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
        ud_code_bool(c, flags[i]);
    ud_code_u32(c, &p->keys_asked_again);
    ud_code_u32(c, &p->keys_stop);
}
