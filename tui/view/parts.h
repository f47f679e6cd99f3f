/* Pieces that several screens draw. Not for others than views. */
#ifndef UD_VIEW_PARTS_H
#define UD_VIEW_PARTS_H

#include "view/chrome.h"

/* "Label  value" in `width` cells, the value `label_width` cells in. An empty value is drawn as a dash. */
void ud_part_fact(
    struct ud_canvas cv, int x, int y, int width, int label_width, const char *label, enum ud_role role, const char *value);
/* A sentence, wrapped, with a sign in front that says its tone without colour ("!" warning, "x" error). Returns its rows. */
int ud_part_sentence(struct ud_canvas cv, int x, int y, int width, enum ud_tone tone, const char *text);
/* Rows it would take. */
int ud_part_sentence_rows(int width, enum ud_tone tone, const char *text);
/* "3 of 12" style position at the right end of row `y`, only where a list does not fit. */
void ud_part_position(struct ud_canvas cv, int y, size_t first, size_t end, size_t count);
/* First 8 characters of a key ID, or a dash. */
void ud_part_short_id(char out[12], const struct ud_guid *id);
/* The whole ID in upper case, as the caller's screen shows it. */
void ud_part_full_id(char out[UD_GUID_TEXT], const struct ud_guid *id);
/* "Windows 11 23H2": system and version. */
void ud_part_system(char *out, size_t size, const struct ud_device *device);
/* The person: display name, else account, else "no user". */
const char *ud_part_user(const struct ud_device *device);
/* An account as it fits into `cells`: without its domain where it is too long. NULL gives "". */
void ud_part_account(char *out, size_t size, const char *account, int cells);
enum ud_role ud_part_tone_role(enum ud_tone tone);
/* A QR code of `text` with its quiet zone, two modules a cell row. False (nothing drawn) where it does not fit. */
bool ud_part_qr(struct ud_canvas cv, const char *text);
/* Cells of that code; 0 where it cannot be made. */
int ud_part_qr_size(const char *text, int *rows);

#endif
