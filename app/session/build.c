/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Turns a definition into the emulator's configuration, opens the back ends and makes it. */
#include "app/session/build.h"

#include <stdlib.h>

#include "app/plan/definition.h"
#include "app/plan/error.h"
#include "app/session/serial.h"
#include "app/session/session.h"
#include "emulator/api/chardev.h"

static struct emu_machine_config build_config(const struct lathe_definition *definition)
{
    return (struct emu_machine_config){
        .board = definition->board,
        .accel = definition->accel,
        .cpu = definition->cpu,
        .topology = definition->topology,
        .memory = definition->memory,
        .firmware = definition->firmware_image,
        .kernel = definition->kernel,
        .initrd = definition->initrd,
        .append = definition->append,
        .debug_exit = definition->debug_exit,
        .testdev = definition->testdev,
        .no_reboot = definition->no_reboot,
        .trace = (const char *const *)definition->trace->pdata,
    };
}

static void build_close_backends(struct emu_machine_config *config)
{
    for (unsigned i = 0; i < EMU_MAX_SERIAL; i++)
        emu_chardev_backend_close(&config->serial[i]);
    emu_chardev_backend_close(&config->debugcon);
}

static bool build_open_backends(struct emu_machine_config *config,
                                const struct lathe_definition *definition, GPtrArray *serials,
                                GError **error)
{
    struct emu_error found = EMU_ERROR_INIT;

    for (unsigned i = 0; i < serials->len && i < EMU_MAX_SERIAL; i++) {
        if (!lathe_serial_make_backend(serials->pdata[i], &config->serial[i], error))
            return false;
    }
    if (definition->debugcon != NULL &&
        !emu_chardev_file(definition->debugcon, &config->debugcon, &found)) {
        config->debugcon = (struct emu_chardev_backend){0};
        return lathe_error_from_emu(error, &found);
    }
    return true;
}

struct emu_machine *lathe_build_machine(const struct lathe_definition *definition,
                                        GPtrArray *serials,
                                        const struct emu_machine_observer *observer, GError **error)
{
    struct emu_machine_config config = build_config(definition);
    struct emu_error found = EMU_ERROR_INIT;

    if (serials != NULL && !build_open_backends(&config, definition, serials, error)) {
        build_close_backends(&config);
        return NULL;
    }
    struct emu_machine *machine = emu_machine_new(&config, observer, &found);
    if (machine == NULL)
        lathe_error_from_emu(error, &found);
    return machine;
}

char *lathe_session_describe(const struct lathe_definition *definition, GError **error)
{
    struct emu_machine *machine = lathe_build_machine(definition, NULL, NULL, error);

    if (machine == NULL)
        return NULL;
    char *text = emu_machine_describe(machine);
    char *copy = g_strdup(text != NULL ? text : "");
    free(text);
    emu_machine_free(machine);
    return copy;
}
