/* One end of the socket pair between console and worker. Non-blocking; the caller polls the descriptor. */
#ifndef UD_CHANNEL_CHANNEL_H
#define UD_CHANNEL_CHANNEL_H

#include "channel/message.h"

struct ud_channel;

/* A connected SOCK_SEQPACKET pair, CLOEXEC, non-blocking, buffers large enough for 8 packets. */
UD_CHECK enum ud_status ud_channel_pair(int fd[2], struct ud_error *err);
/* Takes over `fd`. `is_worker`: this end is the worker's. */
UD_CHECK enum ud_status ud_channel_new(struct ud_channel **out, int fd, bool is_worker, struct ud_error *err);
void ud_channel_free(struct ud_channel **c);
int ud_channel_fd(const struct ud_channel *c);
/* Sends one message, with its secret part where the type has one (RESUME) else NULL. When the socket is full the packet is queued (at most 64,
 * UD_BUSY beyond: the caller waits for POLLOUT); a packet with a secret is never queued but waits up to 1 s. */
UD_CHECK enum ud_status ud_channel_send(
    struct ud_channel *c, const struct ud_msg *m, struct ud_secret *secret, struct ud_error *err);
bool ud_channel_wants_out(const struct ud_channel *c);
UD_CHECK enum ud_status ud_channel_flush(struct ud_channel *c, struct ud_error *err);
/* Receives one message. UD_NOTFOUND: nothing there now. UD_OFFLINE: the other end is gone. UD_MALFORMED: treat as an attack. *secret gets the
 * secret part (new, owned by the caller) or NULL. Text and bytes in *m are valid until the next receive. */
UD_CHECK enum ud_status ud_channel_receive(
    struct ud_channel *c, struct ud_msg *m, struct ud_secret **secret, struct ud_error *err);

#endif
