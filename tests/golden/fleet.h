/* Invented devices and keys for golden screens: plain names, CJK names, long ones, empty ones. */
#ifndef UD_TESTS_GOLDEN_FLEET_H
#define UD_TESTS_GOLDEN_FLEET_H

#include "golden.h"

static const struct ud_device golden_devices[] = {
    { .name = "TRN-LT-0042",
        .serial = "TRN5CG0042",
        .user = "ann.lee@training.invalid",
        .user_name = "Ann Lee",
        .model = "Northwind 14 G9",
        .os = "Windows",
        .os_version = "11 23H2",
        .ownership = UD_OWNERSHIP_COMPANY,
        .encrypted = UD_YES,
        .last_checkin = NOW - 3 * HOURS,
        .mark = UD_MARK_CURRENT,
        .keys = 2 },
    { .name = "TRN-LT-0043",
        .serial = "TRN5CG0043",
        .user = "jorge.garcia@training.invalid",
        .user_name = "Jorge García",
        .model = "Northwind 14 G9",
        .os = "Windows",
        .os_version = "11 23H2",
        .ownership = UD_OWNERSHIP_COMPANY,
        .encrypted = UD_YES,
        .last_checkin = NOW - 5 * MINUTES,
        .mark = UD_MARK_SHOWN,
        .keys = 1 },
    { .name = "TRN-東京-0001",
        .serial = "TRN5JP0001",
        .user = "yamada.hanako@training.invalid",
        .user_name = "山田 花子",
        .model = "Northwind 13",
        .os = "Windows",
        .os_version = "11 24H2",
        .ownership = UD_OWNERSHIP_COMPANY,
        .encrypted = UD_YES,
        .last_checkin = NOW - 26 * HOURS,
        .mark = UD_MARK_CURRENT,
        .keys = 1 },
    { .name = "TRN-MB-0007",
        .serial = "TRNC02XK07",
        .user = "kofi.mensah@training.invalid",
        .user_name = "Kofi Mensah",
        .model = "Orchard Air",
        .os = "macOS",
        .os_version = "14.6",
        .ownership = UD_OWNERSHIP_PERSONAL,
        .encrypted = UD_YES,
        .last_checkin = NOW - 40 * DAYS,
        .mark = UD_MARK_DUE,
        .keys = 1 },
    { .name = "TRN-DT-0100-with-a-name-much-too-long",
        .serial = "TRN8DT0100",
        .user = "",
        .user_name = "",
        .model = "Tower",
        .os = "Windows",
        .os_version = "10 22H2",
        .ownership = UD_OWNERSHIP_UNKNOWN,
        .encrypted = UD_NO,
        .last_checkin = UD_WALL_NONE,
        .mark = UD_MARK_MISSING },
};

/* Keys of the first device. */
static inline void
golden_keys(struct ud_key key[3])
{
    key[0] = (struct ud_key){ .id = golden_id("8a5d13d6-7ed9-46c8-a74f-ac3adf016ec8"),
        .kind = UD_KIND_BITLOCKER,
        .volume = UD_VOLUME_OS,
        .state = UD_KEY_CURRENT,
        .created = NOW - 92 * DAYS,
        .shown = UD_WALL_NONE };
    key[1] = (struct ud_key){ .id = golden_id("c0ffee00-1111-4222-8333-444455556666"),
        .kind = UD_KIND_BITLOCKER,
        .volume = UD_VOLUME_FIXED,
        .state = UD_KEY_DISCLOSED,
        .created = NOW - 200 * DAYS,
        .shown = NOW - 2 * DAYS };
    key[2] = (struct ud_key){ .id = golden_id("c0ffee00-2222-4222-8333-444455556666"),
        .kind = UD_KIND_BITLOCKER,
        .volume = UD_VOLUME_OS,
        .state = UD_KEY_SUPERSEDED,
        .created = NOW - 400 * DAYS,
        .shown = UD_WALL_NONE };
}

#endif
