/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where modules are: in the folder that LATHE_MODULES names, beside the program (a build
 * directory), or in the library folder of the installation.
 */
#include "app/modules/module.h"

#include <dlfcn.h>

#include "app/plan/error.h"

char *lathe_module_path(const char *file)
{
    const char *wanted = g_getenv("LATHE_MODULES");

    if (wanted != NULL)
        return g_build_filename(wanted, file, NULL);
    g_autofree char *program = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *folder = g_path_get_dirname(program != NULL ? program : ".");
    g_autofree char *beside = g_build_filename(folder, file, NULL);
    if (g_file_test(beside, G_FILE_TEST_EXISTS))
        return g_steal_pointer(&beside);
    return g_build_filename(LATHE_MODULEDIR, file, NULL);
}

const void *lathe_module_find(const char *name, GError **error)
{
    g_autofree char *file = g_strconcat("lathe-", name, ".so", NULL);
    g_autofree char *path = lathe_module_path(file);
    /* Lazily: of a toolkit's functions most are never called. Modules bind their own at once. */
    void *object = dlopen(path, RTLD_LAZY | RTLD_LOCAL);
    const void *entry = object != NULL ? dlsym(object, "lathe_module") : NULL;

    if (entry == NULL)
        g_set_error_literal(error, LATHE_ERROR, LATHE_ERROR_HOST, dlerror());
    return entry;
}
