/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Archives of files without folders (tar.h). Contents are not read here, only passed over. */
#include "app/exchange/tar.h"

#include <string.h>

#include "app/plan/error.h"

#define TAR_MAX_MEMBERS 4096
#define TAR_MAX_RECORD  (1u << 20) /* of a long name, of pax's records */

enum tar_head {
    TAR_NAME = 0, /* 100 bytes */
    TAR_MODE = 100,
    TAR_OWNER = 108,
    TAR_GROUP = 116,
    TAR_SIZE = 124, /* 12 bytes */
    TAR_TIME = 136,
    TAR_SUM = 148, /* 8 bytes */
    TAR_KIND = 156,
    TAR_MAGIC = 257,
    TAR_PREFIX = 345, /* 155 bytes */
};

struct tar {
    const struct lathe_span *bytes;
    uint64_t at;
    char *long_name;    /* of the next member; NULL: as its head says */
    uint64_t long_size; /* the same; has_size */
    bool has_size;
};

/* ---- numbers and sums ---- */

static uint32_t tar_sum(const uint8_t *head)
{
    uint32_t sum = 0;

    for (unsigned i = 0; i < LATHE_TAR_BLOCK; i++)
        sum += i >= TAR_SUM && i < TAR_SUM + 8 ? ' ' : head[i];
    return sum;
}

/* Octal digits, or with the first bit set 63 bits in binary. False: neither. */
static bool tar_number(const uint8_t *field, unsigned length, uint64_t *value)
{
    unsigned i = 0;

    *value = 0;
    if ((field[0] & 0x80) != 0) {
        for (i = 0; i < length; i++) {
            uint8_t byte = i == 0 ? field[0] & 0x7f : field[i];
            if (*value >> 55 != 0)
                return false;
            *value = *value << 8 | byte;
        }
        return true;
    }
    while (i < length && field[i] == ' ')
        i++;
    for (; i < length && field[i] >= '0' && field[i] <= '7'; i++)
        *value = *value << 3 | (uint64_t)(field[i] - '0');
    return i == length || field[i] == ' ' || field[i] == '\0';
}

static bool tar_is_end(const uint8_t *head)
{
    return head[0] == 0 && memcmp(head, head + 1, LATHE_TAR_BLOCK - 1) == 0;
}

bool lathe_tar_look(const struct lathe_span *bytes)
{
    uint8_t head[LATHE_TAR_BLOCK];
    uint64_t sum;

    return lathe_span_read(bytes, 0, head, sizeof(head), NULL) && !tar_is_end(head) &&
           memcmp(head + TAR_MAGIC, "ustar", 5) == 0 && tar_number(head + TAR_SUM, 8, &sum) &&
           sum == tar_sum(head);
}

/* ---- members ---- */

/* The contents of a helping record as text; g_free. NULL with *error. */
static char *tar_record(struct tar *tar, uint64_t size, GError **error)
{
    char *text;

    if (size > TAR_MAX_RECORD) {
        lathe_span_refuse(tar->bytes, error, "a name in the archive is too long");
        return NULL;
    }
    text = g_malloc0(size + 1);
    if (lathe_span_read(tar->bytes, tar->at, text, size, error))
        return text;
    g_free(text);
    return NULL;
}

/* pax: lines of "LENGTH KEY=VALUE". */
static bool tar_take_pax(struct tar *tar, const char *text, uint64_t size, GError **error)
{
    while (size > 0) {
        char *end;
        guint64 length = g_ascii_strtoull(text, &end, 10);
        if (length == 0 || length > size || *end != ' ' || end >= text + length ||
            text[length - 1] != '\n')
            return lathe_span_refuse(tar->bytes, error, "a record of the archive is damaged");
        g_autofree char *line = g_strndup(end + 1, (gsize)(text + length - 1 - (end + 1)));
        if (g_str_has_prefix(line, "path=")) {
            g_free(tar->long_name);
            tar->long_name = g_strdup(line + strlen("path="));
        } else if (g_str_has_prefix(line, "size=")) {
            tar->has_size = g_ascii_string_to_unsigned(line + strlen("size="), 10, 0, INT64_MAX,
                                                       &tar->long_size, NULL);
        }
        text += length;
        size -= length;
    }
    return true;
}

/* Long names and large sizes stand before the member. */
static bool tar_take_record(struct tar *tar, char kind, uint64_t size, GError **error)
{
    g_autofree char *text = tar_record(tar, size, error);

    if (text == NULL)
        return false;
    if (kind == 'x')
        return tar_take_pax(tar, text, size, error);
    if (kind == 'L') {
        g_free(tar->long_name);
        tar->long_name = g_steal_pointer(&text);
    }
    return true;
}

static char *tar_name(struct tar *tar, const uint8_t *head)
{
    g_autofree char *name = g_strndup((const char *)head + TAR_NAME, 100);
    bool posix = memcmp(head + TAR_MAGIC, "ustar\0", 6) == 0;
    g_autofree char *prefix = g_strndup((const char *)head + TAR_PREFIX, posix ? 155 : 0);

    if (tar->long_name != NULL)
        return g_steal_pointer(&tar->long_name);
    return *prefix != '\0' ? g_strconcat(prefix, "/", name, NULL) : g_steal_pointer(&name);
}

static bool tar_refuse(const struct tar *tar, const char *name, const char *why, GError **error)
{
    g_autofree char *valid = g_utf8_make_valid(name, -1);
    g_autofree char *shown = g_strescape(valid, NULL);

    return lathe_error_input(error, "'%s' cannot be read: its member '%s' %s", tar->bytes->name,
                             shown, why);
}

static bool tar_add(struct tar *tar, struct lathe_fileset *set, GPtrArray *names, const char *whole,
                    char kind, uint64_t size, GError **error)
{
    const char *name = g_str_has_prefix(whole, "./") ? whole + 2 : whole;
    const struct lathe_span part = {tar->bytes->fd, tar->bytes->offset + tar->at, size, NULL};

    if (kind == '1' || kind == '2')
        return tar_refuse(tar, name, "is a link", error);
    if (kind != '0' && kind != '\0' && kind != '7')
        return tar_refuse(tar, name, "is no file", error);
    if (!lathe_fileset_is_name(name) || !g_utf8_validate(name, -1, NULL))
        return tar_refuse(tar, name, "leads to another folder", error);
    if (tar->at > tar->bytes->size || size > tar->bytes->size - tar->at)
        return lathe_span_refuse(tar->bytes, error, "it is cut short");
    if (names->len == TAR_MAX_MEMBERS)
        return lathe_span_refuse(tar->bytes, error, "it has too many members");
    if (!lathe_fileset_add(set, name, &part))
        return tar_refuse(tar, name, "is there twice", error);
    g_ptr_array_add(names, g_strdup(name));
    return true;
}

/* One record after its head, which is read. */
static bool tar_take(struct tar *tar, const uint8_t *head, struct lathe_fileset *set,
                     GPtrArray *names, GError **error)
{
    char kind = (char)head[TAR_KIND];
    uint64_t size, sum;
    bool record = kind == 'x' || kind == 'L' || kind == 'K' || kind == 'g';

    if (!tar_number(head + TAR_SUM, 8, &sum) || sum != tar_sum(head) ||
        !tar_number(head + TAR_SIZE, 12, &size))
        return lathe_span_refuse(tar->bytes, error, "a head in the archive is damaged");
    if (!record && tar->has_size)
        size = tar->long_size;
    if (record) {
        if (!tar_take_record(tar, kind, size, error))
            return false;
    } else {
        g_autofree char *name = tar_name(tar, head);
        tar->has_size = false;
        if (!tar_add(tar, set, names, name, kind, size, error))
            return false;
    }
    tar->at += (size + LATHE_TAR_BLOCK - 1) & ~(uint64_t)(LATHE_TAR_BLOCK - 1);
    return true;
}

bool lathe_tar_read(const struct lathe_span *bytes, struct lathe_fileset *set, GPtrArray *names,
                    GError **error)
{
    struct tar tar = {.bytes = bytes};
    uint8_t head[LATHE_TAR_BLOCK];
    bool good = true;

    while (good && tar.at < bytes->size) {
        good = lathe_span_read(bytes, tar.at, head, sizeof(head), error);
        if (!good || tar_is_end(head))
            break;
        tar.at += LATHE_TAR_BLOCK;
        good = tar_take(&tar, head, set, names, error);
    }
    g_free(tar.long_name);
    return good;
}

/* ---- writing ---- */

static void tar_put(uint8_t *field, unsigned length, uint64_t value)
{
    if (value >> (3 * (length - 1)) == 0) {
        for (unsigned i = length - 1; i-- > 0; value >>= 3)
            field[i] = (uint8_t)('0' + (value & 7));
        return;
    }
    for (unsigned i = length; i-- > 1; value >>= 8)
        field[i] = (uint8_t)value;
    field[0] = 0x80;
}

void lathe_tar_write_head(uint8_t head[LATHE_TAR_BLOCK], const char *name, uint64_t size)
{
    memset(head, 0, LATHE_TAR_BLOCK);
    g_strlcpy((char *)head + TAR_NAME, name, 100);
    tar_put(head + TAR_MODE, 8, 0644);
    tar_put(head + TAR_OWNER, 8, 0);
    tar_put(head + TAR_GROUP, 8, 0);
    tar_put(head + TAR_SIZE, 12, size);
    tar_put(head + TAR_TIME, 12, (uint64_t)g_get_real_time() / G_USEC_PER_SEC);
    head[TAR_KIND] = '0';
    memcpy(head + TAR_MAGIC,
           "ustar\0"
           "00",
           8);
    tar_put(head + TAR_SUM, 7, tar_sum(head));
    head[TAR_SUM + 7] = ' ';
}
