/* A hash table of rows and times. */
#include "escrowd/vault/seen.h"

#include <stdlib.h>

#include "base/buf.h"

#define ROOM_FIRST ((size_t)256)

struct ud_seen *
ud_seen_new(void)
{
    struct ud_seen *s = ud_xcalloc(1, sizeof(*s));

    s->room = ROOM_FIRST;
    s->entry = ud_xcalloc(s->room, sizeof(*s->entry));
    return s;
}

void
ud_seen_free(struct ud_seen **s)
{
    if (s == NULL || *s == NULL)
        return;
    free((*s)->entry);
    free(*s);
    *s = NULL;
}

static struct ud_seen_entry *
place(struct ud_seen *s, uint64_t device_row)
{
    size_t at = (size_t)(device_row * UINT64_C(0x9E3779B97F4A7C15) >> 32) & (s->room - 1);

    while (s->entry[at].device_row != 0 && s->entry[at].device_row != device_row)
        at = (at + 1) & (s->room - 1);
    return &s->entry[at];
}

static void
grow(struct ud_seen *s)
{
    struct ud_seen_entry *old = s->entry;
    size_t room = s->room;

    s->room *= 2;
    s->entry = ud_xcalloc(s->room, sizeof(*s->entry));
    for (size_t i = 0; i < room; i++) {
        if (old[i].device_row != 0)
            *place(s, old[i].device_row) = old[i];
    }
    free(old);
}

void
ud_seen_note(struct ud_seen *s, uint64_t device_row, ud_wall at, ud_msec now)
{
    struct ud_seen_entry *e = place(s, device_row);

    if (e->device_row == 0) {
        if (s->count == 0)
            s->since = now;
        s->count++;
    }
    *e = (struct ud_seen_entry){ device_row, at };
    if (2 * s->count > s->room)
        grow(s);
}

ud_msec
ud_seen_wait(const struct ud_seen *s, ud_msec now)
{
    if (s->count == 0)
        return -1;
    return s->count >= UD_SEEN_MOST || now - s->since >= UD_SEEN_WAIT ? 0 : UD_SEEN_WAIT - (now - s->since);
}
