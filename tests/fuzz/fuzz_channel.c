/* Fuzz target F9: the messages between console and worker, both ends. Whatever the bytes are: no crash; what is accepted is encoded again into the
 * same bytes, so nothing is read that is not written, and all its text is clean.
 * Built with -fsanitize=fuzzer, or linked into a unit test that replays the corpus. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "channel/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
decode(const uint8_t *packet, size_t size, bool from_worker)
{
    struct ud_msg *m = calloc(1, sizeof(*m));
    uint8_t *again = malloc(UD_PACKET_MAX);
    size_t length = 0;

    if (m == NULL || again == NULL)
        abort();
    if (ud_message_decode(m, packet, size, from_worker, NULL) == UD_OK) {
        if (ud_message_encode(again, &length, m, NULL) != UD_OK || length != size)
            abort();
        size_t body = UD_PACKET_HEADER +
                      (from_worker ? 0 : UD_PACKET_SECRET); /* the length and place of a secret part are not encoded again */
        if (memcmp(again + body, packet + body, size - body) != 0 || memcmp(again, packet, 2) != 0)
            abort();
    }
    free(again);
    free(m);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > UD_PACKET_MAX)
        return 0;
    uint8_t *packet = malloc(size > 0 ? size : 1); /* of its own size: a read beyond it is found */
    if (packet == NULL)
        abort();
    memcpy(packet, data, size);
    decode(packet, size, false);
    decode(packet, size, true);
    free(packet);
    return 0;
}
