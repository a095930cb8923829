/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of systems, and what their writers share. */
#include "wizards/installer/systems.h"

#include <glib/gi18n.h>
#include <string.h>

#include "wizards/installer/values.h"

#define RHEL_PRESET   "ro ramdisk_size=40000 cio_ignore=all,!condev"
#define SLES_PRESET   "ro TERM=dumb MANUAL=0 deviceautoconfig=0"
#define UBUNTU_PRESET "TERM=dumb"
#define DEBIAN_PRESET "ro locale=C"

const struct installer_system installer_systems[] = {
    {"rhel9", N_("Red Hat Enterprise Linux 9"), &installer_rhel, RHEL_PRESET, "", "install", "3",
     "10", "z14, LinuxONE Emperor II, Rockhopper II"},
    {"rhel10", N_("Red Hat Enterprise Linux 10"), &installer_rhel, RHEL_PRESET, "", "install", "3",
     "10", "z15, LinuxONE III"},
    {"sles15", N_("SUSE Linux Enterprise Server 15"), &installer_sles, SLES_PRESET, "", "root",
     "1.5", "10", "zEC12, zBC12, LinuxONE Emperor, Rockhopper"},
    {"ubuntu24.04", N_("Ubuntu Server 24.04 LTS"), &installer_ubuntu, UBUNTU_PRESET, "",
     "installer", "1", "5", "z13, z13s, LinuxONE"},
    {"debian12", N_("Debian 12"), &installer_debian, DEBIAN_PRESET, "", "installer", "1", "5",
     "z10"},
    {"debian13", N_("Debian 13"), &installer_debian, DEBIAN_PRESET, "", "installer", "1", "5",
     "z10"},
    {NULL},
};

const struct installer_system *installer_system_of(const struct lathe_answers *answers)
{
    const char *id = lathe_answers_value(answers, "system");

    for (const struct installer_system *row = installer_systems; row->id != NULL; row++) {
        if (strcmp(row->id, id) == 0)
            return row;
    }
    return NULL;
}

bool installer_writes(const struct lathe_answers *answers, const struct installer_writer *writer)
{
    const struct installer_system *system = installer_system_of(answers);

    return system != NULL && system->writer == writer;
}

bool installer_on_z(const struct lathe_answers *answers)
{
    return lathe_answers_is(answers, "platform", "s390x");
}

bool installer_is_static(const struct lathe_answers *answers)
{
    return lathe_answers_is(answers, "method", "static");
}

bool installer_is_qeth(const struct lathe_answers *answers)
{
    return lathe_answers_is(answers, "network", "osa") ||
           lathe_answers_is(answers, "network", "hipersockets");
}

bool installer_is_ipv6(const struct lathe_answers *answers)
{
    return lathe_answers_is(answers, "family", "ipv6");
}

unsigned installer_prefix(const struct lathe_answers *answers)
{
    return lathe_prefix_bits(lathe_answers_value(answers, "prefix"),
                             installer_is_ipv6(answers) ? 6 : 4);
}

/* ---- names ---- */

char *installer_channel(const struct lathe_answers *answers, const char *id)
{
    const char *value = lathe_answers_value(answers, id);

    return lathe_channel_check(value, NULL) ? lathe_channel_expand(value) : g_strdup("");
}

static char *interface_of_channel(const struct lathe_answers *answers, const char *id)
{
    const char *value = lathe_answers_value(answers, id);

    return lathe_channel_check(value, NULL) ? lathe_channel_interface(value) : g_strdup("");
}

static char *interface_of_function(const struct lathe_answers *answers)
{
    const char *uid = lathe_answers_value(answers, "uid");
    const char *fid = lathe_answers_value(answers, "fid");

    return *uid != '\0' || *fid != '\0' ? lathe_pci_interface(uid, fid) : g_strdup("");
}

char *installer_base_interface(const struct lathe_answers *answers)
{
    if (installer_is_qeth(answers))
        return interface_of_channel(answers, "read");
    if (lathe_answers_is(answers, "network", "virtio"))
        return interface_of_channel(answers, "bus");
    if (lathe_answers_is(answers, "network", "roce"))
        return interface_of_function(answers);
    return g_strdup(lathe_answers_value(answers, "interface"));
}

char *installer_interface(const struct lathe_answers *answers)
{
    char *base = installer_base_interface(answers);

    if (!lathe_answers_on(answers, "vlan") || *base == '\0')
        return base;
    char *name = g_strconcat(base, ".", lathe_answers_value(answers, "vlan-id"), NULL);
    g_free(base);
    return name;
}

char *installer_url(const struct lathe_answers *answers)
{
    struct lathe_url url;

    if (!lathe_url_parse(lathe_answers_value(answers, "url"), &url, NULL))
        return g_strdup("");
    char *text =
        lathe_url_format(&url, lathe_answers_value(answers, "user"),
                         lathe_answers_value(answers, "password"), lathe_answers_masked(answers));
    lathe_url_clear(&url);
    return text;
}

char *installer_bracketed(const struct lathe_answers *answers, const char *id)
{
    const char *value = lathe_answers_value(answers, id);

    return lathe_address_family(value) == 6 ? g_strdup_printf("[%s]", value) : g_strdup(value);
}

/* ---- lines ---- */

void installer_line(GString *lines, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    g_autofree char *line = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    if (*g_strstrip(line) != '\0')
        g_string_append_printf(lines, "%s%s", lines->len != 0 ? "\n" : "", line);
}

void installer_word(GString *line, const char *key, const char *value)
{
    if (*value != '\0')
        g_string_append_printf(line, "%s%s=%s", line->len != 0 ? " " : "", key, value);
}
