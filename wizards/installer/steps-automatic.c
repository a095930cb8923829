/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The step about a file of answers, by which the installer asks nothing: one model for all. */
#include <crypt.h>
#include <glib/gi18n.h>
#include <string.h>
#include <sys/random.h>

#include "app/plan/error.h"
#include "wizards/installer/automatic.h"
#include "wizards/installer/installer.h"
#include "wizards/installer/systems.h"
#include "wizards/installer/values.h"

enum { SALT_LENGTH = 16 };

static bool asks_file(const struct lathe_answers *answers)
{
    return lathe_answers_on(answers, "automatic");
}

static bool asks_passphrase(const struct lathe_answers *answers)
{
    return asks_file(answers) && lathe_answers_is(answers, "storage", "encrypted");
}

/* ---- checks ---- */

/* Has the text these characters alone, and does it begin with a letter? */
static bool plain_word(const char *text, const char *others)
{
    for (const char *at = text; *at != '\0'; at++) {
        if (!g_ascii_isalnum(*at) && strchr(others, *at) == NULL)
            return false;
    }
    return g_ascii_isalpha(text[0]) && strlen(text) <= 64;
}

static bool locale_check(const char *text, GError **error)
{
    return plain_word(text, "_.@-") ||
           lathe_error_input(error, "'%s' is no locale: write it as en_US.UTF-8", text);
}

static bool keyboard_check(const char *text, GError **error)
{
    return plain_word(text, "_-") ||
           lathe_error_input(error, "'%s' is no keyboard: write a layout as us or de", text);
}

static bool timezone_check(const char *text, GError **error)
{
    return plain_word(text, "/_+-") ||
           lathe_error_input(error, "'%s' is no time zone: write it as Europe/Berlin", text);
}

static bool login_check(const char *text, GError **error)
{
    bool lower = true;

    for (const char *at = text; *at != '\0'; at++)
        lower = lower && !g_ascii_isupper(*at);
    if (lower && strlen(text) <= 32 && plain_word(text, "_-") && strcmp(text, "root") != 0)
        return true;
    return lathe_error_input(error,
                             "'%s' is no name of a user: a small letter, then small letters, "
                             "digits, - and _, 32 in all, and not root",
                             text);
}

static bool name_check(const char *text, GError **error)
{
    return strpbrk(text, "\"'\\:,%$`") == NULL ||
           lathe_error_input(
               error, "a full name has none of these: quotes, backslash, colon, comma, %%, $");
}

static bool passphrase_check(const char *text, GError **error)
{
    if (strpbrk(text, "\"'\\") != NULL)
        return lathe_error_input(error, "there must be no quotes and no backslash in it");
    return lathe_word_check(text, error);
}

/* KIND BASE64 [COMMENT]. It stands between quotes in files of several kinds. */
static bool key_check(const char *text, GError **error)
{
    bool kind = g_str_has_prefix(text, "ssh-") || g_str_has_prefix(text, "ecdsa-") ||
                g_str_has_prefix(text, "sk-");
    const char *blank = strchr(text, ' ');

    if (kind && blank != NULL && strlen(blank) > 16 && strpbrk(text, "\"'\\$`%&<>") == NULL)
        return true;
    return lathe_error_input(error,
                             "'%.30s' is no public key of SSH: it begins with ssh-ed25519, "
                             "ssh-rsa or the like and stands in one line",
                             text);
}

static bool device_check(const char *text, GError **error)
{
    if (g_str_has_prefix(text, "/dev/") && plain_word(text + 5, "/_.:-"))
        return true;
    return lathe_error_input(error, "'%s' is no disk: write it as /dev/vda", text);
}

static bool package_check(const char *text, GError **error)
{
    return (*text != '\0' && strpbrk(text, " \t\"'\\#&<>%") == NULL) ||
           lathe_error_input(error, "'%s' is no name of a package", text);
}

static bool salt_check(const char *text, GError **error)
{
    size_t length = strlen(text);

    return (length >= 8 && length <= SALT_LENGTH &&
            strspn(text, "./0123456789ABCDEFGHIJKLMNOPQRST"
                         "UVWXYZabcdefghijklmnopqrstuvwxyz") == length) ||
           lathe_error_input(error, "a salt has 8 to 16 letters, digits, dots and slashes");
}

/* ---- questions ---- */

static const struct lathe_choice storage_choices[] = {
    {"plain", N_("partitions")},
    {"lvm", N_("logical volumes")},
    {"encrypted", N_("logical volumes, encrypted")},
    {NULL},
};

static const struct lathe_choice finish_choices[] = {
    {"reboot", N_("start the new system")},
    {"poweroff", N_("power off")},
    {NULL},
};

const struct lathe_choice lathe_installer_software[] = {
    {"standard", N_("the usual programs, and SSH")},
    {"minimal", N_("as little as can be")},
    {NULL},
};

const struct lathe_question installer_automatic_questions[] = {
    {"automatic", N_("Ask nothing"),
     N_("Whether to make a file of answers (kickstart, AutoYaST, preseed, autoinstall), so that "
        "the "
        "installer asks nothing. It erases the disk."),
     LATHE_QUESTION_SWITCH, .initial = "no"},
    {"locale", N_("Locale"), N_("Language and country of the new system."), LATHE_QUESTION_TEXT,
     .required = true, .initial = "en_US.UTF-8", .asked = asks_file, .check = locale_check},
    {"keyboard", N_("Keyboard"), N_("Its layout, as us or de."), LATHE_QUESTION_TEXT,
     .required = true, .initial = "us", .asked = asks_file, .check = keyboard_check},
    {"timezone", N_("Time zone"), N_("As Europe/Berlin."), LATHE_QUESTION_TEXT, .required = true,
     .initial = "Etc/UTC", .asked = asks_file, .check = timezone_check},
    {"login", N_("User"), N_("The user's name for logging in."), LATHE_QUESTION_TEXT,
     .required = true, .asked = asks_file, .check = login_check},
    {"full-name", N_("Full name"), N_("The user's name for people."), LATHE_QUESTION_TEXT,
     .asked = asks_file, .check = name_check},
    {"login-password", N_("Password"),
     N_("The user's password; it is written as a hash. One that begins with $6$ or $y$ is taken "
        "for "
        "a hash."),
     LATHE_QUESTION_SECRET, .required = true, .asked = asks_file},
    {"root-password", N_("Password of root"),
     N_("Empty: root cannot log in, and the user may become root."), LATHE_QUESTION_SECRET,
     .asked = asks_file},
    {"ssh-keys", N_("SSH keys"), N_("Public keys that the user may log in with, a line each."),
     LATHE_QUESTION_LIST, .asked = asks_file, .check = key_check},
    {"disk", N_("Disk"),
     N_("The disk that is erased and installed on. Empty: the one that there is."),
     LATHE_QUESTION_TEXT, .asked = asks_file, .check = device_check},
    {"storage", N_("Layout"), N_("What is made on the disk."), LATHE_QUESTION_CHOICE,
     .required = true, .initial = "lvm", .choices = storage_choices, .asked = asks_file},
    {"passphrase", N_("Passphrase of the disk"),
     N_("What the disk is unlocked with at each start. The file has it as it is."),
     LATHE_QUESTION_SECRET, .required = true, .asked = asks_passphrase, .check = passphrase_check},
    {"software", N_("Software"), N_("How much is installed."), LATHE_QUESTION_CHOICE,
     .required = true, .initial = "standard", .asked = asks_file,
     .choices = lathe_installer_software},
    {"packages", N_("More packages"), N_("Their names, a line each."), LATHE_QUESTION_LIST,
     .asked = asks_file, .check = package_check},
    {"finish", N_("At the end"), N_("What happens when all is installed."), LATHE_QUESTION_CHOICE,
     .required = true, .initial = "reboot", .choices = finish_choices, .asked = asks_file},
    {"salt", N_("Salt"),
     N_("What makes the hashes of the same passwords different from others'. Empty: chance."),
     LATHE_QUESTION_TEXT, .asked = asks_file, .check = salt_check},
    {NULL},
};

void installer_complete_salt(struct lathe_answers *answers)
{
    static const char letters[] =
        "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    guint8 chance[SALT_LENGTH];
    char salt[SALT_LENGTH + 1] = "";

    if (lathe_answers_on(answers, "salt") || getrandom(chance, sizeof(chance), 0) != sizeof(chance))
        return;
    for (size_t i = 0; i < SALT_LENGTH; i++)
        salt[i] = letters[chance[i] % 64];
    lathe_answers_set(answers, "salt", salt, NULL);
}

void installer_complete(struct lathe_answers *answers)
{
    if (lathe_answers_on(answers, "automatic"))
        installer_complete_salt(answers);
}

/* ---- what the writers of files ask ---- */

/* Each user's salt is another, by the user's name. */
static char *hash_of(const char *password, const char *salt, const char *user)
{
    g_autofree char *mixed = g_strconcat(salt, "/", user, NULL);
    g_autofree char *own = g_compute_checksum_for_string(G_CHECKSUM_SHA256, mixed, -1);
    g_autofree char *setting = g_strdup_printf("$6$%.16s$", own);
    struct crypt_data *data = g_new0(struct crypt_data, 1);
    const char *hash = crypt_r(password, setting, data);
    char *copy = g_strdup(hash != NULL && hash[0] == '$' ? hash : "!");

    g_free(data);
    return copy;
}

char *installer_hash(const struct lathe_answers *answers, const char *id, const char *user)
{
    const char *password = lathe_answers_value(answers, id);

    if (*password == '\0' || lathe_answers_masked(answers) || g_str_has_prefix(password, "$6$") ||
        g_str_has_prefix(password, "$y$"))
        return g_strdup(password);
    return hash_of(password, lathe_answers_value(answers, "salt"), user);
}

char *installer_disk_name(const struct lathe_answers *answers)
{
    const char *disk = lathe_answers_value(answers, "disk");

    return g_strdup(g_str_has_prefix(disk, "/dev/") ? disk + 5 : disk);
}

char *installer_joined(const struct lathe_answers *answers, const char *id, const char *between)
{
    g_auto(GStrv) list = lathe_answers_list(answers, id);

    return g_strjoinv(between, list);
}

bool installer_is_minimal(const struct lathe_answers *answers)
{
    return lathe_answers_is(answers, "software", "minimal");
}

static void note_delivery(const struct lathe_answers *answers, struct lathe_outcome *outcome,
                          const struct installer_writer *writer)
{
    if (writer == &installer_rhel || writer == &installer_sles)
        lathe_outcome_note(outcome,
                           "The installer finds the file of answers on a volume labelled OEMDRV, "
                           "in its top folder, or where the parameters say.");
    else if (writer == &installer_ubuntu)
        lathe_outcome_note(outcome,
                           "The installer finds user-data and meta-data on a volume labelled "
                           "CIDATA, or in the folder that the parameters say.");
    else
        lathe_outcome_note(outcome,
                           "The installer finds preseed.cfg where preseed/url says, or in the top "
                           "folder of its initial ramdisk.");
    if (*lathe_answers_value(answers, "disk") == '\0')
        lathe_outcome_note(outcome, "It erases the disk that it finds, without a question.");
}

void installer_automatic_validate(const struct lathe_answers *answers,
                                  struct lathe_problems *problems)
{
    if (asks_file(answers) && installer_writes(answers, &installer_sles) &&
        !lathe_answers_on(answers, "root-password"))
        lathe_problem_add(problems, "root-password",
                          "users of SUSE's systems become root with root's password: it needs one");
}

void installer_automatic_apply(const struct lathe_answers *answers, struct lathe_outcome *outcome)
{
    const struct installer_system *system = installer_system_of(answers);

    if (system == NULL || !asks_file(answers))
        return;
    system->writer->file(answers, outcome);
    note_delivery(answers, outcome, system->writer);
}
