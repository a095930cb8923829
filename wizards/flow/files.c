/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Answers and outcomes in files: read within bounds, replaced in one step. */
#include "wizards/flow/files.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

#include "app/plan/error.h"
#include "app/plan/put-file.h"

char *lathe_file_load(const char *path, gsize limit, gsize *length, GError **error)
{
    bool standard = strcmp(path, "-") == 0;
    FILE *stream = standard ? stdin : fopen(path, "re");

    if (stream == NULL) {
        lathe_error_input(error, "%s: %s", path, g_strerror(errno));
        return NULL;
    }
    char *text = g_malloc(limit + 2);
    *length = fread(text, 1, limit + 1, stream);
    text[*length] = '\0';
    bool failed = ferror(stream) != 0;
    if (!standard)
        fclose(stream);
    if (!failed)
        return text;
    g_free(text);
    lathe_error_input(error, "%s cannot be read", path);
    return NULL;
}

/* For the owner alone: there may be passwords in it. */
static bool file_store(const char *path, const char *bytes, gsize length, GError **error)
{
    return lathe_put_file(path, bytes, length, 0600, error);
}

bool lathe_answers_load(struct lathe_answers *answers, const char *path, GError **error)
{
    gsize length = 0;
    g_autofree char *text = lathe_file_load(path, LATHE_ANSWERS_MAX, &length, error);

    if (text == NULL)
        return false;
    if (lathe_answers_from_json(answers, text, length, error))
        return true;
    g_prefix_error(error, "%s: ", path);
    return false;
}

bool lathe_answers_save(const struct lathe_answers *answers, const char *path, GError **error)
{
    g_autofree char *text = lathe_answers_to_json(answers);

    return file_store(path, text, strlen(text), error);
}

bool lathe_output_save(const struct lathe_output *output, const char *path, GError **error)
{
    g_autoptr(GString) text = g_string_new_len(output->text->str, (gssize)output->text->len);

    if (!output->binary)
        g_string_append_c(text, '\n');
    return file_store(path, text->str, text->len, error);
}

bool lathe_outcome_save(const struct lathe_outcome *outcome, const char *folder, GPtrArray *written,
                        GError **error)
{
    if (g_mkdir_with_parents(folder, 0700) != 0)
        return lathe_error_input(error, "%s: %s", folder, g_strerror(errno));
    for (guint i = 0; i < outcome->outputs->len; i++) {
        const struct lathe_output *output = outcome->outputs->pdata[i];
        g_autofree char *path = g_build_filename(folder, output->name, NULL);
        if (!lathe_output_save(output, path, error))
            return false;
        if (written != NULL)
            g_ptr_array_add(written, g_steal_pointer(&path));
    }
    return true;
}
