/* Token text, wiping, and the derived tokens of simulated devices. */
#include "escrowd/vault/token.h"

#include <string.h>

#include "base/hash.h"
#include "base/seal.h"

_Static_assert(sizeof(struct ud_token) == UD_TOKEN_ID + UD_TOKEN_PROOF, "no padding: the text form covers the structure");
_Static_assert((UD_TOKEN_ID + UD_TOKEN_PROOF) * 4 / 3 + 1 == UD_TOKEN_TEXT, "base64url without padding");

bool
ud_token_parse(struct ud_token *out, const char *text, size_t length)
{
    size_t got = 0;

    memset(out, 0, sizeof(*out));
    if (length == UD_TOKEN_TEXT - 1 && ud_base64url_decode((unsigned char *)out, sizeof(*out), &got, text, length) == UD_OK &&
        got == sizeof(*out))
        return true;
    ud_token_wipe(out);
    return false;
}

void
ud_token_wipe(struct ud_token *t)
{
    explicit_bzero(t, sizeof(*t));
}

bool
ud_token_is_zero(const struct ud_token *t)
{
    static const struct ud_token zero;

    return memcmp(t->id, zero.id, sizeof(zero.id)) == 0;
}

enum ud_status
ud_token_append(struct ud_secret *out, const struct ud_token *t, struct ud_error *err)
{
    char text[UD_TOKEN_TEXT];

    ud_base64url_encode(text, sizeof(text), t, sizeof(*t));
    enum ud_status st = ud_secret_append(out, text, sizeof(text) - 1, err);
    explicit_bzero(text, sizeof(text));
    return st;
}

enum ud_status
ud_token_simulated(struct ud_token *out, struct ud_secret *simulate_key, const uint8_t device[UD_TOKEN_ID], struct ud_error *err)
{
    static const char domain[] = "unlockdesk simulated device 1";
    const struct ud_bytes part[] = { { domain, sizeof(domain) - 1 }, { device, UD_TOKEN_ID } };

    memset(out, 0, sizeof(*out));
    if (ud_secret_length(simulate_key) < UD_HASH_SIZE)
        return ud_error_set(err, UD_INVALID, "simulate.key is shorter than %d bytes", UD_HASH_SIZE);
    memcpy(out->id, device, UD_TOKEN_ID);
    ud_hash_keyed(out->proof, part, 2, simulate_key);
    return UD_OK;
}

void
ud_token_agent(struct ud_token *out, const char *name, size_t name_length, const void *secret, size_t secret_length)
{
    static const char name_domain[] = "unlockdesk agent name 1", secret_domain[] = "unlockdesk agent secret 1";
    char lower[UD_AGENT_NAME] = "";
    unsigned char hash[UD_HASH_SIZE];

    for (size_t i = 0; i < name_length && i < sizeof(lower); i++)
        lower[i] = (char)(name[i] >= 'A' && name[i] <= 'Z' ? name[i] + 0x20 : name[i]);
    const struct ud_bytes named[] = { { name_domain, sizeof(name_domain) },
        { lower, name_length < sizeof(lower) ? name_length : sizeof(lower) } };
    const struct ud_bytes proven[] = { { secret_domain, sizeof(secret_domain) }, { secret, secret_length } };
    ud_hash(hash, named, 2);
    memcpy(out->id, hash, sizeof(out->id));
    ud_hash(out->proof, proven, 2);
}
