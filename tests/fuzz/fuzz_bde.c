/* Fuzz target: the text of `manage-bde -protectors -get`. Whatever the bytes are: no crash; IDs are never zero without standing there; a key lies
 * inside the text and has the shape of one; what is taken of it is a valid recovery key, and what is refused leaves nothing.
 * Built with -fsanitize=fuzzer, or linked into a unit test that replays the corpus. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/seal.h"
#include "domain/bde.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_one(struct ud_secret *text, const struct ud_bde_protector *p)
{
    struct ud_recovery_check check;
    struct ud_secret *key = NULL;
    struct ud_error err = { 0 };
    enum ud_status st;

    if (p->line == 0 || (p->drive != 0 && (p->drive < 'A' || p->drive > 'Z')) || (unsigned)p->kind >= UD_BDE_KIND_COUNT)
        abort();
    if (p->is_key && (p->key > ud_secret_length(text) || ud_secret_length(text) - p->key < UD_BDE_KEY_LENGTH))
        abort();
    st = ud_bde_take(&key, text, p, &err);
    if (st != UD_OK && (st != UD_INVALID || key != NULL || err.message[0] == '\0'))
        abort();
    if (st != UD_OK)
        return;
    ud_recovery_check(&check, UD_KIND_BITLOCKER, key);
    if (!p->is_key || !check.ok)
        abort();
    ud_secret_free(&key);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ud_secret *text = NULL;
    struct ud_bde_list list;
    size_t length = size < UD_BDE_TEXT_MAX ? size : UD_BDE_TEXT_MAX;

    if (ud_seal_init(NULL) != UD_OK || ud_secret_new(&text, UD_BDE_TEXT_MAX, NULL) != UD_OK ||
        ud_secret_append(text, data, length, NULL) != UD_OK)
        abort();
    (void)ud_bde_is((const char *)data, length);
    ud_bde_read(&list, text);
    if (list.count > UD_BDE_PROTECTORS || list.problems > UD_BDE_PROBLEMS || ud_secret_length(text) > length)
        abort();
    for (size_t i = 0; i < list.count; i++)
        check_one(text, &list.item[i]);
    ud_secret_free(&text);
    return 0;
}
