/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The flip-book's window: a page, its frame's place on a scale, time and hash. Left and Right go a
 * frame back and on, Page Up and Page Down ten, Home and End to the ends, digits to a screen.
 */
#include "ui/gtk/flipbook-window.h"

#include <glib/gi18n.h>

#include "ui/gtk/choose-file.h"
#include "ui/gtk/fields.h"
#include "ui/gtk/flipbook-private.h"
#include "ui/gtk/sidebar.h"

#define FLIPBOOK_WIDTH  960
#define FLIPBOOK_HEIGHT 640
#define FLIPBOOK_LEAP   10 /* frames */

/* ---- what is shown ---- */

void lathe_flipbook_say(struct flipbook *flipbook, GtkMessageType type, const char *sentence)
{
    gtk_info_bar_set_message_type(flipbook->bar, type);
    gtk_label_set_text(flipbook->bar_words, sentence != NULL ? sentence : "");
    gtk_widget_set_visible(GTK_WIDGET(flipbook->bar), sentence != NULL);
    gtk_info_bar_set_revealed(flipbook->bar, sentence != NULL);
}

static void flipbook_place(struct flipbook *flipbook, const struct lathe_flipbook_page *page)
{
    int scale = gtk_widget_get_scale_factor(flipbook->area);
    const struct disp_size guest = {page->surface->width, page->surface->height};
    const struct disp_size view = {
        (unsigned)(gtk_widget_get_allocated_width(flipbook->area) * scale),
        (unsigned)(gtk_widget_get_allocated_height(flipbook->area) * scale)};
    const struct disp_placement placement = disp_place(DISP_SCALE_FIT, guest, view);

    lathe_painter_set(flipbook->painter, page->surface, &placement);
}

static gboolean flipbook_on_draw(GtkWidget *area, cairo_t *cr, struct flipbook *flipbook)
{
    struct lathe_flipbook_page page = lathe_flipbook_get_page(flipbook->book);
    int scale = gtk_widget_get_scale_factor(area);
    const struct disp_size view = {(unsigned)(gtk_widget_get_allocated_width(area) * scale),
                                   (unsigned)(gtk_widget_get_allocated_height(area) * scale)};

    flipbook_place(flipbook, &page);
    cairo_scale(cr, 1.0 / scale, 1.0 / scale);
    lathe_painter_draw(flipbook->painter, cr, view);
    if (page.cursor != NULL && page.cursor->visible && page.surface->width > 0 &&
        gtk_toggle_button_get_active(GTK_TOGGLE_BUTTON(flipbook->pointer)))
        lathe_painter_draw_cursor(flipbook->painter, cr, page.cursor);
    return GDK_EVENT_STOP;
}

static void flipbook_show_words(struct flipbook *flipbook, const struct lathe_flipbook_page *page)
{
    g_autofree char *words = lathe_flipbook_describe(page);
    g_autofree char *hash = lathe_flipbook_describe_hash(page);
    GtkStyleContext *style = gtk_widget_get_style_context(GTK_WIDGET(flipbook->hash));

    gtk_label_set_text(flipbook->words, words);
    gtk_label_set_text(flipbook->hash, hash);
    if (page->good)
        gtk_style_context_remove_class(style, "lathe-wrong");
    else
        gtk_style_context_add_class(style, "lathe-wrong");
    atk_object_set_name(gtk_widget_get_accessible(flipbook->area), words);
    atk_object_set_description(gtk_widget_get_accessible(flipbook->scale), words);
}

static void flipbook_fill(struct flipbook *flipbook)
{
    struct lathe_flipbook_page page = lathe_flipbook_get_page(flipbook->book);
    g_autofree char *head = g_strdup_printf("%u", page.head);

    flipbook->filling = TRUE;
    gtk_range_set_range(GTK_RANGE(flipbook->scale), 1, MAX((double)page.count, 1.001));
    gtk_range_set_value(GTK_RANGE(flipbook->scale), (double)page.position + 1);
    gtk_combo_box_set_active_id(GTK_COMBO_BOX(flipbook->heads), head);
    flipbook->filling = FALSE;
    gtk_widget_set_sensitive(flipbook->first, page.position > 0);
    gtk_widget_set_sensitive(flipbook->previous, page.position > 0);
    gtk_widget_set_sensitive(flipbook->next, page.position + 1 < page.count);
    gtk_widget_set_sensitive(flipbook->last, page.position + 1 < page.count);
    flipbook_show_words(flipbook, &page);
    gtk_widget_queue_draw(flipbook->area);
}

/* After a step. */
static void flipbook_turned(struct flipbook *flipbook, gboolean good, const GError *error)
{
    lathe_flipbook_say(flipbook, GTK_MESSAGE_ERROR, good ? NULL : error->message);
    flipbook_fill(flipbook);
}

static void flipbook_step(struct flipbook *flipbook, int frames)
{
    g_autoptr(GError) error = NULL;
    gboolean good = lathe_flipbook_step(flipbook->book, frames, &error);

    flipbook_turned(flipbook, good, error);
}

static void flipbook_go(struct flipbook *flipbook, size_t position)
{
    g_autoptr(GError) error = NULL;
    gboolean good = lathe_flipbook_go(flipbook->book, position, &error);

    flipbook_turned(flipbook, good, error);
}

static void flipbook_set_head(struct flipbook *flipbook, unsigned head)
{
    g_autoptr(GError) error = NULL;
    gboolean good = lathe_flipbook_set_head(flipbook->book, head, &error);

    flipbook_turned(flipbook, good, error);
}

/* ---- what the user does ---- */

static void flipbook_on_scale(GtkRange *range, struct flipbook *flipbook)
{
    if (!flipbook->filling)
        flipbook_go(flipbook, (size_t)(gtk_range_get_value(range) - 0.5));
}

static void flipbook_on_head(GtkComboBox *combo, struct flipbook *flipbook)
{
    const char *id = gtk_combo_box_get_active_id(combo);

    if (!flipbook->filling && id != NULL)
        flipbook_set_head(flipbook, (unsigned)g_ascii_strtoull(id, NULL, 10));
}

static void flipbook_on_first(GtkButton *button, struct flipbook *flipbook)
{
    flipbook_go(flipbook, 0);
}

static void flipbook_on_previous(GtkButton *button, struct flipbook *flipbook)
{
    flipbook_step(flipbook, -1);
}

static void flipbook_on_next(GtkButton *button, struct flipbook *flipbook)
{
    flipbook_step(flipbook, 1);
}

static void flipbook_on_last(GtkButton *button, struct flipbook *flipbook)
{
    flipbook_go(flipbook, SIZE_MAX);
}

static void flipbook_on_save(GtkButton *button, struct flipbook *flipbook)
{
    lathe_flipbook_save_page(flipbook);
}

static void flipbook_on_export(GtkButton *button, struct flipbook *flipbook)
{
    lathe_flipbook_save_film(flipbook);
}

static void flipbook_on_pointer(GtkToggleButton *button, struct flipbook *flipbook)
{
    gtk_widget_queue_draw(flipbook->area);
}

static gboolean flipbook_turn_key(struct flipbook *flipbook, guint key)
{
    if (key == GDK_KEY_Left || key == GDK_KEY_KP_Left || key == GDK_KEY_comma)
        flipbook_step(flipbook, -1);
    else if (key == GDK_KEY_Right || key == GDK_KEY_KP_Right || key == GDK_KEY_period)
        flipbook_step(flipbook, 1);
    else if (key == GDK_KEY_Page_Up || key == GDK_KEY_KP_Page_Up)
        flipbook_step(flipbook, -FLIPBOOK_LEAP);
    else if (key == GDK_KEY_Page_Down || key == GDK_KEY_KP_Page_Down)
        flipbook_step(flipbook, FLIPBOOK_LEAP);
    else if (key == GDK_KEY_Home || key == GDK_KEY_KP_Home)
        flipbook_go(flipbook, 0);
    else if (key == GDK_KEY_End || key == GDK_KEY_KP_End)
        flipbook_go(flipbook, SIZE_MAX);
    else if (key >= GDK_KEY_1 && key <= GDK_KEY_9)
        flipbook_set_head(flipbook, key - GDK_KEY_1);
    else
        return FALSE;
    return TRUE;
}

static gboolean flipbook_control_key(struct flipbook *flipbook, guint key)
{
    if (key == GDK_KEY_s)
        lathe_flipbook_save_page(flipbook);
    else if (key == GDK_KEY_e)
        lathe_flipbook_save_film(flipbook);
    else if (key == GDK_KEY_w || key == GDK_KEY_q)
        gtk_window_close(GTK_WINDOW(flipbook->window));
    else
        return FALSE;
    return TRUE;
}

static gboolean flipbook_on_key(GtkWidget *window, GdkEventKey *event, struct flipbook *flipbook)
{
    guint state = event->state & gtk_accelerator_get_default_mod_mask();

    if (state == GDK_CONTROL_MASK)
        return flipbook_control_key(flipbook, gdk_keyval_to_lower(event->keyval));
    if (state == 0 && event->keyval == GDK_KEY_Escape) {
        gtk_window_close(GTK_WINDOW(window));
        return GDK_EVENT_STOP;
    }
    return state == 0 && flipbook_turn_key(flipbook, event->keyval);
}

/* ---- the window's parts ---- */

static GtkWidget *flipbook_add_icon(struct flipbook *flipbook, GtkWidget *box, const char *icon,
                                    const char *name, GCallback pressed)
{
    GtkWidget *button = lathe_field_new_icon_button(icon, name);

    g_signal_connect(button, "clicked", pressed, flipbook);
    gtk_container_add(GTK_CONTAINER(box), button);
    return button;
}

static GtkWidget *flipbook_new_steps(struct flipbook *flipbook)
{
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 0);

    gtk_style_context_add_class(gtk_widget_get_style_context(box), GTK_STYLE_CLASS_LINKED);
    flipbook->first = flipbook_add_icon(flipbook, box, "go-first-symbolic", _("First frame (Home)"),
                                        G_CALLBACK(flipbook_on_first));
    flipbook->previous =
        flipbook_add_icon(flipbook, box, "go-previous-symbolic", _("Previous frame (Left)"),
                          G_CALLBACK(flipbook_on_previous));
    flipbook->next = flipbook_add_icon(flipbook, box, "go-next-symbolic", _("Next frame (Right)"),
                                       G_CALLBACK(flipbook_on_next));
    flipbook->last = flipbook_add_icon(flipbook, box, "go-last-symbolic", _("Last frame (End)"),
                                       G_CALLBACK(flipbook_on_last));
    return box;
}

/* Only those that were on; hidden where there is nothing to choose. */
static GtkWidget *flipbook_new_heads(struct flipbook *flipbook)
{
    GtkWidget *combo = gtk_combo_box_text_new();
    unsigned heads = lathe_flipbook_get_info(flipbook->book).heads, count = 0;

    for (unsigned i = 0; i < heads; i++) {
        /* Translators: a monitor, by its number */
        g_autofree char *text = g_strdup_printf(_("Screen %u"), i + 1);
        g_autofree char *id = g_strdup_printf("%u", i);
        if (lathe_flipbook_count(flipbook->book, i) == 0)
            continue;
        gtk_combo_box_text_append(GTK_COMBO_BOX_TEXT(combo), id, text);
        count++;
    }
    lathe_field_set_name(combo, _("Screen"));
    g_signal_connect(combo, "changed", G_CALLBACK(flipbook_on_head), flipbook);
    gtk_widget_show(combo);
    gtk_widget_set_no_show_all(combo, TRUE);
    gtk_widget_set_visible(combo, count > 1);
    flipbook->heads = combo;
    return combo;
}

static GtkWidget *flipbook_new_titlebar(struct flipbook *flipbook, const char *title)
{
    GtkWidget *bar = gtk_header_bar_new();
    g_autofree char *base = g_filename_display_basename(lathe_flipbook_get_path(flipbook->book));

    flipbook->save = gtk_button_new_with_mnemonic(_("_Save Frame…"));
    flipbook->export = gtk_button_new_with_mnemonic(_("Save _Film…"));
    gtk_widget_set_tooltip_text(flipbook->save, _("Save this frame as a picture (Ctrl+S)"));
    gtk_widget_set_tooltip_text(flipbook->export,
                                _("Save all of this screen as an animated PNG (Ctrl+E)"));
    g_signal_connect(flipbook->save, "clicked", G_CALLBACK(flipbook_on_save), flipbook);
    g_signal_connect(flipbook->export, "clicked", G_CALLBACK(flipbook_on_export), flipbook);
    gtk_header_bar_set_show_close_button(GTK_HEADER_BAR(bar), TRUE);
    gtk_header_bar_set_title(GTK_HEADER_BAR(bar), title);
    gtk_header_bar_set_subtitle(GTK_HEADER_BAR(bar), base);
    gtk_header_bar_pack_start(GTK_HEADER_BAR(bar), flipbook_new_steps(flipbook));
    gtk_header_bar_pack_start(GTK_HEADER_BAR(bar), flipbook_new_heads(flipbook));
    gtk_header_bar_pack_end(GTK_HEADER_BAR(bar), flipbook->export);
    gtk_header_bar_pack_end(GTK_HEADER_BAR(bar), flipbook->save);
    gtk_widget_show_all(bar);
    return bar;
}

static GtkWidget *flipbook_new_scale(struct flipbook *flipbook)
{
    GtkWidget *scale = gtk_scale_new_with_range(GTK_ORIENTATION_HORIZONTAL, 1, 2, 1);

    gtk_scale_set_draw_value(GTK_SCALE(scale), FALSE);
    gtk_range_set_round_digits(GTK_RANGE(scale), 0);
    gtk_range_set_increments(GTK_RANGE(scale), 1, FLIPBOOK_LEAP);
    atk_object_set_name(gtk_widget_get_accessible(scale), _("Frame"));
    g_signal_connect(scale, "value-changed", G_CALLBACK(flipbook_on_scale), flipbook);
    flipbook->scale = scale;
    return scale;
}

static GtkLabel *flipbook_add_label(GtkWidget *box)
{
    GtkWidget *label = gtk_label_new(NULL);

    gtk_label_set_selectable(GTK_LABEL(label), TRUE);
    gtk_widget_set_can_focus(label, FALSE);
    gtk_label_set_ellipsize(GTK_LABEL(label), PANGO_ELLIPSIZE_END);
    gtk_label_set_xalign(GTK_LABEL(label), 0);
    gtk_box_pack_start(GTK_BOX(box), label, FALSE, TRUE, 0);
    return GTK_LABEL(label);
}

static GtkWidget *flipbook_new_status(struct flipbook *flipbook)
{
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 18);

    gtk_style_context_add_class(gtk_widget_get_style_context(box), "lathe-status");
    flipbook->words = flipbook_add_label(box);
    flipbook->hash = flipbook_add_label(box);
    flipbook->pointer = gtk_check_button_new_with_mnemonic(_("Draw the _pointer"));
    gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(flipbook->pointer), TRUE);
    g_signal_connect(flipbook->pointer, "toggled", G_CALLBACK(flipbook_on_pointer), flipbook);
    gtk_box_pack_end(GTK_BOX(box), flipbook->pointer, FALSE, FALSE, 0);
    return box;
}

static void flipbook_on_bar(GtkInfoBar *bar, int response, struct flipbook *flipbook)
{
    lathe_flipbook_say(flipbook, GTK_MESSAGE_OTHER, NULL);
}

static GtkWidget *flipbook_new_body(struct flipbook *flipbook)
{
    GtkWidget *body = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);

    flipbook->bar = lathe_alert_new(&flipbook->bar_words);
    gtk_info_bar_add_button(flipbook->bar, _("Cl_ose"), GTK_RESPONSE_CLOSE);
    g_signal_connect(flipbook->bar, "response", G_CALLBACK(flipbook_on_bar), flipbook);
    flipbook->area = gtk_drawing_area_new();
    g_signal_connect(flipbook->area, "draw", G_CALLBACK(flipbook_on_draw), flipbook);
    gtk_box_pack_start(GTK_BOX(body), GTK_WIDGET(flipbook->bar), FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(body), lathe_flipbook_new_progress(flipbook), FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(body), flipbook->area, TRUE, TRUE, 0);
    gtk_box_pack_start(GTK_BOX(body), flipbook_new_scale(flipbook), FALSE, FALSE, 6);
    gtk_box_pack_start(GTK_BOX(body), flipbook_new_status(flipbook), FALSE, FALSE, 0);
    return body;
}

/* ---- the window ---- */

static void flipbook_free(gpointer data)
{
    struct flipbook *flipbook = data;

    lathe_painter_free(flipbook->painter);
    lathe_flipbook_free(flipbook->book);
    g_clear_object(&flipbook->cancellable);
    g_free(flipbook);
}

/* A film that is being made is not wanted any more. */
static void flipbook_on_destroy(GtkWidget *window, struct flipbook *flipbook)
{
    g_cancellable_cancel(flipbook->cancellable);
}

void lathe_flipbook_present(GtkApplication *application, struct lathe_flipbook *book)
{
    struct flipbook *flipbook = g_new0(struct flipbook, 1);
    struct disp_recording_info info = lathe_flipbook_get_info(book);
    /* Translators: %s is a machine */
    g_autofree char *title = g_strdup_printf(_("Recording of %s"), info.title);
    GtkWidget *window = gtk_application_window_new(application);

    flipbook->window = window;
    flipbook->book = book;
    flipbook->painter = lathe_painter_new();
    g_object_set_data_full(G_OBJECT(window), "flipbook", flipbook, flipbook_free);
    gtk_window_set_title(GTK_WINDOW(window), title);
    gtk_window_set_default_size(GTK_WINDOW(window), FLIPBOOK_WIDTH, FLIPBOOK_HEIGHT);
    gtk_window_set_titlebar(GTK_WINDOW(window), flipbook_new_titlebar(flipbook, title));
    gtk_container_add(GTK_CONTAINER(window), flipbook_new_body(flipbook));
    g_signal_connect(window, "key-press-event", G_CALLBACK(flipbook_on_key), flipbook);
    g_signal_connect(window, "destroy", G_CALLBACK(flipbook_on_destroy), flipbook);
    gtk_widget_show_all(gtk_bin_get_child(GTK_BIN(window)));
    flipbook_fill(flipbook);
    lathe_flipbook_say(flipbook, GTK_MESSAGE_WARNING,
                       info.cut_off != NULL ? info.cut_off : info.why);
    gtk_widget_grab_focus(flipbook->scale);
    gtk_window_present(GTK_WINDOW(window));
}

/* ---- opening ---- */

static void flipbook_fail(GtkApplication *application, const char *message)
{
    GtkWidget *dialog = gtk_message_dialog_new(gtk_application_get_active_window(application), 0,
                                               GTK_MESSAGE_ERROR, GTK_BUTTONS_CLOSE, "%s", message);

    gtk_window_set_application(GTK_WINDOW(dialog), application);
    gtk_window_set_title(GTK_WINDOW(dialog), _("The Recording Cannot Be Shown"));
    g_signal_connect(dialog, "response", G_CALLBACK(gtk_widget_destroy), NULL);
    gtk_widget_show(dialog);
}

static void flipbook_thread(GTask *task, gpointer source, gpointer path, GCancellable *cancellable)
{
    GError *error = NULL;
    struct lathe_flipbook *book = lathe_flipbook_new(path, &error);

    if (book != NULL)
        g_task_return_pointer(task, book, (GDestroyNotify)lathe_flipbook_free);
    else
        g_task_return_error(task, error);
}

static void flipbook_on_opened(GObject *application, GAsyncResult *result, gpointer data)
{
    g_autoptr(GError) error = NULL;
    struct lathe_flipbook *book = g_task_propagate_pointer(G_TASK(result), &error);

    if (book != NULL)
        lathe_flipbook_present(GTK_APPLICATION(application), book);
    else
        flipbook_fail(GTK_APPLICATION(application), error->message);
    g_application_release(G_APPLICATION(application));
}

void lathe_flipbook_show(GtkApplication *application, const char *path)
{
    g_autoptr(GTask) task = g_task_new(application, NULL, flipbook_on_opened, NULL);

    g_application_hold(G_APPLICATION(application));
    g_task_set_task_data(task, g_strdup(path), g_free);
    g_task_run_in_thread(task, flipbook_thread);
}

static void flipbook_on_chosen(GtkNativeDialog *dialog, int response, GtkApplication *application)
{
    g_autofree char *path = gtk_file_chooser_get_filename(GTK_FILE_CHOOSER(dialog));

    if (response == GTK_RESPONSE_ACCEPT && path != NULL)
        lathe_flipbook_show(application, path);
    g_object_unref(dialog);
}

void lathe_flipbook_ask(GtkApplication *application, GtkWindow *parent)
{
    static const char *const patterns[] = {"*.lrec", NULL};
    GtkFileChooserNative *dialog = lathe_choose_file_new(parent, _("Open a Recording"), _("_Open"),
                                                         _("Recordings of screens"), patterns);

    gtk_native_dialog_set_modal(GTK_NATIVE_DIALOG(dialog), TRUE);
    g_signal_connect(dialog, "response", G_CALLBACK(flipbook_on_chosen), application);
    gtk_native_dialog_show(GTK_NATIVE_DIALOG(dialog));
}
