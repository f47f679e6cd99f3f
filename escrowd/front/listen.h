/* The one listening socket. */
#ifndef UD_FRONT_LISTEN_H
#define UD_FRONT_LISTEN_H

#include <stddef.h>

#include "escrowd/front/front.h"

/* Binds and listens as configured. `url` gets what clients use to reach it. UD_CONFIG where plain HTTP would leave the Unix socket,
 * UD_BUSY where somebody else is listening there. */
UD_CHECK enum ud_status ud_listen(
    int *fd, char *url, size_t url_size, const struct ud_front_config *config, struct ud_error *err);

#endif
