/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Addresses, names, and words of a kernel's command line. */
#include "wizards/installer/values.h"

#include <arpa/inet.h>
#include <string.h>

#include "app/plan/error.h"

int lathe_address_family(const char *text)
{
    struct in6_addr bytes;

    if (inet_pton(AF_INET, text, &bytes) == 1)
        return 4;
    return inet_pton(AF_INET6, text, &bytes) == 1 ? 6 : 0;
}

bool lathe_ip_check(const char *text, GError **error)
{
    if (lathe_address_family(text) != 0)
        return true;
    return lathe_error_input(error,
                             "'%s' is no address: write 192.0.2.10 or 2001:db8::10, without a "
                             "prefix or zone",
                             text);
}

/* Bits of a contiguous mask; 0: it is none. */
static unsigned mask_bits(const char *text)
{
    struct in_addr mask;

    if (inet_pton(AF_INET, text, &mask) != 1)
        return 0;
    guint32 value = ntohl(mask.s_addr), rest = ~value;
    return (rest & (rest + 1)) == 0 ? (unsigned)__builtin_popcount(value) : 0;
}

unsigned lathe_prefix_bits(const char *text, int family)
{
    guint64 bits = 0;

    if (strchr(text, '.') != NULL)
        return family == 4 ? mask_bits(text) : 0;
    if (!g_ascii_string_to_unsigned(text, 10, 1, family == 4 ? 32 : 128, &bits, NULL))
        return 0;
    return (unsigned)bits;
}

bool lathe_prefix_check(const char *text, GError **error)
{
    if (lathe_prefix_bits(text, 4) != 0 || lathe_prefix_bits(text, 6) != 0)
        return true;
    if (strchr(text, '.') != NULL)
        return lathe_error_input(error,
                                 "'%s' is no network mask: its ones must stand together at the "
                                 "left, as in 255.255.255.0",
                                 text);
    return lathe_error_input(error, "'%s' is no prefix: 1 to 32 for IPv4, 1 to 128 for IPv6", text);
}

char *lathe_netmask(unsigned bits)
{
    guint32 mask = bits == 0 ? 0 : (guint32)(G_MAXUINT32 << (32 - MIN(bits, 32)));

    return g_strdup_printf("%u.%u.%u.%u", mask >> 24, mask >> 16 & 255, mask >> 8 & 255,
                           mask & 255);
}

/* 4 or 16 bytes into out, zeros if it is no such address. Returns their bits. */
static unsigned address_bytes(const char *text, int family, guint8 out[16])
{
    memset(out, 0, 16);
    if (inet_pton(family == 4 ? AF_INET : AF_INET6, text, out) != 1)
        memset(out, 0, 16);
    return family == 4 ? 32 : 128;
}

static bool address_bit(const guint8 *bytes, unsigned bit)
{
    return (bytes[bit / 8] >> (7 - bit % 8) & 1) != 0;
}

bool lathe_same_network(const char *left, const char *right, int family, unsigned bits)
{
    guint8 a[16], b[16];
    unsigned all = address_bytes(left, family, a);

    address_bytes(right, family, b);
    for (unsigned i = 0; i < MIN(bits, all); i++) {
        if (address_bit(a, i) != address_bit(b, i))
            return false;
    }
    return true;
}

bool lathe_is_network_end(const char *address, int family, unsigned bits)
{
    guint8 bytes[16];
    unsigned all = address_bytes(address, family, bytes), ones = 0;

    for (unsigned i = bits; i < all; i++)
        ones += address_bit(bytes, i);
    /* Links of two, and single addresses, have no such ends. */
    return bits + 2 <= all && (ones == 0 || (family == 4 && ones == all - bits));
}

/* ---- names ---- */

static bool label_good(const char *label)
{
    size_t length = strlen(label);

    if (length == 0 || length > 63 || label[0] == '-' || label[length - 1] == '-')
        return false;
    for (const char *at = label; *at != '\0'; at++) {
        if (!g_ascii_isalnum(*at) && *at != '-')
            return false;
    }
    return true;
}

bool lathe_host_check(const char *text, GError **error)
{
    g_auto(GStrv) labels = g_strsplit(text, ".", -1);
    bool good = strlen(text) <= 253;

    for (char **label = labels; good && *label != NULL; label++)
        good = label_good(*label);
    if (good)
        return true;
    return lathe_error_input(error,
                             "'%s' is no host or domain name: letters, digits and hyphens, parts "
                             "of at most 63 between dots, 253 in all",
                             text);
}

bool lathe_interface_check(const char *text, GError **error)
{
    if (strlen(text) <= 15 && strpbrk(text, " /:#[]") == NULL)
        return lathe_word_check(text, error);
    return lathe_error_input(error, "'%s' is no name of a network interface", text);
}

bool lathe_word_check(const char *text, GError **error)
{
    for (const char *at = text; *at != '\0'; at++) {
        if (g_ascii_isspace(*at))
            return lathe_error_input(error, "there must be no blank in it: it would end there");
        if (!g_ascii_isprint(*at) || *at == '#')
            return lathe_error_input(error,
                                     "only printable ASCII can stand there, and no '#', which "
                                     "begins a comment or ends a line");
    }
    return true;
}
