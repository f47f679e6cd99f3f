/* The site's name and helpdesk as JSON: the file of `escrowd branding apply` with every language, and GET /escrow/v1/branding in one. */
#ifndef UD_WIRE_BRANDING_H
#define UD_WIRE_BRANDING_H

#include "base/buf.h"
#include "domain/branding.h"
#include "wire/json_writer.h"

/* {"company","helpdesk_text","helpdesk_url","languages":[{"language":"nl",…}]}; every member may be missing. UD_MALFORMED: a member of
 * another type or too long, an address that is no http(s) or mailto one, a language that is none or is there twice. */
UD_CHECK enum ud_status ud_wire_branding_decode(struct ud_branding *out, const void *body, size_t length, struct ud_error *err);
void ud_wire_branding_write(struct ud_json_writer *w, const struct ud_branding *b);

/* {"lang","company","helpdesk_text","helpdesk_url"} */
UD_CHECK enum ud_status ud_wire_branding_texts_decode(
    struct ud_branding_texts *out, const void *body, size_t length, struct ud_error *err);
void ud_wire_branding_texts_write(struct ud_json_writer *w, const struct ud_branding_texts *t);

#endif
