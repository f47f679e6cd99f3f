/* What the benchmark programs share: a clock, medians, and reading the generated list. */
#ifndef UD_BENCH_COMMON_H
#define UD_BENCH_COMMON_H

#include <stddef.h>

#include "domain/fleet.h"

double ud_bench_now(void); /* milliseconds */
/* Median of `count` values; sorts them. */
double ud_bench_median(double *value, size_t count);
/* Resident memory of this process and its highest, in bytes. */
size_t ud_bench_resident(void);
size_t ud_bench_peak(void);
/* Adds the devices and keys of a list in the `full` format of gen_devices; publishes after each thousand. Returns the bytes of searched
 * text (name, serial, account, person, each with its end). Ends the program where the file is not such a list. */
size_t ud_bench_read_list(struct ud_fleet *f, const char *path);

#endif
