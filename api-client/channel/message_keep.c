/* Messages about recovery keys that staff bring, and about key packages; both travel in boxes. */
#include "channel/message_io.h"

#include <string.h>

void
ud_pack_keep(struct ud_packer *p, const struct ud_msg *m)
{
    const struct ud_msg_keep *k = &m->u.keep;

    if (k->sealed_length > UD_SEALED_MAX || k->other_count > UD_BDE_PROTECTORS)
        p->failed = true;
    ud_pack_u8(p, k->source);
    ud_pack_u8(p, k->kind);
    ud_pack_u8(p, k->volume);
    ud_pack_guid(p, &k->device);
    ud_pack_guid(p, &k->key);
    ud_pack_bytes(p, k->sealed, k->sealed_length);
    ud_pack_u8(p, (unsigned)k->other_count);
    for (size_t i = 0; i < k->other_count && !p->failed; i++) {
        ud_pack_guid(p, &k->other[i].id);
        ud_pack_u8(p, k->other[i].kind);
    }
}

void
ud_unpack_keep(struct ud_unpacker *p, struct ud_msg *m)
{
    struct ud_msg_keep *k = &m->u.keep;

    k->source = ud_unpack_below(p, UD_SOURCE_MAX);
    k->kind = ud_unpack_below(p, UD_KIND_COUNT);
    k->volume = ud_unpack_below(p, UD_VOLUME_REMOVABLE + 1);
    ud_unpack_guid(p, &k->device);
    ud_unpack_guid(p, &k->key);
    k->sealed = ud_unpack_bytes(p, &k->sealed_length, UD_SEALED_MAX);
    k->other_count = ud_unpack_below(p, UD_BDE_PROTECTORS + 1);
    for (size_t i = 0; i < k->other_count && !p->failed; i++) {
        ud_unpack_guid(p, &k->other[i].id);
        k->other[i].kind = (enum ud_bde_kind)ud_unpack_below(p, UD_BDE_KIND_COUNT);
    }
}

void
ud_pack_package(struct ud_packer *p, const struct ud_msg *m)
{
    const struct ud_msg_package *k = &m->u.package;

    if (k->sealed_length > UD_PACKAGE_MAX + UD_SEAL_EXTRA)
        p->failed = true;
    ud_pack_u8(p, k->source);
    ud_pack_guid(p, &k->key);
    ud_pack_guid(p, &k->device);
    ud_pack_bytes(p, k->sealed, k->sealed_length);
}

void
ud_unpack_package(struct ud_unpacker *p, struct ud_msg *m)
{
    struct ud_msg_package *k = &m->u.package;

    k->source = ud_unpack_below(p, UD_SOURCE_MAX);
    ud_unpack_guid(p, &k->key);
    ud_unpack_guid(p, &k->device);
    k->sealed = ud_unpack_bytes(p, &k->sealed_length, UD_PACKAGE_MAX + UD_SEAL_EXTRA);
}
