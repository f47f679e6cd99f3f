/* Administrators' commands on users and policy. */
#include "escrowd/vault/admin.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "escrowd/vault/process.h"
#include "escrowd/vault/shared.h"
#include "wire/escrow.h"

#define PASSWORD_LEAST 8u

static void
set_caller(struct ud_admin *a)
{
    const struct passwd *p = getpwuid(geteuid());

    if (p == NULL)
        (void)snprintf(a->who, sizeof(a->who), "uid %u", (unsigned)geteuid());
    else
        (void)ud_copy(a->who, sizeof(a->who), p->pw_name);
}

enum ud_status
ud_admin_open(struct ud_admin *a, const char *dir, struct ud_error *err)
{
    char database[512], master[512];
    enum ud_status st;

    memset(a, 0, sizeof(*a));
    set_caller(a);
    if ((st = ud_service_load(&a->config, dir, err)) != UD_OK ||
        (st = ud_service_path(database, sizeof(database), &a->config, UD_FILE_DATABASE, err)) != UD_OK ||
        (st = ud_service_path(master, sizeof(master), &a->config, UD_FILE_MASTER, err)) != UD_OK ||
        (st = ud_store_open(&a->context.store, database, UD_STORE_WRITE, err)) != UD_OK ||
        (st = ud_ring_open(&a->context.ring, a->context.store, master, err)) != UD_OK)
        ud_admin_close(a);
    return st;
}

void
ud_admin_close(struct ud_admin *a)
{
    ud_ring_free(&a->context.ring);
    ud_store_free(&a->context.store);
}

enum ud_status
ud_admin_note(struct ud_admin *a, const char *event, const char *detail, struct ud_error *err)
{
    struct ud_audit_entry e = { .event = event, .caller = a->who, .detail = detail };

    return ud_change_audit(&a->context, &e, err);
}

enum ud_status
ud_admin_end(struct ud_admin *a, enum ud_status st, struct ud_error *err)
{
    if (st == UD_OK)
        st = ud_store_commit(a->context.store, err);
    else
        ud_store_rollback(a->context.store);
    return st == UD_OK ? ud_vault_notify(&a->config, err) : st;
}

/* --- users ------------------------------------------------------------------------------------------------------------- */

static enum ud_status
check_password(struct ud_secret *password, struct ud_error *err)
{
    if (password != NULL && ud_secret_length(password) >= PASSWORD_LEAST)
        return UD_OK;
    return ud_error_set(err, UD_INVALID, "The password is shorter than %u characters", PASSWORD_LEAST);
}

static enum ud_status
check_name(const char *name, struct ud_error *err)
{
    char clean[64];

    if (name[0] != '\0' && strlen(name) < sizeof(clean) && !ud_text_clean(clean, sizeof(clean), name, strlen(name)) &&
        strchr(name, ' ') == NULL)
        return UD_OK;
    return ud_error_set(err, UD_INVALID, "A user's name has 1 to 63 characters and no spaces");
}

enum ud_status
ud_admin_user_insert(struct ud_admin *a, const char *name, enum ud_role role, const char *account, const char *display,
    const char *hash, struct ud_error *err)
{
    char full[128];
    struct ud_store_user u = {
        .name = name, .account = full, .display = display != NULL ? display : name, .password = hash, .role = role
    };
    enum ud_status st;

    if (account != NULL)
        (void)ud_copy(full, sizeof(full), account);
    else
        (void)snprintf(
            full, sizeof(full), "%s%s", name, a->config.training && strchr(name, '@') == NULL ? "@training.invalid" : "");
    ud_guid_random(&u.id);
    st = ud_store_user_add(a->context.store, &u, ud_clock_wall(), err);
    if (st == UD_EXISTS)
        return ud_error_set(err, UD_EXISTS, "There is a user %s already", name);
    return st == UD_OK ? ud_admin_note(a, "user-added", name, err) : st;
}

enum ud_status
ud_admin_user_add(struct ud_admin *a, const char *name, const char *role, const char *account, const char *display,
    struct ud_secret *password, struct ud_error *err)
{
    char hash[UD_PASSWORD_HASH];
    enum ud_role r;
    enum ud_status st;

    if (!ud_role_parse(&r, role)) {
        ud_error_set(err, UD_USAGE, "There is no role \"%.40s\"", role);
        return ud_error_hint(err, "Roles: user, helpdesk, advanced, approver, auditor, admin.");
    }
    if ((st = check_name(name, err)) != UD_OK || (st = check_password(password, err)) != UD_OK ||
        (st = ud_password_hash(hash, password, err)) != UD_OK || (st = ud_change_begin(&a->context, err)) != UD_OK)
        return st;
    return ud_admin_end(a, ud_admin_user_insert(a, name, r, account, display, hash, err), err);
}

static void
take_row(const struct ud_store_user *u, void *arg)
{
    *(uint64_t *)arg = u->row;
}

static enum ud_status
find_user(struct ud_admin *a, uint64_t *row, const char *name, struct ud_error *err)
{
    enum ud_status st = ud_store_user_by_name(a->context.store, name, take_row, row, err);

    if (st != UD_NOTFOUND)
        return st;
    ud_error_set(err, UD_NOTFOUND, "There is no user %.63s", name);
    return ud_error_hint(err, "escrowd user list shows them.");
}

enum ud_status
ud_admin_user_disable(struct ud_admin *a, const char *name, struct ud_error *err)
{
    uint64_t row = 0;
    enum ud_status st = ud_change_begin(&a->context, err);

    if (st != UD_OK)
        return st;
    if ((st = find_user(a, &row, name, err)) == UD_OK && (st = ud_store_user_disable(a->context.store, name, err)) == UD_OK &&
        (st = ud_store_user_revoke(a->context.store, row, err)) == UD_OK)
        st = ud_admin_note(a, "user-disabled", name, err);
    return ud_admin_end(a, st, err);
}

enum ud_status
ud_admin_user_password(struct ud_admin *a, const char *name, struct ud_secret *password, struct ud_error *err)
{
    char hash[UD_PASSWORD_HASH];
    uint64_t row = 0;
    enum ud_status st;

    if ((st = check_password(password, err)) != UD_OK || (st = ud_password_hash(hash, password, err)) != UD_OK ||
        (st = ud_change_begin(&a->context, err)) != UD_OK)
        return st;
    if ((st = find_user(a, &row, name, err)) == UD_OK &&
        (st = ud_store_user_password(a->context.store, name, hash, err)) == UD_OK &&
        (st = ud_store_user_revoke(a->context.store, row, err)) == UD_OK)
        st = ud_admin_note(a, "user-password", name, err);
    return ud_admin_end(a, st, err);
}

/* --- policy ------------------------------------------------------------------------------------------------ */

enum ud_status
ud_admin_policy_put(struct ud_store *s, const struct ud_policy *p, bool plain_graph_reads, struct ud_error *err)
{
    struct ud_json_writer w;
    struct ud_buf json;
    enum ud_status st;

    ud_buf_init(&json, (size_t)60 * 1024);
    ud_json_writer_init(&w, &json);
    ud_wire_policy_write(&w, p, plain_graph_reads);
    if ((st = ud_buf_status(&json, err)) == UD_OK)
        st = ud_store_meta_put(s, "policy", json.data, json.length, err);
    ud_buf_free(&json);
    return st;
}

enum ud_status
ud_admin_policy_show(struct ud_admin *a, struct ud_buf *out, struct ud_error *err)
{
    char *json = ud_xcalloc(1, UD_SECRET_MAX);
    size_t length = 0;
    enum ud_status st = ud_store_meta_get(a->context.store, json, UD_SECRET_MAX, &length, "policy", err);

    if (st == UD_OK)
        ud_buf_append(out, json, length);
    free(json);
    return st;
}

enum ud_status
ud_admin_policy(struct ud_admin *a, const char *file, bool apply, struct ud_error *err)
{
    struct ud_policy p;
    struct ud_buf text;
    bool plain = false;
    enum ud_status st;

    ud_policy_default(&p, a->config.training ? UD_PROFILE_TRAINING : UD_PROFILE_WORKSTATION);
    ud_buf_init(&text, (size_t)60 * 1024);
    if ((st = ud_file_read(&text, file, text.max, err)) == UD_OK)
        st = ud_wire_policy_decode(&p, &plain, text.data == NULL ? "" : text.data, text.length, err);
    ud_buf_free(&text);
    if (st == UD_MALFORMED) {
        err->status = UD_INVALID;
        st = ud_error_hint(err, "The file holds one JSON object; escrowd policy show prints one to start from.");
    }
    p.training = a->config.training;
    if (st != UD_OK || !apply)
        return st;
    if ((st = ud_change_begin(&a->context, err)) != UD_OK)
        return st;
    if ((st = ud_admin_policy_put(a->context.store, &p, plain, err)) == UD_OK)
        st = ud_admin_note(a, "policy", plain ? "plain Graph reads allowed" : NULL, err);
    return ud_admin_end(a, st, err);
}
