/* `commands` and `calls`. */
#include <stdio.h>
#include <string.h>

#include "app/console.h"
#include "app/oneshot.h"
#include "base/file.h"
#include "grid/i18n.h"
#include "wire/json.h"

#define CAST_MAX ((size_t)256 * 1024)

enum ud_status
ud_verb_commands(struct ud_oneshot *s, struct ud_error *err)
{
    (void)err;
    ud_console_print_commands(stdout, &s->config);
    return UD_OK;
}

static void
print_member(const struct ud_json *call, const char *name, const char *label)
{
    char text[320] = "";

    if (ud_json_get_text(text, sizeof(text), call, name, NULL) == UD_OK && text[0] != '\0') {
        printf("   ");
        ud_print_label(label, 14);
        printf("%s\n", ud_translate(text));
    }
}

static void
print_call(const struct ud_json *call)
{
    char title[160] = "";
    int64_t number = 0;

    if (ud_json_get_int(&number, call, "number", 0, 999, NULL) != UD_OK ||
        ud_json_get_text(title, sizeof(title), call, "title", NULL) != UD_OK)
        return;
    printf("%2lld %s\n", (long long)number, ud_translate(title));
    print_member(call, "caller", _("caller"));
    print_member(call, "says", _("says"));
    print_member(call, "reads", _("reads out"));
    print_member(call, "device", _("device"));
    print_member(call, "serial", _("serial"));
    print_member(call, "user", _("user"));
    print_member(call, "practise", _("practise"));
    printf("\n");
}

enum ud_status
ud_verb_calls(struct ud_oneshot *s, struct ud_error *err)
{
    struct ud_json *doc = NULL;
    struct ud_buf data;
    char path[560];
    enum ud_status st;

    if (!s->options->demo) {
        ud_error_set(err, UD_USAGE, "%s", _("The training calls belong to the demo"));
        return ud_error_hint(err, "%s", _("Type: unlockdesk --demo calls"));
    }
    ud_buf_init(&data, CAST_MAX);
    (void)snprintf(path, sizeof(path), "%s/cast.json", s->demo_dir);
    if ((st = ud_oneshot_start(s, false, err)) != UD_OK || (st = ud_file_read(&data, path, CAST_MAX, err)) != UD_OK)
        goto out;
    if (s->options->json) {
        st = ud_fd_write_all(1, data.data, data.length, err);
        goto out;
    }
    if ((st = ud_json_parse(&doc, data.data, data.length, err)) == UD_OK)
        for (const struct ud_json *c = ud_json_first(ud_json_member(doc, "calls")); c != NULL; c = ud_json_after(c))
            print_call(c);
out:
    ud_json_free(&doc);
    ud_buf_free(&data);
    return st;
}
