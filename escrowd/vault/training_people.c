#include "escrowd/vault/training_people.h"

/* The user is the one of the first training call: there is a device of her own. */
const struct ud_training_person ud_training_people[UD_TRAINING_PEOPLE] = {
    { "operator", "operator@training.invalid", "Olga Operator", UD_ROLE_ADVANCED },
    { "alice", "alice@training.invalid", "Alice Larsen", UD_ROLE_USER },
    { "training-helpdesk", "helpdesk@training.invalid", "Training Helpdesk", UD_ROLE_HELPDESK },
    { "training-approver", "approver@training.invalid", "Training Approver", UD_ROLE_APPROVER },
    { "training-auditor", "auditor@training.invalid", "Training Auditor", UD_ROLE_AUDITOR },
    { "training-admin", "admin@training.invalid", "Training Administrator", UD_ROLE_ADMIN },
};
