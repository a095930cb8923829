/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * display/input: key codes, chords, the watch for the chord that lets go, and texts as keys. What
 * is typed is read back by libxkbcommon's own keyboard state, as the guest would read it.
 */
#include <glib.h>
#include <linux/input-event-codes.h>
#include <locale.h>
#include <xkbcommon/xkbcommon.h>
#include <xkbcommon/xkbcommon-compose.h>

#include "display/input/keys.h"
#include "display/input/typing.h"
#include "tests/test.h"

static void test_hardware(void)
{
    CHECK_EQ(disp_key_from_hardware(38), KEY_A);
    CHECK_EQ(disp_key_from_hardware(9), KEY_ESC);
    CHECK_EQ(disp_key_from_hardware(133), KEY_LEFTMETA);
    CHECK_EQ(disp_key_from_hardware(8), 0);
    CHECK_EQ(disp_key_from_hardware(0), 0);
    CHECK_EQ(disp_key_from_hardware(100000), 0);
}

static void test_chords(void)
{
    static const struct {
        const char *text, *same; /* NULL: wrong */
    } rows[] = {
        {"Ctrl+Alt+Delete", "Ctrl+Alt+Delete"},
        {"ctrl + alt + f12", "Ctrl+Alt+F12"},
        {"Right Ctrl", "Right Ctrl"},
        {"Alt+SysRq+b", "Alt+SysRq+B"},
        {"print screen", "SysRq"},
        {"#113", "#113"},
        {"Ctrl+Ctrl", NULL},
        {"", NULL},
        {"Ctrl+", NULL},
        {"Hyper", NULL},
        {"#0", NULL},
        {"#99999", NULL},
        {"A+B+C+D+E", NULL},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct disp_chord chord;
        bool good = disp_chord_parse(rows[i].text, &chord);
        CHECK(good == (rows[i].same != NULL));
        if (good && rows[i].same != NULL) {
            g_autofree char *text = disp_chord_format(&chord);
            CHECK_STR(text, rows[i].same);
        }
    }
}

/* Keys go down ("29") and up ("-29"); at which of them, from 1, the chord was seen; 0: never. */
static unsigned watch_play(const char *chord_text, const char *keys)
{
    struct disp_chord_watch watch;
    struct disp_chord chord;
    g_auto(GStrv) words = g_strsplit(keys, " ", -1);
    unsigned seen = 0;

    CHECK(disp_chord_parse(chord_text, &chord));
    disp_chord_watch_init(&watch, &chord);
    for (unsigned i = 0; words[i] != NULL; i++) {
        int code = atoi(words[i]);
        if (disp_chord_watch_key(&watch, (unsigned)abs(code), code > 0)) {
            CHECK(seen == 0); /* once */
            seen = i + 1;
        }
    }
    CHECK(watch.down == 0 && watch.others == 0 && !watch.spoiled);
    return seen;
}

static void test_watch(void)
{
    CHECK_EQ(watch_play("Ctrl+Alt", "29 56 -56 -29"), 3);
    CHECK_EQ(watch_play("Ctrl+Alt", "97 56 -97 -56"), 3);        /* either side */
    CHECK_EQ(watch_play("Ctrl+Alt", "29 56 59 -59 -56 -29"), 0); /* Ctrl+Alt+F1 is the guest's */
    CHECK_EQ(watch_play("Ctrl+Alt", "30 29 56 -56 -29 -30"), 0);
    CHECK_EQ(watch_play("Ctrl+Alt", "29 -29"), 0);
    CHECK_EQ(watch_play("Right Ctrl", "97 -97"), 2);
    CHECK_EQ(watch_play("Right Ctrl", "29 -29"), 0);
    CHECK_EQ(watch_play("Right Ctrl", "97 46 -46 -97"), 0);
    CHECK_EQ(watch_play("Ctrl+Alt+G", "29 56 34 -34 -56 -29"), 3);
    CHECK_EQ(watch_play("Ctrl+Alt+G", "29 56 35 -35 -56 -29"), 0);
    CHECK_EQ(watch_play("Pause", "119 -119"), 1);
    CHECK_EQ(watch_play("Ctrl+Alt", "29 56 59 -59 -56 -29 29 56 -29 -56"), 9);
}

/* What a person who presses these keys asks for, "" until all are up. A key that is not wanted
 * ("!15": the dialog's) is not told. */
static char *capture_play(const char *keys)
{
    struct disp_chord_capture capture = {0};
    g_auto(GStrv) words = g_strsplit(keys, " ", -1);
    bool whole = false;

    for (unsigned i = 0; words[i] != NULL; i++) {
        bool refused = words[i][0] == '!';
        int code = atoi(words[i] + refused);
        CHECK_EQ(disp_chord_capture_wants(&capture, (unsigned)abs(code)), !refused);
        if (!refused)
            whole = disp_chord_capture_key(&capture, (unsigned)abs(code), code > 0);
    }
    return whole ? disp_chord_format(&capture.chord) : g_strdup("");
}

static void test_capture(void)
{
    static const struct {
        const char *keys, *chord;
    } rows[] = {
        {"29 56 -56 -29", "Ctrl+Alt"},
        {"29 29 56 56 -29 56 56 -56", "Ctrl+Alt"}, /* they repeat */
        {"97 -97", "Right Ctrl"},
        {"97 100 -97 -100", "Ctrl+Alt"}, /* the watch takes either side */
        {"97 29 -97 -29", "Ctrl"},
        {"29 56 34 -34 -56 -29", "Ctrl+Alt+G"},
        {"29 34 -34 35 -35 -29", "Ctrl+H"}, /* another thought */
        {"29 56 -56 42 -42", ""},           /* one is down still */
        {"42 88 -88 -42", "Shift+F12"},
        {"70 -70", "Scroll Lock"},
        {"190 -190", "#190"},
        {"29 56 42 125 59 -59 -125 -42 -56 -29", "Ctrl+Alt+Shift+Super"},
        {"!30 !1 !28 !15 !57", ""},
        {"42 !15 !-15 -42", "Shift"}, /* back by the keyboard */
        {"29 15 -29 -15", "Ctrl+Tab"},
        {"29 56 -29 -56 67 -67", "F9"},
        {"!-30 29 -29", "Ctrl"}, /* went down before the dialog came */
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *chord = capture_play(rows[i].keys);
        CHECK_STR(chord, rows[i].chord);
    }
}

/* ---- typing ---- */

struct reader {
    struct xkb_keymap *keymap;
    struct xkb_state *state;
    struct xkb_compose_state *compose;
    GString *text;
};

static void reader_symbol(struct reader *reader, xkb_keysym_t symbol)
{
    char bytes[16];

    if (symbol == XKB_KEY_Return || symbol == XKB_KEY_Tab) {
        g_string_append_c(reader->text, symbol == XKB_KEY_Tab ? '\t' : '\n');
        return;
    }
    if (xkb_compose_state_feed(reader->compose, symbol) == XKB_COMPOSE_FEED_IGNORED)
        return; /* a modifier */
    switch (xkb_compose_state_get_status(reader->compose)) {
    case XKB_COMPOSE_COMPOSED:
        if (xkb_compose_state_get_utf8(reader->compose, bytes, sizeof(bytes)) > 0)
            g_string_append(reader->text, bytes);
        break;
    case XKB_COMPOSE_NOTHING:
        if (xkb_keysym_to_utf8(symbol, bytes, sizeof(bytes)) > 1)
            g_string_append(reader->text, bytes);
        break;
    default:
        break;
    }
}

static void reader_init(struct reader *reader, struct xkb_context *context, const char *layout,
                        const char *variant)
{
    const struct xkb_rule_names names = {
        .rules = "evdev", .model = "pc105", .layout = layout, .variant = variant};
    struct xkb_compose_table *table =
        xkb_compose_table_new_from_locale(context, "en_US.UTF-8", XKB_COMPOSE_COMPILE_NO_FLAGS);

    reader->keymap = xkb_keymap_new_from_names(context, &names, XKB_KEYMAP_COMPILE_NO_FLAGS);
    reader->state = xkb_state_new(reader->keymap);
    reader->compose = xkb_compose_state_new(table, XKB_COMPOSE_STATE_NO_FLAGS);
    reader->text = g_string_new(NULL);
    xkb_compose_table_unref(table);
}

/* What a guest with this layout reads when these keys are pressed; g_free. */
static char *read_back(const GArray *strokes, const char *layout, const char *variant)
{
    struct xkb_context *context = xkb_context_new(XKB_CONTEXT_NO_FLAGS);
    struct reader reader;

    reader_init(&reader, context, layout, variant);
    for (guint i = 0; i < strokes->len; i++) {
        const struct disp_keystroke *stroke = &g_array_index(strokes, struct disp_keystroke, i);
        if (stroke->down)
            reader_symbol(&reader, xkb_state_key_get_one_sym(reader.state, stroke->code + 8));
        xkb_state_update_key(reader.state, stroke->code + 8,
                             stroke->down ? XKB_KEY_DOWN : XKB_KEY_UP);
    }
    CHECK_EQ(xkb_state_serialize_mods(reader.state, XKB_STATE_MODS_EFFECTIVE), 0);
    xkb_compose_state_unref(reader.compose);
    xkb_state_unref(reader.state);
    xkb_keymap_unref(reader.keymap);
    xkb_context_unref(context);
    return g_string_free(reader.text, FALSE);
}

#define ASCII                                                                                      \
    " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwx"  \
    "yz{|}~\n\t"

static void test_typing(void)
{
    static const struct {
        const char *name, *layout, *variant, *text;
    } rows[] = {
        {"us", "us", NULL, ASCII},
        {"gb", "gb", NULL, ASCII "£€"},
        {"de", "de", NULL, ASCII "äöüÄÖÜß€°é"},
        {"de(nodeadkeys)", "de", "nodeadkeys", ASCII "äöüß"},
        {"fr", "fr", NULL, ASCII "éèçàùêî€"},
        {"ch(fr)", "ch", "fr", ASCII "éèà"},
        {"es", "es", NULL, ASCII "ñÑáéíóú¿¡ç€"},
        {"it", "it", NULL, "{}[]@#òàùèé€ ls -l | wc"},
        {"se", "se", NULL, ASCII "åäöÅÄÖ"},
        {"br", "br", NULL, ASCII "çãõáéí"},
        {"us(dvorak)", "us", "dvorak", ASCII},
        {"ru", "ru", NULL, "Привет, мир\n"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        guint missing = 99;
        g_autoptr(GArray) plan = disp_typing_plan(rows[i].text, rows[i].name, &missing);
        CHECK(plan != NULL);
        if (plan == NULL)
            continue;
        g_autofree char *text = read_back(plan, rows[i].layout, rows[i].variant);
        CHECK_EQ(missing, 0);
        CHECK_STR(text, rows[i].text);
    }
}

static void test_typing_edges(void)
{
    guint missing = 0;
    g_autoptr(GArray) lines = disp_typing_plan("a\r\nb\rc\nd", "us", &missing);
    g_autofree char *text = read_back(lines, "us", NULL);

    CHECK_STR(text, "a\nb\nc\nd");
    g_autoptr(GArray) foreign = disp_typing_plan("a\xe6\x97\xa5\x01\xff", "us", &missing);
    CHECK_EQ(missing, 3);
    CHECK_EQ(foreign->len, 2);
    CHECK(disp_typing_plan("a", "nowhere", &missing) == NULL);
    CHECK(disp_typing_plan("a", "", &missing) == NULL);
    CHECK(disp_typing_plan("a", "us,de", &missing) == NULL);
}

static const struct test_case cases[] = {
    {"keys: hardware codes", test_hardware},
    {"keys: chords", test_chords},
    {"keys: what lets go", test_watch},
    {"keys: a new chord", test_capture},
    {"keys: typing in layouts", test_typing},
    {"keys: typing at the edges", test_typing_edges},
    {NULL, NULL},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, cases);
}
