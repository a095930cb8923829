/* SPDX-License-Identifier: GPL-3.0-or-later */
/* LatheRequestsPage: what a machine asked its network's boot service for, in words. Main thread. */
#ifndef LATHE_GTK_REQUESTS_PAGE_H
#define LATHE_GTK_REQUESTS_PAGE_H

#include <gtk/gtk.h>

#include "app/session/session.h"

#define LATHE_TYPE_REQUESTS_PAGE lathe_requests_page_get_type()
G_DECLARE_FINAL_TYPE(LatheRequestsPage, lathe_requests_page, LATHE, REQUESTS_PAGE, GtkBox)

GtkWidget *lathe_requests_page_new(LatheSession *session);
void lathe_requests_page_grab_focus(LatheRequestsPage *page);

#endif
