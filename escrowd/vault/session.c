/* A small open-addressing table. Removal rebuilds it: that is rare. */
#include "escrowd/vault/session.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

struct ud_sessions {
    struct ud_session *slot;
    bool *taken;
    size_t room, count; /* room is a power of two */
};

void
ud_session_set_user(const struct ud_store_user *u, void *session)
{
    struct ud_session *s = session;

    s->user_row = u->disabled ? 0 : u->row;
    s->user = u->id;
    s->role = u->role;
    (void)ud_copy(s->name, sizeof(s->name), u->name);
    (void)ud_copy(s->account, sizeof(s->account), u->account);
    (void)ud_copy(s->display, sizeof(s->display), u->display);
}

struct ud_sessions *
ud_sessions_new(void)
{
    struct ud_sessions *s = ud_xcalloc(1, sizeof(*s));

    s->room = 64;
    s->slot = ud_xcalloc(s->room, sizeof(*s->slot));
    s->taken = ud_xcalloc(s->room, sizeof(*s->taken));
    return s;
}

void
ud_sessions_free(struct ud_sessions **s)
{
    if (s == NULL || *s == NULL)
        return;
    free((*s)->slot);
    free((*s)->taken);
    free(*s);
    *s = NULL;
}

/* Ids are random: their first bytes are a hash already. */
static size_t
home(const struct ud_sessions *s, const uint8_t id[16])
{
    size_t h = 0;

    memcpy(&h, id, sizeof(h));
    return h & (s->room - 1);
}

static size_t
find(const struct ud_sessions *s, const uint8_t id[16])
{
    size_t at = home(s, id);

    while (s->taken[at] && memcmp(s->slot[at].id, id, 16) != 0)
        at = (at + 1) & (s->room - 1);
    return at;
}

static void
rebuild(struct ud_sessions *s, size_t room, bool (*keep)(const struct ud_session *, const void *), const void *arg)
{
    struct ud_sessions old = *s;

    s->room = room;
    s->count = 0;
    s->slot = ud_xcalloc(room, sizeof(*s->slot));
    s->taken = ud_xcalloc(room, sizeof(*s->taken));
    for (size_t i = 0; i < old.room; i++) {
        if (old.taken[i] && (keep == NULL || keep(&old.slot[i], arg)))
            ud_sessions_put(s, &old.slot[i]);
    }
    free(old.slot);
    free(old.taken);
}

void
ud_sessions_put(struct ud_sessions *s, const struct ud_session *entry)
{
    if (2 * (s->count + 1) > s->room)
        rebuild(s, 2 * s->room, NULL, NULL);
    size_t at = find(s, entry->id);
    s->count += s->taken[at] ? 0 : 1;
    s->taken[at] = true;
    s->slot[at] = *entry;
}

const struct ud_session *
ud_sessions_find(const struct ud_sessions *s, const uint8_t id[16])
{
    size_t at = find(s, id);

    return s->taken[at] ? &s->slot[at] : NULL;
}

static bool
other_grant(const struct ud_session *entry, const void *arg)
{
    return entry->grant_row != *(const uint64_t *)arg;
}

void
ud_sessions_drop_grant(struct ud_sessions *s, uint64_t grant_row)
{
    rebuild(s, s->room, other_grant, &grant_row);
}

static bool
still_good(const struct ud_session *entry, const void *arg)
{
    return entry->expires > *(const ud_wall *)arg;
}

void
ud_sessions_drop_expired(struct ud_sessions *s, ud_wall now)
{
    rebuild(s, s->room, still_good, &now);
}

static bool
none(const struct ud_session *entry, const void *arg)
{
    (void)entry;
    (void)arg;
    return false;
}

void
ud_sessions_clear(struct ud_sessions *s)
{
    rebuild(s, 64, none, NULL);
}
