/* A small HTTP server for tests: raw sockets on a Unix socket, one thread a connection, every request recorded, answers under full control of the
 * test, wrong ones included. */
#ifndef TEST_HTTP_SERVER_H
#define TEST_HTTP_SERVER_H

#include <stdbool.h>
#include <stddef.h>

struct test_server;
struct test_connection;

struct test_request {
    char method[8];
    char path[2048];
    char headers[8192]; /* everything before the empty line */
    char body[8192];
    unsigned connection; /* counted from 1 */
};

/* Answers one request. The connection stays open afterwards unless it was closed. Runs on the connection's thread. */
typedef void (*test_answer)(struct test_connection *c, const struct test_request *r, void *arg);

struct test_server *test_server_start(test_answer answer, void *arg);
void test_server_stop(struct test_server **s);
const char *test_server_url(const struct test_server *s); /* "unix:///…" */
/* How many requests came, and a copy of the `index`-th. */
unsigned test_server_count(struct test_server *s);
struct test_request test_server_request(struct test_server *s, unsigned index);
/* How many of them have a path that holds `part`. */
unsigned test_server_count_of(struct test_server *s, const char *part);

void test_send(struct test_connection *c, const void *bytes, size_t length);
void test_send_text(struct test_connection *c, const char *text);
/* A whole answer with Content-Length; `headers` are further lines, each ended by \r\n. */
void test_reply(struct test_connection *c, int code, const char *headers, const char *body);
void test_reply_json(struct test_connection *c, int code, const char *body);
void test_close(struct test_connection *c);
/* Blocks until the other side has closed (or `ms` passed): a server that says nothing. */
void test_wait_for_close(struct test_connection *c, int ms);
/* The value of a header, or "". */
void test_header(char *out, size_t size, const struct test_request *r, const char *name);

#endif
