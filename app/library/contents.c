/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A machine's files, and those of others that its definition names. */
#include "app/library/contents.h"

#include <string.h>

#include "app/config/config.h"
#include "app/config/paths.h"
#include "app/library/files.h"

static void content_free(gpointer data)
{
    struct lathe_content *content = data;

    g_free(content->name);
    g_free(content);
}

static gint content_compare(gconstpointer a, gconstpointer b)
{
    const struct lathe_content *const *left = a, *const *right = b;

    return strcmp((*left)->name, (*right)->name);
}

static void contents_read_files(struct lathe_contents *contents,
                                const struct lathe_machine *machine)
{
    g_autoptr(GDir) names = g_dir_open(machine->folder, 0, NULL);
    const char *name;

    while (names != NULL && (name = g_dir_read_name(names)) != NULL) {
        g_autofree char *path = lathe_machine_path(machine, name);
        struct lathe_content *content;
        if (strcmp(name, "lock") == 0)
            continue;
        content = g_new0(struct lathe_content, 1);
        *content = (struct lathe_content){g_strdup(name), lathe_files_disk_use(path)};
        contents->size += content->size;
        g_ptr_array_add(contents->files, content);
    }
    g_ptr_array_sort(contents->files, content_compare);
}

struct contents_place {
    struct lathe_contents *contents;
    const char *folder;
};

static char *contents_take_path(const char *path, void *opaque)
{
    const struct contents_place *place = opaque;
    g_autofree char *below = lathe_path_below(path, place->folder);

    if (g_path_is_absolute(path) && below == NULL)
        g_ptr_array_add(place->contents->stays, g_strdup(path));
    return NULL;
}

struct lathe_contents *lathe_contents_read(const struct lathe_machine *machine)
{
    struct lathe_contents *contents = g_new0(struct lathe_contents, 1);
    struct contents_place place = {contents, machine->folder};
    g_autoptr(lathe_config) config = lathe_machine_read_config(machine, NULL);

    contents->files = g_ptr_array_new_with_free_func(content_free);
    contents->stays = g_ptr_array_new_with_free_func(g_free);
    contents->link = g_file_read_link(machine->folder, NULL);
    contents_read_files(contents, machine);
    if (config != NULL)
        lathe_config_map_paths(config, contents_take_path, &place);
    return contents;
}

void lathe_contents_free(struct lathe_contents *contents)
{
    if (contents == NULL)
        return;
    g_ptr_array_unref(contents->files);
    g_ptr_array_unref(contents->stays);
    g_free(contents->link);
    g_free(contents);
}
