#include "escrowd/vault/import.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/file.h"
#include "base/text.h"
#include "domain/account.h"
#include "domain/bde.h"
#include "domain/recovery.h"
#include "escrowd/vault/import_record.h"

#define PACKAGE_ROOM 256

void
ud_import_complain(struct ud_import_run *run, unsigned line, const char *fmt, ...)
{
    char text[320];
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    run->report->problems++;
    run->problem(line, text, run->arg);
}

/* --- duplicates -------------------------------------------------------------------------------------------------------------- */

static bool
seen_before(struct ud_import_run *run, const struct ud_guid *id)
{
    for (size_t i = 0; i < run->seen_count; i++)
        if (ud_guid_compare(&run->seen[i], id) == 0)
            return true;
    if (run->seen_count == run->seen_room) {
        run->seen_room = run->seen_room == 0 ? 256 : 2 * run->seen_room;
        run->seen = ud_xrealloc(run->seen, run->seen_room, sizeof(*run->seen));
    }
    run->seen[run->seen_count++] = *id;
    return false;
}

/* --- devices ------------------------------------------------------------------------------------------------------------------- */

static bool
take_device(const struct ud_store_device *d, void *arg)
{
    struct ud_device_brief *b = arg;

    if (b->row != 0 && b->row != d->row)
        b->ownership = (enum ud_ownership) - 1; /* two of that name */
    b->row = d->row;
    b->id = d->d.id;
    (void)ud_copy(b->user, sizeof(b->user), d->d.user);
    (void)ud_copy(b->domain, sizeof(b->domain), d->domain);
    (void)ud_copy(b->local_users, sizeof(b->local_users), d->local_users);
    return true;
}

/* By serial where one is given, else by name. row 0: there is none yet. */
static enum ud_status
find_device(struct ud_import_run *run, const struct ud_import_record *r, struct ud_device_brief *b, struct ud_error *err)
{
    bool by_serial = r->serial[0] != '\0';
    enum ud_status st;

    memset(b, 0, sizeof(*b));
    st = ud_store_devices(run->context->store, by_serial ? UD_STORE_SERIAL_IS : UD_STORE_NAME_IS,
        by_serial ? r->serial : r->device, NULL, 0, 3, take_device, b, err);
    if (st == UD_OK && b->ownership == (enum ud_ownership) - 1)
        ud_import_complain(
            run, r->line, "several devices are called \"%.80s\"; give the serial", by_serial ? r->serial : r->device);
    return st;
}

static enum ud_status
add_device(struct ud_import_run *run, const struct ud_import_record *r, struct ud_device_brief *b, struct ud_error *err)
{
    char local_users[UD_LOCAL_USERS_MAX];
    struct ud_store_device d = {
        .domain = r->domain, .local_users = local_users, .manufacturer = "", .enrolled = run->context->now
    };

    (void)ud_account_list_tidy(local_users, sizeof(local_users), r->local_users, r->user, r->domain); /* checked before */

    ud_guid_random(&d.d.id);
    ud_guid_random(&d.d.entra_id);
    d.d.name = r->device;
    d.d.serial = r->serial;
    d.d.user = r->user;
    d.d.user_name = "";
    d.d.model = "";
    d.d.os_version = "";
    d.d.os = r->os[0] != '\0' ? r->os : r->kind == UD_KIND_FILEVAULT ? "macOS" : r->kind == UD_KIND_LUKS ? "Linux" : "Windows";
    d.d.ownership = r->ownership;
    d.d.encrypted = UD_YES;
    d.d.last_checkin = UD_WALL_NONE;
    b->id = d.d.id;
    run->report->devices++;
    return ud_store_device_add(run->context->store, &b->row, &d, err);
}

/* The accounts of this line join those that the device has. */
static enum ud_status
add_users(struct ud_import_run *run, const struct ud_import_record *r, const struct ud_device_brief *b, struct ud_error *err)
{
    char both[2 * UD_LOCAL_USERS_MAX], list[UD_LOCAL_USERS_MAX];

    (void)snprintf(both, sizeof(both), "%s;%s", b->local_users, r->local_users);
    if (!ud_account_list_tidy(list, sizeof(list), both, b->user, b->domain))
        ud_import_complain(run, r->line, "local_users: with those the device has, longer than %d bytes", UD_LOCAL_USERS_MAX - 1);
    return strcmp(list, b->local_users) == 0 ? UD_OK : ud_store_local_users(run->context->store, b->row, list, err);
}

/* A device that is new, or news of one that is known. */
static enum ud_status
settle_device(struct ud_import_run *run, const struct ud_import_record *r, struct ud_device_brief *b, struct ud_error *err)
{
    if (b->row == 0)
        return add_device(run, r, b, err);
    return r->local_users[0] != '\0' ? add_users(run, r, b, err) : UD_OK;
}

/* --- keys ------------------------------------------------------------------------------------------------------------------------ */

static bool
found(const struct ud_store_key *k, void *arg)
{
    *(bool *)arg = true;
    (void)k;
    return false;
}

static enum ud_status
check_key(struct ud_import_run *run, const struct ud_import_record *r, struct ud_secret *plain, struct ud_error *err)
{
    struct ud_error why = { 0 };
    bool known = false;
    enum ud_status st;

    if (ud_recovery_normalise(plain, r->kind, &why) != UD_OK)
        ud_import_complain(run, r->line, "secret: %s", why.message);
    if (ud_guid_is_zero(&r->key))
        return UD_OK;
    st = ud_store_key_by_id(run->context->store, &r->key, found, &known, err);
    if (st != UD_OK && st != UD_NOTFOUND)
        return st;
    bool twice = seen_before(run, &r->key); /* then the first of the two is stored by now */
    if (known || twice) {
        run->report->duplicates++;
        ud_import_complain(run, r->line, twice ? "key_id: stands in this file twice" : "key_id: this key is stored already");
    }
    return UD_OK;
}

static enum ud_status
add_package(struct ud_import_run *run, const struct ud_import_record *r, const struct ud_store_key *k, struct ud_error *err)
{
    struct ud_secret *package = NULL;
    uint8_t *box = ud_xcalloc(1, UD_SECRET_MAX + PACKAGE_ROOM);
    size_t length;
    enum ud_status st;

    if ((st = ud_file_read_secret(&package, r->package, err)) == UD_OK && ud_secret_length(package) > UD_PACKAGE_MAX)
        st = ud_error_set(err, UD_INVALID, "%s is larger than any key package", r->package);
    if (st == UD_OK &&
        (st = ud_ring_seal_package(run->context->ring, box, UD_SECRET_MAX + PACKAGE_ROOM, &length, package, k, err)) == UD_OK)
        st = ud_store_package_add(run->context->store, k->row, box, length, err);
    ud_secret_free(&package);
    free(box);
    return st;
}

static enum ud_status
store_key(struct ud_import_run *run, const struct ud_import_record *r, const struct ud_device_brief *b, struct ud_secret *plain,
    struct ud_error *err)
{
    struct ud_store_key k = { .device_row = b->row };
    bool existing;
    enum ud_status st;

    k.k = (struct ud_key){
        .id = r->key, .device = b->id, .kind = r->kind, .volume = r->volume, .created = r->created, .shown = UD_WALL_NONE
    };
    st = ud_escrow_key(run->context, &k, plain, &existing, err);
    run->report->keys++;
    if (st == UD_OK && r->package[0] != '\0')
        st = add_package(run, r, &k, err);
    return st;
}

static enum ud_status
take_key(struct ud_import_run *run, const struct ud_import_record *r, struct ud_device_brief *b, struct ud_error *err)
{
    struct ud_secret *plain = NULL;
    enum ud_status st;

    if (r->secret_length == 0 || r->secret_length > 4 * UD_RECOVERY_MAX) {
        ud_import_complain(run, r->line, "secret: %s", r->secret_length == 0 ? "is empty" : "is too long to be a recovery key");
        return UD_OK;
    }
    if ((st = ud_secret_new(&plain, 4 * UD_RECOVERY_MAX, err)) != UD_OK ||
        (st = ud_secret_append(plain, r->secret, r->secret_length, err)) != UD_OK ||
        (st = check_key(run, r, plain, err)) != UD_OK)
        goto out;
    if (run->options->dry_run)
        run->report->keys++;
    if (run->options->dry_run || run->report->problems > 0)
        goto out;
    if ((st = settle_device(run, r, b, err)) != UD_OK)
        goto out;
    st = store_key(run, r, b, plain, err);
out:
    ud_secret_free(&plain);
    return st;
}

static enum ud_status
take_protector(struct ud_import_run *run, const struct ud_import_record *r, struct ud_device_brief *b, struct ud_error *err)
{
    enum ud_status st = UD_OK;

    if (run->options->dry_run || run->report->problems > 0)
        return UD_OK;
    if ((st = settle_device(run, r, b, err)) != UD_OK)
        return st;
    run->report->protectors++;
    return ud_store_protector_add(run->context->store, b->row, &r->key, r->protector, err);
}

enum ud_status
ud_import_take(struct ud_import_run *run, const struct ud_import_record *r, struct ud_error *err)
{
    char local_users[UD_LOCAL_USERS_MAX];
    struct ud_device_brief b;
    enum ud_status st;

    run->report->records++;
    if (!ud_account_list_tidy(local_users, sizeof(local_users), r->local_users, r->user, r->domain))
        ud_import_complain(run, r->line, "local_users: is longer than %d bytes", UD_LOCAL_USERS_MAX - 1);
    if (r->device[0] == '\0')
        ud_import_complain(run, r->line, "device: is empty");
    if ((st = find_device(run, r, &b, err)) != UD_OK)
        return st;
    return r->protector != NULL ? take_protector(run, r, &b, err) : take_key(run, r, &b, err);
}

/* --- the whole file ------------------------------------------------------------------------------------------------------------------ */

/* One line for the whole file, in the same transaction. */
static enum ud_status
note_import(const struct ud_import_run *run, struct ud_error *err)
{
    struct ud_audit_entry e = { .event = "imported", .caller = run->options->caller, .note = run->options->file };
    char detail[96];

    (void)snprintf(detail, sizeof(detail), "%u keys, %u new devices, %u other protectors", run->report->keys,
        run->report->devices, run->report->protectors);
    e.detail = detail;
    return ud_change_audit(run->context, &e, err);
}

enum ud_status
ud_import(struct ud_change_context *c, char *data, size_t length, const struct ud_import_options *o, ud_import_problem problem,
    void *arg, struct ud_import_report *report, struct ud_error *err)
{
    struct ud_import_run run = { .context = c, .options = o, .report = report, .problem = problem, .arg = arg };
    size_t whole = length;
    enum ud_status st;

    memset(report, 0, sizeof(*report));
    length = ud_bde_narrow(data, length);
    if ((st = ud_change_begin(c, err)) != UD_OK)
        goto out;
    st = ud_bde_is(data, length) ? ud_import_manage_bde(&run, data, length, err) : ud_import_csv(&run, data, length, err);
    if (st == UD_OK && report->problems > 0) {
        st = ud_error_set(err, UD_INVALID, "%u problem%s in %u record%s, so nothing was stored", report->problems,
            report->problems == 1 ? "" : "s", report->records, report->records == 1 ? "" : "s");
        ud_error_hint(err, "Correct them and import again; import --dry-run lists them without storing.");
    }
    if (st == UD_OK && !o->dry_run)
        st = note_import(&run, err);
    if (st == UD_OK && !o->dry_run)
        st = ud_store_commit(c->store, err);
    else
        ud_store_rollback(c->store);
out:
    explicit_bzero(data, whole);
    free(run.seen);
    return st;
}
