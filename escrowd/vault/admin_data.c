/* Administrators' commands on devices and keys: import, seed, device tokens; and the check of the audit. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "escrowd/vault/process.h"
#include "escrowd/vault/seed.h"
#include "escrowd/vault/shared.h"
#include "escrowd/vault/training_people.h"

/* --- import ------------------------------------------------------------------------------------------------------------ */

/* The file in locked memory of our own: it holds secrets, and no buffer that is moved about should. */
static enum ud_status
read_locked(char **out, size_t *length, size_t *room, const char *file, struct ud_error *err)
{
    struct stat sb;
    int fd = -1;
    size_t used = 0;
    enum ud_status st = ud_file_open_read(&fd, file, err);

    *out = NULL;
    *length = *room = 0;
    if (st != UD_OK)
        return st;
    if (fstat(fd, &sb) != 0 || (size_t)sb.st_size > UD_IMPORT_MAX) {
        close(fd);
        return ud_error_set(err, UD_INVALID, "%s is larger than %zu MiB", file, UD_IMPORT_MAX >> 20);
    }
    *room = (size_t)sb.st_size + 1;
    char *data = mmap(NULL, *room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (data == MAP_FAILED) {
        close(fd);
        return ud_error_errno(err, file);
    }
    /* A large file is over the lock limit of most accounts; it is wiped all the same, and never dumped. */
    (void)mlock(data, *room);
    (void)madvise(data, *room, MADV_DONTDUMP);
    for (ssize_t n; used < (size_t)sb.st_size && (n = read(fd, data + used, (size_t)sb.st_size - used)) > 0;)
        used += (size_t)n;
    close(fd);
    *out = data;
    *length = used;
    return UD_OK;
}

enum ud_status
ud_admin_import(struct ud_admin *a, const char *file, const struct ud_import_options *o, ud_import_problem problem, void *arg,
    struct ud_import_report *report, struct ud_error *err)
{
    char *data;
    size_t length = 0, room = 0;
    enum ud_status st = read_locked(&data, &length, &room, file, err);

    if (st != UD_OK)
        return st;
    struct ud_import_options named = *o;
    named.caller = a->who;
    named.file = file;
    st = ud_import(&a->context, data, length, &named, problem, arg, report, err);
    explicit_bzero(data, room);
    munmap(data, room);
    return st == UD_OK && !o->dry_run ? ud_vault_notify(&a->config, err) : st;
}

/* --- seed -------------------------------------------------------------------------------------------------------------- */

static enum ud_status
write_secret(const struct ud_admin *a, const char *name, struct ud_secret *s, struct ud_error *err)
{
    char path[512];
    enum ud_status st = ud_service_path(path, sizeof(path), &a->config, name, err);

    if (st != UD_OK)
        return st;
    st = ud_file_replace(path, ud_secret_open(s), ud_secret_length(s), 0600, err);
    ud_secret_close(s);
    return st;
}

enum ud_status
ud_admin_new_token(
    struct ud_admin *a, struct ud_secret **text, struct ud_token *id, uint8_t hash[UD_HASH_SIZE], struct ud_error *err)
{
    struct ud_token t;
    enum ud_status st = ud_secret_new(text, UD_TOKEN_TEXT, err);

    memset(id, 0, sizeof(*id));
    if (st != UD_OK)
        return st;
    ud_random(&t, sizeof(t));
    ud_ring_token_hash(hash, a->context.ring, t.id, t.proof);
    memcpy(id->id, t.id, sizeof(t.id));
    st = ud_token_append(*text, &t, err);
    ud_token_wipe(&t);
    return st;
}

static enum ud_status
make_simulator(struct ud_admin *a, struct ud_error *err)
{
    uint8_t value[UD_TOKEN_ID + UD_HASH_SIZE];
    struct ud_secret *text = NULL;
    struct ud_token id;
    enum ud_status st = ud_admin_new_token(a, &text, &id, value + UD_TOKEN_ID, err);

    memcpy(value, id.id, UD_TOKEN_ID);
    if (st == UD_OK && (st = ud_store_meta_put(a->context.store, "simulator", value, sizeof(value), err)) == UD_OK)
        st = write_secret(a, UD_FILE_SIM, text, err);
    ud_secret_free(&text);
    return st;
}

/* A password nobody chose: 24 characters of base64url. */
static enum ud_status
random_password(struct ud_secret **out, struct ud_error *err)
{
    unsigned char bytes[18];
    char text[25];
    enum ud_status st = ud_secret_new(out, sizeof(text), err);

    if (st != UD_OK)
        return st;
    ud_random(bytes, sizeof(bytes));
    ud_base64url_encode(text, sizeof(text), bytes, sizeof(bytes));
    st = ud_secret_append(*out, text, sizeof(text) - 1, err);
    explicit_bzero(text, sizeof(text));
    explicit_bzero(bytes, sizeof(bytes));
    return st;
}

/* One password and one hash for all of them: hashing is slow by design, and a demo starts while somebody waits. */
static enum ud_status
make_people(struct ud_admin *a, struct ud_error *err)
{
    struct ud_secret *password = NULL;
    char hash[UD_PASSWORD_HASH], file[64];
    enum ud_status st = random_password(&password, err);

    if (st == UD_OK)
        st = ud_password_hash(hash, password, err);
    for (size_t i = 0; i < UD_TRAINING_PEOPLE && st == UD_OK; i++) {
        const struct ud_training_person *p = &ud_training_people[i];
        (void)snprintf(file, sizeof(file), "%s" UD_FILE_PASSWORD, p->name);
        if ((st = ud_admin_user_insert(a, p->name, p->role, p->account, p->display, hash, err)) == UD_OK)
            st = write_secret(a, file, password, err);
    }
    ud_secret_free(&password);
    return st;
}

static enum ud_status
make_simulate_key(struct ud_admin *a, struct ud_secret **key, struct ud_error *err)
{
    enum ud_status st = ud_secret_new(key, UD_HASH_SIZE, err);

    if (st != UD_OK)
        return st;
    ud_random(ud_secret_open_write(*key), UD_HASH_SIZE);
    ud_secret_close(*key);
    ud_secret_set_length(*key, UD_HASH_SIZE);
    return write_secret(a, UD_FILE_SIM_KEY, *key, err);
}

enum ud_status
ud_admin_seed(struct ud_admin *a, uint32_t devices, uint32_t seed, struct ud_error *err)
{
    struct ud_secret *key = NULL;
    char detail[64];
    enum ud_status st;

    if (!a->config.training) {
        ud_error_set(err, UD_DENIED, "This is no training service: invented devices do not belong here");
        return ud_error_hint(err, "Make one with: escrowd init DIR --training");
    }
    if ((st = make_simulate_key(a, &key, err)) == UD_OK)
        st = ud_seed(&a->context, a->config.dir, key, devices, seed, err);
    ud_secret_free(&key);
    if (st != UD_OK || (st = ud_change_begin(&a->context, err)) != UD_OK)
        return st;
    (void)snprintf(detail, sizeof(detail), "%u devices, seed %u", devices, seed);
    if ((st = make_simulator(a, err)) == UD_OK && (st = make_people(a, err)) == UD_OK)
        st = ud_admin_note(a, "seeded", detail, err);
    return ud_admin_end(a, st, err);
}

/* --- device tokens ----------------------------------------------------------------------------------------------------- */

struct match {
    uint64_t row;
    unsigned count;
};

static bool
note_match(const struct ud_store_device *d, void *arg)
{
    struct match *m = arg;

    m->row = d->row;
    m->count++;
    return true;
}

enum ud_status
ud_admin_find_device(struct ud_admin *a, uint64_t *row, const char *text, struct ud_error *err)
{
    struct match m = { 0 };
    struct ud_guid id;
    enum ud_status st = UD_OK;

    if (ud_guid_parse(&id, text, strlen(text), NULL) == UD_OK)
        st = ud_store_device_by_id(a->context.store, &id, note_match, &m, err);
    if (m.count == 0)
        st = ud_store_devices(a->context.store, UD_STORE_SERIAL_IS, text, NULL, 0, 2, note_match, &m, err);
    if (m.count == 0 && st == UD_OK)
        st = ud_store_devices(a->context.store, UD_STORE_NAME_IS, text, NULL, 0, 2, note_match, &m, err);
    *row = m.row;
    if (st != UD_OK || m.count == 1)
        return st;
    return m.count == 0 ? ud_error_set(err, UD_NOTFOUND, "There is no device %.100s", text)
                        : ud_error_set(err, UD_AMBIGUOUS, "Several devices are called %.100s: give the serial number", text);
}

enum ud_status
ud_admin_device_token(struct ud_admin *a, const char *device, struct ud_secret **text, struct ud_error *err)
{
    uint8_t hash[UD_HASH_SIZE];
    struct ud_token id;
    uint64_t row;
    enum ud_status st;

    *text = NULL;
    if ((st = ud_admin_find_device(a, &row, device, err)) != UD_OK || (st = ud_change_begin(&a->context, err)) != UD_OK)
        return st;
    if ((st = ud_admin_new_token(a, text, &id, hash, err)) == UD_OK &&
        (st = ud_store_device_token_add(a->context.store, id.id, hash, row, err)) == UD_OK)
        st = ud_admin_note(a, "device-token", device, err);
    st = ud_admin_end(a, st, err);
    if (st != UD_OK)
        ud_secret_free(text);
    return st;
}

enum ud_status
ud_admin_verify(struct ud_admin *a, struct ud_audit_report *report, struct ud_error *err)
{
    char anchor[512];
    enum ud_status st = ud_service_path(anchor, sizeof(anchor), &a->config, UD_FILE_ANCHOR, err);

    if (st == UD_OK)
        st = ud_store_check(a->context.store, err);
    return st == UD_OK ? ud_audit_verify(report, a->context.store, a->context.ring, anchor, err) : st;
}
