/* Is this session being recorded, or running in GNU screen? Best effort: environment and the chain of parent processes. */
#ifndef UD_APP_RECORDER_H
#define UD_APP_RECORDER_H

#include <stdbool.h>
#include <stddef.h>

/* Name of what was found ("script", "GNU screen"), or "". *is_screen: GNU screen, which is no recorder but keeps what it shows. */
void ud_recorder_find(char *out, size_t size, bool *is_screen);

#endif
