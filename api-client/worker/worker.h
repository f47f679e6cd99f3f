/* The worker of one console: takes requests from the channel, runs them against the sources, sends what they yield. Keeps nothing on disk, has no
 * terminal. Anything from the console that is not as agreed ends it. */
#ifndef UD_WORKER_WORKER_H
#define UD_WORKER_WORKER_H

#include "channel/channel.h"
#include "http/http.h"

struct ud_worker;

/* Takes over `fd`, the worker's end of the channel. `limits` NULL: the defaults. `poll_unit`: see ud_source_settings; 0 outside tests. */
UD_CHECK enum ud_status ud_worker_new(
    struct ud_worker **out, int fd, const struct ud_http_limits *limits, ud_msec poll_unit, struct ud_error *err);
void ud_worker_free(struct ud_worker **w);
/* Says READY and works until the console is gone (UD_OK) or misbehaves (UD_MALFORMED). */
UD_CHECK enum ud_status ud_worker_run(struct ud_worker *w, struct ud_error *err);

#endif
