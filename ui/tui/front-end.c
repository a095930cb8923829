/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the command line gets of this folder when it loads it. */
#include "app/cli/front-end.h"

#include "app/modules/module.h"
#include "ui/tui/library.h"
#include "ui/tui/tui.h"
#include "ui/tui/wizard.h"

static gboolean front_end_start(gboolean service, GError **error)
{
    return tui_run(tui_library_new, NULL, error);
}

struct front_end_asking {
    const struct lathe_wizard *wizard;
    struct lathe_answers *answers;
    gboolean done;
};

static struct tui_view *front_end_make(struct tui *tui, void *opaque, GError **error)
{
    struct front_end_asking *asking = opaque;

    return tui_wizard_new(tui, asking->wizard, asking->answers, &asking->done);
}

static gboolean front_end_ask(const struct lathe_wizard *wizard, struct lathe_answers *answers,
                              gboolean *done, GError **error)
{
    struct front_end_asking asking = {wizard, answers, FALSE};
    gboolean opened = tui_run(front_end_make, &asking, error);

    if (done != NULL)
        *done = asking.done;
    return opened;
}

/* Machines have processes and windows of their own: it only starts them. */
LATHE_MODULE_EXPORT const struct lathe_front_end lathe_module = {.start = front_end_start,
                                                                 .ask = front_end_ask};
