/* The vault process: keys, database, audit, and who may do what; no network. It answers requests (request.h), in any order. The
 * thread that calls these functions owns everything but the writer's connection: reads run here, on a connection of their own; changes
 * run on one writer thread that commits in groups; passwords are checked on a third. Nothing is answered before it is durable. */
#ifndef UD_VAULT_VAULT_H
#define UD_VAULT_VAULT_H

#include "escrowd/vault/config.h"
#include "escrowd/vault/request.h"

struct ud_vault;

/* Called for each answer, in the thread that called handle or finish. The reply is the vault's. */
typedef void (*ud_vault_answer)(const struct ud_vault_reply *reply, void *arg);

/* Opens keys and database. Threads start with ud_vault_start, so that the sandbox can be switched on in between. */
UD_CHECK enum ud_status ud_vault_open(
    struct ud_vault **out, const struct ud_service_config *config, ud_vault_answer answer, void *arg, struct ud_error *err);
UD_CHECK enum ud_status ud_vault_start(struct ud_vault *v, struct ud_error *err);
/* Lets open changes finish, signs a checkpoint, frees. */
void ud_vault_close(struct ud_vault **v);

/* Takes over the request. The answer comes at once or from a later ud_vault_finish. */
void ud_vault_handle(struct ud_vault *v, struct ud_vault_request *r);
/* Around several requests that came together: what they read is one state of the database. Nothing is finished in between. */
void ud_vault_batch_begin(struct ud_vault *v);
void ud_vault_batch_end(struct ud_vault *v);
/* Readable when something has finished. */
int ud_vault_fd(const struct ud_vault *v);
/* Answers what has finished, and what has waited long enough. */
void ud_vault_finish(struct ud_vault *v);
/* Milliseconds until finish should be called anyway; -1: no need. */
int ud_vault_timeout(const struct ud_vault *v);
/* Reads policy, notices and users again, after an administrator changed them. */
UD_CHECK enum ud_status ud_vault_reload(struct ud_vault *v, struct ud_error *err);
/* Requests not answered yet. */
size_t ud_vault_open_requests(const struct ud_vault *v);
/* Tests: a full disk (see ud_store_limit_pages). */
void ud_vault_limit_pages(struct ud_vault *v, unsigned pages);

#endif
