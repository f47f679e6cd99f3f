/* The part of OData's query options that the Graph dialect knows, and the pages that follow from them. What is not known is refused:
 * a filter that is silently ignored answers with devices nobody asked for. */
#ifndef UD_FRONT_ODATA_H
#define UD_FRONT_ODATA_H

#include "escrowd/front/call.h"

#define UD_ODATA_PAGE 1000u

/* Which options a collection takes. */
#define UD_ODATA_TOP     1u
#define UD_ODATA_SELECT  2u
#define UD_ODATA_FILTER  4u
#define UD_ODATA_SKIP    8u /* $skiptoken */
#define UD_ODATA_COUNT   16u
#define UD_ODATA_IGNORED 32u /* $orderby, which Intune takes and does not obey */

struct ud_odata {
    const char *select; /* NULL: everything */
    const char *filter; /* NULL: none */
    uint32_t top;       /* page size, 1..UD_ODATA_PAGE */
    bool count;         /* $count=true */
    uint64_t after;     /* row from $skiptoken, else 0 */
};

/* Reads the options of a call; false with the error response filled in. */
bool ud_odata_read(struct ud_odata *out, struct ud_call *c, unsigned known);

/* A comparison: property op 'literal'. op is "eq" or "contains" (which is written contains(property,'literal')). `literal` is unquoted into
 * `value`. False where the filter is anything else. */
bool ud_odata_filter(char *property, size_t property_size, const char **op, char *value, size_t value_size, const char *filter);

/* Bits of the names in a $select list, by position in `names`; names in `others` exist but are not kept. False where one is in neither. */
bool ud_odata_select(
    uint64_t *mask, const char *select, const char *const *names, size_t count, const char *const *others, size_t other_count);

/* The next link of a page that ended with row `after`: the call's own address and options with another $skiptoken. */
void ud_odata_next(struct ud_buf *out, const struct ud_call *c, uint64_t after);
/* "{origin}/v1.0/$metadata#{what}" */
void ud_odata_context(char *out, size_t size, const struct ud_call *c, const char *what);

#endif
