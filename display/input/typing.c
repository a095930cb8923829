/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Looks each character up in a keymap of libxkbcommon: the first key and level that produce it, and
 * the modifiers of that level. What no key has is tried as a dead key and a base character.
 */
#include "display/input/typing.h"

#include <linux/input-event-codes.h>
#include <stdbool.h>
#include <string.h>
#include <xkbcommon/xkbcommon.h>

#define TYPING_HARDWARE_OFFSET 8
#define TYPING_MAX_MASKS       16

/* What a key press needs beside the key. */
enum typing_modifiers { TYPING_SHIFT = 1, TYPING_ALTGR = 2 };

struct typing_place {
    guint16 code; /* 0: none */
    unsigned modifiers;
};

struct typing_plan {
    struct xkb_keymap *keymap;
    GHashTable *places; /* keysym to struct typing_place *, filled as they are asked for */
    GArray *strokes;
};

/* Combining characters and the dead keys that make them. */
static const struct {
    gunichar mark;
    xkb_keysym_t dead;
} typing_dead[] = {
    {0x300, XKB_KEY_dead_grave},      {0x301, XKB_KEY_dead_acute},
    {0x302, XKB_KEY_dead_circumflex}, {0x303, XKB_KEY_dead_tilde},
    {0x304, XKB_KEY_dead_macron},     {0x306, XKB_KEY_dead_breve},
    {0x307, XKB_KEY_dead_abovedot},   {0x308, XKB_KEY_dead_diaeresis},
    {0x30a, XKB_KEY_dead_abovering},  {0x30b, XKB_KEY_dead_doubleacute},
    {0x30c, XKB_KEY_dead_caron},      {0x327, XKB_KEY_dead_cedilla},
    {0x328, XKB_KEY_dead_ogonek},
};

/* Characters that a dead key and a space make. */
static const struct {
    gunichar character;
    xkb_keysym_t dead;
} typing_spacing[] = {
    {'`', XKB_KEY_dead_grave},  {0xb4, XKB_KEY_dead_acute},     {'^', XKB_KEY_dead_circumflex},
    {'~', XKB_KEY_dead_tilde},  {0xa8, XKB_KEY_dead_diaeresis}, {0xb0, XKB_KEY_dead_abovering},
    {'\'', XKB_KEY_dead_acute}, {'"', XKB_KEY_dead_diaeresis},  {0xb8, XKB_KEY_dead_cedilla},
};

/* ---- the keymap ---- */

/* "de(neo)" to "de" and "neo". */
static struct xkb_keymap *typing_keymap(struct xkb_context *context, const char *layout)
{
    g_auto(GStrv) parts = g_strsplit(layout, "(", 2);
    char *end = parts[0] != NULL && parts[1] != NULL ? strchr(parts[1], ')') : NULL;
    struct xkb_rule_names names = {.rules = "evdev", .model = "pc105", .layout = parts[0]};

    if (end != NULL) {
        *end = '\0';
        names.variant = parts[1];
    }
    /* An empty layout would be the library's default, and a comma is a list of layouts. */
    if (parts[0] == NULL || *parts[0] == '\0' || strchr(layout, ',') != NULL)
        return NULL;
    return xkb_keymap_new_from_names(context, &names, XKB_KEYMAP_COMPILE_NO_FLAGS);
}

/* A set of modifiers as keys that can be held; false: it needs others (a lock, the fifth level). */
static bool typing_modifiers_of(struct xkb_keymap *keymap, xkb_mod_mask_t mask, unsigned *modifiers)
{
    xkb_mod_mask_t shift = 1u << xkb_keymap_mod_get_index(keymap, XKB_MOD_NAME_SHIFT);
    xkb_mod_index_t third = xkb_keymap_mod_get_index(keymap, "Mod5"); /* AltGr is on it */
    xkb_mod_mask_t altgr = third < 32 ? 1u << third : 0;

    *modifiers = (mask & shift ? TYPING_SHIFT : 0) | (mask & altgr ? TYPING_ALTGR : 0);
    return (mask & ~(shift | altgr)) == 0;
}

static bool typing_level(struct xkb_keymap *keymap, xkb_keycode_t key, xkb_level_index_t level,
                         unsigned *modifiers)
{
    xkb_mod_mask_t masks[TYPING_MAX_MASKS];
    size_t count =
        xkb_keymap_key_get_mods_for_level(keymap, key, 0, level, masks, TYPING_MAX_MASKS);

    for (size_t i = 0; i < count && i < TYPING_MAX_MASKS; i++) {
        if (typing_modifiers_of(keymap, masks[i], modifiers))
            return true;
    }
    return false;
}

struct typing_search {
    xkb_keysym_t symbol;
    struct typing_place *place;
};

/* The place with fewer modifiers is the better one; of equal ones the first. */
static void typing_consider(struct xkb_keymap *keymap, xkb_keycode_t key, void *data)
{
    struct typing_search *search = data;
    struct typing_place *place = search->place;
    const xkb_keysym_t *symbols;
    unsigned modifiers;

    if (key <= TYPING_HARDWARE_OFFSET || key - TYPING_HARDWARE_OFFSET > KEY_COMPOSE)
        return; /* multimedia keys and the like: few guests have them */
    for (xkb_level_index_t level = 0; level < xkb_keymap_num_levels_for_key(keymap, key, 0);
         level++) {
        int count = xkb_keymap_key_get_syms_by_level(keymap, key, 0, level, &symbols);
        if (count == 1 && symbols[0] == search->symbol &&
            typing_level(keymap, key, level, &modifiers) &&
            (place->code == 0 || modifiers < place->modifiers))
            *place = (struct typing_place){(guint16)(key - TYPING_HARDWARE_OFFSET), modifiers};
    }
}

static const struct typing_place *typing_find(struct typing_plan *plan, xkb_keysym_t symbol)
{
    struct typing_place *place = g_hash_table_lookup(plan->places, GUINT_TO_POINTER(symbol));

    if (place == NULL) {
        place = g_new0(struct typing_place, 1);
        struct typing_search search = {symbol, place};
        xkb_keymap_key_for_each(plan->keymap, typing_consider, &search);
        g_hash_table_insert(plan->places, GUINT_TO_POINTER(symbol), place);
    }
    return place->code != 0 ? place : NULL;
}

/* ---- strokes ---- */

static void typing_stroke(struct typing_plan *plan, guint16 code, gboolean down)
{
    const struct disp_keystroke stroke = {code, down};

    g_array_append_val(plan->strokes, stroke);
}

static void typing_press(struct typing_plan *plan, const struct typing_place *place)
{
    if (place->modifiers & TYPING_SHIFT)
        typing_stroke(plan, KEY_LEFTSHIFT, TRUE);
    if (place->modifiers & TYPING_ALTGR)
        typing_stroke(plan, KEY_RIGHTALT, TRUE);
    typing_stroke(plan, place->code, TRUE);
    typing_stroke(plan, place->code, FALSE);
    if (place->modifiers & TYPING_ALTGR)
        typing_stroke(plan, KEY_RIGHTALT, FALSE);
    if (place->modifiers & TYPING_SHIFT)
        typing_stroke(plan, KEY_LEFTSHIFT, FALSE);
}

static bool typing_pair(struct typing_plan *plan, xkb_keysym_t dead, gunichar base)
{
    const struct typing_place *first = typing_find(plan, dead);
    const struct typing_place *second = typing_find(plan, xkb_utf32_to_keysym(base));

    if (first == NULL || second == NULL)
        return false;
    typing_press(plan, first);
    typing_press(plan, second);
    return true;
}

static bool typing_composed(struct typing_plan *plan, gunichar character)
{
    gunichar base, mark;

    if (g_unichar_decompose(character, &base, &mark)) {
        for (size_t i = 0; i < G_N_ELEMENTS(typing_dead); i++) {
            if (typing_dead[i].mark == mark && typing_pair(plan, typing_dead[i].dead, base))
                return true;
        }
    }
    for (size_t i = 0; i < G_N_ELEMENTS(typing_spacing); i++) {
        if (typing_spacing[i].character == character &&
            typing_pair(plan, typing_spacing[i].dead, ' '))
            return true;
    }
    return false;
}

static bool typing_character(struct typing_plan *plan, gunichar character)
{
    static const struct typing_place enter = {KEY_ENTER, 0}, tab = {KEY_TAB, 0};
    const struct typing_place *place = character == '\n'   ? &enter
                                       : character == '\t' ? &tab
                                       : character < ' '
                                           ? NULL
                                           : typing_find(plan, xkb_utf32_to_keysym(character));

    if (place == NULL)
        return character > ' ' && typing_composed(plan, character);
    typing_press(plan, place);
    return true;
}

static guint typing_text(struct typing_plan *plan, const char *text)
{
    guint missing = 0;
    bool after_return = false; /* of a line end of two characters, one is typed */

    for (const char *at = text; *at != '\0'; at = g_utf8_next_char(at)) {
        gunichar character = g_utf8_get_char(at);
        bool second = character == '\n' && after_return;
        after_return = character == '\r';
        if (!second)
            missing += !typing_character(plan, after_return ? '\n' : character);
    }
    return missing;
}

GArray *disp_typing_plan(const char *text, const char *layout, guint *missing)
{
    struct xkb_context *context = xkb_context_new(XKB_CONTEXT_NO_FLAGS);
    struct typing_plan plan = {.keymap = NULL};
    g_autofree char *valid = g_utf8_make_valid(text, -1);

    if (context != NULL) {
        xkb_context_set_log_level(context, XKB_LOG_LEVEL_CRITICAL);
        plan.keymap = typing_keymap(context, layout);
    }
    if (plan.keymap != NULL) {
        plan.places = g_hash_table_new_full(NULL, NULL, NULL, g_free);
        plan.strokes = g_array_new(FALSE, FALSE, sizeof(struct disp_keystroke));
        guint lost = typing_text(&plan, valid);
        if (missing != NULL)
            *missing = lost;
        g_hash_table_unref(plan.places);
        xkb_keymap_unref(plan.keymap);
    }
    xkb_context_unref(context);
    return plan.strokes;
}
