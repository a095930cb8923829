/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A machine's sheet: its state with its last words, what it has, where it lies. */
#include "ui/tui/details.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/library/library.h"
#include "app/plan/size.h"
#include "app/watch/watch.h"
#include "ui/tui/load.h"

#define DETAILS_LABEL 12

struct tui_details {
    struct tui *tui;
    struct tui_load *load;
    struct lathe_watched *watched; /* NULL: none */
};

/* Where the next line goes. */
struct details_pen {
    struct tui_area area;
    int row;
};

static void details_sampled(void *opaque)
{
    struct tui_details *details = opaque;

    tui_redraw(details->tui);
}

struct tui_details *tui_details_new(struct tui *tui)
{
    struct tui_details *details = g_new0(struct tui_details, 1);

    details->tui = tui;
    details->load = tui_load_new(details_sampled, details);
    return details;
}

void tui_details_free(struct tui_details *details)
{
    tui_load_free(details->load);
    g_free(details);
}

void tui_details_show(struct tui_details *details, struct lathe_watched *watched)
{
    details->watched = watched;
}

/* ---- lines ---- */

static bool pen_has_room(const struct details_pen *pen)
{
    return pen->row < pen->area.row + pen->area.rows;
}

/* How much of a text goes into a line: to a blank, or behind a path's '/', where there is one. */
static size_t pen_break(const char *text, int width)
{
    size_t fits = tui_fit(text, width);

    if (text[fits] == '\0' || fits == 0)
        return fits != 0 ? fits : strlen(text);
    const char *blank = text[fits] != ' ' ? g_strrstr_len(text, (gssize)fits, " ") : text + fits;
    const char *slash = g_strrstr_len(text, (gssize)fits, "/");
    if (blank != NULL && blank > text)
        return (size_t)(blank - text);
    return slash != NULL && slash > text ? (size_t)(slash - text) + 1 : fits;
}

/* A text over as many lines as it takes, from a column on. */
static void pen_write(struct details_pen *pen, int from, enum tui_style style, const char *text)
{
    int width = pen->area.columns - from;

    do {
        size_t length = pen_break(text, width);
        g_autofree char *line = g_strndup(text, length);
        if (pen_has_room(pen))
            tui_put(pen->row, pen->area.column + from, width, style, line);
        pen->row++;
        text += length;
        while (*text == ' ')
            text++;
    } while (*text != '\0' && pen_has_room(pen));
}

static void pen_write_pair(struct details_pen *pen, const char *label, const char *value)
{
    if (value == NULL || *value == '\0' || !pen_has_room(pen))
        return;
    tui_put(pen->row, pen->area.column, DETAILS_LABEL, TUI_FAINT, label);
    pen_write(pen, DETAILS_LABEL + 1, TUI_PLAIN, value);
}

static void pen_write_size(struct details_pen *pen, const char *label, uint64_t bytes)
{
    g_autofree char *text = lathe_size_format(bytes);

    if (bytes != 0)
        pen_write_pair(pen, label, text);
}

/* "~/..." for what lies at home. */
static char *details_folder(const char *folder)
{
    const char *home = g_get_home_dir();

    if (g_str_has_prefix(folder, home) && folder[strlen(home)] == '/')
        return g_strconcat("~", folder + strlen(home), NULL);
    return g_strdup(folder);
}

void tui_details_draw(struct tui_details *details, struct tui_area area)
{
    const struct lathe_watched *watched = details->watched;
    struct details_pen pen = {area, area.row};

    if (watched == NULL)
        return;
    const struct lathe_machine *machine = watched->machine;
    g_autofree char *folder = details_folder(machine->folder);
    g_autofree char *cpus = g_strdup_printf("%u", machine->cpus);
    g_autofree char *process = g_strdup_printf("%d", (int)machine->pid);

    pen_write(&pen, 0, TUI_STRONG, machine->name);
    if (machine->title != NULL)
        pen_write(&pen, 0, TUI_PLAIN, machine->title);
    pen.row++;
    pen_write_pair(&pen, _("State"), lathe_watch_state_label(watched->state));
    if (watched->words != NULL)
        pen_write(&pen, DETAILS_LABEL + 1, TUI_WARNING, watched->words);
    if (machine->problem != NULL)
        pen_write(&pen, DETAILS_LABEL + 1, TUI_BAD, machine->problem);
    pen_write_pair(&pen, _("Process"), machine->pid != 0 ? process : NULL);
    pen.row++;
    pen_write_size(&pen, _("Memory"), machine->memory);
    pen_write_pair(&pen, _("Processors"), machine->cpus != 0 ? cpus : NULL);
    pen_write_size(&pen, _("Disk use"), watched->disk_use);
    pen_write_pair(&pen, _("Group"), machine->group);
    pen_write_pair(&pen, _("Folder"), folder);
    if (!lathe_watch_state_is_live(watched->state) || machine->pid == 0)
        return;
    pen.area.rows -= pen.row + 1 - area.row;
    pen.area.row = pen.row + 1;
    tui_load_draw(details->load, pen.area, machine->pid, machine->cpus, machine->memory);
}
