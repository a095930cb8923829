/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The save format: a stream of named, versioned sections holding named fields, little-endian.
 * A reader skips nothing silently: a field of another name, size or order is an error with the
 * section's and the field's name.
 */
#ifndef EMU_STATE_STATE_H
#define EMU_STATE_STATE_H

#include "emulator/api/types.h"

struct emu_writer;
struct emu_reader;

/* A writer into growing memory. Any thread, one at a time. */
struct emu_writer *emu_writer_new(void);
/* One into a file, from its position on; the file stays the caller's and must outlive it. NULL: no
 * memory. */
struct emu_writer *emu_writer_new_file(int fd);
/* All of it has reached the file, though not yet its medium. False with *err: it has not, or memory
 * ran out on the way. */
bool emu_writer_flush(struct emu_writer *out, struct emu_error *err);
void emu_writer_free(struct emu_writer *out);
/* What was written, or of a file's what has not reached it yet; valid until the next write. NULL if
 * memory ran out on the way, or the file took no more. */
const uint8_t *emu_writer_data(const struct emu_writer *out, size_t *length);

void emu_write_section(struct emu_writer *out, const char *name, uint32_t version);
void emu_write_u64(struct emu_writer *out, const char *field, uint64_t value);
void emu_write_bytes(struct emu_writer *out, const char *field, const void *data, size_t length);

/* A reader of data, which must outlive it. */
struct emu_reader *emu_reader_new(const uint8_t *data, size_t length);
/* One of a file, from its position on, which is anywhere afterwards. NULL: no memory. */
struct emu_reader *emu_reader_new_file(int fd);
void emu_reader_free(struct emu_reader *in);

/* Each returns false once anything was wrong; *err then tells the first fault. */
bool emu_read_section(struct emu_reader *in, const char *name, uint32_t *version,
                      struct emu_error *err);
bool emu_read_u64(struct emu_reader *in, const char *field, uint64_t *value, struct emu_error *err);
bool emu_read_bytes(struct emu_reader *in, const char *field, void *data, size_t length,
                    struct emu_error *err);

/*
 * Field tables: most devices are a list of scalars. EMU_FIELD takes any unsigned integer or bool
 * member, or an array of them; the stored form does not depend on the member's width.
 */
struct emu_field {
    const char *name;
    size_t offset;
    uint8_t width; /* bytes of one element */
    uint32_t count;
    bool boolean; /* only 0 and 1 may be stored in it */
};

#define EMU_FIELD_IS_BOOL(member) _Generic((member), bool : true, default : false)
#define EMU_FIELD(type, member)                                                                    \
    {                                                                                              \
#member, offsetof(type, member), sizeof(((type *)0)->member), 1,                           \
            EMU_FIELD_IS_BOOL(((type *)0)->member)                                                 \
    }
#define EMU_FIELD_ARRAY(type, member)                                                              \
    {                                                                                              \
#member, offsetof(type, member), sizeof(((type *)0)->member[0]),                           \
            sizeof(((type *)0)->member) / sizeof(((type *)0)->member[0]),                          \
            EMU_FIELD_IS_BOOL(((type *)0)->member[0])                                              \
    }
#define EMU_FIELD_END                                                                              \
    {                                                                                              \
        NULL, 0, 0, 0, 0                                                                           \
    }

void emu_write_fields(struct emu_writer *out, const void *object, const struct emu_field *fields);
bool emu_read_fields(struct emu_reader *in, void *object, const struct emu_field *fields,
                     struct emu_error *err);

#endif
