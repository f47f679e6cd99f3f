/* The service's own certificate authority and server certificate (GnuTLS), made once by `escrowd init`. */
#ifndef UD_VAULT_CERTIFICATE_H
#define UD_VAULT_CERTIFICATE_H

#include "base/clock.h"
#include "escrowd/vault/config.h"

/* Writes ca.pem, ca.key (0400), server.pem and server.key (0400) for the host of the configuration. ECDSA P-256; the server's
 * certificate is valid for 825 days, the authority's for ten years. */
UD_CHECK enum ud_status ud_certificate_make(const struct ud_service_config *c, ud_wall now, struct ud_error *err);

#endif
