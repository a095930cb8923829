/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Parts of a machine that a definition says and some of which this version keeps for later ones:
 * nodes of memory, policies of CPU features, controllers, sound cards, devices of the host. Plain
 * data, which is read, printed and written; one thread at a time.
 */
#ifndef LATHE_PLAN_PARTS_H
#define LATHE_PLAN_PARTS_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "app/plan/place.h"
#include "emulator/api/machine.h"
#include "emulator/api/numa.h"
#include "emulator/api/share.h"

/* How far it is to another node's memory: 10 is its own, 20 the usual for others. */
struct lathe_distance {
    unsigned cell, value;
};

/* A node: its CPUs ("0-1,4"; NULL: none) and its memory. */
struct lathe_cell {
    unsigned id;
    char *cpus;
    uint64_t memory;   /* bytes */
    GArray *distances; /* of struct lathe_distance */
};

/* How quickly the processors of one node reach the memory of another. */
struct lathe_numa_link {
    unsigned initiator, target; /* cells */
    enum emu_numa_measure measure;
    uint32_t value; /* nanoseconds, or MB/s */
};

enum lathe_policy {
    LATHE_POLICY_DEFAULT, /* not said: require */
    LATHE_POLICY_FORCE,
    LATHE_POLICY_REQUIRE,
    LATHE_POLICY_OPTIONAL,
    LATHE_POLICY_DISABLE,
    LATHE_POLICY_FORBID,
};

struct lathe_feature {
    char *name;
    enum lathe_policy policy;
};

struct lathe_controller {
    char *type, *model; /* "pci", "pcie-root-port"; model NULL: not said */
    int index;          /* -1: not said */
    struct lathe_place place;
    /* <target> of a bridge; -1: not said */
    int chassis, port, chassis_number, bus_number, node;
    bool fixed; /* nothing comes or goes while the machine runs */
};

struct lathe_sound {
    char *model; /* "ich9" */
    char *codec; /* what is plugged into it: "duplex", "output", "micro"; NULL: not said */
    struct lathe_place place;
};

enum lathe_hostdev_kind {
    LATHE_HOSTDEV_OTHER, /* kept as the document has it */
    LATHE_HOSTDEV_PCI,
    LATHE_HOSTDEV_USB,
};

struct lathe_hostdev {
    enum lathe_hostdev_kind kind;
    struct lathe_place host;  /* PCI: the host's */
    unsigned vendor, product; /* USB; 0 and 0: by its place */
    unsigned bus, device;     /* USB: its place on the host */
    bool managed;             /* PCI: taken from the host's driver and given back */
    struct lathe_place place; /* in the machine */
};

/* A folder of the host that the guest mounts by a name. */
struct lathe_share {
    char *folder, *name;
    bool read_only;
    bool owned; /* files of whoever runs the machine are these ids' in the guest; */
    unsigned uid, gid;
};

#define LATHE_PARTS_MAX 32u /* devices of the host that can be asked for */

struct lathe_parts {
    unsigned iothreads; /* 0: none */
    bool rng; /* it names an entropy device */
    struct lathe_place gpu_place, rng_place;
    GArray *cells, *links, *features, *controllers, *sounds, *hostdevs, *shares;
    char *audio;     /* where sound goes: "none", "wav:FILE"; NULL: the host's sound system */
    bool microphone; /* the guest may listen */
};

struct lathe_parts *lathe_parts_new(void);
void lathe_parts_free(struct lathe_parts *parts);

/* CPUs of a list as "0-3,^2,6": calls take for each; false: it is none, or goes beyond 4095. */
bool lathe_parts_each_cpu(const char *list, void (*take)(void *opaque, unsigned cpu), void *opaque);

/* "force", "require", ...; DEFAULT is NULL. Static. */
const char *lathe_policy_name(enum lathe_policy policy);
/* NULL is DEFAULT. */
enum lathe_policy lathe_policy_parse(const char *name);

/* What the plan prints of each; g_free. */
char *lathe_cell_format(const struct lathe_cell *cell);
char *lathe_controller_format(const struct lathe_controller *controller);
char *lathe_sound_format(const struct lathe_sound *sound);
char *lathe_hostdev_format(const struct lathe_hostdev *hostdev);
char *lathe_share_format(const struct lathe_share *share);

/*
 * As the command line and pages have them: "cpus=0-1+4,memory=1G,distance=1:20",
 * "usb:046d:c52b", "/srv/music,tag=music,readonly,owner=1000:1000" (or "/srv/music=music"). Each appends one; false with *error, and nothing
 * changed. The texts are for g_free; NULL: a device that has none, as it is kept for others.
 */
bool lathe_parts_add_cell(struct lathe_parts *parts, const char *text, GError **error);
bool lathe_parts_add_hostdev(struct lathe_parts *parts, const char *text, GError **error);
bool lathe_parts_add_share(struct lathe_parts *parts, const char *text, GError **error);
char *lathe_cell_text(const struct lathe_cell *cell);
char *lathe_hostdev_text(const struct lathe_hostdev *hostdev);
char *lathe_share_text(const struct lathe_share *share);
/* Is it UID or UID:GID, as a share's owner= has it? */
bool lathe_share_is_owner(const char *text);
bool lathe_hostdev_same(const struct lathe_hostdev *left, const struct lathe_hostdev *right);
/* Takes out those that have a text. */
void lathe_parts_clear_hostdevs(struct lathe_parts *parts);

/* What this version makes of it; NONE: nothing. */
enum emu_sound_card lathe_sound_kind(const struct lathe_sound *sound);
/* The first card that this version has; NULL: none. */
const struct lathe_sound *lathe_parts_sound(const struct lathe_parts *parts);
/* "hda|virtio|none[,backend=auto|wav:FILE|none][,microphone=on|off]"; what is not said stays as it is. */
bool lathe_parts_put_sound(struct lathe_parts *parts, const char *text, GError **error);
/* "auto", "none", "wav:FILE" as parts have it: replaces *audio. */
bool lathe_audio_parse(const char *text, char **audio, GError **error);

/* "require avx2, disable svm"; NULL: none. */
char *lathe_features_format(const struct lathe_parts *parts);

#endif
