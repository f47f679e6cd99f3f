#include "escrowd/vault/seed_names.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"

uint64_t
ud_dice_roll(struct ud_dice *d)
{
    uint64_t z = d->state += 0x9e3779b97f4a7c15u;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

uint32_t
ud_dice_below(struct ud_dice *d, uint32_t limit)
{
    return (uint32_t)(ud_dice_roll(d) >> 32) % limit;
}

void
ud_dice_guid(struct ud_dice *d, struct ud_guid *out)
{
    const uint64_t a = ud_dice_roll(d), b = ud_dice_roll(d);

    for (unsigned i = 0; i < 8; i++) {
        out->byte[i] = (uint8_t)(a >> (8 * i));
        out->byte[8 + i] = (uint8_t)(b >> (8 * i));
    }
    out->byte[6] = (uint8_t)((out->byte[6] & 0x0f) | 0x40);
    out->byte[8] = (uint8_t)((out->byte[8] & 0x3f) | 0x80);
}

struct person {
    const char *account, *shown;
};

static const struct person first[] = { { "maria", "Maria" }, { "jonas", "Jonas" }, { "aisha", "Aisha" }, { "zoe", "Zoë" },
    { "bjorn", "Björn" }, { "lukasz", "Łukasz" }, { "priya", "Priya" }, { "wei", "Wei" }, { "olga", "Olga" },
    { "tomas", "Tomáš" }, { "ines", "Inês" }, { "noah", "Noah" }, { "fatima", "Fatima" }, { "henrik", "Henrik" },
    { "chloe", "Chloé" }, { "yuki", "Yuki" }, { "sanne", "Sanne" }, { "omar", "Omar" }, { "greta", "Greta" },
    { "pavel", "Pavel" } };
static const struct person last[] = { { "garcia", "García" }, { "lindqvist", "Lindqvist" }, { "okafor", "Okafor" },
    { "novak", "Novák" }, { "devries", "de Vries" }, { "tanaka", "Tanaka" }, { "moreau", "Moreau" }, { "schulze", "Schulze" },
    { "haddad", "Haddad" }, { "rossi", "Rossi" }, { "kowalska", "Kowalska" }, { "jensen", "Jensen" }, { "mbeki", "Mbeki" },
    { "silva", "Silva" }, { "petrov", "Petrov" }, { "oconnor", "O'Connor" }, { "yilmaz", "Yılmaz" }, { "nguyen", "Nguyễn" },
    { "berg", "Berg" }, { "fischer", "Fischer" } };
/* Names written in other scripts, to see that columns keep their width. */
static const struct person whole[] = { { "yamada.hanako", "山田 花子" }, { "sato.ken", "佐藤 健" }, { "kim.minji", "김민지" },
    { "li.na", "李娜" }, { "papadopoulou.eleni", "Ελένη Παπαδοπούλου" }, { "ivanova.anna", "Анна Иванова" } };

static const char *const sites[] = { "LON", "BER", "AMS", "STO", "TYO", "NYC", "PAR", "MAD", "WAW", "SYD", "DUB", "ZRH" };

struct machine {
    const char *os, *maker, *model, *letters;
};
static const struct machine machines[] = { { "Windows", "Dell", "Latitude 5440", "LT" },
    { "Windows", "Dell", "Latitude 7430", "LT" }, { "Windows", "Lenovo", "ThinkPad T14 Gen 4", "LT" },
    { "Windows", "Lenovo", "ThinkPad X1 Carbon", "LT" }, { "Windows", "HP", "EliteBook 840 G10", "LT" },
    { "Windows", "HP", "EliteDesk 800 G9", "DT" }, { "Windows", "Microsoft", "Surface Laptop 5", "LT" },
    { "Windows", "Dell", "OptiPlex 7010", "DT" }, { "macOS", "Apple", "MacBook Pro 14", "MB" },
    { "macOS", "Apple", "MacBook Air 13", "MB" }, { "Linux", "Lenovo", "ThinkPad P14s", "WS" } };

#define COUNT(a) ((uint32_t)(sizeof(a) / sizeof((a)[0])))

static void
invent_person(struct ud_invented *v, struct ud_dice *d, uint32_t index)
{
    uint32_t pick = ud_dice_below(d, 100), number = ud_dice_below(d, 90) + 1;
    const struct person *f = &first[ud_dice_below(d, COUNT(first))], *l = &last[ud_dice_below(d, COUNT(last))];

    if (pick < 6) {
        const struct person *w = &whole[ud_dice_below(d, COUNT(whole))];
        (void)snprintf(v->user, sizeof(v->user), "%s%u@training.invalid", w->account, index % 97);
        (void)snprintf(v->user_name, sizeof(v->user_name), "%s", w->shown);
        return;
    }
    (void)snprintf(v->user, sizeof(v->user), pick < 50 ? "%s.%s%u@training.invalid" : "%s.%s@training.invalid", f->account,
        l->account, number);
    (void)snprintf(v->user_name, sizeof(v->user_name), "%s %s", f->shown, l->shown);
}

static void
invent_version(struct ud_invented *v, struct ud_dice *d)
{
    static const char *const windows[] = { "10.0.22631", "10.0.26100", "10.0.19045" };
    uint32_t patch = ud_dice_below(d, 5000) + 100;

    if (strcmp(v->os, "Windows") == 0)
        (void)snprintf(v->os_version, sizeof(v->os_version), "%s.%u", windows[patch % 3], patch);
    else if (strcmp(v->os, "macOS") == 0)
        (void)snprintf(v->os_version, sizeof(v->os_version), "%u.%u", 14 + patch % 2, patch % 6);
    else
        (void)snprintf(v->os_version, sizeof(v->os_version), "Debian 12.%u", patch % 12);
}

void
ud_invent(struct ud_invented *v, struct ud_dice *d, uint32_t index)
{
    const struct machine *m = &machines[ud_dice_below(d, COUNT(machines))];
    const char *site = sites[ud_dice_below(d, COUNT(sites))];
    uint32_t owner = ud_dice_below(d, 100);

    memset(v, 0, sizeof(*v));
    v->os = m->os;
    v->model = m->model;
    v->manufacturer = m->maker;
    v->ownership = owner < 85 ? UD_OWNERSHIP_COMPANY : owner < 96 ? UD_OWNERSHIP_PERSONAL : UD_OWNERSHIP_UNKNOWN;
    (void)snprintf(v->name, sizeof(v->name), "%s-%s-%04u", site, m->letters, index + 1);
    (void)snprintf(v->serial, sizeof(v->serial), "TRN%07u", index * 7 + 1001);
    invent_person(v, d, index);
    invent_version(v, d);
}
