/* Is this session being recorded, or running in GNU screen? Best effort: environment and the chain of parent processes. */
#ifndef UD_APP_RECORDER_H
#define UD_APP_RECORDER_H

#include <stdbool.h>
#include <stddef.h>

/* Name of what was found ("script", "GNU screen"), or "". *is_screen: GNU screen, which is no recorder but keeps what it shows. */
void ud_recorder_find(char *out, size_t size, bool *is_screen);

/* Does the sudo process `pid` write an I/O log? CANNOT_TELL where its open files may not be looked at (it runs as root, we do not). */
enum ud_sudo_log { UD_SUDO_NO_LOG, UD_SUDO_LOGS, UD_SUDO_CANNOT_TELL };
enum ud_sudo_log ud_recorder_sudo_log(int pid);

#endif
