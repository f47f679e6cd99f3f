/* DIR/escrowd.conf and the names of the files beside it. Read once; nothing secret stands in it. */
#ifndef UD_VAULT_CONFIG_H
#define UD_VAULT_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "escrowd/vault/network.h"

struct ud_service_config {
    char dir[256];
    char name[96];
    char tenant[64], client_id[64];
    bool training;
    char socket_path[108]; /* unix = …; empty: HTTPS */
    char host[256];
    uint16_t port;
    char public_url[256];
    char certificate[320], key[320], ca[320], signer[320];    /* absolute */
    unsigned reveals_operator, reveals_device, reveals_total; /* an hour; the first counts different keys */
    unsigned throttle_calls;                                  /* calls a token may make in 20 s; 0: no limit */
    struct {
        bool enabled;                /* the check-in protocol is answered */
        char prefix[64];             /* in front of its addresses: "" or "/crypt" */
        struct ud_networks networks; /* whoever calls from there needs no credential */
        unsigned changes_a_day;      /* more changed keys of one serial than that are told */
    } check_in;
};

#define UD_FILE_CONFIG   "escrowd.conf"
#define UD_FILE_DATABASE "escrowd.db"
#define UD_FILE_MASTER   "master.key"
#define UD_FILE_ANCHOR   "audit.anchor"
#define UD_FILE_ADMIN    "admin.sock"
#define UD_FILE_SIM_KEY  "simulate.key"
#define UD_FILE_SIM      "simulate.token"
#define UD_FILE_PASSWORD ".password" /* behind the name of an invented person */
#define UD_FILE_CAST     "cast.json"

void ud_service_defaults(struct ud_service_config *c, const char *dir);
UD_CHECK enum ud_status ud_service_load(struct ud_service_config *c, const char *dir, struct ud_error *err);
UD_CHECK enum ud_status ud_service_save(const struct ud_service_config *c, struct ud_error *err);
/* DIR/name. UD_INVALID where it does not fit. */
UD_CHECK enum ud_status ud_service_path(
    char *out, size_t size, const struct ud_service_config *c, const char *name, struct ud_error *err);

#endif
