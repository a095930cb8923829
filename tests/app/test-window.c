/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Walks through the window's widgets: everything that can be pressed or typed into has a name for
 * screen readers, and every action has what it needs. Needs a display; test-window.py gives one.
 */
#include <gtk/gtk.h>
#include <unistd.h>

#include "app/plan/definition.h"
#include "tests/test.h"
#include "ui/gtk/application.h"
#include "ui/gtk/window-private.h"

static LatheSession *window_session;
static unsigned window_checked;

static const char *widget_name(GtkWidget *widget)
{
    const char *name = atk_object_get_name(gtk_widget_get_accessible(widget));

    return name != NULL ? name : "";
}

/* A button that shows an icon and nothing else, and is ours. */
static bool widget_is_icon_button(GtkWidget *widget)
{
    GtkStyleContext *style = gtk_widget_get_style_context(widget);
    GtkWidget *child = gtk_bin_get_child(GTK_BIN(widget));

    return GTK_IS_IMAGE(child) && !gtk_style_context_has_class(style, "titlebutton");
}

static void widget_check_name(GtkWidget *widget)
{
    g_autofree char *tip = gtk_widget_get_tooltip_text(widget);
    const char *placeholder =
        GTK_IS_ENTRY(widget) ? gtk_entry_get_placeholder_text(GTK_ENTRY(widget)) : NULL;
    bool good = *widget_name(widget) != '\0' || placeholder != NULL;

    if (GTK_IS_BUTTON(widget) && widget_is_icon_button(widget))
        good = good && tip != NULL;
    if (!good)
        fprintf(stderr, "%s \"%s\" lacks a name or a tooltip\n", G_OBJECT_TYPE_NAME(widget),
                widget_name(widget));
    CHECK(good);
    window_checked++;
}

static void widget_check(GtkWidget *widget, gpointer data)
{
    bool terminal = g_str_equal(G_OBJECT_TYPE_NAME(widget), "VteTerminal");
    bool whole = GTK_IS_COMBO_BOX(widget); /* its button is no thing of its own */

    if (gtk_widget_get_visible(widget) && (gtk_widget_get_can_focus(widget) || whole) &&
        (terminal || whole || GTK_IS_ENTRY(widget) || GTK_IS_BUTTON(widget)))
        widget_check_name(widget);
    if (GTK_IS_CONTAINER(widget) && !whole)
        gtk_container_forall(GTK_CONTAINER(widget), widget_check, NULL);
}

static gboolean window_inspect(gpointer data)
{
    GtkApplication *application = GTK_APPLICATION(g_application_get_default());
    GtkWindow *window = gtk_application_get_active_window(application);

    CHECK(LATHE_IS_WINDOW(window));
    gtk_container_forall(GTK_CONTAINER(window), widget_check, NULL);
    CHECK(window_checked >= 12);
    window_checked = 0;
    g_action_group_activate_action(G_ACTION_GROUP(window), "forwards", NULL);
    gtk_container_forall(GTK_CONTAINER(LATHE_WINDOW(window)->forwards_dialog), widget_check, NULL);
    CHECK(window_checked >= 7); /* a forward's button; four fields; two buttons */
    CHECK_STR(gtk_window_get_title(window), "fake guest");
    lathe_gtk_quit();
    return G_SOURCE_REMOVE;
}

static void test_names(void)
{
    g_autoptr(GError) error = NULL;

    g_timeout_add(200, window_inspect, NULL);
    CHECK(lathe_gtk_run(window_session, &error));
}

static const struct test_case cases[] = {
    {"window: everything has a name", test_names},
    {NULL, NULL},
};

int main(int argc, char **argv)
{
    g_autofree char *kernel = g_strdup_printf("%s/lathe-window-%d", g_get_tmp_dir(), (int)getpid());
    struct lathe_definition *definition = lathe_definition_new();

    g_file_set_contents(kernel, "\177ELF, or so", -1, NULL);
    definition->kernel = g_strdup(kernel);
    definition->name = g_strdup("fake guest");
    CHECK(lathe_definition_add_serial(definition, "default", NULL));
    CHECK(lathe_definition_add_net(definition, "user,forward=tcp:127.0.0.1:24680-:22", NULL));
    CHECK(lathe_definition_complete(definition, true, NULL));
    window_session = lathe_session_new(definition);
    CHECK(lathe_session_build(window_session, NULL));
    int failed = test_main(argc, argv, cases);
    lathe_session_close(window_session);
    g_object_unref(window_session);
    unlink(kernel);
    return failed;
}
