/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sizes as people write them. Decimals are read as integers, so that 0.1 never loses a byte. */
#include "app/plan/size.h"

#include <string.h>

#include "app/plan/error.h"

/* The shift of a unit's letter; -1: no unit of ours. What may follow the letter: "", "iB". */
static int size_unit_shift(const char *unit)
{
    static const char letters[] = "KMGT";
    const char *found;

    if (unit[0] == '\0' || g_strcmp0(unit, "B") == 0)
        return 0;
    found = strchr(letters, g_ascii_toupper(unit[0]));
    if (found == NULL || (unit[1] != '\0' && g_strcmp0(unit + 1, "iB") != 0))
        return -1;
    return 10 * (int)(found - letters + 1);
}

/* Digits after the point as numerator and denominator (a power of ten). */
static const char *size_read_fraction(const char *text, uint64_t *numerator, uint64_t *denominator)
{
    *numerator = 0;
    *denominator = 1;
    if (*text != '.')
        return text;
    for (text++; g_ascii_isdigit(*text); text++) {
        if (*denominator < 1000000) {
            *numerator = *numerator * 10 + (uint64_t)(*text - '0');
            *denominator *= 10;
        }
    }
    return text;
}

bool lathe_size_parse(const char *text, uint64_t *bytes, GError **error)
{
    uint64_t numerator, denominator;
    char *end = NULL;
    uint64_t whole = g_ascii_isdigit(text[0]) ? g_ascii_strtoull(text, &end, 10) : 0;

    if (end == NULL)
        return lathe_error_input(error, "'%s' is no size: write for example 512M or 2G", text);
    const char *unit = size_read_fraction(end, &numerator, &denominator);
    int shift = size_unit_shift(*unit == ' ' ? unit + 1 : unit); /* as lathe_size_format has it */
    if (shift < 0)
        return lathe_error_input(error, "'%s' has an unknown unit: use K, M, G or T", text);
    if (whole >= (UINT64_C(1) << (63 - shift)))
        return lathe_error_input(error, "'%s' is too large a size", text);
    if (((numerator << shift) % denominator) != 0)
        return lathe_error_input(error, "'%s' is no whole number of bytes", text);
    *bytes = (whole << shift) + (numerator << shift) / denominator;
    return true;
}

char *lathe_size_format(uint64_t bytes)
{
    static const char *const units[] = {"bytes", "KiB", "MiB", "GiB", "TiB"};
    unsigned unit = 0;

    while (unit + 1 < G_N_ELEMENTS(units) && (bytes >> (10 * (unit + 1))) != 0 &&
           ((bytes * 4) & ((UINT64_C(1) << (10 * (unit + 1))) - 1)) == 0)
        unit++;
    uint64_t one = UINT64_C(1) << (10 * unit);
    uint64_t hundredths = (bytes % one) * 100 / one;
    if (hundredths == 0)
        return g_strdup_printf("%" G_GUINT64_FORMAT " %s", bytes / one, units[unit]);
    if (hundredths % 10 == 0)
        return g_strdup_printf("%" G_GUINT64_FORMAT ".%u %s", bytes / one,
                               (unsigned)hundredths / 10, units[unit]);
    return g_strdup_printf("%" G_GUINT64_FORMAT ".%02u %s", bytes / one, (unsigned)hundredths,
                           units[unit]);
}
