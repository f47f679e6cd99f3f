/* The text of `manage-bde -protectors -get`. Headings are translated on some systems, so a protector is told by its shape: an ID in braces, and for a
 * numerical password the 48 digits that follow. Everything else with an ID is kept as another protector: quoting its ID is a known mistake. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "escrowd/vault/import_record.h"

#define DIGITS 55 /* 48 digits and 7 dashes */

static char *
next_line(char **at, char *end, size_t *length)
{
    char *start = *at;
    char *stop = memchr(start, '\n', (size_t)(end - start));

    if (stop == NULL)
        stop = end;
    *at = stop < end ? stop + 1 : end;
    while (stop > start && isspace((unsigned char)stop[-1]))
        stop--;
    while (start < stop && isspace((unsigned char)*start))
        start++;
    *length = (size_t)(stop - start);
    return start;
}

static bool
line_id(struct ud_guid *out, const char *line, size_t length)
{
    const char *brace = memchr(line, '{', length);

    return brace != NULL && length - (size_t)(brace - line) >= 38 && ud_guid_parse(out, brace, 38, NULL) == UD_OK;
}

static bool
is_password(const char *line, size_t length)
{
    if (length != DIGITS)
        return false;
    for (size_t i = 0; i < length; i++)
        if (i % 7 == 6 ? line[i] != '-' : !isdigit((unsigned char)line[i]))
            return false;
    return true;
}

bool
ud_import_is_manage_bde(const char *data, size_t length)
{
    const char *end = data + length;

    for (const char *at = data; at < end;) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        size_t n = stop != NULL ? (size_t)(stop - at) : (size_t)(end - at);
        if (memchr(at, ',', n) != NULL)
            return false; /* a header or a record */
        struct ud_guid id;
        if (line_id(&id, at, n))
            return true;
        at += n + 1;
    }
    return false;
}

static const char *
protector_kind(const char *heading, size_t length)
{
    static const struct {
        const char *start, *kind;
    } table[] = { { "TPM And PIN And", "tpm-and-pin-and-key" }, { "TPM And PIN", "tpm-and-pin" },
        { "TPM And Startup", "tpm-and-startup-key" }, { "TPM", "tpm" }, { "External", "external-key" },
        { "Data Recovery", "certificate" }, { "Smart", "certificate" }, { "Password", "passphrase" }, { "Public", "certificate" },
        { "Network", "network" } };

    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
        if (length >= strlen(table[i].start) && strncasecmp(heading, table[i].start, strlen(table[i].start)) == 0)
            return table[i].kind;
    return "other";
}

struct reading {
    struct ud_import_run *run;
    enum ud_volume volume;
    const char *heading, *heading_next; /* of the protector at hand; of the one that may follow */
    size_t heading_length, heading_next_length;
    struct ud_guid id;
    bool has_id;
    unsigned line, id_line;
};

static struct ud_import_record
record_of(const struct reading *r)
{
    const struct ud_import_options *o = r->run->options;

    return (struct ud_import_record){ .line = r->id_line,
        .device = o->device,
        .serial = o->serial != NULL ? o->serial : "",
        .user = o->user != NULL ? o->user : "",
        .domain = "",
        .os = "Windows",
        .local_users = "",
        .package = "",
        .key = r->id,
        .kind = UD_KIND_BITLOCKER,
        .volume = r->volume,
        .created = r->run->context->now,
        .secret = "" };
}

/* An ID that no 48 digits followed. */
static enum ud_status
end_protector(struct reading *r, struct ud_error *err)
{
    struct ud_import_record record = record_of(r);

    if (!r->has_id)
        return UD_OK;
    r->has_id = false;
    record.protector = protector_kind(r->heading, r->heading_length);
    return ud_import_take(r->run, &record, err);
}

static enum ud_status
on_password(struct reading *r, const char *digits, struct ud_error *err)
{
    struct ud_import_record record = record_of(r);

    if (!r->has_id) {
        ud_import_complain(r->run, r->line, "48 digits without an ID before them");
        return UD_OK;
    }
    r->has_id = false;
    record.secret = digits;
    record.secret_length = DIGITS;
    return ud_import_take(r->run, &record, err);
}

static void
on_volume(struct reading *r, const char *line, size_t length)
{
    const char *colon = memchr(line, ':', length);

    if (length > 2 && colon != NULL && colon > line && (colon == line + 1 || isspace((unsigned char)colon[-2])) &&
        isupper((unsigned char)colon[-1]) && (size_t)(colon - line) + 1 < length && strchr(" [", colon[1]) != NULL)
        r->volume = colon[-1] == 'C' ? UD_VOLUME_OS : UD_VOLUME_FIXED;
}

static enum ud_status
on_line(struct reading *r, const char *line, size_t length, struct ud_error *err)
{
    enum ud_status st;
    struct ud_guid id;

    if (length == 0)
        return UD_OK;
    if (is_password(line, length))
        return on_password(r, line, err);
    if (line_id(&id, line, length)) {
        if ((st = end_protector(r, err)) != UD_OK)
            return st;
        r->heading = r->heading_next;
        r->heading_length = r->heading_next_length;
        r->id = id;
        r->has_id = true;
        r->id_line = r->line;
        return UD_OK;
    }
    on_volume(r, line, length);
    if (line[length - 1] == ':') { /* also "Password:" and the like; the last one before an ID is the one that counts */
        r->heading_next = line;
        r->heading_next_length = length;
    }
    return UD_OK;
}

enum ud_status
ud_import_manage_bde(struct ud_import_run *run, char *data, size_t length, struct ud_error *err)
{
    struct reading r = { .run = run, .volume = UD_VOLUME_OS, .heading = "", .heading_next = "" };
    char *at = data, *end = data + length;
    enum ud_status st = UD_OK;

    if (run->options->device == NULL || run->options->device[0] == '\0') {
        ud_error_set(err, UD_USAGE, "This is what manage-bde prints, which does not say of which device");
        return ud_error_hint(err, "Add --device NAME, and --serial SERIAL where the name is not unique.");
    }
    while (at < end && st == UD_OK) {
        size_t n;
        char *line = next_line(&at, end, &n);
        r.line++;
        st = on_line(&r, line, n, err);
    }
    return st == UD_OK ? end_protector(&r, err) : st;
}
