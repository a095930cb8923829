/* SPDX-License-Identifier: GPL-3.0-or-later */
/* AutoYaST's profiles for SLES 15, in XML. */
#include "wizards/installer/automatic.h"

#include <string.h>

#include "wizards/installer/systems.h"

#define XML_BOOLEAN " config:type=\"boolean\""
#define XML_LIST    " config:type=\"list\""

/* <NAME TYPE>VALUE</NAME>, its line indented; nothing for an empty value. */
static void xml_text(GString *out, unsigned depth, const char *name, const char *type,
                     const char *value)
{
    g_autofree char *escaped = g_markup_escape_text(value, -1);

    if (*value != '\0')
        g_string_append_printf(out, "\n%*s<%s%s>%s</%s>", (int)(2 * depth), "", name, type, escaped,
                               name);
}

static void xml_open(GString *out, unsigned depth, const char *name, const char *type)
{
    g_string_append_printf(out, "\n%*s<%s%s>", (int)(2 * depth), "", name, type);
}

static void xml_close(GString *out, unsigned depth, const char *name)
{
    g_string_append_printf(out, "\n%*s</%s>", (int)(2 * depth), "", name);
}

static void autoyast_user(GString *out, const char *name, const char *full, const char *hash,
                          char **keys)
{
    xml_open(out, 2, "user", "");
    xml_text(out, 3, "username", "", name);
    xml_text(out, 3, "fullname", "", full);
    xml_text(out, 3, "encrypted", XML_BOOLEAN, "true");
    xml_text(out, 3, "user_password", "", *hash != '\0' ? hash : "!");
    if (keys != NULL && *keys != NULL) {
        xml_open(out, 3, "authorized_keys", XML_LIST);
        for (char **key = keys; *key != NULL; key++)
            xml_text(out, 4, "listentry", "", *key);
        xml_close(out, 3, "authorized_keys");
    }
    xml_close(out, 2, "user");
}

static void autoyast_users(const struct lathe_answers *answers, GString *out)
{
    const char *login = lathe_answers_value(answers, "login");
    g_autofree char *root = installer_hash(answers, "root-password", "root");
    g_autofree char *hash = installer_hash(answers, "login-password", login);
    g_auto(GStrv) keys = lathe_answers_list(answers, "ssh-keys");

    xml_open(out, 1, "users", XML_LIST);
    autoyast_user(out, "root", "", root, NULL);
    autoyast_user(out, login, lathe_answers_value(answers, "full-name"), hash, keys);
    xml_close(out, 1, "users");
}

static void autoyast_interface(const struct lathe_answers *answers, GString *out)
{
    g_autofree char *base = installer_base_interface(answers);
    g_autofree char *interface = installer_interface(answers);
    g_autofree char *bits = g_strdup_printf("%u", installer_prefix(answers));
    bool fixed = installer_is_static(answers), vlan = lathe_answers_on(answers, "vlan");

    xml_open(out, 3, "interface", "");
    xml_text(out, 4, "bootproto", "",
             fixed                        ? "static"
             : installer_is_ipv6(answers) ? "dhcp6"
                                          : "dhcp4");
    xml_text(out, 4, "name", "", *interface != '\0' ? interface : "eth0");
    xml_text(out, 4, "ipaddr", "", lathe_answers_value(answers, "address"));
    xml_text(out, 4, "prefixlen", "", fixed ? bits : "");
    xml_text(out, 4, "startmode", "", "auto");
    xml_text(out, 4, "etherdevice", "", vlan ? base : "");
    xml_text(out, 4, "vlan_id", "", lathe_answers_value(answers, "vlan-id"));
    xml_close(out, 3, "interface");
}

static void autoyast_route(const struct lathe_answers *answers, GString *out)
{
    if (!installer_is_static(answers))
        return;
    xml_open(out, 2, "routing", "");
    xml_open(out, 3, "routes", XML_LIST);
    xml_open(out, 4, "route", "");
    xml_text(out, 5, "destination", "", "default");
    xml_text(out, 5, "gateway", "", lathe_answers_value(answers, "gateway"));
    xml_close(out, 4, "route");
    xml_close(out, 3, "routes");
    xml_close(out, 2, "routing");
}

static void autoyast_dns(const struct lathe_answers *answers, GString *out)
{
    const char *search = lathe_answers_value(answers, "search");

    xml_open(out, 2, "dns", "");
    xml_text(out, 3, "hostname", "", lathe_answers_value(answers, "hostname"));
    if (installer_is_static(answers)) {
        xml_open(out, 3, "nameservers", XML_LIST);
        xml_text(out, 4, "nameserver", "", lathe_answers_value(answers, "nameserver"));
        xml_close(out, 3, "nameservers");
    }
    if (*search != '\0') {
        xml_open(out, 3, "searchlist", XML_LIST);
        xml_text(out, 4, "search", "", search);
        xml_close(out, 3, "searchlist");
    }
    xml_close(out, 2, "dns");
}

static void autoyast_network(const struct lathe_answers *answers, GString *out)
{
    xml_open(out, 1, "networking", "");
    xml_text(out, 2, "keep_install_network", XML_BOOLEAN, "false");
    autoyast_dns(answers, out);
    xml_open(out, 2, "interfaces", XML_LIST);
    autoyast_interface(answers, out);
    xml_close(out, 2, "interfaces");
    autoyast_route(answers, out);
    xml_close(out, 1, "networking");
}

/* What is proposed for a drive that is used whole. */
static void autoyast_disks(const struct lathe_answers *answers, GString *out)
{
    bool plain = lathe_answers_is(answers, "storage", "plain");
    const char *passphrase = lathe_answers_value(answers, "passphrase");

    xml_open(out, 1, "general", "");
    xml_open(out, 2, "mode", "");
    xml_text(out, 3, "confirm", XML_BOOLEAN, "false");
    if (lathe_answers_is(answers, "finish", "poweroff"))
        xml_text(out, 3, "final_halt", XML_BOOLEAN, "true");
    xml_close(out, 2, "mode");
    xml_open(out, 2, "storage", "");
    xml_open(out, 3, "proposal", "");
    xml_text(out, 4, "lvm", XML_BOOLEAN, plain ? "false" : "true");
    xml_text(out, 4, "encryption_password", "", passphrase);
    xml_close(out, 3, "proposal");
    xml_close(out, 2, "storage");
    xml_close(out, 1, "general");
    xml_open(out, 1, "partitioning", XML_LIST);
    xml_open(out, 2, "drive", "");
    xml_text(out, 3, "device", "", lathe_answers_value(answers, "disk"));
    xml_text(out, 3, "initialize", XML_BOOLEAN, "true");
    xml_text(out, 3, "use", "", "all");
    xml_close(out, 2, "drive");
    xml_close(out, 1, "partitioning");
}

static void autoyast_software(const struct lathe_answers *answers, GString *out)
{
    g_auto(GStrv) packages = lathe_answers_list(answers, "packages");

    bool minimal = installer_is_minimal(answers);

    xml_open(out, 1, "software", "");
    xml_text(out, 2, "install_recommended", XML_BOOLEAN, minimal ? "false" : "");
    xml_open(out, 2, "products", XML_LIST);
    xml_text(out, 3, "product", "", "SLES");
    xml_close(out, 2, "products");
    xml_open(out, 2, "patterns", XML_LIST);
    xml_text(out, 3, "pattern", "", minimal ? "minimal_base" : "base");
    xml_close(out, 2, "patterns");
    xml_open(out, 2, "packages", XML_LIST);
    xml_text(out, 3, "package", "", "openssh");
    for (char **row = packages; *row != NULL; row++)
        xml_text(out, 3, "package", "", *row);
    xml_close(out, 2, "packages");
    xml_close(out, 1, "software");
}

static void autoyast_place(const struct lathe_answers *answers, GString *out)
{
    const char *locale = lathe_answers_value(answers, "locale");
    g_autofree char *language = g_strndup(locale, (gsize)(strcspn(locale, ".@")));

    xml_open(out, 1, "language", "");
    xml_text(out, 2, "language", "", language);
    xml_close(out, 1, "language");
    xml_open(out, 1, "keyboard", "");
    xml_text(out, 2, "keymap", "", lathe_answers_value(answers, "keyboard"));
    xml_close(out, 1, "keyboard");
    xml_open(out, 1, "timezone", "");
    xml_text(out, 2, "hwclock", "", "UTC");
    xml_text(out, 2, "timezone", "", lathe_answers_value(answers, "timezone"));
    xml_close(out, 1, "timezone");
}

void installer_autoyast(const struct lathe_answers *answers, struct lathe_outcome *outcome)
{
    GString *out = lathe_outcome_file(outcome, "autoinst.xml");

    g_string_append(out, "<?xml version=\"1.0\"?>\n<!DOCTYPE profile>\n"
                         "<profile xmlns=\"http://www.suse.com/1.0/yast2ns\" "
                         "xmlns:config=\"http://www.suse.com/1.0/configns\">");
    autoyast_disks(answers, out);
    autoyast_place(answers, out);
    autoyast_network(answers, out);
    autoyast_software(answers, out);
    autoyast_users(answers, out);
    g_string_append(out, "\n</profile>");
}
