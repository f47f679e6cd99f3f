/* The text of `manage-bde -protectors -get` (domain/bde.h) as records of an import. */
#include "domain/bde.h"
#include "escrowd/vault/import_record.h"

struct reading {
    struct ud_import_run *run;
    const char *text;
};

static enum ud_status
on_protector(const struct ud_bde_protector *p, void *arg, struct ud_error *err)
{
    const struct reading *r = arg;
    const struct ud_import_options *o = r->run->options;
    struct ud_import_record record = { .line = p->line,
        .device = o->device,
        .serial = o->serial != NULL ? o->serial : "",
        .user = o->user != NULL ? o->user : "",
        .domain = "",
        .os = "Windows",
        .local_users = "",
        .package = "",
        .key = p->id,
        .kind = UD_KIND_BITLOCKER,
        .volume = p->volume,
        .created = r->run->context->now,
        .secret = "",
        .protector = p->is_key ? NULL : ud_bde_kind_name(p->kind) };

    if (p->is_key) {
        record.secret = r->text + p->key;
        record.secret_length = UD_BDE_KEY_LENGTH;
    }
    return ud_import_take(r->run, &record, err);
}

static enum ud_status
on_problem(unsigned line, enum ud_bde_problem what, void *arg, struct ud_error *err)
{
    const struct reading *r = arg;

    (void)err;
    ud_import_complain(r->run, line, "%s", ud_bde_problem_text(what));
    return UD_OK;
}

enum ud_status
ud_import_manage_bde(struct ud_import_run *run, char *data, size_t length, struct ud_error *err)
{
    static const struct ud_bde_sink sink = { on_protector, on_problem };
    struct reading r = { .run = run, .text = data };

    if (run->options->device == NULL || run->options->device[0] == '\0') {
        ud_error_set(err, UD_USAGE, "This is what manage-bde prints, which does not say of which device");
        return ud_error_hint(err, "Add --device NAME, and --serial SERIAL where the name is not unique.");
    }
    return ud_bde_scan(data, length, &sink, &r, err);
}
