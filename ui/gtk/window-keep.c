/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keeping a trial: the machine in the window becomes one of the library, and runs on. */
#include <glib/gi18n.h>

#include "ui/gtk/capture.h"
#include "ui/gtk/window-private.h"

/* A window may be closed meanwhile. */
static void keep_on_done(gpointer data, const char *complaint)
{
    GWeakRef *reference = data;
    LatheWindow *window = g_weak_ref_get(reference);

    if (window != NULL && complaint != NULL)
        lathe_message_bar_show(window->message_bar, GTK_MESSAGE_ERROR, complaint, NULL, NULL);
    if (window != NULL)
        lathe_window_update_actions(window);
    g_clear_object(&window);
    g_weak_ref_clear(reference);
    g_free(reference);
}

void lathe_window_keep(LatheWindow *window)
{
    GWeakRef *reference = g_new0(GWeakRef, 1);

    g_weak_ref_init(reference, window);
    lathe_session_keep(window->session, NULL, keep_on_done, reference);
}

static void keep_on_kept(LatheSession *session, LatheWindow *window)
{
    const char *title = lathe_session_get_title(session);
    /* Translators: %s is the name of a machine that was tried out and is kept now */
    g_autofree char *text = g_strdup_printf(_("“%s” is in the library now, and runs on"), title);

    lathe_window_show_title(window);
    lathe_message_bar_show(window->message_bar, GTK_MESSAGE_INFO, text, NULL, NULL);
    lathe_window_update_actions(window);
}

static void action_keep(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    lathe_window_keep(data);
}

void lathe_window_install_keep(LatheWindow *window)
{
    static const GActionEntry entries[] = {{"keep", action_keep, NULL, NULL, NULL, {0}}};

    g_action_map_add_action_entries(G_ACTION_MAP(window), entries, G_N_ELEMENTS(entries), window);
    g_signal_connect_object(window->session, "kept", G_CALLBACK(keep_on_kept), window, 0);
}
