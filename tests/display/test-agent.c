/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * display/agent against an agent that the test plays: its messages are made and read here, byte by
 * byte, from the protocol's description.
 */
#include <glib/gstdio.h>
#include <unistd.h>

#include "display/agent/agent.h"
#include "tests/test.h"

enum {
    CAPS = 6,
    MONITORS = 2,
    CLIP = 4,
    GRAB = 7,
    REQUEST = 8,
    RELEASE = 9,
    START = 10,
    STATUS = 11,
    DATA = 12,
    MAX = 14
};
#define LINUX_CAPS   (1u << 1 | 1u << 5 | 1u << 6 | 1u << 8 | 1u << 10 | 1u << 12 | 1u << 16)
#define WINDOWS_CAPS (1u << 1 | 1u << 5 | 1u << 9)

/* ---- the guest ---- */

struct rig {
    struct disp_agent *agent;
    GByteArray *in;  /* what the guest got, without chunks */
    GByteArray *raw; /* that was not cut up yet */
    size_t room;     /* that the channel has */
    unsigned changes, offered, offers, wanted, wants, files;
    GBytes *given;
    bool was_given, over;
    char *trouble;
    uint64_t sent;
};

static uint32_t get32(const uint8_t *data)
{
    return data[0] | (uint32_t)data[1] << 8 | (uint32_t)data[2] << 16 | (uint32_t)data[3] << 24;
}

static void put32(GByteArray *out, uint32_t value)
{
    const uint8_t bytes[4] = {(uint8_t)value, (uint8_t)(value >> 8), (uint8_t)(value >> 16),
                              (uint8_t)(value >> 24)};

    g_byte_array_append(out, bytes, sizeof(bytes));
}

static size_t rig_send(void *opaque, const uint8_t *data, size_t length)
{
    struct rig *rig = opaque;
    size_t taken = MIN(length, rig->room);

    g_byte_array_append(rig->raw, data, (guint)taken);
    rig->room -= taken;
    while (rig->raw->len >= 8 && rig->raw->len >= 8 + get32(rig->raw->data + 4)) {
        uint32_t size = get32(rig->raw->data + 4);
        CHECK(get32(rig->raw->data) == 1 && size <= 2048);
        g_byte_array_append(rig->in, rig->raw->data + 8, size);
        g_byte_array_remove_range(rig->raw, 0, 8 + size);
    }
    return taken;
}

static void rig_changed(void *opaque)
{
    ((struct rig *)opaque)->changes++;
}

static void rig_offered(void *opaque, enum disp_clip clip, unsigned types)
{
    struct rig *rig = opaque;

    rig->offered = clip << 16 | types;
    rig->offers++;
}

static void rig_given(void *opaque, enum disp_clip clip, enum disp_clip_type type,
                      const uint8_t *data, size_t size)
{
    struct rig *rig = opaque;

    g_clear_pointer(&rig->given, g_bytes_unref);
    rig->was_given = true;
    if (data != NULL)
        rig->given = g_bytes_new(data, size);
}

static void rig_wanted(void *opaque, enum disp_clip clip, enum disp_clip_type type)
{
    struct rig *rig = opaque;

    rig->wanted = clip << 16 | type;
    rig->wants++;
}

static void rig_file(void *opaque, const struct disp_agent_file *file)
{
    struct rig *rig = opaque;

    rig->sent = file->sent;
    if (!file->over)
        return;
    rig->over = true;
    rig->files++;
    g_free(rig->trouble);
    rig->trouble = g_strdup(file->trouble);
}

/* The next message that the guest got; 0: none. *body is its content, of the rig. */
static unsigned rig_next(struct rig *rig, GBytes **body)
{
    g_clear_pointer(body, g_bytes_unref);
    if (rig->in->len < 20)
        return 0;
    CHECK_EQ(get32(rig->in->data), 1);
    unsigned type = get32(rig->in->data + 4), size = get32(rig->in->data + 16);
    if (rig->in->len < 20 + size)
        return 0;
    *body = g_bytes_new(rig->in->data + 20, size);
    g_byte_array_remove_range(rig->in, 0, 20 + size);
    return type;
}

static bool rig_expect(struct rig *rig, unsigned type, const void *content, size_t size)
{
    g_autoptr(GBytes) body = NULL;
    unsigned found = rig_next(rig, &body);
    bool good = found == type && body != NULL && g_bytes_get_size(body) == size &&
                (size == 0 || memcmp(g_bytes_get_data(body, NULL), content, size) == 0);

    if (!good)
        fprintf(stderr, "message %u, expected %u\n", found, type);
    return good;
}

static void rig_drop(struct rig *rig)
{
    g_byte_array_set_size(rig->in, 0);
}

/* In chunks of so many bytes. */
static void rig_say(struct rig *rig, unsigned type, const void *content, size_t size, size_t chunk)
{
    g_autoptr(GByteArray) message = g_byte_array_new(), out = g_byte_array_new();

    put32(message, 1);
    put32(message, type);
    put32(message, 0);
    put32(message, 0);
    put32(message, (uint32_t)size);
    g_byte_array_append(message, content, (guint)size);
    for (size_t at = 0; at < message->len; at += chunk) {
        size_t part = MIN(chunk, message->len - at);
        put32(out, 1);
        put32(out, (uint32_t)part);
        g_byte_array_append(out, message->data + at, (guint)part);
    }
    for (size_t at = 0; at < out->len; at += 1000) /* the channel cuts where it likes */
        disp_agent_receive(rig->agent, out->data + at, MIN(1000, out->len - at));
}

static void rig_say_caps(struct rig *rig, uint32_t caps)
{
    g_autoptr(GByteArray) body = g_byte_array_new();

    put32(body, 1);
    put32(body, caps);
    rig_say(rig, CAPS, body->data, body->len, 2048);
}

static struct rig *rig_new(uint32_t caps)
{
    static const struct disp_agent_hooks hooks = {rig_send,  rig_changed, rig_offered,
                                                  rig_given, rig_wanted,  rig_file};
    struct rig *rig = g_new0(struct rig, 1);

    rig->in = g_byte_array_new();
    rig->raw = g_byte_array_new();
    rig->room = SIZE_MAX;
    rig->agent = disp_agent_new(&hooks, rig);
    disp_agent_set_attended(rig->agent, true);
    if (caps != 0) {
        disp_agent_set_open(rig->agent, true);
        rig_say_caps(rig, caps);
        rig_drop(rig);
    }
    return rig;
}

static void rig_free(struct rig *rig)
{
    disp_agent_free(rig->agent);
    g_byte_array_unref(rig->in);
    g_byte_array_unref(rig->raw);
    g_clear_pointer(&rig->given, g_bytes_unref);
    g_free(rig->trouble);
    g_free(rig);
}

/* ---- cases ---- */

static void test_states(void)
{
    struct rig *rig = rig_new(0);
    g_autoptr(GBytes) body = NULL;

    CHECK_EQ(disp_agent_get_state(rig->agent), DISP_AGENT_CLOSED);
    disp_agent_set_open(rig->agent, true);
    CHECK_EQ(disp_agent_get_state(rig->agent), DISP_AGENT_SILENT);
    CHECK_EQ(rig_next(rig, &body), CAPS);
    CHECK_EQ(get32(g_bytes_get_data(body, NULL)), 1);
    rig_say_caps(rig, LINUX_CAPS);
    CHECK_EQ(disp_agent_get_state(rig->agent), DISP_AGENT_READY);
    CHECK_EQ(disp_agent_get_abilities(rig->agent), DISP_AGENT_CLIPBOARDS | DISP_AGENT_SELECTIONS |
                                                       DISP_AGENT_MONITORS | DISP_AGENT_FILES);
    CHECK_EQ(rig_next(rig, &body), CAPS);
    CHECK_EQ(get32(g_bytes_get_data(body, NULL)), 0);
    CHECK(rig_expect(rig, MAX, "\0\0\0\2", 4));
    disp_agent_set_elsewhere(rig->agent, true);
    CHECK_EQ(disp_agent_get_state(rig->agent), DISP_AGENT_ELSEWHERE);
    rig_say_caps(rig, 0);
    CHECK(!disp_agent_ask(rig->agent, 0, DISP_CLIP_TEXT));
    disp_agent_set_elsewhere(rig->agent, false);
    CHECK_EQ(disp_agent_get_state(rig->agent), DISP_AGENT_SILENT);
    rig_say_caps(rig, 1u << 13);
    CHECK_EQ(disp_agent_get_abilities(rig->agent), 0);
    disp_agent_receive(rig->agent, (const uint8_t *)"GET / HTTP/1.0\r\n", 16);
    CHECK_EQ(disp_agent_get_state(rig->agent), DISP_AGENT_BROKEN);
    disp_agent_set_open(rig->agent, false);
    CHECK_EQ(disp_agent_get_state(rig->agent), DISP_AGENT_CLOSED);
    rig_free(rig);
}

static void test_to_guest(void)
{
    struct rig *rig = rig_new(LINUX_CAPS);

    disp_agent_offer(rig->agent, DISP_CLIP_PRIMARY,
                     DISP_CLIP_BIT(DISP_CLIP_TEXT) | DISP_CLIP_BIT(DISP_CLIP_PNG));
    CHECK(rig_expect(rig, GRAB, "\1\0\0\0\1\0\0\0\2\0\0\0", 12));
    rig_say(rig, REQUEST, "\1\0\0\0\1\0\0\0", 8, 3);
    CHECK_EQ(rig->wanted, DISP_CLIP_PRIMARY << 16 | DISP_CLIP_TEXT);
    rig_say(rig, REQUEST, "\1\0\0\0\1\0\0\0", 8, 2048); /* twice at a time is once too often */
    CHECK_EQ(rig->wants, 1);
    CHECK(rig_expect(rig, CLIP, "\1\0\0\0\0\0\0\0", 8));
    disp_agent_give(rig->agent, DISP_CLIP_PRIMARY, DISP_CLIP_TEXT, (const uint8_t *)"a\nb", 3);
    CHECK(rig_expect(rig, CLIP, "\1\0\0\0\1\0\0\0a\nb", 11));
    disp_agent_give(rig->agent, DISP_CLIP_PRIMARY, DISP_CLIP_TEXT, (const uint8_t *)"x", 1);
    CHECK_EQ(rig->in->len, 0);                          /* nobody waits for it */
    rig_say(rig, REQUEST, "\1\0\0\0\3\0\0\0", 8, 2048); /* was not offered */
    rig_say(rig, REQUEST, "\0\0\0\0\1\0\0\0", 8, 2048);
    CHECK_EQ(rig->wants, 1);
    CHECK(rig_expect(rig, CLIP, "\1\0\0\0\0\0\0\0", 8));
    CHECK(rig_expect(rig, CLIP, "\0\0\0\0\0\0\0\0", 8));
    disp_agent_offer(rig->agent, DISP_CLIP_PRIMARY, 0);
    CHECK(rig_expect(rig, RELEASE, "\1\0\0\0", 4));
    rig_free(rig);
}

static void test_to_host(void)
{
    static const char text[] = "\0\0\0\0\1\0\0\0caf\303\251\r\n\377end\0rest";
    struct rig *rig = rig_new(LINUX_CAPS);

    rig_say(rig, GRAB, "\0\0\0\0\1\0\0\0\2\0\0\0\143\0\0\0", 16, 5);
    CHECK_EQ(rig->offered, DISP_CLIP_BIT(DISP_CLIP_TEXT) | DISP_CLIP_BIT(DISP_CLIP_PNG));
    CHECK(!disp_agent_ask(rig->agent, DISP_CLIP_CLIPBOARD, DISP_CLIP_JPEG));
    rig_say(rig, CLIP, "\0\0\0\0\1\0\0\0unasked", 15, 2048);
    CHECK(!rig->was_given);
    CHECK(disp_agent_ask(rig->agent, DISP_CLIP_CLIPBOARD, DISP_CLIP_TEXT));
    CHECK(rig_expect(rig, REQUEST, "\0\0\0\0\1\0\0\0", 8));
    rig_say(rig, CLIP, text, sizeof(text) - 1, 7);
    CHECK(rig->given != NULL);
    if (rig->given != NULL)
        CHECK(g_bytes_get_size(rig->given) == 12 &&
              memcmp(g_bytes_get_data(rig->given, NULL), "caf\303\251\n\357\277\275end", 12) == 0);
    CHECK(disp_agent_ask(rig->agent, DISP_CLIP_CLIPBOARD, DISP_CLIP_PNG));
    rig->was_given = false;
    rig_say(rig, CLIP, "\0\0\0\0\0\0\0\0", 8, 2048);
    CHECK(rig->was_given && rig->given == NULL);
    CHECK(disp_agent_ask(rig->agent, DISP_CLIP_CLIPBOARD, DISP_CLIP_PNG));
    rig->was_given = false;
    disp_agent_set_open(rig->agent, false); /* an answer comes in any case */
    CHECK(rig->was_given && rig->given == NULL);
    rig_free(rig);
}

/* Windows: one clipboard, lines that end with CR LF. */
static void test_line_ends(void)
{
    struct rig *rig = rig_new(WINDOWS_CAPS);

    CHECK_EQ(disp_agent_get_abilities(rig->agent),
             DISP_AGENT_CLIPBOARDS | DISP_AGENT_MONITORS | DISP_AGENT_FILES);
    disp_agent_offer(rig->agent, DISP_CLIP_PRIMARY, DISP_CLIP_BIT(DISP_CLIP_TEXT));
    CHECK_EQ(rig->in->len, 0);
    disp_agent_offer(rig->agent, DISP_CLIP_CLIPBOARD, DISP_CLIP_BIT(DISP_CLIP_TEXT));
    CHECK(rig_expect(rig, GRAB, "\1\0\0\0", 4));
    rig_say(rig, REQUEST, "\1\0\0\0", 4, 2048);
    disp_agent_give(rig->agent, DISP_CLIP_CLIPBOARD, DISP_CLIP_TEXT, (const uint8_t *)"a\nb\r\nc",
                    6);
    CHECK(rig_expect(rig, CLIP, "\1\0\0\0a\r\nb\r\nc", 11));
    rig_free(rig);
}

/* Nothing goes where it is not allowed, and nothing to or from a window that nobody is at. */
static void test_permission(void)
{
    struct rig *rig = rig_new(LINUX_CAPS);
    unsigned text = DISP_CLIP_BIT(DISP_CLIP_TEXT);

    disp_agent_set_attended(rig->agent, false);
    disp_agent_offer(rig->agent, DISP_CLIP_CLIPBOARD, text);
    CHECK_EQ(rig->in->len, 0);
    disp_agent_set_attended(rig->agent, true);
    CHECK(rig_expect(rig, GRAB, "\0\0\0\0\1\0\0\0", 8));
    disp_agent_set_attended(rig->agent, false);
    rig_say(rig, REQUEST, "\0\0\0\0\1\0\0\0", 8, 2048);
    CHECK_EQ(rig->wants, 0);
    CHECK(rig_expect(rig, CLIP, "\0\0\0\0\0\0\0\0", 8));
    rig_say(rig, GRAB, "\0\0\0\0\1\0\0\0", 8, 2048);
    CHECK_EQ(rig->offers, 0);
    disp_agent_set_attended(rig->agent, true);
    CHECK_EQ(rig->offers, 1);
    disp_agent_allow(rig->agent, true, false);
    rig_say(rig, GRAB, "\0\0\0\0\1\0\0\0", 8, 2048);
    CHECK_EQ(rig->offers, 1);
    CHECK(!disp_agent_ask(rig->agent, DISP_CLIP_CLIPBOARD, DISP_CLIP_TEXT));
    disp_agent_allow(rig->agent, false, true);
    CHECK_EQ(rig->offers, 2);
    disp_agent_offer(rig->agent, DISP_CLIP_CLIPBOARD, text);
    CHECK_EQ(rig->in->len, 0);
    disp_agent_allow(rig->agent, true, true);
    CHECK(rig_expect(rig, GRAB, "\0\0\0\0\1\0\0\0", 8));
    rig_free(rig);
}

/* As spice-vdagentd sends it. */
static void test_one_long_chunk(void)
{
    struct rig *rig = rig_new(LINUX_CAPS);
    g_autofree char *text = g_strnfill(100000, 'x');

    memcpy(text, "\0\0\0\0\1\0\0\0", 8);
    rig_say(rig, GRAB, "\0\0\0\0\1\0\0\0", 8, 2048);
    CHECK(disp_agent_ask(rig->agent, DISP_CLIP_CLIPBOARD, DISP_CLIP_TEXT));
    rig_say(rig, CLIP, text, 100000, 200000);
    CHECK_EQ(disp_agent_get_state(rig->agent), DISP_AGENT_READY);
    CHECK(rig->given != NULL && g_bytes_get_size(rig->given) == 100000 - 8);
    rig_free(rig);
}

static void test_bounds(void)
{
    struct rig *rig = rig_new(LINUX_CAPS);
    static uint8_t chunk[2056];
    GByteArray *head = g_byte_array_new();

    for (unsigned i = 0; i < 1000; i++)
        rig_say(rig, GRAB, "\0\0\0\0\1\0\0\0", 8, 2048);
    CHECK(rig->offers > 0 && rig->offers <= 80); /* two seconds' at most */
    for (unsigned i = 0; i < 2; i++)
        put32(head, i == 0 ? 1 : 20);
    for (unsigned i = 0; i < 5; i++) /* a clipboard of 4 GiB is passed over */
        put32(head, i == 0 ? 1 : i == 1 ? CLIP : i == 4 ? 0xfffffff0 : 0);
    disp_agent_receive(rig->agent, head->data, head->len);
    chunk[0] = 1;
    chunk[5] = 8;
    for (unsigned i = 0; i < 0xfffffff0u / 2048; i += 4096)
        disp_agent_receive(rig->agent, chunk, sizeof(chunk));
    CHECK_EQ(disp_agent_get_state(rig->agent), DISP_AGENT_READY);
    CHECK(!rig->was_given);
    g_byte_array_unref(head);
    disp_agent_receive(rig->agent, (const uint8_t *)"\1\0\0\0\0\0\0\3", 8); /* 48 MiB */
    CHECK_EQ(disp_agent_get_state(rig->agent), DISP_AGENT_BROKEN);
    rig_free(rig);
}

static void test_monitors(void)
{
    static const struct disp_agent_monitor monitors[] = {{1280, 800, 0, 0}, {640, 480, 1280, 0}};
    static const uint8_t expected[] = {2,    0, 0, 0, 1,  0, 0, 0, 0x20, 3, 0, 0, 0,    5, 0, 0,
                                       32,   0, 0, 0, 0,  0, 0, 0, 0,    0, 0, 0, 0xe0, 1, 0, 0,
                                       0x80, 2, 0, 0, 32, 0, 0, 0, 0,    5, 0, 0, 0,    0, 0, 0};
    struct rig *rig = rig_new(0);

    disp_agent_set_monitors(rig->agent, monitors, 2);
    disp_agent_set_open(rig->agent, true);
    rig_drop(rig);
    rig_say_caps(rig, 1u << 1 | 1u << 12);
    g_autoptr(GBytes) body = NULL;
    CHECK_EQ(rig_next(rig, &body), CAPS);
    CHECK(rig_expect(rig, MONITORS, expected, sizeof(expected)));
    rig_free(rig);
}

/* ---- files ---- */

static char *file_make(const char *name, size_t size)
{
    char *path = g_build_filename(g_get_tmp_dir(), name, NULL);
    g_autofree char *content = g_malloc(size + 1);

    for (size_t i = 0; i < size; i++)
        content[i] = (char)(i * 7 + i / 251);
    g_file_set_contents(path, content, (gssize)size, NULL);
    return path;
}

static void file_status(struct rig *rig, unsigned id, unsigned status)
{
    const uint8_t body[8] = {(uint8_t)id, 0, 0, 0, (uint8_t)status, 0, 0, 0};

    rig_say(rig, STATUS, body, sizeof(body), 2048);
}

/* What came of the file so far. */
static void file_collect(struct rig *rig, GByteArray *content)
{
    g_autoptr(GBytes) body = NULL;

    while (rig_next(rig, &body) == DATA) {
        const uint8_t *data = g_bytes_get_data(body, NULL);
        CHECK_EQ(get32(data + 4), g_bytes_get_size(body) - 12);
        g_byte_array_append(content, data + 12, (guint)g_bytes_get_size(body) - 12);
    }
}

static void test_file(void)
{
    struct rig *rig = rig_new(LINUX_CAPS);
    g_autofree char *path = file_make("lathe-agent-file", 1000000), *whole = NULL;
    g_autoptr(GByteArray) content = g_byte_array_new();
    g_autoptr(GBytes) body = NULL;
    gsize length;

    unsigned id = disp_agent_send_file(rig->agent, path, NULL);
    CHECK_EQ(rig_next(rig, &body), START);
    CHECK(strstr((const char *)g_bytes_get_data(body, NULL) + 4, "size=1000000") != NULL);
    CHECK_EQ(rig->in->len, 0); /* nothing before the guest's leave */
    rig->room = 300000;
    file_status(rig, id, 0);
    CHECK(rig->sent < 1000000);
    rig->room = SIZE_MAX;
    for (unsigned i = 0; i < 100 && rig->sent < 1000000; i++)
        disp_agent_has_room(rig->agent);
    disp_agent_has_room(rig->agent);
    file_collect(rig, content);
    g_file_get_contents(path, &whole, &length, NULL);
    CHECK(content->len == length && memcmp(content->data, whole, length) == 0);
    CHECK(!rig->over);
    file_status(rig, id, 3);
    CHECK(rig->over && rig->trouble == NULL);
    g_unlink(path);
    rig_free(rig);
}

static void test_file_troubles(void)
{
    struct rig *rig = rig_new(LINUX_CAPS);
    g_autofree char *path = file_make("lathe-agent-small", 10);
    GError *error = NULL;

    CHECK_EQ(disp_agent_send_file(rig->agent, "/tmp", &error), 0);
    CHECK(error != NULL && strstr(error->message, "folder") != NULL);
    g_clear_error(&error);
    CHECK_EQ(disp_agent_send_file(rig->agent, "/nowhere/x", NULL), 0);
    unsigned first = disp_agent_send_file(rig->agent, path, NULL);
    unsigned second = disp_agent_send_file(rig->agent, path, NULL);
    unsigned third = disp_agent_send_file(rig->agent, path, NULL);
    CHECK(first != 0 && second != first && third != second);
    file_status(rig, second, 3); /* it was not even begun */
    CHECK_EQ(rig->files, 0);
    file_status(rig, first, 3); /* nor has this one been sent */
    CHECK(rig->files == 1 && rig->trouble != NULL);
    rig_say(rig, STATUS, "\2\0\0\0\4\0\0\0\0\0\1\0\0\0\0\0", 16, 2048);
    CHECK(rig->files == 2 && rig->trouble != NULL && strstr(rig->trouble, "65.5") != NULL);
    rig_drop(rig);
    disp_agent_cancel_file(rig->agent, third);
    CHECK(rig->files == 3 && rig->trouble != NULL);
    CHECK(rig_expect(rig, STATUS, "\3\0\0\0\1\0\0\0", 8));
    CHECK(disp_agent_send_file(rig->agent, path, NULL) != 0);
    disp_agent_set_open(rig->agent, false);
    CHECK(rig->files == 4 && rig->trouble != NULL);
    CHECK_EQ(disp_agent_send_file(rig->agent, path, NULL), 0);
    g_unlink(path);
    rig_free(rig);
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {
        {"states", test_states},
        {"clipboard to the guest", test_to_guest},
        {"clipboard to the host", test_to_host},
        {"line ends", test_line_ends},
        {"permission and attention", test_permission},
        {"one long chunk", test_one_long_chunk},
    {"bounds", test_bounds},
        {"monitors", test_monitors},
        {"a file", test_file},
        {"files that do not arrive", test_file_troubles},
        {NULL, NULL},
    };

    return test_main(argc, argv, cases);
}
