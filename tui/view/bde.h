/* What `manage-bde -protectors -get` printed: the page that takes it, unseen, and the page that says what was in it. Never a digit of a key. */
#ifndef UD_VIEW_BDE_H
#define UD_VIEW_BDE_H

#include "domain/bde.h"
#include "view/chrome.h"
#include "widget/list.h"

struct ud_view_bde_take {
    const char *device; /* whose output it is; NULL: not told */
    const char *asked;  /* ID the caller read out, upper case; "" */
    size_t lines, bytes;
    bool full; /* more than the page takes */
    const char *done_hint, *back_hint;
};
void ud_view_bde_take(struct ud_canvas cv, const struct ud_view_bde_take *model);

struct ud_view_bde_row {
    const struct ud_bde_protector *p;
    bool asked;       /* its ID is the one that was read out */
    const char *note; /* what is known of it; translated */
    enum ud_tone tone;
};

struct ud_view_bde {
    const char *device;
    const char *asked;
    struct ud_list list; /* over all rows */
    const struct ud_view_bde_row *row;
    size_t left_out;
    const char *problem; /* first line that could not be understood; NULL: none */
    const char *advice;  /* what to make of all of it */
    enum ud_tone advice_tone;
    const char *next; /* what to do about the selected one */
};
size_t ud_view_bde_rows(int width, int height, const struct ud_view_bde *model);
void ud_view_bde(struct ud_canvas cv, const struct ud_view_bde *model);
/* "48-digit recovery key", "TPM", "TPM and PIN", … */
const char *ud_view_bde_kind(const struct ud_bde_protector *p);

#endif
