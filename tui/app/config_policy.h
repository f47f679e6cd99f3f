/* policy.conf: the site's policy for sources that have none of their own, and a user's wishes, which only tighten. */
#ifndef UD_APP_CONFIG_POLICY_H
#define UD_APP_CONFIG_POLICY_H

#include "domain/policy.h"

/* Reads `path` over *policy. `tighten`: a user's file; it can only make things stricter. A missing file changes nothing. */
UD_CHECK enum ud_status ud_config_read_policy(struct ud_policy *policy, const char *path, bool tighten, struct ud_error *err);

#endif
