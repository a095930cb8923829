/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ubuntu's live installer: casper's ip= and url=, and the command line of cloud-init. */
#include "wizards/installer/automatic.h"
#include "wizards/installer/systems.h"
#include "wizards/installer/values.h"

static void ubuntu_device(const struct lathe_answers *answers, GString *lines)
{
    g_autofree char *base = installer_base_interface(answers);

    if (lathe_answers_on(answers, "vlan"))
        installer_line(lines, "vlan=%s.%s:%s", base, lathe_answers_value(answers, "vlan-id"), base);
}

static void ubuntu_address(const struct lathe_answers *answers, GString *lines)
{
    const char *host = lathe_answers_value(answers, "hostname");
    g_autofree char *interface = installer_interface(answers);

    if (installer_is_ipv6(answers))
        return;
    if (!installer_is_static(answers)) {
        if (*host != '\0' || *interface != '\0')
            installer_line(lines, "ip=::::%s:%s:dhcp", host, interface);
        else
            installer_line(lines, "ip=dhcp");
        return;
    }
    g_autofree char *mask = lathe_netmask(installer_prefix(answers));
    installer_line(lines, "ip=%s::%s:%s:%s:%s:none:%s", lathe_answers_value(answers, "address"),
                   lathe_answers_value(answers, "gateway"), mask, host, interface,
                   lathe_answers_value(answers, "nameserver"));
}

static void ubuntu_source(const struct lathe_answers *answers, GString *lines)
{
    g_autofree char *url = installer_url(answers);

    if (*url != '\0')
        installer_line(lines, "url=%s", url);
}

static void ubuntu_access(const struct lathe_answers *answers, GString *lines)
{
    const char *password = lathe_answers_value(answers, "ssh-password");
    g_autofree char *coded =
        lathe_answers_masked(answers) ? g_strdup(password) : lathe_percent_all(password);

    if (*password != '\0')
        installer_line(lines, "cc: password: %s end_cc", coded);
}

static void ubuntu_automatic(const struct lathe_answers *answers, GString *lines)
{
    const char *url = lathe_answers_value(answers, "answers-url");

    if (*url != '\0')
        installer_line(lines, "autoinstall ds=nocloud-net;s=%s", url);
    else if (lathe_answers_on(answers, "automatic"))
        installer_line(lines, "autoinstall"); /* without it there is one question left */
}

const struct installer_writer installer_ubuntu = {
    .id = "ubuntu",
    .device = ubuntu_device,
    .address = ubuntu_address,
    .source = ubuntu_source,
    .access = ubuntu_access,
    .automatic = ubuntu_automatic,
    .file = installer_autoinstall,
    .cuts_words = true,
};
