/* The front's own state, shared by its files. */
#ifndef UD_FRONT_FRONT_STATE_H
#define UD_FRONT_FRONT_STATE_H

#include "base/clock.h"
#include "base/sealer.h"
#include "escrowd/front/call.h"
#include "escrowd/front/front.h"
#include "escrowd/vault/link.h"

#define UD_FRONT_SLOTS 1024 /* questions to the vault in flight */

struct MHD_Daemon;
struct ud_delays;
struct ud_grants;
struct ud_signer;
struct ud_throttle;

struct ud_front_slot {
    struct ud_call *call; /* NULL: free, or its connection has gone while the vault worked */
    uint32_t generation;
    bool busy;
};

enum ud_peer_phase { UD_PEER_NEW, UD_PEER_IDLE, UD_PEER_HEADER, UD_PEER_BODY, UD_PEER_BUSY };

/* One connection, kept in a list so that slow senders can be found. */
struct ud_peer {
    struct ud_peer *next, *previous;
    int fd;
    ud_msec since; /* the phase began */
    enum ud_peer_phase phase;
    char address[64];
};

struct ud_front {
    const struct ud_front_config *config;
    struct MHD_Daemon *daemon;
    struct ud_vault_link *link;
    bool tls;
    char scheme[12]; /* "https://" */

    /* from hello */
    bool training, plain_graph_reads;
    char name[96], tenant[64], client_id[64];
    unsigned char deposit_key[UD_SEAL_PUBLIC];
    struct ud_sealer *sealer;  /* to deposit_key */
    struct ud_secret *scratch; /* where a recovery key gets its stored form before it is sealed */
    bool at_hand;              /* sealer and scratch are held, until this turn of the loop is over */
    struct ud_secret *open[8]; /* bodies that are held as long, borrowed from calls or from `body` */
    size_t open_count;

    struct ud_front_slot slot[UD_FRONT_SLOTS];
    size_t free_slot[UD_FRONT_SLOTS];
    size_t free_count;
    struct ud_call *spare[64]; /* for the next requests */
    size_t spare_count;
    struct ud_secret *body[32]; /* empty, for the next bodies that may hold a secret */
    size_t body_count;
    struct ud_peer *peers;
    ud_msec now;     /* of this turn of the loop */
    size_t resumed;  /* connections to run before waiting again */
    unsigned unsent; /* requests queued since the last flush */
    size_t hot;      /* calls that wait for the vault and are not suspended yet */

    struct ud_grants *grants;
    struct ud_delays *delays;
    struct ud_signer *signer;
    struct ud_throttle *throttle;
    unsigned char form_key[32];  /* proves that an approval form came from us */
    unsigned char entropy[1024]; /* for request ids, so that each one does not cost a system call */
    size_t entropy_used;
};

/* Takes a slot, numbers the request and queues it. UD_THROTTLED where every slot is taken. In unit tests of handlers a
 * function of this name stands in for the vault. */
UD_CHECK enum ud_status ud_front_send(struct ud_front *f, struct ud_call *c, struct ud_vault_request *r, struct ud_error *err);
/* The call is over before its answer came: the slot stays taken until it does. */
void ud_front_forget(struct ud_front *f, struct ud_call *c);

/* Keeps sealer and scratch at hand for the rest of this turn of the loop: requests come several at a time. */
void ud_front_hold(struct ud_front *f);
/* The turn is over: nothing that may hold a secret stays accessible while the front waits. */
void ud_front_let_go(struct ud_front *f);

/* http.c: what the daemon calls. */
UD_CHECK enum ud_status ud_front_http_start(
    struct ud_front *f, int listen_fd, const char *cert, struct ud_secret *key, struct ud_error *err);
/* Ends connections that are too slow. Call about once a second. */
void ud_front_http_sweep(struct ud_front *f, ud_msec now);
void ud_front_http_resume(struct ud_front *f, struct ud_call *c);

#endif
