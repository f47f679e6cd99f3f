/* What the console calls: one worker, its requests and its events. No network in it: a request becomes a message to the worker, an event is
 * a message from it. Requests never block; each ends with exactly one UD_MSG_DONE, also when the worker dies (then OFFLINE; UNCERTAIN for a REVEAL, which
 * may have been sent). */
#ifndef UD_CLIENT_CLIENT_H
#define UD_CLIENT_CLIENT_H

#include "channel/channel.h"

struct ud_client;

/* One configured source. All text is copied. */
struct ud_source_config {
    char name[32];
    enum ud_source_type type;
    enum ud_sign_in sign_in;
    char tenant[128], client_id[64], authority[256], graph[256], scopes[512], ca_file[256], pin[256], url[256];
};

/* Takes over the console's end of a worker's socket and sends the configuration of every source. */
UD_CHECK enum ud_status ud_client_new(
    struct ud_client **out, int fd, const struct ud_source_config *sources, size_t count, struct ud_error *err);
void ud_client_free(struct ud_client **c);
int ud_client_fd(const struct ud_client *c);
short ud_client_events(const struct ud_client *c); /* for poll */

/* Next event, or UD_NOTFOUND. After the worker's end UD_OFFLINE once every open request has been ended by a DONE. UD_MALFORMED: kill and lock.
 * Borrowed text in *event is valid until the next call. */
UD_CHECK enum ud_status ud_client_next(struct ud_client *c, struct ud_msg *event, struct ud_error *err);
UD_CHECK enum ud_status ud_client_flush(struct ud_client *c, struct ud_error *err);

/* Sends `m` as a new request and returns its number in *request. m->request is ignored. SEAL_KEY is a note: it gets number 0 and no answer. */
UD_CHECK enum ud_status ud_client_request(
    struct ud_client *c, uint32_t *request, const struct ud_msg *m, struct ud_secret *secret, struct ud_error *err);
UD_CHECK enum ud_status ud_client_cancel(struct ud_client *c, uint32_t request, struct ud_error *err);
/* Requests not yet ended. */
size_t ud_client_open(const struct ud_client *c);

/* Waits (poll) for the next event up to `deadline`; for one-shot commands only. UD_TIMEOUT. */
UD_CHECK enum ud_status ud_client_wait(struct ud_client *c, struct ud_msg *event, ud_msec deadline, struct ud_error *err);

#endif
