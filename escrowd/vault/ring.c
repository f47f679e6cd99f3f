/* Master key, wrapped keys, sealed records. */
#include "escrowd/vault/ring.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/file.h"
#include "escrowd/store/statements.h"

#define KEY_SIZE 32

enum purpose { DATA, AUDIT, SIGN, DEPOSIT, TOKEN, MATCH, PURPOSES };
static const char *const purpose_names[PURPOSES] = { "data", "audit", "sign", "deposit", "token", "match" };

static struct ud_secret **
place(struct ud_ring *r, enum purpose p)
{
    struct ud_secret **const at[PURPOSES] = { &r->data, &r->audit, &r->sign, &r->deposit, &r->token, &r->match };

    return at[p];
}

/* --- associated data --------------------------------------------------------------------------------------------------- */

struct ad {
    uint8_t byte[160];
    size_t length;
};

static void
ad_bytes(struct ad *a, const void *bytes, size_t length)
{
    memcpy(a->byte + a->length, bytes, length);
    a->length += length;
}

static void
ad_number(struct ad *a, uint64_t v)
{
    for (int i = 0; i < 8; i++)
        a->byte[a->length++] = (uint8_t)(v >> (8 * i));
}

static void
ad_wrapped(struct ad *a, uint32_t id, enum purpose p)
{
    static const char domain[] = "unlockdesk escrowd wrapped key 1";

    a->length = 0;
    ad_bytes(a, domain, sizeof(domain));
    ad_number(a, id);
    ad_bytes(a, purpose_names[p], strlen(purpose_names[p]));
}

static void
ad_record(struct ad *a, const char *domain, const struct ud_store_key *k)
{
    a->length = 0;
    ad_bytes(a, domain, strlen(domain) + 1);
    ad_number(a, UD_SCHEMA_VERSION);
    ad_number(a, k->row);
    ad_bytes(a, k->k.device.byte, sizeof(k->k.device.byte));
    ad_bytes(a, k->k.id.byte, sizeof(k->k.id.byte));
    ad_number(a, (uint64_t)k->k.kind);
    ad_number(a, k->version);
    ad_number(a, k->ring);
}

/* --- making ------------------------------------------------------------------------------------------------------------ */

static enum ud_status
random_secret(struct ud_secret **out, struct ud_error *err)
{
    enum ud_status st = ud_secret_new(out, KEY_SIZE, err);

    if (st != UD_OK)
        return st;
    ud_random(ud_secret_open_write(*out), KEY_SIZE);
    ud_secret_close(*out);
    ud_secret_set_length(*out, KEY_SIZE);
    return UD_OK;
}

static enum ud_status
wrap(struct ud_store *s, struct ud_secret *master, enum purpose p, ud_wall now, struct ud_error *err)
{
    struct ud_secret *key = NULL;
    uint8_t box[KEY_SIZE + UD_AEAD_EXTRA];
    struct ad a;
    struct ud_store_ring row = { .id = (uint32_t)p + 1, .purpose = purpose_names[p], .created = now, .box = box };
    enum ud_status st = random_secret(&key, err);

    ad_wrapped(&a, row.id, p);
    if (st == UD_OK)
        st = ud_aead_seal(box, sizeof(box), &row.box_length, key, a.byte, a.length, master, err);
    if (st == UD_OK)
        st = ud_store_ring_put(s, &row, err);
    ud_secret_free(&key);
    return st;
}

enum ud_status
ud_ring_create(struct ud_store *s, const char *master_path, ud_wall now, struct ud_error *err)
{
    struct ud_secret *master = NULL;
    struct stat sb;
    enum ud_status st;

    if (lstat(master_path, &sb) == 0)
        return ud_error_set(err, UD_EXISTS, "%s exists already", master_path);
    if ((st = random_secret(&master, err)) != UD_OK)
        return st;
    st = ud_file_replace(master_path, ud_secret_open(master), KEY_SIZE, 0400, err);
    ud_secret_close(master);
    for (int p = 0; p < PURPOSES && st == UD_OK; p++)
        st = wrap(s, master, (enum purpose)p, now, err);
    ud_secret_free(&master);
    return st;
}

/* --- opening ----------------------------------------------------------------------------------------------------------- */

struct opening {
    struct ud_ring *ring;
    struct ud_secret *master;
};

static enum ud_status
unwrap(const struct ud_store_ring *row, void *arg, struct ud_error *err)
{
    struct opening *o = arg;
    struct ad a;

    for (int p = 0; p < PURPOSES; p++) {
        if (strcmp(row->purpose, purpose_names[p]) != 0)
            continue;
        struct ud_secret **at = place(o->ring, (enum purpose)p);
        ud_secret_free(at);
        ad_wrapped(&a, row->id, (enum purpose)p);
        if (p == DATA)
            o->ring->data_id = row->id;
        enum ud_status st = ud_aead_open(at, row->box, row->box_length, a.byte, a.length, o->master, err);
        if (st == UD_OK && ud_secret_length(*at) == KEY_SIZE)
            return UD_OK;
        ud_error_set(err, UD_TAMPERED, "master.key does not open this database");
        ud_error_hint(err, "Put back the master.key that belongs to it.");
        return UD_TAMPERED;
    }
    return ud_error_set(err, UD_TAMPERED, "The database holds a key of unknown purpose");
}

static enum ud_status
publish(struct ud_ring *r, struct ud_error *err)
{
    for (int p = 0; p < PURPOSES; p++) {
        if (*place(r, (enum purpose)p) == NULL)
            return ud_error_set(err, UD_TAMPERED, "The database lacks its key for \"%s\"", purpose_names[p]);
    }
    ud_seal_public_of(r->deposit_public, r->deposit);
    return ud_sign_public_of(r->sign_public, r->sign, err);
}

enum ud_status
ud_ring_open(struct ud_ring **out, struct ud_store *s, const char *master_path, struct ud_error *err)
{
    struct opening o = { .ring = ud_xcalloc(1, sizeof(*o.ring)) };
    enum ud_status st = ud_file_read_secret(&o.master, master_path, err);

    *out = NULL;
    if (st == UD_OK && ud_secret_length(o.master) != KEY_SIZE)
        st = ud_error_set(err, UD_CONFIG, "%s is not a master key (it has %zu bytes, not %d)", master_path,
            ud_secret_length(o.master), KEY_SIZE);
    if (st == UD_OK)
        st = ud_store_rings(s, unwrap, &o, err);
    if (st == UD_OK)
        st = publish(o.ring, err);
    ud_secret_free(&o.master);
    if (st == UD_OK) {
        *out = o.ring;
        return UD_OK;
    }
    ud_ring_free(&o.ring);
    return st;
}

void
ud_ring_free(struct ud_ring **r)
{
    if (r == NULL || *r == NULL)
        return;
    for (int p = 0; p < PURPOSES; p++)
        ud_secret_free(place(*r, (enum purpose)p));
    free(*r);
    *r = NULL;
}

void
ud_ring_hold(struct ud_ring *r)
{
    for (int p = 0; p < PURPOSES; p++)
        ud_secret_hold(*place(r, (enum purpose)p), false);
}

void
ud_ring_release(struct ud_ring *r)
{
    for (int p = 0; p < PURPOSES; p++)
        ud_secret_release(*place(r, (enum purpose)p));
}

/* --- records ----------------------------------------------------------------------------------------------------------- */

static const char record_domain[] = "unlockdesk escrowd record 1";
static const char package_domain[] = "unlockdesk escrowd package 1";
static const char typed_domain[] = "unlockdesk escrowd typed key 1";

enum ud_status
ud_ring_seal(struct ud_ring *r, uint8_t box[UD_BOX_MAX], size_t *length, struct ud_secret *plain, const struct ud_store_key *k,
    struct ud_error *err)
{
    struct ad a;

    ad_record(&a, record_domain, k);
    return ud_aead_seal(box, UD_BOX_MAX, length, plain, a.byte, a.length, r->data, err);
}

enum ud_status
ud_ring_unseal(struct ud_ring *r, struct ud_secret **out, const struct ud_store_key *k, struct ud_error *err)
{
    struct ad a;

    *out = NULL;
    ad_record(&a, record_domain, k);
    if (k->ring == r->data_id && k->box != NULL &&
        ud_aead_open(out, k->box, k->box_length, a.byte, a.length, r->data, err) == UD_OK)
        return UD_OK;
    ud_error_set(err, UD_TAMPERED, "The stored key is damaged or was moved from another record");
    ud_error_hint(err, "Restore the database from its last backup and run escrowd verify.");
    return UD_TAMPERED;
}

enum ud_status
ud_ring_seal_package(struct ud_ring *r, uint8_t *box, size_t size, size_t *length, struct ud_secret *package,
    const struct ud_store_key *k, struct ud_error *err)
{
    struct ad a;

    ad_record(&a, package_domain, k);
    return ud_aead_seal(box, size, length, package, a.byte, a.length, r->data, err);
}

static void
ad_typed(struct ad *a, const struct ud_store_work *work, uint32_t ring)
{
    struct ud_store_key k = { .version = 1, .ring = ring };

    k.k.device = work->device;
    k.k.id = work->id;
    k.k.kind = work->kind;
    ad_record(a, typed_domain, &k);
}

enum ud_status
ud_ring_seal_typed(struct ud_ring *r, uint8_t box[UD_BOX_MAX], size_t *length, struct ud_secret *typed,
    const struct ud_store_work *work, struct ud_error *err)
{
    struct ad a;

    ad_typed(&a, work, r->data_id);
    return ud_aead_seal(box, UD_BOX_MAX, length, typed, a.byte, a.length, r->data, err);
}

enum ud_status
ud_ring_unseal_typed(struct ud_ring *r, struct ud_secret **out, const uint8_t *box, size_t length, uint32_t ring,
    const struct ud_store_work *work, struct ud_error *err)
{
    struct ad a;

    *out = NULL;
    ad_typed(&a, work, ring);
    if (ring == r->data_id && ud_aead_open(out, box, length, a.byte, a.length, r->data, err) == UD_OK)
        return UD_OK;
    ud_error_set(err, UD_TAMPERED, "The typed key is damaged or was moved from another request");
    return UD_TAMPERED;
}

enum ud_status
ud_ring_unseal_package(struct ud_ring *r, struct ud_secret **out, const uint8_t *box, size_t length, const struct ud_store_key *k,
    struct ud_error *err)
{
    struct ad a;

    *out = NULL;
    ad_record(&a, package_domain, k);
    if (k->ring == r->data_id && ud_aead_open(out, box, length, a.byte, a.length, r->data, err) == UD_OK)
        return UD_OK;
    ud_error_set(err, UD_TAMPERED, "The stored key package is damaged or was moved from another record");
    return ud_error_hint(err, "Restore the database from its last backup and run escrowd verify.");
}

void
ud_ring_token_hash(uint8_t out[UD_HASH_SIZE], struct ud_ring *r, const uint8_t id[16], const uint8_t proof[32])
{
    static const char domain[] = "unlockdesk escrowd token 1";
    const struct ud_bytes part[] = { { domain, sizeof(domain) }, { id, 16 }, { proof, 32 } };

    ud_hash_keyed(out, part, 3, r->token);
}

void
ud_ring_match_hash(uint8_t out[UD_HASH_SIZE], struct ud_ring *r, uint64_t key_row, const char *type, struct ud_secret *plain)
{
    static const char domain[] = "unlockdesk escrowd match 1";
    uint8_t row[8];
    struct ud_bytes part[] = { { domain, sizeof(domain) }, { row, sizeof(row) }, { type, strlen(type) + 1 }, { NULL, 0 } };

    for (int i = 0; i < 8; i++)
        row[i] = (uint8_t)(key_row >> (8 * i));
    part[3] = (struct ud_bytes){ ud_secret_open(plain), ud_secret_length(plain) };
    ud_hash_keyed(out, part, 4, r->match);
    ud_secret_close(plain);
}
