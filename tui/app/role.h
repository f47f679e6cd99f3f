/* What the operator's role means on the screens. The services decide what is allowed; this says why something is not offered, and keeps
 * the accounts that the operator of the lower helpdesk role has typed: such an operator names the user of each device and is never
 * offered one. */
#ifndef UD_APP_ROLE_H
#define UD_APP_ROLE_H

#include "app/state.h"

/* Why recovery keys and new keys are not for this role; NULL: they are. */
const char *ud_role_refused_key(const struct ud_app *app, uint8_t source);
/* The first source whose role reads reports; UD_SOURCE_MAX: none. */
uint8_t ud_role_report_source(const struct ud_app *app);
/* Why there are no reports for the operator; NULL: there are. */
const char *ud_role_refused_reports(const struct ud_app *app);
/* Signed in as auditor everywhere: reports are all there is to see. */
bool ud_role_only_reports(const struct ud_app *app);
/* What an answer "not found" may mean for this role; NULL: what it says. */
const char *ud_role_not_found(const struct ud_app *app, uint8_t source);
/* What to tell somebody for whom a search found nothing; false: nothing of the role's own. */
bool ud_role_miss(const struct ud_app *app, char *out, size_t size);

/* What an empty list means for this role; false: nothing of the role's own. */
bool ud_role_none(const struct ud_app *app, char *out, size_t size);

/* Must the user of a device be named at this source? */
bool ud_role_names_user(const struct ud_app *app, uint8_t source);
/* At one of the sources? */
bool ud_role_names_users(const struct ud_app *app);
/* The account that was typed for this device since the last lock; NULL: none. */
const char *ud_role_named(const struct ud_app *app, const struct ud_guid *device);
void ud_role_note(struct ud_app *app, const struct ud_guid *device, const char *account);
void ud_role_forget(struct ud_app *app);

#endif
