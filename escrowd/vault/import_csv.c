/* CSV as RFC 4180 has it: quotes, doubled quotes, line ends inside quotes. Fields are unquoted in place. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "escrowd/vault/import_record.h"

enum column { DEVICE, SERIAL, USER, KEY_ID, SECRET, DOMAIN, KIND, VOLUME, CREATED, OWNERSHIP, OS, LOCAL_USERS, PACKAGE, COLUMNS };
#define REQUIRED   (SECRET + 1)
#define FIELDS_MAX 64

static const char *const names[COLUMNS] = { "device", "serial", "user", "key_id", "secret", "domain", "kind", "volume", "created",
    "ownership", "os", "local_users", "key_package_file" };

struct csv {
    char *at, *end;
    unsigned line;
    char *field[FIELDS_MAX];
    size_t length[FIELDS_MAX];
    size_t count;
    unsigned started; /* line the record began at */
    bool broken;      /* a quote that never closes, or too many fields */
};

static void
quoted(struct csv *c, char **start, size_t *length)
{
    char *to = ++c->at;

    *start = to;
    while (c->at < c->end) {
        if (*c->at == '"' && c->at + 1 < c->end && c->at[1] == '"')
            c->at++;
        else if (*c->at == '"')
            break;
        c->line += *c->at == '\n';
        *to++ = *c->at++;
    }
    c->broken |= c->at == c->end;
    c->at += c->at < c->end;
    *length = (size_t)(to - *start);
}

static void
plain(struct csv *c, char **start, size_t *length)
{
    *start = c->at;
    while (c->at < c->end && *c->at != ',' && *c->at != '\n' && *c->at != '\r')
        c->at++;
    *length = (size_t)(c->at - *start);
}

/* One record. False: the end. */
static bool
next_record(struct csv *c)
{
    if (c->at >= c->end)
        return false;
    c->count = 0;
    c->broken = false;
    c->started = c->line;
    for (;;) {
        size_t i = c->count < FIELDS_MAX ? c->count : FIELDS_MAX - 1;
        c->broken |= c->count == FIELDS_MAX;
        if (c->at < c->end && *c->at == '"')
            quoted(c, &c->field[i], &c->length[i]);
        else
            plain(c, &c->field[i], &c->length[i]);
        c->count = i + 1;
        if (c->at >= c->end || *c->at != ',')
            break;
        *c->at++ = '\0';
    }
    if (c->at < c->end && *c->at == '\r')
        *c->at++ = '\0';
    c->broken |= c->at < c->end && *c->at != '\n';
    while (c->at < c->end && *c->at != '\n')
        c->at++;
    if (c->at < c->end) {
        *c->at++ = '\0';
        c->line++;
    }
    for (size_t i = 0; i < c->count; i++)
        c->field[i][c->length[i]] = '\0';
    return true;
}

static enum ud_status
read_header(struct csv *c, int at[COLUMNS], struct ud_error *err)
{
    for (int i = 0; i < COLUMNS; i++)
        at[i] = -1;
    if (!next_record(c))
        return ud_error_set(err, UD_INVALID, "The file is empty");
    for (size_t i = 0; i < c->count; i++) {
        int k = 0;
        while (k < COLUMNS && strcasecmp(c->field[i], names[k]) != 0)
            k++;
        char clean[64];
        (void)ud_text_clean(clean, sizeof(clean), c->field[i], strlen(c->field[i]));
        if (k == COLUMNS)
            return ud_error_set(err, UD_INVALID, "The header has a column \"%s\", which is not known", clean);
        if (at[k] >= 0)
            return ud_error_set(err, UD_INVALID, "The header has the column \"%s\" twice", names[k]);
        at[k] = (int)i;
    }
    for (int i = 0; i < REQUIRED; i++)
        if (at[i] < 0)
            return ud_error_set(err, UD_INVALID, "The header has no column \"%s\"", names[i]);
    return UD_OK;
}

/* Text of a column, cleaned in place (cleaning never lengthens beyond the field: what would is refused). */
static const char *
text_of(struct csv *c, const int at[COLUMNS], enum column k)
{
    char clean[UD_NAME_MAX];

    if (at[k] < 0 || (size_t)at[k] >= c->count)
        return "";
    char *field = c->field[at[k]];
    (void)ud_text_clean(clean, sizeof(clean), field, c->length[at[k]]);
    if (strlen(clean) <= c->length[at[k]])
        memcpy(field, clean, strlen(clean) + 1);
    return field;
}

static void
read_kinds(struct ud_import_run *run, struct ud_import_record *r, struct csv *c, const int at[COLUMNS])
{
    const char *kind = text_of(c, at, KIND), *volume = text_of(c, at, VOLUME), *created = text_of(c, at, CREATED),
               *ownership = text_of(c, at, OWNERSHIP), *id = text_of(c, at, KEY_ID);

    r->kind = UD_KIND_BITLOCKER;
    r->ownership = UD_OWNERSHIP_UNKNOWN;
    r->created = run->context->now;
    if (kind[0] != '\0' && !ud_kind_parse(&r->kind, kind))
        ud_import_complain(run, r->line, "kind: \"%.40s\" is none of bitlocker, filevault, luks, laps", kind);
    r->volume = r->kind == UD_KIND_BITLOCKER ? UD_VOLUME_OS : UD_VOLUME_NONE;
    if (volume[0] != '\0' && !ud_volume_parse(&r->volume, volume))
        ud_import_complain(run, r->line, "volume: \"%.40s\" is none of os, fixed, removable", volume);
    if (created[0] != '\0' && (!ud_wall_parse(&r->created, created, strlen(created)) || r->created == UD_WALL_NONE))
        ud_import_complain(run, r->line, "created: \"%.40s\" is no time such as 2026-08-20T14:00:00Z", created);
    if (ownership[0] != '\0' && !ud_ownership_parse(&r->ownership, ownership))
        ud_import_complain(run, r->line, "ownership: \"%.40s\" is none of company, personal, unknown", ownership);
    if (id[0] == '\0' ? r->kind == UD_KIND_BITLOCKER : ud_guid_parse(&r->key, id, strlen(id), NULL) != UD_OK)
        ud_import_complain(
            run, r->line, "key_id: \"%.60s\" is no ID of 32 hex digits such as 8a5d13d6-7ed9-46c8-a74f-ac3adf016ec8", id);
}

static enum ud_status
take_record(struct ud_import_run *run, struct csv *c, const int at[COLUMNS], struct ud_error *err)
{
    struct ud_import_record r = { .line = c->started };

    if (c->broken || c->count > COLUMNS) {
        run->report->records++;
        ud_import_complain(run, r.line, "the line is not as CSV has it: a quote is not closed, or there are too many fields");
        return UD_OK;
    }
    r.device = text_of(c, at, DEVICE);
    r.serial = text_of(c, at, SERIAL);
    r.user = text_of(c, at, USER);
    r.domain = text_of(c, at, DOMAIN);
    r.os = text_of(c, at, OS);
    r.local_users = text_of(c, at, LOCAL_USERS);
    r.package = text_of(c, at, PACKAGE);
    r.secret = "";
    if ((size_t)at[SECRET] < c->count) {
        r.secret = c->field[at[SECRET]];
        r.secret_length = c->length[at[SECRET]];
    }
    read_kinds(run, &r, c, at);
    return ud_import_take(run, &r, err);
}

enum ud_status
ud_import_csv(struct ud_import_run *run, char *data, size_t length, struct ud_error *err)
{
    struct csv *c = ud_xcalloc(1, sizeof(*c));
    int at[COLUMNS];
    enum ud_status st;

    c->at = data;
    c->end = data + length;
    c->line = 1;
    st = read_header(c, at, err);
    while (st == UD_OK && next_record(c))
        if (c->count > 1 || c->length[0] > 0) /* blank lines mean nothing */
            st = take_record(run, c, at, err);
    free(c);
    return st;
}
