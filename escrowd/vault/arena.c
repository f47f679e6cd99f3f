/* Chunks in a list, newest first; each new one twice the last. */
#include "escrowd/vault/arena.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

#define FIRST_ROOM ((size_t)512)
#define MOST_ROOM  ((size_t)65536)

struct chunk {
    struct chunk *next;
    size_t used, room;
    alignas(max_align_t) char data[];
};

void *
ud_arena_take(void **arena, size_t size)
{
    struct chunk *c = *arena;
    size_t need = (size + alignof(max_align_t) - 1) / alignof(max_align_t) * alignof(max_align_t);

    if (c == NULL || c->room - c->used < need) {
        size_t room = c == NULL ? FIRST_ROOM : c->room < MOST_ROOM ? 2 * c->room : MOST_ROOM;
        if (room < need)
            room = need;
        struct chunk *fresh = ud_xcalloc(1, sizeof(*fresh) + room);
        fresh->next = c;
        fresh->room = room;
        *arena = c = fresh;
    }
    void *out = c->data + c->used;
    c->used += need;
    return out;
}

const char *
ud_arena_text(void **arena, const char *text)
{
    size_t length = text == NULL ? 0 : strlen(text);

    if (length == 0)
        return "";
    char *out = ud_arena_take(arena, length + 1);
    memcpy(out, text, length);
    return out;
}

void
ud_arena_free(void **arena)
{
    struct chunk *c = *arena;

    while (c != NULL) {
        struct chunk *next = c->next;
        explicit_bzero(c->data, c->used);
        free(c);
        c = next;
    }
    *arena = NULL;
}
