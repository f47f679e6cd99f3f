/* The larger screens' models; draw.c calls them. */
#ifndef UD_APP_DRAW_PARTS_H
#define UD_APP_DRAW_PARTS_H

#include "app/state.h"
#include "view/missing.h"

/* Footer of the present screen: commands that can run now. `key` holds the texts. */
size_t ud_draw_hints(const struct ud_app *app, struct ud_hint *hint, char key[][64], size_t max);
/* A name as it may be seen: masked with --present. */
const char *ud_draw_name(const struct ud_app *app, const char *text);
void ud_draw_device_masked(const struct ud_app *app, struct ud_device *d);
void ud_draw_devices(struct ud_app *app, struct ud_canvas cv);
void ud_draw_device(struct ud_app *app, struct ud_canvas cv);
void ud_draw_reason(struct ud_app *app, struct ud_canvas cv);
void ud_draw_key(struct ud_app *app, struct ud_canvas cv);
/* draw_self.c: the pages of self-service */
void ud_draw_self(const struct ud_app *app, struct ud_canvas cv);
/* A new key under way, as a sentence; NULL: none. */
const char *ud_draw_new_key(const struct ud_app *app, const struct ud_new_key *n, char *out, size_t size);
/* First key of a command, as the footer writes it. */
void ud_draw_key_name(const struct ud_app *app, const char *command, char out[64]);
/* screen_missing.c, draw_bde.c */
struct ud_missing_text { /* what the model borrows */
    struct ud_view_missing m;
    char digits[40], miss[900], state[500], new_key[64], paste[64], all[64];
};
void ud_missing_model(const struct ud_app *app, struct ud_missing_text *t);
void ud_draw_missing(struct ud_app *app, struct ud_canvas cv);
void ud_draw_bde(struct ud_app *app, struct ud_canvas cv);
void ud_draw_ticket(struct ud_app *app, struct ud_canvas cv);
void ud_draw_report(struct ud_app *app, struct ud_canvas cv);
void ud_draw_board(struct ud_app *app, struct ud_canvas cv);
void ud_draw_store(const struct ud_app *app, struct ud_canvas cv);
/* What became of the typed key of a device; false: there is nothing to say. `user` is the device's. */
bool ud_draw_stored(
    const struct ud_app *app, const struct ud_guid *device, uint8_t source, const char *user, struct ud_view_stored *out);
/* draw_approvals.c */
void ud_draw_waiting(const struct ud_app *app, struct ud_canvas cv);
void ud_draw_approvals(struct ud_app *app, struct ud_canvas cv);
void ud_draw_approval(const struct ud_app *app, struct ud_canvas cv);
/* What stands in the header of every screen: requests that wait, a surge. The texts lie in `approve` and `surge`. */
void ud_draw_marks(const struct ud_app *app, struct ud_view_chrome *m, char approve[64], char surge[96]);
/* Where a call's approval stands, for the bar of calls; NULL: it waits for none. */
const char *ud_draw_call_state(const struct ud_call *c);

#endif
