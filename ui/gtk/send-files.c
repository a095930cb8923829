/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Dropped files on their way to the guest: how far they are, and how they may be called off. */
#include <glib/gi18n.h>

#include "app/session/agent.h"
#include "ui/gtk/clipboard.h"
#include "ui/gtk/window-private.h"

static void files_show(LatheWindow *window, GtkMessageType type, const char *text, gboolean cancel)
{
    lathe_message_bar_show(window->message_bar, type, text, cancel ? _("_Cancel") : NULL,
                           cancel ? "win.cancel-files" : NULL);
}

/* At each whole percent. */
static void files_show_progress(LatheWindow *window, const struct disp_agent_file *file)
{
    guint percent = file->size > 0 ? (guint)(file->sent * 100 / file->size) : 100;
    g_autofree char *text = NULL;

    if (file->id == window->file_id && percent == window->file_percent)
        return;
    window->file_id = file->id;
    window->file_percent = percent;
    /* Translators: a file's name, and how much of it has gone to the guest */
    text = g_strdup_printf(_("“%s” goes to the guest: %u %%"), file->name, percent);
    files_show(window, GTK_MESSAGE_OTHER, text, TRUE);
}

static void files_on_file(LatheAgent *agent, const struct disp_agent_file *file,
                          LatheWindow *window)
{
    g_autofree char *text = NULL;

    if (!file->over) {
        files_show_progress(window, file);
        return;
    }
    window->file_id = 0;
    if (file->trouble != NULL)
        text = g_strdup_printf(_("“%s” is not sent: %s"), file->name, file->trouble);
    else
        text = g_strdup_printf(_("The guest has “%s”, in its folder for downloads."), file->name);
    files_show(window, file->trouble != NULL ? GTK_MESSAGE_WARNING : GTK_MESSAGE_INFO, text, FALSE);
}

gboolean lathe_window_send_files(LatheWindow *window, GFile **files, int count)
{
    struct disp_agent *core = lathe_agent_get_core(lathe_agent_get(window->session));

    if ((disp_agent_get_abilities(core) & DISP_AGENT_FILES) == 0)
        return FALSE;
    for (int i = 0; i < count; i++) {
        g_autoptr(GError) error = NULL;
        unsigned id = disp_agent_send_file(core, g_file_peek_path(files[i]), &error);
        if (id == 0)
            files_show(window, GTK_MESSAGE_WARNING, error->message, FALSE);
        window->last_file = MAX(window->last_file, id);
    }
    return TRUE;
}

/* Those that wait behind it, too; from the last, so that none of them begins. */
static void action_cancel_files(GSimpleAction *action, GVariant *parameter, gpointer data)
{
    LatheWindow *window = data;
    struct disp_agent *core = lathe_agent_get_core(lathe_agent_get(window->session));
    unsigned first = window->file_id;

    for (unsigned id = window->last_file; first != 0 && id >= first; id--)
        disp_agent_cancel_file(core, id);
}

static const GActionEntry files_entries[] = {
    {"cancel-files", action_cancel_files, NULL, NULL, NULL, {0}},
};

void lathe_window_install_files(LatheWindow *window)
{
    g_action_map_add_action_entries(G_ACTION_MAP(window), files_entries,
                                    G_N_ELEMENTS(files_entries), window);
    g_signal_connect_object(lathe_agent_get(window->session), "file", G_CALLBACK(files_on_file),
                            window, 0);
}
