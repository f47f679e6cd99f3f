#include "escrowd/vault/seed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/file.h"
#include "domain/recovery.h"
#include "escrowd/vault/roster.h"
#include "escrowd/vault/seed_cast.h"
#include "escrowd/vault/seed_names.h"

#define DAY        ((ud_wall)24 * 60 * 60 * 1000)
#define HOUR       ((ud_wall)60 * 60 * 1000)
#define ROSTER_MAX ((size_t)512 * 1024 * 1024)
#define ODD_ONE    17u /* one device in 50 is offline or fails */
#define BULK_LEAST 20000u
#define PAPER_KEY  29u /* characters of a FileVault recovery key with its dashes */
#define PAPER_ROOM 32u

struct sower {
    struct ud_change_context *c;
    struct ud_secret *simulate_key;
    struct ud_dice dice;
    struct ud_buf roster, cast;
    unsigned calls;
};

struct plot { /* one device being made */
    struct ud_store_device device;
    struct ud_invented invented;
    const struct ud_cast *cast; /* NULL: an ordinary one */
    enum ud_behaviour behaviour;
    struct ud_guid key, tpm; /* the key in use and the TPM's protector, for the cast */
    char paper[PAPER_ROOM];  /* of an invented Mac that no service has a key of: there is nothing that it protects */
};

/* --- keys --------------------------------------------------------------------------------------------------------------------- */

static void
enlist(struct sower *s, const struct plot *p, const struct ud_store_key *k, struct ud_secret *plain)
{
    struct ud_roster_line line = {
        .device = p->device.d.id, .key = k->k.id, .behaviour = p->behaviour, .kind = k->k.kind, .volume = k->k.volume
    };

    (void)ud_copy(line.name, sizeof(line.name), p->device.d.name);
    (void)ud_copy(line.serial, sizeof(line.serial), p->device.d.serial);
    (void)ud_copy(line.os, sizeof(line.os), p->device.d.os);
    ud_roster_fingerprint(line.fingerprint, &line.device, plain, s->simulate_key);
    ud_roster_format(&s->roster, &line);
}

/* `newest`: it is the one in use, which simulated devices know. */
static enum ud_status
add_key(
    struct sower *s, struct plot *p, enum ud_kind kind, enum ud_volume volume, ud_wall created, bool newest, struct ud_error *err)
{
    struct ud_store_key k = { .device_row = p->device.row, .entra = p->device.d.entra_id };
    struct ud_secret *plain = NULL;
    bool existing;
    enum ud_status st;

    k.k = (struct ud_key){ .device = p->device.d.id, .kind = kind, .volume = volume, .created = created, .shown = UD_WALL_NONE };
    if (kind == UD_KIND_BITLOCKER || kind == UD_KIND_LUKS)
        ud_dice_guid(&s->dice, &k.k.id);
    if (newest && volume == UD_VOLUME_OS && p->cast != NULL && (p->cast->traits & UD_CAST_TWIN_KEY) != 0)
        memcpy(k.k.id.byte, (const uint8_t[]){ 0xc0, 0xff, 0xee, 0x00 }, 4);
    if ((st = ud_recovery_generate(&plain, kind, err)) == UD_OK &&
        (st = ud_escrow_key(s->c, &k, plain, &existing, err)) == UD_OK && newest) {
        enlist(s, p, &k, plain);
        if (volume != UD_VOLUME_FIXED)
            p->key = k.k.id;
    }
    ud_secret_free(&plain);
    return st;
}

static enum ud_status
add_windows_keys(struct sower *s, struct plot *p, struct ud_error *err)
{
    ud_wall age = (ud_wall)ud_dice_below(&s->dice, 300) * DAY + (ud_wall)ud_dice_below(&s->dice, 86400) * 1000;
    uint32_t dice = ud_dice_below(&s->dice, 100);
    enum ud_status st = UD_OK;

    ud_dice_guid(&s->dice, &p->tpm);
    if ((st = ud_store_protector_add(s->c->store, p->device.row, &p->tpm, "tpm", err)) != UD_OK)
        return st;
    if (dice < 20) /* an older key stays reachable */
        st = add_key(s, p, UD_KIND_BITLOCKER, UD_VOLUME_OS, s->c->now - age - 200 * DAY, false, err);
    if (st == UD_OK && dice >= 80)
        st = add_key(s, p, UD_KIND_BITLOCKER, UD_VOLUME_FIXED, s->c->now - age - DAY, true, err);
    if (st == UD_OK)
        st = add_key(s, p, UD_KIND_BITLOCKER, UD_VOLUME_OS, s->c->now - age, true, err);
    if (st == UD_OK && dice % 10 == 3 && p->cast == NULL)
        st = add_key(s, p, UD_KIND_LAPS, UD_VOLUME_NONE, s->c->now - age / 2, true, err);
    return st;
}

/* A key that the Mac knows and its user has on paper: the same for the same seed, because a trainee reads it from another demo. */
static enum ud_status
write_down(struct sower *s, struct plot *p, struct ud_error *err)
{
    static const char alphabet[] = "ABCDEFGH8JKLMNOPQR9TUVWXYZ234567";
    struct ud_store_key k = { .k = { .kind = UD_KIND_FILEVAULT, .volume = UD_VOLUME_OS } };
    struct ud_secret *plain = NULL;
    enum ud_status st = ud_secret_new(&plain, PAPER_ROOM, err);

    for (size_t i = 0; i < PAPER_KEY; i++)
        p->paper[i] = alphabet[ud_dice_below(&s->dice, 32)];
    for (size_t i = 4; i < PAPER_KEY; i += 5)
        p->paper[i] = '-';
    if (st == UD_OK && (st = ud_secret_append(plain, p->paper, PAPER_KEY, err)) == UD_OK)
        enlist(s, p, &k, plain);
    ud_secret_free(&plain);
    return st;
}

static enum ud_status
add_keys(struct sower *s, struct plot *p, struct ud_error *err)
{
    ud_wall age = (ud_wall)ud_dice_below(&s->dice, 200) * DAY;

    if (p->cast != NULL && (p->cast->traits & UD_CAST_PAPER) != 0)
        return write_down(s, p, err);
    if (p->cast != NULL && (p->cast->traits & UD_CAST_NO_KEY) != 0)
        return UD_OK;
    if (p->cast == NULL && ud_dice_below(&s->dice, 50) == 0)
        return UD_OK; /* about 2 % have nothing stored */
    if (strcmp(p->device.d.os, "macOS") == 0)
        return add_key(s, p, UD_KIND_FILEVAULT, UD_VOLUME_OS, s->c->now - age, true, err);
    if (strcmp(p->device.d.os, "Linux") == 0)
        return add_key(s, p, UD_KIND_LUKS, UD_VOLUME_OS, s->c->now - age, true, err);
    return add_windows_keys(s, p, err);
}

/* --- devices -------------------------------------------------------------------------------------------------------------------- */

static void
use_cast(struct plot *p)
{
    const struct ud_cast *c = p->cast;

    (void)ud_copy(p->invented.name, sizeof(p->invented.name), c->name);
    (void)ud_copy(p->invented.user, sizeof(p->invented.user), c->user);
    (void)ud_copy(p->invented.user_name, sizeof(p->invented.user_name), c->user_name);
    p->invented.os = c->os;
    p->invented.model = c->model;
    p->invented.manufacturer = c->manufacturer;
    p->invented.ownership = c->ownership;
    (void)ud_copy(
        p->invented.os_version, sizeof(p->invented.os_version), strcmp(c->os, "macOS") == 0 ? "15.1" : "10.0.26100.4061");
    if ((c->traits & UD_CAST_OFFLINE) != 0)
        p->behaviour = UD_PLAYS_OFFLINE;
    if ((c->traits & UD_CAST_NO_POLICY) != 0)
        p->behaviour = UD_PLAYS_FAILING;
}

static void
fill_device(struct sower *s, struct plot *p)
{
    const struct ud_invented *v = &p->invented;
    ud_wall ago = p->behaviour == UD_PLAYS_OFFLINE ? (ud_wall)(9 + ud_dice_below(&s->dice, 20)) * DAY
                                                   : (ud_wall)ud_dice_below(&s->dice, 72) * HOUR;

    ud_dice_guid(&s->dice, &p->device.d.id);
    ud_dice_guid(&s->dice, &p->device.d.entra_id);
    p->device.d.name = v->name;
    p->device.d.serial = v->serial;
    p->device.d.user = v->user;
    p->device.d.user_name = v->user_name;
    p->device.d.model = v->model;
    p->device.d.os = v->os;
    p->device.d.os_version = v->os_version;
    p->device.d.ownership = v->ownership;
    p->device.d.encrypted = UD_YES;
    p->device.d.last_checkin = s->c->now - ago - HOUR / 2;
    p->device.manufacturer = v->manufacturer;
    p->device.domain = "TRAINING";
    p->device.local_users = v->user;
    p->device.enrolled = s->c->now - 400 * DAY;
}

/* What the caller reads out, in upper case as a screen shows it. */
static void
said(char out[PAPER_ROOM], const struct plot *p)
{
    struct ud_guid id = (p->cast->traits & UD_CAST_READS_TPM) != 0 ? p->tpm : p->key;

    out[0] = '\0';
    if ((p->cast->traits & UD_CAST_MISHEARD) != 0)
        id.byte[2] = (uint8_t)(id.byte[2] ^ 0x50); /* one character: its first half */
    if (p->paper[0] != '\0')
        (void)ud_copy(out, PAPER_ROOM, p->paper);
    else if (!ud_guid_is_zero(&id))
        ud_guid_short(out, &id);
}

static enum ud_status
sow(struct sower *s, uint32_t index, const struct ud_cast *cast, struct ud_error *err)
{
    struct plot p = { .cast = cast };
    char id[PAPER_ROOM];
    enum ud_status st;

    ud_invent(&p.invented, &s->dice, index);
    if (cast != NULL)
        use_cast(&p);
    else if (index % 50 == ODD_ONE)
        p.behaviour = index / 50 % 2 == 0 ? UD_PLAYS_FAILING : UD_PLAYS_OFFLINE;
    fill_device(s, &p);
    if ((st = ud_store_device_add(s->c->store, &p.device.row, &p.device, err)) != UD_OK || (st = add_keys(s, &p, err)) != UD_OK)
        return st;
    if (cast == NULL || (cast->traits & UD_CAST_SILENT) != 0)
        return UD_OK;
    said(id, &p);
    s->calls++;
    ud_cast_write(&s->cast, s->calls, cast, p.invented.serial, id, s->calls == 1);
    return UD_OK;
}

static enum ud_status
sow_all(struct sower *s, uint32_t devices, struct ud_error *err)
{
    uint32_t cast_count;
    const struct ud_cast *cast = ud_cast_list(&cast_count);
    enum ud_status st = UD_OK;

    for (uint32_t i = 0; i < devices && st == UD_OK; i++)
        st = sow(s, i, devices >= UD_SEED_CAST_LEAST && i < cast_count ? &cast[i] : NULL, err);
    return st;
}

/* --- files ------------------------------------------------------------------------------------------------------------------------- */

static enum ud_status
write_file(const char *dir, const char *name, struct ud_buf *b, struct ud_error *err)
{
    char path[600];
    enum ud_status st = ud_buf_status(b, err);

    (void)snprintf(path, sizeof(path), "%s/%s", dir, name);
    return st != UD_OK ? st : ud_file_replace(path, b->data != NULL ? b->data : "", b->length, 0600, err);
}

static enum ud_status
write_files(struct sower *s, const char *dir, struct ud_error *err)
{
    enum ud_status st = write_file(dir, UD_ROSTER_FILE, &s->roster, err);

    ud_buf_text(&s->cast, "]}\n");
    return st != UD_OK ? st : write_file(dir, UD_FILE_CAST, &s->cast, err);
}

enum ud_status
ud_seed(struct ud_change_context *c, const char *dir, struct ud_secret *simulate_key, uint32_t devices, uint32_t seed,
    struct ud_error *err)
{
    struct sower s = { .c = c, .simulate_key = simulate_key, .dice = { (uint64_t)seed << 32 ^ devices ^ 0x75646b73 } };
    bool bulk = devices >= BULK_LEAST;
    uint64_t known;
    enum ud_status st;

    if ((st = ud_store_device_count(c->store, &known, UD_STORE_ALL, NULL, NULL, err)) != UD_OK)
        return st;
    if (known > 0)
        return ud_error_set(err, UD_EXISTS, "This service holds devices already; an invented fleet needs an empty one");
    ud_buf_init(&s.roster, ROSTER_MAX);
    ud_buf_init(&s.cast, (size_t)1 << 20);
    ud_buf_text(&s.cast, "{\"calls\":[\n");
    if ((st = ud_change_begin(c, err)) != UD_OK)
        goto out;
    ud_ring_hold(c->ring);
    ud_secret_hold(simulate_key, false);
    if (bulk)
        st = ud_store_bulk(c->store, err);
    if (st == UD_OK)
        st = sow_all(&s, devices, err);
    ud_secret_release(simulate_key);
    ud_ring_release(c->ring);
    if (st == UD_OK && bulk)
        st = ud_store_bulk_done(c->store, err);
    if (st == UD_OK)
        st = write_files(&s, dir, err);
    if (st == UD_OK)
        st = ud_store_commit(c->store, err);
    else
        ud_store_rollback(c->store);
out:
    ud_buf_free(&s.roster);
    ud_buf_free(&s.cast);
    return st;
}
