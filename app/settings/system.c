/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a medium is, and what a machine for it should have (system.h). */
#include "app/settings/system.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/library/names.h"
#include "app/plan/error.h"
#include "app/settings/inputs.h"
#include "emulator/api/host.h"

#define SYSTEM_GIB UINT64_C(0x40000000)

/* ---- looking ---- */

static int system_kind(const struct lathe_definition *definition)
{
    if (definition->disks == 0)
        return LATHE_START_KERNEL;
    if (definition->disk[0].cdrom)
        return LATHE_START_DISC;
    return definition->disk[0].bus == EMU_DRIVE_FLOPPY ? LATHE_START_FLOPPY : LATHE_START_DISK;
}

/* "debian-12.1.0-amd64-netinst.iso" without its suffix. */
static char *system_name_of(const char *path)
{
    g_autofree char *base = g_path_get_basename(path);
    char *dot = strrchr(base, '.');
    g_autofree char *shown = NULL;

    if (dot != NULL && dot != base && strlen(dot) <= strlen(".qcow2"))
        *dot = '\0';
    shown = g_filename_display_name(base);
    return lathe_name_repair(shown);
}

static void system_identify(struct lathe_start *start)
{
    struct lathe_media media;

    if (start->kind != LATHE_START_DISC || !lathe_media_look(start->path, &media, NULL))
        return;
    lathe_media_find_system(&media, &start->system);
    lathe_media_clear(&media);
}

bool lathe_start_look(const char *path, struct lathe_start *start, GError **error)
{
    struct lathe_definition *definition;

    *start = (struct lathe_start){.name = NULL};
    if (path == NULL) {
        start->name = g_strdup(_("New machine"));
        return true;
    }
    definition = lathe_definition_new();
    if (!lathe_inputs_take_file(definition, path, error)) {
        lathe_definition_free(definition);
        return false;
    }
    lathe_inputs_look(definition);
    start->path = g_canonicalize_filename(path, NULL);
    start->kind = system_kind(definition);
    start->boots = definition->boots;
    start->what = g_strdup(definition->boots_text != NULL ? _(definition->boots_text)
                                                          : _("A kernel that is started directly"));
    lathe_definition_free(definition);
    system_identify(start);
    start->name =
        start->system.name != NULL ? lathe_name_repair(start->system.name) : system_name_of(path);
    return true;
}

void lathe_start_clear(struct lathe_start *start)
{
    g_free(start->path);
    g_free(start->what);
    g_free(start->name);
    lathe_system_clear(&start->system);
    *start = (struct lathe_start){.name = NULL};
}

/* ---- advice ---- */

/* At least what most want, at most half of what the host can give. */
static uint64_t system_memory(const struct lathe_start *start)
{
    uint64_t wanted = start->kind == LATHE_START_KERNEL || start->kind == LATHE_START_FLOPPY
                          ? SYSTEM_GIB
                          : 2 * SYSTEM_GIB;
    uint64_t most = emu_host_memory_limit() / 2 / (SYSTEM_GIB / 4) * (SYSTEM_GIB / 4);

    if (start->system.memory != 0)
        wanted = start->system.memory;
    return CLAMP(wanted, SYSTEM_GIB / 4, MAX(most, SYSTEM_GIB / 2));
}

static const char *system_firmware(const struct lathe_start *start)
{
    const struct lathe_system *system = &start->system;

    if (start->kind == LATHE_START_KERNEL)
        return "none";
    if (start->boots == LATHE_BOOTS_BIOS || (system->bios && !system->uefi))
        return "bios";
    return start->boots != 0 && (start->boots & LATHE_BOOTS_UEFI) != 0 && system->uefi ? "uefi"
                                                                                       : "auto";
}

void lathe_start_advise(const struct lathe_start *start, struct lathe_advice *advice)
{
    const struct lathe_system *system = &start->system;
    unsigned here = g_get_num_processors();
    bool known = system->name != NULL;
    bool whole = start->kind == LATHE_START_NONE || start->kind == LATHE_START_DISC;

    *advice = (struct lathe_advice){.memory = system_memory(start)};
    advice->cpus = MIN(MAX(system->cpus, 2), MAX(here, 1));
    advice->disk = whole ? MAX(system->storage, 20 * SYSTEM_GIB) : 0;
    advice->firmware = system_firmware(start);
    advice->net = known && !system->virtio_net ? "e1000e" : "virtio";
    advice->bus = known && !system->virtio_disk ? "sata" : "virtio";
    advice->tpm = system->id != NULL && g_str_has_prefix(system->id, "win11");
}

/* ---- the medium ---- */

static char *system_doubled_commas(const char *path)
{
    g_auto(GStrv) parts = g_strsplit(path, ",", -1);

    return g_strjoinv(",,", parts);
}

bool lathe_start_add_medium(const struct lathe_start *start, struct lathe_definition *definition,
                            GError **error)
{
    g_autofree char *name = start->path != NULL ? system_doubled_commas(start->path) : NULL;

    switch (start->kind) {
    case LATHE_START_DISC:
        return lathe_definition_add_cdrom(definition, start->path, error);
    case LATHE_START_DISK:
        return lathe_definition_add_disk(definition, name, error);
    case LATHE_START_FLOPPY:
        return lathe_definition_add_floppy(definition, name, error);
    case LATHE_START_KERNEL:
        g_free(definition->kernel);
        definition->kernel = g_strdup(start->path);
        return true;
    case LATHE_START_NONE:
        break;
    }
    return true;
}
