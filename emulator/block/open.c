/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opening an image by its name: what format it has, and what lies in front of it. */
#include <string.h>

#include "emulator/block/image.h"

bool block_is_qcow2(const void *head, size_t length)
{
    return length >= 4 && memcmp(head, "QFI\xfb", 4) == 0;
}

static bool open_file(struct block_file *file, const struct emu_block_options *options,
                      unsigned depth, struct emu_block_backend *out, struct emu_error *err)
{
    const char *format = options->format;
    uint8_t head[4];
    int error;

    if (format != NULL && strcmp(format, "raw") == 0)
        return block_raw_new(file, false, out, err);
    if (format != NULL && strcmp(format, "qcow2") == 0)
        return block_qcow2_new(file, depth, out, err);
    if (format != NULL) {
        emu_error_set(err, EMU_ERROR_INPUT,
                      "the disk image '%s' cannot be read as '%s'; raw and qcow2 are known",
                      file->path, format);
        block_file_close(file);
        return false;
    }
    error = block_file_read(file, 0, head, sizeof(head));
    if (error == 0 && block_is_qcow2(head, sizeof(head)))
        return block_qcow2_new(file, depth, out, err);
    return block_raw_new(file, true, out, err);
}

bool block_open_image(const struct emu_block_options *options, unsigned depth,
                      struct emu_block_backend *out, struct emu_error *err)
{
    struct block_file file;

    if (depth >= BLOCK_MAX_DEPTH)
        return emu_error_set(err, EMU_ERROR_INPUT,
                             "the disk image '%s' has more than %u images behind it; they may "
                             "name each other in a circle",
                             options->path, BLOCK_MAX_DEPTH);
    return block_file_open(&file, options->path, options->read_only || options->discard_changes,
                           err) &&
           open_file(&file, options, depth, out, err);
}

bool emu_block_open(const struct emu_block_options *options, struct emu_block_backend *out,
                    struct emu_error *err)
{
    struct emu_block_backend base;

    if (!block_open_image(options, 0, &base, err))
        return false;
    if (options->discard_changes && !options->read_only)
        return block_overlay_new(&base, out, err);
    *out = base;
    return true;
}

static bool inspect_raw(const struct block_file *file, struct emu_block_info *out,
                        struct emu_error *err)
{
    *out = (struct emu_block_info){.format = "raw"};
    int error = block_file_size(file, &out->size);

    return error == 0 || emu_error_set(err, EMU_ERROR_INPUT, "cannot read the disk image '%s': %s",
                                       file->path, strerror(error));
}

bool emu_block_inspect(const char *path, const char *format, struct emu_block_info *out,
                       struct emu_error *err)
{
    struct block_file file;
    uint8_t head[4];
    bool raw = format != NULL && strcmp(format, "raw") == 0, read;

    if (!block_file_open(&file, path, true, err))
        return false;
    if (!raw && format == NULL)
        raw = block_file_read(&file, 0, head, sizeof(head)) != 0 ||
              !block_is_qcow2(head, sizeof(head));
    read = raw ? inspect_raw(&file, out, err) : block_qcow2_inspect(&file, out, err);
    block_file_close(&file);
    return read;
}

void emu_block_backend_close(struct emu_block_backend *backend)
{
    if (backend->ops != NULL)
        backend->ops->close(backend->opaque);
    *backend = (struct emu_block_backend){0};
}
