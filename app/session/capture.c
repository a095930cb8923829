/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names and places of screenshots and recordings. */
#include "app/session/capture.h"

char *lathe_capture_name(const char *title, const char *suffix)
{
    g_autoptr(GDateTime) now = g_date_time_new_now_local();
    g_autofree char *time = g_date_time_format(now, "%Y-%m-%d %H-%M-%S");

    return g_strdelimit(g_strdup_printf("%s %s%s", title, time, suffix), G_DIR_SEPARATOR_S, '-');
}

const char *lathe_capture_folder(GUserDirectory kind)
{
    const char *folder = g_get_user_special_dir(kind);

    return folder != NULL && g_file_test(folder, G_FILE_TEST_IS_DIR) ? folder : g_get_home_dir();
}

/* Two in one second have a number. */
char *lathe_capture_path(GUserDirectory kind, const char *title, const char *suffix)
{
    const char *folder = lathe_capture_folder(kind);
    g_autofree char *name = lathe_capture_name(title, "");
    g_autofree char *plain = g_strconcat(name, suffix, NULL);
    char *path = g_build_filename(folder, plain, NULL);

    for (unsigned i = 2; g_file_test(path, G_FILE_TEST_EXISTS); i++) {
        g_autofree char *numbered = g_strdup_printf("%s (%u)%s", name, i, suffix);
        g_free(path);
        path = g_build_filename(folder, numbered, NULL);
    }
    return path;
}
