/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keyboard controller, keyboard and mouse. */
#include "tests/hw/rig.h"

#include "emulator/hw/input/i8042.h"

#define KEY_ESC   1
#define KEY_1     2
#define KEY_A     30
#define KEY_F7    65
#define KEY_PRINT 99
#define KEY_UP    103
#define KEY_PAUSE 119

static void kbc_command(struct rig_device *kbc, uint8_t command)
{
    rig_write(kbc, 1, 0, command, 1);
}

static void kbc_put(struct rig_device *kbc, uint8_t value)
{
    rig_write(kbc, 0, 0, value, 1);
}

static void kbc_mouse(struct rig_device *kbc, uint8_t value)
{
    kbc_command(kbc, 0xd4);
    kbc_put(kbc, value);
}

/* dy: down; dz: towards the user. */
static void kbc_move(struct rig_device *kbc, int dx, int dy, int dz, unsigned buttons)
{
    struct emu_pointer_event event = {.x = dx, .y = dy, .wheel = dz, .buttons = buttons};

    emu_input_pointer(kbc->rig->input, &event);
}

/* Checks that exactly these bytes come, as hexadecimal text; "m" before those of the mouse. */
static void kbc_expect(struct rig_device *kbc, const char *expected)
{
    char text[256] = "";
    size_t used = 0;
    uint8_t status;

    while (used < sizeof(text) - 8 && ((status = (uint8_t)rig_read(kbc, 1, 0, 1)) & 1))
        used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s%02x", used ? " " : "",
                                 status & 0x20 ? "m" : "", (unsigned)rig_read(kbc, 0, 0, 1));
    CHECK_STR(text, expected);
}

static void test_controller(void)
{
    struct rig rig;
    struct rig_device *kbc;

    rig_init(&rig);
    kbc = rig_add(&rig, &emu_i8042_class);
    CHECK_EQ(rig_read(kbc, 1, 0, 1) & 1, 0);
    kbc_command(kbc, 0xaa);
    kbc_expect(kbc, "55");
    kbc_command(kbc, 0xab);
    kbc_expect(kbc, "00");
    kbc_command(kbc, 0xa9);
    kbc_expect(kbc, "00");
    kbc_command(kbc, 0x20);
    kbc_expect(kbc, "45");
    kbc_command(kbc, 0x60);
    kbc_put(kbc, 0x47);
    kbc_command(kbc, 0x20);
    kbc_expect(kbc, "47");
    kbc_command(kbc, 0xa7);
    kbc_command(kbc, 0x20);
    kbc_expect(kbc, "67");
    kbc_command(kbc, 0xd3); /* as Linux looks for the mouse's interrupt */
    kbc_put(kbc, 0xa5);
    CHECK(kbc->level[1] && !kbc->level[0]);
    kbc_expect(kbc, "ma5");
    CHECK(!kbc->level[1]);
    kbc_command(kbc, 0x6a);
    kbc_put(kbc, 0x77);
    kbc_command(kbc, 0x2a);
    kbc_expect(kbc, "77");
    rig_finish(&rig);
}

static void test_output_port(void)
{
    struct rig rig;
    struct rig_device *kbc;

    rig_init(&rig);
    kbc = rig_add(&rig, &emu_i8042_class);
    CHECK(kbc->level[2]);
    kbc_command(kbc, 0xd1);
    kbc_put(kbc, 0xcd);
    CHECK(!kbc->level[2]);
    kbc_command(kbc, 0xd0);
    CHECK_EQ(rig_read(kbc, 0, 0, 1) & 2, 0);
    kbc_command(kbc, 0xdf);
    CHECK(kbc->level[2]);
    kbc_command(kbc, 0xfe);
    CHECK_EQ(rig.power[EMU_POWER_CPU_RESET], 1);
    kbc_command(kbc, 0xff);
    CHECK_EQ(rig.power[EMU_POWER_CPU_RESET], 1);
    rig_finish(&rig);
}

static void test_keys(void)
{
    struct rig rig;
    struct rig_device *kbc;

    rig_init(&rig);
    kbc = rig_add(&rig, &emu_i8042_class);
    emu_input_key(kbc->rig->input, KEY_A, true);
    CHECK(kbc->level[0]);
    emu_input_key(kbc->rig->input, KEY_A, false);
    kbc_expect(kbc, "1e 9e");
    CHECK_EQ(kbc->rises[0], 2);
    emu_input_key(kbc->rig->input, KEY_UP, true);
    emu_input_key(kbc->rig->input, KEY_UP, false);
    kbc_expect(kbc, "e0 48 e0 c8");
    emu_input_key(kbc->rig->input, KEY_F7, true);
    emu_input_key(kbc->rig->input, KEY_F7, false);
    kbc_expect(kbc, "41 c1");
    emu_input_key(kbc->rig->input, KEY_PAUSE, true);
    emu_input_key(kbc->rig->input, KEY_PAUSE, false);
    kbc_expect(kbc, "e1 1d 45 e1 9d c5");
    emu_input_key(kbc->rig->input, KEY_PRINT, true);
    emu_input_key(kbc->rig->input, KEY_PRINT, false);
    kbc_expect(kbc, "e0 2a e0 37 e0 b7 e0 aa");
    emu_input_key(kbc->rig->input, 9999, true);
    emu_input_key(kbc->rig->input, 84, true);
    kbc_expect(kbc, "");
    kbc_command(kbc, 0xad); /* disabled: it waits */
    emu_input_key(kbc->rig->input, KEY_1, true);
    kbc_expect(kbc, "");
    CHECK(rig_survives(kbc));
    kbc_command(kbc, 0xae);
    kbc_expect(kbc, "02");
    rig_finish(&rig);
}

static void test_scan_sets(void)
{
    struct rig rig;
    struct rig_device *kbc;

    rig_init(&rig);
    kbc = rig_add(&rig, &emu_i8042_class);
    kbc_command(kbc, 0x60);
    kbc_put(kbc, 0x05); /* no translation */
    emu_input_key(kbc->rig->input, KEY_A, true);
    emu_input_key(kbc->rig->input, KEY_A, false);
    emu_input_key(kbc->rig->input, KEY_UP, false);
    emu_input_key(kbc->rig->input, KEY_F7, true);
    kbc_expect(kbc, "1c f0 1c e0 f0 75 83");
    emu_input_key(kbc->rig->input, KEY_PAUSE, true);
    kbc_expect(kbc, "e1 14 77 e1 f0 14 f0 77");
    kbc_put(kbc, 0xf0);
    kbc_put(kbc, 0x03);
    kbc_put(kbc, 0xf0);
    kbc_put(kbc, 0x00);
    kbc_expect(kbc, "fa fa fa fa 03");
    emu_input_key(kbc->rig->input, KEY_UP, true);
    emu_input_key(kbc->rig->input, KEY_ESC, false);
    emu_input_key(kbc->rig->input, KEY_A, true);
    kbc_expect(kbc, "63 f0 08 1c");
    kbc_put(kbc, 0xf0);
    kbc_put(kbc, 0x01);
    emu_input_key(kbc->rig->input, KEY_UP, false);
    emu_input_key(kbc->rig->input, KEY_ESC, true);
    kbc_expect(kbc, "fa fa e0 c8 01");
    rig_finish(&rig);
}

static void test_keyboard_commands(void)
{
    struct rig rig;
    struct rig_device *kbc;

    rig_init(&rig);
    kbc = rig_add(&rig, &emu_i8042_class);
    kbc_put(kbc, 0xff);
    kbc_expect(kbc, "fa aa");
    kbc_put(kbc, 0xf2);
    kbc_expect(kbc, "fa ab 41"); /* 83, translated */
    CHECK(!emu_input_status(kbc->rig->input).leds_set);
    kbc_put(kbc, 0xed);
    kbc_put(kbc, 0x05);
    kbc_expect(kbc, "fa fa");
    CHECK_EQ(emu_input_status(kbc->rig->input).leds, 5);
    CHECK(emu_input_status(kbc->rig->input).leds_set);
    kbc_put(kbc, 0xee);
    kbc_expect(kbc, "ee");
    kbc_put(kbc, 0xfe);
    kbc_expect(kbc, "ee");
    kbc_put(kbc, 0xf3);
    kbc_put(kbc, 0x00);
    kbc_expect(kbc, "fa fa");
    kbc_put(kbc, 0xf5);
    emu_input_key(kbc->rig->input, KEY_A, true);
    kbc_expect(kbc, "fa");
    kbc_put(kbc, 0xf4);
    emu_input_key(kbc->rig->input, KEY_A, true);
    kbc_expect(kbc, "fa 1e");
    kbc_put(kbc, 0x33);
    kbc_expect(kbc, "fe");
    kbc_put(kbc, 0xed);
    kbc_put(kbc, 0xf4); /* a command instead of the parameter */
    kbc_expect(kbc, "fa fa");
    CHECK_EQ(emu_input_status(kbc->rig->input).leds, 0); /* f5 set the defaults */
    kbc_put(kbc, 0xed);
    kbc_put(kbc, 0x00);
    kbc_expect(kbc, "fa fa");
    CHECK(emu_input_status(kbc->rig->input).leds_set); /* dark by choice */
    CHECK(rig_survives(kbc));
    kbc_put(kbc, 0xff);
    kbc_expect(kbc, "fa aa");
    CHECK(!emu_input_status(kbc->rig->input).leds_set);
    rig_finish(&rig);
}

static void mouse_rate(struct rig_device *kbc, uint8_t rate)
{
    kbc_mouse(kbc, 0xf3);
    kbc_mouse(kbc, rate);
}

static void test_mouse(void)
{
    struct rig rig;
    struct rig_device *kbc;

    rig_init(&rig);
    kbc = rig_add(&rig, &emu_i8042_class);
    kbc_mouse(kbc, 0xff);
    kbc_expect(kbc, "mfa maa m00");
    kbc_move(kbc, 5, 5, 0, 0);
    kbc_expect(kbc, "");
    kbc_mouse(kbc, 0xf4);
    kbc_move(kbc, 5, -3, 0, EMU_BUTTON_LEFT);
    kbc_expect(kbc, "mfa m09 m05 m03");
    kbc_move(kbc, -2, 1, 1, EMU_BUTTON_LEFT);
    kbc_expect(kbc, "m39 mfe mff");
    kbc_move(kbc, 300, 0, 0, 0);
    kbc_expect(kbc, "m08 mff m00 m08 m2d m00");
    kbc_mouse(kbc, 0xe9);
    kbc_expect(kbc, "mfa m20 m02 m64");
    rig_finish(&rig);
}

static void test_wheel(void)
{
    struct rig rig;
    struct rig_device *kbc;

    rig_init(&rig);
    kbc = rig_add(&rig, &emu_i8042_class);
    mouse_rate(kbc, 200);
    mouse_rate(kbc, 100);
    mouse_rate(kbc, 80);
    kbc_mouse(kbc, 0xf2);
    kbc_mouse(kbc, 0xf4);
    kbc_expect(kbc, "mfa mfa"); /* enabling drops what was not read, but for one in the buffer */
    kbc_move(kbc, 0, 0, 1, 0);
    kbc_expect(kbc, "m08 m00 m00 m01");
    kbc_mouse(kbc, 0xf2);
    kbc_expect(kbc, "mfa m03");
    mouse_rate(kbc, 200);
    mouse_rate(kbc, 200);
    mouse_rate(kbc, 80);
    kbc_expect(kbc, "mfa mfa mfa mfa mfa mfa");
    kbc_mouse(kbc, 0xf2);
    kbc_expect(kbc, "mfa m04");
    kbc_move(kbc, 0, 0, -1, EMU_BUTTON_SIDE | EMU_BUTTON_RIGHT);
    kbc_expect(kbc, "m0a m00 m00 m1f");
    for (unsigned i = 0; i < 100; i++) /* more than fits: it is summed up */
        kbc_move(kbc, 1, 0, 0, EMU_BUTTON_SIDE | EMU_BUTTON_RIGHT);
    for (int left = 100; left > 0;) {
        CHECK_EQ(rig_read(kbc, 0, 0, 1), 0x0a);
        left -= (int)rig_read(kbc, 0, 0, 1);
        CHECK_EQ(rig_read(kbc, 0, 0, 1), 0);
        CHECK_EQ(rig_read(kbc, 0, 0, 1), 0x10);
        CHECK(left >= 0);
    }
    rig_finish(&rig);
}

/* Reads all that waits; are these two bytes in it, one after the other? */
static bool kbc_finds(struct rig_device *kbc, unsigned pair)
{
    unsigned last = 0;
    bool found = false;

    while (rig_read(kbc, 1, 0, 1) & 1) {
        last = (last << 8 | (unsigned)rig_read(kbc, 0, 0, 1)) & 0xffff;
        found |= last == pair;
    }
    return found;
}

/* Commands are answered also when keys or movements wait that nobody reads. */
static void test_full(void)
{
    struct rig rig;
    struct rig_device *kbc;

    rig_init(&rig);
    kbc = rig_add(&rig, &emu_i8042_class);
    for (unsigned i = 0; i < 200; i++)
        emu_input_key(kbc->rig->input, KEY_A, i % 2 == 0);
    kbc_put(kbc, 0xed);
    kbc_put(kbc, 0x02);
    CHECK(kbc_finds(kbc, 0xfafa));
    CHECK_EQ(emu_input_status(kbc->rig->input).leds, 2);
    kbc_mouse(kbc, 0xf4);
    kbc_finds(kbc, 0);
    for (unsigned i = 0; i < 200; i++)
        kbc_move(kbc, 0, 0, 0, i % 2);
    kbc_mouse(kbc, 0xf2);
    CHECK(kbc_finds(kbc, 0xfa00));
    rig_finish(&rig);
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {
        {"i8042-controller", test_controller},
        {"i8042-output-port", test_output_port},
        {"i8042-keys", test_keys},
        {"i8042-scan-sets", test_scan_sets},
        {"i8042-keyboard-commands", test_keyboard_commands},
        {"i8042-mouse", test_mouse},
        {"i8042-wheel", test_wheel},
        {"i8042-full", test_full},
        {NULL},
    };

    return test_main(argc, argv, cases);
}
