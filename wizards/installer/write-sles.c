/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SUSE's linuxrc: its keys ignore case, and the lower-case ones are written. */
#include "wizards/installer/automatic.h"
#include "wizards/installer/systems.h"

static void sles_device(const struct lathe_answers *answers, GString *lines)
{
    if (!installer_is_qeth(answers))
        return;
    bool osa = lathe_answers_is(answers, "network", "osa");
    int layer2 = lathe_answers_is(answers, "layer", "2");
    g_autofree char *read = installer_channel(answers, "read");
    g_autofree char *write = installer_channel(answers, "write");
    g_autofree char *data = installer_channel(answers, "data");

    if (osa)
        installer_line(lines, "instnetdev=osa osainterface=qdio layer2=%d portno=%s osahwaddr=%s",
                       layer2, lathe_answers_value(answers, "port"),
                       lathe_answers_value(answers, "mac"));
    else
        installer_line(lines, "instnetdev=hsi layer2=%d", layer2);
    installer_line(lines, "readchannel=%s writechannel=%s datachannel=%s", read, write, data);
}

/* The interface is not named where any that answers will do. */
static char *sles_interface(const struct lathe_answers *answers)
{
    const char *named = lathe_answers_value(answers, "interface");
    const char *vlan = lathe_answers_on(answers, "vlan") ? "." : "";

    return g_strconcat(*named != '\0' ? named : "*", vlan, lathe_answers_value(answers, "vlan-id"),
                       NULL);
}

static void sles_address(const struct lathe_answers *answers, GString *lines)
{
    g_autofree char *interface = sles_interface(answers);
    const char *host = lathe_answers_value(answers, "hostname");
    bool ipv6 = installer_is_ipv6(answers);

    if (installer_is_static(answers))
        installer_line(lines, "ifcfg=%s=try,%s/%u,%s,%s,%s", interface,
                       lathe_answers_value(answers, "address"), installer_prefix(answers),
                       lathe_answers_value(answers, "gateway"),
                       lathe_answers_value(answers, "nameserver"),
                       lathe_answers_value(answers, "search"));
    else
        installer_line(lines, "ifcfg=%s=%s", interface, ipv6 ? "dhcp6" : "dhcp4");
    installer_line(lines, "%s%s%s", ipv6 ? "ipv6=1 " : "", *host != '\0' ? "hostname=" : "", host);
}

static void sles_source(const struct lathe_answers *answers, GString *lines)
{
    g_autofree char *url = installer_url(answers);

    if (*url != '\0')
        installer_line(lines, "install=%s", url);
}

static void sles_access(const struct lathe_answers *answers, GString *lines)
{
    g_autoptr(GString) vnc = g_string_new("vnc=1"), ssh = g_string_new("ssh=1");

    installer_word(vnc, "vncpassword", lathe_answers_value(answers, "vnc-password"));
    installer_word(ssh, "ssh.password", lathe_answers_value(answers, "ssh-password"));
    if (lathe_answers_on(answers, "vnc"))
        installer_line(lines, "%s", vnc->str);
    if (lathe_answers_on(answers, "ssh"))
        installer_line(lines, "%s", ssh->str);
}

static void sles_automatic(const struct lathe_answers *answers, GString *lines)
{
    const char *url = lathe_answers_value(answers, "answers-url");

    if (*url != '\0')
        installer_line(lines, "autoyast=%s", url);
}

const struct installer_writer installer_sles = {
    .id = "sles",
    .device = sles_device,
    .address = sles_address,
    .source = sles_source,
    .access = sles_access,
    .automatic = sles_automatic,
    .file = installer_autoyast,
    .cards = 10,
};
