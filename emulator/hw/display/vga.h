/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The VGA core, which PCI functions embed: registers, the window at 0xa0000, Bochs's VBE
 * registers, and the picture that they make of the video memory. vga.c has its life, vga-ports.c
 * the registers, vga-memory.c the window, vga-vbe.c the extension, vga-frame.c and vga-draw.c the
 * picture, vga-text.c its letters.
 * Its memory: byte p of plane n is at 4 * p + n. Linear modes and chain 4 see plain bytes so.
 */
#ifndef EMU_HW_DISPLAY_VGA_H
#define EMU_HW_DISPLAY_VGA_H

#include "emulator/core/device.h"
#include "emulator/core/display.h"
#include "emulator/hw/display/edid.h"

#define VGA_WINDOW         0xa0000u /* where the window lies, */
#define VGA_WINDOW_SIZE    0x20000u
#define VGA_PORTS          0x3b0u /* the registers, */
#define VGA_PORT_COUNT     0x30u
#define VGA_VBE_PORTS      0x1ceu /* and the extension's */
#define VGA_VBE_PORT_COUNT 3u
#define VGA_MMIO_SIZE      0x1000u
#define VGA_BANK           0x10000u

#define VGA_MIN_MEMORY 0x100000u
#define VGA_MAX_MEMORY 0x10000000u

/* Graphics controller */
enum vga_gc {
    VGA_GC_SET_RESET = 0,
    VGA_GC_ENABLE_SET_RESET = 1,
    VGA_GC_COLOR_COMPARE = 2,
    VGA_GC_ROTATE = 3, /* and logical operation */
    VGA_GC_READ_MAP = 4,
    VGA_GC_MODE = 5,
    VGA_GC_MISC = 6,
    VGA_GC_COLOR_CARE = 7,
    VGA_GC_BIT_MASK = 8,
};

/* Sequencer */
enum vga_seq {
    VGA_SEQ_RESET = 0,
    VGA_SEQ_CLOCK = 1,
    VGA_SEQ_MAP_MASK = 2,
    VGA_SEQ_FONT = 3,
    VGA_SEQ_MEMORY = 4,
};

/* CRT controller */
enum vga_crtc {
    VGA_CRTC_H_TOTAL = 0x00,
    VGA_CRTC_H_SHOWN = 0x01,
    VGA_CRTC_V_TOTAL = 0x06,
    VGA_CRTC_OVERFLOW = 0x07,
    VGA_CRTC_PRESET_ROW = 0x08,
    VGA_CRTC_MAX_ROW = 0x09,
    VGA_CRTC_CURSOR_START = 0x0a,
    VGA_CRTC_CURSOR_END = 0x0b,
    VGA_CRTC_START_HIGH = 0x0c,
    VGA_CRTC_START_LOW = 0x0d,
    VGA_CRTC_CURSOR_HIGH = 0x0e,
    VGA_CRTC_CURSOR_LOW = 0x0f,
    VGA_CRTC_V_SYNC_START = 0x10,
    VGA_CRTC_V_SYNC_END = 0x11, /* and the lock of 0 to 7 */
    VGA_CRTC_V_SHOWN = 0x12,
    VGA_CRTC_OFFSET = 0x13,
    VGA_CRTC_UNDERLINE = 0x14, /* and double words */
    VGA_CRTC_MODE = 0x17,
    VGA_CRTC_LINE_COMPARE = 0x18,
    VGA_CRTC_COUNT = 0x19,
};

/* Attribute controller */
enum vga_ac {
    VGA_AC_MODE = 0x10,
    VGA_AC_OVERSCAN = 0x11,
    VGA_AC_PLANES = 0x12,
    VGA_AC_PAN = 0x13,
    VGA_AC_COLOR = 0x14,
    VGA_AC_COUNT = 0x15,
};

#define VGA_MISC_COLOR     0x01u /* ports 0x3dx; else 0x3bx */
#define VGA_MISC_CLOCK_28  0x04u
#define VGA_GC_READ_MODE   0x08u /* in MODE */
#define VGA_GC_ODD_EVEN    0x10u
#define VGA_GC_INTERLEAVE  0x20u
#define VGA_GC_COLORS_256  0x40u
#define VGA_GC_GRAPHICS    0x01u /* in MISC */
#define VGA_SEQ_DOTS_8     0x01u /* in CLOCK; else 9 */
#define VGA_SEQ_HALF_CLOCK 0x08u
#define VGA_SEQ_SCREEN_OFF 0x20u
#define VGA_SEQ_SEQUENTIAL 0x04u /* in MEMORY; else odd/even */
#define VGA_SEQ_CHAIN_4    0x08u
#define VGA_CRTC_DOUBLE    0x80u /* in MAX_ROW */
#define VGA_CRTC_LOCK      0x80u /* in V_SYNC_END */
#define VGA_CRTC_DWORDS    0x40u /* in UNDERLINE */
#define VGA_CRTC_ROW0_OFF  0x01u /* in MODE: address bit 13 is not the row's bit 0, */
#define VGA_CRTC_ROW1_OFF  0x02u /* nor 14 its bit 1 */
#define VGA_CRTC_WRAP_15   0x20u
#define VGA_CRTC_BYTES     0x40u
#define VGA_CRTC_SYNC      0x80u
#define VGA_AC_MONO        0x02u /* in MODE */
#define VGA_AC_LINE_CHARS  0x04u /* the ninth dot goes on with the eighth */
#define VGA_AC_BLINK       0x08u
#define VGA_AC_PAN_TOP     0x20u /* the split's lower part does not pan */
#define VGA_AC_PALETTE_54  0x80u
#define VGA_AC_INDEX_SHOW  0x20u /* in the index: the screen is on, the palette locked */

/* The VBE extension */
enum vga_vbe {
    VGA_VBE_ID,
    VGA_VBE_WIDTH,
    VGA_VBE_HEIGHT,
    VGA_VBE_BPP,
    VGA_VBE_ENABLE,
    VGA_VBE_BANK,
    VGA_VBE_VIRTUAL_WIDTH,
    VGA_VBE_VIRTUAL_HEIGHT,
    VGA_VBE_X,
    VGA_VBE_Y,
    VGA_VBE_MEMORY, /* in banks */
    VGA_VBE_COUNT,
};

#define VGA_VBE_ON       0x01u
#define VGA_VBE_LIMITS   0x02u /* the sizes read as the largest ones */
#define VGA_VBE_DAC_8    0x20u
#define VGA_VBE_LINEAR   0x40u
#define VGA_VBE_NO_CLEAR 0x80u

/* All that the picture hangs on, besides the memory. */
struct vga_registers {
    uint8_t misc, feature;
    uint8_t seq_index, crtc_index, gc_index, ac_index;
    bool ac_data; /* the next write to 0x3c0 is a value */
    uint8_t seq[8], crtc[32], gc[16], ac[32];
    uint8_t dac[256 * 3];
    uint8_t dac_mask, dac_read, dac_write, dac_part, dac_next[3];
    bool dac_reading;
    uint16_t vbe_index, vbe[VGA_VBE_COUNT];
};

struct vga {
    struct emu_device *device; /* whose lock is ours */
    struct emu_ram *ram;
    uint8_t *bytes; /* of it */
    uint32_t size;  /* a power of two */
    struct vga_registers registers;
    uint32_t latch; /* plane 0 in the lowest byte */

    struct emu_region window; /* at VGA_WINDOW: */
    struct emu_region planes; /* by these accesses, or */
    struct emu_region direct; /* as plain memory */
    uint32_t direct_at;       /* where in ram; UINT32_MAX: not at all */
    struct emu_region ports, vbe_ports;
    struct emu_region memory;           /* all of it */
    struct emu_region registers_region; /* EDID, ports and extension in memory */
    bool legacy;                        /* before init: there are ports */
    uint8_t edid[EMU_EDID_SIZE];
    struct emu_display display;
};

/* In the device's realize. size: a power of two from VGA_MIN_MEMORY to VGA_MAX_MEMORY. */
bool vga_init(struct vga *vga, struct emu_device *device, uint64_t size, struct emu_error *err);
void vga_finish(struct vga *vga);
/* The rest with the device's lock held. */
void vga_reset(struct vga *vga);
void vga_save(struct vga *vga, struct emu_writer *out);
bool vga_load(struct vga *vga, struct emu_reader *in, struct emu_error *err);

/* Sets a mode of 32 bits a pixel, cleared, as firmware would. No lock held. */
void vga_show(struct vga *vga, unsigned width, unsigned height);
/* The picture of the registers now, for those who have another one at times. No lock held. */
void vga_update(struct vga *vga, struct emu_surface *surface, struct emu_display_update *update);
char *vga_text(struct vga *vga);

/* Ports, as offsets from VGA_PORTS; also from a function's own registers. */
uint8_t vga_port_read(struct vga *vga, unsigned offset);
void vga_port_write(struct vga *vga, unsigned offset, uint8_t value);
uint16_t vga_vbe_read(const struct vga *vga, unsigned index);
void vga_vbe_write(struct vga *vga, unsigned index, uint16_t value);

/* ---- between the files ---- */

extern const struct emu_region_ops vga_port_ops, vga_vbe_ops, vga_plane_ops, vga_mmio_ops;

/* The registers changed: which bytes the window shows. */
void vga_update_window(struct vga *vga);
void vga_vbe_reset(struct vga *vga);
/* Registers of a foreign file: no size or place beyond the memory. */
void vga_vbe_limit(struct vga *vga);

static inline bool vga_vbe_is_on(const struct vga_registers *r)
{
    return r->vbe[VGA_VBE_ENABLE] & VGA_VBE_ON;
}

/* Not a mode of the old VGA's kinds: packed pixels in linear memory. */
static inline bool vga_vbe_is_packed(const struct vga_registers *r)
{
    return vga_vbe_is_on(r) && r->vbe[VGA_VBE_BPP] > 4;
}

/* Bytes from a row to the next of a packed mode. */
static inline uint32_t vga_vbe_stride(const struct vga_registers *r)
{
    return r->vbe[VGA_VBE_VIRTUAL_WIDTH] * ((r->vbe[VGA_VBE_BPP] + 7u) / 8);
}

/* Where the vertical timing's bits beyond the eighth are. */
unsigned vga_lines_shown(const struct vga_registers *r);

#endif
