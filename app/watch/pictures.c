/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures of running machines: "screendump" into a file beside the sockets. */
#include <unistd.h>

#include "app/control/control-path.h"
#include "app/watch/watch-private.h"

struct watch_picture {
    struct watch_entry *entry; /* NULL: gone, and done has been told */
    lathe_watch_picture_fn *done;
    void *opaque;
    char *path;
};

static void picture_free(struct watch_picture *picture)
{
    g_free(picture->path);
    g_free(picture);
}

static void picture_on_answer(void *opaque, JsonNode *answer, const char *complaint)
{
    struct watch_picture *picture = opaque;
    struct watch_entry *entry = picture->entry;

    if (entry != NULL) {
        entry->pictures = g_list_remove(entry->pictures, picture);
        picture->done(picture->opaque, &entry->shown, answer != NULL ? picture->path : NULL);
    } else {
        unlink(picture->path);
    }
    picture_free(picture);
}

void lathe_pictures_drop(struct watch_entry *entry)
{
    while (entry->pictures != NULL) {
        struct watch_picture *picture = entry->pictures->data;
        entry->pictures = g_list_delete_link(entry->pictures, entry->pictures);
        unlink(picture->path);
        picture->done(picture->opaque, NULL, NULL);
        picture_free(picture);
    }
}

static char *picture_path(const struct watch_entry *entry)
{
    g_autofree char *folder = lathe_control_folder();
    g_autofree char *name =
        g_strdup_printf("%d-%08x.ppm", (int)entry->pid, (unsigned)g_random_int());

    return g_build_filename(folder, name, NULL);
}

void lathe_watch_take_picture(LatheWatch *watch, struct lathe_watched *watched,
                              lathe_watch_picture_fn *done, void *opaque)
{
    struct watch_entry *entry = (struct watch_entry *)watched;
    JsonObject *arguments;
    struct watch_picture *picture;

    if (entry->link == NULL) {
        done(opaque, watched, NULL);
        return;
    }
    picture = g_new0(struct watch_picture, 1);
    *picture = (struct watch_picture){entry, done, opaque, picture_path(entry)};
    entry->pictures = g_list_prepend(entry->pictures, picture);
    arguments = json_object_new();
    json_object_set_string_member(arguments, "filename", picture->path);
    json_object_set_string_member(arguments, "format", "ppm");
    lathe_link_call(entry->link, "screendump", arguments, picture_on_answer, picture);
}
