/* Text of a row: what is stored of it, and its original read back. */
#include <string.h>

#include "base/text.h"
#include "domain/fleet_store.h"

static void
lower_ascii(char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        text[i] = (char)(text[i] >= 'A' && text[i] <= 'Z' ? text[i] | 0x20 : text[i]);
}

static bool
is_ascii(const char *text, size_t length)
{
    unsigned char any = 0;

    for (size_t i = 0; i < length; i++)
        any |= (unsigned char)text[i];
    return any < 0x80;
}

/* Length of a field that fits, cut at a character boundary. */
static size_t
field_length(const char *text)
{
    size_t n = strnlen(text, UD_NAME_MAX);

    if (n == UD_NAME_MAX) {
        n--;
        while (n > 0 && ((unsigned char)text[n] & 0xC0) == 0x80)
            n--;
    }
    return n;
}

static void
image_field(struct ud_image *m, const char *text)
{
    size_t n = text != NULL ? field_length(text) : 0;
    char *plain = m->plain + m->plain_length;

    if (n > 0)
        memcpy(plain, text, n);
    plain[n] = '\0';
    m->plain_length += n + 1;
    char *folded = m->folded + m->folded_length;
    if (is_ascii(plain, n)) {
        memcpy(folded, plain, n + 1);
        m->folded_length += n + 1;
        return;
    }
    char lower[UD_NAME_MAX];
    size_t k = ud_text_fold(folded, 2 * UD_NAME_MAX, plain, n);
    memcpy(lower, plain, n);
    lower_ascii(lower, n);
    if (k != n || memcmp(lower, folded, n) != 0)
        m->differs = true;
    else
        memcpy(folded, plain, n); /* keeps its case, like an ASCII field */
    m->folded_length += k + 1;
}

void
ud_image_make(struct ud_image *m, const struct ud_device *d)
{
    m->plain_length = m->folded_length = 0;
    m->differs = false;
    image_field(m, d->name);
    image_field(m, d->serial);
    image_field(m, d->user);
    image_field(m, d->user_name);
}

/* Index in the plain columns of a row that has its original there; plain_rows where the file is damaged. */
static uint32_t
plain_index(const struct ud_fleet *f, uint32_t row)
{
    const uint32_t *rows = UD_COL(f, plain_row, uint32_t);
    uint32_t low = 0, high = f->plain_rows;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (rows[middle] < row)
            low = middle + 1;
        else
            high = middle;
    }
    return low < f->plain_rows && rows[low] == row ? low : f->plain_rows;
}

bool
ud_row_text(const struct ud_fleet *f, uint32_t row, const char *field[UD_FIELDS], size_t *length)
{
    const char *p, *end;
    uint32_t a, b;

    if (ud_row_attr(f, row) & UD_ATTR_PLAIN) {
        uint32_t i = plain_index(f, row);
        if (i == f->plain_rows || UD_COL(f, plain_at, uint32_t)[i] >= f->plain_used)
            return false;
        p = (const char *)f->plain.base + UD_COL(f, plain_at, uint32_t)[i];
        end = (const char *)f->plain.base + f->plain_used;
    } else {
        if (!ud_row_span(f, row, row + 1, &a, &b))
            return false;
        p = (const char *)f->text.base + a;
        end = (const char *)f->text.base + b;
    }
    const char *from = p;
    for (unsigned i = 0; i < UD_FIELDS; i++) {
        field[i] = p;
        p = memchr(p, '\0', (size_t)(end - p));
        if (p == NULL)
            return false;
        p++;
    }
    *length = (size_t)(p - from);
    return true;
}

bool
ud_row_same_text(const struct ud_fleet *f, uint32_t row, const struct ud_image *m)
{
    const char *field[UD_FIELDS];
    size_t length;

    return ud_row_text(f, row, field, &length) && length == m->plain_length && memcmp(field[0], m->plain, length) == 0;
}
