/* Devices that are no longer used, and keys that nobody will need again. Retiring a device deletes no key: people move, enrol again and delete
 * devices, and need the key of the old entry afterwards. Deleting a key is an act of its own, for one key, and is in the audit. */
#include <stdio.h>
#include <string.h>

#include "escrowd/vault/shared.h"

static enum ud_status
note(struct ud_admin *a, const char *event, const struct ud_device_brief *d, const struct ud_guid *key, const char *detail,
    struct ud_error *err)
{
    struct ud_audit_entry e = { .event = event,
        .caller = a->who,
        .device = &d->id,
        .device_name = d->name,
        .serial = d->serial,
        .key = key,
        .detail = detail };

    return ud_change_audit(&a->context, &e, err);
}

struct open_work {
    struct ud_store_work work[UD_KIND_COUNT];
    size_t count;
};

static bool
collect(const struct ud_store_work *w, void *arg)
{
    struct open_work *o = arg;

    o->work[o->count++] = *w;
    return o->count < UD_KIND_COUNT;
}

/* New keys it was asked for will not come. */
static enum ud_status
end_work(struct ud_admin *a, uint64_t row, struct ud_error *err)
{
    struct open_work open = { .count = 0 };
    enum ud_status st = ud_store_work_pending(a->context.store, row, UD_KIND_COUNT, collect, &open, err);

    for (size_t i = 0; i < open.count && st == UD_OK; i++) {
        struct ud_store_work *w = &open.work[i];
        w->state = UD_WORK_FAILED;
        w->finished = a->context.now;
        if ((st = ud_store_work_end(a->context.store, w, err)) == UD_OK)
            st = ud_store_key_rotating(a->context.store, row, w->kind, false, err);
    }
    return st;
}

static bool
count_key(const struct ud_store_key *k, void *arg)
{
    (void)k;
    (*(unsigned *)arg)++;
    return true;
}

enum ud_status
ud_admin_device_retire(struct ud_admin *a, const char *device, struct ud_retired *out, struct ud_error *err)
{
    struct ud_device_brief d;
    char detail[64];
    uint64_t row;
    enum ud_status st;

    memset(out, 0, sizeof(*out));
    if ((st = ud_admin_find_device(a, &row, device, err)) != UD_OK ||
        (st = ud_brief_by_row(&d, a->context.store, row, err)) != UD_OK)
        return st;
    if (d.retired)
        return ud_error_set(err, UD_EXISTS, "%.100s is retired already", d.name);
    if ((st = ud_change_begin(&a->context, err)) != UD_OK)
        return st;
    if ((st = ud_store_device_keys(a->context.store, row, count_key, &out->keys, err)) == UD_OK &&
        (st = end_work(a, row, err)) == UD_OK)
        st = ud_store_device_retire(a->context.store, row, a->context.now, err);
    (void)snprintf(detail, sizeof(detail), "%u keys stay", out->keys);
    if (st == UD_OK)
        st = note(a, "device-retired", &d, NULL, detail, err);
    out->id = d.id;
    return ud_admin_end(a, st, err);
}

enum ud_status
ud_admin_device_restore(struct ud_admin *a, const char *device, struct ud_error *err)
{
    struct ud_device_brief d;
    struct ud_guid id;
    enum ud_status st = ud_guid_parse(&id, device, strlen(device), NULL);

    if (st != UD_OK) {
        ud_error_set(err, UD_USAGE, "A retired device is named by its ID, which its retirement printed");
        return ud_error_hint(err, "It also stands in the audit, and in the answer to a search for one of its keys.");
    }
    if ((st = ud_brief_by_id(&d, a->context.store, &id, err)) == UD_NOTFOUND)
        return ud_error_set(err, UD_NOTFOUND, "There is no device %.100s", device);
    if (st != UD_OK)
        return st;
    if (!d.retired)
        return ud_error_set(err, UD_EXISTS, "%.100s is not retired", d.name);
    if ((st = ud_change_begin(&a->context, err)) != UD_OK)
        return st;
    if ((st = ud_store_device_retire(a->context.store, d.row, UD_WALL_NONE, err)) == UD_OK)
        st = note(a, "device-restored", &d, NULL, NULL, err);
    return ud_admin_end(a, st, err);
}

static enum ud_status
may_go(const struct ud_store_key *k, const struct ud_device_brief *d, struct ud_error *err)
{
    if (d->retired || k->k.state == UD_KEY_SUPERSEDED)
        return UD_OK;
    ud_error_set(err, UD_DENIED, "This key is in use: %.100s has no newer one for that drive", d->name);
    return ud_error_hint(err, "Only keys that were superseded, and keys of retired devices, can be deleted.");
}

enum ud_status
ud_admin_key_delete(struct ud_admin *a, const char *key, struct ud_error *err)
{
    struct ud_store_key k = { 0 };
    struct ud_device_brief d;
    struct ud_guid id;
    enum ud_status st;

    if (ud_guid_parse(&id, key, strlen(key), NULL) != UD_OK)
        return ud_error_set(err, UD_USAGE, "A key is deleted by its whole ID, not by \"%.100s\"", key);
    st = ud_store_key_by_id(a->context.store, &id, ud_take_key, &k, err);
    if (st == UD_NOTFOUND)
        return ud_error_set(err, UD_NOTFOUND, "There is no key %.100s", key);
    if (st != UD_OK || (st = ud_brief_by_row(&d, a->context.store, k.device_row, err)) != UD_OK ||
        (st = may_go(&k, &d, err)) != UD_OK || (st = ud_change_begin(&a->context, err)) != UD_OK)
        return st;
    if ((st = ud_store_key_delete(a->context.store, &k, a->context.now, err)) == UD_OK)
        st = note(a, "key-deleted", &d, &id, ud_key_state_name(k.k.state), err);
    return ud_admin_end(a, st, err);
}
