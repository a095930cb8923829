/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parts of a definition as the command line and pages write them, and back (parts.h). */
#include <stdio.h>
#include <string.h>

#include "app/plan/error.h"
#include "app/plan/parts.h"
#include "app/plan/size.h"

#define PARTS_MAX_CELL 255u

/* ---- nodes of memory ---- */

/* "1:20+2:30" */
static bool cell_add_distances(struct lathe_cell *cell, const char *text)
{
    g_auto(GStrv) pairs = g_strsplit(text, "+", -1);

    for (size_t i = 0; pairs[i] != NULL; i++) {
        struct lathe_distance distance;
        char rest;
        if (sscanf(pairs[i], "%3u:%3u%c", &distance.cell, &distance.value, &rest) != 2 ||
            distance.cell > PARTS_MAX_CELL || distance.value < 10 || distance.value > 255)
            return false;
        g_array_append_val(cell->distances, distance);
    }
    return true;
}

static bool cell_set(struct lathe_cell *cell, const char *part, GError **error)
{
    if (g_str_has_prefix(part, "memory="))
        return lathe_size_parse(part + strlen("memory="), &cell->memory, error);
    if (g_str_has_prefix(part, "cpus=") &&
        g_regex_match_simple("^[0-9]{1,4}(-[0-9]{1,4})?(\\+[0-9]{1,4}(-[0-9]{1,4})?)*$",
                             part + strlen("cpus="), G_REGEX_DOLLAR_ENDONLY, 0)) {
        g_free(cell->cpus);
        cell->cpus = g_strdelimit(g_strdup(part + strlen("cpus=")), "+", ',');
        return true;
    }
    if (g_str_has_prefix(part, "distance=") && cell_add_distances(cell, part + strlen("distance=")))
        return true;
    return lathe_error_input(
        error, "--numa has no '%s': write cpus=0-1+4,memory=1G[,distance=1:20+2:30]", part);
}

bool lathe_parts_add_cell(struct lathe_parts *parts, const char *text, GError **error)
{
    g_auto(GStrv) words = g_strsplit(text, ",", -1);
    struct lathe_cell cell = {.id = parts->cells->len,
                              .distances = g_array_new(FALSE, TRUE, sizeof(struct lathe_distance))};
    bool good = cell.id <= PARTS_MAX_CELL ||
                lathe_error_input(error, "--numa: a machine has at most 256 nodes");

    for (size_t i = 0; words[i] != NULL && good; i++)
        good = cell_set(&cell, words[i], error);
    if (good && cell.memory == 0)
        good = lathe_error_input(error, "--numa %s needs memory=SIZE", text);
    g_array_append_val(parts->cells, cell);
    if (!good)
        g_array_set_size(parts->cells, cell.id);
    return good;
}

char *lathe_cell_text(const struct lathe_cell *cell)
{
    g_autofree char *size = lathe_size_format(cell->memory);
    g_autofree char *cpus = g_strdelimit(g_strdup(cell->cpus != NULL ? cell->cpus : ""), ",", '+');
    GString *text = g_string_new(NULL);

    if (*cpus != '\0')
        g_string_append_printf(text, "cpus=%s,", cpus);
    g_string_append_printf(text, "memory=%s", size);
    for (guint i = 0; i < cell->distances->len; i++) {
        const struct lathe_distance *distance =
            &g_array_index(cell->distances, struct lathe_distance, i);
        g_string_append_printf(text, "%s%u:%u", i == 0 ? ",distance=" : "+", distance->cell,
                               distance->value);
    }
    return g_string_free(text, FALSE);
}

/* ---- devices of the host ---- */

static bool hostdev_parse_pci(const char *text, struct lathe_hostdev *hostdev)
{
    struct lathe_place *host = &hostdev->host;
    char rest;

    hostdev->kind = LATHE_HOSTDEV_PCI;
    hostdev->managed = true;
    host->given = true;
    return sscanf(text, "%4x:%2x:%2x.%1x%c", &host->domain, &host->bus, &host->slot,
                  &host->function, &rest) == 4 &&
           host->slot < 32 && host->function < 8;
}

static bool hostdev_parse_usb(const char *text, struct lathe_hostdev *hostdev)
{
    char rest;

    hostdev->kind = LATHE_HOSTDEV_USB;
    if (sscanf(text, "%4x:%4x%c", &hostdev->vendor, &hostdev->product, &rest) == 2)
        return hostdev->vendor != 0;
    hostdev->vendor = hostdev->product = 0;
    return sscanf(text, "%3u.%3u%c", &hostdev->bus, &hostdev->device, &rest) == 2;
}

bool lathe_parts_add_hostdev(struct lathe_parts *parts, const char *text, GError **error)
{
    struct lathe_hostdev hostdev = {0};
    bool good = g_str_has_prefix(text, "pci:")   ? hostdev_parse_pci(text + 4, &hostdev)
                : g_str_has_prefix(text, "usb:") ? hostdev_parse_usb(text + 4, &hostdev)
                                                 : false;

    if (!good)
        return lathe_error_input(error,
                                 "--hostdev has no '%s': write usb:VENDOR:PRODUCT, usb:BUS.DEVICE "
                                 "or pci:0000:03:00.0",
                                 text);
    if (parts->hostdevs->len >= LATHE_PARTS_MAX)
        return lathe_error_input(error, "a machine has at most %u devices of the host",
                                 LATHE_PARTS_MAX);
    g_array_append_val(parts->hostdevs, hostdev);
    return true;
}

char *lathe_hostdev_text(const struct lathe_hostdev *hostdev)
{
    g_autofree char *place = lathe_place_format(&hostdev->host);

    if (hostdev->kind == LATHE_HOSTDEV_OTHER)
        return NULL;
    if (hostdev->kind == LATHE_HOSTDEV_PCI)
        return g_strdup_printf("pci:%s", place);
    if ((hostdev->vendor | hostdev->product) != 0)
        return g_strdup_printf("usb:%04x:%04x", hostdev->vendor, hostdev->product);
    return g_strdup_printf("usb:%u.%u", hostdev->bus, hostdev->device);
}

bool lathe_hostdev_same(const struct lathe_hostdev *left, const struct lathe_hostdev *right)
{
    g_autofree char *one = lathe_hostdev_text(left), *other = lathe_hostdev_text(right);

    return g_strcmp0(one, other) == 0;
}

void lathe_parts_clear_hostdevs(struct lathe_parts *parts)
{
    for (guint i = parts->hostdevs->len; i-- > 0;) {
        if (g_array_index(parts->hostdevs, struct lathe_hostdev, i).kind != LATHE_HOSTDEV_OTHER)
            g_array_remove_index(parts->hostdevs, i);
    }
}

/* ---- shared folders ---- */

static bool share_put_owner(struct lathe_share *share, const char *text)
{
    char *end;
    guint64 uid = g_ascii_strtoull(text, &end, 10), gid = uid;

    if (!g_ascii_isdigit(*text))
        return false;
    if (*end == ':' && g_ascii_isdigit(end[1]))
        gid = g_ascii_strtoull(end + 1, &end, 10);
    share->owned = true;
    share->uid = (unsigned)uid;
    share->gid = (unsigned)gid;
    return *end == '\0' && uid < UINT32_MAX && gid < UINT32_MAX;
}

bool lathe_share_is_owner(const char *text)
{
    struct lathe_share share;

    return share_put_owner(&share, text);
}

/* Cuts the last option off the text; false: there is none. */
static bool share_cut_option(struct lathe_share *share, char *text)
{
    char *comma = strrchr(text, ',');
    bool good = false;

    if (comma != NULL && strcmp(comma, ",readonly") == 0)
        good = share->read_only = true;
    else if (comma != NULL && g_str_has_prefix(comma, ",owner="))
        good = share_put_owner(share, comma + strlen(",owner="));
    if (good)
        *comma = '\0';
    return good;
}

/* The guest would mount the first of two. */
static bool share_has_name(const struct lathe_parts *parts, const char *name)
{
    for (guint i = 0; i < parts->shares->len; i++) {
        if (strcmp(g_array_index(parts->shares, struct lathe_share, i).name, name) == 0)
            return true;
    }
    return false;
}

bool lathe_parts_add_share(struct lathe_parts *parts, const char *text, GError **error)
{
    g_autofree char *pair = g_strdup(text);
    struct lathe_share share = {0};
    char *equals;

    while (share_cut_option(&share, pair))
        ;
    equals = strrchr(pair, '=');
    if (equals == NULL || equals == pair || equals[1] == '\0' || strchr(equals, ',') != NULL ||
        strlen(equals + 1) > EMU_SHARE_TAG)
        return lathe_error_input(
            error,
            "--share has no '%s': write FOLDER,tag=NAME[,readonly][,owner=UID:GID], with a name "
            "of at most %d bytes",
            text, EMU_SHARE_TAG);
    if (parts->shares->len >= EMU_MAX_SHARES)
        return lathe_error_input(error, "a machine has at most %d shared folders", EMU_MAX_SHARES);
    if (share_has_name(parts, equals + 1))
        return lathe_error_input(error, "two folders have the name '%s'", equals + 1);
    *equals = '\0';
    if (g_str_has_suffix(pair, ",tag"))
        equals[-(int)strlen(",tag")] = '\0';
    share.folder = g_strdup(pair);
    share.name = g_strdup(equals + 1);
    g_array_append_val(parts->shares, share);
    return true;
}

char *lathe_share_text(const struct lathe_share *share)
{
    GString *text = g_string_new(share->folder);

    g_string_append_printf(text, ",tag=%s%s", share->name, share->read_only ? ",readonly" : "");
    if (share->owned)
        g_string_append_printf(text, ",owner=%u:%u", share->uid, share->gid);
    return g_string_free(text, FALSE);
}
