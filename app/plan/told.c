/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files of fw_cfg and texts of SMBIOS: the lists, their bounds, and their options (told.h). */
#include "app/plan/told.h"

#include <string.h>

#include "app/plan/disk.h"
#include "app/plan/error.h"

static const struct {
    const char *group, *name;
    unsigned type;
} told_rows[EMU_SMBIOS_TEXTS] = {
#define SMBIOS_TEXT(id, type, group, name) [EMU_SMBIOS_##id] = {group, name, type},
#include "emulator/api/smbios.inc"
#undef SMBIOS_TEXT
};

const char *lathe_smbios_group(enum emu_smbios_text id)
{
    return told_rows[id].group;
}

const char *lathe_smbios_name(enum emu_smbios_text id)
{
    return told_rows[id].name;
}

unsigned lathe_smbios_type(enum emu_smbios_text id)
{
    return told_rows[id].type;
}

/* ---- the lists ---- */

static void told_clear_file(gpointer data)
{
    struct lathe_fw_file *file = data;

    g_free(file->name);
    g_free(file->path);
    g_free(file->text);
}

struct lathe_told *lathe_told_new(void)
{
    struct lathe_told *told = g_new0(struct lathe_told, 1);

    told->files = g_array_new(FALSE, TRUE, sizeof(struct lathe_fw_file));
    g_array_set_clear_func(told->files, told_clear_file);
    told->strings = g_ptr_array_new_with_free_func(g_free);
    return told;
}

void lathe_told_free(struct lathe_told *told)
{
    if (told == NULL)
        return;
    lathe_told_clear_smbios(told);
    g_array_unref(told->files);
    g_ptr_array_unref(told->strings);
    g_free(told);
}

void lathe_told_clear_files(struct lathe_told *told)
{
    g_array_set_size(told->files, 0);
}

void lathe_told_clear_smbios(struct lathe_told *told)
{
    for (unsigned i = 0; i < EMU_SMBIOS_TEXTS; i++)
        g_clear_pointer(&told->texts[i], g_free);
    g_ptr_array_set_size(told->strings, 0);
}

bool lathe_told_has_smbios(const struct lathe_told *told)
{
    bool has = told->strings->len != 0;

    for (unsigned i = 0; i < EMU_SMBIOS_TEXTS; i++)
        has |= told->texts[i] != NULL;
    return has;
}

bool lathe_told_same_files(const struct lathe_told *left, const struct lathe_told *right)
{
    bool same = left->files->len == right->files->len;

    for (guint i = 0; same && i < left->files->len; i++) {
        const struct lathe_fw_file *one = &g_array_index(left->files, struct lathe_fw_file, i);
        const struct lathe_fw_file *other = &g_array_index(right->files, struct lathe_fw_file, i);
        same = strcmp(one->name, other->name) == 0 && g_strcmp0(one->path, other->path) == 0 &&
               g_strcmp0(one->text, other->text) == 0;
    }
    return same;
}

bool lathe_told_same_smbios(const struct lathe_told *left, const struct lathe_told *right)
{
    bool same = left->strings->len == right->strings->len;

    for (unsigned i = 0; i < EMU_SMBIOS_TEXTS; i++)
        same &= g_strcmp0(left->texts[i], right->texts[i]) == 0;
    for (guint i = 0; same && i < left->strings->len; i++)
        same = strcmp(left->strings->pdata[i], right->strings->pdata[i]) == 0;
    return same;
}

/* ---- what may be taken in ---- */

static bool told_check_name(const struct lathe_told *told, const char *name, GError **error)
{
    size_t length = strlen(name);
    bool good = length != 0 && length <= EMU_FW_CFG_NAME_MAX;

    for (size_t i = 0; i < length; i++)
        good &= g_ascii_isgraph(name[i]);
    if (!good)
        return lathe_error_input(error,
                                 "'%s' is no name of a fw_cfg file: 1 to %d letters, digits and "
                                 "signs, as in opt/org.example/name",
                                 name, EMU_FW_CFG_NAME_MAX);
    for (guint i = 0; i < told->files->len; i++) {
        if (strcmp(g_array_index(told->files, struct lathe_fw_file, i).name, name) == 0)
            return lathe_error_input(error, "there are two fw_cfg files '%s'", name);
    }
    if (told->files->len == EMU_FW_CFG_FILES_MAX)
        return lathe_error_input(error, "a machine has at most %d fw_cfg files of its owner's",
                                 EMU_FW_CFG_FILES_MAX);
    return true;
}

bool lathe_told_take_file(struct lathe_told *told, const char *name, const char *path,
                          const char *text, GError **error)
{
    struct lathe_fw_file file;

    if (!told_check_name(told, name, error))
        return false;
    if ((path == NULL) == (text == NULL) || (path != NULL && *path == '\0'))
        return lathe_error_input(
            error, "the fw_cfg file '%s' needs file=PATH or string=TEXT, and not both", name);
    for (const char *c = text != NULL ? text : ""; *c != '\0'; c++) {
        if ((unsigned char)*c < ' ')
            return lathe_error_input(
                error, "the fw_cfg file '%s' has several lines: give it as file=PATH", name);
    }
    file = (struct lathe_fw_file){g_strdup(name), g_strdup(path), g_strdup(text)};
    g_array_append_val(told->files, file);
    return true;
}

/* Bytes of all that is there. */
static size_t told_total(const struct lathe_told *told)
{
    size_t total = 0;

    for (unsigned i = 0; i < EMU_SMBIOS_TEXTS; i++)
        total += told->texts[i] != NULL ? strlen(told->texts[i]) + 1 : 0;
    for (guint i = 0; i < told->strings->len; i++)
        total += strlen(told->strings->pdata[i]) + 1;
    return total;
}

static bool told_check_text(const struct lathe_told *told, const char *text, size_t most,
                            GError **error)
{
    size_t length = strlen(text);

    for (size_t i = 0; i < length; i++) {
        if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
            return lathe_error_input(
                error, "SMBIOS has lines only, and this text has a control character (a credential "
                       "with any bytes is io.systemd.credential.binary:NAME=BASE64)");
    }
    if (length > most || !g_utf8_validate(text, -1, NULL))
        return lathe_error_input(
            error, "a text of %zu bytes: SMBIOS takes up to %zu here, in UTF-8", length, most);
    if (told_total(told) + length + 1 > EMU_SMBIOS_TOTAL)
        return lathe_error_input(error, "all SMBIOS texts together may have %d bytes",
                                 EMU_SMBIOS_TOTAL);
    return true;
}

static bool told_check_release(const char *text, GError **error)
{
    g_auto(GStrv) parts = g_strsplit(text, ".", -1);
    bool good = *text == '\0' || g_strv_length(parts) == 2;

    for (size_t i = 0; good && *text != '\0' && parts[i] != NULL; i++)
        good = g_ascii_string_to_unsigned(parts[i], 10, 0, 255, NULL, NULL);
    return good ||
           lathe_error_input(error, "'%s' is no release: write MAJOR.MINOR, each 0 to 255", text);
}

bool lathe_told_take_text(struct lathe_told *told, enum emu_smbios_text id, const char *text,
                          GError **error)
{
    if (!told_check_text(told, text, EMU_SMBIOS_TEXT_MAX, error) ||
        (id == EMU_SMBIOS_BIOS_RELEASE && !told_check_release(text, error)))
        return false;
    g_free(told->texts[id]);
    told->texts[id] = *text != '\0' ? g_strdup(text) : NULL;
    return true;
}

bool lathe_told_take_string(struct lathe_told *told, const char *text, GError **error)
{
    if (*text == '\0')
        return lathe_error_input(error, "an SMBIOS string of type 11 is empty");
    if (told->strings->len == EMU_SMBIOS_STRINGS)
        return lathe_error_input(error, "SMBIOS has at most %d strings of type 11",
                                 EMU_SMBIOS_STRINGS);
    if (!told_check_text(told, text, EMU_SMBIOS_STRING_MAX, error))
        return false;
    g_ptr_array_add(told->strings, g_strdup(text));
    return true;
}

/* ---- options ---- */

/* The value of "KEY=VALUE"; NULL: it is another key's. */
static const char *told_value(const char *part, const char *key)
{
    size_t length = strlen(key);

    return strncmp(part, key, length) == 0 && part[length] == '=' ? part + length + 1 : NULL;
}

bool lathe_told_add_file(struct lathe_told *told, const char *text, GError **error)
{
    g_autoptr(GPtrArray) parts = lathe_split_at_commas(text);
    const char *name = NULL, *path = NULL, *string = NULL, *value;

    for (guint i = 0; i < parts->len; i++) {
        const char *part = parts->pdata[i];
        if ((value = told_value(part, "name")) != NULL || (i == 0 && strchr(part, '=') == NULL))
            name = value != NULL ? value : part;
        else if ((value = told_value(part, "file")) != NULL)
            path = value;
        else if ((value = told_value(part, "string")) != NULL)
            string = value;
        else
            return lathe_error_input(error,
                                     "--fw-cfg has no '%s': write name=NAME,file=PATH or "
                                     "name=NAME,string=TEXT",
                                     part);
    }
    if (lathe_told_take_file(told, name != NULL ? name : "", path, string, error))
        return true;
    g_prefix_error(error, "--fw-cfg: ");
    return false;
}

#define TOLD_STRINGS 11 /* the type of OEM strings */

static bool told_take_key(struct lathe_told *told, unsigned type, const char *part, GError **error)
{
    const char *value = told_value(part, "value");

    if (type == TOLD_STRINGS && value != NULL)
        return lathe_told_take_string(told, value, error);
    for (unsigned id = 0; id < EMU_SMBIOS_TEXTS; id++) {
        if (told_rows[id].type == type && (value = told_value(part, told_rows[id].name)) != NULL)
            return lathe_told_take_text(told, id, value, error);
    }
    if (type == 1 && told_value(part, "uuid") != NULL)
        return lathe_error_input(error, "the uuid is the machine's own");
    return lathe_error_input(error, "type %u has no '%s'", type, part);
}

/* Nothing of a line with a fault is taken. */
static bool told_take_line(struct lathe_told *told, const GPtrArray *parts, unsigned type,
                           GError **error)
{
    struct lathe_told *scratch = lathe_told_new();
    bool good = parts->len > 1 || lathe_error_input(error, "nothing follows type=%u", type);

    for (guint i = 1; good && i < parts->len; i++)
        good = told_take_key(scratch, type, parts->pdata[i], error);
    for (guint i = 1; good && i < parts->len; i++)
        good = told_take_key(told, type, parts->pdata[i], error);
    lathe_told_free(scratch);
    return good;
}

bool lathe_told_add_smbios(struct lathe_told *told, const char *text, GError **error)
{
    g_autoptr(GPtrArray) parts = lathe_split_at_commas(text);
    const char *word = parts->len != 0 ? told_value(parts->pdata[0], "type") : NULL;
    guint64 type = 0;
    bool known = word != NULL && g_ascii_string_to_unsigned(word, 10, 0, TOLD_STRINGS, &type, NULL);

    if (!known || (type > 3 && type != TOLD_STRINGS))
        return lathe_error_input(
            error,
            "--smbios '%s': write type=11,value=TEXT, or type=0, 1, 2 or 3 with "
            "its texts, as in type=1,serial=TEXT",
            text);
    if (told_take_line(told, parts, (unsigned)type, error))
        return true;
    g_prefix_error(error, "--smbios: ");
    return false;
}

/* ",KEY=VALUE" with its commas written twice. */
static void told_put(GString *text, const char *key, const char *value)
{
    g_autofree char *whole = lathe_double_commas(value);

    g_string_append_printf(text, "%s%s=%s", text->len != 0 ? "," : "", key, whole);
}

char *lathe_fw_file_text(const struct lathe_fw_file *file)
{
    GString *text = g_string_new(NULL);

    told_put(text, "name", file->name);
    told_put(text, file->path != NULL ? "file" : "string",
             file->path != NULL ? file->path : file->text);
    return g_string_free(text, FALSE);
}

char **lathe_told_smbios_lines(const struct lathe_told *told)
{
    GPtrArray *lines = g_ptr_array_new();
    GString *text = NULL;

    for (unsigned id = 0; id < EMU_SMBIOS_TEXTS; id++) {
        bool first = id == 0 || told_rows[id].type != told_rows[id - 1].type;
        if (first && text != NULL)
            g_ptr_array_add(lines, g_string_free(g_steal_pointer(&text), FALSE));
        if (told->texts[id] == NULL)
            continue;
        if (text == NULL) {
            text = g_string_new(NULL);
            g_string_printf(text, "type=%u", told_rows[id].type);
        }
        told_put(text, told_rows[id].name, told->texts[id]);
    }
    if (text != NULL)
        g_ptr_array_add(lines, g_string_free(text, FALSE));
    for (guint i = 0; i < told->strings->len; i++) {
        text = g_string_new("type=11");
        told_put(text, "value", told->strings->pdata[i]);
        g_ptr_array_add(lines, g_string_free(text, FALSE));
    }
    g_ptr_array_add(lines, NULL);
    return (char **)g_ptr_array_free(lines, FALSE);
}
