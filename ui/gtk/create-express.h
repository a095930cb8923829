/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The part of the creating page that asks what an installation without a question needs: a switch,
 * and below it the questions of wizards/express. Main thread.
 */
#ifndef LATHE_GTK_CREATE_EXPRESS_H
#define LATHE_GTK_CREATE_EXPRESS_H

#include <gtk/gtk.h>

#include "wizards/flow/answers.h"

struct create_express;

/* changed: called with data whenever something is typed. Freed with its widget. */
struct create_express *create_express_new(GCallback changed, gpointer data);
GtkWidget *create_express_widget(struct create_express *express);

/* Fills the fields with answers, which it takes; without a "system" among them, or with NULL, there
 * is nothing to ask, and it is hidden. What was typed before stays. */
void create_express_propose(struct create_express *express, struct lathe_answers *answers);
/* Is all that is asked answered well? Says what is wrong beside the fields. True where it is off.
 */
gboolean create_express_check(struct create_express *express);
/* lathe_answers_free; NULL: the switch is off. */
struct lathe_answers *create_express_take(struct create_express *express);

#endif
