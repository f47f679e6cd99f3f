/* What the tests of the fleet share: invented devices and keys, and a seeded generator so that a failure can be repeated. */
#ifndef UD_TEST_FLEET_FIXTURE_H
#define UD_TEST_FLEET_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "domain/fleet.h"

static inline uint64_t
next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static inline size_t
random_below(uint64_t *state, size_t n)
{
    return (size_t)((next_random(state) >> 16) % n);
}

/* A GUID that is the same for the same number, with the number in its first bytes. */
static inline struct ud_guid
guid_of(uint32_t number)
{
    struct ud_guid g = { .byte = { (uint8_t)(number >> 24), (uint8_t)(number >> 16), (uint8_t)(number >> 8), (uint8_t)number } };

    g.byte[15] = 1;
    return g;
}

static inline struct ud_device
device_of(uint32_t number, const char *name, const char *serial, const char *user, const char *user_name)
{
    return (struct ud_device){
        .id = guid_of(number),
        .entra_id = guid_of(number + 0x40000000u),
        .name = name,
        .serial = serial,
        .user = user,
        .user_name = user_name,
        .model = "Latitude 5440",
        .os = "Windows",
        .os_version = "10.0.22631.1",
        .last_checkin = UD_WALL_NONE,
    };
}

static inline struct ud_key
key_of(uint32_t number, const struct ud_device *d)
{
    return (struct ud_key){
        .id = guid_of(number),
        .device = d->id,
        .kind = UD_KIND_BITLOCKER,
        .volume = UD_VOLUME_OS,
        .created = 1700000000000,
        .shown = UD_WALL_NONE,
        .source = d->source,
    };
}

static inline void
add(struct ud_fleet *f, const struct ud_device *d)
{
    assert_int_equal(ud_fleet_add(f, d, NULL), UD_OK);
}

static inline void
add_key(struct ud_fleet *f, const struct ud_key *k)
{
    assert_int_equal(ud_fleet_add_key(f, k, NULL), UD_OK);
}

/* Searches and returns the number of matches; the caller frees *hits. */
static inline size_t
search(const struct ud_fleet *f, const char *text, struct ud_hits *hits)
{
    static const char *const sources[] = { "corp", "lab", "onprem" };
    struct ud_query *q = NULL;

    memset(hits, 0, sizeof(*hits));
    (void)!ud_query_parse(&q, text, sources, 3, NULL);
    assert_non_null(q);
    ud_fleet_search(f, q, 10, NULL, NULL, NULL, hits);
    ud_query_free(&q);
    assert_true(hits->complete);
    assert_int_equal(hits->count, hits->total);
    return hits->total;
}

static inline size_t
count_matches(const struct ud_fleet *f, const char *text)
{
    struct ud_hits h;
    size_t n = search(f, text, &h);

    if (h.fuzzy)
        n = 0;
    ud_hits_free(&h);
    return n;
}

/* Name of the best match, "" where there is none. */
static inline const char *
best_match(const struct ud_fleet *f, const char *text)
{
    struct ud_hits h;
    struct ud_device d = { .name = "" };

    if (search(f, text, &h) > 0)
        assert_true(ud_fleet_device(f, h.row[0], &d));
    ud_hits_free(&h);
    return d.name;
}

#endif
