/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Opening a qcow2 image: the header is checked against what this program can do and against
 * itself, so that nothing later has to doubt it. Encryption, external data files and subclusters
 * are refused.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emulator/block/qcow2.h"

#define OPEN_MAX_L1         (32ull << 20) /* bytes; QEMU's limits */
#define OPEN_MAX_REFTABLE   (8ull << 20)
#define OPEN_MAX_SNAPSHOTS  65536
#define OPEN_MAX_NAME       1023
#define OPEN_CACHE          (16ull << 20) /* bytes of each cache */
#define OPEN_EXT_END        0u
#define OPEN_EXT_BACKING    0xe2792acau /* the backing image's format */
#define OPEN_EXT_BITMAPS    0x23852875u
#define OPEN_KNOWN_FEATURES (QCOW2_DIRTY | QCOW2_CORRUPT | QCOW2_COMPRESSION)

struct qcow2_opening {
    struct qcow2 *q;
    uint8_t *header; /* the first cluster */
    uint64_t header_size, incompatible, autoclear;
    uint64_t backing_offset;
    uint32_t backing_length;
    char backing_format[16];
    unsigned depth;
    struct emu_error *err;
};

/* False, as emu_error_set: said here so that who analyses this file alone knows it. */
static bool open_refuse(const struct qcow2_opening *o, const char *what)
{
    emu_error_set(o->err, EMU_ERROR_INPUT, "the qcow2 image '%s' cannot be used: %s",
                  o->q->file.path, what);
    return false;
}

static bool open_fail(const struct qcow2_opening *o, int error)
{
    emu_error_set(o->err, EMU_ERROR_INPUT, "cannot read the qcow2 image '%s': %s", o->q->file.path,
                  strerror(error));
    return false;
}

/* ---- the header ---- */

static bool open_check_version(struct qcow2_opening *o)
{
    struct qcow2 *q = o->q;
    uint8_t head[QCOW2_H_V3_SIZE + 8];
    int error = block_file_read(&q->file, 0, head, sizeof(head));

    if (error != 0)
        return open_fail(o, error);
    if (qcow2_get32(head + QCOW2_H_MAGIC) != QCOW2_MAGIC)
        return open_refuse(o, "it does not begin as one; --disk FILE,format=raw takes it as it is");
    q->version = qcow2_get32(head + QCOW2_H_VERSION);
    if (q->version != 2 && q->version != 3)
        return open_refuse(o, "its version is neither 2 nor 3");
    q->cluster_bits = qcow2_get32(head + QCOW2_H_CLUSTER_BITS);
    if (q->cluster_bits < 9 || q->cluster_bits > 21)
        return open_refuse(o, "its cluster size is not between 512 and 2M");
    q->cluster_size = 1ull << q->cluster_bits;
    q->l2_bits = q->cluster_bits - 3;
    o->header = malloc(q->cluster_size);
    if (o->header == NULL)
        return open_fail(o, ENOMEM);
    error = block_file_read(&q->file, 0, o->header, q->cluster_size);
    return error == 0 || open_fail(o, error);
}

static bool open_check_features(struct qcow2_opening *o)
{
    struct qcow2 *q = o->q;

    if (o->incompatible & QCOW2_DATA_FILE)
        return open_refuse(o, "its data are in another file, which this version cannot do; "
                              "qemu-img convert makes one file of both");
    if (o->incompatible & QCOW2_SUBCLUSTERS)
        return open_refuse(o, "it has extended L2 entries, which this version cannot do; qemu-img "
                              "convert -o extended_l2=off makes a copy without");
    if (o->incompatible & ~OPEN_KNOWN_FEATURES)
        return open_refuse(o, "it needs a feature that this version does not know");
    if ((o->incompatible & QCOW2_CORRUPT) && !q->read_only)
        return open_refuse(o, "it is marked as corrupt; qemu-img check -r all repairs it, and "
                              "readonly reads it as it is");
    if (o->incompatible & QCOW2_COMPRESSION) {
        if (o->header_size <= QCOW2_H_COMPRESSION || o->header[QCOW2_H_COMPRESSION] > 1)
            return open_refuse(o, "its compression is unknown");
        q->zstd = o->header[QCOW2_H_COMPRESSION] == 1;
    }
    return true;
}

static bool open_read_v3(struct qcow2_opening *o)
{
    o->header_size = QCOW2_H_V2_SIZE;
    o->q->refcount_order = 4;
    if (o->q->version < 3)
        return true;
    o->incompatible = qcow2_get64(o->header + QCOW2_H_INCOMPATIBLE);
    o->autoclear = qcow2_get64(o->header + QCOW2_H_AUTOCLEAR);
    o->q->refcount_order = qcow2_get32(o->header + QCOW2_H_REFCOUNT_ORDER);
    o->header_size = qcow2_get32(o->header + QCOW2_H_LENGTH);
    if (o->header_size < QCOW2_H_V3_SIZE || o->header_size > o->q->cluster_size)
        return open_refuse(o, "its header's length is wrong");
    if (o->q->refcount_order > 6)
        return open_refuse(o, "the width of its reference counts is wrong");
    return open_check_features(o);
}

static bool open_aligned(const struct qcow2 *q, uint64_t offset, uint64_t length)
{
    return offset % q->cluster_size == 0 && offset <= QCOW2_OFFSET &&
           length <= QCOW2_OFFSET - offset;
}

static bool open_check_tables(struct qcow2_opening *o)
{
    struct qcow2 *q = o->q;
    uint64_t per_table = 1ull << (q->l2_bits + q->cluster_bits), needed;

    needed = q->size / per_table + (q->size % per_table != 0);
    q->l1.count = qcow2_get32(o->header + QCOW2_H_L1_SIZE);
    q->l1.offset = qcow2_get64(o->header + QCOW2_H_L1);
    q->reftable.count =
        (uint64_t)qcow2_get32(o->header + QCOW2_H_REFTABLE_CLUSTERS) * (q->cluster_size / 8);
    q->reftable.offset = qcow2_get64(o->header + QCOW2_H_REFTABLE);
    if (q->l1.count * 8 > OPEN_MAX_L1 || q->l1.count < needed ||
        !open_aligned(q, q->l1.offset, q->l1.count * 8))
        return open_refuse(o, "its L1 table does not fit its size or lies at a wrong place");
    if (q->reftable.count == 0 || q->reftable.count * 8 > OPEN_MAX_REFTABLE ||
        q->reftable.offset == 0 || !open_aligned(q, q->reftable.offset, q->reftable.count * 8))
        return open_refuse(o, "its reference table has a wrong size or lies at a wrong place");
    if (qcow2_get32(o->header + QCOW2_H_SNAPSHOTS) > OPEN_MAX_SNAPSHOTS)
        return open_refuse(o, "it says that it has more than 65536 snapshots");
    return true;
}

static bool open_read_header(struct qcow2_opening *o)
{
    struct qcow2 *q = o->q;

    if (!open_check_version(o) || !open_read_v3(o))
        return false;
    q->size = qcow2_get64(o->header + QCOW2_H_SIZE) / EMU_BLOCK_SECTOR * EMU_BLOCK_SECTOR;
    if (qcow2_get32(o->header + QCOW2_H_CRYPT) != 0)
        return open_refuse(o, "it is encrypted, which this version cannot do");
    if (q->size > INT64_MAX)
        return open_refuse(o, "its size is absurd");
    o->backing_offset = qcow2_get64(o->header + QCOW2_H_BACKING);
    o->backing_length = qcow2_get32(o->header + QCOW2_H_BACKING_SIZE);
    if (o->backing_offset != 0 &&
        (o->backing_length > OPEN_MAX_NAME || o->backing_offset > q->cluster_size ||
         o->backing_length > q->cluster_size - o->backing_offset))
        return open_refuse(o, "the name of its backing image lies outside of its header");
    return open_check_tables(o);
}

/* Extensions follow the header: type, length, data padded to 8 bytes. */
static bool open_read_extensions(struct qcow2_opening *o)
{
    uint64_t at = o->header_size, end = o->q->cluster_size;

    if (o->backing_offset != 0 && o->backing_offset < end)
        end = o->backing_offset;
    while (at + 8 <= end) {
        uint32_t type = qcow2_get32(o->header + at), length = qcow2_get32(o->header + at + 4);

        at += 8;
        if (type == OPEN_EXT_END)
            return true;
        if (length > end - at)
            return open_refuse(o, "an extension of its header is too long");
        if (type == OPEN_EXT_BITMAPS)
            o->q->has_bitmaps = true;
        if (type == OPEN_EXT_BACKING && length >= sizeof(o->backing_format))
            return open_refuse(o, "the format of its backing image is unknown");
        if (type == OPEN_EXT_BACKING)
            memcpy(o->backing_format, o->header + at, length);
        at += ((uint64_t)length + 7) / 8 * 8;
    }
    return true;
}

/* ---- the backing image ---- */

/* A name without a leading slash is relative to this image's folder. */
static char *open_backing_path(const struct qcow2_opening *o, const char *name)
{
    const char *slash = strrchr(o->q->file.path, '/');
    char *path;
    int folder;

    if (strncmp(name, "file:", 5) == 0)
        name += 5;
    folder = slash != NULL && name[0] != '/' ? (int)(slash - o->q->file.path + 1) : 0;
    return asprintf(&path, "%.*s%s", folder, o->q->file.path, name) >= 0 ? path : NULL;
}

static bool open_backing(struct qcow2_opening *o)
{
    char name[OPEN_MAX_NAME + 1] = "", *path;
    struct qcow2 *q = o->q;
    bool opened;

    if (o->backing_offset == 0 || o->backing_length == 0)
        return true;
    memcpy(name, o->header + o->backing_offset, o->backing_length);
    if (strncmp(name, "json:", 5) == 0)
        return open_refuse(o, "its backing image is named by a json: text, which this version "
                              "cannot do; qemu-img rebase -u names a file instead");
    path = open_backing_path(o, name);
    if (path == NULL)
        return open_fail(o, ENOMEM);
    opened = block_open_image(
        &(struct emu_block_options){
            .path = path,
            .format = o->backing_format[0] != '\0' ? o->backing_format : NULL,
            .read_only = true,
        },
        o->depth + 1, &q->backing, o->err);
    free(path);
    if (opened)
        q->backing_size = q->backing.ops->size(q->backing.opaque);
    return opened;
}

/* ---- making it ---- */

/* What others keep up to date by those bits is out of date once this program writes. */
static int open_clear_features(const struct qcow2_opening *o)
{
    uint8_t none[8] = {0};

    if (o->q->read_only || o->autoclear == 0)
        return 0;
    return block_file_write(&o->q->file, QCOW2_H_AUTOCLEAR, none, sizeof(none));
}

static bool open_tables(struct qcow2_opening *o)
{
    struct qcow2 *q = o->q;
    uint64_t tables = OPEN_CACHE >> q->cluster_bits;
    int error = qcow2_array_read(q, &q->l1);

    if (error == 0)
        error = qcow2_array_read(q, &q->reftable);
    if (error == 0)
        error = open_clear_features(o);
    if (error != 0)
        return open_fail(o, error);
    q->l1.dirty_first = q->reftable.dirty_first = UINT64_MAX;
    q->l2.limit = q->refcounts.limit = tables > 16 ? (unsigned)tables : 16;
    if (!(o->incompatible & QCOW2_DIRTY) || q->read_only)
        return true;
    return qcow2_recount(q, o->err);
}

static struct qcow2 *open_new(struct block_file *file)
{
    struct qcow2 *q = calloc(1, sizeof(*q));
    pthread_rwlockattr_t attributes;

    if (q == NULL)
        return NULL;
    q->file = *file;
    q->read_only = file->read_only;
    pthread_rwlockattr_init(&attributes);
    pthread_rwlockattr_setkind_np(&attributes, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
    pthread_rwlock_init(&q->transfers, &attributes);
    pthread_rwlockattr_destroy(&attributes);
    pthread_mutex_init(&q->lock, NULL);
    pthread_cond_init(&q->changed, NULL);
    return q;
}

bool block_qcow2_new(struct block_file *file, unsigned depth, struct emu_block_backend *out,
                     struct emu_error *err)
{
    struct qcow2_opening o = {.q = open_new(file), .depth = depth, .err = err};
    bool opened;

    if (o.q == NULL) {
        block_file_close(file);
        return emu_error_set(err, EMU_ERROR_HOST, "out of memory");
    }
    opened =
        open_read_header(&o) && open_read_extensions(&o) && open_backing(&o) && open_tables(&o);
    free(o.header);
    if (!opened) {
        o.q->read_only = true; /* nothing is written back */
        qcow2_ops.close(o.q);
        return false;
    }
    *out = (struct emu_block_backend){&qcow2_ops, o.q, o.q->read_only};
    return true;
}

/* The names' lengths are checked where they are read. */
static void open_tell(const struct qcow2_opening *o, struct emu_block_info *out)
{
    *out = (struct emu_block_info){.format = "qcow2", .size = o->q->size};
    if (o->backing_offset != 0)
        memcpy(out->backing, o->header + o->backing_offset, o->backing_length);
    memcpy(out->backing_format, o->backing_format, sizeof(out->backing_format));
}

bool block_qcow2_inspect(const struct block_file *file, struct emu_block_info *out,
                         struct emu_error *err)
{
    struct qcow2 q = {.file = *file, .read_only = true};
    struct qcow2_opening o = {.q = &q, .err = err};
    bool read = open_read_header(&o) && open_read_extensions(&o);

    if (read)
        open_tell(&o, out);
    free(o.header);
    return read;
}
