/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys by place; positions where the guest listens to them, else SDL's relative mode. */
#include "ui/sdl/input.h"

#include <linux/input-event-codes.h>
#include <math.h>

#include "app/session/input.h"
#include "app/session/typist.h"
#include "ui/sdl/keys.h"

struct lathe_sdl_input {
    struct lathe_sdl_input_owner owner;
    struct disp_chord_watch watch;
    LatheTypist *typist;
    struct lathe_sdl_view *held_in; /* NULL: nothing is captured */
    gboolean pointer_held;
    unsigned buttons;
    struct emu_pointer_event last;         /* the position that was told last */
    int asked;                             /* the lamps that the host's were last compared with in
                                            * vain, and the host's; -1: none */
    double wheel, wheel_across;            /* turns smaller than a notch */
    guint8 down[(EMU_KEY_MAX + 8) / 8];    /* keys that the guest was told are down, as bits */
    guint8 swallow[(EMU_KEY_MAX + 8) / 8]; /* hot keys that have not gone up yet */
};

/* ---- bits ---- */

static gboolean bits_get(const guint8 *bits, unsigned code)
{
    return (bits[code / 8] >> code % 8 & 1) != 0;
}

static void bits_set(guint8 *bits, unsigned code, gboolean on)
{
    guint8 bit = (guint8)(1u << code % 8);

    if (on)
        bits[code / 8] |= bit;
    else
        bits[code / 8] &= (guint8)~bit;
}

/* ---- keys ---- */

static gboolean input_is_running(const struct lathe_sdl_input *input)
{
    return lathe_session_get_state(input->owner.session) == LATHE_STATE_RUNNING;
}

void lathe_sdl_input_release(struct lathe_sdl_input *input)
{
    gboolean any = input->buttons != 0;

    for (size_t i = 0; i < sizeof(input->down); i++)
        any |= input->down[i] != 0;
    memset(input->down, 0, sizeof(input->down));
    input->buttons = 0;
    disp_chord_watch_forget(&input->watch);
    if (any)
        lathe_input_release(input->owner.session);
}

/* Are the modifiers of the release combination down, and no others? Without any Ctrl and Alt are
 * meant. */
static gboolean input_is_hot(const struct lathe_sdl_input *input, const SDL_KeyboardEvent *event)
{
    static const struct {
        SDL_Keymod mask;
        unsigned left, right;
    } rows[] = {{KMOD_CTRL, KEY_LEFTCTRL, KEY_RIGHTCTRL},
                {KMOD_ALT, KEY_LEFTALT, KEY_RIGHTALT},
                {KMOD_SHIFT, KEY_LEFTSHIFT, KEY_RIGHTSHIFT},
                {KMOD_GUI, KEY_LEFTMETA, KEY_RIGHTMETA}};
    const struct disp_chord *chord = &input->watch.chord;
    unsigned wanted = 0, found = event->keysym.mod & (KMOD_CTRL | KMOD_ALT | KMOD_SHIFT | KMOD_GUI);

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        for (unsigned k = 0; k < chord->count; k++) {
            if (chord->codes[k] == rows[i].left || chord->codes[k] == rows[i].right)
                wanted |= 1u << i;
        }
    }
    wanted = wanted != 0 ? wanted : 3;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (((wanted >> i & 1) != 0) != ((found & (unsigned)rows[i].mask) != 0))
            return FALSE;
    }
    return TRUE;
}

static gboolean input_takes_hot_key(struct lathe_sdl_input *input, unsigned code,
                                    const SDL_KeyboardEvent *event)
{
    gboolean down = event->type == SDL_KEYDOWN;

    if (bits_get(input->swallow, code)) {
        bits_set(input->swallow, code, down);
        return TRUE;
    }
    if (!down || disp_key_is_modifier(code) || !input_is_hot(input, event) ||
        !input->owner.hot_key(input->owner.opaque, code))
        return FALSE;
    bits_set(input->swallow, code, TRUE);
    lathe_sdl_input_release(input);
    return TRUE;
}

static void input_send(struct lathe_sdl_input *input, struct lathe_sdl_view *view, unsigned code,
                       gboolean down)
{
    gboolean repeats = down && bits_get(input->down, code);

    bits_set(input->down, code, down);
    disp_screen_wake(lathe_sdl_view_get_screen(view));
    if (!repeats && disp_chord_watch_key(&input->watch, code, down)) {
        lathe_sdl_input_release(input);
        lathe_sdl_input_set_captured(input, view, FALSE);
    } else {
        lathe_input_key(input->owner.session, code, down);
    }
}

void lathe_sdl_input_key(struct lathe_sdl_input *input, struct lathe_sdl_view *view,
                         const SDL_KeyboardEvent *event)
{
    unsigned code = lathe_sdl_key_code(event->keysym.scancode);
    gboolean down = event->type == SDL_KEYDOWN;

    if (code == 0 || code > EMU_KEY_MAX || input_takes_hot_key(input, code, event))
        return;
    if (!bits_get(input->down, code) && (!down || !input_is_running(input)))
        return; /* a paused machine would get it late */
    if (down && lathe_typist_get_left(input->typist, NULL) > 0)
        lathe_typist_stop(input->typist); /* and the key is meant for that */
    else
        input_send(input, view, code, down);
}

void lathe_sdl_input_press(struct lathe_sdl_input *input, const char *chord)
{
    lathe_sdl_input_release(input);
    lathe_typist_press(input->typist, chord);
}

/* ---- the lamps of Caps Lock and Num Lock ---- */

/* Who comes to the guest finds them as they are on the host. A guest that does not answer is asked
 * once. */
static void input_compare_locks(struct lathe_sdl_input *input)
{
    static const struct {
        SDL_Keymod mask;
        unsigned led, code;
    } rows[] = {{KMOD_CAPS, EMU_LED_CAPS, KEY_CAPSLOCK}, {KMOD_NUM, EMU_LED_NUM, KEY_NUMLOCK}};
    struct emu_input_status status = lathe_input_get_status(input->owner.session);
    guint16 codes[G_N_ELEMENTS(rows)];
    unsigned host = (unsigned)SDL_GetModState() & (KMOD_CAPS | KMOD_NUM);
    int asked = (int)(host | status.leds);

    if (!status.leds_set || !input_is_running(input) || asked == input->asked ||
        lathe_typist_get_left(input->typist, NULL) > 0)
        return;
    input->asked = asked;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        codes[0] = (guint16)rows[i].code;
        if (((host & (unsigned)rows[i].mask) != 0) != ((status.leds & rows[i].led) != 0))
            lathe_typist_press_codes(input->typist, codes, 1, 50);
    }
}

void lathe_sdl_input_focus(struct lathe_sdl_input *input, gboolean focused)
{
    if (focused) {
        input_compare_locks(input);
        return;
    }
    if (input->held_in != NULL)
        lathe_sdl_input_set_captured(input, input->held_in, FALSE);
    memset(input->swallow, 0, sizeof(input->swallow));
    lathe_sdl_input_release(input);
}

/* ---- capturing ---- */

static gboolean input_is_absolute(const struct lathe_sdl_input *input)
{
    return lathe_input_get_status(input->owner.session).absolute;
}

void lathe_sdl_input_set_captured(struct lathe_sdl_input *input, struct lathe_sdl_view *view,
                                  gboolean captured)
{
    if (captured == (input->held_in != NULL))
        return;
    input->held_in = captured ? view : NULL;
    input->pointer_held = captured && !input_is_absolute(input);
    SDL_SetWindowKeyboardGrab(lathe_sdl_view_get_window(view), captured ? SDL_TRUE : SDL_FALSE);
    SDL_SetRelativeMouseMode(input->pointer_held ? SDL_TRUE : SDL_FALSE);
    lathe_sdl_view_update_pointer(view);
    input->owner.capture_changed(input->owner.opaque);
}

gboolean lathe_sdl_input_is_captured(const struct lathe_sdl_input *input)
{
    return input->held_in != NULL;
}

void lathe_sdl_input_update(struct lathe_sdl_input *input)
{
    if (input->held_in != NULL &&
        (!input_is_running(input) || input_is_absolute(input) == input->pointer_held))
        lathe_sdl_input_set_captured(input, input->held_in, FALSE);
}

/* ---- the pointer ---- */

static gboolean input_is_heard(const struct lathe_sdl_input *input)
{
    return input_is_running(input) && (input->pointer_held || input_is_absolute(input));
}

static void input_point(struct lathe_sdl_input *input, struct lathe_sdl_view *view,
                        struct emu_pointer_event event)
{
    event.buttons = input->buttons;
    lathe_input_pointer(input->owner.session, &event);
    disp_screen_wake(lathe_sdl_view_get_screen(view));
}

/* The last position again, or no way at all: for buttons and wheels. */
static struct emu_pointer_event input_here(const struct lathe_sdl_input *input)
{
    return input_is_absolute(input) ? input->last : (struct emu_pointer_event){0};
}

static void input_locate(struct lathe_sdl_input *input, struct lathe_sdl_view *view, int x, int y)
{
    int guest_x, guest_y;

    if (lathe_sdl_view_locate(view, x, y, &guest_x, &guest_y))
        input->last = (struct emu_pointer_event){.absolute = true, .x = guest_x, .y = guest_y};
}

void lathe_sdl_input_motion(struct lathe_sdl_input *input, struct lathe_sdl_view *view,
                            const SDL_MouseMotionEvent *event)
{
    const struct emu_pointer_event way = {.x = event->xrel, .y = event->yrel};

    if (!input->pointer_held)
        input_locate(input, view, event->x, event->y);
    if (input_is_heard(input))
        input_point(input, view, input->pointer_held ? way : input->last);
}

/* A click that captures is not the guest's, unless it has a position there. */
static gboolean input_click_captures(const struct lathe_sdl_input *input,
                                     const struct lathe_sdl_view *view)
{
    return input->held_in == NULL && input_is_running(input) &&
           (!input_is_absolute(input) || lathe_sdl_view_is_fullscreen(view));
}

void lathe_sdl_input_button(struct lathe_sdl_input *input, struct lathe_sdl_view *view,
                            const SDL_MouseButtonEvent *event)
{
    static const unsigned buttons[] = {
        0, EMU_BUTTON_LEFT, EMU_BUTTON_MIDDLE, EMU_BUTTON_RIGHT, EMU_BUTTON_SIDE, EMU_BUTTON_EXTRA};
    gboolean down = event->type == SDL_MOUSEBUTTONDOWN;
    unsigned button = event->button < G_N_ELEMENTS(buttons) ? buttons[event->button] : 0;

    if (down && input_click_captures(input, view)) {
        lathe_sdl_input_set_captured(input, view, TRUE);
        if (input->pointer_held)
            return;
    }
    if (button == 0 || !input_is_heard(input) || (!down && !(input->buttons & button)))
        return;
    input->buttons = down ? input->buttons | button : input->buttons & ~button;
    if (!input->pointer_held)
        input_locate(input, view, event->x, event->y);
    input_point(input, view, input_here(input));
}

/* The whole notches of a turn; what is left is kept. */
static int input_notches(double *rest, double turn)
{
    *rest += turn;
    double notches = trunc(*rest);
    *rest -= notches;
    return (int)notches;
}

void lathe_sdl_input_wheel(struct lathe_sdl_input *input, struct lathe_sdl_view *view,
                           const SDL_MouseWheelEvent *event)
{
    double sign = event->direction == SDL_MOUSEWHEEL_FLIPPED ? -1 : 1;
    struct emu_pointer_event turned = input_here(input);

    turned.wheel = input_notches(&input->wheel, -sign * (double)event->preciseY);
    turned.wheel_across = input_notches(&input->wheel_across, sign * (double)event->preciseX);
    if (input_is_heard(input) && (turned.wheel != 0 || turned.wheel_across != 0))
        input_point(input, view, turned);
}

/* ---- the object ---- */

struct lathe_sdl_input *lathe_sdl_input_new(const struct lathe_sdl_input_owner *owner,
                                            const struct disp_chord *release)
{
    struct lathe_sdl_input *input = g_new0(struct lathe_sdl_input, 1);

    input->owner = *owner;
    input->typist = lathe_typist_new(owner->session);
    input->asked = -1;
    disp_chord_watch_init(&input->watch, release);
    return input;
}

void lathe_sdl_input_free(struct lathe_sdl_input *input)
{
    if (input == NULL)
        return;
    g_object_unref(input->typist);
    g_free(input);
}
