/* What an operator types, made ready for the search. Words stand apart by spaces; "two words" in quotes are one text. An unfinished
 * filter (os:) is no filter yet; an unknown value is reported and left out. */
#include "domain/fleet_query.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/i18n.h"
#include "base/text.h"

#define WORD_MAX 1024

struct parser {
    struct ud_query *q;
    const char *const *source_names;
    size_t source_count;
    enum ud_status status;
    struct ud_error *err;
};

/* --- values ------------------------------------------------------------------------------------------------------------ */

static void
refuse(struct parser *p, const char *filter, const char *value, const char *values)
{
    if (p->status != UD_OK)
        return; /* the first one is enough */
    p->status = ud_error_set(p->err, UD_INVALID, "There is no %s:%s.", filter, value);
    ud_error_hint(p->err, "%s: takes one of these: %s.", filter, values);
}

static bool
is_start(const char *value, const char *name)
{
    return strncmp(value, name, strlen(value)) == 0;
}

static void
add_os(struct parser *p, const char *value)
{
    struct ud_query *q = p->q;

    if (q->os_count < UD_QUERY_VALUES)
        ud_copy(q->os[q->os_count++], UD_NEEDLE_MAX, value);
}

static void
add_ownership(struct parser *p, const char *value)
{
    unsigned bits = 0;

    for (unsigned o = UD_OWNERSHIP_UNKNOWN; o <= UD_OWNERSHIP_PERSONAL; o++)
        if (is_start(value, ud_ownership_name((enum ud_ownership)o)))
            bits |= 1u << o;
    if (bits == 0)
        refuse(p, "ownership", value, "company, personal, unknown");
    p->q->ownership |= (uint8_t)bits;
}

/* A key that was shown and whose replacement is overdue was shown, too. */
static void
add_mark(struct parser *p, const char *value)
{
    unsigned bits = 0;

    if (is_start(value, "missing"))
        bits |= 1u << UD_MARK_MISSING;
    if (is_start(value, "current"))
        bits |= 1u << UD_MARK_CURRENT;
    if (is_start(value, "shown"))
        bits |= 1u << UD_MARK_SHOWN | 1u << UD_MARK_DUE;
    if (is_start(value, "due"))
        bits |= 1u << UD_MARK_DUE;
    if (bits == 0)
        refuse(p, "key", value, "missing, current, shown, due");
    p->q->mark |= (uint8_t)bits;
}

static void
list_sources(const struct parser *p, char *out, size_t size)
{
    struct ud_buf b;

    ud_buf_init(&b, size - 1);
    for (size_t i = 0; i < p->source_count; i++)
        ud_buf_format(&b, "%s%s", i == 0 ? "" : ", ", p->source_names[i]);
    ud_copy(out, size, b.data != NULL ? b.data : _("the name of a source"));
    ud_buf_free(&b);
}

static void
add_source(struct parser *p, const char *value)
{
    bool exact = false, any = false;
    uint64_t starts[4] = { 0 }, whole[4] = { 0 };

    for (size_t i = 0; i < p->source_count && i < 256; i++) {
        char name[UD_NEEDLE_MAX];
        ud_text_fold(name, sizeof(name), p->source_names[i], strlen(p->source_names[i]));
        if (!is_start(value, name))
            continue;
        any = true;
        starts[i / 64] |= (uint64_t)1 << (i % 64);
        if (strcmp(value, name) == 0) {
            exact = true;
            whole[i / 64] |= (uint64_t)1 << (i % 64);
        }
    }
    if (!any) {
        char names[200];
        list_sources(p, names, sizeof(names));
        refuse(p, "in", value, names);
        return;
    }
    p->q->by_source = true;
    for (unsigned i = 0; i < 4; i++)
        p->q->source[i] |= exact ? whole[i] : starts[i];
}

/* --- words ------------------------------------------------------------------------------------------------------------- */

static void
add_word(struct parser *p, const char *folded)
{
    struct ud_query *q = p->q;
    unsigned words = 0;

    for (unsigned i = 0; i < q->groups; i++)
        words += q->group[i].place == UD_PLACE_ANY;
    if (words == UD_QUERY_TERMS) {
        if (p->status == UD_OK) {
            p->status = ud_error_set(p->err, UD_INVALID, "Only the first %d words are looked for.", UD_QUERY_TERMS);
            ud_error_hint(p->err, "Leave some words out, or put words that belong together in quotes.");
        }
        return;
    }
    q->group[q->groups++] = (struct ud_group){ .place = UD_PLACE_ANY, .first = q->needles, .count = 1 };
    ud_needle_set(&q->needle[q->needles++], folded, strlen(folded));
}

static bool
has_filter(const char *word, const char *name, const char **value)
{
    size_t n = strlen(name);

    if (strncmp(word, name, n) != 0)
        return false;
    *value = word + n;
    return true;
}

/* `user` collects the values of user:, which become one group when all is read. */
static void
take_word(struct parser *p, const char *word, char user[UD_QUERY_VALUES][UD_NEEDLE_MAX], unsigned *users)
{
    const char *value;
    void (*add)(struct parser *, const char *) = NULL;

    if (has_filter(word, "user:", &value)) {
        if (*value != '\0' && *users < UD_QUERY_VALUES)
            ud_copy(user[(*users)++], UD_NEEDLE_MAX, value);
        return;
    }
    if (has_filter(word, "os:", &value))
        add = add_os;
    else if (has_filter(word, "ownership:", &value))
        add = add_ownership;
    else if (has_filter(word, "key:", &value))
        add = add_mark;
    else if (has_filter(word, "in:", &value))
        add = add_source;
    if (add == NULL)
        add_word(p, word);
    else if (*value != '\0')
        add(p, value);
}

/* Next word of folded text: up to a space, or to the closing quote where one was opened. NULL at the end. */
static const char *
next_word(const char *text, char *word, size_t size)
{
    size_t n = 0;
    bool quoted = false;

    while (*text == ' ' || *text == '\t')
        text++;
    if (*text == '\0')
        return NULL;
    for (; *text != '\0' && (quoted || (*text != ' ' && *text != '\t')); text++) {
        bool opens = !quoted && (n == 0 || word[n - 1] == ':');
        if (*text == '"' && (quoted || opens))
            quoted = !quoted;
        else if (n + 1 < size)
            word[n++] = *text;
    }
    word[n] = '\0';
    return text;
}

enum ud_status
ud_query_parse(
    struct ud_query **out, const char *text, const char *const *source_names, size_t source_count, struct ud_error *err)
{
    struct parser p = { .source_names = source_names, .source_count = source_count, .status = UD_OK, .err = err };
    char folded[WORD_MAX], word[WORD_MAX], user[UD_QUERY_VALUES][UD_NEEDLE_MAX];
    unsigned users = 0;

    p.q = ud_xcalloc(1, sizeof(*p.q));
    ud_text_fold(folded, sizeof(folded), text, strlen(text));
    for (const char *at = folded; (at = next_word(at, word, sizeof(word))) != NULL;)
        if (word[0] != '\0')
            take_word(&p, word, user, &users);
    if (users > 0) {
        struct ud_query *q = p.q;
        q->group[q->groups++] = (struct ud_group){ .place = UD_PLACE_USER, .first = q->needles, .count = users };
        for (unsigned i = 0; i < users; i++)
            ud_needle_set(&q->needle[q->needles++], user[i], strlen(user[i]));
    }
    *out = p.q;
    return p.status;
}

void
ud_query_free(struct ud_query **q)
{
    free(*q);
    *q = NULL;
}

bool
ud_query_is_empty(const struct ud_query *q)
{
    return q->groups == 0 && q->os_count == 0 && q->ownership == 0 && q->mark == 0 && !q->by_source;
}

/* --- narrowing --------------------------------------------------------------------------------------------------------- */

static bool
contains(const struct ud_needle *whole, const struct ud_needle *part)
{
    return memmem(whole->text, whole->length, part->text, part->length) != NULL;
}

/* Whatever matches `g` of `q` also matches `h` of `r`: each of g's texts contains one of h's. */
static bool
implies(const struct ud_query *q, const struct ud_group *g, const struct ud_query *r, const struct ud_group *h)
{
    if (h->place == UD_PLACE_USER && g->place != UD_PLACE_USER)
        return false;
    for (unsigned i = 0; i < g->count; i++) {
        bool found = false;
        for (unsigned j = 0; j < h->count && !found; j++)
            found = contains(&q->needle[g->first + i], &r->needle[h->first + j]);
        if (!found)
            return false;
    }
    return true;
}

static bool
mask_narrows(uint8_t longer, uint8_t shorter)
{
    return shorter == 0 || (longer != 0 && (longer & ~shorter) == 0);
}

static bool
os_narrows(const struct ud_query *longer, const struct ud_query *shorter)
{
    if (shorter->os_count == 0)
        return true;
    for (unsigned i = 0; i < longer->os_count; i++) {
        bool found = false;
        for (unsigned j = 0; j < shorter->os_count && !found; j++)
            found = strstr(longer->os[i], shorter->os[j]) != NULL;
        if (!found)
            return false;
    }
    return longer->os_count > 0;
}

bool
ud_query_narrows(const struct ud_query *longer, const struct ud_query *shorter)
{
    for (unsigned i = 0; i < shorter->groups; i++) {
        bool found = false;
        for (unsigned j = 0; j < longer->groups && !found; j++)
            found = implies(longer, &longer->group[j], shorter, &shorter->group[i]);
        if (!found)
            return false;
    }
    if (!mask_narrows(longer->ownership, shorter->ownership) || !mask_narrows(longer->mark, shorter->mark) ||
        !os_narrows(longer, shorter))
        return false;
    if (!shorter->by_source)
        return true;
    for (unsigned i = 0; i < 4; i++)
        if ((longer->source[i] & ~shorter->source[i]) != 0)
            return false;
    return longer->by_source;
}
