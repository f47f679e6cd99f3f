#include "domain/reason.h"

#include "base/i18n.h"

static const struct ud_reason shipped[] = {
    { "boot-order", N_("Operating system boot order changed"), false, false, false },
    { "bios-changed", N_("BIOS changed"), false, false, false },
    { "os-files-changed", N_("Operating system files modified"), false, false, false },
    { "lost-startup-key", N_("Lost startup key"), false, false, false },
    { "lost-pin", N_("Lost PIN"), false, false, false },
    { "tpm-reset", N_("TPM reset"), false, false, false },
    { "lost-passphrase", N_("Lost passphrase"), false, false, false },
    { "lost-smartcard", N_("Lost smartcard"), false, false, false },
    { "other", N_("Other"), true, false, false },
    { "bios-tpm-changed", N_("BIOS or TPM changed"), false, true, false },
    { "os-files-changed", N_("Operating system files modified"), false, true, false },
    { "lost-pin", N_("Lost PIN or passphrase"), false, true, false },
};

const struct ud_reason *
ud_reason_shipped(size_t *count)
{
    *count = sizeof(shipped) / sizeof(shipped[0]);
    return shipped;
}
