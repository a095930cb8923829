/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A state machine over bytes. json-glib is lenient (octal numbers) and asserts on what it does not
 * expect (halves of surrogate pairs), so tokens are held to RFC 8259 here.
 */
#include "app/control/qmp-splitter.h"

#include <string.h>

enum splitter_state {
    SPLITTER_BETWEEN, /* tokens, or values */
    SPLITTER_WORD,    /* a number or a literal */
    SPLITTER_STRING,
    SPLITTER_ESCAPE, /* after the backslash */
    SPLITTER_HEX,    /* the digits of \uXXXX */
    SPLITTER_SKIP,   /* the rest of a bad line */
};

struct qmp_splitter {
    GString *text;
    enum splitter_state state;
    unsigned depth;
    size_t word;      /* where the word began */
    unsigned digits;  /* of SPLITTER_HEX, so far */
    unsigned unit;    /* the UTF-16 unit that they make */
    bool high;        /* the unit before was the first half of a pair */
    bool whole, done; /* the value is whole; it was told */
    const char *fault;
};

struct qmp_splitter *qmp_splitter_new(void)
{
    struct qmp_splitter *splitter = g_new0(struct qmp_splitter, 1);

    splitter->text = g_string_new(NULL);
    return splitter;
}

void qmp_splitter_free(struct qmp_splitter *splitter)
{
    if (splitter == NULL)
        return;
    g_string_free(splitter->text, TRUE);
    g_free(splitter);
}

const char *qmp_splitter_text(const struct qmp_splitter *splitter)
{
    return splitter->text->str;
}

/* ---- numbers and literals ---- */

static const char *splitter_skip_digits(const char *at)
{
    while (g_ascii_isdigit(*at))
        at++;
    return at;
}

/* NULL: there is no digit. */
static const char *splitter_need_digits(const char *at)
{
    return g_ascii_isdigit(*at) ? splitter_skip_digits(at) : NULL;
}

static bool splitter_is_number(const char *at)
{
    at += *at == '-';
    at = *at == '0' ? at + 1 : splitter_need_digits(at);
    if (at != NULL && *at == '.')
        at = splitter_need_digits(at + 1);
    if (at != NULL && (*at == 'e' || *at == 'E')) {
        at++;
        at = splitter_need_digits(at + (*at == '+' || *at == '-'));
    }
    return at != NULL && *at == '\0';
}

static bool splitter_is_word(const char *word)
{
    return strcmp(word, "true") == 0 || strcmp(word, "false") == 0 || strcmp(word, "null") == 0 ||
           splitter_is_number(word);
}

/* The word is over; is it the whole value? */
static void splitter_end_word(struct qmp_splitter *splitter)
{
    splitter->state = SPLITTER_BETWEEN;
    splitter->whole = splitter->depth == 0;
    if (!splitter_is_word(splitter->text->str + splitter->word))
        splitter->fault = "a word is neither a number nor true, false or null";
}

/* ---- strings ---- */

static void splitter_take_string(struct qmp_splitter *splitter, char c)
{
    if (splitter->high && c != '\\') {
        splitter->fault = "half of a surrogate pair is missing";
    } else if (c == '"') {
        splitter->state = SPLITTER_BETWEEN;
        splitter->whole = splitter->depth == 0;
    } else if (c == '\\') {
        splitter->state = SPLITTER_ESCAPE;
    } else if ((unsigned char)c < 0x20) {
        splitter->fault = "a control character is not escaped";
    }
}

static void splitter_take_escape(struct qmp_splitter *splitter, char c)
{
    splitter->state = c == 'u' ? SPLITTER_HEX : SPLITTER_STRING;
    splitter->digits = splitter->unit = 0;
    if (splitter->high && c != 'u')
        splitter->fault = "half of a surrogate pair is missing";
    else if (c == '\0' || strchr("\"\\/bfnrtu", c) == NULL)
        splitter->fault = "there is no such escape";
}

static void splitter_take_hex(struct qmp_splitter *splitter, char c)
{
    if (!g_ascii_isxdigit(c)) {
        splitter->fault = "an escape has too few digits";
        return;
    }
    splitter->unit = splitter->unit << 4 | (unsigned)g_ascii_xdigit_value(c);
    if (++splitter->digits < 4)
        return;
    bool low = splitter->unit >= 0xdc00 && splitter->unit <= 0xdfff;
    splitter->state = SPLITTER_STRING;
    if (low != splitter->high)
        splitter->fault = "half of a surrogate pair is missing";
    else if (splitter->unit == 0)
        splitter->fault = "strings have no NUL";
    splitter->high = splitter->unit >= 0xd800 && splitter->unit <= 0xdbff;
}

/* ---- tokens ---- */

static void splitter_open(struct qmp_splitter *splitter)
{
    if (++splitter->depth > QMP_MAX_DEPTH)
        splitter->fault = "the value is nested too deep";
}

static void splitter_close(struct qmp_splitter *splitter)
{
    if (splitter->depth == 0)
        splitter->fault = "a bracket is closed that was not opened";
    else
        splitter->whole = --splitter->depth == 0;
}

static bool splitter_is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void splitter_take_between(struct qmp_splitter *splitter, char c)
{
    if (c == '{' || c == '[') {
        splitter_open(splitter);
    } else if (c == '}' || c == ']') {
        splitter_close(splitter);
    } else if (c == '"') {
        splitter->state = SPLITTER_STRING;
    } else if (g_ascii_isalnum(c) || c == '-') {
        splitter->state = SPLITTER_WORD;
        splitter->word = splitter->text->len - 1;
    } else if (!splitter_is_space(c) && (splitter->depth == 0 || (c != ',' && c != ':'))) {
        splitter->fault = "a character does not belong here";
    }
}

static bool splitter_is_word_part(char c)
{
    return g_ascii_isalnum(c) || c == '+' || c == '-' || c == '.';
}

/* A character of the value; it is in the text already. */
static void splitter_take(struct qmp_splitter *splitter, char c)
{
    switch (splitter->state) {
    case SPLITTER_STRING:
        splitter_take_string(splitter, c);
        break;
    case SPLITTER_ESCAPE:
        splitter_take_escape(splitter, c);
        break;
    case SPLITTER_HEX:
        splitter_take_hex(splitter, c);
        break;
    case SPLITTER_BETWEEN:
        splitter_take_between(splitter, c);
        break;
    case SPLITTER_WORD: /* goes on */
    case SPLITTER_SKIP:
        break;
    }
}

/* ---- values ---- */

static void splitter_begin(struct qmp_splitter *splitter)
{
    g_string_truncate(splitter->text, 0);
    splitter->depth = 0;
    splitter->whole = splitter->done = splitter->high = false;
    splitter->fault = NULL;
}

static enum qmp_split splitter_fail(struct qmp_splitter *splitter, char last)
{
    g_string_assign(splitter->text, splitter->fault);
    splitter->state = last == '\n' ? SPLITTER_BETWEEN : SPLITTER_SKIP;
    splitter->done = true;
    return QMP_SPLIT_BAD;
}

static enum qmp_split splitter_finish(struct qmp_splitter *splitter)
{
    if (!g_utf8_validate(splitter->text->str, (gssize)splitter->text->len, NULL)) {
        splitter->fault = "the text is not UTF-8";
        return splitter_fail(splitter, '\0');
    }
    splitter->done = true;
    return QMP_SPLIT_VALUE;
}

/* One character; *taken becomes false if it belongs to what follows. */
static enum qmp_split splitter_step(struct qmp_splitter *splitter, char c, bool *taken)
{
    if (splitter->state == SPLITTER_WORD && !splitter_is_word_part(c))
        splitter_end_word(splitter);
    *taken = !splitter->whole;
    if (splitter->fault == NULL && !splitter->whole &&
        !(splitter->text->len == 0 && splitter_is_space(c))) {
        g_string_append_c(splitter->text, c);
        splitter_take(splitter, c);
        if (splitter->text->len >= QMP_MAX_VALUE)
            splitter->fault = "the value is too long";
    }
    if (splitter->fault != NULL) {
        *taken = true;
        return splitter_fail(splitter, c);
    }
    return splitter->whole ? splitter_finish(splitter) : QMP_SPLIT_MORE;
}

/* What follows a fault on its line is skipped; true: the line is over. */
static bool splitter_skip(struct qmp_splitter *splitter, const char **data, size_t *length)
{
    const char *end = memchr(*data, '\n', *length);
    size_t part = end != NULL ? (size_t)(end + 1 - *data) : *length;

    *data += part;
    *length -= part;
    if (end != NULL)
        splitter->state = SPLITTER_BETWEEN;
    return end != NULL;
}

enum qmp_split qmp_splitter_feed(struct qmp_splitter *splitter, const char **data, size_t *length)
{
    enum qmp_split split = QMP_SPLIT_MORE;
    bool taken;

    if (splitter->done)
        splitter_begin(splitter);
    if (splitter->state == SPLITTER_SKIP && !splitter_skip(splitter, data, length))
        return QMP_SPLIT_MORE;
    while (*length > 0 && split == QMP_SPLIT_MORE) {
        split = splitter_step(splitter, **data, &taken);
        *data += taken;
        *length -= taken;
    }
    return split;
}
