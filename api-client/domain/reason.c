#include "domain/reason.h"

#include "base/i18n.h"

static const struct ud_reason shipped[] = {
    { "boot-order", N_("Operating system boot order changed"), false, false },
    { "bios-changed", N_("BIOS changed"), false, false },
    { "os-files-changed", N_("Operating system files modified"), false, false },
    { "lost-startup-key", N_("Lost startup key"), false, false },
    { "lost-pin", N_("Lost PIN"), false, false },
    { "tpm-reset", N_("TPM reset"), false, false },
    { "lost-passphrase", N_("Lost passphrase"), false, false },
    { "lost-smartcard", N_("Lost smartcard"), false, false },
    { "other", N_("Other"), true, false },
    { "bios-tpm-changed", N_("BIOS or TPM changed"), false, true },
    { "os-files-changed", N_("Operating system files modified"), false, true },
    { "lost-pin", N_("Lost PIN or passphrase"), false, true },
};

const struct ud_reason *
ud_reason_shipped(size_t *count)
{
    *count = sizeof(shipped) / sizeof(shipped[0]);
    return shipped;
}
