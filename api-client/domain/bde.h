/* The text that `manage-bde -protectors -get` prints: the one place that knows it. Its headings are translated on some systems, so nothing
 * depends on them: an ID is a GUID in braces at the end of a line, a recovery key is the 48 digits that follow it. Everything else with
 * an ID is another protector, whose ID is quoted by mistake again and again; what kind it is is told by its heading where that is known,
 * else by what follows (a list of PCRs, a thumbprint, the name of a .BEK file). Pure; the text may be a secret's content. */
#ifndef UD_DOMAIN_BDE_H
#define UD_DOMAIN_BDE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/secret.h"
#include "domain/guid.h"
#include "domain/recovery.h"

#define UD_BDE_TEXT_MAX   ((size_t)64 * 1024) /* of a text that is pasted or read by the console */
#define UD_BDE_PROTECTORS 32
#define UD_BDE_PROBLEMS   8
#define UD_BDE_KEY_LENGTH 55 /* 48 digits and what stands between the groups */

/* The kinds of protectors that are no recovery keys, by number, as they travel; and the ID of one. */
#define UD_BDE_KIND_LIST(X)                                                                                                      \
    X(OTHER, "other")                                                                                                            \
    X(TPM, "tpm")                                                                                                                \
    X(TPM_PIN, "tpm-and-pin")                                                                                                    \
    X(TPM_PIN_KEY, "tpm-and-pin-and-key")                                                                                        \
    X(TPM_KEY, "tpm-and-startup-key")                                                                                            \
    X(EXTERNAL_KEY, "external-key")                                                                                              \
    X(CERTIFICATE, "certificate")                                                                                                \
    X(PASSPHRASE, "passphrase")                                                                                                  \
    X(NETWORK, "network")
enum ud_bde_kind {
#define X(name, text) UD_BDE_##name,
    UD_BDE_KIND_LIST(X)
#undef X
        UD_BDE_KIND_COUNT
};
const char *ud_bde_kind_name(enum ud_bde_kind kind);
bool ud_bde_kind_parse(enum ud_bde_kind *out, const char *name);

struct ud_bde_other {
    struct ud_guid id;
    enum ud_bde_kind kind;
};

struct ud_bde_protector {
    struct ud_guid id;
    bool is_key;           /* a numerical password: the recovery key, whose digits stand at `key` */
    enum ud_bde_kind kind; /* where it is none */
    char drive;            /* 'C'; 0: the text does not say */
    enum ud_volume volume;
    unsigned line; /* of its ID, from 1 */
    size_t key;    /* where the UD_BDE_KEY_LENGTH bytes of the key stand in the text; only where is_key */
};

enum ud_bde_problem {
    UD_BDE_KEY_WITHOUT_ID, /* 48 digits and no ID before them */
    UD_BDE_KEY_MISSHAPEN,  /* digits and dashes, but not 8 groups of 6 */
    UD_BDE_ID_WITHOUT_KEY, /* a numerical password, and its digits are missing */
};
/* A sentence; never a digit of a key. */
const char *ud_bde_problem_text(enum ud_bde_problem what);

/* What a scan yields, in the order of the text. Anything but UD_OK ends the scan with that status. */
struct ud_bde_sink {
    enum ud_status (*protector)(const struct ud_bde_protector *p, void *arg, struct ud_error *err);
    enum ud_status (*problem)(unsigned line, enum ud_bde_problem what, void *arg, struct ud_error *err);
};
UD_CHECK enum ud_status ud_bde_scan(
    const char *text, size_t length, const struct ud_bde_sink *sink, void *arg, struct ud_error *err);

/* Does a file look like this text, and not like a table of comma-separated values? */
bool ud_bde_is(const char *text, size_t length);
/* PowerShell's redirection writes UTF-16: makes it bytes, in place, and drops a byte order mark; what is not ASCII becomes '?' then.
 * Returns the new length; what is behind it is wiped. */
size_t ud_bde_narrow(char *text, size_t length);

/* The same for a text in a secret: what it holds, without a digit of it. */
struct ud_bde_list {
    struct ud_bde_protector item[UD_BDE_PROTECTORS];
    size_t count, left_out; /* left_out: there was no more room */
    struct {
        unsigned line;
        enum ud_bde_problem what;
    } problem[UD_BDE_PROBLEMS];
    size_t problems;
};
/* Narrows the text in place, makes lone carriage returns line ends, then fills *out. */
void ud_bde_read(struct ud_bde_list *out, struct ud_secret *text);
/* The recovery key of one of its protectors, in stored form, from the text straight into a new secret. UD_INVALID names the wrong group. */
UD_CHECK enum ud_status ud_bde_take(
    struct ud_secret **key, struct ud_secret *text, const struct ud_bde_protector *p, struct ud_error *err);

#endif
