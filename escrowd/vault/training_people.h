/* The invented people of a training service, one a role; the simulator approves as them with the password beside the database. */
#ifndef UD_VAULT_TRAINING_PEOPLE_H
#define UD_VAULT_TRAINING_PEOPLE_H

#include "escrowd/store/record.h"

struct ud_training_person {
    const char *name, *account, *display;
    enum ud_role role;
};
#define UD_TRAINING_PEOPLE UD_ROLE_COUNT
extern const struct ud_training_person ud_training_people[UD_TRAINING_PEOPLE];

#endif
