/* The check-in protocol that existing agents speak: form in, four JSON members out. The key is sealed to the vault as soon as the form is read. */
#include <string.h>

#include "base/text.h"
#include "escrowd/front/form.h"
#include "escrowd/front/front_state.h"
#include "escrowd/front/route.h"

/* --- addresses --------------------------------------------------------------------------------------------------------- */

static void agent_check_in(struct ud_call *c);
static void agent_verify(struct ud_call *c);

static const struct ud_route check_in_route = { "POST", "checkin", UD_ROUTE_AGENT, UD_ROUTE_FORM, 0, agent_check_in };
static const struct ud_route verify_route = { "GET", "verify", UD_ROUTE_AGENT, UD_ROUTE_NO_BODY, 0, agent_verify };

/* How many segments the configured prefix takes of this address; SIZE_MAX: it does not start with it. */
static size_t
behind_prefix(const struct ud_call *c)
{
    const char *prefix = c->front->config->check_in;
    size_t n = 0;

    for (; *prefix == '/'; n++) {
        size_t length = strcspn(prefix + 1, "/");
        if (n >= c->segment_count || strlen(c->segment[n]) != length || memcmp(c->segment[n], prefix + 1, length) != 0)
            return SIZE_MAX;
        prefix += 1 + length;
    }
    return n;
}

bool
ud_route_agent(struct ud_call *c)
{
    size_t first, left;
    const struct ud_route *route = NULL;

    if (c->front->config == NULL || c->front->config->check_in == NULL || (first = behind_prefix(c)) == SIZE_MAX)
        return false;
    left = c->segment_count - first;
    if (left > 1 && c->segment[c->segment_count - 1][0] == '\0') /* with the slash at the end and without */
        left--;
    if (left == 1 && strcmp(c->segment[first], "checkin") == 0)
        route = &check_in_route;
    if (left == 3 && strcmp(c->segment[first], "verify") == 0)
        route = &verify_route;
    if (route == NULL)
        return false;
    if (strcmp(route->method, c->method) == 0) {
        c->route = route;
        return true;
    }
    ud_call_error(c, 405, "Request_BadRequest", "This address does not take that method.");
    c->response.allow = route->method;
    return true;
}

/* --- check-in ---------------------------------------------------------------------------------------------------------- */

struct told {
    char serial[UD_SHORT_MAX], computer[UD_NAME_MAX], user[UD_NAME_MAX], type[UD_SHORT_MAX];
    bool has_user, has_key;
    uint8_t sealed[UD_RECOVERY_MAX + UD_SEALER_EXTRA];
    size_t sealed_length;
};

static enum ud_status
missing(const struct told *t, struct ud_error *err)
{
    const char *what = t->serial[0] == '\0' ? "serial" : !t->has_key ? "recovery_password" : !t->has_user ? "username" : NULL;

    return what == NULL ? UD_OK : ud_error_set(err, UD_INVALID, "The check-in lacks the field %s.", what);
}

/* Firmware likes to fill serial numbers up with blanks. */
static void
trim(char *text)
{
    size_t before = strspn(text, " "), length = strlen(text + before);

    memmove(text, text + before, length + 1);
    while (length > 0 && text[length - 1] == ' ')
        text[--length] = '\0';
}

/* The form, with the key sealed. Nothing of the key is left in the front when this returns. */
static enum ud_status
read_form(struct told *t, struct ud_call *c, struct ud_error *err)
{
    struct ud_front *f = c->front;
    const struct ud_form_field field[] = { { .name = "serial", .text = t->serial, .size = sizeof(t->serial) },
        { .name = "macname", .text = t->computer, .size = sizeof(t->computer) },
        { .name = "username", .text = t->user, .size = sizeof(t->user), .given = &t->has_user },
        { .name = "secret_type", .text = t->type, .size = sizeof(t->type) },
        { .name = "recovery_password", .into = f->scratch } };
    enum ud_status st;

    memset(t, 0, sizeof(*t));
    ud_front_hold(f);
    st = ud_form_read(field, sizeof(field) / sizeof(field[0]), c->secret_body, err);
    t->has_key = ud_secret_length(f->scratch) > 0;
    trim(t->serial);
    if (st == UD_OK)
        st = missing(t, err);
    if (st == UD_OK)
        st = ud_sealer_seal(f->sealer, t->sealed, sizeof(t->sealed), &t->sealed_length, f->scratch, err);
    ud_secret_wipe(f->scratch);
    ud_call_drop_body(c);
    return st;
}

static void
answer_check_in(struct ud_call *c, struct ud_vault_reply *r)
{
    struct ud_json_writer w;

    ud_call_json(c, &w, 200);
    ud_json_write_object(&w, NULL);
    ud_json_write_text(&w, "serial", r->text);
    ud_json_write_text(&w, "username", r->name);
    ud_json_write_bool(&w, "rotation_required", r->agent.rotation);
    ud_json_write_bool(&w, "new_secret_escrowed", r->agent.fresh);
    ud_json_write_object_end(&w);
}

static void
agent_check_in(struct ud_call *c)
{
    struct ud_vault_request r = { .op = UD_VAULT_AGENT_CHECK_IN, .address = c->address };
    struct ud_error err = { 0 };
    struct told t;

    if (read_form(&t, c, &err) != UD_OK) {
        ud_call_failed(c, &err);
        return;
    }
    r.agent = (struct ud_vault_agent){ .serial = t.serial,
        .computer = t.computer[0] != '\0' ? t.computer : t.serial,
        .user = t.user,
        .type = t.type[0] != '\0' ? t.type : "recovery_key",
        .sealed = t.sealed,
        .sealed_length = t.sealed_length };
    ud_call_ask(c, &r, answer_check_in);
}

/* --- verify ------------------------------------------------------------------------------------------------------------ */

static void
answer_verify(struct ud_call *c, struct ud_vault_reply *r)
{
    struct ud_json_writer w;

    ud_call_json(c, &w, 200);
    ud_json_write_object(&w, NULL);
    ud_json_write_bool(&w, "escrowed", r->agent.escrowed);
    if (r->agent.escrowed)
        ud_json_write_time(&w, "date_escrowed", r->agent.at);
    ud_json_write_object_end(&w);
}

static void
agent_verify(struct ud_call *c)
{
    struct ud_vault_request r = { .op = UD_VAULT_AGENT_VERIFY, .address = c->address };
    char serial[UD_SHORT_MAX], type[UD_SHORT_MAX];
    size_t last = c->segment_count - 1;

    if (c->segment[last][0] == '\0')
        last--;
    (void)ud_text_clean(serial, sizeof(serial), c->segment[last - 1], strlen(c->segment[last - 1]));
    trim(serial);
    (void)ud_text_clean(type, sizeof(type), c->segment[last], strlen(c->segment[last]));
    r.agent = (struct ud_vault_agent){ .serial = serial, .computer = "", .user = "", .type = type };
    ud_call_ask(c, &r, answer_verify);
}
