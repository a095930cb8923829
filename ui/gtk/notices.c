/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One notification a machine: the newest replaces the others. A click brings the window up. */
#include "ui/gtk/notices.h"

#include <glib/gi18n.h>
#include <unistd.h>

#include "ui/gtk/store.h"

/* Each machine is a process of its own: its number tells them apart. */
static char *notices_id(void)
{
    return g_strdup_printf("machine-%d", (int)getpid());
}

static gboolean notices_wanted(GtkWindow *window)
{
    return !gtk_window_is_active(window) && gtk_window_get_application(window) != NULL &&
           lathe_store_get_boolean("notify", TRUE);
}

static void notices_send(GtkWindow *window, const char *title, const char *body, gboolean fault)
{
    GApplication *application = G_APPLICATION(gtk_window_get_application(window));
    g_autoptr(GNotification) notification = g_notification_new(title);
    g_autoptr(GIcon) icon =
        g_themed_icon_new(fault ? "dialog-error-symbolic" : "dialog-information-symbolic");
    g_autofree char *id = notices_id();

    g_notification_set_body(notification, body);
    g_notification_set_icon(notification, icon);
    g_notification_set_priority(notification, fault ? G_NOTIFICATION_PRIORITY_HIGH
                                                    : G_NOTIFICATION_PRIORITY_NORMAL);
    g_application_send_notification(application, id, notification);
}

static void notices_on_stopped(LatheSession *session, GtkWindow *window)
{
    /* Translators: %s is a machine */
    const char *format =
        lathe_session_stop_is_fault(session) ? _("“%s” stopped by an error") : _("“%s” stopped");
    g_autofree char *title = g_strdup_printf(format, lathe_session_get_title(session));

    if (notices_wanted(window))
        notices_send(window, title, lathe_session_get_stop_text(session),
                     lathe_session_stop_is_fault(session));
}

/* What somebody asked for is no news. With a disc in its drive it may have been an installer. */
static void notices_on_reset(LatheSession *session, GtkWindow *window)
{
    /* Translators: %s is a machine */
    g_autofree char *title =
        g_strdup_printf(_("“%s” started again"), lathe_session_get_title(session));
    const char *body = lathe_session_get_disc(session) != NULL
                           ? _("If it was installing a system, that is finished.")
                           : _("The guest asked for it.");

    if (!lathe_session_reset_was_asked(session) && notices_wanted(window))
        notices_send(window, title, body, FALSE);
}

static void notices_on_active(GtkWindow *window)
{
    GtkApplication *application = gtk_window_get_application(window);
    g_autofree char *id = notices_id();

    if (application != NULL && gtk_window_is_active(window))
        g_application_withdraw_notification(G_APPLICATION(application), id);
}

void lathe_notices_install(GtkWindow *window, LatheSession *session)
{
    g_signal_connect_object(session, "stopped", G_CALLBACK(notices_on_stopped), window, 0);
    g_signal_connect_object(session, "reset", G_CALLBACK(notices_on_reset), window, 0);
    g_signal_connect(window, "notify::is-active", G_CALLBACK(notices_on_active), NULL);
}
