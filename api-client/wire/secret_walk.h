/* Walking a secret body with the strict reader. Internal to wire. */
#ifndef UD_WIRE_SECRET_WALK_H
#define UD_WIRE_SECRET_WALK_H

#include "wire/json_reader.h"
#include "wire/secret_body.h"

/* The body is open from _begin to _end (also where _begin fails); `text` points into it or into the scratch. */
struct ud_wire_walk {
    struct ud_secret *body;
    struct ud_secret *scratch;
    struct ud_json_reader *reader;
    struct ud_json_text text;
};
UD_CHECK enum ud_status ud_wire_walk_begin(struct ud_wire_walk *k, struct ud_secret *body, struct ud_error *err);
void ud_wire_walk_end(struct ud_wire_walk *k);
UD_CHECK enum ud_status ud_wire_walk_next(struct ud_wire_walk *k, enum ud_json_token *token, struct ud_error *err);
/* Checks what is left of the body. */
UD_CHECK enum ud_status ud_wire_walk_rest(struct ud_wire_walk *k, struct ud_error *err);
/* The current text as a new secret (replacing *out); NULL where it is empty. */
UD_CHECK enum ud_status ud_wire_walk_keep(struct ud_secret **out, const struct ud_wire_walk *k, struct ud_error *err);
/* After an OBJECT: its members up to its end. `unwrap`: the members of an object `value` count as well. *found: bit i for field i. */
UD_CHECK enum ud_status ud_wire_walk_fields(
    struct ud_wire_walk *k, const struct ud_wire_field *fields, size_t count, bool unwrap, uint64_t *found, struct ud_error *err);
UD_CHECK enum ud_status ud_wire_walk_object(
    struct ud_secret *body, const struct ud_wire_field *fields, size_t count, bool unwrap, struct ud_error *err);

#endif
