/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * "lathe seed": files of answers put where systems look for them: on a disc with a label, behind an
 * initial RAM disk, as Ignition. For machines anywhere; "lathe create --express" does it by itself.
 */
#include "wizards/cli/seed.h"

#include <stdio.h>
#include <string.h>

#include "app/cli/cli.h"
#include "app/media/seed.h"
#include "app/plan/error.h"
#include "wizards/ignition/butane.h"
#include "wizards/ignition/host-key.h"

enum seed_command { SEED_DISC, SEED_INITRD, SEED_IGNITION, SEED_HOST_KEY };

/* Where the result is to go; NULL with *error. */
static const char *seed_output(const struct lathe_tool_line *line, GError **error)
{
    const char *path = lathe_tool_value(line, "output");

    if (path == NULL)
        lathe_error_input(error, "--output FILE is missing: a new file");
    return path;
}

/* The operands from the first one on. Freed with their contents by the caller. */
static GArray *seed_read_files(const struct lathe_tool_line *line, guint first, GError **error)
{
    GArray *files = g_array_new(FALSE, TRUE, sizeof(struct lathe_seed_file));

    for (guint i = first; i < line->operands->len; i++) {
        const char *path = line->operands->pdata[i];
        struct lathe_seed_file file = {.size = 0};
        char *data = NULL;
        if (!g_file_get_contents(path, &data, &file.size, error))
            return files;
        file.name = g_path_get_basename(path);
        file.data = data;
        g_array_append_val(files, file);
    }
    if (files->len == 0)
        lathe_error_input(error, "there is no file of answers to put there");
    return files;
}

static void seed_free_files(GArray *files)
{
    for (guint i = 0; i < files->len; i++) {
        struct lathe_seed_file *file = &g_array_index(files, struct lathe_seed_file, i);
        g_free((gpointer)file->name);
        g_free((gpointer)file->data);
    }
    g_array_unref(files);
}

static int seed_disc(const struct lathe_tool_line *line, GError **error)
{
    const char *path = seed_output(line, error), *label = lathe_tool_value(line, "label");

    if (path == NULL)
        return LATHE_EXIT_USAGE;
    GArray *files = seed_read_files(line, 0, error);
    g_autoptr(GBytes) disc =
        *error == NULL
            ? lathe_seed_disc(label != NULL ? label : LATHE_SEED_CIDATA,
                              (struct lathe_seed_file *)(void *)files->data, files->len, error)
            : NULL;
    seed_free_files(files);
    return disc != NULL && lathe_seed_write(disc, path, error) ? LATHE_EXIT_OK : LATHE_EXIT_USAGE;
}

static int seed_initrd(const struct lathe_tool_line *line, GError **error)
{
    const char *path = seed_output(line, error);

    if (path == NULL)
        return LATHE_EXIT_USAGE;
    GArray *files = seed_read_files(line, 1, error);
    g_autoptr(GBytes) archive =
        *error == NULL
            ? lathe_seed_archive((struct lathe_seed_file *)(void *)files->data, files->len, error)
            : NULL;
    seed_free_files(files);
    return archive != NULL && lathe_seed_append(line->operands->pdata[0], archive, path, error)
               ? LATHE_EXIT_OK
               : LATHE_EXIT_USAGE;
}

static int seed_ignition(const struct lathe_tool_line *line, GError **error)
{
    const char *from = line->operands->len == 1 ? line->operands->pdata[0] : NULL;
    const char *path = lathe_tool_value(line, "output");
    g_autofree char *text = NULL;
    gsize length = 0;

    if (from == NULL) {
        lathe_error_input(error, "lathe seed ignition takes one FILE of Butane");
        return LATHE_EXIT_USAGE;
    }
    if (!g_file_get_contents(from, &text, &length, error))
        return LATHE_EXIT_USAGE;
    g_autofree char *made =
        lathe_butane_to_ignition(text, length, lathe_tool_value(line, "files"), error);
    if (made == NULL) {
        g_prefix_error(error, "%s: ", from);
        return LATHE_EXIT_USAGE;
    }
    if (path == NULL) {
        puts(made);
        return LATHE_EXIT_OK;
    }
    g_autoptr(GBytes) bytes = g_bytes_new(made, strlen(made));
    return lathe_seed_write(bytes, path, error) ? LATHE_EXIT_OK : LATHE_EXIT_USAGE;
}

/* The values of an option that may repeat; g_free (not the values). */
static const char **seed_values(const struct lathe_tool_line *line, const char *name)
{
    GPtrArray *values = g_ptr_array_new();

    for (guint i = 0; i < line->options->len; i++) {
        const struct lathe_tool_given *given =
            &g_array_index(line->options, struct lathe_tool_given, i);
        if (strcmp(given->option->name, name) == 0)
            g_ptr_array_add(values, (gpointer)given->value);
    }
    g_ptr_array_add(values, NULL);
    return (const char **)g_ptr_array_free(values, FALSE);
}

static int seed_host_key(const struct lathe_tool_line *line, GError **error)
{
    g_autofree const char **trusted = seed_values(line, "trusted");
    g_autofree const char **between = seed_values(line, "between");
    g_autofree const char **revoked = seed_values(line, "revoked");
    const struct lathe_host_key_papers papers = {lathe_tool_value(line, "signing-key"), trusted,
                                                 between, revoked};

    if (papers.signing == NULL || trusted[0] == NULL || line->operands->len == 0) {
        lathe_error_input(error,
                          "lathe seed host-key takes documents, --signing-key and --trusted");
        return LATHE_EXIT_USAGE;
    }
    for (guint i = 0; i < line->operands->len; i++) {
        g_autofree char *said = NULL;
        if (!lathe_host_key_check(line->operands->pdata[i], &papers, time(NULL), &said, error))
            return LATHE_EXIT_USAGE;
        puts(said);
    }
    return LATHE_EXIT_OK;
}

static const struct lathe_tool_command seed_commands[] = {
    [SEED_DISC] = {"disc", "FILE...", "a small disc with these files, for a CD drive", seed_disc},
    [SEED_INITRD] = {"initrd", "INITRD FILE...",
                     "a copy of an initial RAM disk that has these files in its top folder",
                     seed_initrd},
    [SEED_IGNITION] = {"ignition", "FILE.bu", "Butane's YAML as Ignition's JSON", seed_ignition},
    [SEED_HOST_KEY] = {"host-key", "FILE...",
                       "check host-key documents of IBM Z before they go into a secure guest",
                       seed_host_key},
    {NULL, NULL, NULL, NULL},
};

static const struct lathe_tool_option seed_options[] = {
    {"label", "LABEL", 1u << SEED_DISC, "CIDATA OEMDRV",
     "the disc's label: CIDATA (default) is what cloud-init and Ubuntu's installer look for, "
     "OEMDRV "
     "what Red Hat's and SUSE's do"},
    {"output", "FILE", 1u << SEED_DISC | 1u << SEED_INITRD | 1u << SEED_IGNITION, "@file",
     "the new file, for its owner alone; ignition: standard output without it"},
    {"files", "FOLDER", 1u << SEED_IGNITION, "@file",
     "where the files are that Butane calls local"},
    {"signing-key", "FILE", 1u << SEED_HOST_KEY, "@file", "the certificate of IBM's signing key"},
    {"trusted", "FILE", 1u << SEED_HOST_KEY, "@file",
     "the certificate of the authority (repeatable)"},
    {"between", "FILE", 1u << SEED_HOST_KEY, "@file",
     "a certificate between the authority and the signing key (repeatable)"},
    {"revoked", "FILE", 1u << SEED_HOST_KEY, "@file",
     "a list of revoked certificates, of IBM or the authority (repeatable)"},
    {NULL, NULL, 0, NULL, NULL},
};

const struct lathe_tool lathe_seed_tool = {"seed", seed_commands, seed_options};
