/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Anaconda and dracut: rd.znet, ip, inst.*. RHEL 10 has RDP where RHEL 9 has VNC. */
#include <string.h>

#include "wizards/installer/automatic.h"
#include "wizards/installer/systems.h"
#include "wizards/installer/values.h"

static void rhel_device(const struct lathe_answers *answers, GString *lines)
{
    g_autofree char *base = installer_base_interface(answers);

    if (installer_is_qeth(answers)) {
        g_autofree char *read = installer_channel(answers, "read");
        g_autofree char *write = installer_channel(answers, "write");
        g_autofree char *data = installer_channel(answers, "data");
        const char *port = lathe_answers_value(answers, "port");
        installer_line(lines, "rd.znet=qeth,%s,%s,%s,layer2=%d%s%s", read, write, data,
                       lathe_answers_is(answers, "layer", "2"), *port ? ",portno=" : "", port);
    }
    if (lathe_answers_on(answers, "vlan"))
        installer_line(lines, "vlan=%s.%s:%s", base, lathe_answers_value(answers, "vlan-id"), base);
}

static void rhel_address(const struct lathe_answers *answers, GString *lines)
{
    const char *host = lathe_answers_value(answers, "hostname");
    g_autofree char *interface = installer_interface(answers);

    if (!installer_is_static(answers)) {
        const char *way = installer_is_ipv6(answers) ? "dhcp6" : "dhcp";
        if (*host != '\0')
            installer_line(lines, "ip=::::%s:%s:%s", host, interface, way);
        else
            installer_line(lines, "ip=%s%s%s", interface, *interface != '\0' ? ":" : "", way);
        return;
    }
    g_autofree char *address = installer_bracketed(answers, "address");
    g_autofree char *gateway = installer_bracketed(answers, "gateway");
    g_autofree char *nameserver = installer_bracketed(answers, "nameserver");
    installer_line(lines, "ip=%s::%s:%u:%s:%s:none", address, gateway, installer_prefix(answers),
                   host, interface);
    installer_line(lines, "nameserver=%s", nameserver);
}

static void rhel_source(const struct lathe_answers *answers, GString *lines)
{
    g_autofree char *url = installer_url(answers);

    if (*url != '\0')
        installer_line(lines, "inst.repo=%s", url);
}

static void rhel_access(const struct lathe_answers *answers, GString *lines)
{
    g_autoptr(GString) screen = g_string_new(NULL);

    if (lathe_answers_on(answers, "vnc")) {
        g_string_append(screen, "inst.vnc");
        installer_word(screen, "inst.vncpassword", lathe_answers_value(answers, "vnc-password"));
    }
    if (lathe_answers_on(answers, "rdp")) {
        g_string_append(screen, "inst.rdp");
        installer_word(screen, "inst.rdp.username", lathe_answers_value(answers, "rdp-user"));
        installer_word(screen, "inst.rdp.password", lathe_answers_value(answers, "rdp-password"));
    }
    installer_line(lines, "%s", screen->str);
    if (lathe_answers_on(answers, "ssh"))
        installer_line(lines, "inst.sshd");
}

static void rhel_disks(const struct lathe_answers *answers, GString *lines)
{
    g_auto(GStrv) dasd = lathe_answers_list(answers, "dasd");
    g_auto(GStrv) zfcp = lathe_answers_list(answers, "zfcp");

    for (char **disk = dasd; *disk != NULL; disk++) {
        g_autofree char *full = lathe_dasd_check(*disk, NULL) ? lathe_dasd_expand(*disk) : NULL;
        installer_line(lines, "rd.dasd=%s", full != NULL ? full : *disk);
    }
    for (char **disk = zfcp; *disk != NULL; disk++) {
        g_autofree char *full = lathe_zfcp_check(*disk, NULL) ? lathe_zfcp_expand(*disk) : NULL;
        installer_line(lines, "rd.zfcp=%s", full != NULL ? full : *disk);
    }
}

static void rhel_automatic(const struct lathe_answers *answers, GString *lines)
{
    const char *url = lathe_answers_value(answers, "answers-url");

    if (*url != '\0')
        installer_line(lines, "inst.ks=%s", url);
}

const struct installer_writer installer_rhel = {
    .id = "rhel",
    .device = rhel_device,
    .address = rhel_address,
    .source = rhel_source,
    .access = rhel_access,
    .disks = rhel_disks,
    .automatic = rhel_automatic,
    .file = installer_kickstart,
    .cuts_words = true,
};
