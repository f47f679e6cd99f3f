/* What an administrator's commands do. They work on the database directly, under its lock, beside a running vault, which goes on from
 * what it finds (writer.c) and is told to read policy, notices and users again. Each writes an audit line that names the caller. */
#ifndef UD_VAULT_ADMIN_H
#define UD_VAULT_ADMIN_H

#include "escrowd/vault/import.h"
#include "escrowd/vault/state.h"

struct ud_admin {
    struct ud_service_config config;
    struct ud_change_context context;
    char who[64]; /* account that runs the command */
};

/* Makes a service in config->dir: keys, database, configuration, certificates (unless on a Unix socket), shipped policy and notice.
 * UD_EXISTS where there is one. Tenant and client id are made. */
UD_CHECK enum ud_status ud_admin_init(struct ud_service_config *config, bool plain_graph_reads, struct ud_error *err);
UD_CHECK enum ud_status ud_admin_open(struct ud_admin *a, const char *dir, struct ud_error *err);
void ud_admin_close(struct ud_admin *a);

UD_CHECK enum ud_status ud_admin_user_add(struct ud_admin *a, const char *name, const char *role, const char *account,
    const char *display, struct ud_secret *password, struct ud_error *err);
UD_CHECK enum ud_status ud_admin_user_disable(struct ud_admin *a, const char *name, struct ud_error *err); /* signs out as well */
UD_CHECK enum ud_status ud_admin_user_password(
    struct ud_admin *a, const char *name, struct ud_secret *password, struct ud_error *err);
/* Checks a policy file; with `apply` it becomes the policy. */
UD_CHECK enum ud_status ud_admin_policy(struct ud_admin *a, const char *file, bool apply, struct ud_error *err);
UD_CHECK enum ud_status ud_admin_policy_show(struct ud_admin *a, struct ud_buf *out, struct ud_error *err);
/* The notice of a language ("default": where no other fits), for staff or for employees in self-service. */
UD_CHECK enum ud_status ud_admin_notice(
    struct ud_admin *a, bool self_service, const char *language, const char *file, struct ud_error *err);
UD_CHECK enum ud_status ud_admin_notice_remove(struct ud_admin *a, bool self_service, const char *language, struct ud_error *err);
/* Checks a file with the site's name and helpdesk (wire/branding.h); with `apply` it is in force. (admin_words.c) */
UD_CHECK enum ud_status ud_admin_branding(struct ud_admin *a, const char *file, bool apply, struct ud_error *err);
UD_CHECK enum ud_status ud_admin_branding_show(struct ud_admin *a, struct ud_buf *out, struct ud_error *err);
UD_CHECK enum ud_status ud_admin_import(struct ud_admin *a, const char *file, const struct ud_import_options *o,
    ud_import_problem problem, void *arg, struct ud_import_report *report, struct ud_error *err);
UD_CHECK enum ud_status ud_admin_seed(struct ud_admin *a, uint32_t devices, uint32_t seed, struct ud_error *err);
UD_CHECK enum ud_status ud_admin_verify(struct ud_admin *a, struct ud_audit_report *report, struct ud_error *err);
/* A new token of a device (by id, serial or unique name); *text is new and owned by the caller. */
UD_CHECK enum ud_status ud_admin_device_token(
    struct ud_admin *a, const char *device, struct ud_secret **text, struct ud_error *err);

/* A new device and its token. `os`: "Windows", "macOS", "Linux" or NULL. UD_EXISTS where a device has the serial. */
UD_CHECK enum ud_status ud_admin_device_add(struct ud_admin *a, const char *name, const char *serial, const char *os,
    const char *user, struct ud_secret **text, struct ud_error *err);
/* Every token of the device ends: one that got out, or a device that is given away. UD_NOTFOUND where it has none. */
UD_CHECK enum ud_status ud_admin_device_revoke(struct ud_admin *a, const char *device, struct ud_error *err);
/* By id, else by serial, else by name: exactly one. */
UD_CHECK enum ud_status ud_admin_find_device(struct ud_admin *a, uint64_t *row, const char *text, struct ud_error *err);

/* Agents of the check-in protocol (admin_agent.c). `*secret` NULL: a new one is made, owned by the caller; else it is the agent's. `os` is that
 * of the devices it will bring; NULL: told from the key. */
UD_CHECK enum ud_status ud_admin_agent_add(
    struct ud_admin *a, const char *name, const char *os, struct ud_secret **secret, struct ud_error *err);
UD_CHECK enum ud_status ud_admin_agent_disable(struct ud_admin *a, const char *name, struct ud_error *err);
/* The next credential that speaks for the device is its own from then on. */
UD_CHECK enum ud_status ud_admin_agent_release(struct ud_admin *a, const char *device, struct ud_error *err);
struct ud_retired {
    struct ud_guid id; /* names the device from now on */
    unsigned keys;     /* which stay */
};
/* Out of the list (by id, serial or unique name); its tokens end, its keys stay and are found by their IDs. UD_EXISTS: it was retired before. */
UD_CHECK enum ud_status ud_admin_device_retire(
    struct ud_admin *a, const char *device, struct ud_retired *out, struct ud_error *err);
/* By id: back into the list. */
UD_CHECK enum ud_status ud_admin_device_restore(struct ud_admin *a, const char *device, struct ud_error *err);
/* One key, by its whole ID, for good: a superseded one, or one of a retired device; UD_DENIED for others. */
UD_CHECK enum ud_status ud_admin_key_delete(struct ud_admin *a, const char *key, struct ud_error *err);

#endif
