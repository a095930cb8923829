/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Editing one line, with the keys that shells have. */
#include "ui/tui/entry.h"

#include <ncurses.h>
#include <string.h>

#define ENTRY_MAX 4096 /* bytes: a path's */

void tui_entry_init(struct tui_entry *entry, const char *text)
{
    entry->text = g_string_new(text);
    entry->cursor = entry->text->len;
    entry->first = 0;
}

void tui_entry_finish(struct tui_entry *entry)
{
    g_string_free(entry->text, TRUE);
    entry->text = NULL;
}

void tui_entry_set(struct tui_entry *entry, const char *text)
{
    g_string_assign(entry->text, text);
    entry->cursor = entry->text->len;
    entry->first = 0;
}

/* ---- places ---- */

static size_t entry_back(const struct tui_entry *entry, size_t at)
{
    const char *previous = g_utf8_find_prev_char(entry->text->str, entry->text->str + at);

    return previous != NULL ? (size_t)(previous - entry->text->str) : 0;
}

static size_t entry_forth(const struct tui_entry *entry, size_t at)
{
    if (at >= entry->text->len)
        return at;
    return (size_t)(g_utf8_next_char(entry->text->str + at) - entry->text->str);
}

static size_t entry_word_start(const struct tui_entry *entry)
{
    size_t at = entry->cursor;

    while (at > 0 && entry->text->str[at - 1] == ' ')
        at--;
    while (at > 0 && entry->text->str[at - 1] != ' ' && entry->text->str[at - 1] != '/')
        at--;
    return at == entry->cursor && at > 0 ? at - 1 : at;
}

/* ---- keys ---- */

static void entry_erase(struct tui_entry *entry, size_t from, size_t to)
{
    g_string_erase(entry->text, (gssize)from, (gssize)(to - from));
    entry->cursor = from;
}

static bool entry_insert(struct tui_entry *entry, int key)
{
    if (key < 0x20 || key == 0x7f || key >= 0x110000 || !g_unichar_validate((gunichar)key) ||
        g_unichar_iscntrl((gunichar)key))
        return false;
    if (entry->text->len + 6 > ENTRY_MAX)
        return true;
    gsize before = entry->text->len;
    g_string_insert_unichar(entry->text, (gssize)entry->cursor, (gunichar)key);
    entry->cursor += entry->text->len - before;
    return true;
}

bool tui_entry_key(struct tui_entry *entry, int key)
{
    switch (key) {
    case TUI_SPECIAL(KEY_LEFT):
        entry->cursor = entry_back(entry, entry->cursor);
        return true;
    case TUI_SPECIAL(KEY_RIGHT):
        entry->cursor = entry_forth(entry, entry->cursor);
        return true;
    case TUI_SPECIAL(KEY_HOME):
    case TUI_CTRL('A'):
        entry->cursor = 0;
        return true;
    case TUI_SPECIAL(KEY_END):
    case TUI_CTRL('E'):
        entry->cursor = entry->text->len;
        return true;
    case TUI_SPECIAL(KEY_BACKSPACE):
    case TUI_CTRL('H'):
    case 0x7f:
        entry_erase(entry, entry_back(entry, entry->cursor), entry->cursor);
        return true;
    case TUI_SPECIAL(KEY_DC):
    case TUI_CTRL('D'):
        entry_erase(entry, entry->cursor, entry_forth(entry, entry->cursor));
        return true;
    case TUI_CTRL('U'):
        entry_erase(entry, 0, entry->cursor);
        return true;
    case TUI_CTRL('K'):
        g_string_truncate(entry->text, entry->cursor);
        return true;
    case TUI_CTRL('W'):
        entry_erase(entry, entry_word_start(entry), entry->cursor);
        return true;
    default:
        return entry_insert(entry, key);
    }
}

/* ---- drawing ---- */

static int entry_cells(const struct tui_entry *entry, size_t from, size_t to)
{
    g_autofree char *part = g_strndup(entry->text->str + from, to - from);

    return tui_width(part);
}

void tui_entry_draw(struct tui_entry *entry, int row, int column, int width, bool focused)
{
    if (width <= 1)
        return;
    if (entry->first > entry->cursor)
        entry->first = entry->cursor;
    if (!focused)
        entry->first = 0;
    while (focused && entry_cells(entry, entry->first, entry->cursor) >= width)
        entry->first = entry_forth(entry, entry->first);
    size_t fits = tui_fit(entry->text->str + entry->first, width);
    g_autofree char *seen = g_strndup(entry->text->str + entry->first, fits);
    tui_put(row, column, width, TUI_FIELD, focused ? seen : entry->text->str);
    if (focused)
        tui_screen_place_cursor(row, column + entry_cells(entry, entry->first, entry->cursor));
}

/* ---- names of files ---- */

/* "~/x" as the shell has it. */
static char *entry_expand(const char *text)
{
    if (text[0] == '~' && (text[1] == '/' || text[1] == '\0'))
        return g_strconcat(g_get_home_dir(), text + 1, NULL);
    return g_strdup(text);
}

/* What all names in the folder that begin with start have in common; NULL: there is none. */
static char *entry_common_name(const char *folder, const char *start, bool *only)
{
    g_autoptr(GDir) names = g_dir_open(*folder != '\0' ? folder : ".", 0, NULL);
    const char *name;
    char *common = NULL;

    *only = true;
    while (names != NULL && (name = g_dir_read_name(names)) != NULL) {
        if (!g_str_has_prefix(name, start) || (name[0] == '.' && *start == '\0') ||
            !g_utf8_validate(name, -1, NULL))
            continue;
        if (common == NULL) {
            common = g_strdup(name);
            continue;
        }
        *only = false;
        size_t same = 0;
        while (common[same] != '\0' && common[same] == name[same])
            same++;
        common[same] = '\0';
    }
    return common;
}

void tui_entry_complete_file(struct tui_entry *entry)
{
    g_autofree char *path = entry_expand(entry->text->str);
    const char *slash = strrchr(path, '/');
    size_t length = slash != NULL ? (size_t)(slash - path) + 1 : 0;
    g_autofree char *folder = g_strndup(path, length);
    bool only;
    g_autofree char *common = entry_common_name(folder, path + length, &only);

    if (common == NULL || !g_utf8_validate(common, -1, NULL))
        return;
    g_autofree char *whole = g_strconcat(folder, common, NULL);
    bool is_folder = only && g_file_test(whole, G_FILE_TEST_IS_DIR);
    g_autofree char *shown = g_strconcat(whole, is_folder ? "/" : "", NULL);
    tui_entry_set(entry, shown);
}
