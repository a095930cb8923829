/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Requests of HTTP taken apart (http.h): pure functions, hostile bytes. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "emulator/net/http.h"

enum {
    HTTP_BAD = 400,
    HTTP_DENIED = 403,
    HTTP_METHOD = 405,
    HTTP_TOO_LONG = 431,
    HTTP_VERSION = 505
};

struct http_words {
    const char *text;
    size_t length;
};

static bool http_is(const struct http_words *words, const char *text)
{
    return words->length == strlen(text) && strncasecmp(words->text, text, words->length) == 0;
}

/* The next word of a line, with one blank behind it. */
static struct http_words http_word(const char **at, const char *end)
{
    const char *start = *at, *blank = memchr(start, ' ', (size_t)(end - start));

    if (blank == NULL)
        blank = end;
    *at = blank < end ? blank + 1 : end;
    return (struct http_words){start, (size_t)(blank - start)};
}

/* ---- names ---- */

static int http_digit(char letter)
{
    if (letter >= '0' && letter <= '9')
        return letter - '0';
    letter |= 0x20;
    return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

/* %41 is A. Returns the length, 0: it is no name. */
static size_t http_decode(const struct http_words *path, char out[EMU_BOOT_NAME_MAX])
{
    size_t used = 0;

    for (size_t i = 0; i < path->length; i++) {
        char letter = path->text[i];

        if (used + 1 == EMU_BOOT_NAME_MAX)
            return 0;
        if (letter == '%') {
            int high = i + 2 < path->length ? http_digit(path->text[i + 1]) : -1;
            int low = high >= 0 ? http_digit(path->text[i + 2]) : -1;

            if (low < 0)
                return 0;
            letter = (char)(high << 4 | low);
            i += 2;
        }
        out[used++] = letter;
    }
    return used;
}

/* What a proxy would be asked for has the host in it; the query is left out. */
static struct http_words http_path(struct http_words target)
{
    const char *query = memchr(target.text, '?', target.length), *slash;

    if (query != NULL)
        target.length = (size_t)(query - target.text);
    if (target.length < 7 || strncasecmp(target.text, "http://", 7) != 0)
        return target;
    slash = memchr(target.text + 7, '/', target.length - 7);
    if (slash == NULL)
        return (struct http_words){"/", 1};
    return (struct http_words){slash, target.length - (size_t)(slash - target.text)};
}

static unsigned http_take_name(struct emu_http_request *out, struct http_words target)
{
    struct http_words path = http_path(target);
    char decoded[EMU_BOOT_NAME_MAX];
    size_t length = http_decode(&path, decoded);

    emu_bootfile_show(path.text, path.length, out->shown, sizeof(out->shown));
    if (path.length == 0 || path.text[0] != '/' || length == 0)
        return HTTP_BAD;
    if (length > 1 && !emu_bootfile_name(decoded, length, out->name))
        return HTTP_DENIED;
    return 0;
}

static unsigned http_take_line(struct emu_http_request *out, const char *at, const char *end)
{
    struct http_words method = http_word(&at, end), target = http_word(&at, end),
                      version = http_word(&at, end);

    if (method.length == 0 || target.length == 0 || at != end || version.length < 5 ||
        strncmp(version.text, "HTTP/", 5) != 0)
        return HTTP_BAD;
    out->close = http_is(&version, "HTTP/1.0");
    if (!out->close && !http_is(&version, "HTTP/1.1"))
        return HTTP_VERSION;
    out->head = http_is(&method, "HEAD");
    if (!out->head && !http_is(&method, "GET")) {
        emu_bootfile_show(target.text, target.length, out->shown, sizeof(out->shown));
        return HTTP_METHOD;
    }
    return http_take_name(out, target);
}

/* ---- fields ---- */

static bool http_number(const char **at, const char *end, uint64_t *out)
{
    uint64_t value = 0;
    const char *start = *at;

    while (*at < end && **at >= '0' && **at <= '9') {
        if (value > (UINT64_MAX - 9) / 10)
            return false;
        value = value * 10 + (uint64_t)(*(*at)++ - '0');
    }
    *out = value;
    return *at > start;
}

/* "bytes=5-", "bytes=5-9", "bytes=-5"; what is not understood asks for the whole. */
static void http_take_range(struct emu_http_request *out, const char *at, const char *end)
{
    uint64_t first = 0, last = UINT64_MAX;
    bool from, to;

    if (end - at < 6 || strncasecmp(at, "bytes=", 6) != 0)
        return;
    at += 6;
    from = http_number(&at, end, &first);
    if (at == end || *at++ != '-')
        return;
    to = http_number(&at, end, &last);
    if (!to)
        last = UINT64_MAX;
    if (at != end || (!from && !to) || (from && last < first))
        return;
    out->range = from ? EMU_HTTP_FROM : EMU_HTTP_LAST;
    out->first = first;
    out->last = last;
}

static void http_take_field(struct emu_http_request *out, const char *at, const char *end)
{
    const char *colon = memchr(at, ':', (size_t)(end - at));
    struct http_words name, value;

    if (colon == NULL)
        return;
    name = (struct http_words){at, (size_t)(colon - at)};
    for (colon++; colon < end && (*colon == ' ' || *colon == '\t'); colon++)
        ;
    while (end > colon && (end[-1] == ' ' || end[-1] == '\t'))
        end--;
    value = (struct http_words){colon, (size_t)(end - colon)};
    if (http_is(&name, "Connection"))
        out->close = http_is(&value, "close") || (out->close && !http_is(&value, "keep-alive"));
    else if (http_is(&name, "Range"))
        http_take_range(out, colon, end);
    else if (http_is(&name, "Transfer-Encoding") ||
             (http_is(&name, "Content-Length") && !http_is(&value, "0")))
        out->close = true; /* a body is not read, and must not be taken for a request */
}

/* The end of a line, with or without a carriage return; NULL: it is not whole. */
static const char *http_line_end(const char *at, const char *limit, const char **next)
{
    const char *end = memchr(at, '\n', (size_t)(limit - at));

    if (end == NULL)
        return NULL;
    *next = end + 1;
    return end > at && end[-1] == '\r' ? end - 1 : end;
}

size_t emu_http_parse(const char *bytes, size_t length, struct emu_http_request *out)
{
    const char *at = bytes, *limit = bytes + length, *end, *next;
    bool first = true;

    *out = (struct emu_http_request){0};
    while ((end = http_line_end(at, limit, &next)) != NULL) {
        if (!first && end == at)
            return (size_t)(next - bytes);
        if (first && end > at) { /* empty lines in front do not count */
            out->status = http_take_line(out, at, end);
            first = false;
        } else if (!first) {
            http_take_field(out, at, end);
        }
        at = next;
    }
    if (length < EMU_HTTP_HEAD_MAX)
        return 0;
    out->status = HTTP_TOO_LONG;
    return length;
}

bool emu_http_cut(const struct emu_http_request *request, uint64_t size, uint64_t *first,
                  uint64_t *count)
{
    *first = 0;
    *count = size;
    if (request->range == EMU_HTTP_FROM) {
        *first = request->first;
        if (*first >= size)
            return false;
        *count = request->last >= size - 1 ? size - *first : request->last - *first + 1;
    } else if (request->range == EMU_HTTP_LAST) {
        *count = request->last < size ? request->last : size;
        *first = size - *count;
        return *count != 0;
    }
    return true;
}

const char *emu_http_type(const char *name)
{
    static const char *const types[][2] = {
        {".efi", "application/efi"},
        {".iso", "application/vnd.efi-iso"},
        {".img", "application/vnd.efi-img"},
        {".ipxe", "text/plain"},
        {".cfg", "text/plain"},
        {".txt", "text/plain"},
        {".json", "application/json"},
    };
    const char *end = strrchr(name, '.');

    for (size_t i = 0; end != NULL && i < sizeof(types) / sizeof(types[0]); i++)
        if (strcasecmp(end, types[i][0]) == 0)
            return types[i][1];
    return "application/octet-stream";
}
