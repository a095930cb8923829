/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A bounded window over a serial port's stream, searched whenever it grows. */
#include "app/session/expect.h"

#include "app/plan/error.h"

struct lathe_expect {
    LatheSerial *serial;
    gulong handler;
    GRegex *regex;
    GByteArray *window;
    void (*on_match)(void *opaque);
    void *opaque;
    gboolean matched;
};

GRegex *lathe_expect_compile(const char *pattern, GError **error)
{
    GError *found = NULL;
    GRegex *regex =
        g_regex_new(pattern, G_REGEX_RAW | G_REGEX_MULTILINE | G_REGEX_NEWLINE_ANYCRLF, 0, &found);

    if (regex == NULL) {
        lathe_error_input(error, "--expect-serial '%s' is no regular expression: %s", pattern,
                          found->message);
        g_error_free(found);
    }
    return regex;
}

static void expect_output(LatheSerial *serial, GBytes *bytes, gpointer data)
{
    struct lathe_expect *expect = data;
    gsize length;
    const guint8 *text = g_bytes_get_data(bytes, &length);

    if (expect->matched)
        return;
    g_byte_array_append(expect->window, text, (guint)length);
    expect->matched = g_regex_match_full(expect->regex, (const char *)expect->window->data,
                                         expect->window->len, 0, 0, NULL, NULL);
    if (expect->matched)
        expect->on_match(expect->opaque);
    else if (expect->window->len > LATHE_EXPECT_WINDOW)
        g_byte_array_remove_range(expect->window, 0, expect->window->len - LATHE_EXPECT_WINDOW);
}

struct lathe_expect *lathe_expect_new(LatheSerial *serial, GRegex *regex,
                                      void (*on_match)(void *opaque), void *opaque)
{
    struct lathe_expect *expect = g_new0(struct lathe_expect, 1);

    expect->serial = g_object_ref(serial);
    expect->regex = g_regex_ref(regex);
    expect->window = g_byte_array_new();
    expect->on_match = on_match;
    expect->opaque = opaque;
    expect->handler = g_signal_connect(serial, "output", G_CALLBACK(expect_output), expect);
    return expect;
}

void lathe_expect_free(struct lathe_expect *expect)
{
    if (expect == NULL)
        return;
    g_signal_handler_disconnect(expect->serial, expect->handler);
    g_object_unref(expect->serial);
    g_regex_unref(expect->regex);
    g_byte_array_unref(expect->window);
    g_free(expect);
}
