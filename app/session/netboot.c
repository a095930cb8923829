/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The sentences of netboot.h. Some programs ask for files that need not be there: those are told
 * apart from files that are missed.
 */
#include "app/session/netboot.h"

#include <glib/gi18n.h>
#include <string.h>

/* ---- names that are tried ---- */

static const struct {
    const char *part; /* of a file's name */
    const char *why;
} netboot_tried[] = {
    {"revocations", N_("shim looks for it, and goes on without")},
    {"shim_certificate", N_("shim looks for it, and goes on without")},
    {"grub.cfg-", N_("GRUB looks for it before grub.cfg, and goes on without")},
    {".lst", N_("GRUB looks for a list of its modules, and goes on without")},
    {".mod", N_("GRUB looks for a module, and goes on without")},
    {"pxelinux.cfg/", N_("PXELINUX tries several names, and takes the first that is there")},
    {"x86_64-efi/", N_("GRUB looks for it, and goes on without")},
};

/* NULL: it is missed. */
static const char *netboot_why_tried(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(netboot_tried); i++)
        if (strstr(name, netboot_tried[i].part) != NULL)
            return gettext(netboot_tried[i].why);
    return NULL;
}

gboolean lathe_netboot_is_wrong(const struct emu_netboot_event *event)
{
    switch (event->outcome) {
    case EMU_NETBOOT_DONE:
    case EMU_NETBOOT_ASKED:
        return FALSE;
    case EMU_NETBOOT_NOTHING:
        return event->client != EMU_NETBOOT_OTHER;
    case EMU_NETBOOT_ABSENT:
        return netboot_why_tried(event->name) == NULL;
    default:
        return TRUE;
    }
}

/* ---- DHCP ---- */

static char *netboot_client(const struct emu_netboot_event *event)
{
    static const struct {
        int arch;
        const char *name;
    } arches[] = {{0, "BIOS"}, {6, "IA-32"},   {7, "x86-64"},     {9, "x86-64"},
                  {10, "Arm"}, {11, "Arm 64"}, {15, "IA-32"},     {16, "x86-64"},
                  {18, "Arm"}, {19, "Arm 64"}, {27, "RISC-V 64"}, {28, "RISC-V 64"}};
    static const char *const clients[] = {
        [EMU_NETBOOT_BIOS] = N_("A BIOS's PXE"),        [EMU_NETBOOT_EFI] = N_("UEFI's PXE"),
        [EMU_NETBOOT_HTTP] = N_("UEFI's HTTP boot"),    [EMU_NETBOOT_IPXE] = "iPXE",
        [EMU_NETBOOT_OTHER] = N_("The guest's system"),
    };
    const char *client = gettext(clients[event->client]);

    for (size_t i = 0; i < G_N_ELEMENTS(arches) && event->client != EMU_NETBOOT_BIOS; i++)
        if (event->arch == arches[i].arch)
            return g_strdup_printf("%s (%s)", client, arches[i].name);
    return g_strdup(client);
}

static char *netboot_dhcp(const struct emu_netboot_event *event)
{
    g_autofree char *client = netboot_client(event);
    const uint8_t *ip = event->address;
    g_autofree char *address = g_strdup_printf("%u.%u.%u.%u", ip[0], ip[1], ip[2], ip[3]);

    if (event->outcome == EMU_NETBOOT_DONE)
        return g_strdup_printf(_("%s got the address %s and was told to boot %s"), client, address,
                               event->name);
    if (event->client == EMU_NETBOOT_OTHER)
        return g_strdup_printf(_("%s got the address %s"), client, address);
    return g_strdup_printf(_("%s got the address %s, but there is nothing for it to boot: name a "
                             "boot file for it in the machine's network"),
                           client, address);
}

/* ---- files ---- */

static char *netboot_seconds(emu_ns time)
{
    return g_strdup_printf(_("%.1f s"), (double)time / 1e9);
}

static char *netboot_missed(const struct emu_netboot_event *event)
{
    const char *tried = netboot_why_tried(event->name);

    if (tried != NULL)
        return g_strdup_printf(_("not there; %s"), tried);
    return g_strdup(_("there is no such file: put it into the folder that is given, under this "
                      "name"));
}

/* What became of it. */
static char *netboot_file(const struct emu_netboot_event *event)
{
    g_autofree char *size = g_format_size(event->size), *sent = g_format_size(event->sent),
                    *time = netboot_seconds(event->time);

    switch (event->outcome) {
    case EMU_NETBOOT_DONE:
        return g_strdup_printf(_("sent %s in %s"), sent, time);
    case EMU_NETBOOT_ASKED:
        return g_strdup_printf(_("told its size, %s"), size);
    case EMU_NETBOOT_ABSENT:
        return netboot_missed(event);
    case EMU_NETBOOT_DENIED:
        return g_strdup(_("refused: files are only read, and only those of the folder that is "
                          "given; a link may not lead out of it, and the file must be readable"));
    case EMU_NETBOOT_BROKEN:
        return g_strdup_printf(_("the guest stopped after %s of %s%s%s: is it too large for its "
                                 "memory, or not what it expects?"),
                               sent, size, event->why[0] != '\0' ? ": " : "", event->why);
    case EMU_NETBOOT_SILENT:
        return g_strdup_printf(_("the guest answered no more after %s of %s: it was reset, or its "
                                 "driver stopped"),
                               sent, size);
    case EMU_NETBOOT_FAILED:
        return g_strdup(_("this computer cannot read the file"));
    default:
        return g_strdup(_("the request was not understood"));
    }
}

char *lathe_netboot_words(const struct emu_netboot_event *event)
{
    if (event->protocol == EMU_NETBOOT_DHCP)
        return netboot_dhcp(event);
    g_autofree char *what = netboot_file(event);
    return g_strdup_printf(_("asked for %s over %s: %s"), event->name,
                           event->protocol == EMU_NETBOOT_TFTP ? "TFTP" : "HTTP", what);
}
