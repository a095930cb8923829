/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The router of input, and surfaces. */
#include <string.h>

#include "emulator/core/display.h"
#include "emulator/core/input.h"
#include "tests/test.h"

/* ---- input ---- */

struct fake_sink {
    struct emu_input_sink sink;
    char keys[64]; /* "+30 -30 " */
    struct emu_pointer_event last;
    unsigned events;
};

static void fake_key(void *opaque, unsigned code, bool down)
{
    struct fake_sink *fake = opaque;
    size_t used = strlen(fake->keys);

    snprintf(fake->keys + used, sizeof(fake->keys) - used, "%c%u ", down ? '+' : '-', code);
}

static void fake_pointer(void *opaque, const struct emu_pointer_event *event)
{
    struct fake_sink *fake = opaque;

    fake->last = *event;
    fake->events++;
}

static const struct emu_input_ops fake_ops = {fake_key, fake_pointer};

static void fake_add(struct emu_input *input, struct fake_sink *fake, enum emu_input_kind kind,
                     enum emu_input_rank rank, bool ready)
{
    *fake = (struct fake_sink){.sink = {.kind = kind, .rank = rank, .ops = &fake_ops}};
    fake->sink.opaque = fake;
    emu_input_add(input, &fake->sink);
    emu_input_set_ready(&fake->sink, ready);
}

static void test_keyboards(void)
{
    struct emu_input *input = emu_input_new(NULL, NULL, NULL);
    struct fake_sink ps2, usb;

    emu_input_key(input, 30, true); /* nobody is there */
    fake_add(input, &usb, EMU_INPUT_KEYBOARD, EMU_INPUT_RANK_USB, false);
    fake_add(input, &ps2, EMU_INPUT_KEYBOARD, EMU_INPUT_RANK_PS2, true);
    emu_input_key(input, 30, true);
    emu_input_key(input, 42, true);
    CHECK_STR(ps2.keys, "+30 +42 ");
    emu_input_set_ready(&usb.sink, true);
    CHECK(!emu_input_status(input).leds_set);
    emu_input_set_leds(&usb.sink, EMU_LED_CAPS);
    CHECK_EQ(emu_input_status(input).leds, EMU_LED_CAPS);
    CHECK(emu_input_status(input).leds_set);
    emu_input_forget_leds(&usb.sink);
    CHECK_EQ(emu_input_status(input).leds, 0);
    CHECK(!emu_input_status(input).leds_set);
    emu_input_key(input, 31, true); /* the other takes over: nothing sticks */
    CHECK_STR(ps2.keys, "+30 +42 -30 -42 ");
    CHECK_STR(usb.keys, "+31 ");
    emu_input_key(input, EMU_KEY_MAX + 1, true);
    emu_input_release(input);
    emu_input_release(input);
    CHECK_STR(usb.keys, "+31 -31 ");
    emu_input_key(input, 1, true);
    emu_input_remove(&usb.sink);
    emu_input_key(input, 2, true);
    CHECK_STR(usb.keys, "+31 -31 +1 ");
    CHECK_STR(ps2.keys, "+30 +42 -30 -42 +2 ");
    emu_input_free(input);
}

static void test_pointers(void)
{
    struct emu_input *input = emu_input_new(NULL, NULL, NULL);
    struct emu_pointer_event way = {.x = 3, .y = -4, .buttons = EMU_BUTTON_LEFT};
    struct emu_pointer_event place = {
        .absolute = true, .x = 40000, .y = 200, .wheel = 1, .buttons = EMU_BUTTON_LEFT};
    struct fake_sink mouse, tablet;

    fake_add(input, &mouse, EMU_INPUT_MOUSE, EMU_INPUT_RANK_PS2, true);
    fake_add(input, &tablet, EMU_INPUT_TABLET, EMU_INPUT_RANK_USB, false);
    CHECK(!emu_input_status(input).absolute);
    emu_input_pointer(input, &way);
    CHECK(mouse.last.x == 3 && mouse.last.y == -4 && mouse.last.buttons == EMU_BUTTON_LEFT);
    emu_input_pointer(input, &place); /* a mouse does not jump */
    CHECK(mouse.last.x == 0 && mouse.last.y == 0 && mouse.last.wheel == 1);
    emu_input_set_ready(&tablet.sink, true);
    CHECK(emu_input_status(input).absolute);
    emu_input_pointer(input, &way);
    CHECK_EQ(mouse.last.buttons, 0); /* released when the tablet took over */
    CHECK(tablet.last.absolute && tablet.last.x == EMU_POINTER_MAX && tablet.last.y == 200);
    CHECK_EQ(tablet.last.buttons, EMU_BUTTON_LEFT);
    emu_input_release(input);
    CHECK_EQ(tablet.last.buttons, 0);
    CHECK_EQ(tablet.last.x, EMU_POINTER_MAX);
    emu_input_free(input);
}

/* ---- surfaces ---- */

static void test_surface(void)
{
    struct emu_surface *surface = emu_surface_new();
    struct emu_display_update update = {0};
    uint32_t row[8] = {1, 2, 3};

    CHECK(!emu_surface_resize(surface, 0, 8, &update));
    CHECK(!emu_surface_resize(surface, EMU_DISPLAY_MAX_SIZE + 1, 8, &update));
    CHECK(emu_surface_resize(surface, 8, 100, &update) && update.resized);
    CHECK(update.count == 1 && update.rects[0].width == 8 && update.rects[0].height == 100);
    update = (struct emu_display_update){0};
    CHECK(emu_surface_resize(surface, 8, 100, &update) && !update.resized);
    emu_surface_put_row(surface, 5, row, &update);
    emu_surface_put_row(surface, 6, row, &update);
    emu_surface_put_row(surface, 6, row, &update); /* nothing new */
    emu_surface_put_row(surface, 9, row, &update);
    CHECK_EQ(update.count, 2);
    CHECK(update.rects[0].y == 5 && update.rects[0].height == 2 && update.rects[1].y == 9);
    CHECK_EQ(surface->pixels[6 * 8 + 2], 3);
    emu_surface_damage(surface, (struct emu_rect){6, 98, 100, 100}, &update);
    CHECK(update.rects[2].width == 2 && update.rects[2].height == 2);
    for (unsigned y = 20; y < 90; y += 2) /* more than there is room for */
        emu_surface_put_row(surface, y, row, &update);
    CHECK(update.count <= EMU_DISPLAY_MAX_RECTS);
    CHECK(update.rects[0].y == 5 && update.rects[0].y + update.rects[0].height == 100);
    emu_surface_free(surface);
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {
        {"input-keyboards", test_keyboards},
        {"input-pointers", test_pointers},
        {"surface", test_surface},
        {NULL},
    };

    return test_main(argc, argv, cases);
}
