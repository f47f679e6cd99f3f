/* The one list of outcomes: enumerator, exit code of the one-shot commands, sentence for people.
 * Nothing else in the tree maps statuses to codes or words. */
#ifndef UD_BASE_STATUS_H
#define UD_BASE_STATUS_H

#include "base/i18n.h"

#define UD_STATUS_LIST(X)                                                                                                        \
    X(OK, 0, N_("done"))                                                                                                         \
    X(FAILED, 1, N_("it did not work"))                                                                                          \
    X(USAGE, 2, N_("the command line is not understood"))                                                                        \
    X(NOTTY, 3, N_("this needs a terminal"))                                                                                     \
    X(DENIED, 4, N_("the policy does not allow this"))                                                                           \
    X(OFFLINE, 5, N_("the escrow service cannot be reached"))                                                                    \
    X(MALFORMED, 6, N_("the answer could not be understood"))                                                                    \
    X(NOTFOUND, 7, N_("nothing was found"))                                                                                      \
    X(AMBIGUOUS, 8, N_("more than one matches"))                                                                                 \
    X(SIGNIN, 9, N_("sign-in is needed"))                                                                                        \
    X(INVALID, 10, N_("the value is not valid"))                                                                                 \
    X(CONFIG, 11, N_("the configuration is not usable"))                                                                         \
    X(JOURNAL, 12, N_("the activity log cannot be written, so no keys are shown"))                                               \
    X(TAMPERED, 13, N_("the activity log has been changed"))                                                                     \
    X(LOCKED, 14, N_("the console is locked"))                                                                                   \
    X(BUSY, 15, N_("another console holds it"))                                                                                  \
    X(TIMEOUT, 16, N_("no answer in time"))                                                                                      \
    X(THROTTLED, 17, N_("the service asks us to wait"))                                                                          \
    X(TLS, 18, N_("the server's certificate is not accepted"))                                                                   \
    X(PENDING, 19, N_("accepted, not yet done"))                                                                                 \
    X(CANCELLED, 20, N_("cancelled"))                                                                                            \
    X(EXISTS, 21, N_("it exists already"))                                                                                       \
    X(NOSPACE, 22, N_("no space is left"))                                                                                       \
    X(IO, 23, N_("reading or writing failed"))                                                                                   \
    X(NOMEM, 24, N_("memory ran out, or could not be locked"))                                                                   \
    X(UNSUPPORTED, 25, N_("this source cannot do that"))                                                                         \
    X(UNCERTAIN, 26, N_("the connection was cut; the key may count as shown"))                                                   \
    X(SANDBOX, 27, N_("the sandbox could not be switched on"))                                                                   \
    X(APPROVAL, 28, N_("a second person has to approve this first"))

enum ud_status {
#define X(name, exit_code, text) UD_##name,
    UD_STATUS_LIST(X)
#undef X
        UD_STATUS_COUNT
};

#define UD_CHECK __attribute__((warn_unused_result))

/* Short upper-case name ("OFFLINE"), exit code, untranslated sentence. Never fail: an unknown value reads as FAILED. */
const char *ud_status_name(enum ud_status st);
int ud_status_exit_code(enum ud_status st);
const char *ud_status_text(enum ud_status st);

#endif
