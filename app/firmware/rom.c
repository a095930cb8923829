/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Boot ROMs of network adapters: those of Debian's ipxe-qemu, which hold an image for each kind of
 * firmware. An adapter without one only boots by what the firmware has itself: UEFI has PXE and
 * HTTP boot for virtio, which Secure Boot's shim understands better than those of iPXE.
 */
#include "app/firmware/firmware.h"

static const char *const rom_folders[] = {"/usr/lib/ipxe/qemu", "/usr/share/qemu"};
static const char *const rom_names[] = {
    [EMU_NIC_VIRTIO] = "efi-virtio.rom", [EMU_NIC_E1000E] = "efi-e1000e.rom"};

static char *rom_find(enum emu_nic_model model)
{
    for (size_t i = 0; i < G_N_ELEMENTS(rom_folders); i++) {
        g_autofree char *path = g_build_filename(rom_folders[i], rom_names[model], NULL);

        if (g_file_test(path, G_FILE_TEST_IS_REGULAR))
            return g_steal_pointer(&path);
    }
    return NULL;
}

/* A firmware with variables is UEFI's. */
static bool rom_is_needed(const struct lathe_definition *definition,
                          const struct lathe_net_definition *net)
{
    return net->rom == NULL && net->boot != 0 &&
           !(definition->firmware_vars != NULL && net->model == EMU_NIC_VIRTIO);
}

void lathe_firmware_find_roms(struct lathe_definition *definition)
{
    for (unsigned i = 0; i < definition->nets && definition->firmware_image != NULL; i++) {
        if (rom_is_needed(definition, &definition->net[i]))
            definition->net[i].rom = rom_find(definition->net[i].model);
    }
}
