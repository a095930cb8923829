/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The questions, and the three files that come of the answers. */
#include "wizards/cloud/cloud.h"

#include <glib/gi18n.h>

#include "wizards/installer/automatic.h"
#include "wizards/installer/installer.h"
#include "wizards/installer/values.h"
#include "wizards/installer/yaml-out.h"

/* The installers' own rules, of the flow that writes their files. */
LATHE_INSTALLER_CHECK(login_check, "login")
LATHE_INSTALLER_CHECK(full_name_check, "full-name")
LATHE_INSTALLER_CHECK(host_check, "hostname")
LATHE_INSTALLER_CHECK(locale_check, "locale")
LATHE_INSTALLER_CHECK(keyboard_check, "keyboard")
LATHE_INSTALLER_CHECK(timezone_check, "timezone")
LATHE_INSTALLER_CHECK(key_check, "ssh-keys")
LATHE_INSTALLER_CHECK(package_check, "packages")
LATHE_INSTALLER_CHECK(salt_check, "salt")

static bool asks_address(const struct lathe_answers *answers)
{
    return lathe_answers_is(answers, "method", "static");
}

static const struct lathe_choice method_choices[] = {
    {"dhcp", N_("from the network (DHCP)")}, {"static", N_("a fixed one")}, {NULL}};

static const struct lathe_question user_questions[] = {
    {"login", N_("User"), N_("The user's name for logging in, who may become root."),
     LATHE_QUESTION_TEXT, .required = true, .check = login_check},
    {"full-name", N_("Full name"), N_("The user's name for people."), LATHE_QUESTION_TEXT,
     .check = full_name_check},
    {"password", N_("Password"),
     N_("It is written as a hash; one that begins with $6$ or $y$ is taken for a hash. Empty: only "
        "the SSH keys let the user in."),
     LATHE_QUESTION_SECRET},
    {"ssh-keys", N_("SSH keys"), N_("Public keys that the user may log in with, a line each."),
     LATHE_QUESTION_LIST, .check = key_check},
    {"salt", N_("Salt"),
     N_("What makes the hashes of the same passwords different from others'. Empty: chance."),
     LATHE_QUESTION_TEXT, .check = salt_check},
    {NULL},
};

static const struct lathe_question system_questions[] = {
    {"hostname", N_("Host name"), N_("What the system calls itself."), LATHE_QUESTION_TEXT,
     .required = true, .initial = "guest", .check = host_check},
    {"locale", N_("Language"), N_("Language and country, as en_US.UTF-8. Empty: as in the image."),
     LATHE_QUESTION_TEXT, .check = locale_check},
    {"keyboard", N_("Keyboard"), N_("Its layout, as us or de. Empty: as in the image."),
     LATHE_QUESTION_TEXT, .check = keyboard_check},
    {"timezone", N_("Time zone"), N_("As Europe/Berlin. Empty: as in the image."),
     LATHE_QUESTION_TEXT, .check = timezone_check},
    {"packages", N_("More packages"), N_("Their names, a line each."), LATHE_QUESTION_LIST,
     .check = package_check},
    {"upgrade", N_("Bring it up to date"), N_("Whether newer packages are fetched at once."),
     LATHE_QUESTION_SWITCH, .initial = "no"},
    {"commands", N_("Commands"), N_("What the shell runs as root in the end, a line each."),
     LATHE_QUESTION_LIST},
    {NULL},
};

static const struct lathe_question network_questions[] = {
    {"method", N_("Address"), N_("Where the system gets its address from."), LATHE_QUESTION_CHOICE,
     .required = true, .initial = "dhcp", .choices = method_choices},
    {"address", N_("Host address"), N_("IPv4 or IPv6."), LATHE_QUESTION_TEXT, .required = true,
     .asked = asks_address, .check = lathe_ip_check},
    {"prefix", N_("Prefix"), N_("How many bits of it are the network's."), LATHE_QUESTION_NUMBER,
     .required = true, .initial = "24", .low = 1, .high = 128, .asked = asks_address},
    {"gateway", N_("Gateway"), N_("The way out of the network."), LATHE_QUESTION_TEXT,
     .required = true, .asked = asks_address, .check = lathe_ip_check},
    {"nameserver", N_("Name server"), N_("Who knows the addresses of names."), LATHE_QUESTION_TEXT,
     .asked = asks_address, .check = lathe_ip_check},
    {NULL},
};

static void user_validate(const struct lathe_answers *answers, struct lathe_problems *problems)
{
    if (!lathe_answers_on(answers, "password") && !lathe_answers_on(answers, "ssh-keys"))
        lathe_problem_add(problems, "password",
                          "without a password and without a key nobody can log in");
}

static void network_validate(const struct lathe_answers *answers, struct lathe_problems *problems)
{
    int family = lathe_address_family(lathe_answers_value(answers, "address"));

    if (!asks_address(answers) || family == 0)
        return;
    if (family != lathe_address_family(lathe_answers_value(answers, "gateway")))
        lathe_problem_add(problems, "gateway", "address and gateway are of different families");
    if (family == 4 && lathe_answers_number(answers, "prefix") > 32)
        lathe_problem_add(problems, "prefix", "an IPv4 address has 32 bits");
}

/* ---- files ---- */

static void put_text(GString *out, const struct lathe_answers *answers, const char *id,
                     unsigned depth, const char *key)
{
    const char *value = lathe_answers_value(answers, id);

    if (*value != '\0')
        installer_yaml_text(out, depth, key, value);
}

static void put_list(GString *out, const struct lathe_answers *answers, const char *id,
                     unsigned depth, const char *key)
{
    g_auto(GStrv) list = lathe_answers_list(answers, id);

    if (*list == NULL)
        return;
    installer_yaml_key(out, depth, key);
    installer_yaml_list(out, depth + 1, list);
}

static void user_apply(const struct lathe_answers *answers, struct lathe_outcome *outcome)
{
    GString *out = lathe_outcome_file(outcome, "user-data");
    const char *login = lathe_answers_value(answers, "login");
    g_autofree char *hash = installer_hash(answers, "password", login);
    bool password = *hash != '\0';

    g_string_append(out, "#cloud-config\nusers:");
    installer_yaml_text(out, 1, "- name:", login);
    put_text(out, answers, "full-name", 2, "gecos:");
    installer_yaml_key(out, 2, "groups: [adm, sudo]");
    installer_yaml_key(out, 2, "shell: /bin/bash");
    installer_yaml_key(out, 2,
                       password ? "sudo: \"ALL=(ALL) ALL\"" : "sudo: \"ALL=(ALL) NOPASSWD:ALL\"");
    installer_yaml_key(out, 2, password ? "lock_passwd: false" : "lock_passwd: true");
    if (password)
        installer_yaml_text(out, 2, "passwd:", hash);
    put_list(out, answers, "ssh-keys", 2, "ssh_authorized_keys:");
}

static void system_apply(const struct lathe_answers *answers, struct lathe_outcome *outcome)
{
    GString *out = lathe_outcome_file(outcome, "user-data");
    GString *meta = lathe_outcome_file(outcome, "meta-data");

    put_text(out, answers, "hostname", 0, "hostname:");
    put_text(out, answers, "locale", 0, "locale:");
    if (lathe_answers_on(answers, "keyboard"))
        installer_yaml_key(out, 0, "keyboard:");
    put_text(out, answers, "keyboard", 1, "layout:");
    put_text(out, answers, "timezone", 0, "timezone:");
    if (lathe_answers_on(answers, "upgrade"))
        installer_yaml_key(out, 0, "package_upgrade: true");
    put_list(out, answers, "packages", 0, "packages:");
    put_list(out, answers, "commands", 0, "runcmd:");
    g_string_append_printf(meta, "instance-id: %s\nlocal-hostname: %s",
                           lathe_answers_value(answers, "hostname"),
                           lathe_answers_value(answers, "hostname"));
}

static void put_addresses(GString *out, const struct lathe_answers *answers)
{
    g_autofree char *cidr = g_strdup_printf("%s/%s", lathe_answers_value(answers, "address"),
                                            lathe_answers_value(answers, "prefix"));
    const char *any = lathe_address_family(lathe_answers_value(answers, "address")) == 6
                          ? "- to: \"::/0\""
                          : "- to: \"0.0.0.0/0\"";

    installer_yaml_key(out, 2, "addresses:");
    installer_yaml_text(out, 3, "-", cidr);
    installer_yaml_key(out, 2, "routes:");
    installer_yaml_key(out, 3, any);
    put_text(out, answers, "gateway", 4, "via:");
    if (!lathe_answers_on(answers, "nameserver"))
        return;
    installer_yaml_key(out, 2, "nameservers:");
    installer_yaml_key(out, 3, "addresses:");
    put_text(out, answers, "nameserver", 4, "-");
}

/* Netplan's form, version 2: the first network card, whatever it is called. */
static void network_apply(const struct lathe_answers *answers, struct lathe_outcome *outcome)
{
    GString *out = lathe_outcome_file(outcome, "network-config");

    g_string_append(out, "version: 2\nethernets:");
    installer_yaml_key(out, 1, "net0:");
    installer_yaml_key(out, 2, "match:");
    installer_yaml_key(out, 3, "name: \"e*\"");
    if (asks_address(answers))
        put_addresses(out, answers);
    else
        installer_yaml_key(out, 2, "dhcp4: true");
    lathe_outcome_note(outcome,
                       "cloud-init finds these files on a volume labelled CIDATA: lathe seed disc "
                       "makes one of them. Add it with --disk FILE,readonly: kernels for clouds "
                       "have no driver for SATA, and do not see what lies in a CD drive.");
}

static const struct lathe_step cloud_steps[] = {
    {"user", N_("User"), user_questions, .validate = user_validate, .apply = user_apply},
    {"system", N_("System"), system_questions, .apply = system_apply},
    {"network", N_("Network"), network_questions, .validate = network_validate,
     .apply = network_apply},
    {NULL},
};

const struct lathe_flow lathe_cloud_flow = {
    "cloud-init", N_("Cloud image"),
    N_("What a cloud image is told when it starts first, by cloud-init"), cloud_steps,
    installer_complete_salt};
