/* What somebody may do at an escrow service, as far as the console shows it. The service decides; this is for saying why. */
#ifndef UD_DOMAIN_DESK_ROLE_H
#define UD_DOMAIN_DESK_ROLE_H

/* X(enumerator, name). NONE: the source names no roles (Microsoft Graph); its own answers say what is allowed. */
#define UD_DESK_ROLE_LIST(X)                                                                                                     \
    X(NONE, "")                                                                                                                  \
    X(USER, "user")                                                                                                              \
    X(HELPDESK, "helpdesk")                                                                                                      \
    X(ADVANCED, "advanced")                                                                                                      \
    X(APPROVER, "approver")                                                                                                      \
    X(AUDITOR, "auditor")                                                                                                        \
    X(ADMIN, "admin")

enum ud_desk_role {
#define X(name, text) UD_DESK_##name,
    UD_DESK_ROLE_LIST(X)
#undef X
        UD_DESK_ROLE_COUNT
};

/* A name that is not known is UD_DESK_NONE. */
enum ud_desk_role ud_desk_role_parse(const char *name);
const char *ud_desk_role_name(enum ud_desk_role role);

#endif
