/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The guest's side of a lock is the keyboard's lamp, which only the guest sets: one that never did,
 * or that does not answer a lock's key with its lamp (the key may be something else there), is left
 * alone.
 */
#include "ui/gtk/display-locks.h"

#include <linux/input-event-codes.h>

#include "app/session/input.h"

#define LOCKS_SETTLE_MS 150 /* until the desktop has told the state of the host's locks */

struct lathe_display_locks {
    const struct lathe_display_input_owner *owner;
    LatheTypist *typist;
    unsigned leds;    /* of the guest, as they were last */
    unsigned pending; /* EMU_LED_... whose key was pressed and whose lamp did not change since */
    guint timer;
};

static const struct {
    unsigned code, led;
} locks_keys[] = {
    {KEY_CAPSLOCK, EMU_LED_CAPS},
    {KEY_NUMLOCK, EMU_LED_NUM},
};

struct lathe_display_locks *lathe_display_locks_new(const struct lathe_display_input_owner *owner,
                                                    LatheTypist *typist)
{
    struct lathe_display_locks *locks = g_new0(struct lathe_display_locks, 1);

    locks->owner = owner;
    locks->typist = typist;
    return locks;
}

void lathe_display_locks_free(struct lathe_display_locks *locks)
{
    if (locks != NULL)
        g_clear_handle_id(&locks->timer, g_source_remove);
    g_free(locks);
}

void lathe_display_locks_note(struct lathe_display_locks *locks, unsigned code)
{
    for (size_t i = 0; i < G_N_ELEMENTS(locks_keys); i++) {
        if (locks_keys[i].code == code)
            locks->pending |= locks_keys[i].led;
    }
}

void lathe_display_locks_update(struct lathe_display_locks *locks)
{
    struct emu_input_status status = lathe_input_get_status(locks->owner->session);

    locks->pending = status.leds_set ? locks->pending & ~(locks->leds ^ status.leds) : 0;
    locks->leds = status.leds;
}

static unsigned locks_of_host(struct lathe_display_locks *locks)
{
    GdkKeymap *keymap = gdk_keymap_get_for_display(gtk_widget_get_display(locks->owner->widget));

    return (gdk_keymap_get_caps_lock_state(keymap) ? EMU_LED_CAPS : 0) |
           (gdk_keymap_get_num_lock_state(keymap) ? EMU_LED_NUM : 0);
}

static gboolean locks_can_compare(struct lathe_display_locks *locks)
{
    LatheSession *session = locks->owner->session;

    return gtk_widget_has_focus(locks->owner->widget) &&
           lathe_session_get_state(session) == LATHE_STATE_RUNNING &&
           lathe_input_get_status(session).leds_set &&
           lathe_typist_get_left(locks->typist, NULL) == 0;
}

static gboolean locks_on_timer(gpointer data)
{
    struct lathe_display_locks *locks = data;
    unsigned wrong = 0;

    locks->timer = 0;
    lathe_display_locks_update(locks);
    if (locks_can_compare(locks))
        wrong = (locks_of_host(locks) ^ locks->leds) & ~locks->pending;
    for (size_t i = 0; i < G_N_ELEMENTS(locks_keys); i++) {
        if (!(wrong & locks_keys[i].led))
            continue;
        lathe_display_locks_note(locks, locks_keys[i].code);
        lathe_input_key(locks->owner->session, locks_keys[i].code, TRUE);
        lathe_input_key(locks->owner->session, locks_keys[i].code, FALSE);
    }
    return G_SOURCE_REMOVE;
}

void lathe_display_locks_compare(struct lathe_display_locks *locks)
{
    g_clear_handle_id(&locks->timer, g_source_remove);
    locks->timer = g_timeout_add(LOCKS_SETTLE_MS, locks_on_timer, locks);
}
