#include "domain/bde.h"

#include <string.h>
#include <strings.h>

#include "base/i18n.h"

#define GUID_IN_BRACES 38
#define THUMBPRINT     40
#define KEYLIKE_DIGITS 24 /* so many digits on a line of digits and dashes are meant to be a key */

struct scan {
    const struct ud_bde_sink *sink;
    void *arg;
    const char *text;
    unsigned line;
    char drive;
    enum ud_volume volume;
    const char *heading, *next_heading; /* of the protector at hand; of the one that may follow */
    size_t heading_length, next_length;
    struct ud_bde_protector at; /* being read */
    bool open;
};

static const char *const kind_names[] = {
#define X(name, text) text,
    UD_BDE_KIND_LIST(X)
#undef X
};

const char *
ud_bde_kind_name(enum ud_bde_kind kind)
{
    return (unsigned)kind < UD_BDE_KIND_COUNT ? kind_names[kind] : kind_names[0];
}

bool
ud_bde_kind_parse(enum ud_bde_kind *out, const char *name)
{
    for (unsigned i = 0; i < UD_BDE_KIND_COUNT; i++)
        if (strcmp(kind_names[i], name) == 0) {
            *out = (enum ud_bde_kind)i;
            return true;
        }
    return false;
}

/* A line of the text without the blanks around it. */
struct line {
    const char *start;
    size_t length;
};

static bool
is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f' || c == '\0';
}

static bool
is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool
is_hex(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static struct line
next_line(const char **at, const char *end)
{
    const char *start = *at, *stop = memchr(start, '\n', (size_t)(end - start));

    if (stop == NULL)
        stop = end;
    *at = stop < end ? stop + 1 : end;
    while (stop > start && is_blank(stop[-1]))
        stop--;
    while (start < stop && is_blank(*start))
        start++;
    return (struct line){ start, (size_t)(stop - start) };
}

/* --- what a line is ---------------------------------------------------------------------------------------------------------- */

static bool
line_id(struct ud_guid *out, struct line l)
{
    if (l.length < GUID_IN_BRACES || l.start[l.length - GUID_IN_BRACES] != '{')
        return false;
    return ud_guid_parse(out, l.start + l.length - GUID_IN_BRACES, GUID_IN_BRACES, NULL) == UD_OK;
}

/* 8 groups of 6 digits with one dash or blank between them, starting at `text`. */
static bool
is_key(const char *text)
{
    for (size_t i = 0; i < UD_BDE_KEY_LENGTH; i++)
        if (i % 7 == 6 ? text[i] != '-' && text[i] != ' ' : !is_digit(text[i]))
            return false;
    return true;
}

/* The key stands alone on its line, or at its end behind a label. */
static bool
line_key(size_t *offset, struct line l)
{
    if (l.length < UD_BDE_KEY_LENGTH || !is_key(l.start + l.length - UD_BDE_KEY_LENGTH))
        return false;
    *offset = l.length - UD_BDE_KEY_LENGTH;
    return *offset == 0 || l.start[*offset - 1] == ' ' || l.start[*offset - 1] == ':' || l.start[*offset - 1] == '\t';
}

static bool
is_keylike(struct line l)
{
    size_t digits = 0;

    for (size_t i = 0; i < l.length; i++) {
        if (!is_digit(l.start[i]) && l.start[i] != '-' && l.start[i] != ' ')
            return false;
        digits += is_digit(l.start[i]);
    }
    return digits >= KEYLIKE_DIGITS;
}

static bool
consists_of(struct line l, bool (*fits)(char c), const char *others)
{
    for (size_t i = 0; i < l.length; i++)
        if (!fits(l.start[i]) && (l.start[i] == '\0' || strchr(others, l.start[i]) == NULL))
            return false;
    return l.length > 0;
}

static bool
is_pcr_list(struct line l)
{
    return l.length < 80 && memchr(l.start, ',', l.length) != NULL && consists_of(l, is_digit, ", ");
}

static bool
is_thumbprint(struct line l)
{
    return l.length == THUMBPRINT && consists_of(l, is_hex, "");
}

static bool
is_key_file(struct line l)
{
    return l.length >= UD_GUID_TEXT - 1 + 4 && strncasecmp(l.start + l.length - 4, ".BEK", 4) == 0;
}

static bool
kind_of_heading(enum ud_bde_kind *out, const char *heading, size_t length)
{
    static const struct {
        const char *start;
        enum ud_bde_kind kind;
    } table[] = { { "TPM And PIN And", UD_BDE_TPM_PIN_KEY }, { "TPM And PIN", UD_BDE_TPM_PIN },
        { "TPM And Startup", UD_BDE_TPM_KEY }, { "TPM", UD_BDE_TPM }, { "External", UD_BDE_EXTERNAL_KEY },
        { "Data Recovery", UD_BDE_CERTIFICATE }, { "Smart", UD_BDE_CERTIFICATE }, { "Password", UD_BDE_PASSPHRASE },
        { "Public", UD_BDE_CERTIFICATE }, { "Network", UD_BDE_NETWORK } };

    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
        if (length >= strlen(table[i].start) && strncasecmp(heading, table[i].start, strlen(table[i].start)) == 0) {
            *out = table[i].kind;
            return true;
        }
    return false;
}

static bool
is_numerical(const struct scan *s)
{
    static const char word[] = "Numerical";

    return s->heading_length >= sizeof(word) - 1 && strncasecmp(s->heading, word, sizeof(word) - 1) == 0;
}

/* --- the scan ------------------------------------------------------------------------------------------------------------------- */

/* A protector that no 48 digits followed. */
static enum ud_status
end_protector(struct scan *s, struct ud_error *err)
{
    if (!s->open)
        return UD_OK;
    s->open = false;
    if (is_numerical(s))
        return s->sink->problem(s->at.line, UD_BDE_ID_WITHOUT_KEY, s->arg, err);
    (void)kind_of_heading(&s->at.kind, s->heading, s->heading_length);
    return s->sink->protector(&s->at, s->arg, err);
}

static enum ud_status
on_id(struct scan *s, const struct ud_guid *id, struct ud_error *err)
{
    enum ud_status st = end_protector(s, err);

    s->heading = s->next_heading;
    s->heading_length = s->next_length;
    s->at = (struct ud_bde_protector){ .id = *id, .kind = UD_BDE_OTHER, .drive = s->drive, .volume = s->volume, .line = s->line };
    s->open = true;
    return st;
}

static enum ud_status
on_key(struct scan *s, const char *key, struct ud_error *err)
{
    if (!s->open)
        return s->sink->problem(s->line, UD_BDE_KEY_WITHOUT_ID, s->arg, err);
    s->open = false;
    s->at.is_key = true;
    s->at.key = (size_t)(key - s->text);
    return s->sink->protector(&s->at, s->arg, err);
}

/* "Volume C: [label]" in any language: a capital letter that stands alone before the line's first colon. */
static bool
on_volume(struct scan *s, struct line l)
{
    const char *colon = memchr(l.start, ':', l.length), *end = l.start + l.length;

    if (colon == NULL || colon == l.start || colon[-1] < 'A' || colon[-1] > 'Z' ||
        (colon - 1 > l.start && !is_blank(colon[-2])) || (colon + 1 < end && colon[1] != ' ' && colon[1] != '['))
        return false;
    s->drive = colon[-1];
    s->volume = s->drive == 'C' ? UD_VOLUME_OS : UD_VOLUME_FIXED;
    return true;
}

static void
on_other(struct scan *s, struct line l)
{
    if (s->open && is_pcr_list(l))
        s->at.kind = UD_BDE_TPM;
    else if (s->open && is_thumbprint(l))
        s->at.kind = UD_BDE_CERTIFICATE;
    else if (s->open && is_key_file(l))
        s->at.kind = UD_BDE_EXTERNAL_KEY;
    if (l.start[l.length - 1] == ':') { /* also "Password:" and the like; the last one before an ID is the one that counts */
        s->next_heading = l.start;
        s->next_length = l.length;
    }
}

static enum ud_status
on_line(struct scan *s, struct line l, struct ud_error *err)
{
    struct ud_guid id;
    size_t offset;
    enum ud_status st;

    if (l.length == 0)
        return UD_OK;
    if (line_key(&offset, l))
        return on_key(s, l.start + offset, err);
    if (line_id(&id, l))
        return on_id(s, &id, err);
    if (is_keylike(l)) {
        s->open = false; /* it would have been this one's */
        return s->sink->problem(s->line, UD_BDE_KEY_MISSHAPEN, s->arg, err);
    }
    if (on_volume(s, l)) {
        st = end_protector(s, err); /* it belongs to the volume before */
        s->next_length = 0;
        return st;
    }
    on_other(s, l);
    return UD_OK;
}

enum ud_status
ud_bde_scan(const char *text, size_t length, const struct ud_bde_sink *sink, void *arg, struct ud_error *err)
{
    struct scan s = { .sink = sink, .arg = arg, .text = text, .volume = UD_VOLUME_OS, .heading = "", .next_heading = "" };
    const char *at = text, *end = text + length;
    enum ud_status st = UD_OK;

    while (at < end && st == UD_OK) {
        struct line l = next_line(&at, end);
        s.line++;
        st = on_line(&s, l, err);
    }
    return st == UD_OK ? end_protector(&s, err) : st;
}

bool
ud_bde_is(const char *text, size_t length)
{
    const char *at = text, *end = text + length;
    struct ud_guid id;

    while (at < end) {
        struct line l = next_line(&at, end);
        if (line_id(&id, l))
            return true;
        if (memchr(l.start, ',', l.length) != NULL && !is_pcr_list(l))
            return false; /* a header or a record */
    }
    return false;
}

/* --- what the text is written in ------------------------------------------------------------------------------------------------ */

enum order { BYTES, LITTLE, BIG };

static enum order
order_of(const unsigned char *text, size_t length)
{
    if (length >= 2 && text[0] == 0xff && text[1] == 0xfe)
        return LITTLE;
    if (length >= 2 && text[0] == 0xfe && text[1] == 0xff)
        return BIG;
    /* without a mark: ASCII in every other byte */
    if (length >= 4 && text[0] != 0 && text[1] == 0 && text[2] != 0 && text[3] == 0)
        return LITTLE;
    return BYTES;
}

size_t
ud_bde_narrow(char *text, size_t length)
{
    enum order order = order_of((const unsigned char *)text, length);
    size_t out = 0, low = order == BIG, i = 0;

    if (order == BYTES) {
        if (length < 3 || memcmp(text, "\xef\xbb\xbf", 3) != 0)
            return length;
        memmove(text, text + 3, length - 3);
        out = length - 3;
    } else {
        if (((unsigned char)text[0] ^ (unsigned char)text[1]) == 0x01) /* FE and FF, either way round */
            i = 2;
        for (; i + 1 < length; i += 2)
            text[out++] = text[i + 1 - low] == '\0' ? text[i + low] : '?';
    }
    explicit_bzero(text + out, length - out);
    return out;
}

/* --- a text in a secret ------------------------------------------------------------------------------------------------------------ */

static enum ud_status
list_protector(const struct ud_bde_protector *p, void *arg, struct ud_error *err)
{
    struct ud_bde_list *list = arg;

    (void)err;
    if (list->count == UD_BDE_PROTECTORS)
        list->left_out++;
    else
        list->item[list->count++] = *p;
    return UD_OK;
}

static enum ud_status
list_problem(unsigned line, enum ud_bde_problem what, void *arg, struct ud_error *err)
{
    struct ud_bde_list *list = arg;

    (void)err;
    if (list->problems == UD_BDE_PROBLEMS)
        return UD_OK;
    list->problem[list->problems].line = line;
    list->problem[list->problems++].what = what;
    return UD_OK;
}

void
ud_bde_read(struct ud_bde_list *out, struct ud_secret *text)
{
    static const struct ud_bde_sink sink = { list_protector, list_problem };
    unsigned char *bytes;
    size_t length;

    memset(out, 0, sizeof(*out));
    bytes = ud_secret_open_write(text);
    length = ud_bde_narrow((char *)bytes, ud_secret_length(text));
    for (size_t i = 0; i < length; i++) /* terminals paste line ends as carriage returns */
        if (bytes[i] == '\r' && (i + 1 == length || bytes[i + 1] != '\n'))
            bytes[i] = '\n';
    (void)!ud_bde_scan((const char *)bytes, length, &sink, out, NULL);
    ud_secret_close(text);
    ud_secret_set_length(text, length);
}

enum ud_status
ud_bde_take(struct ud_secret **key, struct ud_secret *text, const struct ud_bde_protector *p, struct ud_error *err)
{
    enum ud_status st;

    *key = NULL;
    if (!p->is_key || p->key > ud_secret_length(text) || ud_secret_length(text) - p->key < UD_BDE_KEY_LENGTH)
        return ud_error_set(err, UD_INVALID, "This protector has no recovery key");
    if ((st = ud_secret_new(key, UD_RECOVERY_MAX, err)) != UD_OK)
        return st;
    st = ud_secret_append(*key, ud_secret_open(text) + p->key, UD_BDE_KEY_LENGTH, err);
    ud_secret_close(text);
    if (st == UD_OK)
        st = ud_recovery_normalise(*key, UD_KIND_BITLOCKER, err);
    if (st != UD_OK)
        ud_secret_free(key);
    return st;
}

const char *
ud_bde_problem_text(enum ud_bde_problem what)
{
    switch (what) {
    case UD_BDE_KEY_WITHOUT_ID:
        return _("48 digits without an ID before them");
    case UD_BDE_KEY_MISSHAPEN:
        return _("digits that are no recovery key: it has 8 groups of 6 digits");
    case UD_BDE_ID_WITHOUT_KEY:
    default:
        return _("the ID of a numerical password, but its 48 digits are missing");
    }
}
