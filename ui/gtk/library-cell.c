/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A machine as a tile (picture, name, state below each other) or as a line. */
#include "ui/gtk/library-cell.h"

#include <glib/gi18n.h>

#include "app/plan/size.h"

#define CELL_ICON_TILE 64 /* points */
#define CELL_ICON_LINE 24
#define CELL_MARGIN    6

struct _LatheLibraryCell {
    GtkEventBox parent;
    bool line;
    struct lathe_watched *watched;
    GtkWidget *picture, *name, *state_icon, *state, *numbers;
    cairo_surface_t *surface;
};

G_DEFINE_FINAL_TYPE(LatheLibraryCell, lathe_library_cell, GTK_TYPE_EVENT_BOX)

static const struct cell_state {
    const char *icon;  /* symbolic, so that no state is told by colour alone */
    const char *style; /* of the icon; text keeps its contrast */
} cell_states[LATHE_WATCH_STATES] = {
    [LATHE_WATCH_OFF] = {"system-shutdown-symbolic", "dim-label"},
    [LATHE_WATCH_STARTING] = {"content-loading-symbolic", NULL},
    [LATHE_WATCH_RUNNING] = {"media-playback-start-symbolic", "lathe-live"},
    [LATHE_WATCH_PAUSED] = {"media-playback-pause-symbolic", NULL},
    [LATHE_WATCH_STOPPED] = {"media-playback-stop-symbolic", NULL},
    [LATHE_WATCH_SUSPENDED] = {"document-save-symbolic", NULL},
    [LATHE_WATCH_TEMPLATE] = {"edit-copy-symbolic", NULL},
    [LATHE_WATCH_CRASHED] = {"dialog-error-symbolic", "lathe-bad"},
    [LATHE_WATCH_BROKEN] = {"dialog-warning-symbolic", "lathe-bad"},
    [LATHE_WATCH_EDITED] = {"document-edit-symbolic", NULL},
};

/* ---- what it says ---- */

static void cell_show_state(LatheLibraryCell *cell)
{
    const struct cell_state *row = &cell_states[cell->watched->state];
    GtkStyleContext *style = gtk_widget_get_style_context(cell->state_icon);

    gtk_image_set_from_icon_name(GTK_IMAGE(cell->state_icon), row->icon, GTK_ICON_SIZE_MENU);
    gtk_label_set_text(GTK_LABEL(cell->state), lathe_watch_state_label(cell->watched->state));
    for (gsize i = 0; i < G_N_ELEMENTS(cell_states); i++) {
        if (cell_states[i].style != NULL)
            gtk_style_context_remove_class(style, cell_states[i].style);
    }
    if (row->style != NULL)
        gtk_style_context_add_class(style, row->style);
}

static void cell_show_numbers(LatheLibraryCell *cell, bool wide)
{
    const struct lathe_machine *machine = cell->watched->machine;
    g_autofree char *memory =
        machine->memory != 0 ? lathe_size_format(machine->memory) : g_strdup("–");
    g_autofree char *disk = lathe_size_format(cell->watched->disk_use);
    /* Translators: a machine's memory, processors and room on the disk */
    g_autofree char *text =
        g_strdup_printf(ngettext("%1$s memory, %2$u CPU, %3$s disk",
                                 "%1$s memory, %2$u CPUs, %3$s disk", machine->cpus),
                        memory, machine->cpus, disk);

    gtk_label_set_text(GTK_LABEL(cell->numbers), cell->watched->read ? text : "");
    gtk_widget_set_visible(cell->numbers, wide);
}

/* The same for those who hear it. */
static void cell_name(LatheLibraryCell *cell)
{
    AtkObject *object = gtk_widget_get_accessible(GTK_WIDGET(cell));
    const struct lathe_watched *watched = cell->watched;
    /* Translators: a machine's name and its state, as "Debian 12, Running" */
    g_autofree char *name = g_strdup_printf(_("%s, %s"), watched->machine->name,
                                            lathe_watch_state_label(watched->state));

    atk_object_set_name(object, name);
    atk_object_set_description(object, watched->words != NULL ? watched->words : "");
}

static void cell_draw_icon(LatheLibraryCell *cell)
{
    gtk_image_set_from_icon_name(GTK_IMAGE(cell->picture), "computer-symbolic", GTK_ICON_SIZE_DND);
    gtk_image_set_pixel_size(GTK_IMAGE(cell->picture),
                             cell->line ? CELL_ICON_LINE : CELL_ICON_TILE);
}

void lathe_library_cell_show(LatheLibraryCell *cell, struct lathe_watched *watched, bool wide)
{
    const char *title = watched->machine->title;

    if (cell->watched != watched)
        lathe_library_cell_set_picture(cell, NULL);
    cell->watched = watched;
    gtk_label_set_text(GTK_LABEL(cell->name), watched->machine->name);
    gtk_widget_set_tooltip_text(GTK_WIDGET(cell), watched->words != NULL ? watched->words : title);
    gtk_widget_set_opacity(cell->picture, lathe_watch_state_is_live(watched->state) ? 1 : 0.6);
    cell_show_state(cell);
    if (cell->line)
        cell_show_numbers(cell, wide);
    cell_name(cell);
}

struct lathe_watched *lathe_library_cell_get(LatheLibraryCell *cell)
{
    return cell->watched;
}

void lathe_library_cell_forget(LatheLibraryCell *cell)
{
    cell->watched = NULL;
    lathe_library_cell_set_picture(cell, NULL);
}

void lathe_library_cell_set_picture(LatheLibraryCell *cell, cairo_surface_t *picture)
{
    if (picture == cell->surface && picture != NULL)
        return;
    g_clear_pointer(&cell->surface, cairo_surface_destroy);
    if (picture == NULL || cell->line) {
        cell_draw_icon(cell);
        return;
    }
    cell->surface = cairo_surface_reference(picture);
    gtk_image_set_from_surface(GTK_IMAGE(cell->picture), picture);
}

void lathe_library_cell_set_selected(LatheLibraryCell *cell, bool selected)
{
    AtkObject *object = gtk_widget_get_accessible(GTK_WIDGET(cell));

    if (selected)
        gtk_widget_set_state_flags(GTK_WIDGET(cell), GTK_STATE_FLAG_SELECTED, FALSE);
    else
        gtk_widget_unset_state_flags(GTK_WIDGET(cell), GTK_STATE_FLAG_SELECTED);
    atk_object_notify_state_change(object, ATK_STATE_SELECTED, selected);
}

/* ---- the widget ---- */

static gboolean cell_draw(GtkWidget *widget, cairo_t *cairo)
{
    GTK_WIDGET_CLASS(lathe_library_cell_parent_class)->draw(widget, cairo);
    if (gtk_widget_has_visible_focus(widget))
        gtk_render_focus(gtk_widget_get_style_context(widget), cairo, 1, 1,
                         gtk_widget_get_allocated_width(widget) - 2,
                         gtk_widget_get_allocated_height(widget) - 2);
    return FALSE;
}

static GtkWidget *cell_label(const char *style)
{
    GtkWidget *label = gtk_label_new(NULL);

    gtk_label_set_ellipsize(GTK_LABEL(label), PANGO_ELLIPSIZE_END);
    gtk_style_context_add_class(gtk_widget_get_style_context(label), style);
    return label;
}

static GtkWidget *cell_state_box(LatheLibraryCell *cell)
{
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 4);

    gtk_container_add(GTK_CONTAINER(box), cell->state_icon);
    gtk_container_add(GTK_CONTAINER(box), cell->state);
    return box;
}

static GtkWidget *cell_build_tile(LatheLibraryCell *cell)
{
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 4);
    GtkWidget *state = cell_state_box(cell);

    gtk_widget_set_size_request(cell->picture, LATHE_CELL_PICTURE_WIDTH, LATHE_CELL_PICTURE_HEIGHT);
    gtk_widget_set_halign(state, GTK_ALIGN_CENTER);
    gtk_container_add(GTK_CONTAINER(box), cell->picture);
    gtk_container_add(GTK_CONTAINER(box), cell->name);
    gtk_container_add(GTK_CONTAINER(box), state);
    return box;
}

static GtkWidget *cell_build_line(LatheLibraryCell *cell)
{
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 12);
    GtkWidget *state = cell_state_box(cell);

    gtk_label_set_xalign(GTK_LABEL(cell->name), 0);
    gtk_widget_set_size_request(state, 130, -1);
    gtk_widget_set_size_request(cell->numbers, 270, -1);
    gtk_label_set_xalign(GTK_LABEL(cell->numbers), 0);
    gtk_box_pack_start(GTK_BOX(box), cell->picture, FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(box), cell->name, TRUE, TRUE, 0);
    gtk_box_pack_start(GTK_BOX(box), cell->numbers, FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(box), state, FALSE, FALSE, 0);
    return box;
}

GtkWidget *lathe_library_cell_new(bool line)
{
    LatheLibraryCell *cell = g_object_new(LATHE_TYPE_LIBRARY_CELL, NULL);
    GtkWidget *box;

    cell->line = line;
    cell->picture = gtk_image_new();
    cell->name = cell_label("lathe-cell-name");
    cell->state_icon = gtk_image_new();
    cell->state = cell_label("lathe-cell-state");
    cell->numbers = cell_label("dim-label");
    g_object_ref_sink(cell->numbers);
    box = line ? cell_build_line(cell) : cell_build_tile(cell);
    gtk_container_set_border_width(GTK_CONTAINER(box), CELL_MARGIN);
    gtk_container_add(GTK_CONTAINER(cell), box);
    cell_draw_icon(cell);
    gtk_widget_show_all(GTK_WIDGET(cell));
    return GTK_WIDGET(cell);
}

static void lathe_library_cell_finalize(GObject *object)
{
    LatheLibraryCell *cell = LATHE_LIBRARY_CELL(object);

    g_clear_object(&cell->numbers);
    g_clear_pointer(&cell->surface, cairo_surface_destroy);
    G_OBJECT_CLASS(lathe_library_cell_parent_class)->finalize(object);
}

static void lathe_library_cell_init(LatheLibraryCell *cell)
{
    GtkWidget *widget = GTK_WIDGET(cell);

    gtk_widget_set_can_focus(widget, TRUE);
    gtk_widget_add_events(widget, GDK_BUTTON_PRESS_MASK | GDK_BUTTON_RELEASE_MASK);
    gtk_style_context_add_class(gtk_widget_get_style_context(widget), "lathe-cell");
    atk_object_set_role(gtk_widget_get_accessible(widget), ATK_ROLE_LIST_ITEM);
}

static void lathe_library_cell_class_init(LatheLibraryCellClass *class)
{
    G_OBJECT_CLASS(class)->finalize = lathe_library_cell_finalize;
    GTK_WIDGET_CLASS(class)->draw = cell_draw;
}
