/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Turns a definition into the emulator's configuration, opens the back ends and makes it. */
#include "app/session/build.h"

#include <stdlib.h>
#include <string.h>

#include "app/plan/buses.h"
#include "app/plan/definition.h"
#include "app/plan/error.h"
#include "app/session/numa.h"
#include "app/session/renderer.h"
#include "app/session/serial.h"
#include "app/session/session.h"
#include "app/session/sound.h"
#include "app/session/swtpm.h"
#include "app/session/told.h"
#include "emulator/api/audio.h"
#include "emulator/api/block.h"
#include "emulator/api/chardev.h"
#include "emulator/api/net.h"

static struct emu_machine_config build_config(const struct lathe_definition *definition)
{
    return (struct emu_machine_config){
        .board = definition->board,
        .accel = definition->accel,
        .cpu = definition->cpu,
        .topology = definition->topology,
        .memory = definition->memory,
        .firmware = definition->firmware_image,
        .firmware_vars = definition->firmware_vars,
        .firmware_discard = definition->firmware_discard,
        .firmware_secure = definition->firmware_secure,
        .kernel = definition->kernel,
        .initrd = definition->initrd,
        .append = definition->append,
        .gpu = definition->gpu,
        .gpu_rom = definition->gpu_rom,
        .gpu_heads = definition->gpu_heads,
        .debug_exit = definition->debug_exit,
        .testdev = definition->testdev,
        .no_reboot = definition->no_reboot,
        .trace = (const char *const *)definition->trace->pdata,
    };
}

/* A machine with a window has USB sockets, as disks are plugged into them there. */
static void build_add_input(struct emu_machine_config *config,
                            const struct lathe_definition *definition)
{
    static const struct emu_device_config usb[] = {
        {.kind = "usb-tablet", .id = "tablet"},
        {.kind = "usb-keyboard", .id = "keyboard"},
    };
    static const struct emu_device_config virtio[G_N_ELEMENTS(usb)] = {
        {.kind = "virtio-tablet", .id = "tablet"},
        {.kind = "virtio-keyboard", .id = "keyboard"},
    };

    config->usb = lathe_definition_has_window(definition);
    if (definition->input != LATHE_INPUT_USB && definition->input != LATHE_INPUT_VIRTIO)
        return;
    config->devices = definition->input == LATHE_INPUT_USB ? usb : virtio;
    config->device_count = G_N_ELEMENTS(usb);
}

static void build_close_backends(struct emu_machine_config *config)
{
    for (unsigned i = 0; i < EMU_MAX_SERIAL; i++)
        emu_chardev_backend_close(&config->serial[i]);
    for (unsigned i = 0; i < config->console_count; i++)
        emu_chardev_backend_close(&config->consoles[i].backend);
    for (unsigned i = 0; i < config->redirect_count; i++)
        emu_chardev_backend_close(&config->redirects[i]);
    emu_chardev_backend_close(&config->debugcon);
    emu_audio_backend_close(&config->sound.backend);
    emu_tpm_backend_close(&config->tpm);
    for (unsigned i = 0; i < config->drive_count; i++)
        emu_block_backend_close(&config->drives[i].backend);
    for (unsigned i = 0; i < config->nic_count; i++)
        emu_net_backend_close(&config->nics[i].backend);
}

#define BUILD_ANY_FLOPPY 1474560u /* bytes */

/* What the plan shows of a disk does not hang on its contents, so a dry run locks no image. */
static bool build_open_disk(struct emu_drive *drive, const struct lathe_disk_definition *disk,
                            bool dry, struct emu_error *err)
{
    const struct emu_block_options options = {
        .path = disk->path,
        .format = disk->format,
        .read_only = disk->read_only,
        .discard_changes = disk->discard_changes,
    };

    drive->bus = disk->bus;
    drive->queues = disk->queues;
    drive->cdrom = disk->cdrom;
    drive->boot = disk->boot;
    if (disk->path == NULL)
        return true;
    return dry ? emu_block_null(disk->bus == EMU_DRIVE_FLOPPY ? BUILD_ANY_FLOPPY : EMU_BLOCK_SECTOR,
                                &drive->backend, err)
               : emu_block_open(&options, &drive->backend, err);
}

static bool build_open_disks(struct emu_machine_config *config,
                             const struct lathe_definition *definition, bool dry, GError **error)
{
    struct emu_error found = EMU_ERROR_INIT;

    for (unsigned i = 0; i < definition->disks; i++) {
        if (!build_open_disk(&config->drives[i], &definition->disk[i], dry, &found))
            return lathe_error_from_emu(error, &found);
        config->drive_count++;
    }
    return true;
}

/* What the network's boot service is made from; the texts are the definition's. */
struct build_boot {
    struct emu_netboot_file files[EMU_NETBOOT_FILES];
    char *names[EMU_NETBOOT_FILES];
    struct emu_netboot_answer answers[2 * EMU_NETBOOT_CLIENTS];
    struct emu_netboot boot;
};

static void build_add_answer(struct build_boot *build, enum emu_netboot_client client,
                             const char *file)
{
    build->answers[build->boot.answer_count++] =
        (struct emu_netboot_answer){client, EMU_NETBOOT_ANY, file};
}

/* A firmware's PXE takes no address. */
static void build_fill_answers(struct build_boot *build, const struct lathe_net_definition *net)
{
    for (unsigned i = 0; i < EMU_NETBOOT_CLIENTS; i++) {
        bool pxe = i == EMU_NETBOOT_BIOS || i == EMU_NETBOOT_EFI;

        if (net->boots[i] != NULL)
            build_add_answer(build, i, net->boots[i]);
        else if (net->bootfile != NULL && !(pxe && strstr(net->bootfile, "://") != NULL))
            build_add_answer(build, i, net->bootfile);
    }
}

static bool build_answers(const struct build_boot *build, enum emu_netboot_client client)
{
    for (unsigned i = 0; i < build->boot.answer_count; i++)
        if (build->answers[i].client == client)
            return true;
    return false;
}

static void build_fill_boot(struct build_boot *build, const struct lathe_net_definition *net,
                            const struct lathe_build_watch *watch)
{
    *build = (struct build_boot){.boot.folder = net->tftp};
    build->boot.files = build->files;
    build->boot.answers = build->answers;
    for (guint i = 0; net->files != NULL && i < net->files->len; i++) {
        const char *text = net->files->pdata[i], *path = strchr(text, '=');

        build->names[i] = g_strndup(text, (gsize)(path - text));
        build->files[i] = (struct emu_netboot_file){build->names[i], path + 1};
        build->boot.file_count++;
    }
    build_fill_answers(build, net);
    if (watch != NULL) {
        build->boot.tell = watch->netboot;
        build->boot.opaque = watch->opaque;
    }
}

/* A firmware that would try for minutes what is not answered is told to leave it out. */
static void build_leave_out_pxe(struct emu_nic *nic, const struct build_boot *build)
{
    nic->no_pxe6 = true;
    nic->no_pxe4 = build_answers(build, EMU_NETBOOT_HTTP) && !build_answers(build, EMU_NETBOOT_EFI);
}

static bool build_open_net(struct emu_nic *nic, const struct lathe_net_definition *net,
                           const struct lathe_build_watch *watch, struct emu_error *err)
{
    struct build_boot build;
    bool good;

    build_fill_boot(&build, net, watch);
    const struct emu_net_user_config user = {
        .forwards = (const struct emu_net_forward *)net->forwards->data,
        .forward_count = net->forwards->len,
        .boot = lathe_net_boots(net) ? &build.boot : NULL,
        .pcap = net->pcap,
    };
    if (user.boot != NULL)
        build_leave_out_pxe(nic, &build);
    good = emu_net_user(&user, &nic->backend, err);
    for (unsigned i = 0; i < build.boot.file_count; i++)
        g_free(build.names[i]);
    return good;
}

/* A dry run listens nowhere. */
static bool build_open_nets(struct emu_machine_config *config,
                            const struct lathe_definition *definition, bool dry,
                            const struct lathe_build_watch *watch, GError **error)
{
    struct emu_error found = EMU_ERROR_INIT;

    for (unsigned i = 0; i < definition->nets; i++) {
        const struct lathe_net_definition *net = &definition->net[i];
        struct emu_nic *nic = &config->nics[i];

        nic->model = net->model;
        nic->mac = net->mac;
        nic->rom = net->rom;
        nic->boot = net->boot;
        if (dry ? !emu_net_null(&nic->backend, &found) : !build_open_net(nic, net, watch, &found))
            return lathe_error_from_emu(error, &found);
        config->nic_count++;
    }
    return true;
}

/* Its state lies beside the variables that the machine keeps, or is thrown away like those. */
static bool build_open_tpm(struct emu_machine_config *config,
                           const struct lathe_definition *definition, GError **error)
{
    bool keeps = definition->firmware_vars != NULL && !definition->firmware_discard;
    char *directory;
    bool done;

    if (definition->tpm == NULL)
        return true;
    if (strcmp(definition->tpm, "emulated") != 0)
        return lathe_swtpm_connect(definition->tpm + strlen("unix:"), &config->tpm, error);
    if (definition->home != NULL)
        directory = g_build_filename(definition->home, "tpm", NULL);
    else
        directory = keeps ? g_strconcat(definition->firmware_vars, ".tpm", NULL) : NULL;
    done = lathe_swtpm_start(directory, &config->tpm, error);
    g_free(directory);
    return done;
}

/* The terminals and channels, without their back ends: a dry run shows their device, too. */
static void build_add_consoles(struct emu_machine_config *config,
                               const struct lathe_definition *definition)
{
    config->console_count = definition->consoles + definition->channels;
    for (unsigned i = 0; i < definition->channels; i++)
        config->consoles[definition->consoles + i].name = definition->channel[i].name;
}

/* The session's ports: the definition's serial ports, then its terminals, then its channels. */
static bool build_open_ports(struct emu_machine_config *config,
                             const struct lathe_definition *definition, GPtrArray *ports,
                             GError **error)
{
    for (unsigned i = 0; i < ports->len; i++) {
        struct emu_chardev_backend *backend =
            i < definition->serials ? &config->serial[i]
                                    : &config->consoles[i - definition->serials].backend;
        if (!lathe_serial_make_backend(ports->pdata[i], backend, error))
            return false;
    }
    return true;
}

/* Ways to USB devices of viewers'; a dry run shows them, too. */
static bool build_open_redirects(struct emu_machine_config *config,
                                 const struct lathe_definition *definition, GPtrArray *redirects,
                                 GError **error)
{
    config->redirect_count = definition->spice != NULL ? definition->spice->usb : 0;
    for (unsigned i = 0; redirects != NULL && i < redirects->len; i++) {
        if (!lathe_serial_make_backend(redirects->pdata[i], &config->redirects[i], error))
            return false;
    }
    return true;
}

static bool build_open_backends(struct emu_machine_config *config,
                                const struct lathe_definition *definition, GPtrArray *serials,
                                GError **error)
{
    struct emu_error found = EMU_ERROR_INIT;

    if (!build_open_ports(config, definition, serials, error))
        return false;
    if (definition->debugcon != NULL &&
        !emu_chardev_file(definition->debugcon, &config->debugcon, &found)) {
        config->debugcon = (struct emu_chardev_backend){0};
        return lathe_error_from_emu(error, &found);
    }
    return build_open_tpm(config, definition, error);
}

/* Folders that are looked at only when the machine is made; a dry run needs none. */
static void build_add_shares(struct emu_machine_config *config,
                             const struct lathe_definition *definition, bool dry)
{
    const GArray *shares = definition->parts->shares;

    for (guint i = 0; i < shares->len && config->share_count < EMU_MAX_SHARES; i++) {
        const struct lathe_share *share = &g_array_index(shares, struct lathe_share, i);
        config->shares[config->share_count++] = (struct emu_shared_folder){
            .folder = dry ? "/" : share->folder,
            .tag = share->name,
            .read_only = share->read_only,
            .owned = share->owned,
            .uid = share->uid,
            .gid = share->gid,
        };
    }
}

struct emu_machine *lathe_build_machine(const struct lathe_definition *definition,
                                        GPtrArray *serials, GPtrArray *redirects,
                                        const struct lathe_build_watch *watch,
                                        char **notice, GError **error)
{
    struct emu_machine_config config = build_config(definition);
    struct emu_error found = EMU_ERROR_INIT;

    struct emu_told *told = lathe_session_told_new(definition, error);

    if (told == NULL)
        return NULL;
    struct emu_numa *numa = lathe_numa_new(definition);
    struct lathe_buses *buses = lathe_buses_new(definition);

    config.numa = numa;
    config.told = told;
    config.buses = buses->emu;
    config.firmware_discard |= serials == NULL; /* a running machine may have its store */
    build_add_input(&config, definition);
    build_add_consoles(&config, definition);
    build_add_shares(&config, definition, serials == NULL);
    if (!build_open_disks(&config, definition, serials == NULL, error) ||
        !build_open_nets(&config, definition, serials == NULL, watch, error) ||
        !lathe_sound_open(definition->parts, serials == NULL, watch, &config.sound, notice,
                          error) ||
        !build_open_redirects(&config, definition, redirects, error) ||
        (serials != NULL && !build_open_backends(&config, definition, serials, error))) {
        build_close_backends(&config);
        lathe_session_told_free(told);
        lathe_numa_free(numa);
        lathe_buses_free(buses);
        return NULL;
    }
    for (unsigned i = 0; i < config.drive_count; i++)
        config.drives[i].place = buses->drives[i];
    for (unsigned i = 0; i < config.nic_count; i++)
        config.nics[i].place = buses->nics[i];
    if (serials != NULL && lathe_gpu_is_rendered(definition->gpu))
        lathe_renderer_open(&config.gpu_backend, lathe_gpu_window(definition), notice);
    for (unsigned i = 0; watch != NULL && i < config.drive_count; i++)
        watch->drives[i] = config.drives[i].backend;
    struct emu_machine *machine =
        emu_machine_new(&config, watch != NULL ? &watch->machine : NULL, &found);
    lathe_numa_free(numa);
    lathe_session_told_free(told);
    lathe_buses_free(buses);
    if (machine == NULL)
        lathe_error_from_emu(error, &found);
    else if (definition->parts->microphone)
        emu_machine_allow_microphone(machine, true);
    return machine;
}

char *lathe_session_describe(const struct lathe_definition *definition, GError **error)
{
    struct emu_machine *machine = lathe_build_machine(definition, NULL, NULL, NULL, NULL, error);

    if (machine == NULL)
        return NULL;
    char *text = emu_machine_describe(machine);
    char *copy = g_strdup(text != NULL ? text : "");
    free(text);
    emu_machine_free(machine);
    return copy;
}
