/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A machine's definition: defaults, the parsers of its properties, and what follows from what. */
#include "app/plan/definition.h"

#include <string.h>

#include "app/plan/error.h"

static void definition_clear_gap(gpointer data)
{
    struct lathe_gap *gap = data;

    g_free(gap->where);
    g_free(gap->text);
}

struct lathe_definition *lathe_definition_new(void)
{
    struct lathe_definition *definition = g_new0(struct lathe_definition, 1);

    definition->board = g_strdup("q35");
    definition->accel = g_strdup("auto");
    definition->cpu = g_strdup("max");
    definition->firmware = g_strdup("auto");
    definition->memory = UINT64_C(1) << 30;
    definition->trace = g_ptr_array_new_with_free_func(g_free);
    definition->gaps = g_array_new(FALSE, TRUE, sizeof(struct lathe_gap));
    g_array_set_clear_func(definition->gaps, definition_clear_gap);
    definition->parts = lathe_parts_new();
    definition->told = lathe_told_new();
    definition->topology = (struct emu_topology){1, 1, 1, 1, 1};
    definition->gpu = EMU_GPU_STD;
    return definition;
}

void lathe_definition_free(struct lathe_definition *definition)
{
    if (definition == NULL)
        return;
    char *strings[] = {definition->name,
                       definition->board,
                       definition->accel,
                       definition->cpu,
                       definition->kernel,
                       definition->initrd,
                       definition->append,
                       definition->debugcon,
                       definition->gdb,
                       definition->control,
                       definition->firmware,
                       definition->firmware_image,
                       definition->firmware_vars,
                       definition->home,
                       definition->notes,
                       definition->boots_text,
                       definition->gpu_rom,
                       definition->tpm,
                       definition->uuid,
                       definition->title,
                       definition->description,
                       definition->group,
                       definition->firmware_template};
    for (size_t i = 0; i < G_N_ELEMENTS(strings); i++)
        g_free(strings[i]);
    lathe_definition_clear_serials(definition);
    lathe_definition_clear_consoles(definition);
    lathe_definition_clear_channels(definition);
    for (unsigned i = 0; i < definition->disks; i++)
        lathe_disk_clear(&definition->disk[i]);
    for (unsigned i = 0; i < definition->nets; i++)
        lathe_net_clear(&definition->net[i]);
    g_ptr_array_unref(definition->trace);
    lathe_parts_free(definition->parts);
    lathe_told_free(definition->told);
    lathe_spice_definition_free(definition->spice);
    g_array_unref(definition->gaps);
    g_free(definition);
}

/* ---- CPUs ---- */

static bool topology_read_number(const char *text, unsigned *out)
{
    guint64 value;

    if (!g_ascii_string_to_unsigned(text, 10, 1, 65535, &value, NULL))
        return false;
    *out = (unsigned)value;
    return true;
}

static unsigned *topology_field(struct emu_topology *topology, const char *name, size_t length)
{
    const struct {
        const char *name;
        unsigned *field;
    } fields[] = {{"sockets", &topology->sockets},
                  {"dies", &topology->dies},
                  {"cores", &topology->cores},
                  {"threads", &topology->threads},
                  {"cpus", &topology->cpus}};

    for (size_t i = 0; i < G_N_ELEMENTS(fields); i++) {
        if (strlen(fields[i].name) == length && strncmp(fields[i].name, name, length) == 0)
            return fields[i].field;
    }
    return NULL;
}

static bool topology_read_part(const char *part, bool first, struct emu_topology *topology,
                               GError **error)
{
    const char *equals = strchr(part, '=');
    unsigned *field;

    if (equals == NULL && first)
        field = &topology->cpus;
    else
        field = equals ? topology_field(topology, part, (size_t)(equals - part)) : NULL;
    if (field == NULL)
        return lathe_error_input(
            error, "--smp has no '%s': write N[,sockets=S][,dies=D][,cores=C][,threads=T]", part);
    if (*field != 0)
        return lathe_error_input(error, "--smp says '%s' after it was said already", part);
    if (!topology_read_number(equals ? equals + 1 : part, field))
        return lathe_error_input(error, "--smp '%s' needs a whole number from 1", part);
    return true;
}

bool lathe_topology_parse(const char *text, struct emu_topology *topology, GError **error)
{
    struct emu_topology read = {0};
    struct emu_error found = EMU_ERROR_INIT;
    g_auto(GStrv) parts = g_strsplit(text, ",", -1);

    for (size_t i = 0; parts[i] != NULL; i++) {
        if (!topology_read_part(parts[i], i == 0, &read, error))
            return false;
    }
    if (read.cpus == 0)
        return lathe_error_input(error, "--smp needs the number of CPUs first");
    if (!emu_topology_complete(&read, &found))
        return lathe_error_from_emu(error, &found);
    *topology = read;
    return true;
}

/* ---- drives, adapters and addresses ---- */

static bool definition_add_drive(struct lathe_definition *definition, const char *text,
                                 bool (*parse)(const char *text, struct lathe_disk_definition *disk,
                                               GError **error),
                                 GError **error)
{
    if (definition->disks == EMU_MAX_DRIVES)
        return lathe_error_input(error, "a machine has at most %d disks and CD drives",
                                 EMU_MAX_DRIVES);
    if (!parse(text, &definition->disk[definition->disks], error))
        return false;
    definition->disks++;
    return true;
}

bool lathe_definition_add_disk(struct lathe_definition *definition, const char *text,
                               GError **error)
{
    return definition_add_drive(definition, text, lathe_disk_parse, error);
}

bool lathe_definition_add_cdrom(struct lathe_definition *definition, const char *path,
                                GError **error)
{
    return definition_add_drive(definition, path, lathe_disk_parse_cdrom, error);
}

#define DEFINITION_FLOPPY_DRIVES 2

bool lathe_definition_add_floppy(struct lathe_definition *definition, const char *text,
                                 GError **error)
{
    unsigned floppies = 0;

    for (unsigned i = 0; i < definition->disks; i++)
        floppies += definition->disk[i].bus == EMU_DRIVE_FLOPPY;
    if (floppies == DEFINITION_FLOPPY_DRIVES)
        return lathe_error_input(error, "a machine has at most %d floppy drives",
                                 DEFINITION_FLOPPY_DRIVES);
    return definition_add_drive(definition, text, lathe_disk_parse_floppy, error);
}

bool lathe_definition_add_net(struct lathe_definition *definition, const char *text, GError **error)
{
    bool none = strcmp(text, "none") == 0;

    if (definition->no_net || (none && definition->nets != 0))
        return lathe_error_input(error, "--net none and another --net exclude each other");
    if (definition->nets == EMU_MAX_NICS)
        return lathe_error_input(error, "a machine has at most %d network adapters", EMU_MAX_NICS);
    definition->no_net = none;
    if (none)
        return true;
    if (!lathe_net_parse(text, &definition->net[definition->nets], error))
        return false;
    definition->nets++;
    return true;
}

bool lathe_definition_set_spice(struct lathe_definition *definition, const char *text,
                                GError **error)
{
    struct lathe_spice_definition *spice = NULL;

    if (strcmp(text, "none") != 0 && (spice = lathe_spice_parse(text, error)) == NULL)
        return false;
    lathe_spice_definition_free(definition->spice);
    definition->spice = spice;
    return true;
}

bool lathe_address_check(const char *text, GError **error)
{
    guint64 port;
    const char *colon;

    if (g_str_has_prefix(text, "unix:") && text[5] != '\0')
        return true;
    if (!g_str_has_prefix(text, "tcp:127.0.0.1:") && !g_str_has_prefix(text, "tcp:localhost:"))
        return lathe_error_input(error, "'%s' is no address: use unix:PATH or tcp:127.0.0.1:PORT",
                                 text);
    colon = strrchr(text, ':');
    if (!g_ascii_string_to_unsigned(colon + 1, 10, 1, 65535, &port, NULL))
        return lathe_error_input(error, "'%s' is no port: a number from 1 to 65535", colon + 1);
    return true;
}

/* ---- what follows from what ---- */

static bool definition_settle_displays(struct lathe_definition *definition, bool have_display,
                                       GError **error)
{
    if (definition->displays == 0)
        definition->displays = have_display ? LATHE_DISPLAY_GTK : LATHE_DISPLAY_NONE;
    if (definition->displays == LATHE_DISPLAY_ELSEWHERE)
        definition->displays = LATHE_DISPLAY_NONE;
    definition->displays &= ~(unsigned)LATHE_DISPLAY_ELSEWHERE;
    bool window = lathe_definition_has_window(definition);
    const char *name = lathe_definition_get_display(definition);

    if (window && definition->displays & LATHE_DISPLAY_NONE)
        return lathe_error_input(error, "--display none and --display %s exclude each other", name);
    if ((definition->displays & LATHE_DISPLAY_GTK) && (definition->displays & LATHE_DISPLAY_SDL))
        return lathe_error_input(error, "--display gtk and --display sdl exclude each other");
    if (window && !have_display)
        return lathe_error_input(error,
                                 "--display %s needs a desktop: neither WAYLAND_DISPLAY nor "
                                 "DISPLAY is set; use --display none",
                                 name);
    return true;
}

#define DEFINITION_SATA_PORTS 6 /* of the chip set */

/* A machine with a window has a CD drive, so that discs can be dropped on it. */
static void definition_settle_drive(struct lathe_definition *definition)
{
    struct lathe_disk_definition *disk = &definition->disk[definition->disks];
    unsigned sata = 0;

    for (unsigned i = 0; i < definition->disks; i++) {
        if (definition->disk[i].cdrom)
            return;
        sata += definition->disk[i].bus == EMU_DRIVE_SATA;
    }
    if (!lathe_definition_has_window(definition) || definition->disks == EMU_MAX_DRIVES ||
        sata == DEFINITION_SATA_PORTS)
        return;
    *disk = (struct lathe_disk_definition){.bus = EMU_DRIVE_SATA, .cdrom = true, .read_only = true};
    definition->disks++;
}

static char *definition_default_name(const struct lathe_definition *definition)
{
    return definition->kernel ? g_path_get_basename(definition->kernel) : g_strdup("machine");
}

bool lathe_definition_complete(struct lathe_definition *definition, bool have_display,
                               GError **error)
{
    if (!definition_settle_displays(definition, have_display, error))
        return false;
    definition_settle_drive(definition);
    if (definition->input == LATHE_INPUT_DEFAULT)
        definition->input = lathe_definition_has_window(definition) || definition->spice != NULL
                                ? LATHE_INPUT_USB
                                : LATHE_INPUT_PS2;
    if (!lathe_ports_settle(definition, error))
        return false;
    if (definition->nets == 0 && !definition->no_net &&
        !lathe_definition_add_net(definition, "user", error))
        return false;
    if (!lathe_boot_settle(definition, error))
        return false;
    if (definition->name == NULL)
        definition->name = definition_default_name(definition);
    g_ptr_array_add(definition->trace, NULL);
    return true;
}

void lathe_definition_add_gap(struct lathe_definition *definition, const char *group,
                              const char *lines, char *text)
{
    struct lathe_gap gap = {group, g_strdup_printf("line %s", lines), text};

    g_array_append_val(definition->gaps, gap);
}

void lathe_definition_note(struct lathe_definition *definition, const char *sentence)
{
    char *before = definition->notes;

    definition->notes =
        before != NULL ? g_strconcat(before, "\n", sentence, NULL) : g_strdup(sentence);
    g_free(before);
}

bool lathe_definition_has_window(const struct lathe_definition *definition)
{
    return (definition->displays & (LATHE_DISPLAY_GTK | LATHE_DISPLAY_SDL)) != 0;
}

const char *lathe_definition_get_display(const struct lathe_definition *definition)
{
    if (definition->displays & LATHE_DISPLAY_SDL)
        return "sdl";
    return definition->displays & LATHE_DISPLAY_GTK ? "gtk" : "none";
}
