/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The steps about the system: which one, where it comes from, how its installer is reached. */
#include <glib/gi18n.h>
#include <string.h>

#include "app/plan/error.h"
#include "wizards/installer/systems.h"
#include "wizards/installer/values.h"

static const struct lathe_choice system_choices[] = {
    {"rhel9", N_("Red Hat Enterprise Linux 9")},
    {"rhel10", N_("Red Hat Enterprise Linux 10")},
    {"sles15", N_("SUSE Linux Enterprise Server 15")},
    {"ubuntu24.04", N_("Ubuntu Server 24.04 LTS")},
    {"debian12", N_("Debian 12")},
    {"debian13", N_("Debian 13")},
    {NULL},
};

static const struct lathe_choice platform_choices[] = {
    {"s390x", N_("IBM Z and LinuxONE")},
    {"x86_64", N_("a PC")},
    {NULL},
};

const struct lathe_question installer_system_questions[] = {
    {"system", N_("System"), N_("The system that shall be installed."), LATHE_QUESTION_CHOICE,
     .required = true, .choices = system_choices},
    {"platform", N_("Machine"), N_("The kind of machine that it is installed on."),
     LATHE_QUESTION_CHOICE, .required = true, .initial = "s390x", .choices = platform_choices},
    {NULL},
};

char *installer_information_enter(const struct lathe_answers *answers)
{
    const struct installer_system *system = installer_system_of(answers);

    if (system == NULL || !installer_on_z(answers))
        return g_strdup(_("You will be asked for: the network interface, the VLAN if there is one, "
                          "the host's name and address, the gateway and name server, and where the "
                          "system is installed from."));
    return g_strdup_printf(
        _("%s needs at least %s GB of memory, %s GB of disk space, and one of these machines: %s.\n"
          "You will be asked for: the device numbers, layer and port of the OSA card, or the FID "
          "or "
          "UID of the RoCE card; the VLAN if there is one; the host's name and address, the "
          "gateway "
          "and name server; where the system is installed from, and the user and password there."),
        gettext(system->label), system->memory, system->disk, system->machine);
}

/* ---- source and access ---- */

static bool asks_url_user(const struct lathe_answers *answers)
{
    return lathe_url_check(lathe_answers_value(answers, "url"), NULL) &&
           !installer_writes(answers, &installer_debian);
}

static bool asks_vnc(const struct lathe_answers *answers)
{
    return lathe_answers_is(answers, "system", "rhel9") ||
           installer_writes(answers, &installer_sles);
}

static bool asks_vnc_password(const struct lathe_answers *answers)
{
    return asks_vnc(answers) && lathe_answers_on(answers, "vnc");
}

static bool asks_rdp(const struct lathe_answers *answers)
{
    return lathe_answers_is(answers, "system", "rhel10");
}

static bool asks_rdp_user(const struct lathe_answers *answers)
{
    return asks_rdp(answers) && lathe_answers_on(answers, "rdp");
}

/* Ubuntu's is always on. */
static bool asks_ssh(const struct lathe_answers *answers)
{
    return !installer_writes(answers, &installer_ubuntu);
}

static bool asks_ssh_password(const struct lathe_answers *answers)
{
    if (installer_writes(answers, &installer_ubuntu))
        return true;
    return !installer_writes(answers, &installer_rhel) && lathe_answers_on(answers, "ssh");
}

const struct lathe_question installer_source_questions[] = {
    {"url", N_("Installation source"),
     N_("The folder on a server that holds the installation's packages, for Ubuntu the ISO file, "
        "for Debian the mirror. http, https or ftp."),
     LATHE_QUESTION_TEXT, .check = lathe_url_check},
    {"user", N_("User there"), N_("Whom to log in as on that server. Empty: nobody."),
     LATHE_QUESTION_TEXT, .asked = asks_url_user, .check = lathe_word_check},
    {"password", N_("Password there"), N_("That user's password."), LATHE_QUESTION_SECRET,
     .asked = asks_url_user},
    {"vnc", N_("VNC"), N_("Whether the installer's windows can be seen with a VNC viewer."),
     LATHE_QUESTION_SWITCH, .initial = "yes", .asked = asks_vnc},
    {"vnc-password", N_("VNC password"),
     N_("What a viewer has to say. Red Hat's installer wants six to eight characters; VNC itself "
        "looks at the first eight. Empty: none."),
     LATHE_QUESTION_SECRET, .asked = asks_vnc_password, .check = lathe_word_check},
    {"rdp", N_("Remote desktop"),
     N_("Whether the installer's windows can be seen over RDP, which is in VNC's place here."),
     LATHE_QUESTION_SWITCH, .initial = "yes", .asked = asks_rdp},
    {"rdp-user", N_("RDP user"), N_("Whom a viewer logs in as."), LATHE_QUESTION_TEXT,
     .asked = asks_rdp_user, .check = lathe_word_check},
    {"rdp-password", N_("RDP password"), N_("That user's password."), LATHE_QUESTION_SECRET,
     .asked = asks_rdp_user, .check = lathe_word_check},
    {"ssh", N_("SSH"), N_("Whether the installer can be reached over SSH."), LATHE_QUESTION_SWITCH,
     .initial = "no", .asked = asks_ssh},
    {"ssh-password", N_("SSH password"), N_("What to log in to the installer with."),
     LATHE_QUESTION_SECRET, .asked = asks_ssh_password},
    {NULL},
};

static void validate_url(const struct lathe_answers *answers, struct lathe_problems *problems)
{
    struct lathe_url url;
    const char *text = lathe_answers_value(answers, "url");

    if (!lathe_url_parse(text, &url, NULL)) {
        if (*text == '\0' && !installer_writes(answers, &installer_debian))
            lathe_problem_add(problems, "url", "the installer has to know where it installs from");
        return;
    }
    g_autofree char *literal = g_strdup(url.host);
    int family = lathe_address_family(g_strstrip(g_strdelimit(literal, "[]", ' ')));
    if (family != 0 && family != (installer_is_ipv6(answers) ? 6 : 4))
        lathe_problem_warn(problems, "url",
                           "the source is named by an IPv%d address, and the network is IPv%d",
                           family, installer_is_ipv6(answers) ? 6 : 4);
    if (installer_writes(answers, &installer_debian) && strcmp(url.scheme, "ftp") == 0)
        lathe_problem_add(problems, "url", "Debian's mirrors are reached over http or https");
    if (*lathe_answers_value(answers, "password") != '\0' &&
        *lathe_answers_value(answers, "user") == '\0')
        lathe_problem_add(problems, "user", "there is a password, but no user");
    lathe_url_clear(&url);
}

static void validate_passwords(const struct lathe_answers *answers, struct lathe_problems *problems)
{
    size_t vnc = strlen(lathe_answers_value(answers, "vnc-password"));
    const char *ssh = lathe_answers_value(answers, "ssh-password");
    g_autoptr(GError) error = NULL;

    /* Ubuntu's is coded, each byte of it. */
    if (!installer_writes(answers, &installer_ubuntu) && !lathe_word_check(ssh, &error))
        lathe_problem_add(problems, "ssh-password", "%s", error->message);
    if (installer_writes(answers, &installer_rhel) && vnc != 0 && (vnc < 6 || vnc > 8))
        lathe_problem_add(problems, "vnc-password",
                          "Red Hat's installer takes VNC passwords of six to eight characters");
    else if (vnc > 8)
        lathe_problem_warn(problems, "vnc-password", "VNC looks at the first eight characters");
    if (installer_writes(answers, &installer_ubuntu) && installer_on_z(answers) && *ssh == '\0')
        lathe_problem_add(problems, "ssh-password",
                          "Ubuntu's installer is reached over SSH alone: it needs a password");
    if (asks_rdp_user(answers) && (*lathe_answers_value(answers, "rdp-user") == '\0') !=
                                      (*lathe_answers_value(answers, "rdp-password") == '\0'))
        lathe_problem_add(problems, "rdp-user", "RDP needs both a user and a password, or neither");
}

void installer_source_validate(const struct lathe_answers *answers, struct lathe_problems *problems)
{
    validate_url(answers, problems);
    validate_passwords(answers, problems);
    if (installer_system_of(answers) != NULL && installer_on_z(answers) &&
        !lathe_answers_on(answers, "vnc") && !lathe_answers_on(answers, "rdp") &&
        !lathe_answers_on(answers, "ssh") && !lathe_answers_on(answers, "ssh-password"))
        lathe_problem_warn(problems, "ssh",
                           "neither a screen nor SSH is on: the installer can be reached at its "
                           "console alone");
}

/* ---- disks ---- */

static bool asks_disks(const struct lathe_answers *answers)
{
    return installer_on_z(answers) && (installer_writes(answers, &installer_rhel) ||
                                       installer_writes(answers, &installer_debian));
}

const struct lathe_question installer_disk_questions[] = {
    {"dasd", N_("DASD"),
     N_("Device numbers of DASDs, or ranges of them, a line each. Others can be added in the "
        "installer."),
     LATHE_QUESTION_LIST, .asked = asks_disks, .check = lathe_dasd_check},
    {"zfcp", N_("zFCP"),
     N_("Disks over Fibre Channel, a line each: DEVICE,0xWWPN,0xLUN, or the device number alone "
        "where it finds its disks itself (NPIV)."),
     LATHE_QUESTION_LIST, .asked = asks_disks, .check = lathe_zfcp_check},
    {NULL},
};
