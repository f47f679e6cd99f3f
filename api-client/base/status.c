#include "base/status.h"

struct row {
    const char *name;
    int exit_code;
    const char *text;
};

static const struct row rows[] = {
#define X(name, exit_code, text) { #name, exit_code, text },
    UD_STATUS_LIST(X)
#undef X
};

static const struct row *
row_of(enum ud_status st)
{
    return (unsigned)st < UD_STATUS_COUNT ? &rows[st] : &rows[UD_FAILED];
}

const char *
ud_status_name(enum ud_status st)
{
    return row_of(st)->name;
}

int
ud_status_exit_code(enum ud_status st)
{
    return row_of(st)->exit_code;
}

const char *
ud_status_text(enum ud_status st)
{
    return row_of(st)->text;
}
