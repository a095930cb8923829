/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A disc of one folder: ISO 9660 (ECMA-119) with names in capitals, and the same files once more
 * under their own names in Joliet's volume, which is what systems of today read. No boot record.
 */
#include <string.h>

#include "app/media/media-private.h"
#include "app/media/seed-private.h"

#define DISC_SECTOR     2048u
#define DISC_PRIMARY    16u /* sectors of what the disc consists of */
#define DISC_JOLIET     17u
#define DISC_TERMINATOR 18u
#define DISC_PATHS      19u /* four path tables: both volumes', in both byte orders */
#define DISC_FOLDERS    23u /* the top folders of both volumes */
#define DISC_DATA       25u

#define RECORD_HEAD 33u /* bytes of a folder's record before the name */
#define NAME_MAX_CD 30u /* characters of a name without its version */

struct disc_entry {
    const struct lathe_seed_file *file;
    char name[NAME_MAX_CD + 4]; /* in capitals, with its version */
    guint32 sector;
};

struct disc {
    guint8 *bytes;
    guint32 sectors;
    struct disc_entry entries[LATHE_SEED_FILES_MAX];
    unsigned count;
};

/* ---- numbers, in both byte orders ---- */

static void put_le32(guint8 *at, guint32 value)
{
    for (unsigned i = 0; i < 4; i++)
        at[i] = (guint8)(value >> 8 * i);
}

static void put_be32(guint8 *at, guint32 value)
{
    for (unsigned i = 0; i < 4; i++)
        at[i] = (guint8)(value >> (24 - 8 * i));
}

static void put_both32(guint8 *at, guint32 value)
{
    put_le32(at, value);
    put_be32(at + 4, value);
}

static void put_both16(guint8 *at, guint16 value)
{
    at[0] = at[3] = (guint8)value;
    at[1] = at[2] = (guint8)(value >> 8);
}

/* ---- names ---- */

/* "user-data" is "USER_DATA.;1": capitals, digits, '_', and one '.' (ECMA-119 7.5). */
static void disc_name(struct disc_entry *entry)
{
    const char *name = entry->file->name, *dot = strrchr(name, '.');
    gsize length = MIN(strlen(name), NAME_MAX_CD);

    for (gsize i = 0; i < length; i++)
        entry->name[i] = name + i == dot                 ? '.'
                         : g_ascii_isalnum((int)name[i]) ? g_ascii_toupper(name[i])
                                                         : '_';
    g_strlcpy(entry->name + length, dot != NULL && dot < name + length ? ";1" : ".;1", 4);
}

/* Folders are sorted (ECMA-119 9.3); Joliet's here by the same names. */
static int disc_compare(gconstpointer a, gconstpointer b)
{
    const struct disc_entry *first = a, *second = b;

    return strcmp(first->name, second->name);
}

static bool disc_take_files(struct disc *disc, const struct lathe_seed_file *files, unsigned count,
                            GError **error)
{
    guint32 sector = DISC_DATA;

    disc->count = count;
    for (unsigned i = 0; i < count; i++) {
        disc->entries[i].file = &files[i];
        disc_name(&disc->entries[i]);
    }
    qsort(disc->entries, count, sizeof(disc->entries[0]), disc_compare);
    for (unsigned i = 0; i < count; i++) {
        if (i > 0 && strcmp(disc->entries[i - 1].name, disc->entries[i].name) == 0)
            return lathe_error_input(error, "a disc has no place for '%s' beside '%s'",
                                     disc->entries[i].file->name, disc->entries[i - 1].file->name);
        disc->entries[i].sector = sector;
        sector += (guint32)((disc->entries[i].file->size + DISC_SECTOR - 1) / DISC_SECTOR);
    }
    disc->sectors = sector;
    return true;
}

/* ---- folders ---- */

/* A name as this volume has it: bytes, or big-endian pairs of them. Returns its length. */
static gsize disc_encode(guint8 *out, const char *name, bool joliet)
{
    gsize length = strlen(name);

    for (gsize i = 0; i < length; i++) {
        out[joliet ? 2 * i + 1 : i] = (guint8)name[i];
        if (joliet)
            out[2 * i] = 0;
    }
    return joliet ? 2 * length : length;
}

/* All but the name, whose length is given (ECMA-119 9.1). Returns the record's length. */
static unsigned disc_put_record(guint8 *at, guint32 sector, gsize bytes, bool folder,
                                unsigned length)
{
    static const guint8 when[7] = {100, 1, 1, 0, 0, 0, 0}; /* the first day of 2000 */
    unsigned whole = RECORD_HEAD + length + (length % 2 == 0);

    at[0] = (guint8)whole;
    put_both32(at + 2, sector);
    put_both32(at + 10, (guint32)bytes);
    memcpy(at + 18, when, sizeof(when));
    at[25] = folder ? 2 : 0;
    put_both16(at + 28, 1); /* the only disc of its set */
    at[32] = (guint8)length;
    return whole;
}

/* The folder itself, the one above it, which is the same, and its files. */
static bool disc_put_folder(const struct disc *disc, bool joliet)
{
    guint32 sector = DISC_FOLDERS + joliet;
    guint8 *start = disc->bytes + (gsize)sector * DISC_SECTOR, *at = start;

    for (guint8 id = 0; id < 2; id++) {
        at[RECORD_HEAD] = id;
        at += disc_put_record(at, sector, DISC_SECTOR, true, 1);
    }
    for (unsigned i = 0; i < disc->count; i++) {
        const struct disc_entry *entry = &disc->entries[i];
        const char *name = joliet ? entry->file->name : entry->name;
        guint8 encoded[2 * LATHE_SEED_NAME_MAX];
        gsize length = disc_encode(encoded, name, joliet);
        if ((gsize)(at - start) + RECORD_HEAD + length + 1 > DISC_SECTOR)
            return false;
        memcpy(at + RECORD_HEAD, encoded, length);
        at += disc_put_record(at, entry->sector, entry->file->size, false, (unsigned)length);
    }
    return true;
}

/* ---- volumes ---- */

/* A field of a descriptor: padded with blanks. */
static void disc_put_text(guint8 *at, gsize size, const char *text, bool joliet)
{
    g_autofree char *padded = g_strdup_printf("%-*s", (int)(joliet ? size / 2 : size), text);

    disc_encode(at, padded, joliet);
}

/* The path table has the top folder alone (ECMA-119 9.4). */
static void disc_put_paths(const struct disc *disc, bool joliet)
{
    guint8 *little = disc->bytes + (gsize)(DISC_PATHS + 2 * joliet) * DISC_SECTOR;
    guint8 *big = little + DISC_SECTOR;

    little[0] = big[0] = 1;
    put_le32(little + 2, DISC_FOLDERS + joliet);
    put_be32(big + 2, DISC_FOLDERS + joliet);
    little[6] = big[7] = 1;
}

/* ECMA-119 8.4; Joliet's is marked by its escape sequence. */
static void disc_put_volume(const struct disc *disc, const char *label, bool joliet)
{
    static const struct {
        gsize at, size;
        const char *text;
    } texts[] = {{8, 32, ""},    {190, 128, ""}, {318, 128, ""}, {446, 128, ""},
                 {574, 128, ""}, {702, 37, ""},  {739, 37, ""},  {776, 37, ""}};
    guint8 *at = disc->bytes + (gsize)(joliet ? DISC_JOLIET : DISC_PRIMARY) * DISC_SECTOR;

    at[0] = joliet ? 2 : 1;
    memcpy(at + 1, "CD001\1", 6);
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
        disc_put_text(at + texts[i].at, texts[i].size, texts[i].text, joliet);
    disc_put_text(at + 40, 32, label, joliet);
    put_both32(at + 80, disc->sectors);
    if (joliet)
        memcpy(at + 88, "%/E", 3);
    put_both16(at + 120, 1);
    put_both16(at + 124, 1);
    put_both16(at + 128, DISC_SECTOR);
    put_both32(at + 132, 10); /* bytes of a path table */
    put_le32(at + 140, DISC_PATHS + 2 * joliet);
    put_be32(at + 148, DISC_PATHS + 2 * joliet + 1);
    disc_put_record(at + 156, DISC_FOLDERS + joliet, DISC_SECTOR, true, 1);
    for (unsigned i = 0; i < 4; i++) /* made, changed, expires, effective: not said */
        memset(at + 813 + 17 * i, '0', 16);
    at[881] = 1;
    disc_put_paths(disc, joliet);
}

static bool disc_put(const struct disc *disc, const char *label)
{
    guint8 *end = disc->bytes + (gsize)DISC_TERMINATOR * DISC_SECTOR;

    disc_put_volume(disc, label, false);
    disc_put_volume(disc, label, true);
    memcpy(end, "\377CD001\1", 7);
    for (unsigned i = 0; i < disc->count; i++) {
        const struct disc_entry *entry = &disc->entries[i];
        if (entry->file->size != 0)
            memcpy(disc->bytes + (gsize)entry->sector * DISC_SECTOR, entry->file->data,
                   entry->file->size);
    }
    return disc_put_folder(disc, false) && disc_put_folder(disc, true);
}

/* Capitals, digits and '_', which every reader takes. */
static bool disc_label_check(const char *label, GError **error)
{
    gsize length = strspn(label, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");

    return (length != 0 && label[length] == '\0' && length <= LATHE_SEED_LABEL_MAX) ||
           lathe_error_input(error, "'%s' is no label for a disc", label);
}

GBytes *lathe_seed_disc(const char *label, const struct lathe_seed_file *files, unsigned count,
                        GError **error)
{
    struct disc disc = {.bytes = NULL};

    if (!disc_label_check(label, error) || !seed_check_files(files, count, error) ||
        !disc_take_files(&disc, files, count, error))
        return NULL;
    disc.bytes = g_malloc0((gsize)disc.sectors * DISC_SECTOR);
    if (disc_put(&disc, label))
        return g_bytes_new_take(disc.bytes, (gsize)disc.sectors * DISC_SECTOR);
    g_free(disc.bytes);
    lathe_error_input(error, "the names of the files are too long for a small disc");
    return NULL;
}
