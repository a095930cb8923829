/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Kickstart files for Anaconda, as RHEL 9 and 10 document them. */
#include "wizards/installer/automatic.h"

#include "wizards/installer/systems.h"
#include "wizards/installer/values.h"

static void kickstart_users(const struct lathe_answers *answers, GString *out)
{
    const char *login = lathe_answers_value(answers, "login");
    const char *name = lathe_answers_value(answers, "full-name");
    g_autofree char *root = installer_hash(answers, "root-password", "root");
    g_autofree char *hash = installer_hash(answers, "login-password", login);
    g_auto(GStrv) keys = lathe_answers_list(answers, "ssh-keys");

    if (*root != '\0')
        installer_line(out, "rootpw --iscrypted %s", root);
    else
        installer_line(out, "rootpw --lock");
    g_autofree char *gecos = *name ? g_strdup_printf(" --gecos=\"%s\"", name) : g_strdup("");
    installer_line(out, "user --name=%s%s --groups=wheel --iscrypted --password=%s", login, gecos,
                   hash);
    for (char **key = keys; *key != NULL; key++)
        installer_line(out, "sshkey --username=%s \"%s\"", login, *key);
}

/* " --KEY=VALUE", or nothing. */
static void kickstart_option(GString *line, const char *key, const char *value)
{
    if (*value != '\0')
        g_string_append_printf(line, " --%s=%s", key, value);
}

static void kickstart_static(const struct lathe_answers *answers, GString *line)
{
    const char *address = lathe_answers_value(answers, "address");
    const char *gateway = lathe_answers_value(answers, "gateway");
    unsigned bits = installer_prefix(answers);
    g_autofree char *mask = lathe_netmask(MIN(bits, 32));

    if (installer_is_ipv6(answers))
        g_string_append_printf(line, " --noipv4 --ipv6=%s/%u --ipv6gateway=%s", address, bits,
                               gateway);
    else
        g_string_append_printf(line, " --bootproto=static --ip=%s --netmask=%s --gateway=%s",
                               address, mask, gateway);
    kickstart_option(line, "nameserver", lathe_answers_value(answers, "nameserver"));
}

static void kickstart_network(const struct lathe_answers *answers, GString *out)
{
    g_autofree char *base = installer_base_interface(answers);
    g_autofree char *interface = installer_interface(answers);
    g_autoptr(GString) line = g_string_new("network");

    kickstart_option(line, "device", *base != '\0' ? base : "link");
    if (installer_is_static(answers))
        kickstart_static(answers, line);
    else
        g_string_append(line,
                        installer_is_ipv6(answers) ? " --noipv4 --ipv6=dhcp" : " --bootproto=dhcp");
    kickstart_option(line, "hostname", lathe_answers_value(answers, "hostname"));
    if (lathe_answers_on(answers, "vlan")) {
        kickstart_option(line, "vlanid", lathe_answers_value(answers, "vlan-id"));
        kickstart_option(line, "interfacename", interface);
    }
    g_string_append(line, " --activate");
    installer_line(out, "%s", line->str);
}

static void kickstart_disks(const struct lathe_answers *answers, GString *out)
{
    g_autofree char *disk = installer_disk_name(answers);
    bool encrypted = lathe_answers_is(answers, "storage", "encrypted");
    g_auto(GStrv) zfcp = lathe_answers_list(answers, "zfcp");

    for (char **row = zfcp; *row != NULL; row++) {
        g_autofree char *full =
            lathe_zfcp_check(*row, NULL) ? lathe_zfcp_expand(*row) : g_strdup(*row);
        g_auto(GStrv) parts = g_strsplit(full, ",", 3);
        bool path = g_strv_length(parts) == 3;
        installer_line(out, "zfcp --devnum=%s%s%s%s%s", parts[0], path ? " --wwpn=" : "",
                       path ? parts[1] : "", path ? " --fcplun=" : "", path ? parts[2] : "");
    }
    if (*disk != '\0')
        installer_line(out, "ignoredisk --only-use=%s", disk);
    installer_line(out, "zerombr");
    installer_line(out, "clearpart --all --initlabel");
    installer_line(out, "reqpart --add-boot");
    installer_line(out, "autopart --type=%s%s%s%s",
                   lathe_answers_is(answers, "storage", "plain") ? "plain" : "lvm",
                   encrypted ? " --encrypted --passphrase=\"" : "",
                   lathe_answers_value(answers, "passphrase"), encrypted ? "\"" : "");
    installer_line(out, "bootloader");
}

void installer_kickstart(const struct lathe_answers *answers, struct lathe_outcome *outcome)
{
    GString *out = lathe_outcome_file(outcome, "ks.cfg");
    g_autofree char *url = installer_url(answers);
    g_autofree char *packages = installer_joined(answers, "packages", "\n");

    installer_line(out, "text");
    if (*url != '\0')
        installer_line(out, "url --url=\"%s\"", url);
    installer_line(out, "lang %s", lathe_answers_value(answers, "locale"));
    installer_line(out, "keyboard --vckeymap=%s", lathe_answers_value(answers, "keyboard"));
    installer_line(out, "timezone %s --utc", lathe_answers_value(answers, "timezone"));
    kickstart_users(answers, out);
    kickstart_network(answers, out);
    kickstart_disks(answers, out);
    installer_line(out, "selinux --enforcing");
    installer_line(out, "firewall --enabled --service=ssh");
    installer_line(out, "firstboot --disable");
    installer_line(out, "%s", lathe_answers_value(answers, "finish"));
    installer_line(out,
                   installer_is_minimal(answers) ? "%%packages --exclude-weakdeps" : "%%packages");
    installer_line(out, installer_is_minimal(answers) ? "@core" : "@^minimal-environment");
    installer_line(out, "%s", packages);
    installer_line(out, "%%end");
}
