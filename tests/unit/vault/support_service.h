/* A whole service inside the test: made, filled, its vault running, asked through the codec. */
#ifndef UD_TESTS_SERVICE_H
#define UD_TESTS_SERVICE_H

#include "escrowd/vault/admin.h"
#include "escrowd/vault/vault.h"

struct service {
    char dir[64];
    struct ud_service_config config;
    struct ud_vault *vault;
    struct ud_vault_reply *reply; /* the last one */
    uint32_t asked;
    struct ud_vault_reply *kept[8]; /* of service_send, in the order of the answers */
    size_t kept_count;
    bool keeping;
};

/* A training service with an invented fleet of `devices` (0: empty). Ends the test where it cannot be made. */
void service_open(struct service *s, uint32_t devices);
void service_close(struct service *s); /* and removes its directory */
void service_stop(struct service *s);  /* the vault only */
void service_start(struct service *s);

/* Asks and waits. The reply is the service's until the next question. */
const struct ud_vault_reply *service_ask(struct service *s, const struct ud_vault_request *r);
/* Sends without waiting; the answers of everything sent so are kept. service_settle: until `count` are there, or the time is over (false). */
uint32_t service_send(struct service *s, const struct ud_vault_request *r);
bool service_settle(struct service *s, size_t count, int milliseconds);
/* The kept answer to that request, or NULL; and the end of keeping. */
const struct ud_vault_reply *service_kept(const struct service *s, uint32_t id);
void service_forget(struct service *s);
/* Makes this the service's policy: JSON members, as in "approval":"yes". The running vault takes it over. */
void service_policy(struct service *s, const char *members);
/* The access token of a new user "NAME" with a role; `account` may be NULL. */
struct ud_token service_user(struct service *s, const char *name, const char *role, const char *account);
/* Splits the reply's token secret. */
void service_tokens(const struct ud_vault_reply *reply, struct ud_token *access, struct ud_token *refresh);
/* First device for which `fits` says yes. */
typedef bool (*service_fits)(const struct ud_store_device *d);
struct ud_guid service_device(struct service *s, service_fits fits);
/* Token of a simulated device. */
struct ud_token service_device_token(struct service *s, const struct ud_guid *device);
/* Stores a key as the device would; the code of the answer. */
enum ud_vault_code service_deposit(
    struct service *s, const struct ud_guid *device, const struct ud_guid *id, enum ud_kind kind, const char *key);

/* Lines of the audit that hold both texts; `with` may be NULL. */
unsigned service_audited(struct service *s, const char *event, const char *with);

#endif
