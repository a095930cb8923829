/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A display of the clients: one of the machine's screens as a QXL device without a guest. The main
 * thread turns damage into commands, and the library's thread of this display takes them. Nothing
 * waits: a primary surface comes and goes by asynchronous orders, and while a client is slow the
 * damage adds up here instead of commands.
 */
#include <string.h>

#include "display/spice/spice-private.h"

#define HEAD_RECTS    16u
#define HEAD_HELD_MAX (64u << 20) /* bytes of commands that the library has, */
#define HEAD_FRAMES   3u          /* or so many whole pictures */

enum head_phase {
    HEAD_EMPTY, /* no primary surface */
    HEAD_CREATING,
    HEAD_READY,
    HEAD_DESTROYING,
};

struct spice_head {
    QXLInstance instance; /* first */
    struct disp_spice *spice;
    struct disp_screen *screen;
    unsigned number;
    bool follows;
    GSource *kick; /* runs the head on the main loop; its ready time is set on any thread */

    GMutex lock; /* of the next six */
    GQueue draws, cursors;
    size_t held;    /* bytes of draws that were not let go of yet, also of those in the queue */
    bool viewer;    /* somebody sees it */
    bool completed; /* the order that makes the phase is carried out */
    bool waiting;   /* damage is here that had no room */

    enum head_phase phase;
    uint32_t *primary;
    unsigned width, height; /* of the primary surface */
    struct emu_rect damage[HEAD_RECTS];
    unsigned damaged;
    bool stale; /* all is damaged */
    bool watching;
    bool cursor_stale;
    uint64_t cursor_serial; /* of the image that the clients have */
    bool cursor_shown;
    uint32_t images;
};

static struct spice_head *head_of(QXLInstance *instance)
{
    return (struct spice_head *)instance;
}

static void head_kick(struct spice_head *head)
{
    g_source_set_ready_time(head->kick, 0);
}

/* ---- the library's thread ---- */

static void head_attached(QXLInstance *instance)
{
}

static void head_set_compression_level(QXLInstance *instance, int level)
{
}

/* One group with one slot, which is all of our memory: addresses are pointers. */
static void head_get_init_info(QXLInstance *instance, QXLDevInitInfo *info)
{
    *info = (QXLDevInitInfo){.num_memslots_groups = 1,
                             .num_memslots = 1,
                             .memslot_gen_bits = 8,
                             .memslot_id_bits = 8,
                             .qxl_ram_size = HEAD_HELD_MAX,
                             .n_surfaces = 1};
}

/* Damage that waits may go on once the last command is taken. */
static int head_take(struct spice_head *head, GQueue *queue, QXLCommandExt *out)
{
    g_mutex_lock(&head->lock);
    struct spice_command *command = g_queue_pop_head(queue);
    bool kick = command != NULL && queue->length == 0 && head->waiting;
    head->waiting &= !kick;
    g_mutex_unlock(&head->lock);
    if (command != NULL)
        *out = command->ext;
    if (kick)
        head_kick(head);
    return command != NULL;
}

static int head_get_command(QXLInstance *instance, QXLCommandExt *out)
{
    return head_take(head_of(instance), &head_of(instance)->draws, out);
}

static int head_get_cursor_command(QXLInstance *instance, QXLCommandExt *out)
{
    return head_take(head_of(instance), &head_of(instance)->cursors, out);
}

/* Whether the library may wait to be woken. */
static int head_is_drained(struct spice_head *head, const GQueue *queue)
{
    g_mutex_lock(&head->lock);
    bool empty = queue->length == 0;
    g_mutex_unlock(&head->lock);
    return empty;
}

static int head_req_cmd_notification(QXLInstance *instance)
{
    return head_is_drained(head_of(instance), &head_of(instance)->draws);
}

static int head_req_cursor_notification(QXLInstance *instance)
{
    return head_is_drained(head_of(instance), &head_of(instance)->cursors);
}

static void head_release_resource(QXLInstance *instance, QXLReleaseInfoExt info)
{
    struct spice_head *head = head_of(instance);
    struct spice_command *command = spice_command_of(info);

    g_mutex_lock(&head->lock);
    if (command->ext.cmd.type == QXL_CMD_DRAW)
        head->held -= command->size;
    bool kick = head->waiting;
    head->waiting = false;
    g_mutex_unlock(&head->lock);
    spice_command_free(command);
    if (kick)
        head_kick(head);
}

static void head_notify_update(QXLInstance *instance, uint32_t id)
{
}

static int head_flush_resources(QXLInstance *instance)
{
    return 0;
}

static void head_async_complete(QXLInstance *instance, uint64_t cookie)
{
    struct spice_head *head = head_of(instance);

    g_mutex_lock(&head->lock);
    head->completed = true;
    g_mutex_unlock(&head->lock);
    head_kick(head);
}

static void head_update_area_complete(QXLInstance *instance, uint32_t surface, QXLRect *rects,
                                      uint32_t count)
{
}

/* The first client of this display came, or the last one left. */
static void head_set_client_capabilities(QXLInstance *instance, uint8_t present,
                                         uint8_t capabilities[SPICE_CAPABILITIES_SIZE])
{
    struct spice_head *head = head_of(instance);

    g_mutex_lock(&head->lock);
    head->viewer = present != 0;
    g_mutex_unlock(&head->lock);
    head_kick(head);
}

/* ---- the main thread ---- */

/* A client's windows have other sizes. 0: the guest is to be told by its agent. */
static int head_client_monitors_config(QXLInstance *instance, VDAgentMonitorsConfig *config)
{
    struct spice_head *head = head_of(instance);

    if (!head->follows || config == NULL)
        return head->follows;
    if (head->number < config->num_of_monitors) {
        const VDAgentMonConfig *monitor = &config->monitors[head->number];
        disp_screen_prefer_size(head->screen, monitor->width, monitor->height);
    }
    return 1;
}

static void head_add_damage(struct spice_head *head, const struct emu_rect *rect)
{
    if (head->damaged == HEAD_RECTS)
        head->stale = true;
    else
        head->damage[head->damaged++] = *rect;
}

static void head_clear_queue(struct spice_head *head, GQueue *queue)
{
    g_mutex_lock(&head->lock);
    for (struct spice_command *command; (command = g_queue_pop_head(queue)) != NULL;) {
        if (command->ext.cmd.type == QXL_CMD_DRAW)
            head->held -= command->size;
        spice_command_free(command);
    }
    g_mutex_unlock(&head->lock);
}

static void head_create(struct spice_head *head, const struct emu_surface *surface)
{
    head->primary = g_try_malloc0((size_t)surface->width * surface->height * 4);
    if (head->primary == NULL)
        return;
    head->width = surface->width;
    head->height = surface->height;
    head->phase = HEAD_CREATING;
    QXLDevSurfaceCreate create = {.width = head->width,
                                  .height = head->height,
                                  .stride = -(int32_t)(head->width * 4), /* from the top */
                                  .format = SPICE_SURFACE_FMT_32_xRGB,
                                  .mouse_mode = 1,
                                  .mem = (uintptr_t)head->primary};
    spice_qxl_create_primary_surface_async(&head->instance, 0, &create, 0);
}

static void head_destroy(struct spice_head *head)
{
    head_clear_queue(head, &head->draws);
    head->phase = HEAD_DESTROYING;
    spice_qxl_destroy_primary_surface_async(&head->instance, 0, 0);
}

static void head_finish_order(struct spice_head *head)
{
    g_mutex_lock(&head->lock);
    bool completed = head->completed;
    head->completed = false;
    g_mutex_unlock(&head->lock);
    if (!completed)
        return;
    if (head->phase == HEAD_DESTROYING)
        g_clear_pointer(&head->primary, g_free);
    head->phase = head->phase == HEAD_CREATING ? HEAD_READY : HEAD_EMPTY;
    head->stale = true;
}

/* True: the queue has room. Else whoever makes room kicks. */
static bool head_has_room(struct spice_head *head, const GQueue *queue)
{
    size_t frames = (size_t)head->width * head->height * 4 * HEAD_FRAMES;

    g_mutex_lock(&head->lock);
    bool full = queue == &head->draws && head->held > MAX(frames, HEAD_HELD_MAX);
    bool room = queue->length == 0 && !full;
    head->waiting |= !room;
    g_mutex_unlock(&head->lock);
    if (full)
        spice_qxl_oom(&head->instance);
    return room;
}

/* Takes the command; NULL: there was no memory, and later more damage tries again. */
static bool head_push(struct spice_head *head, GQueue *queue, struct spice_command *command)
{
    if (command == NULL)
        return false;
    g_mutex_lock(&head->lock);
    if (command->ext.cmd.type == QXL_CMD_DRAW)
        head->held += command->size;
    g_queue_push_tail(queue, command);
    g_mutex_unlock(&head->lock);
    return true;
}

static void head_send_damage(struct spice_head *head, const struct emu_surface *surface)
{
    const struct emu_rect all = {.width = surface->width, .height = surface->height};
    bool good = true;

    if ((head->damaged == 0 && !head->stale) || !head_has_room(head, &head->draws))
        return;
    if (head->stale) {
        head->damage[0] = all;
        head->damaged = 1;
    }
    for (unsigned i = 0; i < head->damaged; i++)
        good &= head_push(head, &head->draws,
                          spice_command_draw(surface, &head->damage[i], ++head->images));
    head->damaged = 0;
    head->stale = !good;
    spice_qxl_wakeup(&head->instance);
}

static struct spice_command *head_cursor_command(struct spice_head *head,
                                                 const struct emu_cursor *cursor)
{
    if (cursor->visible && head->cursor_shown && cursor->serial == head->cursor_serial)
        return spice_command_cursor_move(cursor);
    head->cursor_shown = cursor->visible;
    head->cursor_serial = cursor->serial;
    return spice_command_cursor(cursor);
}

static void head_send_cursor(struct spice_head *head)
{
    struct emu_cursor cursor;

    if (!head->cursor_stale || !head_has_room(head, &head->cursors))
        return;
    if (!disp_screen_get_cursor(head->screen, &cursor))
        cursor.visible = false;
    head->cursor_stale = !head_push(head, &head->cursors, head_cursor_command(head, &cursor));
    spice_qxl_wakeup(&head->instance);
}

/* A screen is looked at while somebody is there. */
static bool head_follow_viewer(struct spice_head *head)
{
    bool viewer = spice_head_has_viewer(head);

    if (viewer == head->watching)
        return viewer;
    head->watching = viewer;
    head->stale = head->cursor_stale = true;
    head->cursor_shown = false;
    disp_screen_watch(head->screen, viewer);
    spice_on_viewer(head->spice);
    return viewer;
}

/* Does what can be done now, without waiting. */
static void head_run(struct spice_head *head)
{
    const struct emu_surface *surface = disp_screen_get_surface(head->screen);

    head_finish_order(head);
    if (!head_follow_viewer(head))
        return;
    if (head->phase == HEAD_EMPTY && surface->width != 0)
        head_create(head, surface);
    if (head->phase != HEAD_READY)
        return;
    if (surface->width != head->width || surface->height != head->height)
        head_destroy(head);
    else
        head_send_damage(head, surface);
    head_send_cursor(head);
}

static void head_on_changed(void *opaque, const struct emu_display_update *update)
{
    struct spice_head *head = opaque;

    if (update == NULL)
        return;
    head->stale |= update->resized;
    head->cursor_stale |= update->cursor_changed;
    for (unsigned i = 0; i < update->count; i++)
        head_add_damage(head, &update->rects[i]);
    head_run(head);
}

static gboolean head_dispatch(GSource *source, GSourceFunc callback, gpointer data)
{
    g_source_set_ready_time(source, -1);
    head_run(data);
    return G_SOURCE_CONTINUE;
}

static const GSourceFuncs head_kick_funcs = {.dispatch = head_dispatch};

void spice_head_forget_viewer(struct spice_head *head)
{
    g_mutex_lock(&head->lock);
    head->viewer = false;
    g_mutex_unlock(&head->lock);
    head_kick(head);
}

bool spice_head_has_viewer(const struct spice_head *head)
{
    GMutex *lock = (GMutex *)&head->lock;

    g_mutex_lock(lock);
    bool viewer = head->viewer;
    g_mutex_unlock(lock);
    return viewer;
}

/* ---- life ---- */

static const QXLInterface head_interface = {
    .base = {.type = SPICE_INTERFACE_QXL,
             .description = "screen",
             .major_version = SPICE_INTERFACE_QXL_MAJOR,
             .minor_version = SPICE_INTERFACE_QXL_MINOR},
    .attached_worker = head_attached,
    .set_compression_level = head_set_compression_level,
    .get_init_info = head_get_init_info,
    .get_command = head_get_command,
    .req_cmd_notification = head_req_cmd_notification,
    .release_resource = head_release_resource,
    .get_cursor_command = head_get_cursor_command,
    .req_cursor_notification = head_req_cursor_notification,
    .notify_update = head_notify_update,
    .flush_resources = head_flush_resources,
    .async_complete = head_async_complete,
    .update_area_complete = head_update_area_complete,
    .set_client_capabilities = head_set_client_capabilities,
    .client_monitors_config = head_client_monitors_config,
};

static GSource *head_kick_new(struct spice_head *head)
{
    GSource *source = g_source_new((GSourceFuncs *)&head_kick_funcs, sizeof(GSource));

    g_source_set_callback(source, NULL, head, NULL);
    g_source_set_ready_time(source, -1);
    g_source_attach(source, NULL);
    return source;
}

struct spice_head *spice_head_new(struct disp_spice *spice, struct disp_screen *screen,
                                  unsigned number, bool follows)
{
    struct spice_head *head = g_new0(struct spice_head, 1);
    const struct disp_listener listener = {head_on_changed, head};
    QXLDevMemSlot all = {.virt_end = UINTPTR_MAX};

    head->instance.base.sif = &head_interface.base;
    head->instance.id = (int)number;
    head->spice = spice;
    head->screen = screen;
    head->number = number;
    head->follows = follows;
    g_mutex_init(&head->lock);
    head->kick = head_kick_new(head);
    spice_server_add_interface(spice->server, &head->instance.base);
    spice_qxl_add_memslot(&head->instance, &all);
    disp_screen_add_listener(screen, &listener);
    return head;
}

void spice_head_free(struct spice_head *head)
{
    disp_screen_remove_listener(head->screen, head);
    if (head->watching)
        disp_screen_watch(head->screen, false);
    g_source_destroy(head->kick);
    g_source_unref(head->kick);
    head_clear_queue(head, &head->draws);
    head_clear_queue(head, &head->cursors);
    g_mutex_clear(&head->lock);
    g_free(head->primary);
    g_free(head);
}
