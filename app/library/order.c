/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The user's order: the file ".order" names folders, one a line. What it does not name comes after
 * them by name; what it names and is not there does not count.
 */
#include <string.h>
#include <unistd.h>

#include "app/library/files.h"
#include "app/library/library-private.h"

struct order_row {
    struct lathe_machine *machine;
    guint place;
    char *key;
};

static char **order_read(struct lathe_library *library)
{
    g_autofree char *path = g_build_filename(library->folder, ".order", NULL), *text = NULL;

    return g_file_get_contents(path, &text, NULL, NULL) ? g_strsplit(text, "\n", -1)
                                                        : g_new0(char *, 1);
}

static gint order_compare(gconstpointer a, gconstpointer b)
{
    const struct order_row *left = a, *right = b;

    if (left->place != right->place)
        return left->place < right->place ? -1 : 1;
    return strcmp(left->key, right->key);
}

void lathe_library_sort(struct lathe_library *library, GPtrArray *machines)
{
    g_auto(GStrv) names = order_read(library);
    g_autoptr(GHashTable) places = g_hash_table_new(g_str_hash, g_str_equal);
    g_autofree struct order_row *rows = g_new0(struct order_row, MAX(machines->len, 1));

    for (guint i = 0; names[i] != NULL; i++) {
        if (!g_hash_table_contains(places, names[i]))
            g_hash_table_insert(places, names[i], GUINT_TO_POINTER(i + 1));
    }
    for (guint i = 0; i < machines->len; i++) {
        struct lathe_machine *machine = machines->pdata[i];
        guint place = GPOINTER_TO_UINT(g_hash_table_lookup(places, machine->id));
        g_autofree char *shown =
            machine->name != NULL ? g_strdup(machine->name) : g_filename_display_name(machine->id);
        rows[i] = (struct order_row){machine, place != 0 ? place : G_MAXUINT,
                                     g_utf8_collate_key_for_filename(shown, -1)};
    }
    qsort(rows, machines->len, sizeof(*rows), order_compare);
    for (guint i = 0; i < machines->len; i++) {
        machines->pdata[i] = rows[i].machine;
        g_free(rows[i].key);
    }
}

/* The machine's place among the others, and how many there are. */
static char *order_format(const GPtrArray *machines, const struct lathe_machine *moved,
                          unsigned position)
{
    GString *text = g_string_new(NULL);
    unsigned place = 0;

    for (guint i = 0; i < machines->len; i++) {
        const struct lathe_machine *machine = machines->pdata[i];
        if (strcmp(machine->id, moved->id) == 0)
            continue;
        if (place++ == position)
            g_string_append_printf(text, "%s\n", moved->id);
        g_string_append_printf(text, "%s\n", machine->id);
    }
    if (place <= position)
        g_string_append_printf(text, "%s\n", moved->id);
    return g_string_free(text, FALSE);
}

bool lathe_library_place(struct lathe_library *library, const struct lathe_machine *machine,
                         unsigned position, GError **error)
{
    g_autofree char *path = g_build_filename(library->folder, ".order", NULL);
    int lock = lathe_library_lock(library, error);
    bool written = false;

    if (lock < 0)
        return false;
    g_autoptr(GPtrArray) machines = lathe_library_scan(library, error);
    if (machines != NULL) {
        g_autofree char *text = order_format(machines, machine, position);
        written = lathe_files_write(path, text, strlen(text), error);
    }
    close(lock);
    return written;
}
