/* Puts wiping functions where GnuTLS keeps its memory functions. Memory from before still frees well: it is all malloc's. */
#include "escrowd/front/wipe.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include <gnutls/gnutls.h>

static void
wiping_free(void *p)
{
    if (p == NULL)
        return;
    explicit_bzero(p, malloc_usable_size(p));
    free(p);
}

static void *
wiping_realloc(void *p, size_t size)
{
    size_t had = p != NULL ? malloc_usable_size(p) : 0;
    void *fresh = malloc(size);

    if (fresh == NULL || p == NULL)
        return fresh;
    memcpy(fresh, p, had < size ? had : size);
    wiping_free(p);
    return fresh;
}

void
ud_front_wipe_tls(void)
{
    gnutls_free = wiping_free;
    gnutls_realloc = wiping_realloc;
}
