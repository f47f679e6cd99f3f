/* Source networks: reading the list, and the one question asked of it. */
#include "escrowd/vault/network.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

static const uint8_t mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

static bool
read_address(struct ud_network *out, const char *text)
{
    uint8_t six[16];

    memset(out, 0, sizeof(*out));
    out->bits = 32;
    if (inet_pton(AF_INET, text, out->address) == 1)
        return true;
    if (inet_pton(AF_INET6, text, six) != 1)
        return false;
    if (memcmp(six, mapped, sizeof(mapped)) == 0) {
        memcpy(out->address, six + sizeof(mapped), 4);
        return true;
    }
    memcpy(out->address, six, sizeof(six));
    out->six = true;
    out->bits = 128;
    return true;
}

static bool
same_bits(const uint8_t *a, const uint8_t *b, unsigned bits)
{
    unsigned whole = bits / 8, rest = bits % 8;

    if (memcmp(a, b, whole) != 0)
        return false;
    return rest == 0 || ((a[whole] ^ b[whole]) & (uint8_t)(0xFF << (8 - rest))) == 0;
}

/* Bits behind the prefix are a typing mistake: 10.1.2.0/16 says two things. */
static bool
is_clean(const struct ud_network *n)
{
    struct ud_network zero = *n;

    for (unsigned i = n->bits; i < (n->six ? 128u : 32u); i++)
        zero.address[i / 8] = (uint8_t)(zero.address[i / 8] & ~(0x80u >> (i % 8)));
    return memcmp(zero.address, n->address, sizeof(zero.address)) == 0;
}

static bool
read_one(struct ud_networks *out, char *text)
{
    char *slash = strchr(text, '/'), *end = NULL;
    struct ud_network n;

    if (strcmp(text, "unix") == 0) {
        out->unix_socket = true;
        return true;
    }
    if (slash != NULL)
        *slash = '\0';
    if (out->count == UD_NETWORKS_MAX || !read_address(&n, text))
        return false;
    if (slash != NULL) {
        unsigned long bits = strtoul(slash + 1, &end, 10);
        if (slash[1] < '0' || slash[1] > '9' || *end != '\0' || bits > n.bits)
            return false;
        n.bits = (unsigned)bits;
    }
    out->at[out->count++] = n;
    return is_clean(&n);
}

bool
ud_networks_parse(struct ud_networks *out, const char *text)
{
    char copy[1024], *rest = copy, *word;

    memset(out, 0, sizeof(*out));
    if (!ud_copy(copy, sizeof(copy), text))
        return false;
    while ((word = strsep(&rest, ", \t")) != NULL) {
        if (word[0] != '\0' && !read_one(out, word))
            return false;
    }
    return true;
}

bool
ud_networks_have(const struct ud_networks *n, const char *address)
{
    struct ud_network who;

    if (strcmp(address, "unix") == 0)
        return n->unix_socket;
    if (n->count == 0 || !read_address(&who, address))
        return false;
    for (unsigned i = 0; i < n->count; i++) {
        if (n->at[i].six == who.six && same_bits(n->at[i].address, who.address, n->at[i].bits))
            return true;
    }
    return false;
}
