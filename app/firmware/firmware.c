/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The words that --firmware takes, each with what it looks for. */
#include "app/firmware/firmware.h"

#include <string.h>

#include "app/plan/error.h"

static bool firmware_take(struct lathe_definition *definition, const char *path)
{
    g_free(definition->firmware_image);
    definition->firmware_image = g_strdup(path);
    return true;
}

static bool firmware_bios(struct lathe_definition *definition, GError **error)
{
    static const char *const paths[] = {"/usr/share/seabios/bios-256k.bin",
                                        "/usr/share/qemu/bios-256k.bin"};

    for (size_t i = 0; i < G_N_ELEMENTS(paths); i++) {
        if (g_file_test(paths[i], G_FILE_TEST_IS_REGULAR))
            return firmware_take(definition, paths[i]);
    }
    return lathe_error_input(error, "there is no SeaBIOS on this host: install seabios");
}

bool lathe_firmware_settle(struct lathe_definition *definition, GError **error)
{
    const char *asked = definition->firmware;
    bool automatic = strcmp(asked, "auto") == 0;

    if (strcmp(asked, "none") == 0 || (automatic && definition->kernel != NULL))
        return true;
    if (strcmp(asked, "bios") == 0 || automatic)
        return firmware_bios(definition, error);
    return firmware_take(definition, asked);
}
