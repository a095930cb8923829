/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What this computer has for each graphics adapter, on the page of the display: found by the probe
 * of lathe doctor, in a thread, as it takes a moment. */
#include <glib/gi18n.h>

#include "app/session/graphics.h"
#include "ui/gtk/fields.h"
#include "ui/gtk/settings-private.h"

static void graphics_look(GTask *task, gpointer label, gpointer data, GCancellable *cancellable)
{
    g_task_return_pointer(task, lathe_graphics_probe(), (GDestroyNotify)lathe_graphics_free);
}

/* A line for each choice: does it work, and why not. */
static char *graphics_words(const struct lathe_graphics *graphics)
{
    const char *opengl = graphics->virgl ? lathe_graphics_way(graphics) : graphics->why_not;
    const char *vulkan = graphics->venus ? _("by Venus, in a process of its own that is confined")
                                         : graphics->no_venus;

    return g_strdup_printf("%s: %s\n%s: %s — %s\n%s: %s — %s", _("virtio"), _("works here"),
                           _("virtio with OpenGL"),
                           graphics->virgl ? _("works here") : _("not here"), opengl,
                           _("virtio with OpenGL and Vulkan"),
                           graphics->venus ? _("works here") : _("not here"), vulkan);
}

static void graphics_found(GObject *label, GAsyncResult *result, gpointer data)
{
    struct lathe_graphics *graphics = g_task_propagate_pointer(G_TASK(result), NULL);
    g_autofree char *words = graphics_words(graphics);

    gtk_label_set_text(GTK_LABEL(label), words);
    lathe_graphics_free(graphics);
}

void lathe_settings_add_graphics(struct settings *settings, GtkBox *box)
{
    GtkWidget *label = lathe_field_new_words(_("Looking what this computer has for graphics…"));
    g_autoptr(GTask) task = g_task_new(label, NULL, graphics_found, NULL);

    gtk_label_set_selectable(GTK_LABEL(label), TRUE); /* the keyboard and readers come to it */
    gtk_box_pack_start(box, label, FALSE, FALSE, 0);
    g_task_run_in_thread(task, graphics_look);
}
