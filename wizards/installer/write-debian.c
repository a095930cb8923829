/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Debian's installer: questions of debconf, answered on the command line. */
#include <string.h>

#include "wizards/installer/automatic.h"
#include "wizards/installer/systems.h"
#include "wizards/installer/values.h"

static void debian_qeth(const struct lathe_answers *answers, GString *lines)
{
    g_autofree char *read = installer_channel(answers, "read");
    g_autofree char *write = installer_channel(answers, "write");
    g_autofree char *data = installer_channel(answers, "data");
    g_autoptr(GString) words = g_string_new("s390-netdevice/choose_networktype=qeth");
    bool layer2 = lathe_answers_is(answers, "layer", "2");

    installer_word(words, "s390-netdevice/qeth/layer2", layer2 ? "true" : "false");
    installer_word(words, "s390-netdevice/qeth/port", lathe_answers_value(answers, "port"));
    installer_line(lines, "%s", words->str);
    installer_line(lines, "s390-netdevice/qeth/choose=%s-%s-%s", read, write, data);
}

static void debian_device(const struct lathe_answers *answers, GString *lines)
{
    g_autofree char *base = installer_base_interface(answers);

    if (installer_is_qeth(answers))
        debian_qeth(answers, lines);
    else if (lathe_answers_is(answers, "network", "virtio"))
        installer_line(lines, "s390-netdevice/choose_networktype=virtio");
    else if (*base != '\0')
        installer_line(lines, "netcfg/choose_interface=%s", base);
    if (lathe_answers_on(answers, "vlan"))
        installer_line(lines, "netcfg/vlan_id=%s", lathe_answers_value(answers, "vlan-id"));
}

static void debian_static(const struct lathe_answers *answers, GString *lines)
{
    const char *address = lathe_answers_value(answers, "address");
    unsigned bits = installer_prefix(answers);
    g_autofree char *mask = lathe_netmask(MIN(bits, 32));

    /* netcfg takes the length of an IPv6 prefix with the address alone. */
    if (installer_is_ipv6(answers))
        installer_line(lines, "netcfg/disable_autoconfig=true netcfg/get_ipaddress=%s/%u", address,
                       bits);
    else
        installer_line(lines,
                       "netcfg/disable_autoconfig=true netcfg/get_ipaddress=%s "
                       "netcfg/get_netmask=%s",
                       address, mask);
    installer_line(lines, "netcfg/get_gateway=%s netcfg/get_nameservers=%s",
                   lathe_answers_value(answers, "gateway"),
                   lathe_answers_value(answers, "nameserver"));
    installer_line(lines, "netcfg/confirm_static=true");
}

static void debian_address(const struct lathe_answers *answers, GString *lines)
{
    g_autoptr(GString) names = g_string_new(NULL);

    if (installer_is_static(answers))
        debian_static(answers, lines);
    installer_word(names, "netcfg/get_hostname", lathe_answers_value(answers, "hostname"));
    installer_word(names, "netcfg/get_domain", lathe_answers_value(answers, "search"));
    installer_line(lines, "%s", names->str);
}

static void debian_source(const struct lathe_answers *answers, GString *lines)
{
    struct lathe_url url;

    if (!lathe_url_parse(lathe_answers_value(answers, "url"), &url, NULL))
        return;
    g_autoptr(GString) host = g_string_new(url.host);
    if (url.port != 0)
        g_string_append_printf(host, ":%u", url.port);
    installer_line(lines, "mirror/country=manual mirror/protocol=%s", url.scheme);
    installer_line(lines,
                   "mirror/%s/hostname=%s mirror/%s/directory=%s mirror/%s/proxy=", url.scheme,
                   host->str, url.scheme, url.path, url.scheme);
    lathe_url_clear(&url);
}

static void debian_access(const struct lathe_answers *answers, GString *lines)
{
    const char *password = lathe_answers_value(answers, "ssh-password");

    if (!lathe_answers_on(answers, "ssh"))
        return;
    installer_line(lines, "anna/choose_modules=network-console");
    if (*password != '\0')
        installer_line(lines, "network-console/password=%s network-console/password-again=%s",
                       password, password);
}

/* Each with its own check, expanded, and joined by commas. */
static char *debian_disk_list(char **list, bool (*check)(const char *, GError **),
                              char *(*expand)(const char *))
{
    GString *out = g_string_new(NULL);

    for (char **disk = list; *disk != NULL; disk++) {
        g_autofree char *full = check(*disk, NULL) ? expand(*disk) : g_strdup(*disk);
        g_string_append_printf(out, "%s%s", out->len != 0 ? "," : "", full);
    }
    return g_string_free(out, FALSE);
}

/* Its zFCP disks are BUSID:WWPN:LUN. */
static char *debian_zfcp(const char *text)
{
    return g_strdelimit(lathe_zfcp_expand(text), ",", ':');
}

static void debian_disks(const struct lathe_answers *answers, GString *lines)
{
    g_auto(GStrv) dasd = lathe_answers_list(answers, "dasd");
    g_auto(GStrv) zfcp = lathe_answers_list(answers, "zfcp");
    g_autofree char *all_dasd = debian_disk_list(dasd, lathe_dasd_check, lathe_dasd_expand);
    g_autofree char *all_zfcp = debian_disk_list(zfcp, lathe_zfcp_check, debian_zfcp);

    if (*all_dasd != '\0')
        installer_line(lines, "s390-dasd/dasd=%s", all_dasd);
    if (*all_zfcp != '\0')
        installer_line(lines, "s390-zfcp/zfcp=%s", all_zfcp);
}

static void debian_automatic(const struct lathe_answers *answers, GString *lines)
{
    const char *url = lathe_answers_value(answers, "answers-url");

    if (*url != '\0')
        installer_line(lines, "auto=true priority=critical preseed/url=%s", url);
    else if (lathe_answers_on(answers, "automatic"))
        installer_line(lines, "auto=true priority=critical");
}

const struct installer_writer installer_debian = {
    .id = "debian",
    .device = debian_device,
    .address = debian_address,
    .source = debian_source,
    .access = debian_access,
    .disks = debian_disks,
    .automatic = debian_automatic,
    .file = installer_preseed,
    .cuts_words = true,
};
