/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the parts of the library's window share. */
#ifndef LATHE_GTK_LIBRARY_PRIVATE_H
#define LATHE_GTK_LIBRARY_PRIVATE_H

#include "app/actions/actions.h"
#include "ui/gtk/library-view.h"
#include "ui/gtk/library-window.h"

struct _LatheLibraryWindow {
    GtkApplicationWindow parent;
    LatheWatch *watch;
    LatheLibraryView *view;
    GtkStack *stack;
    GtkWidget *scrolled, *recent_box, *default_button;
    GtkListBox *recent_list;
    GtkSearchBar *search_bar;
    GtkEntry *search_entry;
    GtkInfoBar *info_bar, *crash_bar;
    GtkLabel *info_label, *crash_label;
    GtkWidget *info_button, *crash_log, *crash_start;
    GMenu *wizard_menu;            /* of the assistants */
    GtkFileChooserNative *chooser; /* while it is open */
    GPtrArray *info_undo;          /* of char *: the machines that "Undo" brings back; NULL: none */
    char *wanted;                  /* the folder of a machine that is selected when it is there */
    char *crashed;                 /* the folder of the machine that the bar tells of */
    guint info_timer;
    bool leaving; /* the window goes when the machines are suspended */
    bool settled; /* all machines have been read once */
};

/* ---- library-window.c ---- */

/* The creating page, with a file to begin with; NULL: none. */
void lathe_library_window_new_machine(LatheLibraryWindow *window, const char *path);
/* Asks for a file, and tries it. */
void lathe_library_window_choose(LatheLibraryWindow *window);
/* A list or a grid, for the next time. */
void lathe_library_keep_list(gboolean list);

/* ---- library-actions.c: the actions of the window, and keys ---- */

void lathe_library_add_actions(LatheLibraryWindow *window);
/* Which of them are possible now. */
void lathe_library_update_actions(LatheLibraryWindow *window);
/* Does it with a machine; name: for those that take one. */
void lathe_library_act(LatheLibraryWindow *window, enum lathe_action_id id,
                       const struct lathe_machine *machine, const char *name);
gboolean lathe_library_on_key(GtkWidget *widget, GdkEventKey *event, gpointer data);
/* What can be done with the selected machine, as a menu; g_object_unref. */
GMenuModel *lathe_library_menu(LatheLibraryWindow *window);
GtkWidget *lathe_library_shortcuts_new(void);
/* A place in the view was given by dragging. */
void lathe_library_move(LatheLibraryWindow *window, struct lathe_watched *watched, guint index,
                        const char *group);

/* ---- library-messages.c: bars above the machines ---- */

/* undo: the names of the machines that its button brings back, of const char *; NULL: none.
 * Informations go by themselves after a while. */
void lathe_library_tell(LatheLibraryWindow *window, GtkMessageType type, const char *text,
                        const GPtrArray *undo);
void lathe_library_connect_messages(LatheLibraryWindow *window);
/* Did it crash, or could it not go on from where it was suspended? */
bool lathe_library_has_crashed(const struct lathe_watched *watched);
/* Tells the last words of a machine that crashed or is broken; of another one nothing. */
void lathe_library_show_crash(LatheLibraryWindow *window, const struct lathe_watched *watched);

/* ---- library-progress.c ---- */

/* A bar with what is done, how far it is and a button that stops it, until it is destroyed. */
GtkWidget *lathe_library_show_progress(LatheLibraryWindow *window, const char *text,
                                       GCancellable *cancellable);
void lathe_library_set_progress(GtkWidget *bar, double share);

/* ---- library-several.c ---- */

/* Can it be done with what is selected? */
bool lathe_library_can_act(LatheLibraryWindow *window, const struct lathe_action *action);
/* Does it with those of several machines (of struct lathe_watched *) where it is possible; asks
 * before where there is something to lose. argument: for those that take one. */
void lathe_library_act_several(LatheLibraryWindow *window, enum lathe_action_id id,
                               const GPtrArray *selection, const char *argument);

/* ---- library-name.c ---- */

/* Asks for a name beside the machine where the keys are; then does the action with what is
 * selected. */
void lathe_library_ask_name(LatheLibraryWindow *window, const struct lathe_action *action);

/* ---- library-leave.c ---- */

/* Running machines are asked about when the window is closed. */
void lathe_library_add_leave(LatheLibraryWindow *window);

/* ---- library-text.c ---- */

/* A window with a text to read and copy. */
void lathe_library_show_text(LatheLibraryWindow *window, const char *title, const char *text);

/* ---- library-recent.c: files that were used lately ---- */

void lathe_library_recent_fill(GtkListBox *list, GtkWidget *box);
/* Remembers a file among the desktop's recently used ones, as ours. */
void lathe_library_recent_note(GFile *file);

#endif
