/* SPDX-License-Identifier: GPL-3.0-or-later */
/* URLs of installation sources, in the normal form that the WHATWG's standard gives them. */
#include "wizards/installer/values.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "app/plan/error.h"

enum { URL_MAX = 256 };

static const struct url_scheme {
    const char *name;
    unsigned port; /* which is not written */
} url_schemes[] = {{"http", 80}, {"https", 443}, {"ftp", 21}};

static const struct url_scheme *url_scheme(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(url_schemes); i++) {
        if (strcmp(url_schemes[i].name, name) == 0)
            return &url_schemes[i];
    }
    return NULL;
}

void lathe_url_clear(struct lathe_url *url)
{
    g_free(url->scheme);
    g_free(url->user);
    g_free(url->password);
    g_free(url->host);
    g_free(url->path);
    memset(url, 0, sizeof(*url));
}

/* ---- percent ---- */

char *lathe_percent_all(const char *text)
{
    GString *out = g_string_new(NULL);

    for (const char *at = text; *at != '\0'; at++)
        g_string_append_printf(out, "%%%02x", (guint8)*at);
    return g_string_free(out, FALSE);
}

char *lathe_percent_decode(const char *text)
{
    g_autoptr(GString) out = g_string_new(NULL);

    for (const char *at = text; *at != '\0'; at++) {
        if (*at == '%' && g_ascii_isxdigit(at[1]) && g_ascii_isxdigit(at[2])) {
            int byte = g_ascii_xdigit_value(at[1]) << 4 | g_ascii_xdigit_value(at[2]);
            if (byte == 0)
                return NULL;
            g_string_append_c(out, (char)byte);
            at += 2;
        } else {
            g_string_append_c(out, *at);
        }
    }
    return g_strdup(out->str);
}

/* Bytes that are no plain ASCII, and those of the set, as %XX. */
static char *url_encode(const char *text, const char *set)
{
    GString *out = g_string_new(NULL);

    for (const char *at = text; *at != '\0'; at++) {
        if ((guint8)*at <= ' ' || (guint8)*at >= 0x7f || strchr(set, *at) != NULL)
            g_string_append_printf(out, "%%%02X", (guint8)*at);
        else
            g_string_append_c(out, *at);
    }
    return g_string_free(out, FALSE);
}

/* ---- reading ---- */

static bool url_take_user(struct lathe_url *url, const char *text, size_t length)
{
    g_autofree char *both = g_strndup(text, length);
    char *colon = strchr(both, ':');

    if (colon != NULL)
        *colon++ = '\0';
    url->user = lathe_percent_decode(both);
    url->password = lathe_percent_decode(colon != NULL ? colon : "");
    return url->user != NULL && url->password != NULL;
}

/* "[IPv6]" in its short form; a name or IPv4 address in lower case. */
static bool url_take_host(struct lathe_url *url, const char *text)
{
    struct in6_addr address;
    char shown[INET6_ADDRSTRLEN];

    if (text[0] != '[') {
        url->host = g_ascii_strdown(text, -1);
        bool numbers = text[strspn(text, "0123456789.")] == '\0';
        return numbers ? inet_pton(AF_INET, text, &address) == 1 : lathe_host_check(text, NULL);
    }
    g_autofree char *inner = g_strndup(text + 1, MAX(strlen(text), 2) - 2);
    if (inet_pton(AF_INET6, inner, &address) != 1)
        return false;
    inet_ntop(AF_INET6, &address, shown, sizeof(shown));
    url->host = g_strdup_printf("[%s]", shown);
    return true;
}

static bool url_take_authority(struct lathe_url *url, const char *text)
{
    const char *at = strrchr(text, '@'), *host = at != NULL ? at + 1 : text;
    const char *bracket = strchr(host, ']'), *colon = strchr(bracket ? bracket : host, ':');
    g_autofree char *name = colon ? g_strndup(host, (gsize)(colon - host)) : g_strdup(host);
    guint64 port = 0;

    if (!url_take_user(url, text, at != NULL ? (size_t)(at - text) : 0))
        return false;
    if (bracket != NULL && bracket[1] != '\0' && bracket[1] != ':')
        return false;
    if (colon != NULL && colon[1] != '\0' &&
        !g_ascii_string_to_unsigned(colon + 1, 10, 1, 65535, &port, NULL))
        return false;
    url->port = port == url_scheme(url->scheme)->port ? 0 : (unsigned)port;
    return url_take_host(url, name);
}

static bool url_take(struct lathe_url *url, const char *text)
{
    const char *behind = strstr(text, "://");

    if (behind == NULL || strlen(text) > URL_MAX || strchr(text, '#') != NULL)
        return false;
    g_autofree char *scheme = g_strndup(text, (gsize)(behind - text));
    url->scheme = g_ascii_strdown(scheme, -1);
    if (url_scheme(url->scheme) == NULL)
        return false;
    size_t length = strcspn(behind + 3, "/?");
    g_autofree char *authority = g_strndup(behind + 3, length);
    const char *path = behind + 3 + length;
    g_autofree char *coded = url_encode(path, "\"<>`{}");
    url->path = g_strconcat(*path == '/' ? "" : "/", coded, NULL);
    return length != 0 && url_take_authority(url, authority);
}

bool lathe_url_parse(const char *text, struct lathe_url *url, GError **error)
{
    memset(url, 0, sizeof(*url));
    if (url_take(url, text))
        return true;
    lathe_url_clear(url);
    return lathe_error_input(error,
                             "'%s' is no URL that an installer takes: http, https or ftp, then "
                             "://HOST/PATH, without '#', 256 characters at most",
                             text);
}

bool lathe_url_check(const char *text, GError **error)
{
    struct lathe_url url;
    bool good = lathe_url_parse(text, &url, error);

    lathe_url_clear(&url);
    return good;
}

/* ---- writing ---- */

char *lathe_url_format(const struct lathe_url *url, const char *user, const char *password,
                       bool masked)
{
    bool own = *user == '\0' && *password == '\0';
    const char *secret = own ? url->password : password;
    g_autofree char *name = url_encode(own ? url->user : user, "\"#<>?`{}/:;=@[\\]^|%");
    g_autofree char *coded =
        masked && *secret != '\0' ? g_strdup("********") : lathe_percent_all(secret);
    GString *out = g_string_new(url->scheme);

    g_string_append(out, "://");
    if (*name != '\0' || *coded != '\0')
        g_string_append_printf(out, "%s%s%s@", name, *coded != '\0' ? ":" : "", coded);
    g_string_append(out, url->host);
    if (url->port != 0)
        g_string_append_printf(out, ":%u", url->port);
    g_string_append(out, url->path);
    return g_string_free(out, FALSE);
}
