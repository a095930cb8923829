/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * New, empty images. A qcow2 image is of version 3 with clusters of 64 KiB: the header, the
 * reference table, one block of counts and the L1 table follow each other (QEMU's
 * docs/interop/qcow2.txt).
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "emulator/api/ops/block.h"
#include "emulator/block/qcow2.h"

#define CREATE_BITS       16u
#define CREATE_CLUSTER    (1u << CREATE_BITS)
#define CREATE_MAX_SIZE   (64ull << 40)
#define CREATE_PER_L2     (CREATE_CLUSTER / 8ull * CREATE_CLUSTER) /* bytes of disk */
#define CREATE_EXT_FORMAT 0xe2792acau                              /* of the backing image */
#define CREATE_NAME_AT    160u                                     /* behind the extension */

enum create_place { CREATE_REFTABLE = 1, CREATE_COUNTS, CREATE_L1 }; /* clusters */

static int create_write(int fd, const uint8_t *data, size_t length, uint64_t offset)
{
    while (length > 0) {
        ssize_t part = pwrite(fd, data, length, (off_t)offset);
        if (part < 0 && errno == EINTR)
            continue;
        if (part <= 0)
            return part < 0 ? errno : EIO;
        data += part;
        offset += (uint64_t)part;
        length -= (size_t)part;
    }
    return 0;
}

/* The extension that says what the backing image is, and its name. */
static void create_put_backing(uint8_t *header, const struct emu_block_creation *creation)
{
    size_t format = strlen(creation->backing_format), name = strlen(creation->backing);
    uint8_t *extension = header + QCOW2_H_V3_SIZE;

    qcow2_put32(extension, CREATE_EXT_FORMAT);
    qcow2_put32(extension + 4, (uint32_t)format);
    memcpy(extension + 8, creation->backing_format, format);
    memcpy(header + CREATE_NAME_AT, creation->backing, name);
    qcow2_put64(header + QCOW2_H_BACKING, CREATE_NAME_AT);
    qcow2_put32(header + QCOW2_H_BACKING_SIZE, (uint32_t)name);
}

static void create_put_header(uint8_t *header, const struct emu_block_creation *creation,
                              uint64_t tables)
{
    qcow2_put32(header + QCOW2_H_MAGIC, QCOW2_MAGIC);
    qcow2_put32(header + QCOW2_H_VERSION, 3);
    qcow2_put32(header + QCOW2_H_CLUSTER_BITS, CREATE_BITS);
    qcow2_put64(header + QCOW2_H_SIZE, creation->size);
    qcow2_put32(header + QCOW2_H_L1_SIZE, (uint32_t)tables);
    qcow2_put64(header + QCOW2_H_L1, (uint64_t)CREATE_L1 << CREATE_BITS);
    qcow2_put64(header + QCOW2_H_REFTABLE, (uint64_t)CREATE_REFTABLE << CREATE_BITS);
    qcow2_put32(header + QCOW2_H_REFTABLE_CLUSTERS, 1);
    qcow2_put32(header + QCOW2_H_REFCOUNT_ORDER, 4); /* 16 bits each */
    qcow2_put32(header + QCOW2_H_LENGTH, QCOW2_H_V3_SIZE);
    if (creation->backing != NULL)
        create_put_backing(header, creation);
}

/* The clusters that are in use from the beginning; the L1 table's are holes, which are zeroes. */
static int create_qcow2(int fd, const struct emu_block_creation *creation)
{
    uint64_t tables = (creation->size + CREATE_PER_L2 - 1) / CREATE_PER_L2;
    uint64_t l1_clusters = tables == 0 ? 1 : (tables * 8 + CREATE_CLUSTER - 1) / CREATE_CLUSTER;
    uint8_t header[CREATE_NAME_AT + EMU_BLOCK_NAME] = {0}, entry[8], counts[64] = {0};
    int error;

    for (uint64_t i = 0; i < CREATE_L1 + l1_clusters; i++)
        counts[2 * i + 1] = 1;
    create_put_header(header, creation, tables);
    qcow2_put64(entry, (uint64_t)CREATE_COUNTS << CREATE_BITS);
    if (ftruncate(fd, (off_t)((CREATE_L1 + l1_clusters) << CREATE_BITS)) != 0)
        return errno;
    error = create_write(fd, counts, sizeof(counts), (uint64_t)CREATE_COUNTS << CREATE_BITS);
    if (error == 0)
        error = create_write(fd, entry, sizeof(entry), (uint64_t)CREATE_REFTABLE << CREATE_BITS);
    return error != 0 ? error : create_write(fd, header, sizeof(header), 0);
}

static bool create_check(const struct emu_block_creation *creation, bool qcow2,
                         struct emu_error *err)
{
    if (!qcow2 && strcmp(creation->format, "raw") != 0)
        return emu_error_set(err, EMU_ERROR_INPUT,
                             "no disk image can be made as '%s'; raw and qcow2 are known",
                             creation->format);
    if (creation->size == 0 || creation->size % EMU_BLOCK_SECTOR != 0 ||
        creation->size > CREATE_MAX_SIZE)
        return emu_error_set(err, EMU_ERROR_INPUT,
                             "the size of a disk is a multiple of %u bytes, from there to 64 TiB",
                             EMU_BLOCK_SECTOR);
    if (creation->backing == NULL)
        return true;
    if (!qcow2 || strlen(creation->backing) >= EMU_BLOCK_NAME || creation->backing_format == NULL ||
        strlen(creation->backing_format) > 8)
        return emu_error_set(err, EMU_ERROR_INPUT,
                             "'%s' cannot lie behind a new image: only behind one of qcow2, by a "
                             "name of at most %d bytes",
                             creation->backing, EMU_BLOCK_NAME - 1);
    return true;
}

bool emu_block_create(const struct emu_block_creation *creation, struct emu_error *err)
{
    bool qcow2 = strcmp(creation->format, "qcow2") == 0;
    int fd, error;

    if (!create_check(creation, qcow2, err))
        return false;
    fd = open(creation->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (fd < 0)
        return emu_error_set(err, EMU_ERROR_HOST, "cannot make the disk image '%s': %s",
                             creation->path, strerror(errno));
    if (qcow2)
        error = create_qcow2(fd, creation);
    else
        error = ftruncate(fd, (off_t)creation->size) == 0 ? 0 : errno;
    if (error == 0 && fsync(fd) != 0)
        error = errno;
    if (close(fd) != 0 && error == 0)
        error = errno;
    if (error == 0)
        return true;
    unlink(creation->path);
    return emu_error_set(err, EMU_ERROR_HOST, "cannot write the disk image '%s': %s",
                         creation->path, strerror(error));
}
