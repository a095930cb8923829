/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A kernel that is an installer, and asks nothing (model.h): its file of answers is made of answers
 * given here or saved by wizards/installer, or is there already; the boot service gives it, and the
 * kernel's command line says so.
 */
#include <glib/gi18n.h>
#include <string.h>

#include "wizards/flow/files.h"
#include "wizards/installer/few.h"
#include "wizards/installer/installer.h"
#include "wizards/netboot/model.h"

#define INSTALL_PARAMETERS "parameters.prm"
#define INSTALL_HEAD       4096 /* bytes that tell a file's kind */

/* ---- when a question is asked ---- */

bool netboot_installs(const struct lathe_answers *answers)
{
    return netboot_source_is(answers, NETBOOT_KERNEL) && lathe_answers_on(answers, "unattended");
}

static bool asks_any(const struct lathe_answers *answers)
{
    return netboot_source_is(answers, NETBOOT_KERNEL);
}

#define ASKS(name, choice)                                                                         \
    static bool asks_##name(const struct lathe_answers *answers)                                   \
    {                                                                                              \
        return asks_any(answers) && lathe_answers_is(answers, "unattended", choice);               \
    }
ASKS(here, "here")
ASKS(saved, "saved")
ASKS(file, "file")

static bool asks_salt(const struct lathe_answers *answers)
{
    return asks_here(answers) || asks_saved(answers);
}

LATHE_INSTALLER_CHECK(login_check, "login")
LATHE_INSTALLER_CHECK(full_name_check, "full-name")
LATHE_INSTALLER_CHECK(host_check, "hostname")
LATHE_INSTALLER_CHECK(locale_check, "locale")
LATHE_INSTALLER_CHECK(keyboard_check, "keyboard")
LATHE_INSTALLER_CHECK(timezone_check, "timezone")
LATHE_INSTALLER_CHECK(url_check, "url")
LATHE_INSTALLER_CHECK(key_check, "ssh-keys")
LATHE_INSTALLER_CHECK(package_check, "packages")
LATHE_INSTALLER_CHECK(salt_check, "salt")

static const struct lathe_choice unattended_choices[] = {
    {"no", N_("no: it asks, or is no installer")},
    {"here", N_("with answers that are given here")},
    {"saved", N_("with answers of the assistant for installer parameters, which were saved")},
    {"file", N_("with a file of answers that there is")},
    {NULL},
};

#define ASKED        asks_here
#define ASKED_MIRROR asks_here
const struct lathe_question netboot_install_questions[] = {
    {"unattended", N_("Ask nothing"),
     N_("Whether the kernel is an installer's, which gets a file of answers (preseed, kickstart, "
        "AutoYaST, autoinstall) from the boot service and asks nothing. It erases the disk."),
     LATHE_QUESTION_CHOICE, .required = true, .initial = "no", .asked = asks_any,
     .choices = unattended_choices},
    {"saved", N_("Saved answers"), N_("Of lathe wizard installer --save, for a PC."),
     LATHE_QUESTION_FILE, .required = true, .asked = asks_saved, .check = netboot_check_file},
    {"answer-file", N_("File of answers"), N_("A preseed, kickstart, AutoYaST or user-data file."),
     LATHE_QUESTION_FILE, .required = true, .asked = asks_file, .check = netboot_check_file},
#include "wizards/installer/few.inc"
    {"salt", N_("Salt"),
     N_("What makes the hashes of the same passwords different from others'. Empty: chance."),
     LATHE_QUESTION_TEXT, .asked = asks_salt, .check = salt_check},
    {NULL},
};

/* ---- a file that there is ---- */

struct install_kind {
    const char *begins; /* a line of such a file; ends with the row that has none */
    const char *name;   /* what the boot service calls it */
    const char *words;  /* of the kernel's command line */
};

static const struct install_kind install_kinds[] = {
    {"#cloud-config", "user-data", "autoinstall ds=nocloud-net;s=" NETBOOT_URL},
    {"<?xml", "autoinst.xml", "autoyast=" NETBOOT_URL "autoinst.xml"},
    {"<profile", "autoinst.xml", "autoyast=" NETBOOT_URL "autoinst.xml"},
    {"d-i ", "preseed.cfg", "auto=true priority=critical preseed/url=" NETBOOT_URL "preseed.cfg"},
    {NULL, "ks.cfg", "inst.ks=" NETBOOT_URL "ks.cfg"},
};

/* By the first line that begins as those of one kind do. */
static const struct install_kind *install_kind_of(const char *path)
{
    gsize length = 0;
    g_autofree char *text =
        *path != '\0' ? lathe_file_load(path, INSTALL_HEAD, &length, NULL) : NULL;
    g_auto(GStrv) lines = g_strsplit(text != NULL ? text : "", "\n", -1);
    const struct install_kind *kind = install_kinds;

    for (; kind->begins != NULL; kind++) {
        for (char **line = lines; *line != NULL; line++) {
            if (g_str_has_prefix(*line, kind->begins))
                return kind;
        }
    }
    return kind;
}

static struct lathe_outcome *install_of_file(const struct lathe_answers *answers)
{
    const struct install_kind *kind = install_kind_of(lathe_answers_value(answers, "answer-file"));
    struct lathe_answers *none = lathe_answers_new(&lathe_installer_flow);
    struct lathe_outcome *outcome = lathe_flow_compose(none, false);

    g_string_assign(lathe_outcome_file(outcome, INSTALL_PARAMETERS), kind->words);
    if (strcmp(kind->name, "user-data") == 0)
        lathe_outcome_file(outcome, "meta-data");
    lathe_answers_free(none);
    return outcome;
}

/* ---- a file that is made ---- */

/* Where the boot service will have it: Ubuntu's installer is told the folder. */
static void install_place(struct lathe_answers *made)
{
    struct lathe_outcome *outcome = lathe_flow_compose(made, true);
    const char *name = "";

    for (guint i = 0; i < outcome->outputs->len; i++) {
        const struct lathe_output *output = outcome->outputs->pdata[i];
        if (strcmp(output->name, "user-data") == 0)
            name = "";
        else if (strcmp(output->name, "meta-data") != 0 &&
                 strcmp(output->name, INSTALL_PARAMETERS) != 0)
            name = output->name;
    }
    g_autofree char *url = g_strconcat(NETBOOT_URL, name, NULL);
    lathe_outcome_free(outcome);
    lathe_answers_set(made, "answers-url", url, NULL);
    lathe_answers_set(made, "target", "qemu", NULL);
}

/* Answers to lathe_installer_flow; NULL with *error: what was saved cannot be had. */
static struct lathe_answers *install_answers(const struct lathe_answers *answers, GError **error)
{
    struct lathe_answers *made;
    const char *salt = lathe_answers_value(answers, "salt");

    if (asks_here(answers)) {
        made = lathe_installer_of_few(answers);
    } else {
        made = lathe_answers_new(&lathe_installer_flow);
        if (!lathe_answers_load(made, lathe_answers_value(answers, "saved"), error))
            g_clear_pointer(&made, lathe_answers_free);
    }
    if (made == NULL)
        return NULL;
    if (*salt != '\0' && !lathe_answers_on(made, "salt"))
        lathe_answers_set(made, "salt", salt, NULL);
    install_place(made);
    return made;
}

static struct lathe_outcome *install_compose(const struct lathe_answers *answers)
{
    struct lathe_answers *made;
    struct lathe_outcome *outcome;

    if (asks_file(answers))
        return install_of_file(answers);
    made = install_answers(answers, NULL);
    if (made == NULL)
        return NULL;
    outcome = lathe_flow_compose(made, lathe_answers_masked(answers));
    lathe_answers_free(made);
    return outcome;
}

/* ---- what comes of it ---- */

char *netboot_append(const struct lathe_answers *answers)
{
    struct lathe_outcome *outcome = netboot_installs(answers) ? install_compose(answers) : NULL;
    const char *own = lathe_answers_value(answers, "append");
    const char *words = outcome != NULL ? lathe_outcome_file(outcome, INSTALL_PARAMETERS)->str : "";
    const char *between = *words != '\0' && *own != '\0' ? " " : "";
    char *append = g_strconcat(words, between, own, NULL);

    if (outcome != NULL)
        lathe_outcome_free(outcome);
    return append;
}

void netboot_install_fill(const struct lathe_answers *answers, struct lathe_net_definition *net)
{
    struct lathe_outcome *outcome = netboot_installs(answers) ? install_compose(answers) : NULL;

    if (outcome == NULL)
        return;
    if (asks_file(answers))
        netboot_give(answers, net,
                     install_kind_of(lathe_answers_value(answers, "answer-file"))->name,
                     "answer-file");
    for (guint i = 0; i < outcome->outputs->len; i++) {
        const struct lathe_output *output = outcome->outputs->pdata[i];
        if (strcmp(output->name, INSTALL_PARAMETERS) != 0)
            netboot_give_made(answers, net, output->name, output->name);
    }
    lathe_outcome_free(outcome);
}

void netboot_install_apply(const struct lathe_answers *answers, struct lathe_outcome *outcome)
{
    struct lathe_outcome *made = netboot_installs(answers) ? install_compose(answers) : NULL;

    if (made == NULL)
        return;
    for (guint i = 0; i < made->outputs->len; i++) {
        const struct lathe_output *output = made->outputs->pdata[i];
        if (strcmp(output->name, INSTALL_PARAMETERS) != 0)
            g_string_assign(lathe_outcome_file(outcome, output->name), output->text->str);
    }
    lathe_outcome_free(made);
}

/* ---- do they fit? ---- */

/* Where a question of the other flow is asked here; what is not is of the step. */
static const char *install_question(const char *id)
{
    static const char *const others[][2] = {{"url", "mirror"}, {"login-password", "password"}};

    for (gsize i = 0; i < G_N_ELEMENTS(others); i++) {
        if (strcmp(others[i][0], id) == 0)
            return others[i][1];
    }
    for (const struct lathe_question *row = netboot_install_questions; row->id != NULL; row++) {
        if (strcmp(row->id, id) == 0)
            return row->id;
    }
    return NULL;
}

/* Its own check has told. */
static bool install_is_told(const struct lathe_answers *answers, const char *id)
{
    const struct lathe_question *question =
        id != NULL ? lathe_flow_find(lathe_answers_flow(answers), id, NULL) : NULL;

    return question != NULL &&
           !lathe_question_check(answers, question, lathe_answers_value(answers, id), NULL);
}

static void install_check(const struct lathe_answers *answers, const struct lathe_answers *made,
                          struct lathe_problems *problems)
{
    struct lathe_problems *found = lathe_flow_check(made, NULL);

    for (guint i = 0; i < found->found->len; i++) {
        const struct lathe_problem *one = found->found->pdata[i];
        const char *id = one->question != NULL ? install_question(one->question->id) : NULL;
        if (!one->warning && !(asks_here(answers) && install_is_told(answers, id)))
            lathe_problem_add(problems, asks_here(answers) ? id : "saved", "%s", one->sentence);
    }
    lathe_problems_free(found);
}

void netboot_install_validate(const struct lathe_answers *answers, struct lathe_problems *problems)
{
    g_autoptr(GError) error = NULL;
    struct lathe_answers *made = NULL;
    bool answered = asks_here(answers) || *lathe_answers_value(answers, "saved") != '\0';

    if (!netboot_installs(answers) || asks_file(answers) || !answered)
        return;
    made = install_answers(answers, &error);
    if (made == NULL)
        lathe_problem_add(problems, "saved", "%s", error->message);
    else if (!lathe_answers_is(made, "platform", "x86_64"))
        lathe_problem_add(problems, "saved", "these answers are for another machine than a PC");
    else if (!lathe_answers_on(made, "automatic"))
        lathe_problem_add(problems, "saved", "with these answers the installer asks: \"%s\" is off",
                          _("Ask nothing"));
    else
        install_check(answers, made, problems);
    if (made != NULL)
        lathe_answers_free(made);
}
