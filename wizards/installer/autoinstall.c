/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ubuntu's autoinstall: user-data of cloud-init (YAML, texts as in JSON), and its meta-data. */
#include "wizards/installer/automatic.h"

#include "wizards/installer/systems.h"
#include "wizards/installer/values.h"

/* A line of depth*2 blanks, the key and, quoted, the value. */
static void yaml_text(GString *out, unsigned depth, const char *key, const char *value)
{
    g_string_append_printf(out, "\n%*s%s \"", (int)(2 * depth), "", key);
    for (const char *at = value; *at != '\0'; at++) {
        if (*at == '"' || *at == '\\')
            g_string_append_c(out, '\\');
        g_string_append_c(out, *at);
    }
    g_string_append_c(out, '"');
}

static void yaml_key(GString *out, unsigned depth, const char *text)
{
    g_string_append_printf(out, "\n%*s%s", (int)(2 * depth), "", text);
}

static void yaml_list(GString *out, unsigned depth, char **list)
{
    for (char **row = list; *row != NULL; row++)
        yaml_text(out, depth, "-", *row);
}

static void autoinstall_addresses(const struct lathe_answers *answers, GString *out, unsigned depth)
{
    const char *address = lathe_answers_value(answers, "address");
    g_autofree char *cidr = g_strdup_printf("%s/%u", address, installer_prefix(answers));

    if (!installer_is_static(answers)) {
        yaml_key(out, depth, installer_is_ipv6(answers) ? "dhcp6: true" : "dhcp4: true");
        return;
    }
    yaml_key(out, depth, "addresses:");
    yaml_text(out, depth + 1, "-", cidr);
    yaml_key(out, depth, "routes:");
    yaml_key(out, depth + 1, "- to: default");
    yaml_text(out, depth + 2, "via:", lathe_answers_value(answers, "gateway"));
    yaml_key(out, depth, "nameservers:");
    yaml_key(out, depth + 1, "addresses:");
    yaml_text(out, depth + 2, "-", lathe_answers_value(answers, "nameserver"));
}

/* Without a name all network cards whose names begin with e are one. */
static void autoinstall_network(const struct lathe_answers *answers, GString *out)
{
    g_autofree char *base = installer_base_interface(answers);
    g_autofree char *name = g_strconcat(*base != '\0' ? base : "net0", ":", NULL);
    bool vlan = lathe_answers_on(answers, "vlan");

    yaml_key(out, 1, "network:");
    yaml_key(out, 2, "version: 2");
    yaml_key(out, 2, "ethernets:");
    yaml_key(out, 3, name);
    if (*base == '\0') {
        yaml_key(out, 4, "match:");
        yaml_key(out, 5, "name: \"e*\"");
    }
    if (!vlan) {
        autoinstall_addresses(answers, out, 4);
        return;
    }
    g_autofree char *tagged = installer_interface(answers);
    g_autofree char *key = g_strconcat(tagged, ":", NULL);
    yaml_key(out, 4, "dhcp4: false");
    yaml_key(out, 2, "vlans:");
    yaml_key(out, 3, key);
    g_string_append_printf(out, "\n        id: %s", lathe_answers_value(answers, "vlan-id"));
    yaml_text(out, 4, "link:", base);
    autoinstall_addresses(answers, out, 4);
}

static void autoinstall_users(const struct lathe_answers *answers, GString *out)
{
    const char *login = lathe_answers_value(answers, "login");
    const char *name = lathe_answers_value(answers, "full-name");
    const char *host = lathe_answers_value(answers, "hostname");
    g_autofree char *hash = installer_hash(answers, "login-password", login);
    g_auto(GStrv) keys = lathe_answers_list(answers, "ssh-keys");

    yaml_key(out, 1, "identity:");
    yaml_text(out, 2, "hostname:", *host != '\0' ? host : "ubuntu");
    yaml_text(out, 2, "username:", login);
    yaml_text(out, 2, "realname:", *name != '\0' ? name : login);
    yaml_text(out, 2, "password:", hash);
    yaml_key(out, 1, "ssh:");
    yaml_key(out, 2, "install-server: true");
    yaml_key(out, 2, *keys != NULL ? "allow-pw: false" : "allow-pw: true");
    if (*keys != NULL)
        yaml_key(out, 2, "authorized-keys:");
    yaml_list(out, 3, keys);
}

static void autoinstall_disks(const struct lathe_answers *answers, GString *out)
{
    const char *disk = lathe_answers_value(answers, "disk");

    yaml_key(out, 1, "storage:");
    yaml_key(out, 2, "layout:");
    yaml_key(out, 3, lathe_answers_is(answers, "storage", "plain") ? "name: direct" : "name: lvm");
    if (lathe_answers_is(answers, "storage", "encrypted"))
        yaml_text(out, 3, "password:", lathe_answers_value(answers, "passphrase"));
    if (*disk != '\0') {
        yaml_key(out, 3, "match:");
        yaml_text(out, 4, "path:", disk);
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
    yaml_key(out, 1, "late-commands:");
    yaml_text(out, 2, "-", command);
}

void installer_autoinstall(const struct lathe_answers *answers, struct lathe_outcome *outcome)
{
    GString *out = lathe_outcome_file(outcome, "user-data");
    g_auto(GStrv) packages = lathe_answers_list(answers, "packages");

    g_string_append(out, "#cloud-config\nautoinstall:\n  version: 1");
    yaml_text(out, 1, "locale:", lathe_answers_value(answers, "locale"));
    yaml_key(out, 1, "keyboard:");
    yaml_text(out, 2, "layout:", lathe_answers_value(answers, "keyboard"));
    yaml_text(out, 1, "timezone:", lathe_answers_value(answers, "timezone"));
    autoinstall_network(answers, out);
    autoinstall_users(answers, out);
    autoinstall_disks(answers, out);
    if (*packages != NULL)
        yaml_key(out, 1, "packages:");
    yaml_list(out, 2, packages);
    autoinstall_root(answers, out);
    yaml_text(out, 1, "shutdown:", lathe_answers_value(answers, "finish"));
    lathe_outcome_file(outcome, "meta-data");
}
