/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An assistant's window: its steps as a list at the side, any of them at any time, their pages, and
 * a preview of what comes of the answers, which follows each change.
 */
#include "ui/gtk/wizard-window.h"

#include <glib/gi18n.h>
#include <string.h>

#include "ui/gtk/fields.h"
#include "ui/gtk/sidebar.h"
#include "ui/gtk/wizard-private.h"
#include "wizards/apply/apply.h"

#define WIZARD_WIDTH   1060
#define WIZARD_HEIGHT  680
#define WIZARD_PREVIEW 240
#define WIZARD_SOON    60 /* ms: letters that are typed quickly are shown together */

/* ---- what is shown ---- */

void lathe_wizard_say(struct wizard *wizard, GtkMessageType type, const char *sentence)
{
    gtk_info_bar_set_message_type(wizard->bar, type);
    gtk_label_set_text(wizard->bar_words, sentence != NULL ? sentence : "");
    gtk_widget_set_visible(wizard->undo, wizard->applied != NULL && type == GTK_MESSAGE_INFO);
    gtk_widget_set_visible(GTK_WIDGET(wizard->bar), sentence != NULL);
    gtk_info_bar_set_revealed(wizard->bar, sentence != NULL);
}

static guint wizard_count(const struct lathe_problems *problems, const struct lathe_step *step)
{
    guint count = 0;

    for (guint i = 0; i < problems->found->len; i++) {
        const struct lathe_problem *problem = problems->found->pdata[i];
        count += problem->step == step && !problem->warning;
    }
    return count;
}

/* A page that was not looked at yet has no mark. */
static void wizard_mark(const struct wizard_page *page, const struct lathe_problems *problems)
{
    guint count = wizard_count(problems, page->step);
    const char *icon = count != 0 ? "dialog-warning-symbolic" : "object-select-symbolic";
    const char *title = _(page->step->title);
    g_autofree char *name =
        /* Translators: the name of a step, and how many of its answers are missing or wrong */
        count != 0 ? g_strdup_printf(_("%s, %u left to do"), title, count) : g_strdup(title);

    gtk_image_set_from_icon_name(page->mark, icon, GTK_ICON_SIZE_MENU);
    gtk_widget_set_opacity(GTK_WIDGET(page->mark), page->seen ? 1 : 0);
    atk_object_set_name(gtk_widget_get_accessible(page->line), page->seen ? name : title);
}

static gboolean wizard_update(gpointer data)
{
    struct wizard *wizard = data;
    struct lathe_problems *problems = lathe_flow_check(wizard->answers, NULL);

    wizard->update = 0;
    lathe_wizard_update_fields(wizard, problems);
    for (guint i = 0; i < wizard->pages->len; i++)
        wizard_mark(wizard->pages->pdata[i], problems);
    lathe_wizard_update_result(wizard, problems);
    lathe_problems_free(problems);
    return G_SOURCE_REMOVE;
}

void lathe_wizard_changed(struct wizard *wizard)
{
    if (wizard->update == 0)
        wizard->update = g_timeout_add(WIZARD_SOON, wizard_update, wizard);
}

/* ---- turning pages ---- */

static struct wizard_page *wizard_find_page(const struct wizard *wizard, const char *name)
{
    for (guint i = 0; i < wizard->pages->len; i++) {
        struct wizard_page *page = wizard->pages->pdata[i];
        if (strcmp(page->step->id, name) == 0)
            return page;
    }
    return NULL;
}

/* What is left is looked at: its faults are said from now on. */
static void wizard_see(struct wizard *wizard, const char *name)
{
    struct wizard_page *page = wizard_find_page(wizard, name);

    if (page == NULL)
        return;
    page->seen = TRUE;
    for (guint i = 0; wizard->fields != NULL && i < wizard->fields->len; i++) {
        struct wizard_field *field = wizard->fields->pdata[i];
        field->seen = field->seen || field->step == page->step;
    }
}

static void wizard_on_row(GtkListBox *list, GtkListBoxRow *row, struct wizard *wizard)
{
    int index = row != NULL ? gtk_list_box_row_get_index(row) : 0;

    if (row == NULL)
        return;
    if (wizard->page != NULL)
        wizard_see(wizard, wizard->page);
    wizard->page = lathe_sidebar_page(row);
    gtk_stack_set_visible_child_name(wizard->stack, wizard->page);
    gtk_widget_set_sensitive(wizard->back, index != 0);
    gtk_widget_set_sensitive(wizard->next, index != (int)wizard->pages->len);
    lathe_wizard_changed(wizard);
}

static void wizard_turn(struct wizard *wizard, int by, bool into)
{
    GtkListBoxRow *row = gtk_list_box_get_selected_row(wizard->steps);
    int index = gtk_list_box_row_get_index(row) + by;

    row = gtk_list_box_get_row_at_index(wizard->steps, index);
    if (row == NULL)
        return;
    gtk_list_box_select_row(wizard->steps, row);
    if (into && index < (int)wizard->pages->len)
        lathe_wizard_focus(wizard, ((struct wizard_page *)wizard->pages->pdata[index])->step, NULL);
    else
        gtk_widget_grab_focus(GTK_WIDGET(row));
}

void lathe_wizard_turn_to(struct wizard *wizard, const struct lathe_step *step)
{
    gtk_list_box_select_row(
        wizard->steps,
        gtk_list_box_get_row_at_index(wizard->steps, (int)(step - wizard->row->flow->steps)));
}

static void wizard_on_back(GtkButton *button, struct wizard *wizard)
{
    wizard_turn(wizard, -1, true);
}

static void wizard_on_next(GtkButton *button, struct wizard *wizard)
{
    wizard_turn(wizard, 1, true);
}

/* ---- actions ---- */

static void on_open(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    lathe_wizard_open_answers(data);
}

static void on_read(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    lathe_wizard_read_other(data);
}

static void on_save(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    lathe_wizard_save_answers(data);
}

static void on_save_one(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    lathe_wizard_save_one(data);
}

static void on_save_all(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    lathe_wizard_save_all(data);
}

static void on_apply(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    lathe_wizard_apply(data);
}

static void on_copy(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    lathe_wizard_copy(data);
}

static void on_preview(GSimpleAction *action, GVariant *value, gpointer data)
{
    struct wizard *wizard = data;

    g_simple_action_set_state(action, value);
    gtk_widget_set_visible(wizard->preview, g_variant_get_boolean(value));
}

static const struct wizard_row {
    GActionEntry entry;
    const char *label, *key; /* label NULL: not in the menu */
} wizard_rows[] = {
    {{"open", on_open, NULL, NULL, NULL, {0}}, N_("_Open Answers…"), "<Primary>o"},
    {{"save", on_save, NULL, NULL, NULL, {0}}, N_("_Save Answers…"), "<Primary>s"},
    {{"read", on_read, NULL, NULL, NULL, {0}}, N_("_Take Over What There Is…"), "<Primary>r"},
    {{"save-all", on_save_all, NULL, NULL, NULL, {0}}, N_("Save All _Files…"), "<Primary><Shift>s"},
    {{"apply", on_apply, NULL, NULL, NULL, {0}}, N_("_Apply to a Machine…"), "<Primary>m"},
    {{"save-one", on_save_one, NULL, NULL, NULL, {0}}, NULL, "<Primary><Shift>e"},
    {{"copy", on_copy, NULL, NULL, NULL, {0}}, NULL, "<Primary><Shift>c"},
    {{"preview", NULL, NULL, "true", on_preview, {0}}, N_("_Preview"), "F9"},
};

static GMenuModel *wizard_new_menu(void)
{
    GMenu *menu = g_menu_new();

    for (gsize i = 0; i < G_N_ELEMENTS(wizard_rows); i++) {
        g_autofree char *name = g_strconcat("wizard.", wizard_rows[i].entry.name, NULL);
        if (wizard_rows[i].label == NULL)
            continue;
        g_autoptr(GMenuItem) item = g_menu_item_new(_(wizard_rows[i].label), name);
        g_menu_item_set_attribute(item, "accel", "s", wizard_rows[i].key);
        g_menu_append_item(menu, item);
    }
    return G_MENU_MODEL(menu);
}

static gboolean wizard_key_matches(const GdkEventKey *event, const char *key)
{
    guint keyval = 0;
    GdkModifierType modifiers = 0;

    gtk_accelerator_parse(key, &keyval, &modifiers);
    return gdk_keyval_to_lower(event->keyval) == keyval &&
           (event->state & gtk_accelerator_get_default_mod_mask()) == modifiers;
}

static gboolean wizard_on_key(GtkWidget *widget, GdkEventKey *event, struct wizard *wizard)
{
    guint modifiers = event->state & gtk_accelerator_get_default_mod_mask();

    for (gsize i = 0; i < G_N_ELEMENTS(wizard_rows); i++) {
        if (!wizard_key_matches(event, wizard_rows[i].key))
            continue;
        g_action_group_activate_action(G_ACTION_GROUP(wizard->actions), wizard_rows[i].entry.name,
                                       NULL);
        return TRUE;
    }
    if (modifiers == GDK_CONTROL_MASK &&
        (event->keyval == GDK_KEY_Page_Down || event->keyval == GDK_KEY_Page_Up)) {
        wizard_turn(wizard, event->keyval == GDK_KEY_Page_Down ? 1 : -1, false);
        return TRUE;
    }
    if (event->keyval != GDK_KEY_Escape || modifiers != 0)
        return FALSE;
    gtk_window_close(wizard->window);
    return TRUE;
}

/* ---- closing ---- */

static void wizard_on_answer(GtkDialog *dialog, int response, struct wizard *wizard)
{
    gtk_widget_destroy(GTK_WIDGET(dialog));
    if (response == GTK_RESPONSE_REJECT)
        gtk_widget_destroy(GTK_WIDGET(wizard->window));
    wizard->close_then = response == GTK_RESPONSE_ACCEPT;
    if (response == GTK_RESPONSE_ACCEPT)
        lathe_wizard_save_answers(wizard);
}

static gboolean wizard_on_delete(GtkWidget *widget, GdkEvent *event, struct wizard *wizard)
{
    if (!wizard->changed)
        return FALSE;
    GtkWidget *dialog = gtk_message_dialog_new(
        wizard->window, GTK_DIALOG_MODAL | GTK_DIALOG_DESTROY_WITH_PARENT, GTK_MESSAGE_QUESTION,
        GTK_BUTTONS_NONE, _("Save the answers before closing?"));
    gtk_window_set_title(GTK_WINDOW(dialog), _("Answers Are Not Saved"));
    gtk_dialog_add_buttons(GTK_DIALOG(dialog), _("_Discard"), GTK_RESPONSE_REJECT, _("_Cancel"),
                           GTK_RESPONSE_CANCEL, _("_Save…"), GTK_RESPONSE_ACCEPT, NULL);
    gtk_dialog_set_default_response(GTK_DIALOG(dialog), GTK_RESPONSE_ACCEPT);
    g_signal_connect(dialog, "response", G_CALLBACK(wizard_on_answer), wizard);
    gtk_widget_show(dialog);
    return TRUE;
}

static void wizard_on_destroy(GtkWidget *widget, struct wizard *wizard)
{
    g_clear_handle_id(&wizard->update, g_source_remove);
    g_clear_object(&wizard->open);
    wizard->filling = TRUE; /* fields that go away tell nothing */
}

static void wizard_free(gpointer data)
{
    struct wizard *wizard = data;

    if (wizard->own)
        lathe_answers_free(wizard->answers);
    g_ptr_array_unref(wizard->pages);
    g_clear_pointer(&wizard->fields, g_ptr_array_unref);
    g_clear_pointer(&wizard->repairs, g_ptr_array_unref);
    g_object_unref(wizard->actions);
    lathe_applied_free(wizard->applied);
    g_free(wizard->machine);
    g_free(wizard->shown);
    g_free(wizard);
}

/* ---- making ---- */

static void wizard_add_row(struct wizard *wizard, const char *page, const char *title,
                           GtkWidget **mark, GtkWidget **line)
{
    GtkBox *box = lathe_sidebar_add(wizard->steps, page, title);

    *line = gtk_widget_get_parent(GTK_WIDGET(box));
    *mark = gtk_image_new();
    gtk_box_pack_start(box, *mark, FALSE, FALSE, 0);
}

static void wizard_add_pages(struct wizard *wizard)
{
    GtkWidget *mark, *line;

    for (const struct lathe_step *step = wizard->row->flow->steps; step->id != NULL; step++) {
        struct wizard_page *page = g_new0(struct wizard_page, 1);
        page->step = step;
        wizard_add_row(wizard, step->id, _(step->title), &mark, &page->line);
        page->mark = GTK_IMAGE(mark);
        g_ptr_array_add(wizard->pages, page);
        gtk_stack_add_named(wizard->stack, lathe_wizard_new_page(wizard, page), step->id);
    }
    wizard_add_row(wizard, WIZARD_RESULT, _("Result"), &mark, &line);
    gtk_stack_add_named(wizard->stack, lathe_wizard_new_result(wizard), WIZARD_RESULT);
}

static GtkWidget *wizard_new_buttons(struct wizard *wizard)
{
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);

    wizard->back = gtk_button_new_with_mnemonic(_("_Back"));
    wizard->next = gtk_button_new_with_mnemonic(_("_Next"));
    gtk_widget_set_can_default(wizard->next, TRUE);
    g_signal_connect(wizard->back, "clicked", G_CALLBACK(wizard_on_back), wizard);
    g_signal_connect(wizard->next, "clicked", G_CALLBACK(wizard_on_next), wizard);
    gtk_box_pack_start(GTK_BOX(box), wizard->back, FALSE, FALSE, 0);
    gtk_box_pack_end(GTK_BOX(box), wizard->next, FALSE, FALSE, 0);
    gtk_container_set_border_width(GTK_CONTAINER(box), 9);
    return box;
}

/* The steps' pages with the buttons below them. */
static GtkWidget *wizard_new_middle(struct wizard *wizard)
{
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);

    wizard->stack = GTK_STACK(gtk_stack_new());
    wizard_add_pages(wizard);
    gtk_box_pack_start(GTK_BOX(box), GTK_WIDGET(wizard->stack), TRUE, TRUE, 0);
    gtk_box_pack_start(GTK_BOX(box), gtk_separator_new(GTK_ORIENTATION_HORIZONTAL), FALSE, FALSE,
                       0);
    gtk_box_pack_start(GTK_BOX(box), wizard_new_buttons(wizard), FALSE, FALSE, 0);
    return box;
}

static void wizard_on_bar(GtkInfoBar *bar, int response, struct wizard *wizard)
{
    if (response == GTK_RESPONSE_REJECT)
        lathe_wizard_undo(wizard);
}

/* GTK sorts panes by places that each counts in a window of its own: the narrower one would be the
 * first that Tab comes to. */
static gboolean wizard_on_pane_focus(GtkPaned *paned, GtkDirectionType direction, gpointer data)
{
    GtkWidget *panes[] = {gtk_paned_get_child1(paned), gtk_paned_get_child2(paned)};
    GtkWidget *now = gtk_container_get_focus_child(GTK_CONTAINER(paned));
    bool moved = false;

    if (direction != GTK_DIR_TAB_FORWARD && direction != GTK_DIR_TAB_BACKWARD)
        return FALSE;
    int by = direction == GTK_DIR_TAB_FORWARD ? 1 : -1, at = by > 0 ? 0 : 1;
    for (at = now == panes[1 - at] ? 1 - at : at; !moved && (at == 0 || at == 1); at += by)
        moved = gtk_widget_child_focus(panes[at], direction);
    g_signal_stop_emission_by_name(paned, "focus");
    return moved;
}

static GtkWidget *wizard_new_body(struct wizard *wizard)
{
    GtkWidget *body = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);
    GtkWidget *columns = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 0);
    GtkWidget *paned = gtk_paned_new(GTK_ORIENTATION_HORIZONTAL);

    wizard->steps = lathe_sidebar_new(_("Steps"));
    g_signal_connect(wizard->steps, "row-selected", G_CALLBACK(wizard_on_row), wizard);
    wizard->bar = lathe_alert_new(&wizard->bar_words);
    wizard->undo = gtk_info_bar_add_button(wizard->bar, _("_Undo"), GTK_RESPONSE_REJECT);
    g_signal_connect(wizard->bar, "response", G_CALLBACK(wizard_on_bar), wizard);
    gtk_box_pack_start(GTK_BOX(columns), lathe_sidebar_scroll(wizard->steps), FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(columns), gtk_separator_new(GTK_ORIENTATION_VERTICAL), FALSE, FALSE,
                       0);
    gtk_paned_pack1(GTK_PANED(paned), wizard_new_middle(wizard), TRUE, FALSE);
    gtk_paned_pack2(GTK_PANED(paned), lathe_wizard_new_preview(wizard), TRUE, FALSE);
    gtk_widget_set_size_request(wizard->preview, WIZARD_PREVIEW, -1);
    g_signal_connect(paned, "focus", G_CALLBACK(wizard_on_pane_focus), NULL);
    gtk_paned_set_position(GTK_PANED(paned), WIZARD_WIDTH / 2);
    gtk_box_pack_start(GTK_BOX(columns), paned, TRUE, TRUE, 0);
    gtk_box_pack_start(GTK_BOX(body), GTK_WIDGET(wizard->bar), FALSE, FALSE, 0);
    gtk_box_pack_start(GTK_BOX(body), columns, TRUE, TRUE, 0);
    return body;
}

static GtkWidget *wizard_new_titlebar(const struct wizard *wizard)
{
    GtkWidget *bar = gtk_header_bar_new(), *button = gtk_menu_button_new();
    g_autoptr(GMenuModel) menu = wizard_new_menu();

    gtk_header_bar_set_show_close_button(GTK_HEADER_BAR(bar), TRUE);
    gtk_header_bar_set_title(GTK_HEADER_BAR(bar), _(wizard->row->flow->title));
    gtk_header_bar_set_subtitle(GTK_HEADER_BAR(bar), _(wizard->row->flow->summary));
    gtk_button_set_image(GTK_BUTTON(button),
                         gtk_image_new_from_icon_name("open-menu-symbolic", GTK_ICON_SIZE_BUTTON));
    gtk_widget_set_tooltip_text(button, _("Menu"));
    atk_object_set_name(gtk_widget_get_accessible(button), _("Menu"));
    gtk_menu_button_set_menu_model(GTK_MENU_BUTTON(button), menu);
    gtk_header_bar_pack_end(GTK_HEADER_BAR(bar), button);
    gtk_widget_show_all(bar);
    return bar;
}

static void wizard_add_actions(struct wizard *wizard)
{
    wizard->actions = g_simple_action_group_new();
    for (gsize i = 0; i < G_N_ELEMENTS(wizard_rows); i++)
        g_action_map_add_action_entries(G_ACTION_MAP(wizard->actions), &wizard_rows[i].entry, 1,
                                        wizard);
    GAction *apply = g_action_map_lookup_action(G_ACTION_MAP(wizard->actions), "apply");
    g_simple_action_set_enabled(G_SIMPLE_ACTION(apply), lathe_apply_can(wizard->row->flow));
    gtk_widget_insert_action_group(GTK_WIDGET(wizard->window), "wizard",
                                   G_ACTION_GROUP(wizard->actions));
}

static void wizard_build(struct wizard *wizard)
{
    GtkWindow *window = wizard->window;

    gtk_window_set_default_size(window, WIZARD_WIDTH, WIZARD_HEIGHT);
    gtk_window_set_title(window, _(wizard->row->flow->title));
    gtk_window_set_titlebar(window, wizard_new_titlebar(wizard));
    gtk_container_add(GTK_CONTAINER(window), wizard_new_body(wizard));
    gtk_window_set_default(window, wizard->next);
    g_signal_connect(window, "destroy", G_CALLBACK(wizard_on_destroy), wizard);
    g_signal_connect(window, "delete-event", G_CALLBACK(wizard_on_delete), wizard);
    g_signal_connect(window, "key-press-event", G_CALLBACK(wizard_on_key), wizard);
    gtk_widget_show_all(gtk_bin_get_child(GTK_BIN(window)));
}

GtkWindow *lathe_wizard_show(GtkApplication *application, GtkWindow *parent,
                             const struct lathe_wizard *row, struct lathe_answers *answers)
{
    struct wizard *wizard = g_new0(struct wizard, 1);

    wizard->application = application;
    wizard->row = row;
    wizard->own = answers == NULL;
    wizard->answers = answers != NULL ? answers : lathe_answers_new(row->flow);
    wizard->window = GTK_WINDOW(gtk_application_window_new(application));
    wizard->pages = g_ptr_array_new_with_free_func(g_free);
    g_object_set_data_full(G_OBJECT(wizard->window), "lathe-wizard", wizard, wizard_free);
    wizard_add_actions(wizard);
    wizard_build(wizard);
    lathe_wizard_fill_fields(wizard);
    gtk_list_box_select_row(wizard->steps, gtk_list_box_get_row_at_index(wizard->steps, 0));
    wizard_update(wizard);
    gtk_widget_grab_focus(
        GTK_WIDGET(gtk_list_box_get_row_at_index(wizard->steps, 0))); /* as the settings' pages */
    gtk_window_set_transient_for(wizard->window, parent);
    gtk_window_present(wizard->window);
    return wizard->window;
}

/* ---- ways to it ---- */

static void wizard_on_action(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    const char *id, *machine;

    g_variant_get(parameter, "(&s&s)", &id, &machine);
    const struct lathe_wizard *row = lathe_wizard_find(id);
    g_autoptr(GError) error = NULL;
    struct lathe_answers *answers =
        row != NULL && *machine != '\0' ? lathe_apply_from(row->flow, machine, &error) : NULL;
    GtkWindow *window = row != NULL ? lathe_wizard_show(data, NULL, row, answers) : NULL;
    if (window == NULL)
        return;
    struct wizard *wizard = g_object_get_data(G_OBJECT(window), "lathe-wizard");
    wizard->own = TRUE; /* nobody else has them */
    wizard->machine = *machine != '\0' ? lathe_apply_name(machine) : NULL;
    if (error != NULL)
        lathe_wizard_say(wizard, GTK_MESSAGE_ERROR, error->message);
}

void lathe_wizard_install(GtkApplication *application)
{
    static const GActionEntry entry = {"wizard", wizard_on_action, "(ss)", NULL, NULL, {0}};

    g_action_map_add_action_entries(G_ACTION_MAP(application), &entry, 1, application);
}

GMenuModel *lathe_wizard_menu(const char *machine)
{
    GMenu *menu = g_menu_new();

    for (const struct lathe_wizard *row = lathe_wizards; row->flow != NULL; row++) {
        g_autoptr(GMenuItem) item = g_menu_item_new(_(row->flow->title), NULL);
        g_menu_item_set_action_and_target(item, "app.wizard", "(ss)", row->flow->id,
                                          machine != NULL ? machine : "");
        if (machine == NULL || lathe_apply_can(row->flow))
            g_menu_append_item(menu, item);
    }
    return G_MENU_MODEL(menu);
}
