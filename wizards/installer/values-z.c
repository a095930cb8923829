/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Channels, PCI functions and disks of IBM Z. */
#include "wizards/installer/values.h"

#include <string.h>

#include "app/plan/error.h"

/* As many hexadecimal digits from here on, at most 17. */
static size_t hex_run(const char *text)
{
    size_t length = 0;

    while (length < 17 && g_ascii_isxdigit(text[length]))
        length++;
    return length;
}

/* The length of the channel that the text begins with; 0: it begins with none. */
static size_t channel_length(const char *text)
{
    size_t digits = hex_run(text);

    if (digits >= 1 && digits <= 4 && text[digits] != '.')
        return digits;
    if (text[0] != '0' || text[1] != '.' || text[2] < '0' || text[2] > '3' || text[3] != '.')
        return 0;
    digits = hex_run(text + 4);
    return digits >= 1 && digits <= 4 ? 4 + digits : 0;
}

bool lathe_channel_check(const char *text, GError **error)
{
    size_t length = channel_length(text);

    if (length != 0 && text[length] == '\0')
        return true;
    return lathe_error_input(error,
                             "'%s' is no device number: write one to four hexadecimal digits, as "
                             "0a00, or 0.N.0a00 with N from 0 to 3",
                             text);
}

/* The channel of so many characters. */
static char *channel_expand(const char *text, size_t length)
{
    const char *last = memchr(text, '.', length) != NULL ? text + 4 : text;
    char set = last == text ? '0' : text[2];
    g_autofree char *digits = g_ascii_strdown(last, (gssize)(text + length - last));

    return g_strdup_printf("0.%c.%.*s%s", set, (int)(4 - MIN(strlen(digits), 4)), "000", digits);
}

char *lathe_channel_expand(const char *text)
{
    return channel_expand(text, channel_length(text));
}

char *lathe_channel_interface(const char *text)
{
    g_autofree char *bus = lathe_channel_expand(text);
    const char *at = bus;

    while ((*at == '0' || *at == '.') && at[1] != '\0')
        at++;
    return g_strconcat("enc", at, NULL);
}

/* ---- PCI functions ---- */

bool lathe_hex_is(const char *text)
{
    bool prefixed = g_str_has_prefix(text, "0x");
    const char *digits = text + (prefixed ? 2 : 0);
    size_t length = hex_run(digits);

    if (length == 0 || digits[length] != '\0' || strlen(text) > 16)
        return false;
    return prefixed || digits[0] != '0' || length == 1 || length == 4;
}

static bool hex_check(const char *text, guint32 low, guint32 high, const char *what, GError **error)
{
    guint64 number = lathe_hex_is(text) ? g_ascii_strtoull(text, NULL, 16) : G_MAXUINT64;

    if (lathe_hex_is(text) && number >= low && number <= high)
        return true;
    return lathe_error_input(error,
                             "'%s' is no %s: hexadecimal, %x to %x, leading zeros only after 0x or "
                             "to four digits",
                             text, what, low, high);
}

bool lathe_fid_check(const char *text, GError **error)
{
    return hex_check(text, 0, G_MAXUINT32, "FID", error);
}

bool lathe_uid_check(const char *text, GError **error)
{
    return hex_check(text, 1, 0xffff, "UID", error);
}

char *lathe_pci_interface(const char *uid, const char *fid)
{
    const char *from = *uid != '\0' ? uid : fid;
    guint64 number = g_ascii_strtoull(from, NULL, 16);

    return g_strdup_printf("%s%" G_GUINT64_FORMAT, *uid != '\0' ? "eno" : "ens", number);
}

bool lathe_mac_check(const char *text, GError **error)
{
    bool good = strlen(text) == 17;

    for (size_t i = 0; good && i < 17; i++)
        good = i % 3 == 2 ? text[i] == ':' : g_ascii_isxdigit(text[i]);
    if (good && (g_ascii_xdigit_value(text[1]) & 1) == 0)
        return true;
    return lathe_error_input(error,
                             "'%s' is no hardware address of one adapter: write six bytes as "
                             "02:00:00:12:34:56, the first one even",
                             text);
}

/* ---- disks ---- */

bool lathe_dasd_check(const char *text, GError **error)
{
    size_t length = channel_length(text);
    const char *rest = text + length;
    size_t end = length != 0 && *rest == '-' ? channel_length(rest + 1) : 0;

    if (end != 0)
        rest += 1 + end;
    size_t options = strspn(rest, "(abcdefghijklmnopqrstuvwxyz:)");
    bool closed = *rest == '\0' || (*rest == '(' && options > 2 && rest[options] == '\0' &&
                                    strchr(rest, ')') == rest + options - 1);
    if (length != 0 && closed && strrchr(rest, '(') == (*rest != '\0' ? rest : NULL))
        return true;
    return lathe_error_input(error,
                             "'%s' is no DASD: write a device number as 0200, a range as "
                             "0200-0207, and perhaps (ro) behind it",
                             text);
}

char *lathe_dasd_expand(const char *text)
{
    size_t length = channel_length(text), end = 0;
    const char *rest = text + length;
    g_autofree char *first = channel_expand(text, length), *last = NULL;

    if (*rest == '-') {
        end = channel_length(rest + 1);
        last = channel_expand(rest + 1, end);
        rest += 1 + end;
    }
    return g_strconcat(first, last != NULL ? "-" : "", last != NULL ? last : "", rest, NULL);
}

static bool zfcp_number(const char *text, char after)
{
    return g_str_has_prefix(text, "0x") && hex_run(text + 2) == 16 && text[18] == after;
}

bool lathe_zfcp_check(const char *text, GError **error)
{
    size_t length = channel_length(text);
    const char *rest = text + length;

    if (length != 0 && (*rest == '\0' || (*rest == ',' && zfcp_number(rest + 1, ',') &&
                                          zfcp_number(rest + 20, '\0'))))
        return true;
    return lathe_error_input(error,
                             "'%s' is no zFCP disk: write a device number alone, or with ,0xWWPN "
                             "and ,0xLUN of sixteen hexadecimal digits each",
                             text);
}

char *lathe_zfcp_expand(const char *text)
{
    size_t length = channel_length(text);
    g_autofree char *bus = channel_expand(text, length);
    g_autofree char *rest = g_ascii_strdown(text + length, -1);

    return g_strconcat(bus, rest, NULL);
}
