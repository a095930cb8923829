/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The questions, how they fit, and what comes of them (secure.h). */
#include "wizards/secure/secure.h"

#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>
#include <time.h>

#include "app/plan/error.h"
#include "app/plan/size.h"
#include "emulator/api/block.h"
#include "wizards/ignition/butane.h"
#include "wizards/ignition/host-key.h"
#include "wizards/installer/automatic.h"
#include "wizards/installer/installer.h"
#include "wizards/installer/yaml-out.h"
#include "wizards/secure/encrypt.h"
#include "wizards/secure/host.h"

LATHE_INSTALLER_CHECK(host_check, "hostname")
LATHE_INSTALLER_CHECK(key_check, "ssh-keys")
LATHE_INSTALLER_CHECK(salt_check, "salt")

#define SECURE_USER     "core"
#define SECURE_KEY_MAX  (64u << 10) /* bytes of a host-key document */
#define SECURE_DISK     "rhcos.qcow2"
#define SECURE_CONFIG   "config.crypted"
#define SECURE_KEY_FILE "/etc/se-hostkeys/ibm-z-hostkey-"

/* ---- checks of single answers ---- */

static bool check_file(const char *text, GError **error)
{
    return g_file_test(text, G_FILE_TEST_IS_REGULAR) ||
           lathe_error_input(error, "there is no such file");
}

static bool check_image(const char *text, GError **error)
{
    struct emu_block_info info;
    struct emu_error found = EMU_ERROR_INIT;

    if (!check_file(text, error))
        return false;
    if (g_str_has_suffix(text, ".gz") || g_str_has_suffix(text, ".xz"))
        return lathe_error_input(error, "it is packed: unpack it first, with gunzip or unxz");
    if (!emu_block_inspect(text, "qcow2", &info, &found))
        return lathe_error_from_emu(error, &found);
    return true;
}

static bool check_size(const char *text, GError **error)
{
    uint64_t size;

    return lathe_size_parse(text, &size, error);
}

static bool asks_papers(const struct lathe_answers *answers)
{
    return lathe_answers_on(answers, "verify");
}

/* ---- questions ---- */

static const struct lathe_question image_questions[] = {
    {"image", N_("Image"),
     N_("Unpacked: rhcos-...-qemu-secex.s390x.qcow2. It is not changed: a disk is made on top of "
        "it."),
     LATHE_QUESTION_FILE, .required = true, .check = check_image},
    {"gpg-key", N_("Key of the image"),
     N_("The public GPG key that comes with it (ignition-secex-key.gpg.pub): only this image can "
        "read what is encrypted for it."),
     LATHE_QUESTION_FILE, .required = true, .check = check_file},
    {NULL},
};

static const struct lathe_question key_questions[] = {
    {"host-keys", N_("Host-key documents"),
     N_("Files, a line each: one for every machine that the guest may run on (HKD-....crt)."),
     LATHE_QUESTION_LIST, .required = true, .check = check_file},
    {"verify", N_("Check them"),
     N_("Whether the documents are IBM's, valid and not revoked. Who takes false ones gives the "
        "guest's secrets away."),
     LATHE_QUESTION_SWITCH, .initial = "yes"},
    {"signing-key", N_("IBM's signing key"), N_("Its certificate, ibm-z-host-key-signing.crt."),
     LATHE_QUESTION_FILE, .required = true, .asked = asks_papers, .check = check_file},
    {"trusted", N_("Authority"),
     N_("Certificates that are trusted, a line each: DigiCert's root, or what it has signed."),
     LATHE_QUESTION_LIST, .required = true, .asked = asks_papers, .check = check_file},
    {"between", N_("Between them"),
     N_("Certificates between the authority and the signing key, a line each."),
     LATHE_QUESTION_LIST, .asked = asks_papers, .check = check_file},
    {"revoked", N_("Lists of revoked certificates"), N_("IBM's and the authority's, a line each."),
     LATHE_QUESTION_LIST, .required = true, .asked = asks_papers, .check = check_file},
    {NULL},
};

static const struct lathe_question system_questions[] = {
    {"ssh-keys", N_("SSH keys"), N_("Public keys that the user core may log in with, a line each."),
     LATHE_QUESTION_LIST, .check = key_check},
    {"password", N_("Password"),
     N_("Of the user core, for the serial console; it is written as a hash. One that begins with "
        "$6$ or $y$ is taken for a hash."),
     LATHE_QUESTION_SECRET},
    {"hostname", N_("Host name"), N_("Empty: the network's."), LATHE_QUESTION_TEXT,
     .check = host_check},
    {"salt", N_("Salt"),
     N_("What makes the hashes of the same passwords different from others'. Empty: chance."),
     LATHE_QUESTION_TEXT, .check = salt_check},
    {NULL},
};

static const struct lathe_question start_questions[] = {
    {"memory", N_("Memory"), N_("Of the guest, as 4G."), LATHE_QUESTION_TEXT, .required = true,
     .initial = "4G", .check = check_size},
    {"cpus", N_("Processors"), N_("How many the guest has."), LATHE_QUESTION_NUMBER,
     .required = true, .initial = "4", .low = 1, .high = 248},
    {"ssh-port", N_("Port for SSH"), N_("Of this host, which leads to the guest's port 22."),
     LATHE_QUESTION_NUMBER, .required = true, .initial = "2222", .low = 1, .high = 65535},
    {NULL},
};

/* ---- how answers fit ---- */

/* What gpg says to the key is known before anything is made. */
static void image_validate(const struct lathe_answers *answers, struct lathe_problems *problems)
{
    const char *key = lathe_answers_value(answers, "gpg-key");
    g_autoptr(GError) error = NULL;

    if (!check_file(key, NULL))
        return;
    g_autofree char *made = lathe_secure_encrypt("{}", key, &error);
    if (made == NULL)
        lathe_problem_add(problems, "gpg-key", "%s", error->message);
}

/* Each document by itself; *said: what was found of the good ones, a line each. */
static void keys_verify(const struct lathe_answers *answers, struct lathe_problems *problems,
                        GString *said)
{
    g_auto(GStrv) documents = lathe_answers_list(answers, "host-keys");
    g_auto(GStrv) trusted = lathe_answers_list(answers, "trusted");
    g_auto(GStrv) between = lathe_answers_list(answers, "between");
    g_auto(GStrv) revoked = lathe_answers_list(answers, "revoked");
    const struct lathe_host_key_papers papers = {
        lathe_answers_value(answers, "signing-key"), (const char *const *)trusted,
        (const char *const *)between, (const char *const *)revoked};

    for (size_t i = 0; documents[i] != NULL; i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *sentence = NULL;
        if (lathe_host_key_check(documents[i], &papers, time(NULL), &sentence, &error))
            g_string_append_printf(said, "%s%s", said->len != 0 ? "\n" : "", sentence);
        else if (problems != NULL)
            lathe_problem_add(problems, "host-keys", "%s", error->message);
    }
}

static bool keys_have_papers(const struct lathe_answers *answers)
{
    return *lathe_answers_value(answers, "signing-key") != '\0' &&
           *lathe_answers_value(answers, "trusted") != '\0' &&
           *lathe_answers_value(answers, "revoked") != '\0';
}

static void keys_validate(const struct lathe_answers *answers, struct lathe_problems *problems)
{
    g_autoptr(GString) said = g_string_new(NULL);

    if (!asks_papers(answers))
        lathe_problem_warn(problems, "verify",
                           "the host-key documents are not checked: a false one lets somebody else "
                           "read the guest's memory");
    else if (keys_have_papers(answers))
        keys_verify(answers, problems, said);
}

static void system_validate(const struct lathe_answers *answers, struct lathe_problems *problems)
{
    if (!lathe_answers_on(answers, "password") && !lathe_answers_on(answers, "ssh-keys"))
        lathe_problem_add(problems, "ssh-keys",
                          "without a password and without a key nobody can log in");
}

/* What this host lacks is no fault: the disk may be built here and run elsewhere. */
static void start_validate(const struct lathe_answers *answers, struct lathe_problems *problems)
{
    g_autoptr(GPtrArray) lacks = lathe_secure_lacks_here();

    for (guint i = 0; i < lacks->len; i++)
        lathe_problem_warn(problems, NULL, "to run it, this host lacks: %s",
                           (const char *)lacks->pdata[i]);
}

/* ---- what comes of it ---- */

/* A file's bytes in a data URL: documents may be PEM or DER. */
static void put_document(GString *out, const char *path, unsigned number)
{
    g_autofree char *data = NULL, *base64 = NULL, *url = NULL, *name = NULL;
    gsize length = 0;

    if (!g_file_get_contents(path, &data, &length, NULL) || length > SECURE_KEY_MAX)
        return;
    base64 = g_base64_encode((const guchar *)data, length);
    url = g_strconcat("data:;base64,", base64, NULL);
    name = g_strdup_printf(SECURE_KEY_FILE "%u", number);
    installer_yaml_text(out, 2, "- path:", name);
    installer_yaml_key(out, 3, "overwrite: true");
    installer_yaml_key(out, 3, "contents:");
    installer_yaml_text(out, 4, "source:", url);
}

static void put_user(GString *out, const struct lathe_answers *answers)
{
    g_auto(GStrv) keys = lathe_answers_list(answers, "ssh-keys");
    g_autofree char *hash = installer_hash(answers, "password", SECURE_USER);

    installer_yaml_key(out, 0, "passwd:");
    installer_yaml_key(out, 1, "users:");
    installer_yaml_text(out, 2, "- name:", SECURE_USER);
    if (keys[0] != NULL) {
        installer_yaml_key(out, 3, "ssh_authorized_keys:");
        installer_yaml_list(out, 4, keys);
    }
    if (*hash != '\0')
        installer_yaml_text(out, 3, "password_hash:", hash);
    installer_yaml_key(out, 3, "groups: [wheel]");
}

static void put_butane(GString *out, const struct lathe_answers *answers)
{
    g_auto(GStrv) documents = lathe_answers_list(answers, "host-keys");
    const char *host = lathe_answers_value(answers, "hostname");

    g_string_append(out, "variant: fcos\nversion: 1.4.0");
    put_user(out, answers);
    installer_yaml_key(out, 0, "storage:");
    installer_yaml_key(out, 1, "files:");
    for (unsigned i = 0; documents[i] != NULL; i++)
        put_document(out, documents[i], i + 1);
    if (*host != '\0') {
        installer_yaml_text(out, 2, "- path:", "/etc/hostname");
        installer_yaml_key(out, 3, "overwrite: true");
        installer_yaml_key(out, 3, "contents:");
        installer_yaml_text(out, 4, "inline:", host);
    }
    /* The image masks it: nobody looks into a secure guest by its console unless asked to. */
    installer_yaml_key(out, 0, "systemd:");
    installer_yaml_key(out, 1, "units:");
    installer_yaml_text(out, 2, "- name:", "serial-getty@.service");
    installer_yaml_key(out, 3, "mask: false");
}

/* An image without anything of its own over the other one. */
static void put_overlay(const struct lathe_answers *answers, struct lathe_outcome *outcome)
{
    const char *image = lathe_answers_value(answers, "image");
    g_autofree char *base = g_canonicalize_filename(image, NULL), *data = NULL;
    g_autofree char *folder = g_dir_make_tmp("lathe-secure-XXXXXX", NULL);
    struct emu_block_info info;
    gsize length = 0;

    if (folder == NULL || !emu_block_inspect(base, "qcow2", &info, NULL))
        return;
    g_autofree char *path = g_build_filename(folder, SECURE_DISK, NULL);
    const struct emu_block_creation creation = {path, "qcow2", info.size, base, "qcow2"};
    if (emu_block_create(&creation, NULL) && g_file_get_contents(path, &data, &length, NULL))
        g_string_append_len(lathe_outcome_bytes(outcome, SECURE_DISK), data, (gssize)length);
    g_unlink(path);
    g_rmdir(folder);
}

/* Encrypted it is only where it is used: what a preview shows is no secret. */
static void put_config(const struct lathe_answers *answers, struct lathe_outcome *outcome,
                       const char *ignition)
{
    g_autoptr(GError) error = NULL;

    if (lathe_answers_masked(answers)) {
        g_string_append(lathe_outcome_file(outcome, SECURE_CONFIG),
                        "-----BEGIN PGP MESSAGE-----\n...");
        return;
    }
    g_autofree char *made =
        lathe_secure_encrypt(ignition, lathe_answers_value(answers, "gpg-key"), &error);
    if (made != NULL)
        g_string_append(lathe_outcome_file(outcome, SECURE_CONFIG), g_strchomp(made));
    else
        lathe_outcome_note(outcome, "%s is not there: %s", SECURE_CONFIG, error->message);
}

static void put_start(GString *out, const struct lathe_answers *answers, bool first)
{
    g_string_append_printf(
        out,
        "#!/bin/sh\ncd \"$(dirname \"$0\")\" || exit\n"
        "exec qemu-system-s390x -accel kvm -machine s390-ccw-virtio,confidential-guest-support=pv0 "
        "\\\n    -cpu host -m %s -smp %s -nographic -object s390-pv-guest,id=pv0 \\\n"
        "    -drive if=none,id=dr1,file=" SECURE_DISK ",format=qcow2,auto-read-only=off "
        "-device virtio-blk-ccw,drive=dr1,iommu_platform=on \\\n"
        "    -netdev user,id=n1,hostfwd=tcp:127.0.0.1:%s-:22 "
        "-device virtio-net-ccw,netdev=n1,iommu_platform=on",
        lathe_answers_value(answers, "memory"), lathe_answers_value(answers, "cpus"),
        lathe_answers_value(answers, "ssh-port"));
    if (first)
        g_string_append(
            out, " \\\n    -drive if=none,id=drv_cfg,file=" SECURE_CONFIG ",format=raw,readonly=on "
                 "-device virtio-blk-ccw,serial=ignition_crypted,drive=drv_cfg,iommu_platform=on");
}

static void note_keys(const struct lathe_answers *answers, struct lathe_outcome *outcome)
{
    g_autoptr(GString) said = g_string_new(NULL);

    if (asks_papers(answers) && keys_have_papers(answers))
        keys_verify(answers, NULL, said);
    g_auto(GStrv) lines = g_strsplit(said->str, "\n", -1);
    for (size_t i = 0; lines[i] != NULL; i++)
        lathe_outcome_note(outcome, "%s", lines[i]);
}

static void secure_apply(const struct lathe_answers *answers, struct lathe_outcome *outcome)
{
    GString *butane = lathe_outcome_file(outcome, "config.bu");
    g_autoptr(GError) error = NULL;
    g_autofree char *ignition = NULL;

    put_butane(butane, answers);
    ignition = lathe_butane_to_ignition(butane->str, butane->len, NULL, &error);
    if (ignition == NULL) {
        lathe_outcome_note(outcome, "config.ign is not there: %s", error->message);
        return;
    }
    g_string_append(lathe_outcome_file(outcome, "config.ign"), ignition);
    put_config(answers, outcome, ignition);
    if (!lathe_answers_masked(answers)) /* a preview shows no images */
        put_overlay(answers, outcome);
    put_start(lathe_outcome_file(outcome, "first-start.sh"), answers, true);
    put_start(lathe_outcome_file(outcome, "start.sh"), answers, false);
    note_keys(answers, outcome);
    lathe_outcome_note(outcome, "start it first with: sh first-start.sh; then, and from then on, "
                                "with: sh start.sh, which has no disk with the configuration");
    lathe_outcome_note(outcome, "config.bu and config.ign hold what the encrypted file keeps from "
                                "the host: remove them when it works");
}

static const struct lathe_step secure_steps[] = {
    {"image", N_("Image"), image_questions, .validate = image_validate},
    {"keys", N_("Host keys"), key_questions, .validate = keys_validate},
    {"system", N_("System"), system_questions, .validate = system_validate},
    {"start", N_("Start"), start_questions, .validate = start_validate, .apply = secure_apply},
    {NULL},
};

const struct lathe_flow lathe_secure_flow = {
    "secure-execution", N_("Secure guest on IBM Z"),
    N_("CoreOS in a guest that its host cannot look into, by IBM Secure Execution"), secure_steps,
    installer_complete_salt};
