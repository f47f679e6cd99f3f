/* Entries of the activity log as the console fills them in. */
#include "app/record.h"

#include "base/buf.h"
#include "domain/account.h"

void
ud_entry_record(struct ud_record *out, const struct ud_entry *e)
{
    *out = (struct ud_record){
        .event = e->event,
        .operator_id = e->operator_id,
        .source = e->source,
        .device = e->device,
        .device_name = e->device_name,
        .serial = e->serial,
        .user = e->user,
        .key = e->key,
        .kind = e->kind,
        .reason = e->why.reason,
        .ticket = e->why.ticket,
        .note = e->why.note,
        .caller = e->why.caller,
        .verified = e->why.verified,
        .outcome = e->outcome,
        .request = e->request,
        .server_request = e->server_request,
        .finding = e->finding,
        .detail = e->detail,
        .surge = e->surge,
    };
}

void
ud_entry_device(struct ud_entry *e, const struct ud_device *d)
{
    ud_guid_format(e->device, &d->id);
    ud_copy(e->device_name, sizeof(e->device_name), d->name);
    ud_copy(e->serial, sizeof(e->serial), d->serial);
    ud_copy(e->user, sizeof(e->user), d->user);
}

void
ud_entry_key(struct ud_entry *e, const struct ud_key *k)
{
    if (!ud_guid_is_zero(&k->id))
        ud_guid_format(e->key, &k->id);
    ud_copy(e->kind, sizeof(e->kind), ud_kind_name(k->kind));
}

void
ud_entry_why(struct ud_entry *e, const struct ud_disclosure *why)
{
    e->why = *why;
    if (why->user_account[0] != '\0')
        ud_account_named_user(e->user, sizeof(e->user), why);
}

void
ud_entry_detail(struct ud_entry *e, const char *text)
{
    ud_copy(e->detail, sizeof(e->detail), text);
}
