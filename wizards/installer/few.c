/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A few answers become all that an installer on a PC has to know (few.h). */
#include "wizards/installer/few.h"

#include <glib/gi18n.h>

#include "wizards/installer/installer.h"

const struct lathe_choice lathe_installer_pc_systems[] = {
    {"debian12", N_("Debian 12")},
    {"debian13", N_("Debian 13")},
    {"rhel9", N_("Red Hat Enterprise Linux 9, AlmaLinux, Rocky Linux")},
    {"rhel10", N_("Red Hat Enterprise Linux 10, AlmaLinux, Rocky Linux, Fedora")},
    {"sles15", N_("SUSE Linux Enterprise Server 15")},
    {"ubuntu24.04", N_("Ubuntu Server 24.04 LTS")},
    {NULL},
};

static void few_take(struct lathe_answers *made, const char *id, const char *value)
{
    if (*value != '\0')
        lathe_answers_set(made, id, value, NULL);
}

static struct lathe_answers *few_masked(struct lathe_answers *answers)
{
    struct lathe_answers *masked = lathe_answers_mask(answers);

    lathe_answers_free(answers);
    return masked;
}

struct lathe_answers *lathe_installer_of_few(const struct lathe_answers *answers)
{
    static const char *const same[] = {"system",   "login",    "full-name", "hostname",
                                       "locale",   "keyboard", "timezone",  "software",
                                       "packages", "ssh-keys", "salt"};
    static const char *const fixed[][2] = {
        {"platform", "x86_64"}, {"method", "dhcp"}, {"automatic", "yes"}, {"storage", "plain"},
        {"finish", "reboot"},   {"vnc", "no"},      {"rdp", "no"}};
    struct lathe_answers *made = lathe_answers_new(&lathe_installer_flow);
    const char *password = lathe_answers_value(answers, "password");

    for (gsize i = 0; i < G_N_ELEMENTS(fixed); i++)
        lathe_answers_set(made, fixed[i][0], fixed[i][1], NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(same); i++)
        few_take(made, same[i], lathe_answers_value(answers, same[i]));
    few_take(made, "url", lathe_answers_value(answers, "mirror"));
    lathe_answers_set(made, "login-password", password, NULL);
    if (lathe_answers_is(answers, "system", "sles15")) /* users become root with root's password */
        lathe_answers_set(made, "root-password", password, NULL);
    lathe_installer_flow.complete(made);
    return lathe_answers_masked(answers) ? few_masked(made) : made;
}
