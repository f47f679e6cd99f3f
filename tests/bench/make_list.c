/* Writes the cached list that a console with the configuration at hand (XDG_CONFIG_HOME and so on) opens with.
 * Usage: make_list LIST (full format); prints where it lies. */
#include <stdio.h>
#include <string.h>

#include "app/config.h"
#include "base/clock.h"
#include "base/file.h"
#include "bench_common.h"

int
main(int argc, char **argv)
{
    static struct ud_config config;
    struct ud_error err = { 0 };
    struct ud_fleet *f = ud_fleet_new();
    char tag[33], dir[UD_PATH_MAX];

    if (argc != 2) {
        fputs("usage: make_list LIST\n", stderr);
        return 2;
    }
    ud_config_default(&config);
    if (ud_config_load(&config, NULL, NULL, &err) != UD_OK)
        goto failed;
    ud_config_source_tag(tag, &config);
    ud_bench_read_list(f, argv[1]);
    ud_fleet_sync_end(f, 0, true);
    snprintf(dir, sizeof(dir), "%s", config.cache_file);
    *strrchr(dir, '/') = '\0';
    if (ud_dir_ensure(dir, &err) != UD_OK || ud_fleet_save(f, config.cache_file, tag, ud_clock_wall(), &err) != UD_OK)
        goto failed;
    ud_fleet_free(&f);
    puts(config.cache_file);
    return 0;
failed:
    fprintf(stderr, "%s\n%s\n", err.message, err.hint);
    ud_fleet_free(&f);
    return 1;
}
