/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The connections of the clients: each has one for every channel that it uses. The library tells of
 * them on the main thread, and does not say of which server: a process has one at a time.
 */
#include <netdb.h>
#include <string.h>
#include <sys/socket.h>

#include "display/spice/spice-private.h"

struct channels_entry {
    struct disp_spice_channel channel; /* first */
    const SpiceChannelEventInfo *info; /* whose it is: the library's own while it is connected */
};

static void channels_free_entry(gpointer data)
{
    struct channels_entry *entry = data;

    g_free(entry->channel.host);
    g_free(entry->channel.port);
    g_free(entry);
}

/* ---- whose they are: the server is found by a source of the main loop that never is ready ---- */

struct channels_source {
    GSource source;
    struct disp_spice *server;
};

static const GSourceFuncs channels_funcs = {0};
static const char channels_key[] = "channels";

static struct channels_source *channels_find_source(void)
{
    return (struct channels_source *)g_main_context_find_source_by_funcs_user_data(
        NULL, (GSourceFuncs *)&channels_funcs, (gpointer)channels_key);
}

static gboolean channels_nothing(gpointer data)
{
    return G_SOURCE_CONTINUE;
}

void spice_channels_open(struct disp_spice *spice)
{
    GSource *source = g_source_new((GSourceFuncs *)&channels_funcs, sizeof(struct channels_source));

    ((struct channels_source *)source)->server = spice;
    g_source_set_callback(source, channels_nothing, (gpointer)channels_key, NULL);
    g_source_attach(source, NULL);
    g_source_unref(source);
    spice->channels = g_ptr_array_new_with_free_func(channels_free_entry);
}

void spice_channels_close(struct disp_spice *spice)
{
    struct channels_source *source = channels_find_source();

    if (source != NULL && source->server == spice)
        g_source_destroy(&source->source);
    g_clear_pointer(&spice->channels, g_ptr_array_unref);
}

/* ---- the library's events ---- */

/* Who is at the other end, in numbers; a unix socket's other end has no name. */
static void channels_set_address(struct disp_spice_channel *channel,
                                 const SpiceChannelEventInfo *info)
{
    char host[NI_MAXHOST] = "", port[NI_MAXSERV] = "";
    const struct sockaddr *address = (const struct sockaddr *)&info->paddr_ext;

    channel->family = AF_UNSPEC;
    if ((info->flags & SPICE_CHANNEL_EVENT_FLAG_ADDR_EXT) != 0) {
        channel->family = address->sa_family;
        if (getnameinfo(address, info->plen_ext, host, sizeof(host), port, sizeof(port),
                        NI_NUMERICHOST | NI_NUMERICSERV) != 0)
            *host = *port = '\0';
    }
    channel->host = g_strdup(host);
    channel->port = g_strdup(port);
}

static struct channels_entry *channels_new_entry(const SpiceChannelEventInfo *info)
{
    struct channels_entry *entry = g_new0(struct channels_entry, 1);

    entry->info = info;
    entry->channel.connection = info->connection_id;
    entry->channel.type = info->type;
    entry->channel.id = info->id;
    entry->channel.tls = (info->flags & SPICE_CHANNEL_EVENT_FLAG_TLS) != 0;
    channels_set_address(&entry->channel, info);
    return entry;
}

static guint channels_find(const GPtrArray *channels, const SpiceChannelEventInfo *info)
{
    guint i = 0;

    while (i < channels->len && ((struct channels_entry *)channels->pdata[i])->info != info)
        i++;
    return i;
}

static void channels_tell(const struct disp_spice *spice, enum disp_spice_event event,
                          const struct disp_spice_channel *channel)
{
    const struct disp_spice_hooks *hooks = &spice->hooks;

    if (hooks->channel != NULL)
        hooks->channel(hooks->opaque, event, channel);
}

void spice_channels_on_event(int event, SpiceChannelEventInfo *info)
{
    const struct channels_source *source = channels_find_source();
    GPtrArray *channels;
    guint found;

    if (source == NULL)
        return;
    channels = source->server->channels;
    found = channels_find(channels, info);
    if (found == channels->len) {
        if (event == SPICE_CHANNEL_EVENT_DISCONNECTED)
            return;
        g_ptr_array_add(channels, channels_new_entry(info));
    }
    struct disp_spice_channel *channel = channels->pdata[found];
    channel->type = info->type; /* known since it is initialized */
    channel->id = info->id;
    switch (event) {
    case SPICE_CHANNEL_EVENT_CONNECTED:
        channels_tell(source->server, DISP_SPICE_CONNECTED, channel);
        break;
    case SPICE_CHANNEL_EVENT_INITIALIZED:
        channel->ready = true;
        channels_tell(source->server, DISP_SPICE_INITIALIZED, channel);
        break;
    case SPICE_CHANNEL_EVENT_DISCONNECTED:
        channels_tell(source->server, DISP_SPICE_DISCONNECTED, channel);
        g_ptr_array_remove_index_fast(channels, found);
        break;
    default:
        break;
    }
}

/* ---- who is there ---- */

unsigned disp_spice_count_channels(const struct disp_spice *spice)
{
    return spice->channels->len;
}

const struct disp_spice_channel *disp_spice_get_channel(const struct disp_spice *spice,
                                                        unsigned number)
{
    return number < spice->channels->len ? spice->channels->pdata[number] : NULL;
}
