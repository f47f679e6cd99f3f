/* Load on an HTTPS server, or on a plain one at a Unix socket, over keep-alive connections, from one thread: each connection sends its next request when the last is answered. */
#ifndef UD_BENCH_LOAD_H
#define UD_BENCH_LOAD_H

#include <stddef.h>

struct ud_load {
    const char *port, *ca; /* localhost:port; file with the certificate authority */
    const char *socket;    /* not NULL: a Unix socket instead, plain HTTP */
    unsigned connections;
    double seconds; /* measured; a fifth of it is run before, unmeasured */
    int wanted;     /* status that counts as answered */
    /* Writes the next request into `out` (size bytes); its length. */
    size_t (*next)(char *out, size_t size, void *arg);
    void *arg;
};

struct ud_load_result {
    double rate, p50, p99, longest; /* answers a second; milliseconds */
    size_t answered, refused;       /* refused: another status */
    size_t bytes;                   /* of the last answer, head and body */
};

/* Ends the program with a sentence where the server cannot be reached or hangs up. */
void ud_load_run(struct ud_load_result *out, const struct ud_load *load);

#endif
