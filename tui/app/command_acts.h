/* What the command table points to, beside the screens' own functions. ud_cmd_… run a command; ud_refused_… say why it cannot run now, translated, or
 * answer NULL. */
#ifndef UD_APP_COMMAND_ACTS_H
#define UD_APP_COMMAND_ACTS_H

#include "app/state.h"

void ud_cmd_lock(struct ud_app *app);
void ud_cmd_redraw(struct ud_app *app);
void ud_cmd_quit(struct ud_app *app);
void ud_cmd_suspend(struct ud_app *app);
void ud_cmd_switch(struct ud_app *app);
void ud_cmd_clear_filter(struct ud_app *app);
void ud_cmd_refresh(struct ud_app *app);
void ud_cmd_back_to_devices(struct ud_app *app);
const char *ud_refused_refresh(const struct ud_app *app);
void ud_cmd_form_next(struct ud_app *app);
void ud_cmd_form_previous(struct ud_app *app);
void ud_cmd_form_back(struct ud_app *app);
void ud_cmd_next_group(struct ud_app *app);
void ud_cmd_previous_group(struct ud_app *app);
void ud_cmd_worked(struct ud_app *app);
void ud_cmd_not_worked(struct ud_app *app);
void ud_cmd_gone(struct ud_app *app);
const char *ud_refused_outcome(const struct ud_app *app);
const char *ud_refused_group(const struct ud_app *app);
const char *ud_refused_show(const struct ud_app *app);
const char *ud_refused_whole(const struct ud_app *app);
void ud_cmd_call_1(struct ud_app *app);
void ud_cmd_call_2(struct ud_app *app);
void ud_cmd_call_3(struct ud_app *app);
void ud_cmd_call_4(struct ud_app *app);
void ud_cmd_copy_ticket(struct ud_app *app);
const char *ud_refused_copy(const struct ud_app *app);
const char *ud_refused_next_key(const struct ud_app *app);
void ud_cmd_new_keys(struct ud_app *app);
const char *ud_refused_retry(const struct ud_app *app);
const char *ud_refused_confirm(const struct ud_app *app);
const char *ud_refused_leave(const struct ud_app *app);
const char *ud_refused_again(const struct ud_app *app);
const char *ud_refused_end(const struct ud_app *app);
const char *ud_refused_find(const struct ud_app *app);
const char *ud_refused_quit(const struct ud_app *app);
const char *ud_refused_send(const struct ud_app *app);
const char *ud_refused_get(const struct ud_app *app);
const char *ud_refused_store_send(const struct ud_app *app);
const char *ud_refused_store_field(const struct ud_app *app);
const char *ud_refused_store_again(const struct ud_app *app);

#endif
