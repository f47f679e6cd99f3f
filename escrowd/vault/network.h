/* Lists of source networks: "10.20.0.0/16, 2001:db8::/32, 192.0.2.7, unix". */
#ifndef UD_VAULT_NETWORK_H
#define UD_VAULT_NETWORK_H

#include <stdbool.h>
#include <stdint.h>

#define UD_NETWORKS_MAX 32u

struct ud_network {
    uint8_t address[16]; /* IPv4 in the first four bytes */
    bool six;
    unsigned bits;
};

struct ud_networks {
    struct ud_network at[UD_NETWORKS_MAX];
    unsigned count;
    bool unix_socket; /* the word "unix": callers at the service's own Unix socket */
};

/* Replaces the list. False where the text is none: a wrong address, more bits than it has, bits set behind the prefix, too many entries. */
bool ud_networks_parse(struct ud_networks *out, const char *text);
/* `address` as the front writes it: "unix", "192.0.2.1", "2001:db8::1". An IPv4 address in IPv6 clothes counts as IPv4. */
bool ud_networks_have(const struct ud_networks *n, const char *address);

#endif
