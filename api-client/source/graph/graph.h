/* What both dialects share of Graph: escrowd speaks the same for sign-in, devices and rotation. Not for others. */
#ifndef UD_SOURCE_GRAPH_H
#define UD_SOURCE_GRAPH_H

#include "source/call.h"
#include "source/pages.h"

/* Sent on the key paths; optional there, and helpful in the provider's diagnostics. */
extern const char *const ud_graph_headers[];

/* First page of devices, or the page a resume link names; `then` follows. */
void ud_graph_devices(struct ud_source_call *c, const char *resume_path, void (*then)(struct ud_source_call *c), bool key_marks);
void ud_graph_ask(struct ud_source_call *c, enum ud_source_field field, const char *text);
void ud_graph_find(struct ud_source_call *c, const struct ud_keyid_prefix *prefix);
void ud_graph_keys(struct ud_source_call *c, const struct ud_source_device *device);
void ud_graph_reveal(struct ud_source_call *c, const struct ud_source_reveal *what);
void ud_graph_rotate(struct ud_source_call *c, const struct ud_source_rotate *what);
void ud_graph_rotation(struct ud_source_call *c, const struct ud_source_rotation *what);
/* A sentence for the HRESULT of a failed rotation; static. */
const char *ud_graph_rotation_sentence(int32_t code);
/* Path of a GUID-addressed resource: "{site}{before}{guid}{after}". */
void ud_graph_path(
    char *out, size_t size, const struct ud_source *s, const char *before, const struct ud_guid *id, const char *after);

#endif
