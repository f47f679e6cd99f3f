/* The invented operator's browser: reads the approval page, fills in its form and sends it, as a person with a text browser would. */
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "escrowd/simulate/sim.h"

#define OPERATOR "operator"

/* Value of the hidden field `name` in an HTML page; fields are written as name="…" value="…". */
static bool
hidden_field(char *out, size_t size, const char *page, const char *name)
{
    char wanted[64];

    (void)snprintf(wanted, sizeof(wanted), "name=\"%s\"", name);
    const char *at = strstr(page, wanted);
    const char *value = at != NULL ? strstr(at, "value=\"") : NULL;
    const char *end = at != NULL ? strchr(at, '>') : NULL;
    if (value == NULL || end == NULL || value > end)
        return false;
    value += strlen("value=\"");
    size_t length = strcspn(value, "\"");
    if (length >= size)
        return false;
    memcpy(out, value, length);
    out[length] = '\0';
    return true;
}

/* Appends `name=` and the percent-encoded password, byte by byte from secret to secret. */
static enum ud_status
append_password(struct ud_secret *form, struct ud_secret *password, struct ud_error *err)
{
    static const char hex[] = "0123456789ABCDEF";
    size_t length = ud_secret_length(password);
    const unsigned char *text = ud_secret_open(password);
    enum ud_status st = ud_secret_append(form, "&password=", 10, err);

    while (length > 0 && (text[length - 1] == '\n' || text[length - 1] == '\r'))
        length--;
    for (size_t i = 0; i < length && st == UD_OK; i++) {
        const char part[3] = { '%', hex[text[i] >> 4], hex[text[i] & 15] };
        st = ud_secret_append(form, part, sizeof(part), err);
    }
    ud_secret_close(password);
    return st;
}

static enum ud_status
make_form(struct ud_secret **out, const char *csrf, const char *user_code, struct ud_secret *password, struct ud_error *err)
{
    char text[512] = "action=approve&user=" OPERATOR "&csrf=";
    enum ud_status st;

    if (!ud_http_escape(text, sizeof(text), csrf) || strlen(text) + 11 >= sizeof(text))
        return ud_error_set(err, UD_INVALID, "The approval page is too long");
    (void)strcat(text, "&user_code=");
    if (!ud_http_escape(text, sizeof(text), user_code))
        return ud_error_set(err, UD_INVALID, "The code is too long");
    if ((st = ud_secret_new(out, 4096, err)) != UD_OK || (st = ud_secret_append(*out, text, strlen(text), err)) != UD_OK)
        return st;
    return append_password(*out, password, err);
}

enum ud_status
ud_sim_approve(struct ud_sim *s, const char *user_code, struct ud_error *err)
{
    struct ud_secret *password = NULL, *form = NULL;
    struct ud_sim_answer page, answer;
    char path[600], csrf[256];
    enum ud_status st;

    (void)snprintf(path, sizeof(path), "%s/operator.password", s->dir);
    if ((st = ud_file_read_secret(&password, path, err)) != UD_OK)
        return st;
    st = ud_sim_call(s, &page, false, "/device", NULL, NULL, NULL, NULL, err);
    if (st == UD_OK && (page.code != 200 || page.body.data == NULL || !hidden_field(csrf, sizeof(csrf), page.body.data, "csrf")))
        st = ud_error_set(err, UD_FAILED, "The approval page is not as expected (%ld)", page.code);
    ud_sim_answer_free(&page);
    if (st != UD_OK || (st = make_form(&form, csrf, user_code, password, err)) != UD_OK)
        goto out;
    st = ud_sim_call(s, &answer, true, "/device", NULL, "application/x-www-form-urlencoded", NULL, &form, err);
    if (st == UD_OK && answer.code != 200)
        st = ud_error_set(err, UD_FAILED, "The approval was refused (%ld)", answer.code);
    ud_sim_answer_free(&answer);
out:
    ud_secret_free(&form);
    ud_secret_free(&password);
    return st;
}
