/* The operations of a source: is there one, is somebody signed in. */
#include "source/call.h"

#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"

static bool
offers(struct ud_source_call *c, bool has)
{
    if (has)
        return true;
    ud_source_refuse(c, UD_UNSUPPORTED, N_("This source cannot do that"), "");
    return false;
}

void
ud_source_sign_out(struct ud_source_call *c)
{
    c->source->ops->sign_out(c);
}

void
ud_source_policy(struct ud_source_call *c)
{
    if (c->source->ops->policy == NULL)
        ud_source_done(c); /* a source without a policy: the site's holds */
    else
        c->source->ops->policy(c);
}

void
ud_source_notice(struct ud_source_call *c, const char *language)
{
    if (c->source->ops->notice == NULL)
        ud_source_done(c);
    else
        c->source->ops->notice(c, language);
}

void
ud_source_branding(struct ud_source_call *c, const char *language)
{
    if (c->source->ops->branding == NULL)
        ud_source_done(c);
    else
        c->source->ops->branding(c, language);
}

void
ud_source_sync(struct ud_source_call *c, const char *resume)
{
    if (offers(c, c->source->ops->sync != NULL))
        c->source->ops->sync(c, resume);
}

void
ud_source_find(struct ud_source_call *c, const struct ud_keyid_prefix *prefix)
{
    if (offers(c, c->source->ops->find != NULL))
        c->source->ops->find(c, prefix);
}

void
ud_source_ask(struct ud_source_call *c, enum ud_source_field field, const char *text)
{
    if (offers(c, c->source->ops->ask != NULL))
        c->source->ops->ask(c, field, text);
}

void
ud_source_keys(struct ud_source_call *c, const struct ud_source_device *device)
{
    if (offers(c, c->source->ops->keys != NULL))
        c->source->ops->keys(c, device);
}

void
ud_source_reveal(struct ud_source_call *c, const struct ud_source_reveal *what)
{
    if (offers(c, c->source->ops->reveal != NULL))
        c->source->ops->reveal(c, what);
}

void
ud_source_rotate(struct ud_source_call *c, const struct ud_source_rotate *what)
{
    if (offers(c, c->source->ops->rotate != NULL))
        c->source->ops->rotate(c, what);
}

void
ud_source_rotation(struct ud_source_call *c, const struct ud_source_rotation *what)
{
    if (offers(c, c->source->ops->rotation != NULL))
        c->source->ops->rotation(c, what);
}

void
ud_source_outcome(struct ud_source_call *c, const struct ud_guid *request, const char *outcome)
{
    if (offers(c, c->source->ops->outcome != NULL))
        c->source->ops->outcome(c, request, outcome);
}

void
ud_source_store(struct ud_source_call *c, const struct ud_source_store *what)
{
    if (offers(c, c->source->ops->store != NULL))
        c->source->ops->store(c, what);
}

void
ud_source_store_state(struct ud_source_call *c, const struct ud_guid *device)
{
    if (offers(c, c->source->ops->store_state != NULL))
        c->source->ops->store_state(c, device);
}

void
ud_source_store_ask(struct ud_source_call *c, const struct ud_guid *device, const char *note)
{
    if (offers(c, c->source->ops->store_ask != NULL))
        c->source->ops->store_ask(c, device, note);
}

void
ud_source_store_requests(struct ud_source_call *c)
{
    if (offers(c, c->source->ops->store_requests != NULL))
        c->source->ops->store_requests(c);
}

void
ud_source_board(struct ud_source_call *c)
{
    if (offers(c, c->source->ops->board != NULL))
        c->source->ops->board(c);
}

void
ud_source_deposit_key(struct ud_source_call *c)
{
    if (offers(c, c->source->ops->deposit_key != NULL))
        c->source->ops->deposit_key(c);
}

void
ud_source_keep(struct ud_source_call *c, const struct ud_source_keep *what)
{
    if (offers(c, c->source->ops->keep != NULL))
        c->source->ops->keep(c, what);
}

void
ud_source_package(struct ud_source_call *c, const struct ud_source_reveal *what)
{
    if (offers(c, c->source->ops->package != NULL))
        c->source->ops->package(c, what);
}

void
ud_source_report(struct ud_source_call *c, const struct ud_source_report *what)
{
    if (offers(c, c->source->ops->report != NULL))
        c->source->ops->report(c, what);
}

void
ud_source_approval(struct ud_source_call *c, const struct ud_source_approval *what)
{
    if (offers(c, c->source->ops->approval != NULL))
        c->source->ops->approval(c, what);
}
