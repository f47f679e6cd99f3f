/* Words for people: see base/i18n.h. */
#ifndef UD_GRID_I18N_H
#define UD_GRID_I18N_H

#include "base/i18n.h"

#endif
