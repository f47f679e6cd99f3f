/* What the parts of the update call of each other. Each function belongs to the file named above it. */
#ifndef UD_APP_SCREENS_H
#define UD_APP_SCREENS_H

#include "app/state.h"

/* update.c */
void ud_app_update(struct ud_app *app, const struct ud_event *event);
/* When the next UD_ON_TICK is due; -1: never. (deadline.c) */
ud_msec ud_app_deadline(const struct ud_app *app);
void ud_app_tick(struct ud_app *app);

/* session.c: sign-in, PIN, notice, the end */
void ud_session_begin(struct ud_app *app);
void ud_session_worker(struct ud_app *app);
void ud_session_lost(struct ud_app *app, const struct ud_error *error);
bool ud_session_message(struct ud_app *app, const struct ud_event *e);
void ud_session_choose_pin(struct ud_app *app);
void ud_session_derived(struct ud_app *app, struct ud_job *job);
void ud_session_key(struct ud_app *app, const struct ud_key_event *key);
void ud_session_confirm(struct ud_app *app);
void ud_session_refuse(struct ud_app *app);
void ud_session_retry(struct ud_app *app);
/* session_notice.c */
void ud_session_notice(struct ud_app *app, const struct ud_msg_notice *m);
void ud_session_accept_notice(struct ud_app *app);
void ud_session_resumed(struct ud_app *app);
void ud_session_over(struct ud_app *app, const char *why, const char *next);
void ud_session_record(struct ud_app *app);
void ud_session_save_tokens(struct ud_app *app);
/* Asks for the rules and the list of every source that is signed in. */
void ud_session_enter(struct ud_app *app);

/* sync.c: the lists of the sources */
void ud_sync_start(struct ud_app *app, uint8_t source);
bool ud_sync_message(struct ud_app *app, const struct ud_event *e);
void ud_sync_save(struct ud_app *app);

/* screen_devices.c, lookup.c */
void ud_devices_search(struct ud_app *app);
void ud_devices_found(struct ud_app *app, struct ud_job *job);
void ud_devices_key(struct ud_app *app, const struct ud_key_event *key);
void ud_devices_open(struct ud_app *app);
void ud_devices_layout(struct ud_app *app);
void ud_devices_clear(struct ud_app *app);
/* Row of the list by position; UD_ROW_NONE. */
uint32_t ud_devices_row(const struct ud_app *app, size_t index);
size_t ud_devices_count(const struct ud_app *app);
void ud_lookup_update(struct ud_app *app);
bool ud_lookup_message(struct ud_app *app, const struct ud_event *e);
/* The sentence of a miss; false where there is nothing to say. */
bool ud_lookup_miss(const struct ud_app *app, char *out, size_t size);

/* screen_device.c */
void ud_device_open(struct ud_app *app, const struct ud_device *d, const struct ud_guid *key);
void ud_device_fetch(struct ud_app *app);
bool ud_device_message(struct ud_app *app, const struct ud_event *e);
const struct ud_key *ud_device_selected(const struct ud_app *app);
const char *ud_device_get_refused(const struct ud_app *app);

/* call.c: calls and their key; reveal.c: from INTENT to the key; dictate.c: groups and read-back */
struct ud_call *ud_call_active(struct ud_app *app);
void ud_call_open(struct ud_app *app, const struct ud_dev *dev, const struct ud_key *key, const struct ud_disclosure *why);
void ud_call_hold(struct ud_app *app);
void ud_call_resume(struct ud_app *app, unsigned number);
void ud_call_end(struct ud_app *app, enum ud_outcome outcome);
void ud_call_close(struct ud_app *app);
/* Esc: a call that has shown nothing ends, any other is held. */
void ud_call_leave(struct ud_app *app);
void ud_call_next_key(struct ud_app *app);
/* The next older key of the same volume that was not tried; NULL: none. */
const struct ud_key *ud_call_other_key(const struct ud_app *app, const struct ud_call *c);
void ud_call_drop_secrets(struct ud_call *c);
void ud_call_cover(struct ud_app *app, struct ud_call *c, const char *why);
/* What is not on screen is covered. */
void ud_call_cover_unseen(struct ud_app *app);
void ud_call_show(struct ud_app *app);
void ud_call_whole(struct ud_app *app);
void ud_call_ticket_model(const struct ud_app *app, const struct ud_call *c, struct ud_view_ticket *out);
void ud_reveal_start(struct ud_app *app, struct ud_call *c);
bool ud_reveal_message(struct ud_app *app, const struct ud_event *e);
bool ud_reveal_journal(struct ud_app *app, const struct ud_job *job);
/* Closes what a lost worker or a lock leaves open: UNCERTAIN where the source was asked. */
/* A source is signed in (again): the call on screen that waited for it goes on. */
void ud_reveal_signed_in(struct ud_app *app, uint8_t source);
void ud_reveal_abandon(struct ud_app *app, struct ud_call *c);
void ud_dictate_move(struct ud_app *app, int by);
void ud_dictate_key(struct ud_app *app, const struct ud_key_event *key);
/* From now on what is typed is the caller's read-back, letters too, until ud_dictate_stop (false: it was not so) or the last group. */
void ud_dictate_read(struct ud_app *app);
bool ud_dictate_stop(struct ud_app *app);
const char *ud_dictate_read_refused(const struct ud_app *app);
/* Do capital and small letters differ in this call's key, so that they have to be said? */
bool ud_dictate_exact(const struct ud_call *c);
/* Why the active call's key may not be painted now; NULL: it may. */
const char *ud_call_blocked(const struct ud_app *app, const struct ud_call *c);
/* What is to be painted now: the secret of the active call, or NULL. The one way to the painter. */
struct ud_secret *ud_app_paint(const struct ud_app *app, size_t *offset, size_t *length, int *wrong, bool *whole);

/* screen_reason.c */
void ud_form_open(struct ud_app *app);
void ud_form_clear(struct ud_app *app);
void ud_form_key(struct ud_app *app, const struct ud_key_event *key);
void ud_form_move(struct ud_app *app, int by);
void ud_form_submit(struct ud_app *app);
void ud_form_checked(struct ud_app *app, struct ud_job *job);
/* The reasons that staff may choose from, by position; NULL behind the last. */
const struct ud_reason *ud_form_reason(const struct ud_app *app, size_t index);
bool ud_form_has(const struct ud_app *app, enum ud_reason_field field);

/* A key package is written to a file, which the console does not do: says what to type. */
void ud_device_package(struct ud_app *app);
const char *ud_device_package_refused(const struct ud_app *app);

/* screen_missing.c: where a key may be that is not stored here */
/* The open device's keys were fetched, and there is none. */
bool ud_missing_known(const struct ud_app *app);
const char *ud_missing_refused(const struct ud_app *app);
void ud_missing_open(struct ud_app *app);
void ud_missing_back(struct ud_app *app);
void ud_missing_key(struct ud_app *app, const struct ud_key_event *key);
void ud_missing_new_key(struct ud_app *app);
const char *ud_missing_new_key_refused(const struct ud_app *app);

/* screen_bde.c: what manage-bde printed */
void ud_bde_open(struct ud_app *app);
void ud_bde_back(struct ud_app *app);
void ud_bde_finish(struct ud_app *app);
const char *ud_bde_finish_refused(const struct ud_app *app);
void ud_bde_store(struct ud_app *app);
const char *ud_bde_store_refused(const struct ud_app *app);
void ud_bde_key(struct ud_app *app, const struct ud_key_event *key);
bool ud_bde_message(struct ud_app *app, const struct ud_event *e);
/* Something was asked for that ends by itself soon. */
bool ud_bde_waits(const struct ud_app *app);
/* Wipes what was pasted and closes the page. */
void ud_bde_wipe(struct ud_app *app);
/* Where the terminal's text goes now instead of becoming keys; NULL: nowhere. */
struct ud_secret *ud_app_capture(const struct ud_app *app);

/* new_key.c */
void ud_new_key_ask(struct ud_app *app, const struct ud_dev *dev, const struct ud_key *key, const struct ud_disclosure *why);
bool ud_new_key_message(struct ud_app *app, const struct ud_event *e);
void ud_new_key_tick(struct ud_app *app);
ud_msec ud_new_key_deadline(const struct ud_app *app);
/* The newest request of a device and kind, or NULL. */
const struct ud_new_key *ud_new_key_of(const struct ud_app *app, const struct ud_guid *device, enum ud_kind kind);
void ud_new_key_retry(struct ud_app *app);

/* screen_store.c: the page that takes a Mac's recovery key; store_watch.c: what became of it */
void ud_store_open(struct ud_app *app, const struct ud_device *d);
void ud_store_open_device(struct ud_app *app);
void ud_store_again(struct ud_app *app);
/* In self-service: the next of the own Macs; why there is none. */
void ud_store_open_own(struct ud_app *app);
const char *ud_store_own_refused(const struct ud_app *app);
void ud_store_open_ask(struct ud_app *app);
const char *ud_store_refused(const struct ud_app *app);
const char *ud_store_ask_refused(const struct ud_app *app);
bool ud_store_is_own(const struct ud_app *app, uint8_t source, const char *user);
void ud_store_key(struct ud_app *app, const struct ud_key_event *key);
void ud_store_other_field(struct ud_app *app);
void ud_store_submit(struct ud_app *app);
void ud_store_leave(struct ud_app *app);
/* Wipes what was typed. */
void ud_store_clear(struct ud_app *app);
bool ud_store_message(struct ud_app *app, const struct ud_event *e);
/* Asks what became of the key of a Mac; others are left alone. */
void ud_store_look(struct ud_app *app, const struct ud_device *d);
void ud_store_take(struct ud_app *app, const struct ud_msg_store_info *m, const char *name, bool mine);
bool ud_store_watched(struct ud_app *app, const struct ud_event *e);
/* NULL: nothing was asked about that device. */
const struct ud_store_watch *ud_store_watch_of(const struct ud_app *app, const struct ud_guid *device);
void ud_store_tick(struct ud_app *app);
ud_msec ud_store_deadline(const struct ud_app *app);
void ud_store_locked(struct ud_app *app);
/* Fetches what the person who is signed in there was asked to store; the first of them, NULL: nothing. */
void ud_store_ask_requests(struct ud_app *app, uint8_t source);
const struct ud_store_request *ud_store_request_open(const struct ud_app *app);
/* Nothing else is to be had before the key of this device is stored. */
bool ud_store_blocked(const struct ud_app *app, const struct ud_guid *device);
/* After each event: a user's console opens on what is asked of its user. */
void ud_store_step(struct ud_app *app);

/* screen_board.c: keys that were shown and not replaced */
void ud_report_open(struct ud_app *app);
void ud_report_find(struct ud_app *app);  /* by the filter as it is typed */
void ud_report_other(struct ud_app *app); /* the other report */
void ud_report_leave(struct ud_app *app); /* clears the filter, else back */
void ud_report_key(struct ud_app *app, const struct ud_key_event *key);
bool ud_report_message(struct ud_app *app, const struct ud_event *e);
void ud_report_clear(struct ud_app *app);
void ud_board_open(struct ud_app *app);
void ud_board_refresh(struct ud_app *app);
bool ud_board_message(struct ud_app *app, const struct ud_event *e);
/* Wipes and frees. */
void ud_board_clear(struct ud_app *app);
void ud_board_open_device(struct ud_app *app);
const char *ud_board_open_refused(const struct ud_app *app);
void ud_board_ask(struct ud_app *app);
const char *ud_board_ask_refused(const struct ud_app *app);
void ud_board_tick(struct ud_app *app);
ud_msec ud_board_deadline(const struct ud_app *app);
/* Entries whose key was last shown to whoever is signed in. */
size_t ud_board_own(const struct ud_app *app);

/* lock.c */
void ud_lock_now(struct ud_app *app, const char *reason);
void ud_lock_key(struct ud_app *app, const struct ud_key_event *key);
void ud_lock_opened(struct ud_app *app, struct ud_job *job);
void ud_lock_tick(struct ud_app *app);
ud_msec ud_lock_deadline(const struct ud_app *app);
/* The lock screen over a sign-in that was kept on disk. */
void ud_lock_open_kept(struct ud_app *app);
void ud_lock_worker(struct ud_app *app);
void ud_lock_worker_lost(struct ud_app *app, const char *message);

/* seal_calls.c */
void ud_calls_seal(struct ud_app *app);
void ud_calls_unseal(struct ud_app *app, struct ud_secret *half);

/* self_session.c: how self-service begins and ends; self_find.c, self_key.c: its pages */
void ud_self_begin(struct ud_app *app);
/* Somebody has confirmed who they are. True: this is self-service now, or over; nothing else follows. */
bool ud_self_identity(struct ud_app *app, uint8_t source);
/* The rules are here and the notice is accepted: the first page. */
void ud_self_enter(struct ud_app *app);
void ud_self_end(struct ud_app *app);
/* Wiped at once: nobody is there, or the session cannot go on. */
void ud_self_expire(struct ud_app *app, const char *why);
void ud_self_tick(struct ud_app *app);
ud_msec ud_self_deadline(const struct ud_app *app);
/* Asks each source for the site's name and helpdesk. */
void ud_branding_ask(struct ud_app *app);
bool ud_self_message(struct ud_app *app, const struct ud_event *e);
bool ud_self_key(struct ud_app *app, const struct ud_key_event *key);
void ud_self_find(struct ud_app *app);
bool ud_self_found(struct ud_app *app, const struct ud_event *e);
void ud_self_no_id(struct ud_app *app);
/* The own computers to choose from, as far as the list is there. */
void ud_self_list(struct ud_app *app);
void ud_self_back(struct ud_app *app);
void ud_self_get(struct ud_app *app);
void ud_self_again(struct ud_app *app);
/* The reason that is chosen by this digit; NULL behind the last. */
const struct ud_reason *ud_self_reason(const struct ud_app *app, size_t index);
/* The service has refused the key: what an employee can do. */
void ud_self_refused(struct ud_app *app, struct ud_call *c, enum ud_status st);

/* tmux.c */
void ud_tmux_ask(struct ud_app *app);
void ud_tmux_answer(struct ud_app *app, const struct ud_tmux_finding *f);
ud_msec ud_tmux_deadline(const struct ud_app *app);
void ud_tmux_tick(struct ud_app *app);

/* overlay.c */
void ud_overlay_help(struct ud_app *app);
void ud_overlay_palette(struct ud_app *app);
void ud_overlay_confirm(struct ud_app *app, const struct ud_command *c);
/* The board has been loaded: the question before leaving, where it is asked, names the keys that still work. */
void ud_overlay_remind(struct ud_app *app);
bool ud_overlay_key(struct ud_app *app, const struct ud_key_event *key);

/* goal.c: after each event, where the console was started for one key */
void ud_goal_step(struct ud_app *app);

/* screen_log.c */
void ud_log_open(struct ud_app *app);
void ud_log_read(struct ud_app *app, struct ud_job *job);

/* draw.c */
struct ud_grid;
void ud_app_draw(struct ud_app *app, struct ud_grid *grid);

#endif
