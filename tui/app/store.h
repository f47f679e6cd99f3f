/* Storing the FileVault recovery key of a Mac: the page, and what is known of typed keys. Part of the state; see state.h. */
#ifndef UD_APP_STORE_H
#define UD_APP_STORE_H

#include "channel/message.h"
#include "domain/typed_key.h"
#include "view/store.h"

#define UD_STORE_WATCHES  8
#define UD_STORE_REQUESTS 8
#define UD_STORE_BOX      256

/* What a service has told of one Mac. */
struct ud_store_watch {
    bool used;
    bool mine;  /* typed here: its end is said wherever the operator is */
    bool known; /* the service has answered */
    uint8_t source;
    struct ud_guid device;
    char name[UD_NAME_MAX];
    enum ud_typed_state state;
    enum ud_typed_cause cause;
    ud_wall requested, finished, expires, last_checkin, new_created, asked_at;
    struct ud_guid new_key;
    bool asked;
    char by[UD_NAME_MAX], asked_by[UD_NAME_MAX], note[256];
    uint32_t tag;
    unsigned polls;
    ud_msec next_poll, looked;
};

/* What somebody asks of the person who is signed in. */
struct ud_store_request {
    uint8_t source;
    bool blocks;
    struct ud_guid device;
};

struct ud_store_state {
    enum ud_view_store_step step;
    uint8_t source;
    struct ud_guid device;
    char name[UD_NAME_MAX], user[UD_NAME_MAX], user_name[UD_NAME_MAX], system[160], serial[UD_SHORT_MAX];
    struct ud_secret *secret[2]; /* what is typed, letters and digits only; NULL while the page is closed */
    bool on_second;
    bool unusual; /* 0, 1, I or S in the first */
    bool wanted;  /* to be sent as soon as the service's public key is here */
    char error[320];
    bool error_second;
    char failed[320], hint[320];
    struct ud_line note;
    bool has_key;
    uint8_t public_key[UD_SEAL_PUBLIC];
    uint32_t key_tag, tag; /* DEPOSIT_KEY; STORE or STORE_ASK under way */
    uint8_t box[UD_STORE_BOX];
    struct ud_guid request_id;

    struct ud_store_watch watch[UD_STORE_WATCHES];
    struct ud_store_request request[UD_STORE_REQUESTS];
    size_t requests;
    uint32_t requests_tag;
    bool requests_asked, requests_opened;
};

#endif
