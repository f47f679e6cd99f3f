/* Configuration: /etc/unlockdesk/unlockdesk.conf (site; may lock settings), then the user's own unlockdesk.conf, then the command line.
 * INI (inih). An unknown section, key or value is refused with file and line. */
#ifndef UD_APP_CONFIG_H
#define UD_APP_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "app/where.h"
#include "client/client.h"
#include "domain/policy.h"
#include "term/encoder.h"

#define UD_PATH_MAX 512

/* `key reveal`: what the console goes to by itself once it may, instead of waiting on the list of devices. */
struct ud_goal {
    bool wanted;
    char filter[128]; /* digits of a key ID, or a device */
    bool by_kind;     /* the device's key of `kind`, for keys without an ID */
    enum ud_kind kind;
    struct ud_disclosure why; /* fills in the reason form */
};

struct ud_config {
    struct ud_goal goal;
    enum ud_profile profile;
    char theme[64];    /* a shipped name, or a name below themes/, or a path */
    char language[16]; /* "" : from the locale */
    enum ud_color_when color;
    bool plain;        /* no box lines, no colour: for screen readers */
    bool present;      /* presentation: names masked, no keys shown */
    ud_msec idle_lock; /* 0: as the policy says; else tightens idle_warn */
    bool allow_recorder;
    bool self_service; /* an employee's own flow and nothing else; no file of the account's own is read */
    bool demo;
    uint32_t demo_devices;
    uint32_t demo_seed;
    char demo_person[32]; /* name of the invented person who signs in */
    struct ud_source_config source[UD_SOURCE_MAX];
    size_t source_count;
    struct ud_policy
        policy; /* the profile's defaults tightened by policy.conf; a source's own policy replaces it, user's wishes tighten that */
    char state_dir[UD_PATH_MAX]; /* tokens, journal/ */
    char journal_dir[UD_PATH_MAX];
    char cache_file[UD_PATH_MAX];  /* "": no cached list (training) */
    char tokens_file[UD_PATH_MAX]; /* "": kept in memory only (jumphost, training) */
    char keys_file[UD_PATH_MAX];   /* user's key bindings; may not exist */
    char site_keys_file[UD_PATH_MAX];
    char where_dir[UD_PATH_MAX]; /* the site's own words for where a key is typed */
    struct ud_where where;       /* read from there */
    char theme_dirs[3][UD_PATH_MAX];
};

/* Defaults of the workstation profile and the XDG directories; no file is read. */
void ud_config_default(struct ud_config *c);
/* Applies a profile's defaults (policy, where tokens and the cached list lie). */
void ud_config_profile(struct ud_config *c, enum ud_profile profile);
/* Reads the site file (NULL: the usual place) and the user's file (NULL: the usual place). A missing file is fine. UD_CONFIG names file and line. */
UD_CHECK enum ud_status ud_config_load(struct ud_config *c, const char *site_file, const char *user_file, struct ud_error *err);
/* For self-service: no key bindings and themes of the account's own, no kept list, no kept sign-in. Where c->self_service is set before
 * ud_config_load, that reads no file of the account's own either. */
void ud_config_self_service(struct ud_config *c);
/* Keeps only the source named. UD_CONFIG lists the names that exist. */
UD_CHECK enum ud_status ud_config_only_source(struct ud_config *c, const char *name, struct ud_error *err);
/* Hex tag of the configured sources, for the cached list. out has 33 bytes. */
void ud_config_source_tag(char out[33], const struct ud_config *c);

#endif
