/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Checksums of a package (manifest.h). */
#include "app/exchange/manifest.h"

#include <string.h>

#include "app/plan/error.h"

#define MANIFEST_MAX (1u << 20)

static void manifest_clear_row(gpointer data)
{
    struct lathe_manifest_row *row = data;

    g_free(row->name);
    g_free(row->sum);
}

static bool manifest_type(const char *word, size_t length, GChecksumType *type)
{
    static const struct {
        const char *word;
        GChecksumType type;
    } rows[] = {{"SHA1", G_CHECKSUM_SHA1},     {"SHA256", G_CHECKSUM_SHA256},
                {"SHA384", G_CHECKSUM_SHA384}, {"SHA512", G_CHECKSUM_SHA512},
                {"SHA-1", G_CHECKSUM_SHA1},    {"SHA-256", G_CHECKSUM_SHA256}};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (strlen(rows[i].word) == length &&
            g_ascii_strncasecmp(rows[i].word, word, length) == 0) {
            *type = rows[i].type;
            return true;
        }
    }
    return false;
}

/* "SHA256(disk.vmdk)= 0123..." with blanks as anybody likes; a name may have brackets in it. */
static bool manifest_take_line(const char *line, struct lathe_manifest_row *row)
{
    const char *open = strchr(line, '('), *close = strrchr(line, ')'), *sum;
    size_t word = strcspn(line, " (");

    if (open == NULL || close == NULL || close < open || !manifest_type(line, word, &row->type))
        return false;
    sum = close + 1 + strspn(close + 1, " \t");
    if (*sum != '=')
        return false;
    sum += 1 + strspn(sum + 1, " \t");
    if (strlen(sum) != (size_t)g_checksum_type_get_length(row->type) * 2 ||
        sum[strspn(sum, "0123456789abcdefABCDEF")] != '\0')
        return false;
    row->name = g_strndup(open + 1, (gsize)(close - open - 1));
    row->sum = g_ascii_strdown(sum, -1);
    return true;
}

GArray *lathe_manifest_parse(const struct lathe_span *bytes, GError **error)
{
    g_autoptr(GArray) rows = g_array_new(FALSE, FALSE, sizeof(struct lathe_manifest_row));
    g_autofree char *text = NULL;

    g_array_set_clear_func(rows, manifest_clear_row);
    if (bytes->size > MANIFEST_MAX) {
        lathe_span_refuse(bytes, error, "it is too large for a list of checksums");
        return NULL;
    }
    text = g_malloc0(bytes->size + 1);
    if (!lathe_span_read(bytes, 0, text, bytes->size, error))
        return NULL;
    g_auto(GStrv) lines = g_strsplit_set(text, "\r\n", -1);
    for (size_t i = 0; lines[i] != NULL; i++) {
        struct lathe_manifest_row row = {0};
        const char *line = g_strstrip(lines[i]);
        if (*line == '\0')
            continue;
        if (!manifest_take_line(line, &row)) {
            g_autofree char *why = g_strdup_printf("line %zu is no checksum", i + 1);
            lathe_span_refuse(bytes, error, why);
            return NULL;
        }
        g_array_append_val(rows, row);
    }
    return g_steal_pointer(&rows);
}

uint64_t lathe_manifest_total(const GArray *rows, struct lathe_fileset *set)
{
    struct lathe_span bytes;
    uint64_t total = 0;

    for (guint i = 0; i < rows->len; i++) {
        const struct lathe_manifest_row *row = &g_array_index(rows, struct lathe_manifest_row, i);
        if (lathe_fileset_find(set, row->name, &bytes, NULL))
            total += bytes.size;
    }
    return total;
}

static bool manifest_check_row(const struct lathe_manifest_row *row, struct lathe_fileset *set,
                               struct lathe_task *task, GError **error)
{
    struct lathe_span bytes;
    g_autofree char *sum = NULL;

    if (!lathe_fileset_find(set, row->name, &bytes, error)) {
        g_prefix_error(error, "the list of checksums (.mf) names a file that cannot be had: ");
        return false;
    }
    sum = lathe_span_sum(&bytes, row->type, task, error);
    if (sum == NULL)
        return false;
    return strcmp(sum, row->sum) == 0 ||
           lathe_error_input(error,
                             "'%s' is not what it was when the package was made: its checksum is "
                             "wrong; fetch the package again",
                             row->name);
}

static bool manifest_has(const GArray *rows, const char *name)
{
    for (guint i = 0; i < rows->len; i++) {
        if (strcmp(g_array_index(rows, struct lathe_manifest_row, i).name, name) == 0)
            return true;
    }
    return false;
}

bool lathe_manifest_check(const GArray *rows, struct lathe_fileset *set, const char *const *needed,
                          struct lathe_task *task, GError **error)
{
    for (size_t i = 0; needed[i] != NULL; i++) {
        if (!manifest_has(rows, needed[i]))
            return lathe_error_input(error,
                                     "the package's list of checksums (.mf) has none of '%s', "
                                     "which so could be anything",
                                     needed[i]);
    }
    for (guint i = 0; i < rows->len; i++) {
        if (!manifest_check_row(&g_array_index(rows, struct lathe_manifest_row, i), set, task,
                                error))
            return false;
    }
    return true;
}
