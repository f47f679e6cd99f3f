/* The only reader of clocks, and RFC 3339 without locale or time-zone tables. */
#include "base/clock.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#ifdef UD_SEAMS
#include <endian.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#endif

#define MS_PER_DAY  ((int64_t)86400000)
#define OLDEST_YEAR 1900
#define LATEST_YEAR 2200

#ifdef UD_SEAMS
/* Test builds only: the page that holds the shift. */
static const int64_t *seam_page;
static pthread_once_t seam_once = PTHREAD_ONCE_INIT;

static void
map_seam(void)
{
    const char *path = getenv("UD_SEAM_CLOCK");
    struct stat sb;

    if (path == NULL)
        return;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    if (fstat(fd, &sb) == 0 && sb.st_size >= (off_t)sizeof(int64_t)) {
        void *page = mmap(NULL, sizeof(int64_t), PROT_READ, MAP_SHARED, fd, 0);
        seam_page = page != MAP_FAILED ? page : NULL;
    }
    close(fd);
}

bool
ud_clock_seam(void)
{
    pthread_once(&seam_once, map_seam);
    return seam_page != NULL;
}

static int64_t
shift(void)
{
    if (!ud_clock_seam())
        return 0;
    return (int64_t)le64toh((uint64_t)__atomic_load_n(seam_page, __ATOMIC_ACQUIRE));
}
#else
static int64_t
shift(void)
{
    return 0;
}
#endif

static int64_t
read_clock(clockid_t id)
{
    struct timespec ts = { 0 };

    clock_gettime(id, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000 + shift();
}

ud_msec
ud_clock_now(void)
{
    return read_clock(CLOCK_BOOTTIME);
}

ud_wall
ud_clock_wall(void)
{
    return read_clock(CLOCK_REALTIME);
}

static int64_t
floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0 ? 1 : 0);
}

static bool
is_leap(int64_t year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int
days_in_month(int64_t year, int month)
{
    static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

    return days[month - 1] + (month == 2 && is_leap(year) ? 1 : 0);
}

/* Days from 1970-01-01 to the first of January of `year`. */
static int64_t
days_before_year(int64_t year)
{
    int64_t y = year - 1;

    return 365 * (year - 1970) + floor_div(y, 4) - floor_div(y, 100) + floor_div(y, 400) - 477;
}

void
ud_wall_format(char *out, size_t size, ud_wall t, bool millis)
{
    if (t == UD_WALL_NONE) {
        out[0] = '\0';
        return;
    }
    int64_t day = floor_div(t, MS_PER_DAY);
    int64_t ms = (t % MS_PER_DAY + MS_PER_DAY) % MS_PER_DAY;
    int64_t year = 1970 + floor_div(day * 400, 146097); /* at most one off */
    while (days_before_year(year + 1) <= day)
        year++;
    while (days_before_year(year) > day)
        year--;
    int rest = (int)(day - days_before_year(year));
    int month = 1;
    while (rest >= days_in_month(year, month))
        rest -= days_in_month(year, month++);
    int n = snprintf(out, size, "%04lld-%02d-%02dT%02d:%02d:%02d", (long long)year, month, rest + 1, (int)(ms / 3600000),
        (int)(ms / 60000 % 60), (int)(ms / 1000 % 60));
    if (n > 0 && (size_t)n < size) {
        if (millis)
            snprintf(out + n, size - (size_t)n, ".%03dZ", (int)(ms % 1000));
        else
            snprintf(out + n, size - (size_t)n, "Z");
    }
}

/* Reads `count` digits. */
static bool
take_number(int *out, const char **p, const char *end, int count)
{
    *out = 0;
    for (int i = 0; i < count; i++, (*p)++) {
        if (*p == end || **p < '0' || **p > '9')
            return false;
        *out = *out * 10 + (**p - '0');
    }
    return true;
}

static bool
take_char(const char **p, const char *end, char want)
{
    if (*p == end || (**p | 0x20) != (want | 0x20))
        return false;
    (*p)++;
    return true;
}

static bool
take_fraction(int *ms, const char **p, const char *end)
{
    int digits = 0;

    *ms = 0;
    if (*p == end || **p != '.')
        return true;
    (*p)++;
    for (; *p != end && **p >= '0' && **p <= '9'; (*p)++, digits++) {
        if (digits < 3)
            *ms = *ms * 10 + (**p - '0');
    }
    for (int i = digits; i < 3; i++)
        *ms *= 10;
    return digits >= 1 && digits <= 9;
}

static bool
take_offset(int *minutes, const char **p, const char *end)
{
    int h, m;

    *minutes = 0;
    if (*p == end)
        return false;
    char sign = *(*p)++;
    if (sign == 'Z' || sign == 'z')
        return true;
    if (sign != '+' && sign != '-')
        return false;
    if (!take_number(&h, p, end, 2) || *p == end || *(*p)++ != ':' || !take_number(&m, p, end, 2) || h > 23 || m > 59)
        return false;
    *minutes = (h * 60 + m) * (sign == '-' ? -1 : 1);
    return true;
}

struct parts {
    int year, month, day, hour, minute, second, ms, offset;
};

static bool
take_parts(struct parts *t, const char *p, const char *end)
{
    if (!take_number(&t->year, &p, end, 4) || p == end || *p++ != '-' || !take_number(&t->month, &p, end, 2) || p == end ||
        *p++ != '-' || !take_number(&t->day, &p, end, 2) || !take_char(&p, end, 'T'))
        return false;
    if (!take_number(&t->hour, &p, end, 2) || p == end || *p++ != ':' || !take_number(&t->minute, &p, end, 2) || p == end ||
        *p++ != ':' || !take_number(&t->second, &p, end, 2))
        return false;
    if (!take_fraction(&t->ms, &p, end) || !take_offset(&t->offset, &p, end) || p != end)
        return false;
    if (t->month < 1 || t->month > 12 || t->day < 1 || t->day > days_in_month(t->year, t->month))
        return false;
    return t->hour <= 23 && t->minute <= 59 && t->second <= 60; /* 60: a leap second */
}

bool
ud_wall_parse(ud_wall *out, const char *text, size_t length)
{
    struct parts t;

    *out = UD_WALL_NONE;
    if (!take_parts(&t, text, text + length))
        return false;
    if (t.year < OLDEST_YEAR || t.year > LATEST_YEAR)
        return true;
    int64_t day = days_before_year(t.year) + t.day - 1;
    for (int m = 1; m < t.month; m++)
        day += days_in_month(t.year, m);
    *out = day * MS_PER_DAY + ((int64_t)t.hour * 60 + t.minute - t.offset) * 60000 + (int64_t)t.second * 1000 + t.ms;
    return true;
}

void
ud_wall_clock_text(char *out, size_t size, ud_wall t)
{
    time_t then = (time_t)floor_div(t, 1000);
    time_t now = (time_t)(ud_clock_wall() / 1000);
    struct tm a, b;

    out[0] = '\0';
    if (t == UD_WALL_NONE || localtime_r(&then, &a) == NULL || localtime_r(&now, &b) == NULL)
        return;
    const char *shape = "%Y-%m-%d";
    if (a.tm_year == b.tm_year && a.tm_yday == b.tm_yday)
        shape = "%H:%M";
    else if (then < now && now - then < 6 * 86400)
        shape = "%a %H:%M";
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral" /* one of the three above */
    if (strftime(out, size, shape, &a) == 0)
        out[0] = '\0';
#pragma GCC diagnostic pop
}
