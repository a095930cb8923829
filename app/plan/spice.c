/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The text of "--display spice=..." and what it says (spice.h). */
#include "app/plan/spice.h"

#include <string.h>

#include "app/plan/disk.h"
#include "app/plan/error.h"

void lathe_spice_definition_free(struct lathe_spice_definition *spice)
{
    if (spice == NULL)
        return;
    g_free(spice->path);
    g_free(spice->host);
    g_free(spice->ticket);
    g_free(spice->ticket_file);
    g_free(spice->tls);
    g_free(spice);
}

/* "HOST:PORT", "[HOST]:PORT" */
static bool spice_parse_host(struct lathe_spice_definition *spice, const char *text, GError **error)
{
    const char *colon = strrchr(text, ':');
    guint64 port;

    if (colon == NULL || colon == text)
        return lathe_error_input(error, "--display spice=tcp:%s has no port: write tcp:HOST:PORT",
                                 text);
    if (!g_ascii_string_to_unsigned(colon + 1, 10, 1, 65535, &port, NULL))
        return lathe_error_input(error, "'%s' is no port: a number from 1 to 65535", colon + 1);
    if (text[0] == '[' && colon[-1] == ']')
        spice->host = g_strndup(text + 1, (gsize)(colon - text - 2));
    else
        spice->host = g_strndup(text, (gsize)(colon - text));
    spice->port = (unsigned)port;
    return true;
}

static bool spice_parse_place(struct lathe_spice_definition *spice, const char *text,
                              GError **error)
{
    if (g_str_has_prefix(text, "tcp:"))
        return spice_parse_host(spice, text + strlen("tcp:"), error);
    if (!g_str_has_prefix(text, "unix:") || text[strlen("unix:")] == '\0')
        return lathe_error_input(
            error, "--display spice=%s is no address: use unix:PATH or tcp:HOST:PORT", text);
    spice->path = g_strdup(text + strlen("unix:"));
    return true;
}

static bool spice_parse_usb(struct lathe_spice_definition *spice, const char *text, GError **error)
{
    guint64 count;

    if (!g_ascii_string_to_unsigned(text, 10, 0, LATHE_SPICE_USB_MAX, &count, NULL))
        return lathe_error_input(error, "--display spice: usb=%s is no number from 0 to %d", text,
                                 LATHE_SPICE_USB_MAX);
    spice->usb = (unsigned)count;
    return true;
}

static bool spice_parse_word(struct lathe_spice_definition *spice, const char *word, GError **error)
{
    const struct {
        const char *prefix;
        char **value;
    } rows[] = {
        {"ticket=", &spice->ticket}, {"ticket-file=", &spice->ticket_file}, {"tls=", &spice->tls}};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (!g_str_has_prefix(word, rows[i].prefix) || *rows[i].value != NULL)
            continue;
        *rows[i].value = g_strdup(word + strlen(rows[i].prefix));
        return true;
    }
    if (g_str_has_prefix(word, "usb="))
        return spice_parse_usb(spice, word + strlen("usb="), error);
    return lathe_error_input(
        error,
        "--display spice has no '%s': use ticket=TEXT, ticket-file=FILE, tls=FOLDER or usb=N",
        word);
}

static bool spice_is_of_this_host(const struct lathe_spice_definition *spice)
{
    return spice->path != NULL || strcmp(spice->host, "localhost") == 0 ||
           g_str_has_prefix(spice->host, "127.") || strcmp(spice->host, "::1") == 0;
}

static bool spice_check(const struct lathe_spice_definition *spice, GError **error)
{
    if (spice->ticket != NULL && spice->ticket_file != NULL)
        return lathe_error_input(error, "--display spice takes ticket= or ticket-file=, not both");
    if (spice->path != NULL && spice->tls != NULL)
        return lathe_error_input(error, "--display spice: a unix socket needs no tls=");
    if (!spice_is_of_this_host(spice) && spice->ticket == NULL && spice->ticket_file == NULL)
        return lathe_error_input(
            error, "--display spice: others reach %s, so it needs ticket-file=FILE", spice->host);
    return true;
}

struct lathe_spice_definition *lathe_spice_parse(const char *text, GError **error)
{
    g_autoptr(GPtrArray) words = lathe_split_at_commas(text);
    struct lathe_spice_definition *spice = g_new0(struct lathe_spice_definition, 1);
    spice->usb = LATHE_SPICE_USB;
    bool good = spice_parse_place(spice, words->len > 0 ? words->pdata[0] : "", error);

    for (guint i = 1; i < words->len && good; i++)
        good = spice_parse_word(spice, words->pdata[i], error);
    if (good && spice_check(spice, error))
        return spice;
    lathe_spice_definition_free(spice);
    return NULL;
}

static void spice_append_place(GString *text, const struct lathe_spice_definition *spice)
{
    g_autofree char *path = spice->path != NULL ? lathe_double_commas(spice->path) : NULL;

    if (path != NULL)
        g_string_append_printf(text, "unix:%s", path);
    else
        g_string_append_printf(text, strchr(spice->host, ':') != NULL ? "tcp:[%s]:%u" : "tcp:%s:%u",
                               spice->host, spice->port);
}

static void spice_append_word(GString *text, const char *name, const char *value)
{
    g_autofree char *doubled = value != NULL ? lathe_double_commas(value) : NULL;

    if (doubled != NULL)
        g_string_append_printf(text, ",%s=%s", name, doubled);
}

char *lathe_spice_format(const struct lathe_spice_definition *spice)
{
    GString *text = g_string_new(NULL);

    spice_append_place(text, spice);
    spice_append_word(text, "ticket", spice->ticket);
    spice_append_word(text, "ticket-file", spice->ticket_file);
    spice_append_word(text, "tls", spice->tls);
    if (spice->usb != LATHE_SPICE_USB)
        g_string_append_printf(text, ",usb=%u", spice->usb);
    return g_string_free(text, FALSE);
}

char *lathe_spice_describe(const struct lathe_spice_definition *spice)
{
    GString *text = g_string_new("viewers come to ");

    spice_append_place(text, spice);
    if (spice->tls != NULL)
        g_string_append_printf(text, ", with TLS from %s", spice->tls);
    g_string_append(text, spice->ticket != NULL || spice->ticket_file != NULL
                              ? ", with a ticket"
                              : ", without a ticket");
    return g_string_free(text, FALSE);
}
