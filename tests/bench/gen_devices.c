/* Prints an invented list of devices, the same for the same seed; a shorter list is the start of a longer one.
 * Usage: gen_devices COUNT [SEED] [text|full]
 *   text  name, serial, account, person, system, model                                        (what the programs compared with read)
 *   full  the same, then version, device id, Entra id, ownership, check-in (ms), key IDs with commas between */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT_OF(a) (sizeof(a) / sizeof((a)[0]))

static const char *const given[] = { "Adam", "Agnes", "Aisha", "Albert", "Alice", "Amir", "Andrea", "Anton", "Beatrice",
    "Benedict", "Bianca", "Boris", "Bridget", "Bruno", "Carla", "Cecil", "Chiara", "Clara", "Connor", "Dagmar", "Damian",
    "Daphne", "Deepa", "Derek", "Dominic", "Dora", "Edith", "Edwin", "Elena", "Elias", "Emil", "Erika", "Esther", "Eugene",
    "Fabian", "Farah", "Felix", "Fiona", "Frances", "Freya", "Gavin", "Gemma", "Gloria", "Grant", "Gustav", "Hamid", "Harriet",
    "Hector", "Hilda", "Hugo", "Ibrahim", "Ida", "Imran", "Irene", "Iris", "Isaac", "Ivan", "Jasmin", "Jasper", "Joan", "Joel",
    "Judith", "Julian", "Kamal", "Karin", "Keiko", "Kenji", "Lara", "Leila", "Leon", "Lorenzo", "Lucia", "Luka", "Mabel",
    "Magnus", "Malik", "Marta", "Maurice", "Mira", "Mohan", "Nadia", "Naomi", "Neil", "Nina", "Nora", "Oliver", "Oscar", "Paula",
    "Petra", "Quentin", "Rafael", "Renata", "Rosa", "Rupert", "Salma", "Sara", "Simon", "Sofia", "Stella", "Tariq", "Teresa",
    "Tobias", "Ursula", "Valerie", "Victor", "Vera", "Walter", "Wanda", "Yasmin", "Yusuf", "Zara" };
static const char *const given_marked[] = { "André", "Célia", "Øyvind", "Šárka", "Ünal", "Noël", "Élodie", "Jörg", "Åsa",
    "Ioan-Ștefan" };
static const char *const given_plain[] = { "andre", "celia", "oyvind", "sarka", "unal", "noel", "elodie", "jorg", "asa",
    "ioan-stefan" };
static const char *const family[] = { "Abbott", "Acosta", "Ahmed", "Andersson", "Archer", "Bauer", "Becker", "Berger", "Bishop",
    "Blake", "Bowen", "Brandt", "Burke", "Byrne", "Caruso", "Chan", "Conti", "Costa", "Cruz", "Dalton", "Daniels", "Das", "Dean",
    "Diaz", "Doyle", "Drake", "Duarte", "Eklund", "Evans", "Farrell", "Ferrer", "Fleming", "Fontana", "Frank", "Frost", "Garcia",
    "Gibson", "Gomez", "Grant", "Greco", "Haas", "Hansen", "Hartmann", "Hoffman", "Holm", "Huang", "Hughes", "Ito", "Jansen",
    "Jensen", "Joshi", "Kaiser", "Kaur", "Keller", "Klein", "Kovacs", "Lang", "Larsen", "Leclerc", "Lim", "Lindgren", "Lombardi",
    "Lopez", "Lund", "Maier", "Marino", "Marsh", "Martin", "Mendes", "Meyer", "Mori", "Moretti", "Nair", "Nguyen", "Nilsson",
    "Novak", "Okafor", "Olsen", "Ortega", "Park", "Patel", "Peters", "Pereira", "Popov", "Quinn", "Rao", "Reyes", "Ricci",
    "Rivera", "Robles", "Romano", "Roth", "Ruiz", "Sato", "Schneider", "Shah", "Silva", "Singh", "Soto", "Stone", "Suarez", "Tan",
    "Thorne", "Torres", "Urban", "Vargas", "Vega", "Vogel", "Walsh", "Weber", "Winter", "Wolf", "Yamada", "Young", "Zimmer" };
static const char *const family_marked[] = { "Müller", "Muñoz", "Żuraw", "Årstad", "Öberg", "Češka", "García", "Désiré",
    "Ångström" };
static const char *const family_plain[] = { "muller", "munoz", "zuraw", "arstad", "oberg", "ceska", "garcia", "desire",
    "angstrom" };
static const char *const domain[] = { "contoso.com", "contoso.com", "contoso.com", "emea.contoso.com", "apac.contoso.com",
    "fabrikam.com", "woodgrove.example", "contoso.com" };
static const char *const site[] = { "LON", "PAR", "BER", "OSL", "ROM", "LIS", "VIE", "ZRH", "PRG", "HEL", "NYC", "BOS", "DEN",
    "SEA", "SIN", "TOK", "SYD", "DEL", "CPT", "SAO" };
static const char *const type[] = { "LT", "LT", "LT", "LT", "LT", "DT", "DT", "WS", "VM", "KI" };
static const char *const unit[] = { "FIN", "HRM", "ENG", "OPS", "MKT", "LAW", "SLS", "LAB" };
static const char *const model[] = { "Latitude 5440", "Latitude 7440", "OptiPlex 7010", "Precision 3580", "XPS 13 9340",
    "ThinkPad T14 Gen 4", "ThinkPad L14 Gen 3", "ThinkPad X1 Carbon Gen 11", "ThinkCentre M70q", "EliteBook 840 G10",
    "ProBook 450 G10", "ZBook Firefly 14", "EliteDesk 800 G9", "Surface Laptop 5", "Surface Pro 9", "MacBookPro18,3", "Mac14,2",
    "Mac15,6" };
static const char *const windows[] = { "10.0.19045", "10.0.22621", "10.0.22631", "10.0.26100" };
static const char *const ownership[] = { "company", "company", "company", "company", "company", "company", "personal",
    "unknown" };

static uint64_t state;

/* splitmix64: small, and the same everywhere */
static uint64_t
next(void)
{
    uint64_t z = state += 0x9E3779B97F4A7C15u;

    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

static size_t
below(size_t n)
{
    return (size_t)((next() >> 32) * n >> 32);
}

#define PICK(list) list[below(COUNT_OF(list))]

static void
code(char *out, size_t length)
{
    static const char letters[] = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ";

    for (size_t i = 0; i < length; i++)
        out[i] = letters[below(sizeof(letters) - 1)];
    out[length] = '\0';
}

static void
lower(char *text)
{
    for (; *text != '\0'; text++)
        if (*text >= 'A' && *text <= 'Z')
            *text |= 0x20;
}

struct person {
    char name[80], account[96], plain_given[32];
};

static void
invent_person(struct person *p)
{
    size_t g = below(1000), f = below(1000);
    const char *first = g < 25 ? given_marked[g % COUNT_OF(given_marked)] : given[g % COUNT_OF(given)];
    const char *last = f < 20 ? family_marked[f % COUNT_OF(family_marked)] : family[f % COUNT_OF(family)];
    const char *plain_first = g < 25 ? given_plain[g % COUNT_OF(given_plain)] : first;
    const char *plain_last = f < 20 ? family_plain[f % COUNT_OF(family_plain)] : last;
    char number[8] = "";

    if (below(3) == 0)
        snprintf(number, sizeof(number), "%zu", 1 + below(98));
    snprintf(p->name, sizeof(p->name), "%s %s", first, last);
    snprintf(p->plain_given, sizeof(p->plain_given), "%s", plain_first);
    snprintf(p->account, sizeof(p->account), "%s.%s%s@%s", plain_first, plain_last, number, PICK(domain));
    lower(p->account);
}

static void
invent_serial(char out[32], size_t maker)
{
    static const char *const front[] = { "", "", "", "", "", "PF", "PF", "PF", "PF", "5CG", "5CG", "5CG", "5CG" };

    if (maker == 13 || maker == 14) {
        snprintf(out, 32, "%012llu", (unsigned long long)(next() % 1000000000000u));
        return;
    }
    snprintf(out, 32, "%s", maker >= 15 ? "C02" : front[maker]);
    code(out + strlen(out), maker >= 15 ? 9 : maker >= 9 ? 7 : maker >= 5 ? 6 : 7);
}

static void
invent_name(char out[32], size_t number, const struct person *p, const char *serial)
{
    size_t kind = below(100);

    if (kind < 55) {
        snprintf(out, 32, "%s-%s-%06zu", PICK(site), PICK(type), number);
    } else if (kind < 80) {
        char random[8];
        code(random, 7);
        snprintf(out, 32, "DESKTOP-%s", random);
    } else if (kind < 93) {
        snprintf(out, 32, "%s-%s-%05zu", PICK(unit), PICK(site), below(100000));
    } else {
        snprintf(out, 32, "%.7s-%s", p->plain_given, serial + strlen(serial) - 5);
        for (char *c = out; *c != '\0'; c++)
            if (*c >= 'a' && *c <= 'z')
                *c = (char)(*c & ~0x20);
    }
}

static void
print_guid(void)
{
    uint64_t a = next(), b = next();

    printf("%08x-%04x-4%03x-%04x-%012llx", (unsigned)(a >> 32), (unsigned)(a >> 16 & 0xFFFF), (unsigned)(a & 0xFFF),
        (unsigned)(0x8000 | (b >> 48 & 0x3FFF)), (unsigned long long)(b & 0xFFFFFFFFFFFFu));
}

static void
print_rest(const char *version)
{
    size_t keys = below(100) < 80 ? 1 : below(100) < 80 ? 2 : 3;

    printf("\t%s\t", version);
    print_guid();
    putchar('\t');
    print_guid();
    printf("\t%s\t%llu\t", PICK(ownership), 1750000000000ull + next() % 30000000000u);
    for (size_t k = 0; k < keys; k++) {
        if (k > 0)
            putchar(',');
        print_guid();
    }
}

int
main(int argc, char **argv)
{
    size_t count = argc > 1 ? strtoul(argv[1], NULL, 10) : 10000;
    unsigned long seed = argc > 2 ? strtoul(argv[2], NULL, 10) : 1;
    int full = argc > 3 && strcmp(argv[3], "full") == 0;
    static char buffer[1 << 16];

    setvbuf(stdout, buffer, _IOFBF, sizeof(buffer));
    for (size_t i = 0; i < count; i++) {
        struct person p;
        char serial[32], name[32], version[32];
        state = seed * 0xD1B54A32D192ED03u +
                i * 0x2545F4914F6CDD1Du; /* of its own for each device: the format changes nothing else */
        size_t machine = below(COUNT_OF(model));
        int mac = machine >= 15;
        invent_person(&p);
        invent_serial(serial, machine);
        invent_name(name, i, &p, serial);
        if (mac)
            snprintf(version, sizeof(version), "%zu.%zu", 14 + below(2), below(8));
        else
            snprintf(version, sizeof(version), "%s.%zu", PICK(windows), below(5000));
        printf("%s\t%s\t%s\t%s\t%s %s\t%s", name, serial, p.account, p.name, mac ? "macOS" : "Windows", version, model[machine]);
        if (full)
            print_rest(version);
        putchar('\n');
    }
    return fflush(stdout) == 0 ? 0 : 1;
}
