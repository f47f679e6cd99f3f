/* Memory that is freed all at once: what the texts of a message stand in. The head chunk is the handle. */
#ifndef UD_VAULT_ARENA_H
#define UD_VAULT_ARENA_H

#include <stddef.h>

/* `*arena` is NULL at first. Zeroed, aligned for any type. Never fails. */
void *ud_arena_take(void **arena, size_t size);
const char *ud_arena_text(void **arena, const char *text); /* NULL reads as "" */
/* Wipes and frees; NULL is fine and stays. */
void ud_arena_free(void **arena);

#endif
