/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The words that --input takes, and what they stand for. */
#include <string.h>

#include "app/plan/definition.h"
#include "app/plan/error.h"

static const struct {
    const char *name, *text;
} input_kinds[] = {
    [LATHE_INPUT_DEFAULT] = {"default", ""},
    [LATHE_INPUT_PS2] = {"ps2", "keyboard and mouse"},
    [LATHE_INPUT_USB] = {"usb", "keyboard and tablet, beside those of PS/2"},
    [LATHE_INPUT_VIRTIO] = {"virtio", "keyboard and tablet, beside those of PS/2"},
};

bool lathe_input_parse(const char *text, enum lathe_input *input, GError **error)
{
    for (size_t i = LATHE_INPUT_PS2; i < G_N_ELEMENTS(input_kinds); i++) {
        if (strcmp(text, input_kinds[i].name) != 0)
            continue;
        *input = (enum lathe_input)i;
        return true;
    }
    return lathe_error_input(error, "--input has no '%s': use usb, virtio or ps2", text);
}

const char *lathe_input_name(enum lathe_input input)
{
    return input_kinds[input].name;
}

const char *lathe_input_text(enum lathe_input input)
{
    return input_kinds[input].text;
}
