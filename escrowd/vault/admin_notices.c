/* The notices a new service begins with, in the languages the console speaks. A site replaces them with its own: escrowd notice set. */
#include <string.h>

#include "escrowd/vault/shared.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

struct notices {
    const char *language;
    const char *desk, *own;                   /* for the helpdesk, and for the user of a computer */
    const char *training_desk, *training_own; /* the same where everything is invented */
};

static const struct notices shipped[] = {
    { "default",
        "This service holds recovery keys. Use it only for devices you are asked to help with.\n"
        "Every key that is shown is recorded with your name, the device, the reason and the time, and the records are reviewed.",
        "Here you get the recovery key of your own computer. Get it only when that computer asks for it.\n"
        "Every key that is shown is recorded with your name, the computer, the reason and the time. Afterwards the computer "
        "makes "
        "a new key.",
        "TRAINING. Every device, person and recovery key here is invented.\n"
        "In the real service every key that is shown is recorded with your name, the device, the reason and the time.",
        "TRAINING. Every computer, person and recovery key here is invented.\n"
        "In the real service you get the recovery key of your own computer here, and every key that is shown is recorded with "
        "your name, the computer, the reason and the time." },
    { "nl",
        "Deze service bewaart herstelsleutels. Gebruik hem alleen voor apparaten waarbij u om hulp is gevraagd.\n"
        "Elke getoonde sleutel wordt vastgelegd met uw naam, het apparaat, de reden en de tijd, en dat wordt nagekeken.",
        "Hier haalt u de herstelsleutel van uw eigen computer op. Doe dat alleen als die computer erom vraagt.\n"
        "Elke getoonde sleutel wordt vastgelegd met uw naam, de computer, de reden en de tijd. Daarna maakt de computer een "
        "nieuwe "
        "sleutel.",
        "OEFENING. Elk apparaat, elke persoon en elke herstelsleutel hier is verzonnen.\n"
        "In de echte service wordt elke getoonde sleutel vastgelegd met uw naam, het apparaat, de reden en de tijd.",
        "OEFENING. Elke computer, elke persoon en elke herstelsleutel hier is verzonnen.\n"
        "In de echte service haalt u hier de herstelsleutel van uw eigen computer op, en elke getoonde sleutel wordt vastgelegd "
        "met "
        "uw naam, de computer, de reden en de tijd." },
    { "sv",
        "Den här tjänsten förvarar återställningsnycklar. Använd den bara för enheter som du ombetts hjälpa till med.\n"
        "Varje nyckel som visas registreras med ditt namn, enheten, orsaken och tiden, och registret granskas.",
        "Här hämtar du återställningsnyckeln till din egen dator. Hämta den bara när datorn frågar efter den.\n"
        "Varje nyckel som visas registreras med ditt namn, datorn, orsaken och tiden. Därefter skapar datorn en ny nyckel.",
        "ÖVNING. Varje enhet, person och återställningsnyckel här är påhittad.\n"
        "I den riktiga tjänsten registreras varje nyckel som visas med ditt namn, enheten, orsaken och tiden.",
        "ÖVNING. Varje dator, person och återställningsnyckel här är påhittad.\n"
        "I den riktiga tjänsten hämtar du återställningsnyckeln till din egen dator här, och varje nyckel som visas registreras "
        "med "
        "ditt namn, datorn, orsaken och tiden." },
    { "ja",
        "このサービスは回復キーを保管しています。依頼を受けたデバイスにだけ使用してください。\n"
        "キーを表示するたびに、あなたの名前、デバイス、理由、時刻が記録され、記録は確認されます。",
        "ここでは自分のコンピューターの回復キーを取得できます。コンピューターが求めているときにだけ取得してください。\n"
        "キーを表示するたびに、あなたの名前、コンピューター、理由、時刻が記録されます。その後、コンピューターは新しいキーを作りま"
        "す。",
        "練習用です。ここにあるデバイス、人物、回復キーはすべて架空のものです。\n"
        "実際のサービスでは、キーを表示するたびに、あなたの名前、デバイス、理由、時刻が記録されます。",
        "練習用です。ここにあるコンピューター、人物、回復キーはすべて架空のものです。\n"
        "実際のサービスでは、ここで自分のコンピューターの回復キーを取得でき、キーを表示するたびに、あなたの名前、コンピューター、"
        "理由、"
        "時刻が記録されます。" },
};

enum ud_status
ud_admin_notices_shipped(struct ud_store *s, bool training, struct ud_error *err)
{
    enum ud_status st = UD_OK;

    for (size_t i = 0; i < COUNT(shipped) && st == UD_OK; i++) {
        const struct notices *n = &shipped[i];

        st = ud_admin_notice_put(s, false, n->language, training ? n->training_desk : n->desk, err);
        if (st == UD_OK)
            st = ud_admin_notice_put(s, true, n->language, training ? n->training_own : n->own, err);
    }
    return st;
}

struct unchanged {
    bool self_service;
    bool of[COUNT(shipped)];
};

static void
note_unchanged(const struct ud_store_notice *stored, void *arg)
{
    struct unchanged *u = arg;

    if ((strcmp(stored->audience, UD_NOTICE_SELF_SERVICE) == 0) != u->self_service)
        return;
    for (size_t i = 0; i < COUNT(shipped); i++) {
        const struct notices *n = &shipped[i];
        const char *real = u->self_service ? n->own : n->desk;
        const char *training = u->self_service ? n->training_own : n->training_desk;

        if (strcmp(stored->language, n->language) == 0)
            u->of[i] = strcmp(stored->text, real) == 0 || strcmp(stored->text, training) == 0;
    }
}

enum ud_status
ud_admin_notices_give_way(struct ud_store *s, bool self_service, struct ud_error *err)
{
    struct unchanged u = { .self_service = self_service };
    enum ud_status st = ud_store_notices(s, note_unchanged, &u, err);

    for (size_t i = 0; i < COUNT(shipped) && st == UD_OK; i++)
        if (u.of[i] && strcmp(shipped[i].language, "default") != 0)
            st = ud_store_notice_drop(s, self_service ? UD_NOTICE_SELF_SERVICE : UD_NOTICE_STAFF, shipped[i].language, err);
    return st;
}
