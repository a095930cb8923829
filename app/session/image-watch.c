/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A monitor for each image. The machine itself goes on: it has the files open. */
#include "app/session/image-watch.h"

#include <gio/gio.h>
#include <glib/gi18n.h>

#include "app/plan/definition.h"

struct lathe_image_watch {
    GPtrArray *monitors;
    lathe_image_watch_fn *lost;
    gpointer opaque;
};

static char *image_sentence(GFile *file, GFile *other, gboolean moved)
{
    g_autofree char *name = g_file_get_basename(file);
    g_autofree char *to = other != NULL ? g_file_get_path(other) : NULL;

    if (moved && to != NULL)
        return g_strdup_printf(_("“%s” was renamed to “%s”. The machine goes on with it."), name,
                               to);
    return g_strdup_printf(
        _("“%s” was deleted. The machine goes on with the open file, but it is gone "
          "when the machine ends: copy what matters out of the guest before."),
        name);
}

static void image_on_event(GFileMonitor *monitor, GFile *file, GFile *other,
                           GFileMonitorEvent event, struct lathe_image_watch *watch)
{
    gboolean moved =
        event == G_FILE_MONITOR_EVENT_RENAMED || event == G_FILE_MONITOR_EVENT_MOVED_OUT;

    if (!moved && event != G_FILE_MONITOR_EVENT_DELETED)
        return;
    g_autofree char *path = g_file_get_path(file);
    if (path != NULL && g_file_test(path, G_FILE_TEST_EXISTS)) /* replaced: the same name again */
        return;
    g_autofree char *sentence = image_sentence(file, other, moved);
    watch->lost(watch->opaque, sentence);
}

static void image_watch_add(struct lathe_image_watch *watch, const char *path)
{
    g_autoptr(GFile) file = g_file_new_for_path(path);
    GFileMonitor *monitor = g_file_monitor_file(file, G_FILE_MONITOR_WATCH_MOVES, NULL, NULL);

    if (monitor == NULL)
        return;
    g_signal_connect(monitor, "changed", G_CALLBACK(image_on_event), watch);
    g_ptr_array_add(watch->monitors, monitor);
}

struct lathe_image_watch *lathe_image_watch_new(const struct lathe_definition *definition,
                                                lathe_image_watch_fn *lost, gpointer opaque)
{
    struct lathe_image_watch *watch = g_new0(struct lathe_image_watch, 1);

    watch->monitors = g_ptr_array_new_with_free_func(g_object_unref);
    watch->lost = lost;
    watch->opaque = opaque;
    for (unsigned i = 0; i < definition->disks; i++) {
        if (definition->disk[i].path != NULL)
            image_watch_add(watch, definition->disk[i].path);
    }
    return watch;
}

void lathe_image_watch_free(struct lathe_image_watch *watch)
{
    if (watch == NULL)
        return;
    for (guint i = 0; i < watch->monitors->len; i++)
        g_signal_handlers_disconnect_by_data(watch->monitors->pdata[i], watch);
    g_ptr_array_unref(watch->monitors);
    g_free(watch);
}
