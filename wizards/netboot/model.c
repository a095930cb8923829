/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From answers to an adapter with a boot service (model.h). */
#include "wizards/netboot/model.h"

#include <string.h>

bool netboot_source_is(const struct lathe_answers *answers, const char *id)
{
    return lathe_answers_is(answers, "source", id);
}

bool netboot_is_efi(const struct lathe_answers *answers)
{
    return !lathe_answers_is(answers, "client", "ipxe");
}

bool netboot_is_secure(const struct lathe_answers *answers)
{
    return netboot_is_efi(answers) && lathe_answers_on(answers, "secure");
}

bool netboot_has_grub(const struct lathe_answers *answers)
{
    return netboot_source_is(answers, NETBOOT_KERNEL) && netboot_is_efi(answers);
}

void netboot_give(const struct lathe_answers *answers, struct lathe_net_definition *net,
                  const char *name, const char *id)
{
    const char *path = lathe_answers_value(answers, id);

    if (*path != '\0')
        g_ptr_array_add(net->files, g_strconcat(name, "=", path, NULL));
}

void netboot_give_made(const struct lathe_answers *answers, struct lathe_net_definition *net,
                       const char *name, const char *file)
{
    g_autofree char *path = g_build_filename(lathe_answers_value(answers, "place"), file, NULL);

    g_ptr_array_add(net->files, g_strconcat(name, "=", path, NULL));
}

static void netboot_fill_kernel(const struct lathe_answers *answers,
                                struct lathe_net_definition *net)
{
    netboot_give(answers, net, "linux", "kernel");
    netboot_give(answers, net, "initrd.gz", "initrd");
    netboot_install_fill(answers, net);
    if (!netboot_is_efi(answers)) {
        netboot_give_made(answers, net, "boot.ipxe", "boot.ipxe");
        return;
    }
    netboot_give(answers, net, "shimx64.efi", "shim");
    netboot_give(answers, net, "grubx64.efi", "grub");
    netboot_give_made(answers, net, "grub/grub.cfg", "grub.cfg");
}

/* What the client is told to boot. */
static char *netboot_first(const struct lathe_answers *answers)
{
    if (netboot_source_is(answers, NETBOOT_ADDR))
        return g_strdup(lathe_answers_value(answers, "url"));
    if (netboot_source_is(answers, NETBOOT_ISO))
        return g_strdup("boot.iso");
    if (netboot_source_is(answers, NETBOOT_UKI))
        return g_strdup("boot.efi");
    if (netboot_source_is(answers, NETBOOT_FOLDER))
        return g_strdup(lathe_answers_value(answers, "first"));
    if (!netboot_is_efi(answers))
        return g_strdup(NETBOOT_URL "boot.ipxe");
    return g_strdup(*lathe_answers_value(answers, "shim") != '\0' ? "shimx64.efi" : "grubx64.efi");
}

static unsigned netboot_client(const struct lathe_answers *answers)
{
    for (unsigned i = 0; i < EMU_NETBOOT_CLIENTS; i++)
        if (lathe_answers_is(answers, "client", lathe_net_client_name(i)))
            return i;
    return EMU_NETBOOT_EFI;
}

void netboot_fill(const struct lathe_answers *answers, struct lathe_net_definition *net)
{
    const char *pcap = lathe_answers_value(answers, "pcap");

    *net = (struct lathe_net_definition){0};
    net->forwards = g_array_new(FALSE, TRUE, sizeof(struct emu_net_forward));
    net->files = g_ptr_array_new_with_free_func(g_free);
    netboot_give(answers, net, "boot.iso", "iso");
    netboot_give(answers, net, "boot.efi", "uki");
    netboot_give(answers, net, "boot.ipxe", "script");
    if (netboot_source_is(answers, NETBOOT_KERNEL))
        netboot_fill_kernel(answers, net);
    if (netboot_source_is(answers, NETBOOT_FOLDER))
        net->tftp = g_strdup(lathe_answers_value(answers, "folder"));
    if (*pcap != '\0')
        net->pcap = g_strdup(pcap);
    net->boots[netboot_client(answers)] = netboot_first(answers);
    if (net->files->len == 0)
        g_clear_pointer(&net->files, g_ptr_array_unref);
}
