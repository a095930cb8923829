/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reading and building variable stores. Flash bits only go from 1 to 0, so a variable's state is a
 * byte in which each step clears a bit; building writes everything anew, as firmware's own reclaim
 * does.
 */
#include "wizards/firmware/store.h"

#include "app/plan/error.h"

#define VOLUME_HEADER    0x48u /* EFI_FIRMWARE_VOLUME_HEADER with one block map entry */
#define VOLUME_SIGNATURE 0x4856465fu
#define VOLUME_STEP      1024u
#define STORE_HEADER     28u /* VARIABLE_STORE_HEADER */
#define STORE_FORMATTED  0x5a
#define STORE_HEALTHY    0xfe
#define VARIABLE_START   0x55aa
#define VARIABLE_ALIGN   4u
#define VARIABLES_MAX    4096u
#define FTW_HEADER       32u /* EFI_FAULT_TOLERANT_WORKING_BLOCK_HEADER */
#define FTW_WRITE        40u /* EFI_FAULT_TOLERANT_WRITE_HEADER, and each of its records */

enum variable_state { /* as they stand in flash */
                      VARIABLE_LIVE = 0x3f,
                      VARIABLE_IN_DELETED_TRANSITION = 0x3e, /* live if nothing replaced it */
};

enum ftw_flag { /* inverted: 0 is set */
                FTW_HEADER_ALLOCATED = 1 << 0,
                FTW_COMPLETE = 1 << 2,
};

struct store_layout {
    gsize file, volume; /* bytes */
    guint32 blocks, block;
    gsize variables;      /* bytes from the volume's start to the end of the variables */
    gsize working, queue; /* FTW's working block, and its writes */
};

static const char *const store_layout_names[] = {"ovmf-4m", "ovmf-2m", "armvirt", NULL};
static const struct store_layout store_layouts[] = {
    {0x84000, 0x84000, 0x84, 0x1000, 0x40000, 0x41000, 0xfe0},
    {0x20000, 0x20000, 0x20, 0x1000, 0xe000, 0xf000, 0xfe0},
    {0x4000000, 0xc0000, 3, 0x40000, 0x40000, 0x40000, 0x3ffe0},
};

const char *const *lathe_store_layouts(void)
{
    return store_layout_names;
}

/* The shape of a variable's header in this store. */
struct store_shape {
    gsize header;
    unsigned name_size, data_size, guid; /* where they stand in it */
};

static struct store_shape store_shape(const struct lathe_store *store)
{
    return store->authenticated ? (struct store_shape){60, 36, 40, 44}
                                : (struct store_shape){32, 8, 12, 16};
}

static gsize store_align(gsize at)
{
    return (at + VARIABLE_ALIGN - 1) & ~(gsize)(VARIABLE_ALIGN - 1);
}

static struct lathe_store *store_alloc(void)
{
    struct lathe_store *store = g_new0(struct lathe_store, 1);

    store->variables = lathe_variables_new();
    return store;
}

void lathe_store_free(struct lathe_store *store)
{
    if (store == NULL)
        return;
    g_clear_pointer(&store->image, g_bytes_unref);
    g_free(store->pending);
    g_ptr_array_unref(store->variables);
    g_free(store);
}

/* ---- finding it ---- */

static bool store_is_volume(struct lathe_bytes image, gsize at)
{
    return lathe_bytes_has(image, at, VOLUME_HEADER) &&
           lathe_le32(image.data + at + 40) == VOLUME_SIGNATURE;
}

static bool store_has_guid(struct lathe_bytes image, gsize at, enum lathe_guid_id id)
{
    struct lathe_guid guid = lathe_guid_read(image.data + at);

    return lathe_guid_is(&guid, id);
}

/* Volumes of code may come first. */
static bool store_find_volume(struct lathe_store *store, struct lathe_bytes image)
{
    gsize at = 0;

    while (lathe_bytes_has(image, at, VOLUME_HEADER)) {
        bool volume = store_is_volume(image, at);
        guint64 length = lathe_le64(image.data + at + 32);
        if (volume && store_has_guid(image, at + 16, LATHE_GUID_SYSTEM_NV_DATA)) {
            store->volume = at;
            return true;
        }
        bool skip = volume && store_has_guid(image, at + 16, LATHE_GUID_FFS2) &&
                    length >= VOLUME_STEP && lathe_bytes_has(image, at, length);
        at += skip ? (gsize)length / VOLUME_STEP * VOLUME_STEP : VOLUME_STEP;
    }
    return false;
}

static bool store_check_volume(struct lathe_store *store, struct lathe_bytes volume,
                               guint64 *length, GError **error)
{
    guint64 header = lathe_le16(volume.data + 48);
    guint16 sum = 0;

    *length = lathe_le64(volume.data + 32);
    if (header < VOLUME_HEADER || header % VARIABLE_ALIGN != 0 ||
        !lathe_bytes_has(volume, header, STORE_HEADER))
        return lathe_error_input(error, "the volume's header at %#zx has no good length",
                                 store->volume);
    for (gsize i = 0; i < header; i += 2)
        sum = (guint16)(sum + lathe_le16(volume.data + i));
    if (sum != 0)
        return lathe_error_input(error, "the volume's header at %#zx has a wrong checksum",
                                 store->volume);
    if (*length > volume.size || *length < header + STORE_HEADER)
        return lathe_error_input(error,
                                 "the volume at %#zx says that it has %llu bytes, and the "
                                 "file has %zu more: it is cut off",
                                 store->volume, (unsigned long long)*length, volume.size);
    store->variables_at = (gsize)header;
    return true;
}

static bool store_check_header(struct lathe_store *store, struct lathe_bytes volume, GError **error)
{
    const guint8 *header = volume.data + store->variables_at;
    guint32 size = lathe_le32(header + 16);

    store->authenticated =
        store_has_guid(volume, store->variables_at, LATHE_GUID_VARIABLES_AUTHENTICATED);
    if (!store->authenticated &&
        !store_has_guid(volume, store->variables_at, LATHE_GUID_VARIABLES_PLAIN))
        return lathe_error_input(error, "no variable store begins at %#zx",
                                 store->volume + store->variables_at);
    if (header[20] != STORE_FORMATTED || header[21] != STORE_HEALTHY)
        return lathe_error_input(error,
                                 "the variable store at %#zx is not formatted, or not healthy",
                                 store->volume + store->variables_at);
    if (size < STORE_HEADER || size > volume.size - store->variables_at)
        return lathe_error_input(error, "the variable store at %#zx has an impossible size of %u",
                                 store->volume + store->variables_at, size);
    store->end = store->variables_at + size;
    return true;
}

/* ---- variables ---- */

/* A variable's header and what follows it. */
struct store_entry {
    guint8 state;
    struct lathe_bytes header, name, data;
    gsize next;
};

/* *more: there is one. False with *error: it reaches beyond the store. */
static bool store_entry_read(const struct lathe_store *store, struct lathe_bytes volume, gsize at,
                             struct store_entry *entry, bool *more, GError **error)
{
    struct store_shape shape = store_shape(store);
    struct lathe_bytes area = {volume.data, store->end};

    *more = lathe_bytes_cut(area, at, shape.header, &entry->header) &&
            lathe_le16(entry->header.data) == VARIABLE_START;
    if (!*more)
        return true;
    const guint8 *header = entry->header.data;
    guint32 name = lathe_le32(header + shape.name_size),
            data = lathe_le32(header + shape.data_size);
    entry->state = header[2];
    /* A header that was being written when the power failed has sizes of erased flash. */
    if (name == G_MAXUINT32 || data == G_MAXUINT32)
        name = data = 0;
    if (!lathe_bytes_cut(area, at + shape.header, name, &entry->name) ||
        !lathe_bytes_cut(area, (guint64)at + shape.header + name, data, &entry->data))
        return lathe_error_input(error, "the variable at %#zx reaches beyond the store's end",
                                 store->volume + at);
    entry->next = store_align(at + shape.header + name + data);
    return true;
}

static struct lathe_variable *store_entry_take(const struct lathe_store *store,
                                               const struct store_entry *entry)
{
    struct store_shape shape = store_shape(store);
    const guint8 *header = entry->header.data;
    struct lathe_guid guid = lathe_guid_read(header + shape.guid);
    g_autofree char *name = lathe_ucs2_name(entry->name);
    struct lathe_variable *variable = lathe_variable_new(
        name, &guid, lathe_le32(header + 4), g_bytes_new(entry->data.data, entry->data.size));

    if (store->authenticated) {
        variable->count = lathe_le64(header + 8);
        memcpy(variable->time, header + 16, LATHE_EFI_TIME);
        variable->key_index = lathe_le32(header + 32);
    }
    return variable;
}

static bool store_read_state(struct lathe_store *store, struct lathe_bytes volume,
                             enum variable_state state, GError **error)
{
    gsize at = store->variables_at + STORE_HEADER;
    struct store_entry entry = {0};
    bool more = false;

    while (store_entry_read(store, volume, at, &entry, &more, error)) {
        if (!more)
            return true;
        if (entry.state == state && entry.name.size >= 2) {
            struct lathe_variable *variable = store_entry_take(store, &entry);
            bool known = lathe_variables_find(store->variables, variable->name, &variable->guid);
            if (known)
                lathe_variable_free(variable);
            else
                g_ptr_array_add(store->variables, variable);
        }
        if (store->variables->len > VARIABLES_MAX)
            return lathe_error_input(error, "there are more than %u variables", VARIABLES_MAX);
        at = entry.next;
    }
    return false;
}

/* ---- fault tolerant writes ---- */

/* A write that was prepared and not completed is done again when firmware starts. */
static bool ftw_is_pending(struct lathe_bytes working)
{
    guint64 at = FTW_HEADER, end = FTW_HEADER + lathe_le64(working.data + 24);

    while (at < end && lathe_bytes_has(working, at, FTW_WRITE)) {
        const guint8 *header = working.data + at;
        guint64 writes = lathe_le64(header + 24), extra = lathe_le64(header + 32);
        if ((header[0] & FTW_HEADER_ALLOCATED) != 0)
            return false;
        if ((header[0] & FTW_COMPLETE) != 0)
            return true;
        if (writes > working.size || extra > working.size)
            return true;
        at += FTW_WRITE + writes * (FTW_WRITE + extra);
    }
    return false;
}

/* The working block stands at a border of blocks behind the variables. */
static void store_check_writes(struct lathe_store *store, struct lathe_bytes volume)
{
    for (gsize at = store->end; lathe_bytes_has(volume, at, FTW_HEADER);
         at = (at / VOLUME_STEP + 1) * VOLUME_STEP) {
        if (!store_has_guid(volume, at, LATHE_GUID_WORKING_BLOCK))
            continue;
        if (ftw_is_pending(lathe_bytes_skip(volume, at)))
            store->pending =
                g_strdup("a write was under way when the machine stopped: start it once "
                         "more and shut it down");
        return;
    }
}

/* ---- blank stores ---- */

static void store_set_layout(struct lathe_store *store, const struct store_layout *layout)
{
    store->blank = true;
    store->authenticated = true;
    store->variables_at = VOLUME_HEADER;
    store->end = layout->variables;
}

static const struct store_layout *store_layout_of_blank(struct lathe_bytes image)
{
    if (image.size == 0 || (!lathe_bytes_are(image, 0) && !lathe_bytes_are(image, 0xff)))
        return NULL;
    for (size_t i = 0; i < G_N_ELEMENTS(store_layouts); i++) {
        if (image.size == store_layouts[i].file || image.size == store_layouts[i].volume)
            return &store_layouts[i];
    }
    return NULL;
}

struct lathe_store *lathe_store_new(const char *layout, GError **error)
{
    for (size_t i = 0; store_layout_names[i] != NULL; i++) {
        if (strcmp(store_layout_names[i], layout) != 0)
            continue;
        struct lathe_store *store = store_alloc();
        store_set_layout(store, &store_layouts[i]);
        store->image = g_bytes_new_take(g_malloc0(store_layouts[i].file), store_layouts[i].file);
        return store;
    }
    g_autofree char *names = g_strjoinv(", ", (char **)store_layout_names);
    lathe_error_input(error, "there is no layout '%s': %s", layout, names);
    return NULL;
}

/* ---- the whole ---- */

static bool store_read(struct lathe_store *store, struct lathe_bytes image, GError **error)
{
    const struct store_layout *blank = store_layout_of_blank(image);
    guint64 length;

    if (blank != NULL) {
        store_set_layout(store, blank);
        return true;
    }
    if (!store_find_volume(store, image))
        return lathe_error_input(error, "there is no UEFI variable store in it");
    struct lathe_bytes volume = lathe_bytes_skip(image, store->volume);
    if (!store_check_volume(store, volume, &length, error))
        return false;
    volume.size = (gsize)length;
    if (!store_check_header(store, volume, error) ||
        !store_read_state(store, volume, VARIABLE_LIVE, error) ||
        !store_read_state(store, volume, VARIABLE_IN_DELETED_TRANSITION, error))
        return false;
    store_check_writes(store, volume);
    return true;
}

struct lathe_store *lathe_store_parse(GBytes *image, GError **error)
{
    struct lathe_store *store = store_alloc();

    store->image = g_bytes_ref(image);
    if (store_read(store, lathe_bytes_of(image), error))
        return store;
    lathe_store_free(store);
    return NULL;
}

/* ---- building ---- */

static void store_put_guid(GByteArray *out, enum lathe_guid_id id)
{
    struct lathe_guid guid = lathe_guid_of(id);

    g_byte_array_append(out, guid.bytes, sizeof(guid.bytes));
}

static bool store_put_variable(const struct lathe_store *store, GByteArray *out,
                               const struct lathe_variable *variable, GError **error)
{
    g_autoptr(GByteArray) name = g_byte_array_new();
    struct lathe_bytes data = lathe_bytes_of(variable->data);

    if (!lathe_put_ucs2(name, variable->name, true) || name->len == 0)
        return lathe_error_input(error, "a variable's name is empty, or no UTF-8");
    lathe_put_le(name, 0, 2);
    lathe_put_le(out, VARIABLE_START, 2);
    lathe_put_le(out, VARIABLE_LIVE, 2);
    lathe_put_le(out, variable->attributes, 4);
    if (store->authenticated) {
        lathe_put_le(out, variable->count, 8);
        g_byte_array_append(out, variable->time, LATHE_EFI_TIME);
        lathe_put_le(out, variable->key_index, 4);
    }
    lathe_put_le(out, name->len, 4);
    lathe_put_le(out, data.size, 4);
    g_byte_array_append(out, variable->guid.bytes, sizeof(variable->guid.bytes));
    g_byte_array_append(out, name->data, name->len);
    lathe_put(out, data);
    return true;
}

/* The variables as they stand behind the store's header; the first byte is aligned. */
static GByteArray *store_put_variables(const struct lathe_store *store, GError **error)
{
    g_autoptr(GByteArray) out = g_byte_array_new();

    for (guint i = 0; i < store->variables->len; i++) {
        lathe_put_fill(out, store_align(out->len), 0xff);
        if (!store_put_variable(store, out, store->variables->pdata[i], error))
            return NULL;
    }
    if (out->len <= lathe_store_room(store))
        return g_steal_pointer(&out);
    lathe_error_input(error, "the variables need %u bytes, and the store has %zu", out->len,
                      lathe_store_room(store));
    return NULL;
}

static void store_put_volume_header(GByteArray *out, const struct store_layout *layout)
{
    guint16 sum = 0;

    lathe_put_fill(out, 16, 0);
    store_put_guid(out, LATHE_GUID_SYSTEM_NV_DATA);
    lathe_put_le(out, layout->volume, 8);
    lathe_put_le(out, VOLUME_SIGNATURE, 4);
    lathe_put_le(out, 0x4feff, 4); /* readable, writable, in memory, erased bits are 1 */
    lathe_put_le(out, VOLUME_HEADER, 2);
    lathe_put_le(out, 0, 2); /* the checksum */
    lathe_put_le(out, 0, 3);
    lathe_put_le(out, 2, 1); /* revision */
    lathe_put_le(out, layout->blocks, 4);
    lathe_put_le(out, layout->block, 4);
    lathe_put_le(out, 0, 8);
    for (gsize i = 0; i < VOLUME_HEADER; i += 2)
        sum = (guint16)(sum + lathe_le16(out->data + i));
    out->data[50] = (guint8)-sum;
    out->data[51] = (guint8)((guint16)-sum >> 8);
}

static void store_put_store_header(GByteArray *out, const struct store_layout *layout)
{
    store_put_guid(out, LATHE_GUID_VARIABLES_AUTHENTICATED);
    lathe_put_le(out, layout->variables - VOLUME_HEADER, 4);
    lathe_put_le(out, STORE_FORMATTED, 1);
    lathe_put_le(out, STORE_HEALTHY, 1);
    lathe_put_le(out, 0, 6);
}

/* As UEFI's CalculateCrc32: the polynomial of IEEE 802.3, reflected. */
static guint32 store_crc32(const guint8 *data, gsize size)
{
    guint32 crc = G_MAXUINT32;

    for (gsize i = 0; i < size; i++) {
        crc ^= data[i];
        for (unsigned bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ ((crc & 1) != 0 ? 0xedb88320u : 0);
    }
    return ~crc;
}

/* The checksum counts itself and the flags as erased. */
static void store_put_working_block(GByteArray *out, const struct store_layout *layout)
{
    guint at = out->len;

    store_put_guid(out, LATHE_GUID_WORKING_BLOCK);
    lathe_put_le(out, G_MAXUINT64, 8);
    lathe_put_le(out, layout->queue, 8);
    guint32 crc = store_crc32(out->data + at, FTW_HEADER);
    for (unsigned i = 0; i < 4; i++)
        out->data[at + 16 + i] = (guint8)(crc >> 8 * i);
    out->data[at + 20] = 0xfe; /* valid */
}

static GBytes *store_format(const struct lathe_store *store, const GByteArray *variables)
{
    gsize size = g_bytes_get_size(store->image);
    const struct store_layout *layout = store_layouts;
    GByteArray *out = g_byte_array_new();

    while (layout->file != size && layout->volume != size)
        layout++;
    store_put_volume_header(out, layout);
    store_put_store_header(out, layout);
    g_byte_array_append(out, variables->data, variables->len);
    lathe_put_fill(out, layout->working, 0xff);
    store_put_working_block(out, layout);
    lathe_put_fill(out, layout->volume, 0xff);
    lathe_put_fill(out, size, 0);
    return g_byte_array_free_to_bytes(out);
}

GBytes *lathe_store_build(const struct lathe_store *store, GError **error)
{
    if (store->pending != NULL) {
        lathe_error_input(error, "%s", store->pending);
        return NULL;
    }
    g_autoptr(GByteArray) variables = store_put_variables(store, error);
    if (variables == NULL)
        return NULL;
    if (store->blank)
        return store_format(store, variables);
    struct lathe_bytes image = lathe_bytes_of(store->image);
    guint8 *copy = g_memdup2(image.data, image.size);
    gsize first = store->volume + store->variables_at + STORE_HEADER;
    memset(copy + first, 0xff, store->volume + store->end - first);
    if (variables->len != 0)
        memcpy(copy + first, variables->data, variables->len);
    return g_bytes_new_take(copy, image.size);
}

gsize lathe_store_room(const struct lathe_store *store)
{
    return store->end - store->variables_at - STORE_HEADER;
}

gsize lathe_store_used(const struct lathe_store *store)
{
    gsize used = 0;

    for (guint i = 0; i < store->variables->len; i++) {
        const struct lathe_variable *variable = store->variables->pdata[i];
        g_autoptr(GByteArray) name = g_byte_array_new();
        lathe_put_ucs2(name, variable->name, true);
        used = store_align(used + store_shape(store).header + name->len + 2 +
                           g_bytes_get_size(variable->data));
    }
    return used;
}
