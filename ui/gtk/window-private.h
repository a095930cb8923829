/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What window.c and the files of its actions share. */
#ifndef LATHE_GTK_WINDOW_PRIVATE_H
#define LATHE_GTK_WINDOW_PRIVATE_H

#include "app/stats/stats.h"
#include "ui/gtk/display-page.h"
#include "app/preferences/display.h"
#include "ui/gtk/message-bar.h"
#include "ui/gtk/preferences.h"
#include "ui/gtk/terminal-page.h"
#include "ui/gtk/window.h"

struct _LatheWindow {
    GtkApplicationWindow parent;
    LatheSession *session;
    struct lathe_preferences preferences;
    struct lathe_display_preferences display_preferences;
    guint inhibit_cookie; /* while the machine runs the desktop asks before it logs out */
    gboolean fullscreen;
    GtkWidget *question; /* whether to close; NULL: not asked now */
    gboolean suspending;

    GtkHeaderBar *header;
    GtkWidget *run_button, *size_button, *menu_button, *find_button, *keys_button, *status_box;
    GtkWidget *microphone_button, *mute_button; /* there while it is on */
    GMenuModel *terminal_menu, *display_menu; /* of menu_button, by the page in front */
    GtkImage *run_image, *info_image;
    GtkInfoBar *info_bar;
    GtkLabel *info_label;
    GtkWidget *again_button, *info_close_button;
    GtkNotebook *notebook;
    GtkLabel *state_label, *engine_label, *speed_label;
    GtkLabel *location_label, *log_label, *size_label;

    struct lathe_stats *stats;
    GtkWidget *performance; /* its page; NULL: not open */
    GtkWidget *requests;    /* likewise: of the boot service */

    GtkWidget *forwards_dialog; /* NULL: not open */

    /* media.c */
    LatheMessageBar *message_bar;
    GtkWidget *media_button;
    GtkLabel *media_label;
    GtkFileChooserNative *disc_chooser;
    char *wanted_file; /* that a message offers to insert or to start; NULL: none */

    /* capture.c */
    GtkWidget *record_button; /* while it is recorded */
    guint capture_timer;
    char *captured; /* the file that a message tells of; NULL: none */

    /* disks.c */
    GMenu *disks_menu;
    GtkFileChooserNative *disk_chooser;
    unsigned wanted_disk; /* that a message offers to unplug */

    /* floppies.c */
    GMenu *floppies_menu;
    GtkFileChooserNative *floppy_chooser;
    unsigned wanted_floppy; /* drive that the chooser asks for */

    /* clipboard.c, agent-button.c, send-files.c */
    struct lathe_clipboard *clipboard;
    GtkWidget *agent_button;
    GtkImage *agent_image;
    GtkLabel *agent_label;
    unsigned file_id, last_file; /* that is on its way, and the last that was sent; 0: none */
    guint file_percent;          /* of it, as shown */
};

/* The page in front, if it is a serial port or a screen; else NULL. */
LatheTerminalPage *lathe_window_get_page(LatheWindow *window);
LatheDisplayPage *lathe_window_get_display(LatheWindow *window);
/* window-suspend.c: to the machine's folder, which ends the process; whether that is possible now;
 * and the question before the window of a machine is closed that is not off. */
void lathe_window_suspend(LatheWindow *window);
gboolean lathe_window_can_suspend(LatheWindow *window);
void lathe_window_ask_close(LatheWindow *window);
/* Puts the focus into the page in front. */
void lathe_window_focus_page(LatheWindow *window);
/* Calls apply for every page with the preferences, and keeps them. */
void lathe_window_apply_preferences(LatheWindow *window);
/* Opens the performance page, or closes it. */
void lathe_window_toggle_performance(LatheWindow *window);
/* The same of what the machine asked its boot service for. */
void lathe_window_toggle_requests(LatheWindow *window);
void lathe_window_install_actions(LatheWindow *window);
/* Keeping a trial (window-keep.c): the action, once there is a session; and the doing. */
void lathe_window_install_keep(LatheWindow *window);
void lathe_window_keep(LatheWindow *window);
/* The microphone's switch and mute (window-sound.c), once there is a session. */
void lathe_window_install_sound(LatheWindow *window);
/* Which actions can be done now. */
void lathe_window_update_actions(LatheWindow *window);
void lathe_window_install_display_actions(LatheWindow *window);
void lathe_window_update_display_actions(LatheWindow *window);
/* Calls apply for every screen with the preferences, and keeps them. */
void lathe_window_apply_display_preferences(LatheWindow *window);
/* Asks for a file and puts a picture of the screen there. */
void lathe_window_ask_picture(LatheWindow *window, LatheDisplayPage *page);
/* Asks for the keys that release, and keeps them. */
void lathe_window_ask_release(LatheWindow *window);
/* Asks for a file and starts the page's log. */
void lathe_window_ask_log(LatheWindow *window, LatheTerminalPage *page);

#endif
