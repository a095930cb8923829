/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A QMP client on the main loop: messages come through the same splitter that the server uses. */
#include "app/control/control-link.h"

#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>
#include <string.h>
#include <sys/un.h>

#include "app/control/qmp-splitter.h"
#include "app/control/qmp-text.h"
#include "app/plan/error.h"

#define LINK_READ 4096u

struct link_call {
    lathe_link_answer_fn *answer;
    void *opaque;
};

struct lathe_link {
    const struct lathe_link_ops *ops;
    void *opaque;
    GSocket *socket;
    GSource *source;  /* reads */
    GSource *writing; /* while something could not be sent yet */
    GString *unsent;
    struct qmp_splitter *splitter;
    GQueue calls; /* of struct link_call *, that were not answered */
    bool greeted;
};

static void link_drop(GSource **source)
{
    if (*source == NULL)
        return;
    g_source_destroy(*source);
    g_clear_pointer(source, g_source_unref);
}

static void link_answer(struct lathe_link *link, JsonNode *answer, const char *complaint)
{
    g_autofree struct link_call *call = g_queue_pop_head(&link->calls);

    if (call != NULL && call->answer != NULL)
        call->answer(call->opaque, answer, complaint);
}

static void link_close(struct lathe_link *link)
{
    link_drop(&link->source);
    link_drop(&link->writing);
    while (link->calls.length != 0)
        link_answer(link, NULL, "the machine has gone");
    link->ops->closed(link->opaque);
}

/* ---- sending ---- */

static gboolean link_send(struct lathe_link *link)
{
    while (link->unsent->len > 0) {
        g_autoptr(GError) found = NULL;
        gssize sent =
            g_socket_send(link->socket, link->unsent->str, link->unsent->len, NULL, &found);
        if (sent < 0)
            return g_error_matches(found, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
        g_string_erase(link->unsent, 0, sent);
    }
    return TRUE;
}

/* When it broke, reading finds out, too. */
static gboolean link_on_room(GSocket *socket, GIOCondition condition, gpointer data)
{
    struct lathe_link *link = data;

    if (link_send(link) && link->unsent->len > 0)
        return G_SOURCE_CONTINUE;
    g_clear_pointer(&link->writing, g_source_unref);
    return G_SOURCE_REMOVE;
}

static void link_flush(struct lathe_link *link)
{
    if (link->writing != NULL || !link_send(link) || link->unsent->len == 0)
        return;
    link->writing = g_socket_create_source(link->socket, G_IO_OUT, NULL);
    g_source_set_callback(link->writing, G_SOURCE_FUNC(link_on_room), link, NULL);
    g_source_attach(link->writing, NULL);
}

void lathe_link_call(struct lathe_link *link, const char *command, JsonObject *arguments,
                     lathe_link_answer_fn *answer, void *opaque)
{
    g_autoptr(JsonNode) node = json_node_new(JSON_NODE_OBJECT);
    JsonObject *message = json_object_new();
    struct link_call *call = g_new0(struct link_call, 1);

    json_object_set_string_member(message, "execute", command);
    if (arguments != NULL)
        json_object_set_object_member(message, "arguments", arguments);
    json_node_take_object(node, message);
    qmp_text_append(link->unsent, node);
    g_string_append_c(link->unsent, '\n');
    *call = (struct link_call){answer, opaque};
    g_queue_push_tail(&link->calls, call);
    link_flush(link);
}

/* ---- what comes ---- */

static const char *link_string(JsonObject *object, const char *name)
{
    JsonNode *node = json_object_get_member(object, name);

    return node != NULL && JSON_NODE_HOLDS_VALUE(node) &&
                   json_node_get_value_type(node) == G_TYPE_STRING
               ? json_node_get_string(node)
               : NULL;
}

static JsonObject *link_object(JsonObject *object, const char *name)
{
    JsonNode *node = json_object_get_member(object, name);

    return node != NULL && JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;
}

static void link_take_message(struct lathe_link *link, JsonObject *message)
{
    JsonObject *error = link_object(message, "error");
    const char *event = link_string(message, "event"), *words;

    if (event != NULL) {
        link->ops->event(link->opaque, event, link_object(message, "data"));
    } else if (error != NULL) {
        words = link_string(error, "desc");
        link_answer(link, NULL, words != NULL ? words : "the machine refused without a reason");
    } else if (json_object_has_member(message, "return")) {
        link_answer(link, json_object_get_member(message, "return"), NULL);
    }
}

/* The first message is the greeting. */
static gboolean link_take(struct lathe_link *link, const char *text)
{
    g_autoptr(JsonParser) parser = json_parser_new();
    JsonNode *root;

    if (!json_parser_load_from_data(parser, text, -1, NULL))
        return FALSE;
    root = json_parser_get_root(parser);
    if (root == NULL || !JSON_NODE_HOLDS_OBJECT(root))
        return FALSE;
    if (link->greeted)
        link_take_message(link, json_node_get_object(root));
    else if (!json_object_has_member(json_node_get_object(root), "QMP"))
        return FALSE;
    link->greeted = true;
    return TRUE;
}

static gboolean link_feed(struct lathe_link *link, const char *bytes, size_t length)
{
    enum qmp_split split;

    while ((split = qmp_splitter_feed(link->splitter, &bytes, &length)) == QMP_SPLIT_VALUE) {
        if (!link_take(link, qmp_splitter_text(link->splitter)))
            return FALSE;
    }
    return split == QMP_SPLIT_MORE;
}

static gboolean link_on_bytes(GSocket *socket, GIOCondition condition, gpointer data)
{
    struct lathe_link *link = data;
    g_autoptr(GError) found = NULL;
    char bytes[LINK_READ];
    gssize length = g_socket_receive(socket, bytes, sizeof(bytes), NULL, &found);

    if (length < 0 && g_error_matches(found, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
        return G_SOURCE_CONTINUE;
    if (length > 0 && link_feed(link, bytes, (size_t)length))
        return G_SOURCE_CONTINUE;
    link_close(link); /* which may free it */
    return G_SOURCE_REMOVE;
}

/* ---- life ---- */

static gboolean link_open(struct lathe_link *link, const char *path, GError **error)
{
    g_autoptr(GSocketAddress) address = NULL;

    if (strlen(path) >= sizeof(((struct sockaddr_un *)0)->sun_path)) {
        g_set_error(error, LATHE_ERROR, LATHE_ERROR_HOST, "the socket's path is too long");
        return FALSE;
    }
    address = g_unix_socket_address_new(path);
    link->socket =
        g_socket_new(G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, error);
    if (link->socket == NULL)
        return FALSE;
    g_socket_set_blocking(link->socket, FALSE);
    return g_socket_connect(link->socket, address, NULL, error);
}

struct lathe_link *lathe_link_new(const char *path, const struct lathe_link_ops *ops, void *opaque,
                                  GError **error)
{
    struct lathe_link *link = g_new0(struct lathe_link, 1);

    link->ops = ops;
    link->opaque = opaque;
    link->splitter = qmp_splitter_new();
    link->unsent = g_string_new(NULL);
    g_queue_init(&link->calls);
    if (!link_open(link, path, error)) {
        lathe_link_free(link);
        return NULL;
    }
    link->source = g_socket_create_source(link->socket, G_IO_IN, NULL);
    g_source_set_callback(link->source, G_SOURCE_FUNC(link_on_bytes), link, NULL);
    g_source_attach(link->source, NULL);
    lathe_link_call(link, "qmp_capabilities", NULL, NULL, NULL);
    return link;
}

void lathe_link_free(struct lathe_link *link)
{
    if (link == NULL)
        return;
    link_drop(&link->source);
    link_drop(&link->writing);
    g_queue_clear_full(&link->calls, g_free);
    qmp_splitter_free(link->splitter);
    g_string_free(link->unsent, TRUE);
    g_clear_object(&link->socket);
    g_free(link);
}
