/* TLS buffers are not ours: what GnuTLS frees is wiped, so that a deposit that came in clear does not stay on the heap. */
#ifndef UD_FRONT_WIPE_H
#define UD_FRONT_WIPE_H

/* Once, before GnuTLS is used in this process. */
void ud_front_wipe_tls(void);

#endif
