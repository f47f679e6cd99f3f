#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/seal.h"
#include "channel/message.h"

static uint8_t packet[UD_PACKET_MAX], again[UD_PACKET_MAX];
static struct ud_msg in, out;

static bool
from_worker(enum ud_msg_type type)
{
    return type >= UD_MSG_READY;
}

static bool
is_note(enum ud_msg_type type)
{
    return type == UD_MSG_CONFIGURE || type == UD_MSG_SEAL_KEY || type == UD_MSG_CANCEL || type == UD_MSG_READY;
}

static const uint8_t bytes[] = "0123456789abcdef0123456789abcdef0123456789abcdef";

static const struct ud_device device = { .id = { { 1, 2, 3 } },
    .entra_id = { { 4 } },
    .name = "LON-LT-0042",
    .serial = "TRN0042",
    .user = "garcia@training.invalid",
    .user_name = "José García 山田",
    .model = "Latitude 5440",
    .os = "Windows",
    .os_version = "10.0.22631",
    .ownership = UD_OWNERSHIP_PERSONAL,
    .encrypted = UD_YES,
    .last_checkin = 1234567890123,
    .mark = UD_MARK_DUE,
    .keys = 3,
    .source = 2 };
static const struct ud_key key = { .id = { { 9, 8, 7 } },
    .device = { { 1, 2, 3 } },
    .by_entra = true,
    .kind = UD_KIND_LUKS,
    .volume = UD_VOLUME_FIXED,
    .state = UD_KEY_DISCLOSED,
    .created = 42,
    .shown = UD_WALL_NONE,
    .source = 2 };

/* A message of the type with something in most members. */
static void
sample(struct ud_msg *m, enum ud_msg_type type)
{
    memset(m, 0, sizeof(*m));
    m->type = type;
    m->request = is_note(type) ? 0 : 77;
    if (type != UD_MSG_SEAL_KEY && type != UD_MSG_FIND && type != UD_MSG_ASK && type != UD_MSG_CANCEL && type != UD_MSG_READY &&
        type != UD_MSG_DONE)
        m->u.source.source = 2;
    switch (type) {
    case UD_MSG_CONFIGURE:
        m->u.configure =
            (struct ud_msg_configure){ .source = 2, .type = UD_SOURCE_ESCROWD, .name = "lab", .url = "https://lab.example" };
        break;
    case UD_MSG_SEAL_KEY:
        m->u.blob.bytes = bytes;
        m->u.blob.length = UD_SEAL_PUBLIC;
        break;
    case UD_MSG_RESUME:
    case UD_MSG_TOKEN:
        m->u.blob.bytes = bytes;
        m->u.blob.length = sizeof(bytes);
        break;
    case UD_MSG_FIND:
        m->u.find.prefix.digits = 8;
        break;
    case UD_MSG_ASK:
        m->u.ask = (struct ud_msg_ask){ UD_ASK_SERIAL, "TRN0042" };
        break;
    case UD_MSG_REVEAL:
        memcpy(m->u.reveal.public_key, bytes, UD_SEAL_PUBLIC);
        strcpy(m->u.reveal.why.reason, "lost-pin");
        strcpy(m->u.reveal.why.ticket, "INC-4711");
        break;
    case UD_MSG_APPROVAL_ASK:
        strcpy(m->u.approval_ask.why.reason, "lost-pin");
        m->u.approval_ask.key = key.id;
        break;
    case UD_MSG_APPROVALS:
    case UD_MSG_APPROVAL_WATCH:
    case UD_MSG_DECIDE:
    case UD_MSG_SURGE:
        m->u.approval_do.known = UD_APPROVAL_OPEN;
        m->u.approval_do.decision = UD_APPROVAL_DENY;
        m->u.approval_do.since = 1800000000001;
        m->u.approval_do.wait_ms = 30000;
        m->u.approval_do.note = "not this device";
        break;
    case UD_MSG_APPROVAL:
        m->u.approval.a.state = UD_APPROVAL_GRANTED;
        m->u.approval.a.left = 840000;
        strcpy(m->u.approval.a.requester, "José García 山田");
        strcpy(m->u.approval.a.answer, "fine");
        break;
    case UD_MSG_SURGE_STATE:
        m->u.surge_state.incident = "INC9";
        break;
    case UD_MSG_POLICY:
        ud_policy_default(&m->u.policy.policy, UD_PROFILE_JUMPHOST);
        break;
    case UD_MSG_NOTICE:
        m->u.notice = (struct ud_msg_notice){ 2, false, "en", "First line\n\nThird line", "ab12" };
        break;
    case UD_MSG_BRANDING:
        m->u.branding.texts = (struct ud_branding_texts){ "nl", "Example IT", "Bel 4357.", "https://help.example" };
        break;
    case UD_MSG_DEVICES:
        m->u.devices.count = 3;
        for (size_t i = 0; i < 3; i++)
            m->u.devices.device[i] = device;
        break;
    case UD_MSG_KEY_BATCH:
        m->u.key_batch.count = 2;
        m->u.key_batch.key[0] = m->u.key_batch.key[1] = key;
        break;
    case UD_MSG_FOUND:
        m->u.found.key = key;
        m->u.found.has_device = true;
        m->u.found.device = device;
        break;
    case UD_MSG_REVEALED:
        m->u.revealed.sealed = bytes;
        m->u.revealed.sealed_length = sizeof(bytes);
        break;
    case UD_MSG_ROTATION_STATE:
        m->u.rotation_state.state = UD_ROTATION_FAILED;
        m->u.rotation_state.code = -2144272166;
        m->u.rotation_state.message = "The policy does not ask for a backup.";
        break;
    case UD_MSG_STORE:
        m->u.store = (struct ud_msg_store){
            .source = 2, .device = device.id, .request = key.id, .sealed = bytes, .sealed_length = sizeof(bytes)
        };
        break;
    case UD_MSG_STORE_ASK:
        m->u.store = (struct ud_msg_store){ .source = 2, .device = device.id, .note = "Nothing is stored yet." };
        break;
    case UD_MSG_STORE_INFO:
        m->u.store_info = (struct ud_msg_store_info){ .source = 2,
            .device = device.id,
            .state = UD_TYPED_FAILED,
            .cause = UD_TYPED_NO_CONTACT,
            .requested = 42,
            .last_checkin = UD_WALL_NONE,
            .asked = true,
            .by = "José García 山田",
            .note = "Please" };
        break;
    case UD_MSG_STORE_REQUEST:
        m->u.store_request = (struct ud_msg_store_request){ 2, true, device.id, 42, "Jo's MacBook", "Ann", "Please" };
        break;
    case UD_MSG_BOARD:
        m->u.board = (struct ud_msg_board){ .source = 2,
            .e = { .key = key.id,
                .device = device.id,
                .kind = UD_KIND_LUKS,
                .state = UD_BOARD_FAILED,
                .overdue = true,
                .shown = 42,
                .due = UD_WALL_NONE,
                .device_name = "LON-LT-0042",
                .by = "José García 山田",
                .message = "The device has no network." } };
        break;
    case UD_MSG_DEPOSIT_KEY_IS:
        memcpy(m->u.deposit_key.public_key, bytes, UD_SEAL_PUBLIC);
        break;
    case UD_MSG_KEEP:
        m->u.keep = (struct ud_msg_keep){ .source = 2,
            .volume = UD_VOLUME_FIXED,
            .device = device.id,
            .key = key.id,
            .sealed = bytes,
            .sealed_length = sizeof(bytes),
            .other = { { device.id, UD_BDE_TPM }, { key.id, UD_BDE_NETWORK } },
            .other_count = 2 };
        break;
    case UD_MSG_PACKAGE:
        m->u.package = (struct ud_msg_package){ 2, key.id, device.id, bytes, sizeof(bytes) };
        break;
    case UD_MSG_DONE:
        m->u.done = (struct ud_msg_done){ UD_DENIED, 7, "No.", "Ask." };
        break;
    default:
        break;
    }
}

static const enum ud_msg_type types[] = {
#define X(name, value) UD_MSG_##name,
    UD_MSG_LIST(X)
#undef X
};
#define TYPES (sizeof(types) / sizeof(types[0]))

static size_t
encoded(enum ud_msg_type type)
{
    size_t length = 0;

    sample(&in, type);
    assert_int_equal(ud_message_encode(packet, &length, &in, NULL), UD_OK);
    return length;
}

static void
every_message_comes_out_as_it_went_in(void **state)
{
    (void)state;
    for (size_t i = 0; i < TYPES; i++) {
        size_t length = encoded(types[i]), second = 0;
        struct ud_error err = { 0 };
        if (ud_message_decode(&out, packet, length, from_worker(types[i]), &err) != UD_OK)
            fail_msg("type %d: %s", (int)types[i], err.message);
        assert_int_equal(out.type, types[i]);
        assert_int_equal(out.request, in.request);
        assert_int_equal(ud_message_encode(again, &second, &out, NULL), UD_OK);
        assert_int_equal(second, length);
        assert_memory_equal(again, packet, length);
    }
}

static void
a_device_keeps_every_member(void **state)
{
    (void)state;
    size_t length = encoded(UD_MSG_DEVICES);
    assert_int_equal(ud_message_decode(&out, packet, length, true, NULL), UD_OK);
    const struct ud_device *d = &out.u.devices.device[2];
    assert_string_equal(d->name, device.name);
    assert_string_equal(d->user_name, device.user_name);
    assert_int_equal(d->ownership, device.ownership);
    assert_int_equal(d->last_checkin, device.last_checkin);
    assert_int_equal(d->keys, 3);
    assert_int_equal(d->source, 2);
}

static void
a_packet_cut_or_lengthened_anywhere_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < TYPES; i++) {
        size_t length = encoded(types[i]);
        for (size_t cut = 0; cut < length; cut++)
            assert_int_equal(ud_message_decode(&out, packet, cut, from_worker(types[i]), NULL), UD_MALFORMED);
        packet[length] = 0;
        assert_int_equal(ud_message_decode(&out, packet, length + 1, from_worker(types[i]), NULL), UD_MALFORMED);
    }
}

static void
a_message_in_the_wrong_direction_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < TYPES; i++) {
        size_t length = encoded(types[i]);
        assert_int_equal(ud_message_decode(&out, packet, length, !from_worker(types[i]), NULL), UD_MALFORMED);
    }
}

static void
flipped_bits_never_make_text_that_is_not_clean(void **state)
{
    (void)state;
    size_t length = encoded(UD_MSG_FOUND);
    for (size_t i = 0; i < length * 8; i++) {
        packet[i / 8] ^= (uint8_t)(1u << i % 8);
        if (ud_message_decode(&out, packet, length, true, NULL) == UD_OK && out.type == UD_MSG_FOUND && out.u.found.has_device)
            for (const char *p = out.u.found.device.name; *p != '\0'; p++)
                assert_true((unsigned char)*p >= 0x20 && *p != 0x7f);
        packet[i / 8] ^= (uint8_t)(1u << i % 8);
    }
}

static void
text_from_a_server_is_cleaned_on_the_way(void **state)
{
    size_t length;

    (void)state;
    sample(&in, UD_MSG_DONE);
    in.u.done.message = "a\x1b[31mb\nc";
    assert_int_equal(ud_message_encode(packet, &length, &in, NULL), UD_OK);
    assert_int_equal(ud_message_decode(&out, packet, length, true, NULL), UD_OK);
    assert_null(strchr(out.u.done.message, '\x1b'));
    assert_null(strchr(out.u.done.message, '\n'));
}

static void
a_notice_keeps_its_lines(void **state)
{
    (void)state;
    size_t length = encoded(UD_MSG_NOTICE);
    assert_int_equal(ud_message_decode(&out, packet, length, true, NULL), UD_OK);
    assert_string_equal(out.u.notice.text, "First line\n\nThird line");
}

static void
what_does_not_fit_a_packet_is_refused_and_not_cut(void **state)
{
    static char name[300];
    struct ud_device long_one = device;
    size_t length;

    (void)state;
    memset(name, 'x', sizeof(name) - 1);
    long_one.name = long_one.user = long_one.user_name = long_one.model = long_one.serial = long_one.os_version = name;
    sample(&in, UD_MSG_DEVICES);
    in.u.devices.count = UD_BATCH_DEVICES;
    for (size_t i = 0; i < UD_BATCH_DEVICES; i++)
        in.u.devices.device[i] = long_one;
    assert_int_equal(ud_message_encode(packet, &length, &in, NULL), UD_INVALID);
    assert_true(ud_message_device_size(&long_one) * 36 > UD_BATCH_ROOM);
}

static void
the_size_told_for_a_device_is_the_size_it_takes(void **state)
{
    size_t one, two;

    (void)state;
    sample(&in, UD_MSG_DEVICES);
    in.u.devices.count = 1;
    assert_int_equal(ud_message_encode(packet, &one, &in, NULL), UD_OK);
    in.u.devices.count = 2;
    assert_int_equal(ud_message_encode(packet, &two, &in, NULL), UD_OK);
    assert_int_equal(two - one, ud_message_device_size(&device));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_message_comes_out_as_it_went_in),
        cmocka_unit_test(a_device_keeps_every_member),
        cmocka_unit_test(a_packet_cut_or_lengthened_anywhere_is_refused),
        cmocka_unit_test(a_message_in_the_wrong_direction_is_refused),
        cmocka_unit_test(flipped_bits_never_make_text_that_is_not_clean),
        cmocka_unit_test(text_from_a_server_is_cleaned_on_the_way),
        cmocka_unit_test(a_notice_keeps_its_lines),
        cmocka_unit_test(what_does_not_fit_a_packet_is_refused_and_not_cut),
        cmocka_unit_test(the_size_told_for_a_device_is_the_size_it_takes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
