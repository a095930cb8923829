/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Work that takes a while (task.h). */
#include "app/images/task.h"

#include <gio/gio.h>
#include <glib/gi18n.h>

bool lathe_task_step(struct lathe_task *task, uint64_t bytes, GError **error)
{
    task->done += bytes;
    if (task->step == NULL || task->step(task->opaque, task->done, task->total))
        return true;
    g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_CANCELLED, _("it was stopped"));
    return false;
}
