/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Walks through the windows as a screen reader and a keyboard do: everything that can be pressed,
 * chosen or typed into has a name, and the Tab key comes to all that takes the focus. Needs a
 * display; test-window.py gives one.
 */
#include <gtk/gtk.h>
#include <unistd.h>

#include "app/plan/definition.h"
#include "tests/test.h"
#include "ui/gtk/application.h"
#include "ui/gtk/window-private.h"

#define STEPS 100 /* more than any window has places for the focus */
#define LOOKS 10  /* three a second, times the patience of tests/run.py */

static LatheSession *window_session;
static unsigned window_named, window_reached;

/* ---- names ---- */

static bool role_needs_name(AtkRole role)
{
    static const AtkRole roles[] = {
        ATK_ROLE_PUSH_BUTTON,     ATK_ROLE_TOGGLE_BUTTON, ATK_ROLE_CHECK_BOX,
        ATK_ROLE_RADIO_BUTTON,    ATK_ROLE_MENU_ITEM,     ATK_ROLE_CHECK_MENU_ITEM,
        ATK_ROLE_RADIO_MENU_ITEM, ATK_ROLE_ENTRY,         ATK_ROLE_TEXT,
        ATK_ROLE_TERMINAL,        ATK_ROLE_DRAWING_AREA,  ATK_ROLE_CANVAS,
        ATK_ROLE_COMBO_BOX,       ATK_ROLE_PAGE_TAB,      ATK_ROLE_FRAME,
        ATK_ROLE_DIALOG,          ATK_ROLE_SPIN_BUTTON,   ATK_ROLE_SLIDER,
    };

    for (size_t i = 0; i < G_N_ELEMENTS(roles); i++) {
        if (roles[i] == role)
            return true;
    }
    return false;
}

static GtkWidget *accessible_widget(AtkObject *object)
{
    return GTK_IS_ACCESSIBLE(object) ? gtk_accessible_get_widget(GTK_ACCESSIBLE(object)) : NULL;
}

/* Is it, or will it be, there for the focus? Of what is no widget of its own, always. */
static bool accessible_counts(AtkObject *object)
{
    GtkWidget *widget = accessible_widget(object);

    return role_needs_name(atk_object_get_role(object)) &&
           (widget == NULL || (gtk_widget_get_visible(widget) && gtk_widget_get_can_focus(widget)));
}

static bool accessible_has_name(AtkObject *object)
{
    const char *name = atk_object_get_name(object);
    g_autoptr(AtkRelationSet) relations = atk_object_ref_relation_set(object);
    GtkWidget *widget = accessible_widget(object);

    return (name != NULL && *name != '\0') ||
           atk_relation_set_contains(relations, ATK_RELATION_LABELLED_BY) ||
           (GTK_IS_ENTRY(widget) && gtk_entry_get_placeholder_text(GTK_ENTRY(widget)) != NULL);
}

/* A button that shows an icon and nothing else tells those who see it by a tooltip. */
static bool accessible_has_tooltip(AtkObject *object)
{
    GtkWidget *widget = accessible_widget(object);
    g_autofree char *tip = widget != NULL ? gtk_widget_get_tooltip_text(widget) : NULL;

    return !GTK_IS_BUTTON(widget) || tip != NULL ||
           !GTK_IS_IMAGE(gtk_bin_get_child(GTK_BIN(widget)));
}

static void accessible_check(AtkObject *object)
{
    if (accessible_counts(object)) {
        bool good = accessible_has_name(object) && accessible_has_tooltip(object);
        if (!good)
            fprintf(stderr, "%s (%s) \"%s\" of %s lacks a name or a tooltip\n",
                    atk_role_get_name(atk_object_get_role(object)), G_OBJECT_TYPE_NAME(object),
                    atk_object_get_name(object), G_OBJECT_TYPE_NAME(atk_object_get_parent(object)));
        CHECK(good);
        window_named++;
    }
    for (int i = 0; i < atk_object_get_n_accessible_children(object); i++) {
        AtkObject *child = atk_object_ref_accessible_child(object, i);
        if (child != NULL)
            accessible_check(child);
        g_clear_object(&child);
    }
}

/* ---- the Tab key ---- */

/* What takes the focus now; a group of rows or tabs is one place. */
static void widget_collect(GtkWidget *widget, gpointer places)
{
    if (!gtk_widget_get_mapped(widget) || !gtk_widget_get_sensitive(widget))
        return;
    if (gtk_widget_get_can_focus(widget))
        g_ptr_array_add(places, widget);
    if (GTK_IS_CONTAINER(widget) && !GTK_IS_LIST_BOX(widget))
        gtk_container_forall(GTK_CONTAINER(widget), widget_collect, places);
}

/* A guest keeps Tab for itself: from the first button on, where Ctrl+Tab and the keys that release
 * lead. */
static void window_leave_page(GtkWindow *window)
{
    if (LATHE_IS_WINDOW(window))
        gtk_widget_grab_focus(LATHE_WINDOW(window)->run_button);
    else
        gtk_window_set_focus(window, NULL);
}

static bool window_reaches(GtkWindow *window, GtkWidget *widget, GPtrArray *reached)
{
    return widget == GTK_WIDGET(window) || g_ptr_array_find(reached, widget, NULL);
}

/* How many places there are that Tab does not come to; tell: with their names. */
static unsigned window_count_unreached(GtkWindow *window, bool tell)
{
    g_autoptr(GPtrArray) places = g_ptr_array_new();
    g_autoptr(GPtrArray) reached = g_ptr_array_new();
    unsigned count = 0;

    widget_collect(GTK_WIDGET(window), places);
    window_leave_page(window);
    for (unsigned i = 0; i < STEPS; i++) {
        gtk_widget_child_focus(GTK_WIDGET(window), GTK_DIR_TAB_FORWARD);
        for (GtkWidget *at = gtk_window_get_focus(window); at != NULL;
             at = gtk_widget_get_parent(at))
            g_ptr_array_add(reached, at);
    }
    for (guint i = 0; i < places->len; i++) {
        bool good = window_reaches(window, places->pdata[i], reached);
        count += !good;
        if (!good && tell)
            fprintf(stderr, "the focus does not come to %s \"%s\"\n",
                    G_OBJECT_TYPE_NAME(places->pdata[i]),
                    atk_object_get_name(gtk_widget_get_accessible(places->pdata[i])));
    }
    window_reached = places->len;
    return count;
}

/* ---- windows ---- */

static GtkWindow *window_active(void)
{
    return gtk_application_get_active_window(GTK_APPLICATION(g_application_get_default()));
}

static void window_inspect(GtkWindow *window, unsigned least)
{
    window_named = 0;
    accessible_check(gtk_widget_get_accessible(GTK_WIDGET(window)));
    CHECK_EQ(window_count_unreached(window, true), 0);
    printf("# %u names, %u places for the focus\n", window_named, window_reached);
    CHECK(window_named >= least);
    CHECK(window_reached >= 1);
}

static void window_inspect_menus(GtkWidget *widget, gpointer data)
{
    if (GTK_IS_MENU_BUTTON(widget) && gtk_menu_button_get_popover(GTK_MENU_BUTTON(widget)) != NULL)
        accessible_check(gtk_widget_get_accessible(
            GTK_WIDGET(gtk_menu_button_get_popover(GTK_MENU_BUTTON(widget)))));
    if (GTK_IS_CONTAINER(widget))
        gtk_container_forall(GTK_CONTAINER(widget), window_inspect_menus, NULL);
}

static GtkWindow *window_find_dialog(GtkWindow *parent)
{
    GtkWindow *dialog = NULL;
    GList *windows = gtk_window_list_toplevels();

    for (GList *at = windows; at != NULL; at = at->next) {
        if (GTK_IS_DIALOG(at->data) && gtk_window_get_transient_for(at->data) == parent)
            dialog = at->data;
    }
    g_list_free(windows);
    return dialog;
}

/* What is looked at, after the window's action, and how many names it has at least. */
static const struct {
    const char *action;
    unsigned least;
    bool dialog;
} window_steps[] = {
    {NULL, 14, false}, {"next-tab", 14, false}, {"release-keys", 4, true}, {"forwards", 6, true}};

static unsigned window_step, window_tries;

static void window_begin_step(GtkWindow *window)
{
    window_tries = 0;
    if (window_step == G_N_ELEMENTS(window_steps))
        lathe_gtk_quit();
    else if (window_steps[window_step].action != NULL)
        g_action_group_activate_action(G_ACTION_GROUP(window), window_steps[window_step].action,
                                       NULL);
}

/* A window that was just opened may not have everything yet. */
static gboolean window_on_machine(gpointer data)
{
    static GtkWindow *window; /* a dialog may be the active one later */
    bool dialog = window_steps[window_step].dialog;

    if (window == NULL && (window = window_active()) == NULL)
        return G_SOURCE_CONTINUE;
    GtkWindow *shown = dialog ? window_find_dialog(window) : window;
    if ((shown == NULL || window_count_unreached(shown, false) != 0) &&
        window_tries++ < LOOKS * test_patience())
        return G_SOURCE_CONTINUE;
    CHECK(shown != NULL);
    if (shown != NULL)
        window_inspect(shown, window_steps[window_step].least);
    if (dialog && shown != NULL)
        gtk_widget_destroy(GTK_WIDGET(shown));
    else
        window_inspect_menus(GTK_WIDGET(window), NULL);
    window_step++;
    window_begin_step(window);
    return window_step < G_N_ELEMENTS(window_steps) ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static void test_machine(void)
{
    g_autoptr(GError) error = NULL;

    g_timeout_add(300, window_on_machine, NULL);
    CHECK(lathe_gtk_run(window_session, &error));
    CHECK_EQ(window_step, G_N_ELEMENTS(window_steps));
}

static gboolean window_on_start(gpointer data)
{
    if (window_active() == NULL)
        return G_SOURCE_CONTINUE;
    window_inspect(window_active(), 2);
    lathe_gtk_quit();
    return G_SOURCE_REMOVE;
}

static void test_start(void)
{
    g_autoptr(GError) error = NULL;

    g_timeout_add(300, window_on_start, NULL);
    CHECK(lathe_gtk_start(FALSE, &error));
}

static const struct test_case machine_cases[] = {
    {"window: a machine's, by name and by Tab", test_machine},
    {NULL, NULL},
};

static const struct test_case start_cases[] = {
    {"window: the start window, by name and by Tab", test_start},
    {NULL, NULL},
};

/* "start" as argument: the start window; there is one application in a process. */
int main(int argc, char **argv)
{
    bool start = argc > 1 && g_str_equal(argv[1], "start");
    g_autofree char *kernel = g_strdup_printf("%s/lathe-window-%d", g_get_tmp_dir(), (int)getpid());
    struct lathe_definition *definition = lathe_definition_new();

    g_file_set_contents(kernel, "\177ELF, or so", -1, NULL);
    definition->kernel = g_strdup(kernel);
    definition->name = g_strdup("fake guest");
    definition->append = g_strdup("screen;absolute 1;mode 640 480;spin");
    CHECK(lathe_definition_add_serial(definition, "default", NULL));
    CHECK(lathe_definition_add_net(definition, "user,forward=tcp:127.0.0.1:24680-:22", NULL));
    CHECK(lathe_definition_complete(definition, true, NULL));
    window_session = lathe_session_new(definition);
    CHECK(lathe_session_build(window_session, NULL));
    int failed = test_main(1, argv, start ? start_cases : machine_cases);
    lathe_session_close(window_session);
    g_object_unref(window_session);
    unlink(kernel);
    return failed;
}
