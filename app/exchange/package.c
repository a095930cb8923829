/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Writing OVA packages (package.h). The description and the checksums stand first, but are known
 * last: room is left for them, the description ends with as many blanks as it turns out shorter.
 */
#include "app/exchange/package.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "app/exchange/output.h"
#include "app/exchange/ovf.h"
#include "app/exchange/tar.h"
#include "app/images/convert.h"
#include "app/images/stream.h"

#define PACKAGE_SUM      64 /* digits of a SHA-256 */
#define PACKAGE_MAX_STEM 60

/* A member that is written now. */
struct package_member {
    struct lathe_output *output;
    uint64_t at, size; /* where its contents begin; so far */
    GChecksum *sum;
};

struct package {
    const struct lathe_config *config;
    struct lathe_definition *definition;
    struct lathe_output *output;
    char *stem;
    struct lathe_ovf_disk disks[EMU_MAX_DRIVES];
    char *names[EMU_MAX_DRIVES];
    struct lathe_image *images[EMU_MAX_DRIVES]; /* NULL: a disc, or nothing in it */
    char *sums[EMU_MAX_DRIVES];
    struct lathe_task *task;
    uint64_t end; /* of what is written */
};

/* ---- what goes in ---- */

/* Letters that every file system and program takes. */
static char *package_stem(const char *path)
{
    g_autofree char *name = g_path_get_basename(path);
    char *dot = strrchr(name, '.');
    size_t length = dot != NULL && dot != name ? (size_t)(dot - name) : strlen(name);
    char *stem = g_strndup(name, MIN(length, PACKAGE_MAX_STEM));

    g_strcanon(stem, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "-_.", '_');
    if (*stem == '\0' || *stem == '.')
        *stem = '_';
    return stem;
}

static bool package_add_disk(struct package *package, unsigned i, GError **error)
{
    const struct lathe_disk_definition *disk = &package->definition->disk[i];
    struct lathe_ovf_disk *out = &package->disks[i];

    if (disk->path == NULL)
        return true;
    out->disc = disk->cdrom || disk->bus == EMU_DRIVE_FLOPPY;
    package->names[i] =
        g_strdup_printf("%s-%s%u.%s", package->stem, out->disc ? "disc" : "disk", i + 1,
                        !out->disc    ? "vmdk"
                        : disk->cdrom ? "iso"
                                      : "img");
    out->file = package->names[i];
    package->images[i] =
        lathe_image_open_emulated(disk->path, disk->format, error); /* locks it, a disc too */
    if (package->images[i] == NULL)
        return false;
    out->capacity = lathe_image_get_size(package->images[i]);
    package->task->total += out->capacity;
    return true;
}

static bool package_add_disks(struct package *package, GError **error)
{
    for (unsigned i = 0; i < package->definition->disks; i++) {
        if (!package_add_disk(package, i, error))
            return false;
    }
    return true;
}

/* ---- members ---- */

static bool package_sink(void *opaque, const void *data, size_t length, GError **error)
{
    struct package_member *member = opaque;
    uint64_t at = member->at + member->size;

    member->size += length;
    g_checksum_update(member->sum, data, (gssize)length);
    return lathe_output_write(member->output, at, data, length, error);
}

/* A disc's bytes as they are. */
static bool package_copy(struct lathe_image *image, struct package_member *member,
                         struct lathe_task *task, GError **error)
{
    const size_t most = 1u << 20;
    g_autofree uint8_t *buffer = g_malloc(most);
    uint64_t size = lathe_image_get_size(image);
    bool zero;

    for (uint64_t at = 0; at < size; at += most) {
        size_t part = (size_t)MIN(most, size - at);
        if (!lathe_image_read(image, at, buffer, part, &zero, error) ||
            !package_sink(member, buffer, part, error) || !lathe_task_step(task, part, error))
            return false;
    }
    return true;
}

static bool package_write_head(struct package *package, uint64_t at, const char *name,
                               uint64_t size, GError **error)
{
    uint8_t head[LATHE_TAR_BLOCK];

    lathe_tar_write_head(head, name, size);
    return lathe_output_write(package->output, at, head, sizeof(head), error);
}

/* Zeroes up to a whole block. */
static bool package_pad(struct package *package, GError **error)
{
    static const uint8_t zeroes[LATHE_TAR_BLOCK];
    size_t left = (size_t)(-package->end % LATHE_TAR_BLOCK);

    package->end += left;
    return lathe_output_write(package->output, package->end - left, zeroes, left, error);
}

static bool package_write_disk(struct package *package, unsigned i, GError **error)
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    struct package_member member = {package->output, package->end + LATHE_TAR_BLOCK, 0, sum};
    struct lathe_ovf_disk *disk = &package->disks[i];
    bool written = disk->disc ? package_copy(package->images[i], &member, package->task, error)
                              : lathe_stream_write(package->images[i], disk->file, package_sink,
                                                   &member, package->task, &disk->written, error);

    if (!written || !package_write_head(package, package->end, disk->file, member.size, error))
        return false;
    disk->written = member.size;
    package->sums[i] = g_strdup(g_checksum_get_string(sum));
    package->end = member.at + member.size;
    return package_pad(package, error);
}

/* ---- the first two members ---- */

static char *package_describe(struct package *package, GPtrArray **left)
{
    return lathe_ovf_write(package->config, package->definition, package->disks, left);
}

/* With the longest numbers that there can be. */
static size_t package_measure(struct package *package)
{
    g_autoptr(GPtrArray) left = NULL;
    g_autofree char *text = NULL;

    for (unsigned i = 0; i < package->definition->disks; i++)
        package->disks[i].written = UINT64_MAX;
    text = package_describe(package, &left);
    return strlen(text);
}

static void package_list_sum(GString *text, const char *name, const char *sum)
{
    g_string_append_printf(text, "SHA256(%s)= %s\n", name, sum);
}

static char *package_list_sums(const struct package *package, const char *description)
{
    g_autofree char *name = g_strconcat(package->stem, ".ovf", NULL);
    g_autofree char *sum = g_compute_checksum_for_string(G_CHECKSUM_SHA256, description, -1);
    g_autofree char *none = g_strnfill(PACKAGE_SUM, '0');
    GString *text = g_string_new(NULL);

    package_list_sum(text, name, sum);
    for (unsigned i = 0; i < package->definition->disks; i++) {
        if (package->names[i] != NULL)
            package_list_sum(text, package->names[i],
                             package->sums[i] != NULL ? package->sums[i] : none);
    }
    return g_string_free(text, FALSE);
}

static bool package_write_text(struct package *package, const char *suffix, const char *text,
                               GError **error)
{
    g_autofree char *name = g_strconcat(package->stem, suffix, NULL);
    size_t length = strlen(text);

    if (!package_write_head(package, package->end, name, length, error) ||
        !lathe_output_write(package->output, package->end + LATHE_TAR_BLOCK, text, length, error))
        return false;
    package->end += LATHE_TAR_BLOCK + length;
    return package_pad(package, error);
}

/* At the beginning, where room was left. */
static bool package_write_front(struct package *package, size_t room, GPtrArray **left,
                                GError **error)
{
    g_autofree char *text = package_describe(package, left);
    g_autofree char *description = g_strdup_printf("%-*s", (int)room, text), *sums = NULL;

    sums = package_list_sums(package, description);
    package->end = 0;
    return package_write_text(package, ".ovf", description, error) &&
           package_write_text(package, ".mf", sums, error);
}

static uint64_t package_blocks(size_t length)
{
    return LATHE_TAR_BLOCK + (length + LATHE_TAR_BLOCK - 1) / LATHE_TAR_BLOCK * LATHE_TAR_BLOCK;
}

static bool package_write_all(struct package *package, GPtrArray **left, GError **error)
{
    static const uint8_t end[2 * LATHE_TAR_BLOCK];
    size_t room = package_measure(package);
    g_autofree char *sums = package_list_sums(package, "");

    package->end = package_blocks(room) + package_blocks(strlen(sums));
    for (unsigned i = 0; i < package->definition->disks; i++) {
        if (package->names[i] != NULL && !package_write_disk(package, i, error))
            return false;
    }
    return lathe_output_write(package->output, package->end, end, sizeof(end), error) &&
           package_write_front(package, room, left, error) &&
           lathe_output_publish(package->output, error);
}

/* ---- all of it ---- */

static void package_finish(struct package *package)
{
    for (unsigned i = 0; i < EMU_MAX_DRIVES; i++) {
        g_free(package->names[i]);
        g_free(package->sums[i]);
        lathe_image_free(package->images[i]);
    }
    lathe_output_free(package->output);
    lathe_definition_free(package->definition);
    g_free(package->stem);
}

bool lathe_package_write(const struct lathe_config *config, const char *path,
                         struct lathe_task *task, GPtrArray **left, GError **error)
{
    struct package package = {.config = config,
                              .definition = lathe_definition_new(),
                              .stem = package_stem(path),
                              .task = task};
    bool written = lathe_config_fill(config, package.definition, error) &&
                   (package.output = lathe_output_new(path, error)) != NULL &&
                   package_add_disks(&package, error) && package_write_all(&package, left, error);

    package_finish(&package);
    return written;
}
