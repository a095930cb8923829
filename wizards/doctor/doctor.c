/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The flow: the message, the machine, what its processor is compared with, what helps. */
#include "wizards/doctor/doctor.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/plan/error.h"
#include "wizards/doctor/change.h"

#define MAP_USUAL "/usr/share/libvirt/cpu_map"
#define FEW       40u /* features that are told one by one */

/* ---- questions ---- */

static const struct lathe_question message_questions[] = {
    {"message", N_("Message"),
     N_("What QEMU, libvirt or the log said, pasted as it is. Empty: there is none."),
     LATHE_QUESTION_LIST},
    {NULL},
};

static const struct lathe_question machine_questions[] = {
    {"definition", N_("Definition"),
     N_("A file with the machine's definition (libvirt's XML, Lathe's machine.xml), or its element "
        "cpu alone. Empty: see below."),
     LATHE_QUESTION_FILE},
    {"cpu", N_("Definition, pasted"),
     N_("The same as text. Both empty: a processor as the host's."), LATHE_QUESTION_LIST},
    {"map", N_("Models"),
     N_("A folder with libvirt's models of processors, which say what a name stands for."),
     LATHE_QUESTION_FILE, .initial = MAP_USUAL},
    {NULL},
};

static const struct lathe_choice against_choices[] = {
    {"none", N_("nothing: the message says enough")},
    {"here", N_("this computer's processor")},
    {"lathe", N_("what Lathe emulates")},
    {"file", N_("a host's, from a file")},
    {NULL},
};

static bool is_file(const struct lathe_answers *answers)
{
    return lathe_answers_is(answers, "against", "file");
}

static const struct lathe_question processor_questions[] = {
    {"against", N_("Compare with"), N_("Where the machine shall run."), LATHE_QUESTION_CHOICE,
     .required = true, .initial = "none", .choices = against_choices},
    {"host", N_("The host's processor"),
     N_("A file: virsh capabilities, virsh domcapabilities, QEMU's query-cpu-model-expansion as "
        "JSON, or /proc/cpuinfo."),
     LATHE_QUESTION_FILE, .required = true, .asked = is_file},
    {"other", N_("Another host's processor"),
     N_("A file of the same kinds, of where the machine may be moved to. Empty: nowhere."),
     LATHE_QUESTION_FILE},
    {NULL},
};

/* ---- what the answers come to ---- */

struct doctor {
    const struct lathe_answers *answers;
    const char *map;
    struct doctor_message *message;
    struct doctor_change *change;
    struct doctor_cpu *wanted, *host, *other; /* host, other: NULL: not said */
    struct doctor_cpu *model;                 /* what its model has alone; NULL: not known */
    GPtrArray *missing, *moved;               /* of char *: on the host, on the other one */
    const char *wrong;                        /* the question whose file cannot be used */
    GError *error;
};

static char *doctor_text(const struct lathe_answers *answers, const char *list)
{
    g_auto(GStrv) lines = lathe_answers_list(answers, list);

    return g_strjoinv("\n", lines);
}

static void doctor_fail(struct doctor *doctor, const char *question)
{
    if (doctor->wrong == NULL)
        doctor->wrong = question;
}

static void doctor_read_definition(struct doctor *doctor)
{
    const char *path = lathe_answers_value(doctor->answers, "definition");
    GError **error = doctor->error == NULL ? &doctor->error : NULL;
    gsize length = 0;
    g_autofree char *text =
        *path != '\0' ? doctor_load(path, &length, error) : doctor_text(doctor->answers, "cpu");

    if (text != NULL)
        doctor->change = doctor_change_new(text, *path != '\0' ? length : strlen(text), error);
    if (doctor->change == NULL) {
        doctor_fail(doctor, *path != '\0' ? "definition" : "cpu");
        doctor->change = doctor_change_new("", 0, NULL);
    }
}

static struct doctor_cpu *doctor_read_cpu(struct doctor *doctor, const char *question,
                                          const char *path)
{
    struct doctor_cpu *cpu =
        doctor_cpu_read_file(path, doctor->map, doctor->error == NULL ? &doctor->error : NULL);

    if (cpu == NULL)
        doctor_fail(doctor, question);
    return cpu;
}

static void doctor_read_hosts(struct doctor *doctor)
{
    const char *other = lathe_answers_value(doctor->answers, "other");

    if (lathe_answers_is(doctor->answers, "against", "lathe"))
        doctor->host = doctor_cpu_of_lathe();
    else if (lathe_answers_is(doctor->answers, "against", "here"))
        doctor->host = doctor_read_cpu(doctor, "against", "/proc/cpuinfo");
    else if (is_file(doctor->answers) && *lathe_answers_value(doctor->answers, "host") != '\0')
        doctor->host =
            doctor_read_cpu(doctor, "host", lathe_answers_value(doctor->answers, "host"));
    if (*other != '\0')
        doctor->other = doctor_read_cpu(doctor, "other", other);
}

static void names_add(GPtrArray *names, const GPtrArray *more)
{
    for (guint i = 0; i < more->len; i++) {
        if (!g_ptr_array_find_with_equal_func(names, more->pdata[i], g_str_equal, NULL))
            g_ptr_array_add(names, g_strdup(more->pdata[i]));
    }
}

/* Words of kernels (/proc/cpuinfo) that are no features of processors: those that no model and no
 * emulator knows. */
static bool doctor_is_feature(const struct doctor_cpu *known, const char *name)
{
    return known == NULL || doctor_cpu_has(known, name);
}

/* All that libvirt knows; NULL: its folder is not there. */
static struct doctor_cpu *doctor_known(const struct doctor *doctor)
{
    struct doctor_cpu *known = doctor_cpu_new();

    if (doctor_cpu_add_features(known, doctor->map))
        return known;
    doctor_cpu_free(known);
    return NULL;
}

static void doctor_compare(struct doctor *doctor, GPtrArray *out, const struct doctor_cpu *wanted,
                           const struct doctor_cpu *offered)
{
    g_autoptr(GPtrArray) missing = doctor_cpu_missing(wanted, offered);
    g_autoptr(GPtrArray) real = g_ptr_array_new();
    struct doctor_cpu *known = wanted == doctor->wanted ? NULL : doctor_known(doctor);

    for (guint i = 0; i < missing->len; i++) {
        if (doctor_is_feature(known, missing->pdata[i]))
            g_ptr_array_add(real, missing->pdata[i]);
    }
    names_add(out, real);
    doctor_cpu_free(known);
}

static void doctor_find_missing(struct doctor *doctor)
{
    const struct doctor_cpu *seen =
        doctor_change_follows_host(doctor->change) ? doctor->host : doctor->wanted;

    names_add(doctor->missing, doctor->message->missing);
    if (doctor->host != NULL)
        doctor_compare(doctor, doctor->missing, doctor->wanted, doctor->host);
    if (doctor->other != NULL && seen != NULL)
        doctor_compare(doctor, doctor->moved, seen, doctor->other);
}

static void doctor_treat(struct doctor *doctor)
{
    g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func(g_free);

    names_add(all, doctor->missing);
    names_add(all, doctor->moved);
    doctor_change_model(doctor->change, doctor->message, doctor->host);
    doctor_change_drop(doctor->change, all, doctor->wanted, doctor->model);
    doctor_change_forget(doctor->change, doctor->message->unknown);
    doctor_change_ask(doctor->change, doctor->message->extra);
}

static void doctor_read_model(struct doctor *doctor)
{
    doctor->model = doctor_cpu_new();
    if (doctor->wanted->model == NULL ||
        !doctor_cpu_add_model(doctor->model, doctor->map, doctor->wanted->model))
        g_clear_pointer(&doctor->model, doctor_cpu_free);
}

static void doctor_init(struct doctor *doctor, const struct lathe_answers *answers)
{
    g_autofree char *text = doctor_text(answers, "message");

    *doctor = (struct doctor){.answers = answers, .map = lathe_answers_value(answers, "map")};
    doctor->message = doctor_message_read(text);
    doctor->missing = g_ptr_array_new_with_free_func(g_free);
    doctor->moved = g_ptr_array_new_with_free_func(g_free);
    doctor_read_definition(doctor);
    doctor_read_hosts(doctor);
    doctor->wanted = doctor_change_wanted(doctor->change, doctor->map);
    doctor_read_model(doctor);
    doctor_find_missing(doctor);
    doctor_treat(doctor);
}

static void doctor_clear(struct doctor *doctor)
{
    doctor_message_free(doctor->message);
    doctor_change_free(doctor->change);
    doctor_cpu_free(doctor->wanted);
    doctor_cpu_free(doctor->model);
    doctor_cpu_free(doctor->host);
    doctor_cpu_free(doctor->other);
    g_ptr_array_unref(doctor->missing);
    g_ptr_array_unref(doctor->moved);
    g_clear_error(&doctor->error);
}

/* ---- the report ---- */

static void report_features(GString *out, const GPtrArray *features)
{
    const char *told = NULL;

    for (guint i = 0; i < MIN(features->len, FEW); i++) {
        const char *why = doctor_feature_reason(features->pdata[i]);
        bool new = why != NULL &&g_strcmp0(why, told) != 0;
        g_string_append_printf(out, "\n    %s%s%s", (const char *)features->pdata[i],
                               new ? ": " : "", new ? why : "");
        told = why;
    }
    if (features->len > FEW)
        g_string_append_printf(out, _("\n    and %u more"), features->len - FEW);
}

static void report_list(GString *out, const char *title, const GPtrArray *features)
{
    if (features->len == 0)
        return;
    g_string_append_printf(out, "%s%s", out->len != 0 ? "\n" : "", title);
    report_features(out, features);
}

static void report_models(const struct doctor_message *message, GString *out)
{
    const char *before = out->len != 0 ? "\n" : "";

    if (message->model != NULL)
        g_string_append_printf(out,
                               _("%sThe host does not know the model %s: it is another "
                                 "architecture's, or newer than its QEMU or libvirt."),
                               before, message->model);
    before = out->len != 0 ? "\n" : "";
    if (message->newest != NULL)
        g_string_append_printf(out, _("%sThe model is newer than this host, which can have %s."),
                               before, message->newest);
    before = out->len != 0 ? "\n" : "";
    if (message->vendor)
        g_string_append_printf(out,
                               _("%sThe model is of another maker than the host's "
                                 "processor."),
                               before);
}

static void report_help(const struct doctor_change *change, GString *out)
{
    if (change->lines->len == 0) {
        g_string_append_printf(out, "%s%s", out->len != 0 ? "\n" : "",
                               _("Nothing has to be changed."));
        return;
    }
    g_string_append_printf(out, "\n%s", _("What helps:"));
    for (guint i = 0; i < change->lines->len; i++)
        g_string_append_printf(out, "\n    %s", (const char *)change->lines->pdata[i]);
}

static void doctor_report(const struct doctor *doctor, GString *out)
{
    report_models(doctor->message, out);
    report_list(out, _("The host, or what runs the machine there, lacks:"), doctor->missing);
    report_list(out, _("QEMU there does not know:"), doctor->message->unknown);
    report_list(out, _("The guest has, and was not asked for:"), doctor->message->extra);
    report_list(out, _("The other host lacks, so that a running guest cannot be moved to it:"),
                doctor->moved);
    report_help(doctor->change, out);
}

/* ---- steps ---- */

static void message_validate(const struct lathe_answers *answers, struct lathe_problems *problems)
{
    g_autofree char *text = doctor_text(answers, "message");
    struct doctor_message *message = doctor_message_read(text);

    if (*text != '\0' && !doctor_message_says(message))
        lathe_problem_warn(problems, "message",
                           "there is nothing about features or models of processors in it");
    doctor_message_free(message);
}

static void help_validate(const struct lathe_answers *answers, struct lathe_problems *problems)
{
    bool silent = *lathe_answers_value(answers, "message") == '\0' &&
                  lathe_answers_is(answers, "against", "none");
    struct doctor doctor;

    doctor_init(&doctor, answers);
    if (doctor.wrong != NULL)
        lathe_problem_add(problems, NULL, "%s: %s", doctor.wrong, doctor.error->message);
    else if (silent)
        lathe_problem_add(problems, NULL,
                          "there is nothing to look at: give a message, or something to compare "
                          "with");
    doctor_clear(&doctor);
}

static char *help_enter(const struct lathe_answers *answers)
{
    GString *out = g_string_new(NULL);
    struct doctor doctor;

    doctor_init(&doctor, answers);
    doctor_report(&doctor, out);
    doctor_clear(&doctor);
    return g_string_free(out, FALSE);
}

static void help_apply(const struct lathe_answers *answers, struct lathe_outcome *outcome)
{
    struct doctor doctor;

    doctor_init(&doctor, answers);
    doctor_report(&doctor, lathe_outcome_file(outcome, "report.txt"));
    if (doctor.change->lines->len != 0) {
        doctor_write_xml(lathe_outcome_file(outcome, "cpu.xml"), doctor.change->cpu);
        if (doctor.change->whole)
            doctor_write_xml(lathe_outcome_file(outcome, "domain.xml"),
                             xmlDocGetRootElement(doctor.change->document));
        lathe_outcome_note(outcome, "Put the element cpu in the place of the definition's: virsh "
                                    "edit NAME, or lathe edit NAME.");
    }
    doctor_clear(&doctor);
}

static const struct lathe_step doctor_steps[] = {
    {"message", N_("Message"), message_questions, .validate = message_validate},
    {"machine", N_("Machine"), machine_questions},
    {"processors", N_("Processors"), processor_questions},
    {"help", N_("What helps"), NULL, .enter = help_enter, .validate = help_validate,
     .apply = help_apply},
    {NULL},
};

const struct lathe_flow lathe_doctor_flow = {
    "doctor", N_("CPU Doctor"),
    N_("Why a machine's processor cannot be had, what it would miss elsewhere, and what helps"),
    doctor_steps};

struct lathe_answers *lathe_doctor_read(const char *text, gsize length, GError **error)
{
    struct lathe_answers *answers = lathe_answers_new(&lathe_doctor_flow);
    g_autofree char *copy = g_strndup(text, length);
    g_autofree char *plain = g_strdelimit(g_strdup(g_strchomp(copy)), "\t\r", ' ');
    bool xml = plain[strspn(plain, " \n")] == '<';

    if (lathe_answers_set(answers, xml ? "cpu" : "message", plain, error))
        return answers;
    lathe_answers_free(answers);
    return NULL;
}
