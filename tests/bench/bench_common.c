/* Shared by the benchmark programs. */
#include "bench_common.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

double
ud_bench_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int
compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return x < y ? -1 : x > y;
}

double
ud_bench_median(double *value, size_t count)
{
    qsort(value, count, sizeof(*value), compare);
    return count % 2 == 1 ? value[count / 2] : (value[count / 2 - 1] + value[count / 2]) / 2;
}

static size_t
status_line(const char *name)
{
    FILE *in = fopen("/proc/self/status", "r");
    char line[256];
    size_t kib = 0;

    while (in != NULL && fgets(line, sizeof(line), in) != NULL)
        if (strncmp(line, name, strlen(name)) == 0)
            kib = strtoul(line + strlen(name), NULL, 10);
    if (in != NULL)
        fclose(in);
    return kib * 1024;
}

size_t
ud_bench_resident(void)
{
    return status_line("VmRSS:");
}

size_t
ud_bench_peak(void)
{
    return status_line("VmHWM:");
}

static void
give_up(const char *what)
{
    fprintf(stderr, "bench: %s\n", what);
    exit(1);
}

static void
add_keys(struct ud_fleet *f, const struct ud_device *d, char *list)
{
    for (char *one = strsep(&list, ","); one != NULL; one = strsep(&list, ",")) {
        struct ud_key k = { .device = d->entra_id, .by_entra = true, .kind = UD_KIND_BITLOCKER, .volume = UD_VOLUME_OS };
        k.created = d->last_checkin - 86400000;
        k.shown = UD_WALL_NONE;
        if (ud_guid_parse(&k.id, one, strlen(one), NULL) != UD_OK || ud_fleet_add_key(f, &k, NULL) != UD_OK)
            give_up("a key ID is not one");
    }
}

static size_t
add_line(struct ud_fleet *f, char *line)
{
    char *field[12], *at = line;
    struct ud_device d = { .encrypted = UD_YES };

    for (unsigned i = 0; i < 12; i++)
        if ((field[i] = strsep(&at, "\t")) == NULL)
            give_up("the list is not in the full format of gen_devices");
    d.name = field[0];
    d.serial = field[1];
    d.user = field[2];
    d.user_name = field[3];
    d.os = strncmp(field[4], "macOS", 5) == 0 ? "macOS" : "Windows";
    d.model = field[5];
    d.os_version = field[6];
    if (ud_guid_parse(&d.id, field[7], strlen(field[7]), NULL) != UD_OK ||
        ud_guid_parse(&d.entra_id, field[8], strlen(field[8]), NULL) != UD_OK)
        give_up("a device id is not one");
    (void)ud_ownership_parse(&d.ownership, field[9]);
    d.last_checkin = strtoll(field[10], NULL, 10);
    if (ud_fleet_add(f, &d, NULL) != UD_OK)
        give_up("the list does not fit");
    add_keys(f, &d, field[11]);
    return strlen(d.name) + strlen(d.serial) + strlen(d.user) + strlen(d.user_name) + 4;
}

size_t
ud_bench_read_list(struct ud_fleet *f, const char *path)
{
    FILE *in = fopen(path, "r");
    char *line = NULL;
    size_t room = 0, bytes = 0, count = 0;
    ssize_t length;

    if (in == NULL)
        give_up("the list cannot be opened");
    while ((length = getline(&line, &room, in)) > 0) {
        if (line[length - 1] == '\n')
            line[length - 1] = '\0';
        bytes += add_line(f, line);
        if (++count % 1000 == 0)
            ud_fleet_publish(f);
    }
    free(line);
    fclose(in);
    ud_fleet_publish(f);
    return bytes;
}
