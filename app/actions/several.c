/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Several machines at once (several.h). Each is an action of its own on a thread of its own, as
 * some wait for their machine; what they say is put together when the last one has come to its end.
 */
#include "app/actions/several.h"

#include <glib/gi18n.h>

#include "app/library/contents.h"

bool lathe_several_is_possible(const struct lathe_action *action, unsigned states, unsigned count)
{
    if (count == 0 || (count > 1 && (action->flags & LATHE_ACTION_SEVERAL) == 0))
        return false;
    if ((action->flags & LATHE_ACTION_ALL) != 0)
        return (states & ~action->states) == 0;
    return (states & action->states) != 0;
}

/* ---- questions ---- */

char *lathe_several_question(const struct lathe_action *action, const GPtrArray *machines)
{
    g_autofree char *label = lathe_action_plain_label(_(action->label));

    if (action->id == LATHE_ACTION_DELETE)
        return g_strdup_printf(ngettext("Delete %u machine?", "Delete %u machines?", machines->len),
                               machines->len);
    if ((action->flags & LATHE_ACTION_DANGEROUS) == 0)
        return NULL;
    /* Translators: an action, as "Force Off", and with how many machines */
    return g_strdup_printf(ngettext("%s: %u machine?", "%s: %u machines?", machines->len), label,
                           machines->len);
}

static void several_add_contents(GString *text, const struct lathe_machine *machine)
{
    g_autoptr(lathe_contents) contents = lathe_contents_read(machine);
    g_autofree char *size = g_format_size_full(contents->size, G_FORMAT_SIZE_IEC_UNITS);

    if (contents->link != NULL) {
        /* Translators: a machine's name, and the folder where it is */
        g_string_append_printf(text, _("%s: only the link to it; all of it stays in %s\n"),
                               machine->name, contents->link);
        return;
    }
    /* Translators: a machine's name, its files, and their size */
    g_string_append_printf(
        text, ngettext("%s: %u file, %s\n", "%s: %u files, %s\n", contents->files->len),
        machine->name, contents->files->len, size);
    for (guint i = 0; i < contents->stays->len; i++) {
        g_string_append(text, "    ");
        g_string_append_printf(text, _("%s stays."), (const char *)contents->stays->pdata[i]);
        g_string_append_c(text, '\n');
    }
}

char *lathe_several_details(const struct lathe_action *action, const GPtrArray *machines)
{
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < machines->len; i++) {
        const struct lathe_machine *machine = machines->pdata[i];
        if (action->id == LATHE_ACTION_DELETE)
            several_add_contents(text, machine);
        else
            g_string_append_printf(text, "%s\n", machine->name);
    }
    g_string_truncate(text, text->len - (text->len != 0)); /* the last line's end */
    return g_string_free(text, FALSE);
}

char *lathe_several_describe_deleted(const struct lathe_several *several)
{
    unsigned count = several->count - several->failed;

    if (several->count == 1 && count == 1)
        return g_strdup(several->texts[0]);
    return g_strdup_printf(ngettext("%u machine was deleted.", "%u machines were deleted.", count),
                           count);
}

/* ---- doing ---- */

struct several_run {
    struct lathe_several several;
    GString *why;
    unsigned waiting;
    lathe_several_done *done;
    gpointer opaque;
};

struct several_one {
    struct several_run *run;
    unsigned index;
};

static struct several_run *several_begin(unsigned count, lathe_several_done *done, gpointer opaque)
{
    struct several_run *run = g_new0(struct several_run, 1);

    run->several.count = count;
    run->several.texts = g_new0(char *, count + 1);
    run->why = g_string_new(NULL);
    run->waiting = 1; /* who begins counts, too, so that none ends it early */
    run->done = done;
    run->opaque = opaque;
    return run;
}

static gpointer several_one_new(struct several_run *run, unsigned index)
{
    struct several_one *one = g_new(struct several_one, 1);

    *one = (struct several_one){run, index};
    run->waiting++;
    return one;
}

static void several_end(struct several_run *run)
{
    if (--run->waiting != 0)
        return;
    run->several.why = run->several.failed != 0 ? run->why->str : NULL;
    run->done(run->opaque, &run->several);
    for (unsigned i = 0; i < run->several.count; i++)
        g_free(run->several.texts[i]);
    g_free(run->several.texts);
    g_string_free(run->why, TRUE);
    g_free(run);
}

static void several_on_done(GObject *source, GAsyncResult *result, gpointer data)
{
    struct several_one *one = data;
    struct several_run *run = one->run;
    g_autoptr(GError) error = NULL;

    run->several.texts[one->index] = lathe_action_finish(result, &error);
    if (error != NULL)
        g_string_append_printf(run->why, "%s%s", run->several.failed++ != 0 ? "\n" : "",
                               error->message);
    g_free(one);
    several_end(run);
}

void lathe_several_perform(const struct lathe_action *action, struct lathe_library *library,
                           const GPtrArray *machines, const char *argument,
                           lathe_several_done *done, gpointer opaque)
{
    struct several_run *run = several_begin(machines->len, done, opaque);

    for (guint i = 0; i < machines->len; i++)
        lathe_action_perform(action, library, machines->pdata[i], argument, several_on_done,
                             several_one_new(run, i));
    several_end(run);
}

void lathe_several_undelete(struct lathe_library *library, const GPtrArray *names,
                            lathe_several_done *done, gpointer opaque)
{
    struct several_run *run = several_begin(names->len, done, opaque);

    for (guint i = 0; i < names->len; i++)
        lathe_action_undelete(library, names->pdata[i], several_on_done, several_one_new(run, i));
    several_end(run);
}
