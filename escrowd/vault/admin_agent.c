/* Administrators' commands on check-in agents, and on devices that are enrolled by hand. */
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "escrowd/vault/shared.h"

static bool
is_plain(const char *text, size_t size)
{
    char clean[UD_NAME_MAX];

    return text[0] != '\0' && strlen(text) < size && !ud_text_clean(clean, sizeof(clean), text, strlen(text));
}

/* As devices write it; NULL: not one of them. */
static const char *
os_name(const char *os)
{
    static const char *const names[] = { "Windows", "macOS", "Linux" };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcasecmp(os, names[i]) == 0)
            return names[i];
    }
    return NULL;
}

static enum ud_status
check_os(const char **os, struct ud_error *err)
{
    const char *given = *os;

    if (given == NULL) {
        *os = "";
        return UD_OK;
    }
    *os = os_name(given);
    return *os != NULL ? UD_OK : ud_error_set(err, UD_USAGE, "--os takes Windows, macOS or Linux, not \"%.40s\"", given);
}

/* --- agents ------------------------------------------------------------------------------------------------------------ */

/* HTTP Basic puts a colon behind the name. */
static enum ud_status
check_agent(const char *name, struct ud_error *err)
{
    if (is_plain(name, UD_AGENT_NAME) && strpbrk(name, ": ") == NULL && strcmp(name, "network") != 0)
        return UD_OK;
    return ud_error_set(err, UD_INVALID, "An agent's name has 1 to 63 characters, no spaces, no colon, and is not \"network\"");
}

static enum ud_status
check_secret(struct ud_secret *secret, struct ud_error *err)
{
    size_t length = ud_secret_length(secret);

    if (length >= UD_AGENT_SECRET_LEAST && length <= UD_AGENT_SECRET_MAX)
        return UD_OK;
    ud_error_set(err, UD_INVALID, "An agent's secret has %u to %u characters", UD_AGENT_SECRET_LEAST, UD_AGENT_SECRET_MAX);
    return ud_error_hint(err, "Let the service make one: escrowd agent add NAME");
}

static enum ud_status
insert(struct ud_admin *a, const char *name, const char *os, struct ud_secret *secret, struct ud_error *err)
{
    struct ud_store_agent agent = { .name = name, .os = os };
    struct ud_token t;

    ud_token_agent(&t, name, strlen(name), ud_secret_open(secret), ud_secret_length(secret));
    ud_secret_close(secret);
    memcpy(agent.id, t.id, sizeof(agent.id));
    ud_ring_token_hash(agent.hash, a->context.ring, t.id, t.proof);
    ud_token_wipe(&t);
    enum ud_status st = ud_store_agent_add(a->context.store, &agent, ud_clock_wall(), err);
    if (st == UD_EXISTS)
        return ud_error_set(err, UD_EXISTS, "There is an agent %s already", name);
    return st == UD_OK ? ud_admin_note(a, "agent-added", name, err) : st;
}

enum ud_status
ud_admin_agent_add(struct ud_admin *a, const char *name, const char *os, struct ud_secret **secret, struct ud_error *err)
{
    uint8_t hash[UD_HASH_SIZE];
    struct ud_token id;
    enum ud_status st;

    if ((st = check_agent(name, err)) != UD_OK || (st = check_os(&os, err)) != UD_OK)
        return st;
    if (*secret == NULL)
        st = ud_admin_new_token(a, secret, &id, hash, err);
    if (st != UD_OK || (st = check_secret(*secret, err)) != UD_OK || (st = ud_change_begin(&a->context, err)) != UD_OK)
        return st;
    return ud_admin_end(a, insert(a, name, os, *secret, err), err);
}

enum ud_status
ud_admin_agent_disable(struct ud_admin *a, const char *name, struct ud_error *err)
{
    enum ud_status st = ud_change_begin(&a->context, err);

    if (st != UD_OK)
        return st;
    st = ud_store_agent_disable(a->context.store, name, err);
    if (st == UD_NOTFOUND)
        ud_error_set(err, UD_NOTFOUND, "There is no agent %.63s", name);
    if (st == UD_OK)
        st = ud_admin_note(a, "agent-disabled", name, err);
    return ud_admin_end(a, st, err);
}

enum ud_status
ud_admin_agent_release(struct ud_admin *a, const char *device, struct ud_error *err)
{
    uint64_t row;
    enum ud_status st;

    if ((st = ud_admin_find_device(a, &row, device, err)) != UD_OK || (st = ud_change_begin(&a->context, err)) != UD_OK)
        return st;
    st = ud_store_pin_drop(a->context.store, row, err);
    if (st == UD_NOTFOUND)
        ud_error_set(err, UD_NOTFOUND, "%.63s does not belong to an agent", device);
    if (st == UD_OK)
        st = ud_admin_note(a, "unpinned", device, err);
    return ud_admin_end(a, st, err);
}

/* --- devices ----------------------------------------------------------------------------------------------------------- */

static bool
count_one(const struct ud_store_device *d, void *arg)
{
    (void)d;
    (*(unsigned *)arg)++;
    return true;
}

static enum ud_status
check_serial(struct ud_admin *a, const char *serial, struct ud_error *err)
{
    unsigned count = 0;
    enum ud_status st = ud_store_devices(a->context.store, UD_STORE_SERIAL_IS, serial, NULL, 0, 1, count_one, &count, err);

    if (st != UD_OK || count == 0)
        return st;
    ud_error_set(err, UD_EXISTS, "There is a device with the serial number %s already", serial);
    return ud_error_hint(err, "escrowd device token %s makes another token for it.", serial);
}

static enum ud_status
add_device(struct ud_admin *a, uint64_t *row, const char *name, const char *serial, const char *os, const char *user,
    struct ud_error *err)
{
    struct ud_store_device d = { .enrolled = a->context.now, .local_users = user };

    d.d = (struct ud_device){
        .name = name, .serial = serial, .user = user, .os = os, .ownership = UD_OWNERSHIP_COMPANY, .last_checkin = UD_WALL_NONE
    };
    ud_guid_random(&d.d.id);
    ud_guid_random(&d.d.entra_id);
    return ud_store_device_add(a->context.store, row, &d, err);
}

enum ud_status
ud_admin_device_add(struct ud_admin *a, const char *name, const char *serial, const char *os, const char *user,
    struct ud_secret **text, struct ud_error *err)
{
    uint8_t hash[UD_HASH_SIZE];
    struct ud_token id;
    uint64_t row;
    enum ud_status st;

    *text = NULL;
    if (!is_plain(name, UD_NAME_MAX) || !is_plain(serial, UD_SHORT_MAX) || (user != NULL && !is_plain(user, UD_NAME_MAX)))
        return ud_error_set(
            err, UD_INVALID, "A device needs a name and a serial number, of at most %u characters", UD_SHORT_MAX - 1);
    if ((st = check_os(&os, err)) != UD_OK || (st = ud_change_begin(&a->context, err)) != UD_OK)
        return st;
    if ((st = check_serial(a, serial, err)) == UD_OK && (st = add_device(a, &row, name, serial, os, user, err)) == UD_OK &&
        (st = ud_admin_new_token(a, text, &id, hash, err)) == UD_OK &&
        (st = ud_store_device_token_add(a->context.store, id.id, hash, row, err)) == UD_OK)
        st = ud_admin_note(a, "device-added", serial, err);
    st = ud_admin_end(a, st, err);
    if (st != UD_OK)
        ud_secret_free(text);
    return st;
}

enum ud_status
ud_admin_device_revoke(struct ud_admin *a, const char *device, struct ud_error *err)
{
    uint64_t row;
    enum ud_status st;

    if ((st = ud_admin_find_device(a, &row, device, err)) != UD_OK || (st = ud_change_begin(&a->context, err)) != UD_OK)
        return st;
    st = ud_store_device_token_drop(a->context.store, row, err);
    if (st == UD_NOTFOUND)
        ud_error_set(err, UD_NOTFOUND, "%.63s has no token", device);
    if (st == UD_OK)
        st = ud_admin_note(a, "device-revoked", device, err);
    return ud_admin_end(a, st, err);
}
