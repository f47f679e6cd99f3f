#include "base/language.h"

#include <langinfo.h>
#include <limits.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/i18n.h"

#define DOMAIN "unlockdesk"

bool
ud_language_valid(const char *language)
{
    return language[0] != '\0' &&
           strspn(language, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.@:") == strlen(language);
}

static void
find_catalogues(char *out, size_t size)
{
    static const char *const places[] = { "locale", "../share/locale", "../../share/locale" };
    char self[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
    struct stat sb;

    self[n > 0 ? n : 0] = '\0';
    char *slash = strrchr(self, '/');
    for (size_t i = 0; slash != NULL && i < sizeof(places) / sizeof(places[0]); i++) {
        int length = snprintf(out, size, "%.*s/%s", (int)(slash - self), self, places[i]);
        if (length > 0 && (size_t)length < size && stat(out, &sb) == 0 && S_ISDIR(sb.st_mode))
            return;
    }
    (void)snprintf(out, size, "%s/share/locale", UD_PREFIX);
}

/* The locale that the environment names for words; NULL: none. */
static const char *
wanted(void)
{
    static const char *const names[] = { "LC_ALL", "LC_MESSAGES", "LANG" };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const char *value = getenv(names[i]);
        if (value != NULL && value[0] != '\0')
            return value;
    }
    return NULL;
}

static bool
is_set(const char *name)
{
    const char *value = getenv(name);

    return value != NULL && value[0] != '\0';
}

/* Where words are those of the C locale, gettext does not even look at LANGUAGE. */
static void
allow_language(void)
{
    const char *words = setlocale(LC_MESSAGES, NULL);

    if (strcmp(words, "C") == 0 || strcmp(words, "POSIX") == 0)
        (void)setlocale(LC_MESSAGES, "C.UTF-8");
}

void
ud_language_use(const char *language)
{
    char place[PATH_MAX];
    bool usable = setlocale(LC_ALL, "") != NULL && strcmp(nl_langinfo(CODESET), "UTF-8") == 0;

    if (!usable)
        (void)setlocale(LC_ALL, "C.UTF-8");
    if (language != NULL && ud_language_valid(language)) {
        allow_language();
        (void)setenv("LANGUAGE", language, 1);
    } else if (!usable && wanted() != NULL && !is_set("LANGUAGE")) {
        (void)setenv("LANGUAGE", wanted(), 1);
    }
    (void)setlocale(LC_NUMERIC, "C");
    find_catalogues(place, sizeof(place));
    (void)bindtextdomain(DOMAIN, place);
    (void)bind_textdomain_codeset(DOMAIN, "UTF-8");
    (void)textdomain(DOMAIN);
}

void
ud_language_tag(char *out, size_t size)
{
    const char *from = is_set("LANGUAGE") ? getenv("LANGUAGE") : setlocale(LC_MESSAGES, NULL);
    int length = (int)strcspn(from, ":.@");

    (void)snprintf(out, size, "%.*s", length, from);
    for (char *c = out; *c != '\0'; c++)
        if (*c == '_')
            *c = '-';
    if (out[0] == '\0' || strcmp(out, "C") == 0 || strcmp(out, "POSIX") == 0)
        (void)snprintf(out, size, "en");
}
