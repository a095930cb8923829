/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The wizard's steps: the machine, what is wished of its firmware, the choice. */
#include "wizards/choice/choice.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/config/tree.h"
#include "app/plan/error.h"

/* ---- the machine ---- */

static const struct lathe_choice arch_choices[] = {
    {"x86_64", N_("a PC")},
    {"aarch64", N_("Arm, 64 bits")},
    {"i386", N_("a PC, 32 bits")},
    {"arm", N_("Arm, 32 bits")},
    {"riscv64", N_("RISC-V")},
    {"loongarch64", N_("LoongArch")},
    {NULL},
};

static const struct lathe_choice interface_choices[] = {
    {"uefi", N_("UEFI, which starts programs of its own format")},
    {"bios", N_("BIOS, which starts the first sector of a disk")},
    {NULL},
};

static const char *machine_propose(const struct lathe_answers *answers)
{
    const char *arch = lathe_answers_value(answers, "arch");

    return strcmp(arch, "x86_64") == 0 || strcmp(arch, "i386") == 0 ? "q35" : "virt";
}

static bool word_check(const char *text, GError **error)
{
    for (const char *at = text; *at != '\0'; at++) {
        if (!g_ascii_isalnum(*at) && strchr("._-+", *at) == NULL)
            return lathe_error_input(error, "'%s' is no name of a type of machine", text);
    }
    return true;
}

static const struct lathe_question machine_questions[] = {
    {"arch", N_("Architecture"), N_("Whose instructions the machine runs."), LATHE_QUESTION_CHOICE,
     .required = true, .initial = "x86_64", .choices = arch_choices},
    {"machine", N_("Machine"), N_("Its type: q35, virt, or in full, as pc-q35-10.0."),
     LATHE_QUESTION_TEXT, .required = true, .propose = machine_propose, .check = word_check},
    {"interface", N_("Starts by"), N_("What the guest's disk or disc is made for."),
     LATHE_QUESTION_CHOICE, .required = true, .initial = "uefi", .choices = interface_choices},
    {NULL},
};

/* ---- wishes ---- */

static const struct lathe_choice wish_choices[] = {
    {"any", N_("it does not matter")}, {"yes", N_("it must")}, {"no", N_("it must not")}, {NULL}};

static bool is_uefi(const struct lathe_answers *answers)
{
    return lathe_answers_is(answers, "interface", "uefi");
}

#define WISH(name, label, help)                                                                    \
    {                                                                                              \
        name, label, help, LATHE_QUESTION_CHOICE, .required = true, .initial = "any",              \
                                                  .choices = wish_choices, .asked = is_uefi        \
    }

static const struct lathe_question wish_questions[] = {
    WISH("secure-boot", N_("Secure Boot"),
         N_("Whether it can be made to start only what is signed by keys that it has.")),
    WISH("enrolled-keys", N_("Keys enrolled"),
         N_("Whether its variables come with keys, so that Secure Boot is on from the first "
            "start.")),
    WISH("requires-smm", N_("System management mode"),
         N_("Whether it keeps its variables from the guest's system by it. Without, Secure Boot of "
            "a PC is weak: the system can write to the flash.")),
    WISH("acpi-s3", N_("Sleep (S3)"), N_("Whether the guest can sleep with its memory kept.")),
    WISH("strict-nx", N_("Strict memory protection"),
         N_("Whether no memory is writable and executable at once. Boot loaders of before 2022 "
            "often fail then.")),
    {"raw", N_("Raw images only"),
     N_("Lathe and old versions of libvirt take no firmware in qcow2 images."),
     LATHE_QUESTION_SWITCH, .initial = "yes"},
    {"folders", N_("Folders of descriptors"),
     N_("A line each, the most general first; a file hides those of its name in folders before. "
        "Empty: those of this host."),
     LATHE_QUESTION_LIST},
    {NULL},
};

static void wishes_validate(const struct lathe_answers *answers, struct lathe_problems *problems)
{
    bool none = lathe_answers_is(answers, "secure-boot", "no");

    if (none && lathe_answers_is(answers, "enrolled-keys", "yes"))
        lathe_problem_add(problems, "enrolled-keys",
                          "keys are enrolled for Secure Boot, and there shall be none");
}

/* ---- the choice ---- */

static const char *const wished[] = {"secure-boot", "enrolled-keys", "requires-smm", "acpi-s3",
                                     "strict-nx"};

static struct lathe_catalogue *choice_catalogue(const struct lathe_answers *answers)
{
    g_auto(GStrv) given = lathe_answers_list(answers, "folders");
    g_auto(GStrv) own = *given == NULL ? lathe_descriptor_folders() : NULL;

    return lathe_catalogue_read((const char *const *)(own != NULL ? own : given));
}

static void choice_read_wishes(struct choice *choice)
{
    g_ptr_array_add(choice->with, (gpointer)lathe_answers_value(choice->answers, "interface"));
    for (size_t i = 0; i < G_N_ELEMENTS(wished); i++) {
        if (lathe_answers_is(choice->answers, wished[i], "yes"))
            g_ptr_array_add(choice->with, (gpointer)wished[i]);
        else if (lathe_answers_is(choice->answers, wished[i], "no"))
            g_ptr_array_add(choice->without, (gpointer)wished[i]);
    }
    g_ptr_array_add(choice->with, NULL);
    g_ptr_array_add(choice->without, NULL);
}

void choice_init(struct choice *choice, const struct lathe_answers *answers)
{
    const char *name = lathe_answers_value(answers, "firmware");

    *choice = (struct choice){choice_catalogue(answers), g_ptr_array_new(), g_ptr_array_new()};
    choice->answers = answers;
    choice_read_wishes(choice);
    choice->wish = (struct lathe_firmware_wish){
        lathe_answers_value(answers, "arch"),     lathe_answers_value(answers, "machine"),
        (const char *const *)choice->with->pdata, (const char *const *)choice->without->pdata,
        lathe_answers_on(answers, "raw"),         *name != '\0' ? name : NULL};
    choice->item = lathe_catalogue_choose(choice->catalogue, &choice->wish);
}

void choice_clear(struct choice *choice)
{
    g_ptr_array_unref(choice->with);
    g_ptr_array_unref(choice->without);
    lathe_catalogue_free(choice->catalogue);
}

static const struct lathe_question choice_questions[] = {
    {"firmware", N_("Firmware"),
     N_("One of those above by its name, if it fits. Empty: the first that does."),
     LATHE_QUESTION_TEXT},
    {"vars", N_("File of variables"),
     N_("The machine's own, made from the firmware's template when it starts first. Empty: where "
        "who runs it keeps such files."),
     LATHE_QUESTION_FILE, .asked = is_uefi},
    {NULL},
};

static char *choice_enter(const struct lathe_answers *answers)
{
    GString *out = g_string_new(NULL);
    struct choice choice;

    choice_init(&choice, answers);
    choice_write_reasons(&choice, out);
    choice_clear(&choice);
    return g_string_free(out, FALSE);
}

static const struct lathe_firmware_item *choice_find(const struct choice *choice, const char *name)
{
    for (guint i = 0; i < choice->catalogue->items->len; i++) {
        const struct lathe_firmware_item *item = choice->catalogue->items->pdata[i];
        if (strcmp(item->descriptor->name, name) == 0)
            return item;
    }
    return NULL;
}

static void choice_validate_named(const struct choice *choice, struct lathe_problems *problems)
{
    const struct lathe_firmware_item *item = choice_find(choice, choice->wish.name);
    g_autofree char *why = item != NULL ? lathe_firmware_item_misses(item, &choice->wish) : NULL;

    if (item == NULL)
        lathe_problem_add(problems, "firmware", "there is no firmware '%s'", choice->wish.name);
    else if (why != NULL)
        lathe_problem_add(problems, "firmware", "'%s' cannot be taken: %s", choice->wish.name, why);
}

static void choice_validate(const struct lathe_answers *answers, struct lathe_problems *problems)
{
    struct choice choice;

    choice_init(&choice, answers);
    if (choice.wish.name != NULL)
        choice_validate_named(&choice, problems);
    else if (choice.item == NULL)
        lathe_problem_add(problems, NULL,
                          "no firmware of this host is that: wish for less, or install more");
    choice_clear(&choice);
}

static void choice_apply(const struct lathe_answers *answers, struct lathe_outcome *outcome)
{
    struct choice choice;

    choice_init(&choice, answers);
    choice_write_reasons(&choice, lathe_outcome_file(outcome, "firmware.txt"));
    if (choice.item != NULL) {
        choice_write_libvirt(&choice, lathe_outcome_file(outcome, "domain.xml"));
        choice_write_qemu(&choice, lathe_outcome_file(outcome, "qemu.args"));
        choice_note(&choice, outcome);
    }
    choice_clear(&choice);
}

static const struct lathe_step firmware_steps[] = {
    {"machine", N_("Machine"), machine_questions},
    {"wishes", N_("What the firmware shall do"), wish_questions, .validate = wishes_validate},
    {"choice", N_("Choice"), choice_questions, .enter = choice_enter, .validate = choice_validate,
     .apply = choice_apply},
    {NULL},
};

const struct lathe_flow lathe_firmware_flow = {
    "firmware", N_("Firmware"),
    N_("Which firmware of this host is what a machine needs, and why not another"), firmware_steps};

/* ---- reading a definition ---- */

static void read_put(struct lathe_answers *answers, const char *id, char *text)
{
    if (text != NULL && *text != '\0')
        lathe_answers_set(answers, id, text, NULL);
    g_free(text);
}

static void read_features(struct lathe_answers *answers, const xmlNode *os)
{
    const xmlNode *firmware = lathe_tree_child(os, "firmware");

    for (const xmlNode *row = lathe_tree_child(firmware, "feature"); row != NULL;
         row = lathe_tree_next(row)) {
        g_autofree char *name = lathe_tree_get(row, "name");
        bool on = lathe_tree_is(row, "enabled", "yes");
        if (name != NULL && g_strv_contains(wished, name))
            lathe_answers_set(answers, name, on ? "yes" : "no", NULL);
    }
}

/* A build that has no descriptor is known by its file. */
static void read_loader(struct lathe_answers *answers, const xmlNode *loader)
{
    static const char *const none[] = {NULL};
    g_autofree char *path = lathe_tree_text(loader);
    g_autoptr(lathe_catalogue) builds = lathe_catalogue_read(none);
    const struct lathe_descriptor *build =
        path != NULL ? lathe_catalogue_find_build(builds, path) : NULL;

    if (lathe_tree_is(loader, "secure", "yes"))
        lathe_answers_set(answers, "requires-smm", "yes", NULL);
    if (build != NULL && lathe_descriptor_has_feature(build, "strict-nx"))
        lathe_answers_set(answers, "strict-nx", "yes", NULL);
    if (lathe_tree_is(loader, "format", "qcow2"))
        lathe_answers_set(answers, "raw", "no", NULL);
    if (lathe_tree_is(loader, "type", "rom"))
        lathe_answers_set(answers, "interface", "bios", NULL);
}

static void read_os(struct lathe_answers *answers, const xmlNode *os)
{
    const xmlNode *type = lathe_tree_child(os, "type");

    read_put(answers, "arch", lathe_tree_get(type, "arch"));
    read_put(answers, "machine", lathe_tree_get(type, "machine"));
    if (lathe_tree_is(os, "firmware", "bios"))
        lathe_answers_set(answers, "interface", "bios", NULL);
    read_features(answers, os);
    if (lathe_tree_child(os, "loader") != NULL)
        read_loader(answers, lathe_tree_child(os, "loader"));
    read_put(answers, "vars", lathe_tree_text(lathe_tree_child(os, "nvram")));
}

struct lathe_answers *lathe_firmware_read(const char *text, gsize length, GError **error)
{
    xmlDoc *document = lathe_tree_parse("definition", text, length, error);
    xmlNode *os = document != NULL ? lathe_tree_child(xmlDocGetRootElement(document), "os") : NULL;
    struct lathe_answers *answers = os != NULL ? lathe_answers_new(&lathe_firmware_flow) : NULL;

    if (answers != NULL)
        read_os(answers, os);
    else if (document != NULL)
        lathe_error_input(error, "there is no element os in it");
    if (document != NULL)
        xmlFreeDoc(document);
    return answers;
}
