/* Replays a committed corpus through a fuzz target: every file as it is, cut at every length, and with single bytes changed. */
#ifndef UD_TESTS_FUZZ_REPLAY_H
#define UD_TESTS_FUZZ_REPLAY_H

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

typedef int (*ud_fuzz_target)(const uint8_t *data, size_t size);

#define REPLAY_FILE_MAX 65536u

static inline void
replay_file(const char *path, ud_fuzz_target target)
{
    uint8_t *data = malloc(REPLAY_FILE_MAX);
    FILE *f = fopen(path, "rb");
    size_t size = f != NULL && data != NULL ? fread(data, 1, REPLAY_FILE_MAX, f) : 0;

    if (f != NULL)
        fclose(f);
    target(data, size);
    for (size_t n = 0; n < size && n < 600; n++)
        target(data, n);
    for (size_t i = 0; i < size && i < 600; i++) {
        uint8_t was = data[i];
        data[i] = (uint8_t)(was ^ (1u << (i % 8)));
        target(data, size);
        data[i] = (uint8_t)(was + 1 + i * 37);
        target(data, size);
        data[i] = was;
    }
    free(data);
}

/* How many files there were. */
static inline size_t
replay_directory(const char *directory, ud_fuzz_target target)
{
    DIR *d = opendir(directory);
    struct dirent *e;
    char path[512];
    size_t count = 0;

    while (d != NULL && (e = readdir(d)) != NULL) {
        if (e->d_name[0] == '.')
            continue;
        snprintf(path, sizeof(path), "%s/%s", directory, e->d_name);
        replay_file(path, target);
        count++;
    }
    if (d != NULL)
        closedir(d);
    return count;
}

#endif
