/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The flow: what is started, by whom, what it is told; and what comes of it. */
#include "wizards/netboot/netboot.h"

#include <glib/gi18n.h>
#include <string.h>
#include <sys/stat.h>

#include "app/plan/error.h"
#include "app/plan/size.h"
#include "wizards/firmware/pe.h"
#include "wizards/firmware/store-file.h"
#include "wizards/installer/automatic.h"
#include "wizards/netboot/model.h"

#define GIB (1ull << 30)

/* ---- when a question is asked ---- */

#define ASKED(name, source)                                                                        \
    static bool asked_##name(const struct lathe_answers *answers)                                  \
    {                                                                                              \
        return netboot_source_is(answers, source);                                                 \
    }
ASKED(iso, NETBOOT_ISO)
ASKED(uki, NETBOOT_UKI)
ASKED(kernel, NETBOOT_KERNEL)
ASKED(folder, NETBOOT_FOLDER)
ASKED(script, NETBOOT_IPXE)
ASKED(url, NETBOOT_ADDR)

/* What cannot be told anything on a command line of ours. */
static bool asked_credentials(const struct lathe_answers *answers)
{
    return asked_iso(answers) || asked_uki(answers) || asked_folder(answers);
}

static const char *first_that_is(const char *const *paths)
{
    for (; *paths != NULL; paths++)
        if (g_file_test(*paths, G_FILE_TEST_EXISTS))
            return *paths;
    return NULL;
}

static const char *propose_shim(const struct lathe_answers *answers)
{
    static const char *const paths[] = {"/usr/lib/shim/shimx64.efi.signed", NULL};

    return netboot_is_secure(answers) ? first_that_is(paths) : NULL;
}

static const char *propose_grub(const struct lathe_answers *answers)
{
    static const char *const paths[] = {"/usr/lib/grub/x86_64-efi-signed/grubnetx64.efi.signed",
                                        "/usr/lib/grub/x86_64-efi/monolithic/grubnetx64.efi", NULL};

    return first_that_is(paths);
}

/* ---- checks ---- */

static bool check_size(const char *text, GError **error)
{
    uint64_t size;

    return lathe_size_parse(text, &size, error);
}

static bool check_url(const char *text, GError **error)
{
    if (!g_str_has_prefix(text, "http://") && !g_str_has_prefix(text, "https://"))
        return lathe_error_input(error, "an address begins with http:// or https://");
    return strlen(text) <= EMU_NETBOOT_NAME_MAX ||
           lathe_error_input(error, "DHCP has room for %u bytes of an address",
                             EMU_NETBOOT_NAME_MAX);
}

bool netboot_check_file(const char *text, GError **error)
{
    struct stat found;

    if (strchr(text, '\n') != NULL || stat(text, &found) != 0 || !S_ISREG(found.st_mode))
        return lathe_error_input(error, "there is no such file");
    return true;
}

static bool check_folder(const char *text, GError **error)
{
    return g_file_test(text, G_FILE_TEST_IS_DIR) ||
           lathe_error_input(error, "there is no such folder");
}

/* NAME=VALUE; names as systemd's. */
static bool check_credential(const char *text, GError **error)
{
    return g_regex_match_simple("^[A-Za-z0-9._-]+=.+$", text, 0, 0) ||
           lathe_error_input(error, "a credential is written NAME=VALUE");
}

/* ---- questions ---- */

static const struct lathe_choice source_choices[] = {
    {"iso", N_("a disc image")},
    {"uki", N_("a unified kernel image")},
    {"kernel", N_("a kernel and its initial RAM disk")},
    {"folder", N_("a folder with shim, GRUB or another boot program")},
    {"ipxe", N_("a script for iPXE")},
    {"url", N_("an address in the network")},
    {NULL},
};

static const struct lathe_question source_questions[] = {
    {"source", N_("What is started"), N_("Where the system comes from."), LATHE_QUESTION_CHOICE,
     .required = true, .initial = "kernel", .choices = source_choices},
    {"iso", N_("Disc image"), N_("UEFI loads it into memory and starts it as a CD."),
     LATHE_QUESTION_FILE, .required = true, .asked = asked_iso, .check = netboot_check_file},
    {"uki", N_("Unified kernel image"), N_("A UEFI program that holds all it needs."),
     LATHE_QUESTION_FILE, .required = true, .asked = asked_uki, .check = netboot_check_file},
    {"kernel", N_("Kernel"), N_("Of an installer, for example linux of Debian's netboot."),
     LATHE_QUESTION_FILE, .required = true, .asked = asked_kernel, .check = netboot_check_file},
    {"initrd", N_("Initial RAM disk"), N_("Empty: none."), LATHE_QUESTION_FILE,
     .asked = asked_kernel, .check = netboot_check_file},
    {"append", N_("Kernel command line"), N_("What the kernel is told, in one line."),
     LATHE_QUESTION_TEXT, .asked = asked_kernel},
    {"folder", N_("Folder"), N_("All files in it and below are given, and nothing else."),
     LATHE_QUESTION_FILE, .required = true, .asked = asked_folder, .check = check_folder},
    {"first", N_("First program"), N_("Its name in the folder."), LATHE_QUESTION_TEXT,
     .required = true, .initial = "shimx64.efi", .asked = asked_folder},
    {"script", N_("Script"), N_("It begins with #!ipxe."), LATHE_QUESTION_FILE, .required = true,
     .asked = asked_script, .check = netboot_check_file},
    {"url", N_("Address"), N_("As https://boot.netboot.xyz/ipxe/netboot.xyz.lkrn or one of yours."),
     LATHE_QUESTION_TEXT, .required = true, .asked = asked_url, .check = check_url},
    {NULL},
};

/* PXE loads a program, not a disc; iPXE for a BIOS starts no UEFI program; and Debian's GRUB finds
 * its menu by PXE, but not where HTTP boot started it. */
static bool can_efi(const struct lathe_answers *answers)
{
    return !asked_iso(answers) && !asked_script(answers) && !asked_url(answers);
}

static bool can_http(const struct lathe_answers *answers)
{
    return !asked_script(answers) && !asked_kernel(answers);
}

static bool can_ipxe(const struct lathe_answers *answers)
{
    return asked_kernel(answers) || asked_script(answers) || asked_url(answers);
}

static const struct lathe_choice client_choices[] = {
    {"efi", N_("UEFI, by PXE"), can_efi},
    {"http", N_("UEFI, by HTTP"), can_http},
    {"ipxe", N_("a BIOS with iPXE"), can_ipxe},
    {NULL},
};

static const char *propose_client(const struct lathe_answers *answers)
{
    if (asked_script(answers))
        return "ipxe";
    return asked_kernel(answers) ? "efi" : "http";
}

static const struct lathe_question client_questions[] = {
    {"client", N_("Who starts it"), N_("UEFI's HTTP boot is faster than PXE."),
     LATHE_QUESTION_CHOICE, .required = true, .choices = client_choices, .propose = propose_client},
    {"secure", N_("Secure Boot"),
     N_("UEFI starts what a key it knows has signed, and nothing else."), LATHE_QUESTION_SWITCH,
     .initial = "no", .asked = netboot_is_efi},
    {"shim", N_("shim"), N_("Secure Boot's first program, which has its distributor's key."),
     LATHE_QUESTION_FILE, .asked = netboot_has_grub, .check = netboot_check_file,
     .propose = propose_shim},
    {"grub", N_("GRUB"), N_("The one for networks: grubnetx64.efi, signed for Secure Boot."),
     LATHE_QUESTION_FILE, .required = true, .asked = netboot_has_grub, .check = netboot_check_file,
     .propose = propose_grub},
    {"memory", N_("Memory"),
     N_("Of the machine, as 2G. What is loaded needs room beside the system."), LATHE_QUESTION_TEXT,
     .required = true, .initial = "2G", .check = check_size},
    {NULL},
};

static const struct lathe_choice volume_choices[] = {
    {"none", N_("none")},
    {"oemdrv", N_("OEMDRV: a kickstart file, for Red Hat's installer")},
    {"cidata", N_("CIDATA: user-data, for cloud-init and Ubuntu's installer")},
    {NULL},
};

static const struct lathe_question told_questions[] = {
    {"credentials", N_("Credentials"),
     N_("A line each, NAME=VALUE, for systemd in the guest: passwd.hashed-password.root=... The "
        "command line of what is started cannot be set here."),
     LATHE_QUESTION_LIST, .asked = asked_credentials, .check = check_credential},
    {"volume", N_("Volume with answers"),
     N_("A second disc that installers look for by its name, where the command line cannot be "
        "set."),
     LATHE_QUESTION_CHOICE, .initial = "none", .choices = volume_choices,
     .asked = asked_credentials},
    {"pcap", N_("Record of the network"), N_("A file for all frames, as Wireshark reads it."),
     LATHE_QUESTION_FILE},
    {"place", N_("Folder for what is made"), N_("Where the files of this assistant will lie."),
     LATHE_QUESTION_TEXT, .required = true, .initial = "netboot"},
    {NULL},
};

/* ---- how answers fit ---- */

static guint64 size_of(const struct lathe_answers *answers, const char *id)
{
    const char *path = lathe_answers_value(answers, id);
    struct stat found;

    return *path != '\0' && stat(path, &found) == 0 ? (guint64)found.st_size : 0;
}

/* A disc lies in memory beside the system; firmware wants a piece of it in one. */
static void check_memory(const struct lathe_answers *answers, struct lathe_problems *problems)
{
    guint64 iso = size_of(answers, "iso");
    guint64 loaded = size_of(answers, "initrd") + size_of(answers, "uki");
    guint64 need = iso != 0 ? 2 * GIB + iso : loaded != 0 ? 4 * loaded + GIB / 2 : 0;
    uint64_t memory;

    if (!lathe_size_parse(lathe_answers_value(answers, "memory"), &memory, NULL) || memory >= need)
        return;
    g_autofree char *text = g_format_size_full(need, G_FORMAT_SIZE_IEC_UNITS);
    lathe_problem_warn(problems, "memory",
                       "what is started is loaded into memory: give the machine %s or more", text);
}

/*
 * Is the first program a GRUB, or a shim, that looks for its menu where PXE would have left it?
 * One with a script in it that sets up the network itself finds its own.
 */
static bool client_loses_menu(const struct lathe_answers *answers)
{
    const char *name = lathe_answers_value(answers, "first");
    g_autofree char *path = g_build_filename(lathe_answers_value(answers, "folder"), name, NULL);
    g_autoptr(GBytes) bytes = NULL;
    gsize size;
    const void *data;

    if (!asked_folder(answers) || !lathe_answers_is(answers, "client", "http"))
        return false;
    bytes = lathe_file_read(path, LATHE_PE_FILE_MAX, NULL);
    if (bytes == NULL)
        return false;
    data = g_bytes_get_data(bytes, &size);
    return strstr(name, "shim") != NULL ||
           (memmem(data, size, "grub_", 5) != NULL && memmem(data, size, "(http,", 6) == NULL);
}

static void client_validate(const struct lathe_answers *answers, struct lathe_problems *problems)
{
    check_memory(answers, problems);
    if (client_loses_menu(answers))
        lathe_problem_warn(problems, "client",
                           "a GRUB like Debian's does not find its menu where HTTP boot started "
                           "it: choose PXE for it, or make one that has a script in it "
                           "(grub-mkimage -c): net_bootp, set root=(http,%s), configfile "
                           "/grub/grub.cfg",
                           EMU_NETBOOT_ADDRESS);
    if (netboot_has_grub(answers) && netboot_is_secure(answers) &&
        *lathe_answers_value(answers, "shim") == '\0')
        lathe_problem_add(problems, "shim",
                          "Secure Boot needs shim in front of GRUB: install shim-signed");
    netboot_check_chain(answers, problems);
}

static char *script_head(const char *path)
{
    g_autofree char *text = NULL;
    gsize length = 0;

    if (!g_file_get_contents(path, &text, &length, NULL))
        return NULL;
    return g_strndup(text, MIN(length, 6));
}

static void source_validate(const struct lathe_answers *answers, struct lathe_problems *problems)
{
    g_autofree char *append = netboot_append(answers), *first = NULL, *head = NULL;

    if (asked_folder(answers)) {
        first = g_build_filename(lathe_answers_value(answers, "folder"),
                                 lathe_answers_value(answers, "first"), NULL);
        if (!g_file_test(first, G_FILE_TEST_IS_REGULAR))
            lathe_problem_add(problems, "first", "the folder has no such file");
    }
    if (asked_script(answers) && size_of(answers, "script") < LATHE_NETBOOT_TEXT_MAX) {
        head = script_head(lathe_answers_value(answers, "script"));
        if (g_strcmp0(head, "#!ipxe") != 0)
            lathe_problem_add(problems, "script", "a script for iPXE begins with #!ipxe");
    }
    if (strlen(append) > 2047)
        lathe_problem_add(problems, "append", "a kernel takes 2047 bytes");
}

/* ---- what comes of it ---- */

static void note_told(const struct lathe_answers *answers, struct lathe_outcome *outcome)
{
    if (lathe_answers_is(answers, "volume", "oemdrv"))
        lathe_outcome_note(outcome, "put the kickstart file, named ks.cfg, into a disc with the "
                                    "name OEMDRV, and add it with --cdrom");
    if (lathe_answers_is(answers, "volume", "cidata"))
        lathe_outcome_note(outcome, "put user-data and meta-data into a disc with the name CIDATA, "
                                    "and add it with --cdrom");
    if (netboot_is_secure(answers) && asked_uki(answers))
        lathe_outcome_note(outcome, "with Secure Boot a unified kernel takes no other command line "
                                    "than its own");
}

/* SMBIOS type 11, which systemd reads. */
static void write_credentials(const struct lathe_answers *answers, struct lathe_outcome *outcome)
{
    g_auto(GStrv) lines = lathe_answers_list(answers, "credentials");
    GString *text;

    if (lines[0] == NULL)
        return;
    text = lathe_outcome_file(outcome, "smbios-type11.txt");
    for (size_t i = 0; lines[i] != NULL; i++)
        g_string_append_printf(text, "%sio.systemd.credential:%s", i != 0 ? "\n" : "",
                               lathe_answers_masked(answers) ? LATHE_SECRET_MASK : lines[i]);
    lathe_outcome_note(outcome,
                       "the lines of smbios-type11.txt are strings of SMBIOS type 11: "
                       "lathe.args and qemu.sh have them, in libvirt they are <oemStrings>");
}

static void note_start(const struct lathe_answers *answers, struct lathe_outcome *outcome)
{
    const char *place = lathe_answers_value(answers, "place");

    if (netboot_installs(answers))
        lathe_outcome_note(outcome,
                           "write the files into the folder %s, then make a machine with: eval "
                           "\"lathe create NAME --disk size=20G $(cat %s/lathe.args)\". lathe run "
                           "NAME installs the system on its disk, and then starts it",
                           place, place);
    else
        lathe_outcome_note(outcome,
                           "write the files into the folder %s, then start it with: eval "
                           "\"lathe run $(cat %s/lathe.args)\"",
                           place, place);
}

static void told_apply(const struct lathe_answers *answers, struct lathe_outcome *outcome)
{
    if (netboot_has_grub(answers))
        netboot_write_grub(answers, lathe_outcome_file(outcome, "grub.cfg"));
    if (asked_kernel(answers) && !netboot_is_efi(answers))
        netboot_write_ipxe(answers, lathe_outcome_file(outcome, "boot.ipxe"));
    netboot_write_lathe(answers, lathe_outcome_file(outcome, "lathe.args"));
    netboot_write_definition(answers, lathe_outcome_file(outcome, "netboot.xml"));
    netboot_write_qemu(answers, lathe_outcome_file(outcome, "qemu.sh"));
    write_credentials(answers, outcome);
    note_told(answers, outcome);
    note_start(answers, outcome);
}

static void netboot_complete(struct lathe_answers *answers)
{
    if (netboot_installs(answers))
        installer_complete_salt(answers);
}

static const struct lathe_step netboot_steps[] = {
    {"source", N_("What is started"), source_questions, .validate = source_validate},
    {"install", N_("What is installed"), netboot_install_questions,
     .validate = netboot_install_validate, .apply = netboot_install_apply},
    {"client", N_("Who starts it"), client_questions, .validate = client_validate},
    {"told", N_("What it is told"), told_questions, .apply = told_apply},
    {NULL},
};

const struct lathe_flow lathe_netboot_flow = {
    "netboot", N_("Network boot"),
    N_("What a machine starts from the network that Lathe makes for it"), netboot_steps,
    netboot_complete};
