/* The command table. */
#include "app/command_acts.h"
#include "app/commands.h"
#include "app/role.h"
#include "app/screens.h"
#include "grid/i18n.h"

static const struct ud_command table[] = {
    { "devices.open", N_("open"), UD_AT(DEVICES), UD_HINT, "Enter", ud_devices_open, NULL },
    { "devices.switch", N_("filter or list"), UD_AT(DEVICES), UD_HINT, "Tab", ud_cmd_switch, NULL },
    { "devices.clear", N_("clear the filter"), UD_AT(DEVICES), UD_HIDDEN, "Esc Left", ud_cmd_clear_filter, NULL },
    { "devices.refresh", N_("load the list again"), UD_AT(DEVICES), 0, "r F5", ud_cmd_refresh, ud_refused_refresh },

    { "device.get-key", N_("get key"), UD_AT(DEVICE), UD_HINT, "Enter g", ud_form_open, ud_refused_get },
    { "device.new-key", N_("ask for a new key"), UD_AT(DEVICE) | UD_AT(MISSING), UD_HINT | UD_ASKS, "n", ud_missing_new_key,
        ud_missing_new_key_refused },
    { "device.package", N_("key package"), UD_AT(DEVICE), 0, "p", ud_device_package, ud_device_package_refused },
    { "device.missing", N_("where the key may be"), UD_AT(DEVICE), UD_HINT, "w", ud_missing_open, ud_missing_refused },
    { "bde.open", N_("paste manage-bde's output"), UD_AT(DEVICE) | UD_AT(MISSING), 0, "b", ud_bde_open, NULL },
    { "missing.back", N_("back"), UD_AT(MISSING), UD_HINT, "Esc Left", ud_missing_back, NULL },
    { "bde.done", N_("that is all"), UD_AT(BDE), UD_HINT, "C-d", ud_bde_finish, ud_bde_finish_refused },
    { "bde.store", N_("store this key"), UD_AT(BDE), UD_HINT | UD_ASKS, "s", ud_bde_store, ud_bde_store_refused },
    { "bde.back", N_("leave and forget it"), UD_AT(BDE), UD_HINT, "Esc", ud_bde_back, NULL },
    { "device.refresh", N_("fetch the keys again"), UD_AT(DEVICE), 0, "r F5", ud_device_fetch, ud_refused_refresh },
    { "device.store-key", N_("store a recovery key"), UD_AT(DEVICE), UD_HINT, "s", ud_store_open_device, ud_store_refused },
    { "device.ask-store", N_("ask the user to store it"), UD_AT(DEVICE), UD_HINT, "u", ud_store_open_ask, ud_store_ask_refused },
    { "device.back", N_("back to the devices"), UD_AT(DEVICE), UD_HINT, "Esc Left", ud_cmd_back_to_devices, NULL },

    { "reason.send", N_("get key, and record this"), UD_AT(REASON), UD_HINT | UD_DELIBERATE, "Enter", ud_form_submit, NULL },
    { "reason.next", N_("next field"), UD_AT(REASON), UD_HINT | UD_HIDDEN, "Tab Down", ud_cmd_form_next, NULL },
    { "reason.previous", N_("field before"), UD_AT(REASON), UD_HIDDEN, "Shift-Tab Up", ud_cmd_form_previous, NULL },
    { "reason.back", N_("back"), UD_AT(REASON), UD_HINT, "Esc", ud_cmd_form_back, NULL },

    { "key.next", N_("next group"), UD_AT(KEY), UD_HINT | UD_SELF, "Space Right Down", ud_cmd_next_group, ud_refused_group },
    { "key.previous", N_("group before"), UD_AT(KEY), UD_SELF, "Left Up", ud_cmd_previous_group, ud_refused_group },
    { "key.show", N_("show it again"), UD_AT(KEY), UD_HINT | UD_SELF, "Enter", ud_call_show, ud_refused_show },
    { "key.read-back", N_("read back"), UD_AT(KEY), UD_HINT, "r", ud_dictate_read, ud_dictate_read_refused },
    { "key.worked", N_("it worked"), UD_AT(KEY), UD_HINT | UD_SELF, "w", ud_cmd_worked, ud_refused_outcome },
    { "key.not-unlocked", N_("did not unlock"), UD_AT(KEY), UD_HINT | UD_SELF, "x", ud_cmd_not_worked, ud_refused_outcome },
    { "call.hold", N_("hold"), UD_AT(KEY) | UD_AT(TICKET) | UD_AT(WAITING), UD_HINT, "h", ud_call_hold, NULL },
    { "key.gone", N_("caller gone"), UD_AT(KEY), UD_HINT, "g", ud_cmd_gone, ud_refused_outcome },
    { "key.whole", N_("whole key"), UD_AT(KEY), UD_HINT | UD_ASKS | UD_SELF, "f", ud_call_whole, ud_refused_whole },
    { "call.leave", N_("leave the call"), UD_AT(KEY), UD_HIDDEN | UD_SELF | UD_SELF_HINT, "Esc", ud_call_leave,
        ud_refused_leave },

    { "approval.get", N_("get key, or ask again"), UD_AT(WAITING), UD_HINT | UD_DELIBERATE | UD_SELF, "Enter", ud_waiting_go,
        ud_waiting_go_refused },
    { "approval.withdraw", N_("withdraw the request"), UD_AT(WAITING), UD_HINT | UD_SELF, "Esc", ud_waiting_withdraw, NULL },
    { "approvals.open", N_("details"), UD_AT(APPROVALS), UD_HINT, "Enter", ud_approver_open, ud_approver_refused_open },
    { "approvals.grant", N_("grant"), UD_AT(APPROVALS) | UD_AT(APPROVAL), UD_HINT | UD_ASKS | UD_DELIBERATE, "a",
        ud_approver_grant, ud_approver_refused_decide },
    { "approvals.deny", N_("deny, with a note"), UD_AT(APPROVALS) | UD_AT(APPROVAL), UD_HINT, "d", ud_approver_deny,
        ud_approver_refused_decide },
    { "approvals.send", N_("deny with this note"), UD_AT(APPROVAL), UD_HINT | UD_DELIBERATE, "Enter", ud_approver_deny,
        ud_refused_send },
    { "approvals.back", N_("back"), UD_AT(APPROVALS) | UD_AT(APPROVAL), UD_HINT, "Esc Left", ud_approver_back, NULL },

    { "ticket.done", N_("done"), UD_AT(TICKET), UD_HINT, "Enter Esc", ud_call_close, NULL },
    { "ticket.copy", N_("copy these lines"), UD_AT(TICKET), UD_HINT, "y", ud_cmd_copy_ticket, ud_refused_copy },
    { "ticket.next-key", N_("get the next key of this volume"), UD_AT(TICKET), UD_HINT | UD_DELIBERATE, "n", ud_call_next_key,
        ud_refused_next_key },

    { "call.1", N_("bring back call 1"), UD_AT(DEVICES) | UD_AT(DEVICE) | UD_AT(NEW_KEY) | UD_AT(TICKET) | UD_AT(LOG), 0, "1",
        ud_cmd_call_1, NULL },
    { "call.2", N_("bring back call 2"), UD_AT(DEVICES) | UD_AT(DEVICE) | UD_AT(NEW_KEY) | UD_AT(TICKET) | UD_AT(LOG), 0, "2",
        ud_cmd_call_2, NULL },
    { "call.3", N_("bring back call 3"), UD_AT(DEVICES) | UD_AT(DEVICE) | UD_AT(NEW_KEY) | UD_AT(TICKET) | UD_AT(LOG), 0, "3",
        ud_cmd_call_3, NULL },
    { "call.4", N_("bring back call 4"), UD_AT(DEVICES) | UD_AT(DEVICE) | UD_AT(NEW_KEY) | UD_AT(TICKET) | UD_AT(LOG), 0, "4",
        ud_cmd_call_4, NULL },

    { "store.send", N_("send"), UD_AT(STORE), UD_HINT | UD_SELF, "Enter", ud_store_submit, ud_refused_store_send },
    { "store.other-field", N_("other field"), UD_AT(STORE), UD_HINT | UD_HIDDEN | UD_SELF, "Tab Shift-Tab Up Down",
        ud_store_other_field, ud_refused_store_field },
    { "store.again", N_("type it again"), UD_AT(STORE), UD_HINT | UD_SELF, "s", ud_store_again, ud_refused_store_again },
    { "store.back", N_("back"), UD_AT(STORE), UD_HINT | UD_SELF, "Esc", ud_store_leave, NULL },
    { "self.store", N_("store a Mac's recovery key"), UD_AT(SELF_ID) | UD_AT(SELF_DEVICE), UD_SELF | UD_SELF_HINT, "F5",
        ud_store_open_own, ud_store_own_refused },
    { "self.next-mac", N_("another Mac of yours"), UD_AT(STORE), UD_HIDDEN | UD_SELF, "F5", ud_store_open_own,
        ud_store_own_refused },

    { "report.find", N_("look"), UD_AT(REPORT), UD_HINT, "Enter", ud_report_find, NULL },
    { "report.other", N_("the other report"), UD_AT(REPORT), UD_HINT, "Tab", ud_report_other, NULL },
    { "report.refresh", N_("load it again"), UD_AT(REPORT), UD_HIDDEN, "F5", ud_report_find, NULL },
    { "report.back", N_("clear the filter, or back"), UD_AT(REPORT), UD_HINT, "Esc", ud_report_leave, NULL },

    { "board.open", N_("open the device"), UD_AT(BOARD), UD_HINT, "Enter", ud_board_open_device, ud_board_open_refused },
    { "board.new-key", N_("ask for a new key"), UD_AT(BOARD), UD_HINT | UD_ASKS, "n", ud_board_ask, ud_board_ask_refused },
    { "board.refresh", N_("load it again"), UD_AT(BOARD), 0, "r F5", ud_board_refresh, ud_refused_refresh },

    { "new-key.retry", N_("ask again"), UD_AT(NEW_KEY), UD_HINT, "a", ud_new_key_retry, ud_refused_retry },
    { "new-key.back", N_("back to the devices"), UD_AT(NEW_KEY) | UD_AT(LOG) | UD_AT(BOARD), UD_HINT, "Esc Left",
        ud_cmd_back_to_devices, NULL },

    { "sign-in.confirm", N_("go on"), UD_AT(SIGN_IN), UD_HINT | UD_DELIBERATE | UD_SELF, "Enter", ud_session_confirm,
        ud_refused_confirm },
    { "sign-in.leave", N_("leave, or not me"), UD_AT(SIGN_IN), UD_HINT | UD_SELF, "Esc", ud_session_refuse, NULL },
    { "notice.accept", N_("accept"), UD_AT(NOTICE), UD_HINT | UD_DELIBERATE | UD_SELF, "Enter", ud_session_accept_notice, NULL },
    { "notice.refuse", N_("refuse and leave"), UD_AT(NOTICE), UD_HINT | UD_ASKS | UD_SELF, "Esc", ud_cmd_quit, NULL },

    { "self.find", N_("go on"), UD_AT(SELF_ID), UD_HINT | UD_DELIBERATE | UD_SELF, "Enter", ud_self_find, ud_refused_find },
    { "self.no-id", N_("no such ID on the screen"), UD_AT(SELF_ID), UD_HINT | UD_SELF, "Tab", ud_self_no_id, ud_refused_find },
    { "self.leave", N_("leave"), UD_AT(SELF_ID), UD_HINT | UD_ASKS | UD_SELF, "Esc", ud_self_end, NULL },
    { "self.get-key", N_("get key"), UD_AT(SELF_REASON), UD_HINT | UD_DELIBERATE | UD_SELF, "Enter", ud_self_get, NULL },
    { "self.back", N_("back"), UD_AT(SELF_DEVICE) | UD_AT(SELF_REASON), UD_HINT | UD_SELF, "Esc Left", ud_self_back, NULL },
    { "self.again", N_("try again with the ID"), UD_AT(SELF_NEXT), UD_HINT | UD_DELIBERATE | UD_SELF, "a", ud_self_again,
        ud_refused_again },
    { "self.end", N_("end"), UD_AT(SELF_NEXT), UD_HINT | UD_DELIBERATE | UD_SELF, "Enter Esc", ud_self_end, ud_refused_end },

    { "app.new-keys", N_("new keys"), UD_AT(DEVICES) | UD_AT(DEVICE) | UD_AT(TICKET) | UD_AT(LOG), UD_HINT, "F3 k",
        ud_cmd_new_keys, NULL },
    { "app.approvals", N_("requests for approval"),
        UD_AT(DEVICES) | UD_AT(DEVICE) | UD_AT(TICKET) | UD_AT(NEW_KEY) | UD_AT(LOG) | UD_AT(KEY) | UD_AT(WAITING), UD_HINT, "F6",
        ud_approver_open_list, ud_approver_refused_list },
    { "app.board", N_("keys to be replaced"), UD_AT(DEVICES) | UD_AT(DEVICE) | UD_AT(TICKET) | UD_AT(NEW_KEY) | UD_AT(LOG), 0,
        "F7", ud_board_open, ud_refused_refresh },
    { "app.reports", N_("reports"), UD_AT(DEVICES) | UD_AT(DEVICE) | UD_AT(TICKET) | UD_AT(LOG) | UD_AT(BOARD), 0, "F8",
        ud_report_open, ud_role_refused_reports },
    { "app.log", N_("activity log"), UD_AT(DEVICES) | UD_AT(DEVICE) | UD_AT(TICKET) | UD_AT(NEW_KEY), 0, "F4", ud_log_open,
        NULL },
    { "app.help", N_("help"), UD_AT_WORK, UD_HINT, "F1 ?", ud_overlay_help, NULL },
    { "app.palette", N_("all commands"), UD_AT_WORK, 0, "C-p :", ud_overlay_palette, NULL },
    { "app.lock", N_("lock"), UD_AT_WORK, 0, "C-l F10", ud_cmd_lock, NULL },
    { "app.redraw", N_("draw the screen again"), UD_AT_WORK, 0, "C-r", ud_cmd_redraw, NULL },
    { "app.suspend", N_("suspend (locks)"), UD_AT_WORK & ~(UD_AT(KEY) | UD_AT(PIN)), 0, "C-z", ud_cmd_suspend, NULL },
    { "app.quit", N_("end unlockdesk"), UD_AT_WORK, UD_ASKS, "C-q", ud_cmd_quit, ud_refused_quit },
};
#define COUNT (sizeof(table) / sizeof(table[0]))
_Static_assert(COUNT <= UD_KEYMAP_COMMANDS, "the keymap has room for every command");

const struct ud_command *
ud_commands(size_t *count)
{
    *count = COUNT;
    return table;
}
