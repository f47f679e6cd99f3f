#include "domain/reason.h"

static const struct ud_reason shipped[] = {
    { "boot-order", "Operating system boot order changed", false, false },
    { "bios-changed", "BIOS changed", false, false },
    { "os-files-changed", "Operating system files modified", false, false },
    { "lost-startup-key", "Lost startup key", false, false },
    { "lost-pin", "Lost PIN", false, false },
    { "tpm-reset", "TPM reset", false, false },
    { "lost-passphrase", "Lost passphrase", false, false },
    { "lost-smartcard", "Lost smartcard", false, false },
    { "other", "Other", true, false },
    { "bios-tpm-changed", "BIOS or TPM changed", false, true },
    { "os-files-changed", "Operating system files modified", false, true },
    { "lost-pin", "Lost PIN or passphrase", false, true },
};

const struct ud_reason *
ud_reason_shipped(size_t *count)
{
    *count = sizeof(shipped) / sizeof(shipped[0]);
    return shipped;
}
