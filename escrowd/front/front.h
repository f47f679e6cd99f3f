/* The front process of escrowd: HTTP, TLS, JSON, rate limits. It has no database and no key of the escrow; whatever it
 * answers it asked the vault for, over one socket. One thread, one wait: connections whose answer the vault still owes are
 * suspended, so nothing blocks. It ends when the vault does. */
#ifndef UD_FRONT_FRONT_H
#define UD_FRONT_FRONT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct ud_front_config {
    /* Either a Unix socket (plain HTTP, 0600, callers of this user or root only) … */
    const char *socket_path; /* NULL: none. A stale socket there is replaced; the parent removes it at the end */
    /* … or HTTPS. Without certificate and key an address is refused: plain HTTP is for the Unix socket only. */
    const char *host;      /* name or address to listen on */
    uint16_t port;         /* 0: any free one (tests); `ready` is told which */
    const char *cert_file; /* PEM, chain included */
    const char *key_file;  /* PEM, 0600 or 0400 */

    const char *public_url;  /* origin written into links instead of what the Host header says; NULL: Host */
    const char *signer_file; /* RSA key that signs id_tokens; made (0600) where it is missing */

    const char *check_in; /* the check-in protocol is answered behind this prefix ("" or "/crypt"); NULL: it is not */

    unsigned connections;             /* 0: 512 */
    unsigned connections_per_address; /* 0: 32 */
    unsigned throttle_calls;          /* calls one token may make in 20 s before it is answered 429; 0: no limit */

    /* Called once, when connections are accepted: "unix:///run/escrowd.sock" or "https://host:port". May be NULL. */
    void (*ready)(const char *url, void *arg);
    void *arg;
};

/* Runs the front over `vault_fd` (taken over) until the vault ends; then UD_OFFLINE, which is the ordinary end. Switches the
 * sandbox on before the first remote byte. Any other status: it could not start, or the vault sent nonsense. */
UD_CHECK enum ud_status ud_front_run(const struct ud_front_config *config, int vault_fd, struct ud_error *err);

/* Makes the signing key of id_tokens at `path` unless it is there. For `escrowd init`, so that serve starts at once. */
UD_CHECK enum ud_status ud_front_signer_ensure(const char *path, struct ud_error *err);

#endif
