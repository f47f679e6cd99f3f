/* Calls on a running training service, or on the floor with the same requests; one line of figures:
 *
 *     bench_escrowd DIR PORT CONNECTIONS SECONDS get      metadata of random keys by ID; the operator's access token on standard input
 *     bench_escrowd DIR PORT CONNECTIONS SECONDS deposit  a new key of another device each time, as the device itself
 *
 * Prints: answers a second, p50, p99 and longest in ms, answers, refusals, bytes of an answer. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/seal.h"
#include "bench_load.h"
#include "domain/guid.h"
#include "domain/recovery.h"
#include "escrowd/vault/token.h"

#define CHOICES 20000u
#define TEXT    40
/* A valid shape (each group a multiple of 11), and nobody's key. */
#define TRAINING_KEY "111111-222222-333333-444444-555555-666666-000011-000022"

struct choice {
    char key[TEXT];
    char token[UD_TOKEN_TEXT];
};

struct work {
    struct choice *choice;
    unsigned count, at;
    char token[128];
};

static void
give_up(const char *what)
{
    fprintf(stderr, "bench_escrowd: %s\n", what);
    exit(1);
}

static void
read_simulate_key(struct ud_secret **out, const char *dir)
{
    struct ud_error e;
    struct ud_buf b;
    char path[512];

    ud_buf_init(&b, 64);
    snprintf(path, sizeof(path), "%s/simulate.key", dir);
    if (ud_file_read(&b, path, b.max, &e) != UD_OK || ud_secret_new(out, b.length, &e) != UD_OK ||
        ud_secret_append(*out, b.data, b.length, &e) != UD_OK)
        give_up("simulate.key cannot be read");
    ud_buf_free(&b);
}

static void
token_of(char out[UD_TOKEN_TEXT], const char *device, struct ud_secret *key)
{
    struct ud_guid id;
    struct ud_token token;

    if (ud_guid_parse(&id, device, strlen(device), NULL) != UD_OK ||
        ud_token_simulated(&token, key, (const uint8_t *)&id, NULL) != UD_OK)
        give_up("a device of the roster is not one");
    ud_base64url_encode(out, UD_TOKEN_TEXT, &token, sizeof(token));
}

/* Devices of Windows with their key IDs, spread over the whole roster. */
static void
read_roster(struct work *w, const char *dir, struct ud_secret *key)
{
    char path[512], line[2048];
    unsigned long lines = 0, step, n = 0;
    FILE *in;

    snprintf(path, sizeof(path), "%s/simulate.devices", dir);
    if ((in = fopen(path, "r")) == NULL)
        give_up("simulate.devices cannot be read");
    while (fgets(line, sizeof(line), in) != NULL)
        lines++;
    rewind(in);
    step = lines / CHOICES + 1;
    w->choice = calloc(CHOICES, sizeof(*w->choice));
    while (w->choice != NULL && w->count < CHOICES && fgets(line, sizeof(line), in) != NULL) {
        char *field[9], *at = line;
        unsigned i = 0;
        while (i < 9 && (field[i] = strsep(&at, "\t")) != NULL)
            i++;
        if (n++ % step != 0 || i < 9 || strcmp(field[5], "bitlocker") != 0 || strlen(field[7]) != 36)
            continue;
        memcpy(w->choice[w->count].key, field[7], 37);
        token_of(w->choice[w->count++].token, field[0], key);
    }
    fclose(in);
    if (w->count < 100)
        give_up("the roster has too few keys");
}

static const struct choice *
choose(struct work *w)
{
    w->at = (w->at + 7919) % w->count;
    return &w->choice[w->at];
}

static size_t
next_get(char *out, size_t size, void *arg)
{
    struct work *w = arg;

    return (size_t)snprintf(out, size,
        "GET /v1.0/informationProtection/bitlocker/recoveryKeys/%s HTTP/1.1\r\nHost: localhost\r\nUser-Agent: bench\r\n"
        "Authorization: Bearer %s\r\n\r\n",
        choose(w)->key, w->token);
}

static size_t
next_deposit(char *out, size_t size, void *arg)
{
    struct work *w = arg;
    char body[256], id[UD_GUID_TEXT];
    struct ud_guid guid;

    ud_guid_random(&guid);
    ud_guid_format(id, &guid);
    int length = snprintf(
        body, sizeof(body), "{\"id\":\"%s\",\"kind\":\"bitlocker\",\"volume\":\"os\",\"secret\":\"" TRAINING_KEY "\"}", id);
    return (size_t)snprintf(out, size,
        "POST /escrow/v1/device/keys HTTP/1.1\r\nHost: localhost\r\nUser-Agent: bench\r\nAuthorization: Bearer %s\r\n"
        "Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
        choose(w)->token, length, body);
}

int
main(int argc, char **argv)
{
    struct work w = { 0 };
    struct ud_secret *key = NULL;
    struct ud_load_result r;
    char ca[512];

    if (argc != 6 || ud_seal_init(NULL) != UD_OK)
        give_up("usage: bench_escrowd DIR PORT CONNECTIONS SECONDS get|deposit");
    bool get = strcmp(argv[5], "get") == 0;
    snprintf(ca, sizeof(ca), "%s/ca.pem", argv[1]);
    read_simulate_key(&key, argv[1]);
    read_roster(&w, argv[1], key);
    ud_secret_free(&key);
    if (get && fgets(w.token, sizeof(w.token), stdin) == NULL)
        give_up("no access token on standard input");
    w.token[strcspn(w.token, "\n")] = '\0';
    struct ud_load load = { .port = argv[2],
        .ca = ca,
        .connections = (unsigned)atoi(argv[3]),
        .seconds = atof(argv[4]),
        .wanted = get ? 200 : 201,
        .next = get ? next_get : next_deposit,
        .arg = &w };
    ud_load_run(&r, &load);
    printf("%.1f %.3f %.3f %.3f %zu %zu %zu\n", r.rate, r.p50, r.p99, r.longest, r.answered, r.refused, r.bytes);
    free(w.choice);
    return 0;
}
