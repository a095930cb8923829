/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parts of a machine that are kept for later versions (parts.h), and places (place.h). */
#include "app/plan/parts.h"

#include <string.h>

#include "app/plan/size.h"

/* ---- places ---- */

char *lathe_place_format(const struct lathe_place *place)
{
    return place->given ? g_strdup_printf("%04x:%02x:%02x.%x", place->domain, place->bus,
                                          place->slot, place->function)
                        : NULL;
}

bool lathe_place_same(const struct lathe_place *left, const struct lathe_place *right)
{
    if (left->given != right->given || !left->given)
        return left->given == right->given;
    return left->domain == right->domain && left->bus == right->bus && left->slot == right->slot &&
           left->function == right->function && left->multifunction == right->multifunction;
}

/* ---- processors ---- */

#define PARTS_MAX_CPU 4096u

bool lathe_parts_each_cpu(const char *list, void (*take)(void *opaque, unsigned cpu), void *opaque)
{
    g_auto(GStrv) pieces = g_strsplit(list, ",", -1);
    bool cpus[PARTS_MAX_CPU] = {false};

    for (size_t i = 0; pieces[i] != NULL; i++) {
        const char *piece = g_strstrip(pieces[i]);
        bool out = piece[0] == '^';
        g_auto(GStrv) ends = g_strsplit(piece + out, "-", 2);
        guint64 first, last;
        if (ends[0] == NULL ||
            !g_ascii_string_to_unsigned(ends[0], 10, 0, PARTS_MAX_CPU - 1, &first, NULL))
            return false;
        last = first;
        if (ends[1] != NULL &&
            !g_ascii_string_to_unsigned(ends[1], 10, first, PARTS_MAX_CPU - 1, &last, NULL))
            return false;
        for (; first <= last; first++)
            cpus[first] = !out;
    }
    for (unsigned i = 0; i < PARTS_MAX_CPU; i++) {
        if (cpus[i])
            take(opaque, i);
    }
    return true;
}

/* ---- the lists ---- */

static void parts_clear_cell(gpointer data)
{
    struct lathe_cell *cell = data;

    g_free(cell->cpus);
    g_clear_pointer(&cell->distances, g_array_unref);
}

static void parts_clear_feature(gpointer data)
{
    g_free(((struct lathe_feature *)data)->name);
}

static void parts_clear_controller(gpointer data)
{
    struct lathe_controller *controller = data;

    g_free(controller->type);
    g_free(controller->model);
}

static void parts_clear_sound(gpointer data)
{
    struct lathe_sound *sound = data;

    g_free(sound->model);
    g_free(sound->codec);
}

static void parts_clear_share(gpointer data)
{
    struct lathe_share *share = data;

    g_free(share->folder);
    g_free(share->name);
}

static GArray *parts_list(guint size, GDestroyNotify clear)
{
    GArray *list = g_array_new(FALSE, TRUE, size);

    if (clear != NULL)
        g_array_set_clear_func(list, clear);
    return list;
}

struct lathe_parts *lathe_parts_new(void)
{
    struct lathe_parts *parts = g_new0(struct lathe_parts, 1);

    parts->cells = parts_list(sizeof(struct lathe_cell), parts_clear_cell);
    parts->links = parts_list(sizeof(struct lathe_numa_link), NULL);
    parts->features = parts_list(sizeof(struct lathe_feature), parts_clear_feature);
    parts->controllers = parts_list(sizeof(struct lathe_controller), parts_clear_controller);
    parts->sounds = parts_list(sizeof(struct lathe_sound), parts_clear_sound);
    parts->hostdevs = parts_list(sizeof(struct lathe_hostdev), NULL);
    parts->shares = parts_list(sizeof(struct lathe_share), parts_clear_share);
    return parts;
}

void lathe_parts_free(struct lathe_parts *parts)
{
    if (parts == NULL)
        return;
    g_array_unref(parts->cells);
    g_array_unref(parts->links);
    g_array_unref(parts->features);
    g_array_unref(parts->controllers);
    g_array_unref(parts->sounds);
    g_array_unref(parts->hostdevs);
    g_array_unref(parts->shares);
    g_free(parts->audio);
    g_free(parts);
}

/* ---- words ---- */

static const char *const parts_policies[] = {
    [LATHE_POLICY_FORCE] = "force",       [LATHE_POLICY_REQUIRE] = "require",
    [LATHE_POLICY_OPTIONAL] = "optional", [LATHE_POLICY_DISABLE] = "disable",
    [LATHE_POLICY_FORBID] = "forbid",
};

const char *lathe_policy_name(enum lathe_policy policy)
{
    return parts_policies[policy];
}

enum lathe_policy lathe_policy_parse(const char *name)
{
    for (size_t i = LATHE_POLICY_FORCE; name != NULL && i < G_N_ELEMENTS(parts_policies); i++) {
        if (strcmp(parts_policies[i], name) == 0)
            return (enum lathe_policy)i;
    }
    return LATHE_POLICY_DEFAULT;
}

char *lathe_cell_format(const struct lathe_cell *cell)
{
    g_autofree char *size = lathe_size_format(cell->memory);
    GString *text = g_string_new(size);

    g_string_append_printf(text, ", %s%s", cell->cpus != NULL ? "cpus " : "no cpus",
                           cell->cpus != NULL ? cell->cpus : "");
    for (guint i = 0; i < cell->distances->len; i++) {
        const struct lathe_distance *distance =
            &g_array_index(cell->distances, struct lathe_distance, i);
        g_string_append_printf(text, "%s%u to cell %u", i == 0 ? ", distance " : ", ",
                               distance->value, distance->cell);
    }
    return g_string_free(text, FALSE);
}

/* ", at 0000:00:02.0", or nothing. */
static void parts_add_place(GString *text, const struct lathe_place *place)
{
    g_autofree char *at = lathe_place_format(place);

    if (at != NULL)
        g_string_append_printf(text, ", at %s%s", at, place->multifunction ? "+" : "");
}

char *lathe_controller_format(const struct lathe_controller *controller)
{
    GString *text = g_string_new(controller->type);

    if (controller->index >= 0)
        g_string_append_printf(text, " %d", controller->index);
    if (controller->model != NULL)
        g_string_append_printf(text, ", %s", controller->model);
    parts_add_place(text, &controller->place);
    return g_string_free(text, FALSE);
}

char *lathe_sound_format(const struct lathe_sound *sound)
{
    GString *text = g_string_new(sound->model);

    if (sound->codec != NULL)
        g_string_append_printf(text, ", %s", sound->codec);
    parts_add_place(text, &sound->place);
    return g_string_free(text, FALSE);
}

char *lathe_hostdev_format(const struct lathe_hostdev *hostdev)
{
    g_autofree char *host = lathe_place_format(&hostdev->host);
    GString *text = g_string_new(NULL);

    if (hostdev->kind == LATHE_HOSTDEV_PCI)
        g_string_printf(text, "pci %s%s", host, hostdev->managed ? ", managed" : "");
    else if (hostdev->kind == LATHE_HOSTDEV_USB && (hostdev->vendor | hostdev->product) != 0)
        g_string_printf(text, "usb %04x:%04x", hostdev->vendor, hostdev->product);
    else if (hostdev->kind == LATHE_HOSTDEV_USB)
        g_string_printf(text, "usb bus %u device %u", hostdev->bus, hostdev->device);
    else
        g_string_assign(text, "of another kind");
    parts_add_place(text, &hostdev->place);
    return g_string_free(text, FALSE);
}

char *lathe_features_format(const struct lathe_parts *parts)
{
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < parts->features->len; i++) {
        const struct lathe_feature *feature =
            &g_array_index(parts->features, struct lathe_feature, i);
        const char *policy = lathe_policy_name(feature->policy);
        g_string_append_printf(text, "%s%s %s", i != 0 ? ", " : "",
                               policy != NULL ? policy : "require", feature->name);
    }
    return g_string_free(text, text->len == 0);
}

char *lathe_share_format(const struct lathe_share *share)
{
    GString *text = g_string_new(NULL);

    g_string_append_printf(text, "%s as %s%s", share->folder, share->name,
                           share->read_only ? ", read-only" : "");
    if (share->owned)
        g_string_append_printf(text, ", own files are %u:%u's", share->uid, share->gid);
    return g_string_free(text, FALSE);
}
