/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Machines in the watch's order, those without a group first, then group after group by name. */
#include "ui/gtk/library-layout.h"

#include <stdlib.h>
#include <string.h>

struct layout_build {
    struct library_layout *layout;
    const struct library_sizes *sizes;
    int width, cell_width; /* of all, and of a cell with its share of what is left */
    int x, y;
    unsigned column;
};

/* ---- what is looked for ---- */

static bool layout_has(const char *text, const char *key)
{
    g_autofree char *folded = text != NULL ? g_utf8_casefold(text, -1) : NULL;

    return folded != NULL && strstr(folded, key) != NULL;
}

static bool layout_matches(const struct lathe_watched *watched, const char *key)
{
    const struct lathe_machine *machine = watched->machine;

    return *key == '\0' || layout_has(machine->name, key) || layout_has(machine->title, key) ||
           layout_has(machine->group, key) ||
           layout_has(lathe_watch_state_label(watched->state), key);
}

/* ---- groups ---- */

static const char *layout_group(const struct lathe_watched *watched)
{
    return watched->machine->group != NULL ? watched->machine->group : "";
}

static gint layout_compare_groups(gconstpointer a, gconstpointer b)
{
    return g_utf8_collate(*(const char *const *)a, *(const char *const *)b);
}

/* Names of groups, "" first, and in *members the machines of each. */
static GPtrArray *layout_collect(LatheWatch *watch, const char *search, GHashTable **members)
{
    GPtrArray *groups = g_ptr_array_new();
    g_autofree char *key = g_utf8_casefold(search, -1);

    *members =
        g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)g_ptr_array_unref);
    for (unsigned i = 0; i < lathe_watch_get_count(watch); i++) {
        struct lathe_watched *watched = lathe_watch_get(watch, i);
        const char *group = layout_group(watched);
        GPtrArray *list = g_hash_table_lookup(*members, group);
        if (!layout_matches(watched, key))
            continue;
        if (list == NULL) {
            list = g_ptr_array_new();
            g_hash_table_insert(*members, (char *)group, list);
            g_ptr_array_add(groups, (char *)group);
        }
        g_ptr_array_add(list, watched);
    }
    g_ptr_array_sort(groups, layout_compare_groups);
    return groups;
}

/* ---- places ---- */

static void layout_end_line(struct layout_build *build)
{
    if (build->column != 0)
        build->y += build->sizes->cell_height;
    build->column = 0;
}

static void layout_add_heading(struct layout_build *build, const char *text)
{
    const char *name = g_string_chunk_insert(build->layout->names, text);
    const struct library_place place = {name,
                                        NULL,
                                        build->sizes->margin,
                                        build->y,
                                        build->width - 2 * build->sizes->margin,
                                        build->sizes->heading_height};

    g_array_append_val(build->layout->places, place);
    build->y += place.height;
}

static void layout_add_machine(struct layout_build *build, struct lathe_watched *watched)
{
    int x = build->sizes->margin + (int)build->column * build->cell_width;
    const struct library_place place = {NULL,     watched,           x,
                                        build->y, build->cell_width, build->sizes->cell_height};

    g_array_append_val(build->layout->places, place);
    if (++build->column == build->layout->columns)
        layout_end_line(build);
}

static void layout_add_group(struct layout_build *build, const char *group, const GPtrArray *list)
{
    if (*group != '\0')
        layout_add_heading(build, group);
    for (guint i = 0; i < list->len; i++)
        layout_add_machine(build, list->pdata[i]);
    layout_end_line(build);
}

struct library_layout *library_layout_new(LatheWatch *watch, const char *search,
                                          const struct library_sizes *sizes, int width)
{
    struct library_layout *layout = g_new0(struct library_layout, 1);
    int room = MAX(width - 2 * sizes->margin, 1);
    GHashTable *members;
    g_autoptr(GPtrArray) groups = layout_collect(watch, search, &members);

    layout->names = g_string_chunk_new(256);
    layout->places = g_array_new(FALSE, FALSE, sizeof(struct library_place));
    layout->columns = sizes->cell_width != 0 ? (unsigned)MAX(room / sizes->cell_width, 1) : 1;
    struct layout_build build = {layout, sizes,         width, room / (int)layout->columns,
                                 0,      sizes->margin, 0};
    for (guint i = 0; i < groups->len; i++)
        layout_add_group(&build, groups->pdata[i], g_hash_table_lookup(members, groups->pdata[i]));
    layout->height = build.y + sizes->margin;
    g_hash_table_unref(members);
    return layout;
}

void library_layout_free(struct library_layout *layout)
{
    if (layout == NULL)
        return;
    g_string_chunk_free(layout->names);
    g_array_unref(layout->places);
    g_free(layout);
}

/* ---- finding ---- */

static const struct library_place *layout_get(const struct library_layout *layout, unsigned index)
{
    return &g_array_index(layout->places, struct library_place, index);
}

unsigned library_layout_find(const struct library_layout *layout, int y)
{
    unsigned low = 0, high = layout->places->len;

    while (low < high) {
        unsigned middle = low + (high - low) / 2;
        const struct library_place *place = layout_get(layout, middle);
        if (place->y + place->height > y)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

static int layout_index(const struct library_layout *layout, const struct lathe_watched *watched)
{
    for (guint i = 0; i < layout->places->len; i++) {
        if (layout_get(layout, i)->watched == watched)
            return (int)i;
    }
    return -1;
}

const struct library_place *library_layout_of(const struct library_layout *layout,
                                              const struct lathe_watched *watched)
{
    int index = watched != NULL ? layout_index(layout, watched) : -1;

    return index >= 0 ? layout_get(layout, (unsigned)index) : NULL;
}

const struct library_place *library_layout_at(const struct library_layout *layout, int x, int y)
{
    const struct library_place *nearest = NULL;

    for (unsigned i = library_layout_find(layout, y); i < layout->places->len; i++) {
        const struct library_place *place = layout_get(layout, i);
        if (place->y > y && nearest != NULL)
            break;
        if (place->watched == NULL)
            continue;
        nearest = place;
        if (place->y > y || x < place->x + place->width)
            break;
    }
    return nearest;
}

/* The machine at this index or further on in that direction; -1: none. */
static int layout_skip(const struct library_layout *layout, int index, int direction)
{
    while (index >= 0 && index < (int)layout->places->len &&
           layout_get(layout, (unsigned)index)->watched == NULL)
        index += direction;
    return index >= 0 && index < (int)layout->places->len ? index : -1;
}

/* One line up or down, in the nearest column. */
static int layout_line(const struct library_layout *layout, int index, int direction)
{
    const struct library_place *from = layout_get(layout, (unsigned)index);
    int best = -1;

    for (int i = layout_skip(layout, index + direction, direction); i >= 0;
         i = layout_skip(layout, i + direction, direction)) {
        const struct library_place *place = layout_get(layout, (unsigned)i);
        if (place->y == from->y)
            continue;
        if (best >= 0 && place->y != layout_get(layout, (unsigned)best)->y)
            break;
        if (best < 0 ||
            abs(place->x - from->x) < abs(layout_get(layout, (unsigned)best)->x - from->x))
            best = i;
    }
    return best;
}

struct lathe_watched *library_layout_step(const struct library_layout *layout,
                                          const struct lathe_watched *watched, int along, int down)
{
    int index = watched != NULL ? layout_index(layout, watched) : -1;
    int next = index;

    if (index < 0)
        next = index = layout_skip(layout, 0, 1);
    else
        for (int i = abs(along) + abs(down); i > 0 && next >= 0; i--) {
            next = along != 0
                       ? layout_skip(layout, index + (along > 0 ? 1 : -1), along > 0 ? 1 : -1)
                       : layout_line(layout, index, down > 0 ? 1 : -1);
            index = next >= 0 ? next : index;
        }
    return index >= 0 ? layout_get(layout, (unsigned)index)->watched : NULL;
}
