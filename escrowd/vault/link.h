/* One end of the socket pair between front and vault: frames in, frames out, buffered so that many messages cost one
 * system call. Non-blocking. Not thread-safe: one thread owns it, or the callers lock. What was sent or taken out of the
 * buffers is wiped, because tokens pass through them. */
#ifndef UD_VAULT_LINK_H
#define UD_VAULT_LINK_H

#include "escrowd/vault/request.h"

struct ud_vault_link;

/* Takes over `fd` (any stream socket; made non-blocking). */
UD_CHECK enum ud_status ud_vault_link_new(struct ud_vault_link **out, int fd, struct ud_error *err);
void ud_vault_link_free(struct ud_vault_link **l);
int ud_vault_link_fd(const struct ud_vault_link *l);

/* Front: queue a request; vault: queue a reply. Nothing is written before flush, except that a message with a secret part
 * goes out at once and blocks up to 1 s (a secret is never queued). UD_OFFLINE where the other end is gone. */
UD_CHECK enum ud_status ud_vault_link_request(struct ud_vault_link *l, const struct ud_vault_request *r, struct ud_error *err);
UD_CHECK enum ud_status ud_vault_link_reply(struct ud_vault_link *l, const struct ud_vault_reply *r, struct ud_error *err);
/* Writes what is queued, as much as fits. wants_out: poll for POLLOUT and flush again. */
UD_CHECK enum ud_status ud_vault_link_flush(struct ud_vault_link *l, struct ud_error *err);
bool ud_vault_link_wants_out(const struct ud_vault_link *l);

/* Vault: next request; front: next reply. UD_NOTFOUND: nothing complete now (reads the socket once before saying so).
 * UD_OFFLINE: the other end is gone. UD_MALFORMED: end the process. */
UD_CHECK enum ud_status ud_vault_link_next_request(struct ud_vault_link *l, struct ud_vault_request **out, struct ud_error *err);
UD_CHECK enum ud_status ud_vault_link_next_reply(struct ud_vault_link *l, struct ud_vault_reply **out, struct ud_error *err);

#endif
