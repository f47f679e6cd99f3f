/* The vault as a process: its socket to the front, its admin socket, signals. */
#ifndef UD_VAULT_PROCESS_H
#define UD_VAULT_PROCESS_H

#include "escrowd/vault/config.h"

/* Serves `link_fd` (taken over) until SIGTERM or SIGINT (UD_OK), or until the front ends (UD_OFFLINE). Switches the sandbox on before
 * the first request. UD_BUSY where another process serves the same directory. SIGHUP, and a caller at DIR/admin.sock (this user or root
 * only), make it read policy, notices and users again. */
UD_CHECK enum ud_status ud_vault_run(const struct ud_service_config *c, int link_fd, struct ud_error *err);
/* Tells a running vault to read again, and waits until it has. UD_OK also where none runs. */
UD_CHECK enum ud_status ud_vault_notify(const struct ud_service_config *c, struct ud_error *err);

#endif
