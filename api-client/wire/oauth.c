/* Sign-in bodies. What holds a token or a device code is walked by the strict reader inside the secret it arrived in. */
#include "wire/oauth.h"

#include <stdlib.h>
#include <string.h>

#include "base/seal.h"
#include "base/text.h"
#include "wire/json.h"
#include "wire/secret_body.h"

#define PUBLIC_MAX ((size_t)16 * 1024)
#define COUNT(a)   (sizeof(a) / sizeof((a)[0]))

/* A number of seconds as servers send it, kept within sense. */
static uint32_t
seconds(int64_t v, int64_t min, int64_t max)
{
    return (uint32_t)(v < min ? min : v > max ? max : v);
}

/* --- discovery ----------------------------------------------------------------------------------------------------------- */

enum ud_status
ud_wire_discovery_decode(struct ud_wire_discovery *out, const void *body, size_t length, struct ud_error *err)
{
    const struct {
        const char *name;
        char *to;
        bool required;
    } members[] = { { "issuer", out->issuer, false }, { "authorization_endpoint", out->authorization, false },
        { "token_endpoint", out->token, true }, { "device_authorization_endpoint", out->device, false },
        { "jwks_uri", out->jwks, false } };
    struct ud_json *doc = NULL;
    enum ud_status st;

    memset(out, 0, sizeof(*out));
    st = ud_json_parse(&doc, body, length, err);
    for (size_t i = 0; i < COUNT(members) && st == UD_OK; i++) {
        st = ud_json_get_text(members[i].to, UD_WIRE_URL_MAX, doc, members[i].name, err);
        st = members[i].required ? ud_json_required(st, members[i].name, err) : ud_json_optional(st);
    }
    ud_json_free(&doc);
    return st;
}

static void
write_words(struct ud_json_writer *w, const char *name, const char *one, const char *two)
{
    ud_json_write_array(w, name);
    ud_json_write_text(w, NULL, one);
    if (two != NULL)
        ud_json_write_text(w, NULL, two);
    ud_json_write_array_end(w);
}

void
ud_wire_discovery_write(struct ud_json_writer *w, const struct ud_wire_discovery *d)
{
    ud_json_write_object(w, NULL);
    ud_json_write_text(w, "issuer", d->issuer);
    ud_json_write_text(w, "authorization_endpoint", d->authorization);
    ud_json_write_text(w, "token_endpoint", d->token);
    ud_json_write_text(w, "device_authorization_endpoint", d->device);
    ud_json_write_text(w, "jwks_uri", d->jwks);
    write_words(w, "response_types_supported", "code", NULL);
    write_words(w, "subject_types_supported", "public", NULL);
    write_words(w, "id_token_signing_alg_values_supported", "RS256", NULL);
    write_words(w, "grant_types_supported", "urn:ietf:params:oauth:grant-type:device_code", "refresh_token");
    write_words(w, "token_endpoint_auth_methods_supported", "none", NULL);
    write_words(w, "scopes_supported", "openid", "offline_access");
    ud_json_write_object_end(w);
}

/* --- device code --------------------------------------------------------------------------------------------------------- */

enum ud_status
ud_wire_device_code_decode(struct ud_wire_device_code *out, struct ud_secret *body, struct ud_error *err)
{
    int64_t expires = 900, interval = 5;
    const struct ud_wire_field fields[] = {
        { "device_code", UD_WIRE_FIELD_SECRET, &out->code, 0, true },
        { "user_code", UD_WIRE_FIELD_TEXT, out->user_code, sizeof(out->user_code), true },
        { "verification_uri", UD_WIRE_FIELD_TEXT, out->uri, sizeof(out->uri), true },
        { "verification_uri_complete", UD_WIRE_FIELD_TEXT, out->uri_complete, sizeof(out->uri_complete), false },
        { "message", UD_WIRE_FIELD_TEXT, out->message, sizeof(out->message), false },
        { "expires_in", UD_WIRE_FIELD_NUMBER, &expires, 0, false },
        { "interval", UD_WIRE_FIELD_NUMBER, &interval, 0, false },
    };

    memset(out, 0, sizeof(*out));
    enum ud_status st = ud_wire_secret_fields(fields, COUNT(fields), body, err);
    if (st == UD_OK && (out->code == NULL || out->user_code[0] == '\0' || out->uri[0] == '\0'))
        st = ud_error_set(err, UD_MALFORMED, "the sign-in service sent no usable code");
    out->expires_in = seconds(expires, 1, 86400);
    out->interval = seconds(interval, 1, 600);
    if (st != UD_OK)
        ud_wire_device_code_clear(out);
    return st;
}

enum ud_status
ud_wire_device_code_encode(struct ud_secret **body, const struct ud_wire_device_code *c, struct ud_error *err)
{
    const struct ud_wire_secret_value code = { "device_code", c->code };
    struct ud_json_writer w;
    struct ud_buf b;

    ud_buf_init(&b, PUBLIC_MAX);
    ud_json_writer_init(&w, &b);
    ud_json_write_object(&w, NULL);
    ud_json_write_text(&w, "user_code", c->user_code);
    ud_json_write_text(&w, "verification_uri", c->uri);
    if (c->uri_complete[0] != '\0')
        ud_json_write_text(&w, "verification_uri_complete", c->uri_complete);
    ud_json_write_int(&w, "expires_in", c->expires_in);
    ud_json_write_int(&w, "interval", c->interval);
    ud_json_write_text(&w, "message", c->message);
    ud_json_write_object_end(&w);
    enum ud_status st = ud_wire_secret_splice(body, &b, 1, &code, 1, err);
    ud_buf_free(&b);
    return st;
}

void
ud_wire_device_code_clear(struct ud_wire_device_code *c)
{
    ud_secret_free(&c->code);
    memset(c, 0, sizeof(*c));
}

/* --- tokens -------------------------------------------------------------------------------------------------------------- */

/* The middle part of a JWT, decoded into a new secret. UD_OK and NULL where it has none. */
static enum ud_status
jwt_payload(struct ud_secret **out, struct ud_secret *jwt, struct ud_error *err)
{
    size_t length = ud_secret_length(jwt), n = 0;
    enum ud_status st;

    *out = NULL;
    if (length == 0)
        return UD_OK;
    if ((st = ud_secret_new(out, length, err)) != UD_OK)
        return st;
    const char *text = (const char *)ud_secret_open(jwt);
    const char *first = memchr(text, '.', length);
    const char *second = first != NULL ? memchr(first + 1, '.', length - (size_t)(first + 1 - text)) : NULL;
    st = UD_INVALID;
    if (second != NULL)
        st = ud_base64url_decode(ud_secret_open_write(*out), length, &n, first + 1, (size_t)(second - first - 1));
    if (second != NULL)
        ud_secret_close(*out);
    ud_secret_close(jwt);
    if (st == UD_OK)
        ud_secret_set_length(*out, n);
    else
        ud_secret_free(out);
    return UD_OK;
}

/* Claims are a help for the operator's confirmation; an id_token that cannot be read is taken for absent. */
static enum ud_status
read_claims(struct ud_wire_claims *out, struct ud_secret *id_token, struct ud_error *err)
{
    const struct ud_wire_field fields[] = {
        { "oid", UD_WIRE_FIELD_TEXT, out->oid, sizeof(out->oid), false },
        { "tid", UD_WIRE_FIELD_TEXT, out->tid, sizeof(out->tid), false },
        { "preferred_username", UD_WIRE_FIELD_TEXT, out->account, sizeof(out->account), false },
        { "name", UD_WIRE_FIELD_TEXT, out->name, sizeof(out->name), false },
    };
    struct ud_secret *payload = NULL;
    enum ud_status st = jwt_payload(&payload, id_token, err);

    if (st == UD_OK && payload != NULL) {
        enum ud_status read = ud_wire_secret_fields(fields, COUNT(fields), payload, err);
        out->present = read == UD_OK;
        if (read != UD_OK)
            memset(out, 0, sizeof(*out));
        if (read == UD_NOMEM)
            st = read;
    }
    ud_secret_free(&payload);
    return st;
}

static bool
is_bearer(const char *type)
{
    const char *want = "bearer";

    for (; *want != '\0' && (*type | 0x20) == *want; want++)
        type++;
    return *want == '\0' && *type == '\0';
}

enum ud_status
ud_wire_token_decode(struct ud_wire_token *out, struct ud_secret *body, struct ud_error *err)
{
    struct ud_secret *id_token = NULL;
    char type[32] = "";
    int64_t expires = 3600;
    const struct ud_wire_field fields[] = {
        { "access_token", UD_WIRE_FIELD_SECRET, &out->access, 0, true },
        { "refresh_token", UD_WIRE_FIELD_SECRET, &out->refresh, 0, false },
        { "id_token", UD_WIRE_FIELD_SECRET, &id_token, 0, false },
        { "token_type", UD_WIRE_FIELD_TEXT, type, sizeof(type), true },
        { "scope", UD_WIRE_FIELD_TEXT, out->scope, sizeof(out->scope), false },
        { "expires_in", UD_WIRE_FIELD_NUMBER, &expires, 0, false },
    };

    memset(out, 0, sizeof(*out));
    enum ud_status st = ud_wire_secret_fields(fields, COUNT(fields), body, err);
    if (st == UD_OK && (out->access == NULL || !is_bearer(type)))
        st = ud_error_set(err, UD_MALFORMED, "the sign-in service sent no usable access token");
    out->expires_in = seconds(expires, 0, 7 * 86400);
    if (st == UD_OK && id_token != NULL)
        st = read_claims(&out->claims, id_token, err);
    ud_secret_free(&id_token);
    if (st != UD_OK)
        ud_wire_token_clear(out);
    return st;
}

enum ud_status
ud_wire_token_encode(
    struct ud_secret **body, const struct ud_wire_token *t, const char *id_token, const char *client_info, struct ud_error *err)
{
    const struct ud_wire_secret_value values[] = { { "access_token", t->access }, { "refresh_token", t->refresh } };
    struct ud_json_writer w;
    struct ud_buf b;

    ud_buf_init(&b, PUBLIC_MAX);
    ud_json_writer_init(&w, &b);
    ud_json_write_object(&w, NULL);
    ud_json_write_text(&w, "token_type", "Bearer");
    ud_json_write_text(&w, "scope", t->scope);
    ud_json_write_int(&w, "expires_in", t->expires_in);
    ud_json_write_int(&w, "ext_expires_in", t->expires_in);
    if (id_token != NULL)
        ud_json_write_text(&w, "id_token", id_token);
    if (client_info != NULL)
        ud_json_write_text(&w, "client_info", client_info);
    ud_json_write_object_end(&w);
    enum ud_status st = ud_wire_secret_splice(body, &b, 1, values, COUNT(values), err);
    ud_buf_free(&b);
    return st;
}

void
ud_wire_token_clear(struct ud_wire_token *t)
{
    ud_secret_free(&t->access);
    ud_secret_free(&t->refresh);
    memset(t, 0, sizeof(*t));
}

/* --- errors -------------------------------------------------------------------------------------------------------------- */

/* "AADSTS70016: …" at the start of a description. */
static uint32_t
number_in_description(const char *text)
{
    static const char prefix[] = "AADSTS";
    uint32_t n = 0;

    if (strncmp(text, prefix, sizeof(prefix) - 1) != 0)
        return 0;
    for (const char *p = text + sizeof(prefix) - 1; *p >= '0' && *p <= '9' && n < 100000000; p++)
        n = n * 10 + (uint32_t)(*p - '0');
    return n;
}

/* Only the first line of a description is for people: trace numbers follow. */
static void
first_line(char *out, size_t size, const struct ud_json *doc)
{
    const char *raw = ud_json_raw_text(ud_json_member(doc, "error_description"));

    if (raw == NULL)
        return;
    ud_text_clean(out, size, raw, strcspn(raw, "\r\n"));
}

static uint32_t
first_code(const struct ud_json *doc, const char *description)
{
    const struct ud_json *first = ud_json_first(ud_json_member(doc, "error_codes"));
    int64_t v = 0;

    if (first != NULL && ud_json_value_int(&v, first) && v > 0 && v < 100000000)
        return (uint32_t)v;
    return number_in_description(description);
}

enum ud_status
ud_wire_oauth_error_decode(struct ud_wire_oauth_error *out, const void *body, size_t length, struct ud_error *err)
{
    const struct {
        const char *name;
        char *to;
        size_t size;
    } members[] = { { "suberror", out->suberror, sizeof(out->suberror) }, { "claims", out->claims, sizeof(out->claims) },
        { "trace_id", out->trace_id, sizeof(out->trace_id) },
        { "correlation_id", out->correlation_id, sizeof(out->correlation_id) } };
    struct ud_json *doc = NULL;
    enum ud_status st;

    memset(out, 0, sizeof(*out));
    if ((st = ud_json_parse(&doc, body, length, err)) != UD_OK)
        return st;
    st = ud_json_required(ud_json_get_text(out->error, sizeof(out->error), doc, "error", err), "error", err);
    for (size_t i = 0; i < COUNT(members) && st == UD_OK; i++)
        st = ud_json_optional(ud_json_get_text(members[i].to, members[i].size, doc, members[i].name, err));
    if (st == UD_OK) {
        first_line(out->description, sizeof(out->description), doc);
        out->aadsts = first_code(doc, out->description);
    }
    ud_json_free(&doc);
    return st;
}

void
ud_wire_oauth_error_write(struct ud_json_writer *w, const char *error, const char *description)
{
    ud_json_write_object(w, NULL);
    ud_json_write_text(w, "error", error);
    if (description != NULL)
        ud_json_write_text(w, "error_description", description);
    ud_json_write_object_end(w);
}
