/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The server's parts: internal to display/spice. */
#ifndef DISP_SPICE_PRIVATE_H
#define DISP_SPICE_PRIVATE_H

#include <gio/gio.h>
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wstrict-prototypes"
#include <spice.h>
#pragma GCC diagnostic pop

#include "display/spice/spice.h"

#define SPICE_HEADS_MAX 16

struct spice_head;
struct spice_door;
struct spice_input;
struct spice_sound;

struct disp_spice {
    SpiceServer *server;
    guint leaving; /* a timer that looks whether clients are still there */
    char *hidden;  /* a folder for a socket of the library's; NULL: none */
    struct disp_spice_hooks hooks;
    struct spice_head *heads[SPICE_HEADS_MAX];
    struct disp_screen *screens[SPICE_HEADS_MAX];
    unsigned head_count;
    struct spice_input *input;
    struct spice_sound *sound; /* NULL: the machine has no card */
    GPtrArray *ports;          /* of struct disp_spice_port * */
    struct spice_door *door;
    GPtrArray *channels; /* of struct disp_spice_channel * */
};

/* Somebody came, left or did something: the screens are looked at. */
void spice_act(struct disp_spice *spice);
/* A display got its first viewer, or lost the last one. */
void spice_on_viewer(struct disp_spice *spice);

/* ---- loop.c: GLib's main loop as the library wants it ---- */

extern const SpiceCoreInterface spice_loop;
/* What the library calls for this descriptor now; NULL: it does not wait for it on this loop. */
SpiceWatchFunc spice_loop_find(int fd);

/* ---- channels.c: the connections of the clients ---- */

void spice_channels_open(struct disp_spice *spice);
void spice_channels_close(struct disp_spice *spice);
/* The library's channel_event. */
void spice_channels_on_event(int event, SpiceChannelEventInfo *info);

/* ---- door.c: where clients come in ---- */

struct spice_door *spice_door_open(struct disp_spice *spice,
                                   const struct disp_spice_options *options, GError **error);
void spice_door_close(struct spice_door *door); /* NULL is legal */
unsigned spice_door_get_port(const struct spice_door *door);

/* ---- head.c: a display ---- */

struct spice_head *spice_head_new(struct disp_spice *spice, struct disp_screen *screen,
                                  unsigned number, bool follows);
/* After it the library's thread of this head has ended. */
void spice_head_free(struct spice_head *head);
bool spice_head_has_viewer(const struct spice_head *head);
/* All clients have left. */
void spice_head_forget_viewer(struct spice_head *head);

/* ---- draw.c: commands for the display; freed by spice_command_free, on any thread ---- */

struct spice_command {
    QXLCommandExt ext;
    size_t size;     /* bytes */
    uint8_t bytes[]; /* the structs that ext leads to */
};

/* The rectangle's pixels as they are now. NULL: no memory. */
struct spice_command *spice_command_draw(const struct emu_surface *surface,
                                         const struct emu_rect *rect, uint32_t number);
/* The pointer's image and place; of one that is not visible: none. NULL: no memory. */
struct spice_command *spice_command_cursor(const struct emu_cursor *cursor);
/* Only its place. */
struct spice_command *spice_command_cursor_move(const struct emu_cursor *cursor);
void spice_command_free(struct spice_command *command);
/* The command that the library lets go of. */
struct spice_command *spice_command_of(QXLReleaseInfoExt info);

/* ---- input.c: keyboard, mouse and tablet ---- */

struct spice_input *spice_input_new(struct disp_spice *spice);
void spice_input_free(struct spice_input *input);
void spice_input_set(struct spice_input *input, bool absolute, unsigned leds);
bool spice_input_is_absolute(const struct spice_input *input);

/* ---- sound.c: the sound card; NULL is legal for both ---- */

/* Before the server ends: nothing uses the library any more. */
void spice_sound_end(struct spice_sound *sound);
void spice_sound_free(struct spice_sound *sound);

/* ---- port.c: ways for bytes ---- */

void spice_port_free(gpointer data);

#endif
