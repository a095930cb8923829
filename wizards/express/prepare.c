/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From the answers to a machine that installs itself: the files of answers, where each installer
 * finds them, and the installer's kernel, which is started in the firmware's place.
 */
#include <errno.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>

#include "app/config/write.h"
#include "app/media/disc-files.h"
#include "app/media/media.h"
#include "app/media/seed.h"
#include "app/plan/error.h"
#include "app/settings/make.h"
#include "wizards/express/express-private.h"
#include "wizards/installer/few.h"

/* ---- the files of answers ---- */

static struct lathe_outcome *prepare_outcome(const struct lathe_answers *answers)
{
    struct lathe_answers *made = lathe_installer_of_few(answers);
    struct lathe_outcome *outcome = lathe_flow_compose(made, false);

    lathe_answers_free(made);
    return outcome;
}

/* All but the parameters, which go by another way. Returns how many. */
static unsigned prepare_files(const struct lathe_outcome *outcome, struct lathe_seed_file *files)
{
    unsigned count = 0;

    for (guint i = 0; i < outcome->outputs->len && count < LATHE_SEED_FILES_MAX; i++) {
        const struct lathe_output *output = outcome->outputs->pdata[i];
        if (g_str_has_suffix(output->name, ".prm"))
            continue;
        g_string_append_c(output->text, '\n');
        files[count++] =
            (struct lathe_seed_file){output->name, output->text->str, output->text->len};
    }
    return count;
}

static bool prepare_seed(struct lathe_definition *definition, const struct express_system *system,
                         const char *folder, const struct lathe_seed_file *files, unsigned count,
                         GError **error)
{
    const char *label = system->seed == EXPRESS_OEMDRV ? LATHE_SEED_OEMDRV : LATHE_SEED_CIDATA;
    g_autoptr(GBytes) disc = lathe_seed_disc(label, files, count, error);
    g_autofree char *path = g_build_filename(folder, LATHE_INSTALL_SEED, NULL);

    return disc != NULL && lathe_seed_write(disc, path, error) &&
           lathe_definition_add_cdrom(definition, path, error);
}

/* Takes the place of the initial RAM disk that there is. */
static bool prepare_initrd(struct lathe_definition *definition, const char *folder,
                           const struct lathe_seed_file *files, unsigned count, GError **error)
{
    g_autoptr(GBytes) archive = lathe_seed_archive(files, count, error);
    char *path = g_build_filename(folder, LATHE_INSTALL_FOLDER, "initrd", NULL);

    if (archive == NULL || !lathe_seed_append(definition->initrd, archive, path, error)) {
        g_free(path);
        return false;
    }
    g_free(definition->initrd);
    definition->initrd = path;
    return true;
}

static bool prepare_delivery(struct lathe_definition *definition,
                             const struct express_system *system, const char *folder,
                             const struct lathe_answers *answers, GError **error)
{
    struct lathe_seed_file files[LATHE_SEED_FILES_MAX];
    struct lathe_outcome *outcome = prepare_outcome(answers);
    unsigned count = prepare_files(outcome, files);
    bool good = system->seed == EXPRESS_INITRD
                    ? prepare_initrd(definition, folder, files, count, error)
                    : prepare_seed(definition, system, folder, files, count, error);

    lathe_outcome_free(outcome);
    return good;
}

/* ---- the kernel ---- */

static const struct lathe_disk_definition *prepare_disc(const struct lathe_definition *definition)
{
    for (unsigned i = 0; i < definition->disks; i++) {
        if (definition->disk[i].cdrom && definition->disk[i].path != NULL)
            return &definition->disk[i];
    }
    return NULL;
}

static bool prepare_extract(const char *disc, const char *name, const char *folder,
                            const char *stem, char **path, GError **error)
{
    g_autofree char *copy = g_build_filename(folder, LATHE_INSTALL_FOLDER, stem, NULL);

    if (!lathe_disc_extract(disc, name, copy, error))
        return false;
    g_free(*path);
    *path = g_steal_pointer(&copy);
    return true;
}

/* The label as a word of a command line: what udev makes of it. */
static char *prepare_label(const char *disc)
{
    GString *label = g_string_new(NULL);
    struct lathe_media media;

    if (lathe_media_look(disc, &media, NULL)) {
        g_string_append(label, media.volume != NULL ? media.volume : "");
        g_string_replace(label, " ", "\\x20", 0);
        lathe_media_clear(&media);
    }
    return g_string_free(label, FALSE);
}

/* The machine's own words come first: behind "---" they would be the new system's. */
static void prepare_append(struct lathe_definition *definition, const struct express_system *system,
                           const char *disc)
{
    g_autofree char *label = disc != NULL ? prepare_label(disc) : g_strdup("");
    g_auto(GStrv) parts = g_strsplit(system->append, "%s", 2);
    g_autofree char *words = g_strjoinv(label, parts);
    const char *own = definition->append != NULL ? definition->append : "";
    char *all = g_strconcat(own, *own != '\0' ? " " : "", words, NULL);

    g_free(definition->append);
    definition->append = all;
}

static bool prepare_kernel(struct lathe_definition *definition, const struct express_system *system,
                           const char *folder, GError **error)
{
    const struct lathe_disk_definition *disc = prepare_disc(definition);
    bool ours = definition->kernel == NULL;

    if (ours && (!prepare_extract(disc->path, system->kernel, folder, "vmlinuz",
                                  &definition->kernel, error) ||
                 !prepare_extract(disc->path, system->initrd, folder, "initrd.disc",
                                  &definition->initrd, error)))
        return false;
    prepare_append(definition, system, disc != NULL ? disc->path : NULL);
    if (strcmp(definition->firmware, "none") == 0) { /* afterwards it is needed */
        g_free(definition->firmware);
        definition->firmware = g_strdup("auto");
    }
    return true;
}

bool lathe_express_prepare(struct lathe_definition *definition, const char *folder, void *opaque,
                           GError **error)
{
    const struct express_system *system = express_system_of(opaque);
    g_autofree char *files = g_build_filename(folder, LATHE_INSTALL_FOLDER, NULL);

    if (!lathe_express_check(opaque, definition, error))
        return false;
    if (g_mkdir(files, 0700) != 0)
        return lathe_error_input(error, "cannot make '%s': %s", files, g_strerror(errno));
    definition->installing = true;
    return prepare_kernel(definition, system, folder, error) &&
           prepare_delivery(definition, system, folder, opaque, error) &&
           lathe_make_settle_files(definition, error);
}

/* ---- is it possible? ---- */

static bool prepare_has_disk(const struct lathe_definition *definition)
{
    for (unsigned i = 0; i < definition->disks; i++) {
        const struct lathe_disk_definition *disk = &definition->disk[i];
        if (!disk->cdrom && disk->bus != EMU_DRIVE_FLOPPY && !disk->read_only)
            return true;
    }
    return false;
}

static bool prepare_check_answers(const struct lathe_answers *answers, GError **error)
{
    struct lathe_problems *problems = lathe_flow_check(answers, NULL);
    const struct lathe_problem *first =
        problems->found->len != 0 ? problems->found->pdata[0] : NULL;
    bool good = !lathe_problems_fatal(problems);

    if (!good)
        lathe_error_input(error, "%s: %s",
                          first->question != NULL ? gettext(first->question->label)
                                                  : _("express installation"),
                          first->sentence);
    lathe_problems_free(problems);
    return good;
}

bool lathe_express_check(const struct lathe_answers *answers,
                         const struct lathe_definition *definition, GError **error)
{
    const struct express_system *system = express_system_of(answers);
    const struct lathe_disk_definition *disc = prepare_disc(definition);

    if (!prepare_check_answers(answers, error))
        return false;
    if (!prepare_has_disk(definition))
        return lathe_error_input(error, "there is no disk to install on: give the machine one");
    if (definition->kernel != NULL && definition->initrd == NULL)
        return lathe_error_input(error, "the installer's kernel needs its initial RAM disk");
    if (definition->kernel != NULL && (system->seed == EXPRESS_INITRD || disc != NULL))
        return true;
    if (disc == NULL)
        return lathe_error_input(error, "there is no disc with an installer: give the machine one");
    return lathe_disc_has(disc->path, system->kernel) ||
           lathe_error_input(error,
                             "'%s' is no disc that %s can be installed from without a question",
                             disc->path, system->id);
}
