/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Clipboards: who has the newest content, what the other side knows of it, and the content when it
 * is asked for. A guest that offers or asks more often than people do is not answered in full.
 */
#include <string.h>

#include "display/agent/agent-private.h"

#define CLIP_BUDGET 40 /* offers and wishes of the guest a second */

static bool clip_may_send(const struct disp_agent *agent)
{
    return agent->to_guest && agent->attended && agent_has(agent, AGENT_CAP_BY_DEMAND);
}

static bool clip_may_take(const struct disp_agent *agent)
{
    return agent->to_host && agent->attended && agent_has(agent, AGENT_CAP_BY_DEMAND);
}

static bool clip_spend(struct disp_agent *agent)
{
    gint64 now = g_get_monotonic_time();

    if (now - agent->second >= G_USEC_PER_SEC) {
        agent->second = now;
        agent->budget = CLIP_BUDGET;
    }
    return agent->budget > 0 && agent->budget-- > 0;
}

/* ---- to the guest ---- */

/* What is in front of a message: which clipboard, where the agent knows several. */
static size_t clip_put_head(const struct disp_agent *agent, enum disp_clip clip, uint8_t *head)
{
    if (!agent_has(agent, AGENT_CAP_SELECTION))
        return 0;
    agent_put32(head, clip);
    return 4;
}

/* An agent that knows one clipboard only knows this one. */
static bool clip_is_known(const struct disp_agent *agent, enum disp_clip clip)
{
    return clip == DISP_CLIP_CLIPBOARD || agent_has(agent, AGENT_CAP_SELECTION);
}

static bool clip_send(struct disp_agent *agent, unsigned message, enum disp_clip clip,
                      unsigned type, const void *data, size_t size)
{
    uint8_t head[8];
    size_t length = clip_put_head(agent, clip, head);

    if (message != AGENT_CLIPBOARD_RELEASE) {
        agent_put32(head + length, type);
        length += 4;
    }
    return agent_send(agent, message, head, length, data, size);
}

static void clip_send_none(struct disp_agent *agent, enum disp_clip clip)
{
    clip_send(agent, AGENT_CLIPBOARD, clip, 0, NULL, 0);
}

static void clip_send_grab(struct disp_agent *agent, enum disp_clip clip, unsigned types)
{
    uint8_t message[4 + 4 * DISP_CLIP_TYPES];
    size_t length = clip_put_head(agent, clip, message);

    for (unsigned type = DISP_CLIP_TEXT; type < DISP_CLIP_TYPES; type++) {
        if ((types & DISP_CLIP_BIT(type)) != 0) {
            agent_put32(message + length, type);
            length += 4;
        }
    }
    agent_send(agent, AGENT_CLIPBOARD_GRAB, message, length, NULL, 0);
}

/* The host's newest, or that it has none any more. */
static void clip_tell_guest(struct disp_agent *agent, enum disp_clip clip)
{
    struct agent_clip *state = &agent->clips[clip];

    if (!clip_may_send(agent) || !clip_is_known(agent, clip))
        return;
    state->told = true;
    if (state->types != 0)
        clip_send_grab(agent, clip, state->types);
    else if (state->granted)
        clip_send(agent, AGENT_CLIPBOARD_RELEASE, clip, 0, NULL, 0);
    state->granted = state->types != 0;
}

static void clip_tell_host(struct disp_agent *agent, enum disp_clip clip)
{
    struct agent_clip *state = &agent->clips[clip];

    if (!clip_may_take(agent))
        return;
    state->told = true;
    agent->hooks.offered(agent->opaque, clip, state->types);
}

void agent_clip_tell(struct disp_agent *agent)
{
    for (unsigned clip = 0; clip < DISP_CLIPS; clip++) {
        const struct agent_clip *state = &agent->clips[clip];

        if (state->told)
            continue;
        if (state->owner == CLIP_HOST)
            clip_tell_guest(agent, clip);
        else if (state->owner == CLIP_GUEST)
            clip_tell_host(agent, clip);
    }
}

void disp_agent_offer(struct disp_agent *agent, enum disp_clip clip, unsigned types)
{
    struct agent_clip *state = &agent->clips[clip];

    state->owner = CLIP_HOST;
    state->types = types;
    state->told = false;
    agent_clip_tell(agent);
}

/* ---- content to the guest ---- */

/* LF becomes CR LF; those that are there already stay. */
static GString *clip_with_crlf(const char *text, size_t size)
{
    GString *out = g_string_sized_new(size + size / 16);

    for (size_t i = 0; i < size; i++) {
        if (text[i] == '\n' && (i == 0 || text[i - 1] != '\r'))
            g_string_append_c(out, '\r');
        g_string_append_c(out, text[i]);
    }
    return out;
}

static void clip_give_text(struct disp_agent *agent, enum disp_clip clip, const char *text,
                           size_t size)
{
    if (!g_utf8_validate(text, (gssize)size, NULL)) {
        clip_send_none(agent, clip);
        return;
    }
    g_autoptr(GString) converted =
        agent_has(agent, AGENT_CAP_GUEST_CRLF) ? clip_with_crlf(text, size) : NULL;
    if (converted != NULL && converted->len > DISP_CLIP_MAX)
        clip_send_none(agent, clip);
    else if (converted != NULL)
        clip_send(agent, AGENT_CLIPBOARD, clip, DISP_CLIP_TEXT, converted->str, converted->len);
    else
        clip_send(agent, AGENT_CLIPBOARD, clip, DISP_CLIP_TEXT, text, size);
}

void disp_agent_give(struct disp_agent *agent, enum disp_clip clip, enum disp_clip_type type,
                     const uint8_t *data, size_t size)
{
    struct agent_clip *state = &agent->clips[clip];

    if ((state->wanted & DISP_CLIP_BIT(type)) == 0)
        return; /* who wanted it is gone */
    state->wanted &= ~DISP_CLIP_BIT(type);
    if (data == NULL || size > DISP_CLIP_MAX || !clip_may_send(agent))
        clip_send_none(agent, clip);
    else if (type == DISP_CLIP_TEXT)
        clip_give_text(agent, clip, (const char *)data, size);
    else if (!clip_send(agent, AGENT_CLIPBOARD, clip, type, data, size))
        clip_send_none(agent, clip);
}

/* Only what was offered, while somebody is at the window, and each once at a time. */
static void clip_on_request(struct disp_agent *agent, enum disp_clip clip, unsigned type)
{
    struct agent_clip *state = &agent->clips[clip];

    if (type < DISP_CLIP_TEXT || type >= DISP_CLIP_TYPES || !clip_may_send(agent) ||
        state->owner != CLIP_HOST || !state->granted || (state->types & DISP_CLIP_BIT(type)) == 0 ||
        (state->wanted & DISP_CLIP_BIT(type)) != 0 || !clip_spend(agent)) {
        clip_send_none(agent, clip);
        return;
    }
    state->wanted |= DISP_CLIP_BIT(type);
    agent->hooks.wanted(agent->opaque, clip, type);
}

/* ---- from the guest ---- */

static void clip_on_grab(struct disp_agent *agent, enum disp_clip clip, const uint8_t *data,
                         size_t size)
{
    struct agent_clip *state = &agent->clips[clip];
    unsigned types = 0;

    for (size_t at = 0; at + 4 <= size; at += 4) {
        uint32_t type = agent_get32(data + at);
        if (type >= DISP_CLIP_TEXT && type < DISP_CLIP_TYPES)
            types |= DISP_CLIP_BIT(type);
    }
    state->owner = CLIP_GUEST;
    state->types = types;
    state->granted = false;
    state->told = !clip_spend(agent); /* nobody copies that often */
    agent_clip_tell(agent);
}

static void clip_on_release(struct disp_agent *agent, enum disp_clip clip)
{
    struct agent_clip *state = &agent->clips[clip];

    if (state->owner != CLIP_GUEST)
        return;
    state->owner = CLIP_NOBODY;
    state->types = 0;
}

bool disp_agent_ask(struct disp_agent *agent, enum disp_clip clip, enum disp_clip_type type)
{
    struct agent_clip *state = &agent->clips[clip];

    if (!clip_may_take(agent) || state->owner != CLIP_GUEST ||
        (state->types & DISP_CLIP_BIT(type)) == 0 || state->asked != 0)
        return false;
    state->asked = DISP_CLIP_BIT(type);
    return clip_send(agent, AGENT_CLIPBOARD_REQUEST, clip, type, NULL, 0);
}

/* Valid UTF-8 without NULs and with line ends of LF, whatever the guest calls a text. */
static char *clip_clean_text(const uint8_t *data, size_t size)
{
    char *text = g_utf8_make_valid((const char *)data, (gssize)strnlen((const char *)data, size));
    char *out = text;

    for (const char *in = text; *in != '\0'; in++) {
        if (in[0] != '\r' || in[1] != '\n')
            *out++ = *in;
    }
    *out = '\0';
    return text;
}

static void clip_answer(struct disp_agent *agent, enum disp_clip clip, enum disp_clip_type type,
                        const uint8_t *data, size_t size)
{
    if (type == DISP_CLIP_TEXT && data != NULL) {
        g_autofree char *text = clip_clean_text(data, size);
        agent->hooks.given(agent->opaque, clip, type, (const uint8_t *)text, strlen(text));
    } else {
        agent->hooks.given(agent->opaque, clip, type, data, size);
    }
}

/* Only what was asked for. Type 0 says that it is not to be had. */
static void clip_on_content(struct disp_agent *agent, enum disp_clip clip, unsigned type,
                            const uint8_t *data, size_t size)
{
    struct agent_clip *state = &agent->clips[clip];
    unsigned asked = state->asked != 0 ? (unsigned)__builtin_ctz(state->asked) : 0;
    bool good = type == asked && size <= DISP_CLIP_MAX && clip_may_take(agent);

    if (asked == 0 || (type != 0 && type != asked))
        return;
    state->asked = 0;
    clip_answer(agent, clip, asked, good ? data : NULL, good ? size : 0);
}

void agent_clip_forget(struct disp_agent *agent)
{
    for (unsigned clip = 0; clip < DISP_CLIPS; clip++) {
        struct agent_clip *state = &agent->clips[clip];
        unsigned asked = state->asked;

        if (state->owner == CLIP_GUEST)
            state->owner = CLIP_NOBODY;
        state->told = state->granted = false;
        state->wanted = state->asked = 0;
        if (asked != 0)
            clip_answer(agent, clip, (unsigned)__builtin_ctz(asked), NULL, 0);
    }
}

/* ---- messages ---- */

bool agent_clip_message(struct disp_agent *agent, unsigned type, const uint8_t *data, size_t size)
{
    bool several = agent_has(agent, AGENT_CAP_SELECTION);
    size_t head = several ? 4 : 0;
    bool typed = type == AGENT_CLIPBOARD || type == AGENT_CLIPBOARD_REQUEST;

    if (size < head + (typed ? 4 : 0))
        return false;
    unsigned clip = several ? data[0] : DISP_CLIP_CLIPBOARD;
    data += head;
    size -= head;
    if (clip >= DISP_CLIPS)
        return true; /* SECONDARY: no program uses it */
    if (type == AGENT_CLIPBOARD_GRAB)
        clip_on_grab(agent, clip, data, size);
    else if (type == AGENT_CLIPBOARD_RELEASE)
        clip_on_release(agent, clip);
    else if (type == AGENT_CLIPBOARD_REQUEST)
        clip_on_request(agent, clip, agent_get32(data));
    else
        clip_on_content(agent, clip, agent_get32(data), data + 4, size - 4);
    return true;
}

/* ---- what is allowed ---- */

void disp_agent_allow(struct disp_agent *agent, bool to_guest, bool to_host)
{
    agent->to_guest = to_guest;
    agent->to_host = to_host;
    agent_clip_tell(agent);
}

void disp_agent_set_attended(struct disp_agent *agent, bool attended)
{
    agent->attended = attended;
    if (attended)
        agent_clip_tell(agent);
}
