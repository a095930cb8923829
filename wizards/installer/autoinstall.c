/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ubuntu's autoinstall: user-data of cloud-init (YAML, texts as in JSON), and its meta-data. */
#include "wizards/installer/automatic.h"

#include "wizards/installer/systems.h"
#include "wizards/installer/values.h"
#include "wizards/installer/yaml-out.h"

static void autoinstall_addresses(const struct lathe_answers *answers, GString *out, unsigned depth)
{
    const char *address = lathe_answers_value(answers, "address");
    g_autofree char *cidr = g_strdup_printf("%s/%u", address, installer_prefix(answers));

    if (!installer_is_static(answers)) {
        installer_yaml_key(out, depth, installer_is_ipv6(answers) ? "dhcp6: true" : "dhcp4: true");
        return;
    }
    installer_yaml_key(out, depth, "addresses:");
    installer_yaml_text(out, depth + 1, "-", cidr);
    installer_yaml_key(out, depth, "routes:");
    installer_yaml_key(out, depth + 1, "- to: default");
    installer_yaml_text(out, depth + 2, "via:", lathe_answers_value(answers, "gateway"));
    installer_yaml_key(out, depth, "nameservers:");
    installer_yaml_key(out, depth + 1, "addresses:");
    installer_yaml_text(out, depth + 2, "-", lathe_answers_value(answers, "nameserver"));
}

/* Without a name all network cards whose names begin with e are one. */
static void autoinstall_network(const struct lathe_answers *answers, GString *out)
{
    g_autofree char *base = installer_base_interface(answers);
    g_autofree char *name = g_strconcat(*base != '\0' ? base : "net0", ":", NULL);
    bool vlan = lathe_answers_on(answers, "vlan");

    installer_yaml_key(out, 1, "network:");
    installer_yaml_key(out, 2, "version: 2");
    installer_yaml_key(out, 2, "ethernets:");
    installer_yaml_key(out, 3, name);
    if (*base == '\0') {
        installer_yaml_key(out, 4, "match:");
        installer_yaml_key(out, 5, "name: \"e*\"");
    }
    if (!vlan) {
        autoinstall_addresses(answers, out, 4);
        return;
    }
    g_autofree char *tagged = installer_interface(answers);
    g_autofree char *key = g_strconcat(tagged, ":", NULL);
    installer_yaml_key(out, 4, "dhcp4: false");
    installer_yaml_key(out, 2, "vlans:");
    installer_yaml_key(out, 3, key);
    g_string_append_printf(out, "\n        id: %s", lathe_answers_value(answers, "vlan-id"));
    installer_yaml_text(out, 4, "link:", base);
    autoinstall_addresses(answers, out, 4);
}

static void autoinstall_users(const struct lathe_answers *answers, GString *out)
{
    const char *login = lathe_answers_value(answers, "login");
    const char *name = lathe_answers_value(answers, "full-name");
    const char *host = lathe_answers_value(answers, "hostname");
    g_autofree char *hash = installer_hash(answers, "login-password", login);
    g_auto(GStrv) keys = lathe_answers_list(answers, "ssh-keys");

    installer_yaml_key(out, 1, "identity:");
    installer_yaml_text(out, 2, "hostname:", *host != '\0' ? host : "ubuntu");
    installer_yaml_text(out, 2, "username:", login);
    installer_yaml_text(out, 2, "realname:", *name != '\0' ? name : login);
    installer_yaml_text(out, 2, "password:", hash);
    installer_yaml_key(out, 1, "ssh:");
    installer_yaml_key(out, 2, "install-server: true");
    installer_yaml_key(out, 2, *keys != NULL ? "allow-pw: false" : "allow-pw: true");
    if (*keys != NULL)
        installer_yaml_key(out, 2, "authorized-keys:");
    installer_yaml_list(out, 3, keys);
}

static void autoinstall_disks(const struct lathe_answers *answers, GString *out)
{
    const char *disk = lathe_answers_value(answers, "disk");

    installer_yaml_key(out, 1, "storage:");
    installer_yaml_key(out, 2, "layout:");
    installer_yaml_key(
        out, 3, lathe_answers_is(answers, "storage", "plain") ? "name: direct" : "name: lvm");
    if (lathe_answers_is(answers, "storage", "encrypted"))
        installer_yaml_text(out, 3, "password:", lathe_answers_value(answers, "passphrase"));
    if (*disk != '\0') {
        installer_yaml_key(out, 3, "match:");
        installer_yaml_text(out, 4, "path:", disk);
    }
}

/* The installer knows no password of root: the new system gets it. */
static void autoinstall_root(const struct lathe_answers *answers, GString *out)
{
    g_autofree char *root = installer_hash(answers, "root-password", "root");
    g_autofree char *command =
        g_strdup_printf("echo 'root:%s' | curtin in-target -- chpasswd -e", root);

    if (*root == '\0')
        return;
    installer_yaml_key(out, 1, "late-commands:");
    installer_yaml_text(out, 2, "-", command);
}

void installer_autoinstall(const struct lathe_answers *answers, struct lathe_outcome *outcome)
{
    GString *out = lathe_outcome_file(outcome, "user-data");
    g_auto(GStrv) packages = lathe_answers_list(answers, "packages");

    g_string_append(out, "#cloud-config\nautoinstall:\n  version: 1");
    installer_yaml_text(out, 1, "locale:", lathe_answers_value(answers, "locale"));
    installer_yaml_key(out, 1, "keyboard:");
    installer_yaml_text(out, 2, "layout:", lathe_answers_value(answers, "keyboard"));
    installer_yaml_text(out, 1, "timezone:", lathe_answers_value(answers, "timezone"));
    autoinstall_network(answers, out);
    autoinstall_users(answers, out);
    autoinstall_disks(answers, out);
    if (installer_is_minimal(answers)) {
        installer_yaml_key(out, 1, "source:");
        installer_yaml_key(out, 2, "id: ubuntu-server-minimal");
    }
    if (*packages != NULL)
        installer_yaml_key(out, 1, "packages:");
    installer_yaml_list(out, 2, packages);
    autoinstall_root(answers, out);
    installer_yaml_text(out, 1, "shutdown:", lathe_answers_value(answers, "finish"));
    lathe_outcome_file(outcome, "meta-data");
}
