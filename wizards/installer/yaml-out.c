/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines of YAML; texts are quoted as in JSON. */
#include "wizards/installer/yaml-out.h"

void installer_yaml_text(GString *out, unsigned depth, const char *key, const char *value)
{
    g_string_append_printf(out, "\n%*s%s \"", (int)(2 * depth), "", key);
    for (const char *at = value; *at != '\0'; at++) {
        if (*at == '"' || *at == '\\')
            g_string_append_c(out, '\\');
        g_string_append_c(out, *at);
    }
    g_string_append_c(out, '"');
}

void installer_yaml_key(GString *out, unsigned depth, const char *text)
{
    g_string_append_printf(out, "\n%*s%s", (int)(2 * depth), "", text);
}

void installer_yaml_list(GString *out, unsigned depth, char **list)
{
    for (char **row = list; *row != NULL; row++)
        installer_yaml_text(out, depth, "-", *row);
}
