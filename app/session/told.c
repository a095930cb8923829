/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files of fw_cfg are read when the machine is built; a uuid becomes its bytes. */
#include "app/session/told.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "app/plan/error.h"

/* With or without dashes; what is none leaves zeros. */
static void told_read_uuid(const char *text, uint8_t uuid[16])
{
    unsigned digits = 0;

    memset(uuid, 0, 16);
    for (; text != NULL && *text != '\0' && digits < 32; text++) {
        int value = g_ascii_xdigit_value(*text);
        if (value < 0)
            continue;
        uuid[digits / 2] = (uint8_t)(uuid[digits / 2] << 4 | value);
        digits++;
    }
    if (digits != 32)
        memset(uuid, 0, 16);
}

static bool told_read_file(const struct lathe_fw_file *from, struct emu_fw_cfg_file *file,
                           GError **error)
{
    struct stat found;
    char *data;

    file->name = from->name;
    if (from->path == NULL) {
        file->data = g_strdup(from->text);
        file->size = strlen(from->text);
        return true;
    }
    if (stat(from->path, &found) != 0)
        return lathe_error_input(error, "cannot read the fw_cfg file '%s': %s", from->path,
                                 g_strerror(errno));
    if (!S_ISREG(found.st_mode) || found.st_size > EMU_FW_CFG_FILE_BYTES)
        return lathe_error_input(error, "the fw_cfg file '%s' is no file of at most %u MiB",
                                 from->path, EMU_FW_CFG_FILE_BYTES >> 20);
    if (!g_file_get_contents(from->path, &data, &file->size, error)) {
        g_prefix_error(error, "cannot read the fw_cfg file: ");
        return false;
    }
    file->data = data;
    return true;
}

struct emu_told *lathe_session_told_new(const struct lathe_definition *definition, GError **error)
{
    const struct lathe_told *from = definition->told;
    struct emu_told *told = g_new0(struct emu_told, 1);
    struct emu_fw_cfg_file *files = g_new0(struct emu_fw_cfg_file, from->files->len + 1);

    told->files = files;
    for (; told->file_count < from->files->len; told->file_count++) {
        if (!told_read_file(&g_array_index(from->files, struct lathe_fw_file, told->file_count),
                            &files[told->file_count], error)) {
            lathe_session_told_free(told);
            return NULL;
        }
    }
    for (unsigned i = 0; i < EMU_SMBIOS_TEXTS; i++)
        told->texts[i] = from->texts[i];
    told->strings = (const char *const *)from->strings->pdata;
    told->string_count = from->strings->len;
    told_read_uuid(definition->uuid, told->uuid);
    return told;
}

void lathe_session_told_free(struct emu_told *told)
{
    if (told == NULL)
        return;
    for (unsigned i = 0; i < told->file_count; i++)
        g_free((gpointer)told->files[i].data);
    g_free((gpointer)told->files);
    g_free(told);
}
