/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The descriptors of a host: folders from the most general to the most special, by file names. */
#include <glib/gi18n.h>
#include <string.h>

#include "app/firmware/descriptor.h"
#include "app/plan/error.h"

static void list_problem_free(gpointer data)
{
    struct lathe_descriptor_problem *problem = data;

    g_free(problem->path);
    g_free(problem->text);
    g_free(problem);
}

static void list_descriptor_free(gpointer data)
{
    lathe_descriptor_free(data);
}

static void list_note(GPtrArray *problems, const char *path, const char *text)
{
    struct lathe_descriptor_problem *problem = g_new0(struct lathe_descriptor_problem, 1);

    problem->path = g_strdup(path);
    problem->text = g_strdup(text);
    g_ptr_array_add(problems, problem);
}

/* Name to path; a later folder's file replaces that of a former one. */
static void list_collect_file(struct lathe_descriptor_list *list, GHashTable *files,
                              const char *folder, const char *name)
{
    char *path = g_build_filename(folder, name, NULL);
    const char *former = g_hash_table_lookup(files, name);

    if (former != NULL) {
        g_autofree char *text = g_strdup_printf("%s has its name and hides it", path);
        list_note(list->hidden, former, text);
    }
    g_hash_table_replace(files, g_strdup(name), path);
}

static void list_collect(struct lathe_descriptor_list *list, GHashTable *files, const char *folder)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name;

    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        if (g_str_has_suffix(name, ".json"))
            list_collect_file(list, files, folder, name);
    }
}

static void list_read_file(struct lathe_descriptor_list *list, const char *name, const char *path)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *text = NULL;
    gsize length;
    struct lathe_descriptor *descriptor;

    if (!g_file_test(path, G_FILE_TEST_IS_REGULAR)) {
        list_note(list->problems, path, _("it is no regular file, or leads nowhere"));
        return;
    }
    if (!g_file_get_contents(path, &text, &length, &error)) {
        list_note(list->problems, path, error->message);
        return;
    }
    if (length == 0) {
        list_note(list->hidden, path, "it is empty: it only hides others of its name");
        return;
    }
    descriptor = lathe_descriptor_parse(name, text, length, &error);
    if (descriptor != NULL)
        g_ptr_array_add(list->descriptors, descriptor);
    else
        list_note(list->problems, path, error->message);
}

static int list_compare_names(gconstpointer left, gconstpointer right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

struct lathe_descriptor_list *lathe_descriptor_list_read(const char *const *folders)
{
    struct lathe_descriptor_list *list = g_new0(struct lathe_descriptor_list, 1);
    g_autoptr(GHashTable) files = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    guint count;

    list->descriptors = g_ptr_array_new_with_free_func(list_descriptor_free);
    list->problems = g_ptr_array_new_with_free_func(list_problem_free);
    list->hidden = g_ptr_array_new_with_free_func(list_problem_free);
    for (size_t i = 0; folders[i] != NULL; i++)
        list_collect(list, files, folders[i]);
    g_autofree char **names = (char **)g_hash_table_get_keys_as_array(files, &count);
    qsort(names, count, sizeof(*names), list_compare_names);
    for (guint i = 0; i < count; i++)
        list_read_file(list, names[i], g_hash_table_lookup(files, names[i]));
    return list;
}

void lathe_descriptor_list_free(struct lathe_descriptor_list *list)
{
    if (list == NULL)
        return;
    g_ptr_array_unref(list->descriptors);
    g_ptr_array_unref(list->problems);
    g_ptr_array_unref(list->hidden);
    g_free(list);
}

char **lathe_descriptor_folders(void)
{
    g_autofree char *user = g_build_filename(g_get_user_config_dir(), "qemu", "firmware", NULL);
    const char *folders[] = {"/usr/share/qemu/firmware", "/etc/qemu/firmware", user, NULL};

    return g_strdupv((char **)folders);
}
