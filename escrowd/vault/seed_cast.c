#include "escrowd/vault/seed_cast.h"

#include <stddef.h>

#include "base/i18n.h"
#include "wire/json_writer.h"

#define ALICE "alice@training.invalid", "Alice Larsen"

static const struct ud_cast cast[] = {
    { N_("Lost PIN"), "LON-LT-ALICE", ALICE, "Windows", "ThinkPad T14 Gen 4", "Lenovo", UD_OWNERSHIP_COMPANY, 0, "Alice Larsen",
        N_("I typed my PIN wrong too often, now it wants a recovery key."),
        N_("The whole call from the first eight characters to the new key.") },
    { N_("BIOS update"), "BER-LT-BRUNO", "bruno.keller@training.invalid", "Bruno Keller", "Windows", "Latitude 5440", "Dell",
        UD_OWNERSHIP_COMPANY, 0, "Bruno Keller", N_("It updated something last night and this morning it is blue."),
        N_("Choosing the reason that fits: the BIOS changed.") },
    { N_("One character misheard"), "AMS-LT-CARLA", "carla.devries@training.invalid", "Carla de Vries", "Windows",
        "EliteBook 840 G10", "HP", UD_OWNERSHIP_COMPANY, UD_CAST_MISHEARD, "Carla de Vries", N_("I read you what stands there."),
        N_("No key is found: the console tells of keys one character away. Have the ID read out again.") },
    { N_("Two keys that share eight characters"), "STO-LT-DAG", "dag.lindqvist@training.invalid", "Dag Lindqvist", "Windows",
        "Latitude 7430", "Dell", UD_OWNERSHIP_COMPANY, UD_CAST_TWIN_KEY, "Dag Lindqvist", N_("C 0 F F E E 0 0, like coffee."),
        N_("Two keys start so: ask for more characters, or for the device's name.") },
    { N_("Two keys, the other one"), "STO-LT-EBBA", "ebba.berg@training.invalid", "Ebba Berg", "Windows", "Latitude 7430", "Dell",
        UD_OWNERSHIP_COMPANY, UD_CAST_TWIN_KEY | UD_CAST_SILENT, "", "", "" },
    { N_("The TPM's ID read out"), "PAR-LT-FARID", "farid.haddad@training.invalid", "Farid Haddad", "Windows", "Surface Laptop 5",
        "Microsoft", UD_OWNERSHIP_COMPANY, UD_CAST_READS_TPM, "Farid Haddad",
        N_("I ran manage-bde and this is the first ID it prints."),
        N_("The console says that this is the TPM's ID. Ask for the one under Numerical Password.") },
    { N_("Two devices of one name"), "MAD-LT-SHARED", "gloria.silva@training.invalid", "Gloria Silva", "Windows",
        "ThinkPad X1 Carbon", "Lenovo", UD_OWNERSHIP_COMPANY, 0, "Gloria Silva", N_("My laptop is called MAD-LT-SHARED."),
        N_("Telling them apart by serial number and key ID.") },
    { N_("Two devices of one name, the other one"), "MAD-LT-SHARED", "hugo.moreau@training.invalid", "Hugo Moreau", "Windows",
        "ThinkPad X1 Carbon", "Lenovo", UD_OWNERSHIP_COMPANY, UD_CAST_SILENT, "", "", "" },
    { N_("Missing key"), "WAW-LT-IRENA", "irena.kowalska@training.invalid", "Irena Kowalska", "Windows", "Latitude 5440", "Dell",
        UD_OWNERSHIP_COMPANY, UD_CAST_NO_KEY, "Irena Kowalska", N_("You must have my key somewhere?"),
        N_("Nothing is stored: saying so, and what can be done.") },
    { N_("Personal Mac"), "Jo's MacBook", "jo.oconnor@training.invalid", "Jo O'Connor", "macOS", "MacBook Air 13", "Apple",
        UD_OWNERSHIP_PERSONAL, 0, "Jo O'Connor", N_("It is my own Mac, can you read me the key?"),
        N_("The key of a personal Mac is not shown: the owner's self-service is the way.") },
    { N_("Company Mac"), "DUB-MB-KAI", "kai.jensen@training.invalid", "Kai Jensen", "macOS", "MacBook Pro 14", "Apple",
        UD_OWNERSHIP_COMPANY, 0, "Kai Jensen", N_("My Mac wants a recovery key."),
        N_("A FileVault key has no ID: find the device by its user, spell 24 characters.") },
    { N_("Offline device"), "NYC-LT-LENA", "lena.fischer@training.invalid", "Lena Fischer", "Windows", "EliteBook 840 G10", "HP",
        UD_OWNERSHIP_COMPANY, UD_CAST_OFFLINE, "Lena Fischer", N_("I am on a train, without any network."),
        N_("The new key waits for the device. The old one still works until then.") },
    { N_("A caller who is not the user"), "ZRH-LT-MINA", "mina.tanaka@training.invalid", "Mina Tanaka", "Windows",
        "ThinkPad T14 Gen 4", "Lenovo", UD_OWNERSHIP_COMPANY, 0, "Nico Petrov, a colleague",
        N_("I am calling for Mina, she is in a meeting."),
        N_("Checking who calls; ending the call without a key when it does not fit.") },
    { N_("A key on paper"), "OSL-MB-OLGA", "olga.nilsen@training.invalid", "Olga Nilsen", "macOS", "MacBook Pro 14", "Apple",
        UD_OWNERSHIP_COMPANY, UD_CAST_NO_KEY | UD_CAST_PAPER, "Olga Nilsen",
        N_("I switched FileVault on myself, before I was enrolled. The key is on a sheet of paper."),
        N_("Storing a key: s on the device's page, the key twice. The Mac verifies it and makes a new one.") },
    { N_("A Mac without a policy"), "ROM-MB-PIA", "pia.conti@training.invalid", "Pia Conti", "macOS", "MacBook Air 13", "Apple",
        UD_OWNERSHIP_COMPANY, UD_CAST_NO_KEY | UD_CAST_PAPER | UD_CAST_NO_POLICY, "Pia Conti",
        N_("The key is the right one, I am sure of it."),
        N_("The Mac cannot take the key: finding the third cause, and telling support.") },
    { N_("A Mac that is not heard of"), "HEL-MB-QUINN", "quinn.virta@training.invalid", "Quinn Virta", "macOS", "MacBook Pro 16",
        "Apple", UD_OWNERSHIP_COMPANY, UD_CAST_NO_KEY | UD_CAST_PAPER | UD_CAST_OFFLINE, "Quinn Virta",
        N_("I store it again and again, and nothing happens."),
        N_("The Mac has not checked in: having it go online, then storing again.") },
    { N_("A personal Mac that has no key here"), "Riku's MacBook", "riku.laine@training.invalid", "Riku Laine", "macOS",
        "MacBook Air 15", "Apple", UD_OWNERSHIP_PERSONAL, UD_CAST_NO_KEY | UD_CAST_PAPER, "Riku Laine",
        N_("Something blocks my mail until a recovery key is stored."),
        N_("Staff do not type this key: ask Riku with u; it is stored in self-service.") },
};

const struct ud_cast *
ud_cast_list(uint32_t *count)
{
    *count = (uint32_t)(sizeof(cast) / sizeof(cast[0]));
    return cast;
}

void
ud_cast_write(struct ud_buf *out, unsigned number, const struct ud_cast *c, const char *serial, const char *said, bool first)
{
    struct ud_json_writer w;

    ud_json_writer_init(&w, out);
    if (!first)
        ud_buf_text(out, ",\n");
    ud_json_write_object(&w, NULL);
    ud_json_write_int(&w, "number", number);
    ud_json_write_text(&w, "title", c->title);
    ud_json_write_text(&w, "caller", c->caller);
    ud_json_write_text(&w, "device", c->name);
    ud_json_write_text(&w, "serial", serial);
    ud_json_write_text(&w, "user", c->user);
    ud_json_write_text_or_null(&w, "reads", said);
    ud_json_write_text(&w, "says", c->says);
    ud_json_write_text(&w, "practise", c->practise);
    ud_json_write_object_end(&w);
}
