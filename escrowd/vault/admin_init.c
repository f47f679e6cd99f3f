/* Making a service. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "escrowd/vault/certificate.h"
#include "escrowd/vault/shared.h"

/* What an invented site says; a real one says nothing until somebody has set it. */
static const char training_branding[] =
    "{\"company\":\"Training IT\",\"helpdesk_text\":\"Call the service desk, extension 4357.\","
    "\"helpdesk_url\":\"https://desk.training.invalid\",\"languages\":["
    "{\"language\":\"nl\",\"helpdesk_text\":\"Bel de servicedesk, toestel 4357.\"},"
    "{\"language\":\"sv\",\"helpdesk_text\":\"Ring servicedesken, anknytning 4357.\"},"
    "{\"language\":\"ja\",\"helpdesk_text\":\"サービスデスク (内線 4357) に電話してください。\"}]}";

static enum ud_status
fill_words(struct ud_store *s, bool training, struct ud_error *err)
{
    enum ud_status st = ud_admin_notices_shipped(s, training, err);

    if (st == UD_OK && training)
        st = ud_store_meta_put(s, "branding", training_branding, sizeof(training_branding) - 1, err);
    return st;
}

static enum ud_status
fill_database(struct ud_store *s, const struct ud_service_config *c, bool plain, const char *master, struct ud_error *err)
{
    struct ud_policy p;
    enum ud_status st = ud_store_begin(s, err);

    if (st != UD_OK)
        return st;
    ud_policy_default(&p, c->training ? UD_PROFILE_TRAINING : UD_PROFILE_WORKSTATION);
    p.training = c->training;
    if ((st = ud_admin_policy_put(s, &p, plain, err)) == UD_OK && (st = fill_words(s, c->training, err)) == UD_OK)
        st = ud_ring_create(s, master, ud_clock_wall(), err);
    if (st == UD_OK)
        return ud_store_commit(s, err);
    ud_store_rollback(s);
    return st;
}

static enum ud_status
refuse_existing(const struct ud_service_config *c, struct ud_error *err)
{
    static const char *const files[] = { UD_FILE_CONFIG, UD_FILE_DATABASE, UD_FILE_MASTER };
    char path[512];
    struct stat sb;

    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        enum ud_status st = ud_service_path(path, sizeof(path), c, files[i], err);
        if (st != UD_OK)
            return st;
        if (lstat(path, &sb) != 0)
            continue;
        ud_error_set(err, UD_EXISTS, "There is a service in %s already (%s)", c->dir, files[i]);
        return ud_error_hint(err, "Choose another directory. Without its master.key a service's keys cannot be read any more.");
    }
    return UD_OK;
}

enum ud_status
ud_admin_init(struct ud_service_config *c, bool plain_graph_reads, struct ud_error *err)
{
    char database[512], master[512];
    struct ud_store *s = NULL;
    struct ud_guid id;
    enum ud_status st;

    ud_guid_random(&id);
    ud_guid_format(c->tenant, &id);
    ud_guid_random(&id);
    ud_guid_format(c->client_id, &id);
    if ((st = ud_dir_ensure(c->dir, err)) != UD_OK || (st = refuse_existing(c, err)) != UD_OK ||
        (st = ud_service_path(database, sizeof(database), c, UD_FILE_DATABASE, err)) != UD_OK ||
        (st = ud_service_path(master, sizeof(master), c, UD_FILE_MASTER, err)) != UD_OK)
        return st;
    if ((st = ud_store_open(&s, database, UD_STORE_CREATE, err)) == UD_OK &&
        (st = fill_database(s, c, plain_graph_reads, master, err)) == UD_OK &&
        (c->socket_path[0] != '\0' || (st = ud_certificate_make(c, ud_clock_wall(), err)) == UD_OK))
        st = ud_service_save(c, err);
    ud_store_free(&s);
    return st;
}
