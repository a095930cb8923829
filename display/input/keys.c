/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names of keys, chords, the watch for a chord, and taking a new one from a person. */
#include "display/input/keys.h"

#include <glib.h>
#include <linux/input-event-codes.h>

#include "emulator/api/input.h"

#define KEYS_HARDWARE_OFFSET 8 /* X's smallest key code; evdev drivers add it to the kernel's */

static const struct {
    const char *name;
    uint16_t code;
} keys_names[] = {
#define KEY(name, code) {name, code},
#include "display/input/keys.inc"
#undef KEY
};

unsigned disp_key_from_hardware(unsigned keycode)
{
    unsigned code = keycode - KEYS_HARDWARE_OFFSET;

    return keycode > KEYS_HARDWARE_OFFSET && code <= EMU_KEY_MAX ? code : 0;
}

/* The left key for the right one of a pair of modifiers; other keys as they are. */
static unsigned keys_left(unsigned code)
{
    switch (code) {
    case KEY_RIGHTCTRL:
        return KEY_LEFTCTRL;
    case KEY_RIGHTALT:
        return KEY_LEFTALT;
    case KEY_RIGHTSHIFT:
        return KEY_LEFTSHIFT;
    case KEY_RIGHTMETA:
        return KEY_LEFTMETA;
    default:
        return code;
    }
}

bool disp_key_is_modifier(unsigned code)
{
    unsigned left = keys_left(code);

    return left == KEY_LEFTCTRL || left == KEY_LEFTALT || left == KEY_LEFTSHIFT ||
           left == KEY_LEFTMETA;
}

/* ---- chords as text ---- */

static unsigned keys_parse(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(keys_names); i++) {
        if (g_ascii_strcasecmp(name, keys_names[i].name) == 0)
            return keys_names[i].code;
    }
    guint64 code = 0;
    if (name[0] == '#' && g_ascii_string_to_unsigned(name + 1, 10, 1, EMU_KEY_MAX, &code, NULL))
        return (unsigned)code;
    return 0;
}

static bool chord_add(struct disp_chord *chord, unsigned code)
{
    for (unsigned i = 0; i < chord->count; i++) {
        if (chord->codes[i] == code)
            return false;
    }
    if (code == 0 || chord->count == DISP_CHORD_MAX)
        return false;
    chord->codes[chord->count++] = (uint16_t)code;
    return true;
}

bool disp_chord_parse(const char *text, struct disp_chord *chord)
{
    g_auto(GStrv) words = g_strsplit(text, "+", -1);

    *chord = (struct disp_chord){0};
    for (char **word = words; *word != NULL; word++) {
        if (!chord_add(chord, keys_parse(g_strstrip(*word))))
            return false;
    }
    return chord->count > 0;
}

static void keys_append_name(GString *text, unsigned code)
{
    for (size_t i = 0; i < G_N_ELEMENTS(keys_names); i++) {
        if (keys_names[i].code == code) {
            g_string_append(text, keys_names[i].name);
            return;
        }
    }
    g_string_append_printf(text, "#%u", code);
}

char *disp_chord_format(const struct disp_chord *chord)
{
    GString *text = g_string_new(NULL);

    for (unsigned i = 0; i < chord->count; i++) {
        if (i > 0)
            g_string_append_c(text, '+');
        keys_append_name(text, chord->codes[i]);
    }
    return g_string_free(text, FALSE);
}

/* ---- the watch ---- */

void disp_chord_watch_init(struct disp_chord_watch *watch, const struct disp_chord *chord)
{
    *watch = (struct disp_chord_watch){.chord = *chord};
}

void disp_chord_watch_forget(struct disp_chord_watch *watch)
{
    watch->down = watch->others = 0;
    watch->spoiled = false;
}

/* The bit of a key of the chord; 0: it is another one. */
static unsigned watch_bit(const struct disp_chord *chord, unsigned code)
{
    for (unsigned i = 0; i < chord->count; i++) {
        if (chord->codes[i] == code ||
            (chord->count > 1 && keys_left(chord->codes[i]) == keys_left(code)))
            return 1u << i;
    }
    return 0;
}

static bool chord_is_modifiers(const struct disp_chord *chord)
{
    for (unsigned i = 0; i < chord->count; i++) {
        if (!disp_key_is_modifier(chord->codes[i]))
            return false;
    }
    return true;
}

static bool watch_press(struct disp_chord_watch *watch, unsigned bit)
{
    unsigned all = (1u << watch->chord.count) - 1;

    if (bit == 0) {
        watch->others++;
        watch->spoiled = true;
        return false;
    }
    watch->down |= bit;
    return watch->down == all && !watch->spoiled && !chord_is_modifiers(&watch->chord);
}

static bool watch_release(struct disp_chord_watch *watch, unsigned bit)
{
    unsigned all = (1u << watch->chord.count) - 1;
    bool whole = watch->down == all && bit != 0 && !watch->spoiled;

    if (bit == 0 && watch->others > 0)
        watch->others--;
    watch->down &= ~bit;
    /* A second key of the chord that goes up later is not the chord again. */
    watch->spoiled = (watch->spoiled || whole) && (watch->down != 0 || watch->others != 0);
    return whole && chord_is_modifiers(&watch->chord);
}

bool disp_chord_watch_key(struct disp_chord_watch *watch, unsigned code, bool down)
{
    unsigned bit = watch_bit(&watch->chord, code);

    if (watch->chord.count == 0)
        return false;
    return down ? watch_press(watch, bit) : watch_release(watch, bit);
}

/* ---- a new chord ---- */

/* Keys of the first 111 that neither write nor move are rare; those above are for functions. */
static bool key_writes(unsigned code)
{
    bool function = (code >= KEY_F1 && code <= KEY_F10) || code == KEY_F11 || code == KEY_F12 ||
                    code == KEY_SCROLLLOCK || code == KEY_SYSRQ;

    return code <= KEY_DELETE && !function && !disp_key_is_modifier(code);
}

static bool capture_holds_command(const struct disp_chord_capture *capture)
{
    for (unsigned i = 0; i < capture->chord.count; i++) {
        unsigned code = capture->chord.codes[i];
        if (capture->down >> i & 1 && disp_key_is_modifier(code) &&
            keys_left(code) != KEY_LEFTSHIFT)
            return true;
    }
    return false;
}

bool disp_chord_capture_wants(const struct disp_chord_capture *capture, unsigned code)
{
    bool is_down = (watch_bit(&capture->chord, code) & capture->down) != 0;

    return is_down || !key_writes(code) || capture_holds_command(capture);
}

/* Keys that went up meanwhile do not belong to it: the person thinks again. */
static void capture_drop_released(struct disp_chord_capture *capture)
{
    struct disp_chord kept = {0};

    for (unsigned i = 0; i < capture->chord.count; i++) {
        if (capture->down >> i & 1)
            kept.codes[kept.count++] = capture->chord.codes[i];
    }
    capture->chord = kept;
}

static void capture_press(struct disp_chord_capture *capture, unsigned code)
{
    struct disp_chord *chord = &capture->chord;

    capture_drop_released(capture);
    if (chord->count == 1 && keys_left(chord->codes[0]) == keys_left(code))
        chord->codes[0] = (uint16_t)keys_left(code); /* both sides of one modifier */
    else
        chord_add(chord, code);
    for (unsigned i = 0; chord->count > 1 && i < chord->count; i++)
        chord->codes[i] = (uint16_t)keys_left(chord->codes[i]);
    capture->down = (1u << chord->count) - 1;
}

bool disp_chord_capture_key(struct disp_chord_capture *capture, unsigned code, bool down)
{
    unsigned bit = watch_bit(&capture->chord, code) & capture->down;
    bool last = !down && bit != 0 && bit == capture->down;

    if (!down)
        capture->down &= ~bit;
    else if (bit == 0)
        capture_press(capture, code);
    return last;
}
