#include "tests/support/operator.h"

#include <ftw.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/hash.h"
#include "base/seal.h"
#include "tests/support/raw_http.h"

/* --- keys ------------------------------------------------------------------------------------------------------------------------- */

void
ud_operator_draw_key(char key[UD_OPERATOR_KEY])
{
    uint16_t word[8];

    ud_random(word, sizeof(word));
    for (int i = 0; i < 8; i++) { /* no zero byte, so that the bytes can be searched for as text */
        word[i] = (uint16_t)(word[i] | ((word[i] & 0xff) == 0) | (word[i] >> 8 == 0) << 8);
        (void)snprintf(key + 7 * i, 8, "%06u%s", word[i] * 11u, i < 7 ? "-" : "");
    }
}

void
ud_operator_key_bytes(unsigned char out[16], const char *key)
{
    for (int i = 0; i < 8; i++) {
        unsigned word = (unsigned)strtoul(key + 7 * i, NULL, 10) / 11;
        out[2 * i] = (unsigned char)word;
        out[2 * i + 1] = (unsigned char)(word >> 8);
    }
}

void
ud_operator_key_digits(char out[49], const char *key)
{
    for (int i = 0; i < 8; i++)
        memcpy(out + 6 * i, key + 7 * i, 6);
    out[48] = '\0';
}

void
ud_operator_import(const struct ud_fixture *f, const char *line)
{
    char path[128];
    size_t commas = 0;

    for (const char *c = line; *c != '\0' && *c != '\n'; c++)
        commas += *c == ',';
    (void)snprintf(path, sizeof(path), "%s/../import.csv", f->dir);
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    fprintf(file, "device,serial,user,key_id,secret,ownership,kind%s\n%s\n", commas > 6 ? ",local_users" : "", line);
    assert_int_equal(fclose(file), 0);
    free(ud_fixture_command(f, NULL, (const char *const[]){ "import", path, NULL }));
    assert_int_equal(unlink(path), 0);
}

/* --- console ---------------------------------------------------------------------------------------------------------------------- */

void
ud_operator_configure(struct ud_operator *o, const char *more)
{
    unsigned char random[12];

    (void)snprintf(o->dir, sizeof(o->dir), "/tmp/ud-operator-XXXXXX");
    assert_non_null(mkdtemp(o->dir));
    (void)snprintf(o->config, sizeof(o->config), "%s/unlockdesk.conf", o->dir);
    ud_random(random, sizeof(random));
    for (size_t i = 0; i < sizeof(random); i++)
        o->passphrase[i] = (char)('a' + random[i] % 26);
    (void)snprintf(o->passphrase + 12, sizeof(o->passphrase) - 12, " 47 stones");
    FILE *f = fopen(o->config, "we");
    assert_non_null(f);
    fprintf(f, "[console]\nprofile = workstation\n[source lab]\ntype = escrowd\nurl = %s\n", o->service.url);
    if (o->service.ca_file[0] != '\0')
        fprintf(f, "ca_file = %s\n", o->service.ca_file);
    fprintf(f, "%s", more != NULL ? more : "");
    assert_int_equal(fclose(f), 0);
}

void
ud_operator_open(struct ud_operator *o, const char *program)
{
    const char *argv[] = { program != NULL ? program : "unlockdesk", "--config", o->config, NULL };
    const char *env[] = { o->state, NULL };
    struct ud_pty_options options = { .argv = argv, .env = o->state[0] != '\0' ? env : NULL };

    o->pty = ud_pty_start(&options);
}

void
ud_operator_type(struct ud_operator *o, const char *text)
{
    for (; *text != '\0'; text++)
        ud_pty_key(o->pty, (char[]){ *text, '\0' });
}

void
ud_operator_answer(struct ud_operator *o, const char *question, const char *then)
{
    ud_pty_wait(o->pty, question);
    for (int i = 0; i < 20 && ud_pty_has(o->pty, question); i++) {
        (void)poll(NULL, 0, 160); /* an answer counts 150 ms after the question */
        ud_pty_key(o->pty, "Enter");
        for (int k = 0; k < 100 && ud_pty_has(o->pty, question); k++) {
            (void)poll(NULL, 0, 10);
            ud_pty_pump(o->pty);
        }
    }
    ud_pty_wait(o->pty, then);
}

/* XXXX-XXXX, alone in its row. */
void
ud_operator_read_code(char out[16], struct ud_operator *o)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

    ud_pty_wait(o->pty, "Type this code there:");
    for (int y = 0; y < 24; y++) {
        const char *row = ud_pty_row(o->pty, y);
        const char *at = row + strspn(row, " ");
        if (strspn(at, letters) == 4 && at[4] == '-' && strspn(at + 5, letters) == 4) {
            memcpy(out, at, 9);
            out[9] = '\0';
            return;
        }
    }
    fail_msg("no code on the screen");
}

void
ud_operator_sign_in(struct ud_operator *o)
{
    char code[16], password[64];

    ud_operator_read_code(code, o);
    ud_fixture_password(password, sizeof(password), &o->service);
    assert_int_equal(ud_raw_approve(&o->service, code, o->user[0] != '\0' ? o->user : "operator", password, "approve"), 200);
    ud_pty_clock(o->pty, 6000); /* the next poll is due: no waiting where the clock is ours */
    ud_operator_answer(o, "Is this you?", "");
    if (ud_pty_wait_either(o->pty, "Choose a passphrase of", "TRAINING") == 0) {
        ud_operator_type(o, o->passphrase);
        ud_pty_key(o->pty, "Enter");
        ud_operator_type(o, o->passphrase);
        ud_pty_key(o->pty, "Enter");
    }
    if (ud_pty_wait_either(o->pty, "│ Devices", "Read it and accept it") == 1)
        ud_operator_answer(o, "Read it and accept it", "│ Devices");
}

void
ud_operator_ask_key(struct ud_operator *o, const char *eight)
{
    ud_operator_type(o, eight);
    ud_pty_wait(o->pty, "1 recovery key ID starts with");
    ud_pty_key(o->pty, "Enter");
    ud_pty_wait(o->pty, "Recovery keys, newest first");
    ud_pty_key(o->pty, "Enter");
    ud_pty_wait(o->pty, "Why is the key needed?");
    ud_pty_key(o->pty, "5");
    ud_operator_answer(o, "Enter records this and gets the key", "│ Recovery key");
}

bool
ud_operator_group(char out[8], struct ud_operator *o)
{
    for (int y = 0; y < 24; y++) {
        const char *row = ud_pty_row(o->pty, y);
        if (strspn(row, " ") == 2 && strspn(row + 2, "0123456789") == 6 && row[8] == ' ') {
            memcpy(out, row + 2, 6);
            out[6] = '\0';
            return true;
        }
    }
    return false;
}

static int
remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st;
    (void)kind;
    (void)at;
    return remove(path);
}

void
ud_operator_end(struct ud_operator *o)
{
    ud_pty_end(&o->pty);
    ud_fixture_end(&o->service);
    if (o->dir[0] != '\0')
        (void)nftw(o->dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    explicit_bzero(o, sizeof(*o));
}
