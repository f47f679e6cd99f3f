/* The site's notice: read and accepted before the first device or key. */
#include <stdlib.h>
#include <string.h>

#include "app/screens.h"
#include "base/buf.h"
#include "grid/i18n.h"

static const char missing[] = N_("There should be a notice here, but none is set in your language and none for all others. "
                                 "Tell the people who run this service. You may go on.");

void
ud_session_notice(struct ud_app *app, const struct ud_msg_notice *m)
{
    struct ud_notice_state *n = &app->notice;
    const char *text = m->missing ? _(missing) : m->text, *hash = m->missing ? "missing" : m->hash;

    if (text == NULL || text[0] == '\0' || n->pending || strcmp(app->tokens->notice_hash, hash) == 0)
        return;
    free(n->text);
    n->text = ud_xstrdup(text);
    (void)ud_copy(n->hash, sizeof(n->hash), hash);
    n->source = m->source;
    n->changed = app->tokens->notice_hash[0] != '\0';
    n->top = 0;
    n->pending = true;
    if (app->screen == UD_SCREEN_DEVICES || app->screen == UD_SCREEN_DEVICE)
        ud_show(app, UD_SCREEN_NOTICE); /* a changed one interrupts what is not a call */
}

void
ud_session_accept_notice(struct ud_app *app)
{
    struct ud_entry *line = ud_do_record(app, NULL, UD_EVENT_NOTICE);

    ud_entry_detail(line, app->notice.hash);
    (void)ud_copy(line->source, sizeof(line->source), app->source_name[app->notice.source]);
    (void)ud_copy(app->tokens->notice_hash, sizeof(app->tokens->notice_hash), app->notice.hash);
    app->notice.pending = false;
    ud_session_save_tokens(app);
    ud_session_enter(app);
}
