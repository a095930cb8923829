/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a machine is, as the user asked for it: the properties behind the options of "lathe run".
 * Plain data; the parsers of single properties are here too. Any thread, one at a time.
 */
#ifndef LATHE_PLAN_DEFINITION_H
#define LATHE_PLAN_DEFINITION_H

#include <glib.h>

#include "app/plan/boot-order.h"
#include "app/plan/disk.h"
#include "app/plan/net.h"
#include "app/plan/parts.h"
#include "app/plan/spice.h"
#include "app/plan/told.h"
#include "emulator/api/machine.h"

enum lathe_serial_kind {
    LATHE_SERIAL_DEFAULT, /* a tab where there is a window, else stdio */
    LATHE_SERIAL_TAB,     /* only the window's terminal */
    LATHE_SERIAL_STDIO,
    LATHE_SERIAL_PTY,
    LATHE_SERIAL_UNIX,
    LATHE_SERIAL_FILE,
    LATHE_SERIAL_NULL,
};

struct lathe_serial_definition {
    enum lathe_serial_kind kind;
    char *path; /* of UNIX and FILE, else NULL */
};

/* A port of the virtio console that programs in the guest find by its name. */
struct lathe_channel_definition {
    char *name; /* "org.qemu.guest_agent.0" */
    struct lathe_serial_definition end;
};

enum lathe_display { /* bits */
                     LATHE_DISPLAY_NONE = 1 << 0,
                     LATHE_DISPLAY_GTK = 1 << 1,
                     LATHE_DISPLAY_SDL = 1 << 2,
                     LATHE_DISPLAY_ELSEWHERE = 1 << 7, /* with nothing else it is NONE */
};

/* What a person types and points with. */
enum lathe_input {
    LATHE_INPUT_DEFAULT, /* USB where there is a window or viewers may come, else PS/2 */
    LATHE_INPUT_PS2,     /* only the keyboard and the mouse that each PC has */
    LATHE_INPUT_USB,     /* a keyboard and a tablet beside them */
    LATHE_INPUT_VIRTIO,
};

/* What can start a medium that was looked at; bits. */
enum lathe_boots {
    LATHE_BOOTS_BIOS = 1 << 0,
    LATHE_BOOTS_UEFI = 1 << 1,
    LATHE_BOOTS_UEFI32 = 1 << 2, /* loaders for 32-bit firmware */
    LATHE_BOOTS_OTHER = 1 << 3,  /* for other processors */
};

/* What a definition's file asks for and the machine does without. */
struct lathe_gap {
    const char *group;  /* "later": this version has no such thing; "kept": not used; static */
    char *where, *text; /* "line 12"; "sound: this version has no sound" */
};

/* All strings are owned and freed with g_free; NULL is "not given" where not said otherwise. */
struct lathe_definition {
    char *name;                       /* for titles; never NULL after lathe_definition_complete */
    char *uuid, *title, *description; /* for people and other programs */
    char *group; /* where the library shows it; of documents only lathe_settings_... knows it */
    char *board; /* never NULL, like the next two */
    char *accel;
    char *cpu;
    struct emu_topology topology;
    uint64_t memory;      /* bytes */
    char *firmware;       /* "auto", "none", "bios", "uefi", "uefi-secure" or a file; never NULL */
    char *firmware_image; /* the file that it comes to; NULL: none */
    char *firmware_vars;  /* its variable store; NULL: none */
    char *home; /* the folder where the machine keeps what is its own; NULL: it keeps nothing */
    char *firmware_template; /* of the variables, with an image of the user's; NULL: none */
    bool firmware_discard;   /* changes of the variables are forgotten */
    bool firmware_secure;    /* only system management mode changes them */
    unsigned boots;          /* LATHE_BOOTS_... of what is booted; 0: not known */
    char *boots_text; /* the same in words: "This disc starts with UEFI only"; NULL: not known */
    char *notes;      /* sentences about media and firmware, one a line; NULL: none */
    char *kernel, *initrd, *append;
    struct lathe_serial_definition serial[EMU_MAX_SERIAL];
    unsigned serials;
    /* Terminals hvc0, hvc1, ... of the virtio console, and its channels; both are its ports. */
    struct lathe_serial_definition console[EMU_MAX_CONSOLES];
    struct lathe_channel_definition channel[EMU_MAX_CONSOLES];
    unsigned consoles, channels; /* EMU_MAX_CONSOLES in all */
    struct lathe_disk_definition disk[EMU_MAX_DRIVES];
    unsigned disks;
    struct lathe_net_definition net[EMU_MAX_NICS];
    unsigned nets;
    bool no_net; /* really none; else one is added where none is given */
    struct lathe_boot_order boot;
    char *tpm;      /* "emulated" or "unix:PATH"; NULL: none */
    char *debugcon; /* a file's path */
    char *gdb;      /* "unix:PATH" or "tcp:127.0.0.1:PORT" */
    char *control;  /* "unix:PATH", QMP */
    enum emu_gpu gpu;
    unsigned gpu_heads;   /* of the virtio adapters: monitors; 0: 1 */
    uint64_t gpu_hostmem; /* of venus: bytes of guest address space for the host's memory; 0: as
                             many as usual */
    char *gpu_rom;        /* its VGA BIOS's file; NULL: none */
    enum lathe_input input;
    unsigned displays;
    struct lathe_spice_definition *spice; /* viewers elsewhere; NULL: none come in */
    bool debug_exit, testdev, no_reboot;
    bool installing;           /* kernel and seed go when the system is on the disk */
    GPtrArray *trace;          /* of char *, NULL-terminated once complete */
    struct lathe_told *told;   /* in fw_cfg and SMBIOS; never NULL */
    struct lathe_parts *parts; /* for later versions; never NULL */
    GArray *gaps;              /* of struct lathe_gap */
};

/* With the defaults: q35, auto, max, one CPU, 1 GiB. */
struct lathe_definition *lathe_definition_new(void);
void lathe_definition_free(struct lathe_definition *definition);

/* "N[,sockets=S][,dies=D][,cores=C][,threads=T]"; derives what is missing. */
bool lathe_topology_parse(const char *text, struct emu_topology *topology, GError **error);
/* "std", "virtio", "virtio-gl", "venus", "bochs", "ramfb", "none". */
bool lathe_gpu_parse(const char *text, enum emu_gpu *gpu, GError **error);
#define LATHE_MAX_HEADS   16
#define LATHE_HOSTMEM     (256ull << 20) /* usually */
#define LATHE_MIN_HOSTMEM (1ull << 20)
#define LATHE_MAX_HOSTMEM (64ull << 30)
/* The same with a number of monitors and memory: "venus,heads=2,hostmem=1G". On failure the
 * definition stays as it was. */
bool lathe_gpu_parse_heads(const char *text, struct lathe_definition *definition, GError **error);
/* What that reads; g_free. */
char *lathe_gpu_format(const struct lathe_definition *definition);
const char *lathe_gpu_name(enum emu_gpu gpu);
/* Is it one of the virtio adapters, which have several monitors? One that the host renders for? */
bool lathe_gpu_is_virtio(enum emu_gpu gpu);
bool lathe_gpu_is_rendered(enum emu_gpu gpu);
/* Bytes of guest address space for what its Vulkan allocates; 0: it has none. */
uint64_t lathe_gpu_window(const struct lathe_definition *definition);
/* "usb", "virtio", "ps2". */
bool lathe_input_parse(const char *text, enum lathe_input *input, GError **error);
/* The word, and what it stands for in a few others: "keyboard and tablet, ..."; static. */
const char *lathe_input_name(enum lathe_input input);
const char *lathe_input_text(enum lathe_input input);
/* "stdio", "pty", "unix:PATH", "file:PATH", "null", "default"; appends a port. */
bool lathe_definition_add_serial(struct lathe_definition *definition, const char *text,
                                 GError **error);
/* The same; appends a terminal of the virtio console, where "default" is the window's. */
bool lathe_definition_add_console(struct lathe_definition *definition, const char *text,
                                  GError **error);
/* "NAME=unix:PATH" and so on; appends a channel. */
bool lathe_definition_add_channel(struct lathe_definition *definition, const char *text,
                                  GError **error);
/* "FILE[,bus=B]..." (disk.h); appends a disk. */
bool lathe_definition_add_disk(struct lathe_definition *definition, const char *text,
                               GError **error);
/* The disc of another CD drive. */
bool lathe_definition_add_cdrom(struct lathe_definition *definition, const char *path,
                                GError **error);
/* "FILE[,readonly]": the medium of another floppy drive. */
bool lathe_definition_add_floppy(struct lathe_definition *definition, const char *text,
                                 GError **error);
/* "user[,model=M]..." (net.h), which appends an adapter, or "none". */
bool lathe_definition_add_net(struct lathe_definition *definition, const char *text,
                              GError **error);
/* "unix:PATH" and so on (spice.h); "none". */
bool lathe_definition_set_spice(struct lathe_definition *definition, const char *text,
                                GError **error);
/* Are these "unix:PATH" or "tcp:127.0.0.1:PORT" (or localhost)? */
bool lathe_address_check(const char *text, GError **error);

/*
 * Settles what depends on other properties: the display (have_display: the environment has one),
 * input devices, the default serial port and network adapter, the boot order, the name. False: a
 * combination that cannot be.
 */
bool lathe_definition_complete(struct lathe_definition *definition, bool have_display,
                               GError **error);

/* Appends a gap; text is taken. */
void lathe_definition_add_gap(struct lathe_definition *definition, const char *group,
                              const char *lines, char *text);
/* Appends to the notes. */
void lathe_definition_note(struct lathe_definition *definition, const char *sentence);

bool lathe_definition_has_window(const struct lathe_definition *definition);
/* The front end: "gtk", "sdl"; "none" without a window. */
const char *lathe_definition_get_display(const struct lathe_definition *definition);
/* "stdio", "unix:PATH", ...: as the user writes it, "tab" for a window's terminal; g_free. */
char *lathe_serial_definition_format(const struct lathe_serial_definition *serial);
/* "NAME=unix:PATH"; g_free. */
char *lathe_channel_definition_format(const struct lathe_channel_definition *channel);
/* Take them out. */
void lathe_definition_clear_serials(struct lathe_definition *definition);
void lathe_definition_clear_consoles(struct lathe_definition *definition);
void lathe_definition_clear_channels(struct lathe_definition *definition);
/* The ports' part of lathe_definition_complete. */
bool lathe_ports_settle(struct lathe_definition *definition, GError **error);

#endif
