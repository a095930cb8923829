/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The boot service of a network adapter on the command line (net.h). */
#include <string.h>

#include "app/plan/disk.h"
#include "app/plan/error.h"
#include "app/plan/net.h"

static const char *const boot_clients[] = {
    [EMU_NETBOOT_BIOS] = "bios",
    [EMU_NETBOOT_EFI] = "efi",
    [EMU_NETBOOT_HTTP] = "http",
    [EMU_NETBOOT_IPXE] = "ipxe",
};

const char *lathe_net_client_name(unsigned client)
{
    return client < G_N_ELEMENTS(boot_clients) ? boot_clients[client] : NULL;
}

bool lathe_net_boots(const struct lathe_net_definition *net)
{
    bool boots = net->tftp != NULL || net->files != NULL || net->bootfile != NULL;

    for (unsigned i = 0; i < EMU_NETBOOT_CLIENTS; i++)
        boots |= net->boots[i] != NULL;
    return boots;
}

static void boot_write(GString *text, const char *name, const char *value)
{
    if (value == NULL)
        return;
    g_autofree char *doubled = lathe_double_commas(value);
    g_string_append_printf(text, ",%s=%s", name, doubled);
}

void lathe_net_write_boot(const struct lathe_net_definition *net, GString *text)
{
    boot_write(text, "tftp", net->tftp);
    for (guint i = 0; net->files != NULL && i < net->files->len; i++)
        boot_write(text, "file", net->files->pdata[i]);
    boot_write(text, "bootfile", net->bootfile);
    for (unsigned i = 0; i < EMU_NETBOOT_CLIENTS; i++) {
        g_autofree char *name = g_strconcat("bootfile-", boot_clients[i], NULL);
        boot_write(text, name, net->boots[i]);
    }
    boot_write(text, "pcap", net->pcap);
}
