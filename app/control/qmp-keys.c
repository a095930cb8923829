/* SPDX-License-Identifier: GPL-3.0-or-later */
/* QMP's keys as the codes that the session takes. */
#include <linux/input-event-codes.h>
#include <string.h>

#include "app/control/qmp-private.h"

static const struct key_row {
    const char *name;
    unsigned code, number;
} key_rows[] = {
#define QMP_KEY(name, code, number) {name, code, number},
#include "app/control/qmp-keys.inc"
};

unsigned qmp_key_by_name(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(key_rows); i++) {
        if (strcmp(key_rows[i].name, name) == 0)
            return key_rows[i].code;
    }
    return 0;
}

unsigned qmp_key_by_number(gint64 number)
{
    for (size_t i = 0; i < G_N_ELEMENTS(key_rows); i++) {
        if (key_rows[i].number == number)
            return key_rows[i].code;
    }
    return 0;
}

unsigned qmp_key_code(JsonObject *value)
{
    if (strcmp(json_object_get_string_member(value, "type"), "number") == 0)
        return qmp_key_by_number(json_object_get_int_member(value, "data"));
    return qmp_key_by_name(json_object_get_string_member(value, "data"));
}
