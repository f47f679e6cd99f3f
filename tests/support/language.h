/* Speaks a language in a test: the catalogues of the build tree, whatever locales the machine has. */
#ifndef UD_TESTS_LANGUAGE_H
#define UD_TESTS_LANGUAGE_H

#include <libintl.h>
#include <limits.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const test_languages[] __attribute__((unused)) = { "nl", "sv", "ja" };

/* Binds the catalogues that `make po` has built. */
static inline void
language_bind(void)
{
    char self[PATH_MAX], place[PATH_MAX + 64];
    ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

    self[n > 0 ? n : 0] = '\0';
    char *tests = strstr(self, "/tests/");
    if (tests != NULL)
        *tests = '\0';
    (void)snprintf(place, sizeof(place), "%s/locale/nl/LC_MESSAGES/unlockdesk.mo", self);
    if (access(place, R_OK) != 0) {
        fprintf(stderr, "%s is not there; make po writes it\n", place);
        abort();
    }
    (void)snprintf(place, sizeof(place), "%s/locale", self);
    (void)bindtextdomain("unlockdesk", place);
    (void)bind_textdomain_codeset("unlockdesk", "UTF-8");
    (void)textdomain("unlockdesk");
}

/* "en" goes back to the words of the sources. */
static inline void
language_speak(const char *language)
{
    (void)setenv("LANGUAGE", language, 1);
    (void)setlocale(LC_ALL, strcmp(language, "en") == 0 ? "C" : "C.UTF-8");
    language_bind();
}

#endif
