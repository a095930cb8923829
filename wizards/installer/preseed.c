/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Preseed files for Debian's installer: "OWNER QUESTION TYPE VALUE" lines. */
#include "wizards/installer/automatic.h"

#include "wizards/installer/systems.h"
#include "wizards/installer/values.h"

/* Nothing for an empty value. */
static void preseed_put(GString *out, const char *question, const char *type, const char *value)
{
    if (*value != '\0')
        installer_line(out, "d-i %s %s %s", question, type, value);
}

static void preseed_network(const struct lathe_answers *answers, GString *out)
{
    unsigned bits = installer_prefix(answers);
    bool ipv6 = installer_is_ipv6(answers);
    const char *address = lathe_answers_value(answers, "address");
    g_autofree char *mask = lathe_netmask(MIN(bits, 32));
    g_autofree char *cidr = g_strdup_printf("%s/%u", address, bits);
    g_autofree char *base = installer_base_interface(answers);

    preseed_put(out, "netcfg/choose_interface", "select", *base != '\0' ? base : "auto");
    if (lathe_answers_on(answers, "vlan"))
        preseed_put(out, "netcfg/vlan_id", "string", lathe_answers_value(answers, "vlan-id"));
    if (installer_is_static(answers)) {
        preseed_put(out, "netcfg/disable_autoconfig", "boolean", "true");
        preseed_put(out, "netcfg/get_ipaddress", "string", ipv6 ? cidr : address);
        preseed_put(out, "netcfg/get_netmask", "string", ipv6 ? "" : mask);
        preseed_put(out, "netcfg/get_gateway", "string", lathe_answers_value(answers, "gateway"));
        preseed_put(out, "netcfg/get_nameservers", "string",
                    lathe_answers_value(answers, "nameserver"));
        preseed_put(out, "netcfg/confirm_static", "boolean", "true");
    }
    preseed_put(out, "netcfg/get_hostname", "string", lathe_answers_value(answers, "hostname"));
    /* A name that DHCP gives would count more without this. */
    preseed_put(out, "netcfg/hostname", "string", lathe_answers_value(answers, "hostname"));
    preseed_put(out, "netcfg/get_domain", "string", lathe_answers_value(answers, "search"));
}

static void preseed_mirror(const struct lathe_answers *answers, GString *out)
{
    struct lathe_url url;

    if (!lathe_url_parse(lathe_answers_value(answers, "url"), &url, NULL))
        return;
    g_autofree char *port = url.port != 0 ? g_strdup_printf(":%u", url.port) : g_strdup("");
    preseed_put(out, "mirror/country", "string", "manual");
    preseed_put(out, "mirror/protocol", "select", url.scheme);
    installer_line(out, "d-i mirror/%s/hostname string %s%s", url.scheme, url.host, port);
    installer_line(out, "d-i mirror/%s/directory string %s", url.scheme, url.path);
    installer_line(out, "d-i mirror/%s/proxy string", url.scheme);
    lathe_url_clear(&url);
}

static void preseed_users(const struct lathe_answers *answers, GString *out)
{
    const char *login = lathe_answers_value(answers, "login");
    const char *name = lathe_answers_value(answers, "full-name");
    g_autofree char *root = installer_hash(answers, "root-password", "root");
    g_autofree char *hash = installer_hash(answers, "login-password", login);

    preseed_put(out, "passwd/root-login", "boolean", *root != '\0' ? "true" : "false");
    preseed_put(out, "passwd/root-password-crypted", "password", root);
    preseed_put(out, "passwd/make-user", "boolean", "true");
    preseed_put(out, "passwd/user-fullname", "string", *name != '\0' ? name : login);
    preseed_put(out, "passwd/username", "string", login);
    preseed_put(out, "passwd/user-password-crypted", "password", hash);
}

/* What partman is told about a whole disk, without a question left. */
static void preseed_disks(const struct lathe_answers *answers, GString *out)
{
    static const char *const agreed[] = {
        "partman-lvm/device_remove_lvm",
        "partman-md/device_remove_md",
        "partman-lvm/confirm",
        "partman-lvm/confirm_nooverwrite",
        "partman-partitioning/confirm_write_new_label",
        "partman/confirm",
        "partman/confirm_nooverwrite",
    };
    const char *passphrase = lathe_answers_value(answers, "passphrase");
    const char *method = lathe_answers_is(answers, "storage", "plain") ? "regular"
                         : lathe_answers_is(answers, "storage", "lvm") ? "lvm"
                                                                       : "crypto";

    preseed_put(out, "partman-auto/disk", "string", lathe_answers_value(answers, "disk"));
    preseed_put(out, "partman-auto/method", "string", method);
    preseed_put(out, "partman-auto/choose_recipe", "select", "atomic");
    preseed_put(out, "partman-auto-lvm/guided_size", "string", "max");
    preseed_put(out, "partman-crypto/passphrase", "password", passphrase);
    preseed_put(out, "partman-crypto/passphrase-again", "password", passphrase);
    preseed_put(out, "partman-auto-crypto/erase_disks", "boolean", *passphrase ? "false" : "");
    for (size_t i = 0; i < G_N_ELEMENTS(agreed); i++)
        preseed_put(out, agreed[i], "boolean", "true");
    preseed_put(out, "partman/choose_partition", "select", "finish");
}

/* Debian's installer has no question about the user's keys. */
static void preseed_keys(const struct lathe_answers *answers, GString *out)
{
    g_autofree char *keys = installer_joined(answers, "ssh-keys", "\\n");
    const char *login = lathe_answers_value(answers, "login");

    if (*keys == '\0')
        return;
    installer_line(out,
                   "d-i preseed/late_command string mkdir -m 700 /target/home/%s/.ssh; "
                   "printf '%s\\n' >/target/home/%s/.ssh/authorized_keys; "
                   "in-target chown -R %s:%s /home/%s/.ssh",
                   login, keys, login, login, login, login);
}

static void preseed_software(const struct lathe_answers *answers, GString *out)
{
    if (installer_is_minimal(answers)) {
        preseed_put(out, "base-installer/install-recommends", "boolean", "false");
        installer_line(out, "tasksel tasksel/first multiselect");
    } else {
        installer_line(out, "tasksel tasksel/first multiselect standard, ssh-server");
    }
}

void installer_preseed(const struct lathe_answers *answers, struct lathe_outcome *outcome)
{
    GString *out = lathe_outcome_file(outcome, "preseed.cfg");
    g_autofree char *packages = installer_joined(answers, "packages", " ");
    bool off = lathe_answers_is(answers, "finish", "poweroff");

    preseed_put(out, "debian-installer/locale", "string", lathe_answers_value(answers, "locale"));
    preseed_put(out, "keyboard-configuration/xkb-keymap", "select",
                lathe_answers_value(answers, "keyboard"));
    preseed_network(answers, out);
    preseed_mirror(answers, out);
    preseed_users(answers, out);
    preseed_put(out, "clock-setup/utc", "boolean", "true");
    preseed_put(out, "time/zone", "string", lathe_answers_value(answers, "timezone"));
    preseed_disks(answers, out);
    preseed_software(answers, out);
    preseed_put(out, "pkgsel/include", "string", packages);
    installer_line(out, "popularity-contest popularity-contest/participate boolean false");
    if (!installer_on_z(answers)) {
        preseed_put(out, "grub-installer/only_debian", "boolean", "true");
        preseed_put(out, "grub-installer/bootdev", "string", "default");
    }
    preseed_keys(answers, out);
    installer_line(out, "d-i finish-install/reboot_in_progress note");
    preseed_put(out, "debian-installer/exit/poweroff", "boolean", off ? "true" : "");
}
