/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gpg is given a home of its own, so that neither a user's keys nor options count. */
#include "wizards/secure/encrypt.h"

#include <gio/gio.h>
#include <signal.h>
#include <string.h>

#include "app/library/files.h"
#include "app/plan/error.h"

/* One that gives up before it has read all does not end us. */
static bool encrypt_talk(GSubprocess *gpg, const char *text, char **out, char **said,
                         GError **error)
{
    g_autoptr(GError) found = NULL;
    void (*before)(int) = signal(SIGPIPE, SIG_IGN);
    bool talked = g_subprocess_communicate_utf8(gpg, text, NULL, out, said, &found);

    signal(SIGPIPE, before);
    if (talked || g_error_matches(found, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE))
        return true;
    g_propagate_error(error, g_steal_pointer(&found));
    return false;
}

static char *encrypt_run(const char *home, const char *text, const char *key, GError **error)
{
    g_autoptr(GSubprocess) gpg = g_subprocess_new(
        G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE |
            G_SUBPROCESS_FLAGS_STDERR_PIPE,
        error, "gpg", "--homedir", home, "--batch", "--no-tty", "--quiet", "--trust-model",
        "always", "--armor", "--recipient-file", key, "--encrypt", NULL);
    g_autofree char *out = NULL, *said = NULL;

    if (gpg == NULL) {
        g_prefix_error(error, "encryption needs gpg (package gnupg): ");
        return NULL;
    }
    if (!encrypt_talk(gpg, text, &out, &said, error) || !g_subprocess_wait(gpg, NULL, error))
        return NULL;
    if (g_subprocess_get_successful(gpg) && out != NULL && *out != '\0')
        return g_steal_pointer(&out);
    lathe_error_input(error, "gpg does not encrypt for this key: %s",
                      said != NULL ? g_strstrip(said) : "");
    return NULL;
}

char *lathe_secure_encrypt(const char *text, const char *key, GError **error)
{
    g_autofree char *home = g_dir_make_tmp("lathe-gpg-XXXXXX", error);
    g_autofree char *path = g_canonicalize_filename(key, NULL);
    char *made;

    if (home == NULL)
        return NULL;
    made = encrypt_run(home, text, path, error);
    lathe_files_remove_tree(home, NULL);
    return made;
}
