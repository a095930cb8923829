/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ethernet addresses (mac.h). */
#include "emulator/hw/net/mac.h"

#include <string.h>

static int mac_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Two digits and what must follow them. */
static bool mac_parse_byte(const char *text, char end, uint8_t *byte)
{
    int high = mac_digit(text[0]), low = high >= 0 ? mac_digit(text[1]) : -1;

    if (low < 0 || text[2] != end)
        return false;
    *byte = (uint8_t)(high << 4 | low);
    return true;
}

bool emu_mac_parse(const char *text, uint8_t mac[EMU_MAC_SIZE], struct emu_error *err)
{
    const char *given = text != NULL ? text : "";
    bool good = text != NULL;

    for (unsigned i = 0; i < EMU_MAC_SIZE && good; i++)
        good = mac_parse_byte(text + 3 * i, i + 1 < EMU_MAC_SIZE ? ':' : '\0', &mac[i]);
    if (!good)
        return emu_error_set(err, EMU_ERROR_INPUT,
                             "'%s' is no Ethernet address: write six bytes as in " EMU_MAC_DEFAULT,
                             given);
    if (mac[0] & 1)
        return emu_error_set(err, EMU_ERROR_INPUT,
                             "'%s' is a multicast address: an adapter's first byte is even", given);
    return true;
}

bool emu_mac_is_broadcast(const uint8_t *mac)
{
    static const uint8_t broadcast[EMU_MAC_SIZE] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

    return memcmp(mac, broadcast, EMU_MAC_SIZE) == 0;
}
