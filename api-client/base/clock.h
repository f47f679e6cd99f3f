/* Time. Deadlines run on CLOCK_BOOTTIME (time asleep counts); wall time is for people and records only.
 * Only this file reads clocks; pure code is handed the time. In builds with UD_SEAMS both are shifted by the seam. */
#ifndef UD_BASE_CLOCK_H
#define UD_BASE_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef int64_t ud_msec; /* milliseconds of CLOCK_BOOTTIME */
typedef int64_t ud_wall; /* milliseconds since 1970-01-01 UTC; UD_WALL_NONE is "unknown, never" */

#define UD_WALL_NONE INT64_MIN

ud_msec ud_clock_now(void);
ud_wall ud_clock_wall(void);

/* RFC 3339 in UTC: "2026-08-20T14:02:11Z" (21 bytes with NUL), or with ".123" when millis is set (25). */
void ud_wall_format(char *out, size_t size, ud_wall t, bool millis);
/* Reads RFC 3339 with 0 to 9 fraction digits and Z or an offset. Years before 1900 or after 2200 give UD_WALL_NONE and true. */
bool ud_wall_parse(ud_wall *out, const char *text, size_t length);
/* Broken-down local time for screens: "14:02" or "Thu 14:02" or "2026-08-20". */
void ud_wall_clock_text(char *out, size_t size, ud_wall t);

#ifdef UD_SEAMS
/* Test seam: UD_SEAM_CLOCK names a file whose first 8 bytes (little-endian int64) are added, in milliseconds, to both
 * clocks. It is mapped once and may be changed at any time by the test. True where the seam is in use. */
bool ud_clock_seam(void);
#endif

#endif
