/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The functions of the table of settings: reading and setting each value (settings.h). */
#ifndef LATHE_SETTINGS_VALUES_H
#define LATHE_SETTINGS_VALUES_H

#include "app/plan/definition.h"
#include "app/settings/settings.h"

#define PAGE(id, label)
#define CHOICE(name, word, label)
#define SETTING(id, name, page, group, label, help, kind, flags, area)                             \
    char *lathe_get_##id(const struct lathe_definition *definition);                               \
    bool lathe_put_##id(struct lathe_definition *definition, const char *text, GError **error);
#include "app/settings/settings.inc"
#undef SETTING
#undef CHOICE
#undef PAGE

/* What values are added to is emptied: a LIST, the displays. */
void lathe_values_clear(const struct lathe_setting *setting, struct lathe_definition *definition);

#endif
