/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The questions of an installation that asks nothing more, and what is proposed here. */
#include <glib/gi18n.h>
#include <string.h>
#include <unistd.h>

#include "wizards/express/express-private.h"
#include "wizards/installer/few.h"
#include "wizards/installer/installer.h"

/* The installers' own rules, of the flow that writes their files. */
LATHE_INSTALLER_CHECK(login_check, "login")
LATHE_INSTALLER_CHECK(full_name_check, "full-name")
LATHE_INSTALLER_CHECK(host_check, "hostname")
LATHE_INSTALLER_CHECK(locale_check, "locale")
LATHE_INSTALLER_CHECK(keyboard_check, "keyboard")
LATHE_INSTALLER_CHECK(timezone_check, "timezone")
LATHE_INSTALLER_CHECK(url_check, "url")
LATHE_INSTALLER_CHECK(key_check, "ssh-keys")
LATHE_INSTALLER_CHECK(package_check, "packages")

static bool asks_mirror(const struct lathe_answers *answers)
{
    const struct express_system *system = express_system_of(answers);

    return system != NULL && system->seed == EXPRESS_INITRD;
}

static const struct lathe_question express_questions[] = {
#define ASKED        NULL
#define ASKED_MIRROR asks_mirror
#include "wizards/installer/few.inc"
    {NULL},
};

static const struct lathe_step express_steps[] = {
    {"express", N_("Install without a question"), express_questions},
    {NULL},
};

const struct lathe_flow lathe_express_flow = {
    "express", N_("Express installation"),
    N_("A system installed on a new machine without a key pressed"), express_steps, NULL};

/* ---- what is proposed ---- */

/* Nothing that the question would refuse is proposed. */
static void answers_propose(struct lathe_answers *answers, const char *id, const char *text)
{
    const struct lathe_question *question = lathe_flow_find(&lathe_express_flow, id, NULL);

    if (text != NULL && *text != '\0' && lathe_question_check(answers, question, text, NULL))
        lathe_answers_set(answers, id, text, NULL);
}

/* "Debian 12 (2)": debian-12-2. g_free. */
static char *answers_host_name(const char *machine)
{
    GString *name = g_string_new(NULL);

    for (const char *at = machine; *at != '\0' && name->len < 60; at++) {
        if (g_ascii_isalnum(*at))
            g_string_append_c(name, g_ascii_tolower(*at));
        else if (name->len != 0 && name->str[name->len - 1] != '-')
            g_string_append_c(name, '-');
    }
    if (name->len != 0 && name->str[name->len - 1] == '-')
        g_string_truncate(name, name->len - 1);
    return g_string_free(name, FALSE);
}

/* The value of KEY="VALUE" in a file of such lines; g_free, NULL: none. */
static char *answers_read_key(const char *path, const char *key)
{
    g_autofree char *text = NULL;

    if (!g_file_get_contents(path, &text, NULL, NULL))
        return NULL;
    g_auto(GStrv) lines = g_strsplit(text, "\n", 256);
    for (char **line = lines; *line != NULL; line++) {
        gsize length = strlen(key);
        if (strncmp(*line, key, length) == 0 && (*line)[length] == '=')
            return g_strndup(*line + length + 1 + ((*line)[length + 1] == '"'),
                             strcspn(*line + length + 1 + ((*line)[length + 1] == '"'), "\","));
    }
    return NULL;
}

/* "de_DE.UTF-8" of what the messages here are in; "C" is nobody's language. */
static void answers_propose_locale(struct lathe_answers *answers)
{
    const char *const *names = g_get_language_names();
    g_autofree char *name = g_strndup(names[0], strcspn(names[0], ".@"));
    g_autofree char *locale = g_strconcat(name, ".UTF-8", NULL);

    if (strchr(name, '_') != NULL)
        answers_propose(answers, "locale", locale);
}

static void answers_propose_zone(struct lathe_answers *answers)
{
    g_autoptr(GTimeZone) zone = g_time_zone_new_local();

    if (strchr(g_time_zone_get_identifier(zone), '/') != NULL &&
        g_time_zone_get_identifier(zone)[0] != '/')
        answers_propose(answers, "timezone", g_time_zone_get_identifier(zone));
}

/* The first word with "http" of a file's lines of "deb" or "URIs:"; g_free, NULL: none. */
static char *answers_read_mirror(const char *path)
{
    g_autofree char *text = NULL;

    if (!g_file_get_contents(path, &text, NULL, NULL))
        return NULL;
    g_auto(GStrv) lines = g_strsplit(text, "\n", 256);
    for (char **line = lines; *line != NULL; line++) {
        const char *uri = strstr(*line, "http");
        if (uri != NULL && (g_str_has_prefix(*line, "deb ") || g_str_has_prefix(*line, "URIs:")))
            return g_strndup(uri, strcspn(uri, " \t"));
    }
    return NULL;
}

/* A Debian takes its packages from somewhere, and the guest can too. */
static void answers_propose_mirror(struct lathe_answers *answers)
{
    static const char *const files[] = {"/etc/apt/sources.list",
                                        "/etc/apt/sources.list.d/debian.sources"};
    g_autofree char *host = answers_read_key("/etc/os-release", "ID");

    for (gsize i = 0; g_strcmp0(host, "debian") == 0 && i < G_N_ELEMENTS(files); i++) {
        g_autofree char *mirror = answers_read_mirror(files[i]);
        if (lathe_answers_typed(answers, "mirror") == NULL)
            answers_propose(answers, "mirror", mirror);
    }
}

struct lathe_answers *lathe_express_answers(const struct lathe_start *start, const char *machine)
{
    struct lathe_answers *answers = lathe_answers_new(&lathe_express_flow);
    g_autofree char *host = answers_host_name(machine);
    g_autofree char *layout = answers_read_key("/etc/default/keyboard", "XKBLAYOUT");
    bool root = getuid() == 0;

    answers_propose(answers, "system", lathe_express_system(start));
    answers_propose(answers, "login", root ? "user" : g_get_user_name());
    if (!root && strcmp(g_get_real_name(), "Unknown") != 0)
        answers_propose(answers, "full-name", g_get_real_name());
    answers_propose(answers, "hostname", host);
    answers_propose(answers, "keyboard", layout);
    answers_propose_locale(answers);
    answers_propose_zone(answers);
    answers_propose_mirror(answers);
    return answers;
}
