/* Stands between a console and a fixture's escrowd on a Unix socket: passes everything on, keeps what the service answered, and lets a test answer chosen
 * requests itself or cut their connection. */
#ifndef UD_TESTS_RELAY_H
#define UD_TESTS_RELAY_H

#include <stdbool.h>
#include <stddef.h>

struct ud_relay;

/* Answers a request on `fd`, or cuts it by answering nothing. Runs on the connection's thread; the connection ends afterwards. */
typedef void (*ud_relay_answer)(int fd, const char *head, const char *body, void *arg);

struct ud_relay *ud_relay_start(const char *upstream_socket);
void ud_relay_stop(struct ud_relay **r);
/* "unix:///…" */
const char *ud_relay_url(const struct ud_relay *r);
/* From now on requests whose first line holds `part` go to `answer` (NULL: pass on again) and not to the service. */
void ud_relay_intercept(struct ud_relay *r, const char *part, ud_relay_answer answer, void *arg);
/* How many requests had `part` in their first line. */
unsigned ud_relay_count(struct ud_relay *r, const char *part);
/* Text of the last JSON member of this name that the service answered; false: none. */
bool ud_relay_member(char *out, size_t size, struct ud_relay *r, const char *name);

#endif
