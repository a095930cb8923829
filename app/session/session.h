/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * LatheSession: a machine as the main loop sees it. Everything here is called and emitted on the
 * main loop's thread and never waits for the machine: what waits is done by a worker, in order.
 *
 * Properties (read only, with notify): "state", "engine", "busy", "mips".
 * Signals:
 *   "reset" ()           the machine was reset, or made anew by lathe_session_restart
 *   "stopped" ()         it ended; the stop functions below say how
 *   "input-changed" ()   lathe_session_get_input_status may differ (input.h)
 *   "held" ()            it paused by itself: lathe_session_get_hold_text says why; start goes on
 *   "disc-changed" ()    a CD or floppy drive has another medium, or none
 *   "warning" (char *)   a sentence for people: a disk's image was deleted
 *   "disk-attached" (char *), "disk-detached" (char *)  by lathe_session_attach_disk: its path
 *   "power-button" ()    somebody pressed it
 *   "screens-changed" ()  a monitor was plugged in or out
 *   "recording-changed" ()  a recording (recording.h) began or ended
 *   "kept" ()            the trial is a machine of the library now, with another title
 *   "sleep-changed" (gboolean)  the guest fell asleep, or woke
 *   "viewer" (struct lathe_remote_event *)  a connection from elsewhere came or went (remote.h)
 *   "network-request" ()  its network's boot service was asked for something: the last of
 *                        lathe_session_get_requests
 */
#ifndef LATHE_SESSION_SESSION_H
#define LATHE_SESSION_SESSION_H

#include <glib-object.h>

#include "app/session/serial.h"

#define LATHE_TYPE_SESSION lathe_session_get_type()
G_DECLARE_FINAL_TYPE(LatheSession, lathe_session, LATHE, SESSION, GObject)

struct disp_screen;
struct emu_machine;
struct emu_stop_reason;
struct lathe_definition;
struct lathe_disk_definition;
struct session_box; /* the machine, for the worker */

typedef enum {
    LATHE_STATE_PAUSED, /* also before the first start */
    LATHE_STATE_RUNNING,
    LATHE_STATE_STOPPED, /* restart makes a new machine */
} LatheState;

#define LATHE_TYPE_STATE lathe_state_get_type()
GType lathe_state_get_type(void);

/* Takes the definition, which must be complete. No machine is made yet. */
LatheSession *lathe_session_new(struct lathe_definition *definition);
/* Makes the machine, paused at its reset state. FALSE with *error; waits for the emulator. */
gboolean lathe_session_build(LatheSession *session, GError **error);
/* Stops and frees the machine, waits for it; no signal comes any more. Whoever owns a session calls
 * it before the last unref: events on their way to the main loop hold references too. */
void lathe_session_close(LatheSession *session);

void lathe_session_start(LatheSession *session); /* or go on */
void lathe_session_pause(LatheSession *session);
void lathe_session_reset(LatheSession *session);
void lathe_session_power_button(LatheSession *session);
void lathe_session_force_off(LatheSession *session);
/* After a stop: a new machine of the same definition, which starts at once. */
void lathe_session_restart(LatheSession *session);
/* Calls function on the main loop, when all that was asked for before is done and what it changed
 * was told by signals. destroy: afterwards, or instead if the session is closed by then. */
void lathe_session_settle(LatheSession *session, GFunc function, gpointer data,
                          GDestroyNotify destroy);

LatheState lathe_session_get_state(LatheSession *session);
const char *lathe_session_get_title(LatheSession *session);
/* "interp"; "" before there is a machine. And why "auto" chose it; "" if it was asked for. */
const char *lathe_session_get_engine(LatheSession *session);
const char *lathe_session_get_engine_why(LatheSession *session);

/* Of the last second: 0..1 of all CPUs' time not halted, and millions of guest instructions a
 * second of host time, 0 if the engine does not count them. */
double lathe_session_get_busy(LatheSession *session);
double lathe_session_get_mips(LatheSession *session);

/*
 * Forwards of a network adapter (counted from 0): "tcp:127.0.0.1:2222-:22", see app/plan/net.h.
 * They may be added and removed at any time, and stay over a restart. FALSE with *error.
 */
gboolean lathe_session_add_forward(LatheSession *session, unsigned adapter, const char *text,
                                   GError **error);
/* The guest's end of the text does not matter. */
gboolean lathe_session_remove_forward(LatheSession *session, unsigned adapter, const char *text,
                                      GError **error);
/* As they were given; g_strfreev. Empty if there is no such adapter. */
char **lathe_session_list_forwards(LatheSession *session, unsigned adapter);
unsigned lathe_session_count_adapters(LatheSession *session);
/* Plugs an adapter's cable in or out, until the machine is made anew. FALSE with *error. */
gboolean lathe_session_set_link(LatheSession *session, unsigned adapter, gboolean up,
                                GError **error);

/* One line for a person; "" while it has not stopped. */
const char *lathe_session_get_stop_text(LatheSession *session);
/* The same for programs; its cause is EMU_STOP_NONE while it has not stopped. The session's. */
const struct emu_stop_reason *lathe_session_get_stop(LatheSession *session);
/* During "reset": was it asked for from outside (lathe_session_reset), not by the guest? */
gboolean lathe_session_reset_was_asked(LatheSession *session);
/* Does the guest sleep (S3)? Its state is "running" meanwhile. */
gboolean lathe_session_is_asleep(LatheSession *session);
/* Did it end by a fault (a triple fault, our own error) and not by somebody's wish? */
gboolean lathe_session_stop_is_fault(LatheSession *session);
/* Did the guest end the process by the debug-exit port? */
gboolean lathe_session_stop_is_debug_exit(LatheSession *session);
/* The process's exit status that the command line promises for this stop; 0 while it runs. */
int lathe_session_get_exit_status(LatheSession *session);

/* Why it paused by itself and what to do, one line; "" if it did not. */
const char *lathe_session_get_hold_text(LatheSession *session);
/* Sentences about the media and the firmware chosen for them, one a line; "" if there are none. */
const char *lathe_session_get_notes(LatheSession *session);

/* The first CD drive. Borrowed until the next change; NULL: it is empty, or there is none. */
gboolean lathe_session_has_drive(LatheSession *session);
const char *lathe_session_get_disc(LatheSession *session);
/*
 * Puts a disc image in, or takes it out (path NULL); a machine that is not there yet finds it when
 * it starts again. FALSE with *error; LATHE_ERROR_BUSY: the guest has locked the drive and was
 * asked to let go, force does not care.
 */
gboolean lathe_session_change_disc(LatheSession *session, const char *path, gboolean force,
                                   GError **error);
/* The same for any CD or floppy drive, by its number among the definition's disks. */
gboolean lathe_session_change_medium(LatheSession *session, unsigned drive, const char *path,
                                     gboolean force, GError **error);
/* Is the file an image that a floppy drive takes, by its size? Any thread. */
gboolean lathe_session_is_floppy(const char *path);

/* Moves such a CD drive's tray, with what lies in it; no lock keeps it. */
void lathe_session_move_tray(LatheSession *session, unsigned drive, gboolean open);

/* A disk that was plugged into the running machine, beside those of its definition. */
struct lathe_attached_disk {
    unsigned number; /* no other ever has it */
    const struct lathe_disk_definition *definition;
    gboolean leaving; /* the guest was asked to let go of it */
};
/*
 * Plugs a disk in: buses USB, virtio and NVMe. "disk-attached" says when it is there, or "warning"
 * why it is not. It stays when the machine is made anew. disk is copied. Returns its number.
 */
unsigned lathe_session_attach_disk(LatheSession *session, const struct lathe_disk_definition *disk);
/* Takes it out: a USB disk at once, another when the guest has let go of it, which it is asked for;
 * with force at once. "disk-detached" tells. No effect if there is no such disk. */
void lathe_session_detach_disk(LatheSession *session, unsigned number, gboolean force);
/* Those that are in, of struct lathe_attached_disk *; borrowed until the next signal. */
GPtrArray *lathe_session_get_attached(LatheSession *session);

/* What the boot service of a machine's network was asked for, and what became of it. */
struct lathe_session_request {
    gint64 time; /* of the host's clock, microseconds */
    gboolean wrong;
    char *sentence;
};
/* Of struct lathe_session_request *, the oldest first, the last 1000 of all runs; borrowed until
 * the next signal. */
GPtrArray *lathe_session_get_requests(LatheSession *session);

/* Serial ports in order; borrowed, of LatheSerial *. */
GPtrArray *lathe_session_get_serials(LatheSession *session);

/* Screens in order, as many as the machine that was built has; borrowed, of struct disp_screen *
 * (display/core/screen.h). They stay when the machine goes and show the next one. */
GPtrArray *lathe_session_get_screens(LatheSession *session);
/* Plugs the monitor of a screen, counted from 0, in or out, as the guest sees it, also for the
 * machine's next start; "screens-changed" tells. All are in at the beginning, and the first one
 * stays. FALSE with *error: it is that, or there is none. */
gboolean lathe_session_plug_screen(LatheSession *session, guint number, gboolean plug,
                                   GError **error);
/* What one of these screens says, UTF-8: a text mode's characters, or those that a firmware's
 * console draws in a graphics mode; NULL: nothing that can be read. g_free. */
char *lathe_session_dup_screen_text(LatheSession *session, struct disp_screen *screen);
/* What the firmware can look at to find something to start, a line each: "CD drive: disc.iso"; ""
 * if there is nothing. g_free. */
char *lathe_session_dup_boot_sources(LatheSession *session);
/* What the machine is made of; the session's. A worker reads it while there is no machine. */
struct lathe_definition *lathe_session_get_definition(LatheSession *session);

/*
 * Suspending: its state is written to where whoever keeps the machine wants it, and its process
 * ends. done is called once, on the main loop; complaint NULL: the state is there, and the machine
 * does not go on; else why not, one line, and nothing has changed.
 */
typedef void lathe_session_done(gpointer data, const char *complaint);
void lathe_session_suspend(LatheSession *session, lathe_session_done *done, gpointer data);
/* Is there somebody who keeps the machine? */
gboolean lathe_session_can_suspend(LatheSession *session);
/* Who that is; the function does what is said above. */
typedef void lathe_session_suspender(gpointer opaque, lathe_session_done *done, gpointer data);
void lathe_session_set_suspender(LatheSession *session, lathe_session_suspender *suspender,
                                 gpointer opaque);
/* For it: pauses the machine and writes it to a file, from its position on, and syncs the file.
 * done as above. */
void lathe_session_save(LatheSession *session, int file, lathe_session_done *done, gpointer data);
/* Between lathe_session_build and start: the machine becomes what was saved there. Waits. FALSE
 * with *error: it does not fit, and the session is of no use any more. */
gboolean lathe_session_load(LatheSession *session, int file, GError **error);

/*
 * Keeping a trial: it becomes a machine of the library, with what its disks were to forget, and
 * runs on. name NULL: after its file. done as above; complaint NULL: "kept" was emitted. Is there
 * somebody who can?
 */
gboolean lathe_session_can_keep(LatheSession *session);
void lathe_session_keep(LatheSession *session, const char *name, lathe_session_done *done,
                        gpointer data);
/* Who that is; the function does what is said above, and ends with the two last ones here. */
typedef void lathe_session_keeper(gpointer opaque, const char *name, lathe_session_done *done,
                                  gpointer data);
void lathe_session_set_keeper(LatheSession *session, lathe_session_keeper *keeper, gpointer opaque);
/* For it: does the work on the worker, which must have a machine; it returns a complaint, g_free,
 * or NULL. done as above. */
typedef char *lathe_session_work(gpointer data, struct session_box *box);
void lathe_session_do(LatheSession *session, lathe_session_work *work, lathe_session_done *done,
                      gpointer data);
/* On the worker: the changes of a disk of the definition, which were to be forgotten, go to a new
 * image in front of backing. FALSE with *error. */
gboolean lathe_session_keep_disk(struct session_box *box, unsigned disk, const char *backing,
                                 const char *format, const char *path, GError **error);
/* Where that image is now; and the machine's name. It is no trial any more. */
void lathe_session_disk_is_kept(LatheSession *session, unsigned disk, const char *path);
void lathe_session_set_kept(LatheSession *session, const char *name);

/* For a debugger; NULL between two machines. A restart makes another: see "reset". */
struct emu_machine *lathe_session_get_machine(LatheSession *session);

/* What a machine of this definition is made of, one device a line, without opening back ends or
 * running it; g_free. NULL with *error. */
char *lathe_session_describe(const struct lathe_definition *definition, GError **error);

#endif
