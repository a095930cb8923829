/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands about the screen, the keyboard and the pointer. */
#include <string.h>

#include "app/control/pictures.h"
#include "app/control/qmp-private.h"
#include "app/modules/module.h"
#include "app/plan/put-file.h"
#include "app/session/input.h"
#include "app/session/recording.h"
#include "display/core/screen.h"

/* ---- screendump ---- */

/* Of one screen, or of several side by side. */
static GBytes *screen_encode(struct qmp_call *call, struct disp_screen *const *screens,
                             unsigned count, GError **error)
{
    const char *format = qmp_argument_string(call, "format");
    const struct lathe_pictures *pictures = lathe_module_find("pictures", error);
    g_autofree const struct emu_surface **surfaces = g_new(const struct emu_surface *, count);
    g_autofree struct emu_surface *joined = NULL;

    if (pictures == NULL)
        return NULL;
    for (unsigned i = 0; i < count; i++) {
        disp_screen_refresh(screens[i]);
        surfaces[i] = disp_screen_get_surface(screens[i]);
    }
    if (count != 1) {
        joined = pictures->join(surfaces, count, error);
        surfaces[0] = joined;
    }
    if (count != 1 && joined == NULL)
        return NULL;
    return g_strcmp0(format, "png") == 0 ? pictures->png(surfaces[0], error)
                                         : pictures->ppm(surfaces[0], error);
}

static void screen_save(struct qmp_call *call, struct disp_screen *const *screens, unsigned count)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) bytes = screen_encode(call, screens, count, &error);
    gsize length = 0;
    const char *data = bytes != NULL ? g_bytes_get_data(bytes, &length) : NULL;

    if (data == NULL ||
        !lathe_put_file(qmp_argument_string(call, "filename"), data, length, 0666, &error))
        qmp_fail(call, QMP_GENERIC_ERROR, "%s", error->message);
    else
        qmp_return(call, NULL);
}

/* By the device's id, and which of its heads; NULL: no such screen. */
static struct disp_screen *screen_find(LatheSession *session, const char *device, gint64 head)
{
    struct emu_machine *machine = lathe_session_get_machine(session);
    GPtrArray *screens = lathe_session_get_screens(session);

    for (guint i = 0; machine != NULL && i < screens->len; i++) {
        struct emu_display *display = emu_machine_get_display(machine, i);
        if (display != NULL && (device == NULL || strcmp(emu_display_name(display), device) == 0) &&
            head-- == 0)
            return screens->pdata[i];
    }
    return NULL;
}

void qmp_do_screendump(struct qmp_call *call)
{
    struct lathe_qmp *qmp = call->opaque;
    const char *device = qmp_argument_string(call, "device");
    gint64 head = qmp_argument_int(call, "head", 0);
    struct disp_screen *screen = screen_find(qmp->session, device, head);

    if (screen == NULL && head != 0 && screen_find(qmp->session, device, 0) != NULL)
        qmp_fail(call, QMP_GENERIC_ERROR, "Device '%s' has no head %d", device, (int)head);
    else if (screen == NULL && device != NULL)
        qmp_fail(call, QMP_DEVICE_NOT_FOUND, "Device '%s' not found", device);
    else if (screen == NULL)
        qmp_fail(call, QMP_GENERIC_ERROR, "There is no console to take a screendump from");
    else if (device == NULL && json_object_has_member(call->arguments, "head"))
        qmp_fail(call, QMP_GENERIC_ERROR, "'head' must be specified together with 'device'");
    else
        screen_save(call, &screen, 1);
}

/* ---- our own: screens by number ---- */

static bool screen_is_on(struct disp_screen *screen)
{
    return disp_screen_get_state(screen) != EMU_DISPLAY_OFF &&
           disp_screen_get_surface(screen)->width != 0;
}

/* One by its number, or all that are on. */
void qmp_do_screenshot(struct qmp_call *call)
{
    struct lathe_qmp *qmp = call->opaque;
    GPtrArray *screens = lathe_session_get_screens(qmp->session);
    gint64 head = qmp_argument_int(call, "head", -1);
    g_autoptr(GPtrArray) wanted = g_ptr_array_new();

    for (guint i = 0; i < screens->len; i++) {
        disp_screen_refresh(screens->pdata[i]);
        if (head == i || (head < 0 && screen_is_on(screens->pdata[i])))
            g_ptr_array_add(wanted, screens->pdata[i]);
    }
    if (wanted->len == 0)
        qmp_fail(call, QMP_GENERIC_ERROR, "No screen is on");
    else
        screen_save(call, (struct disp_screen *const *)wanted->pdata, wanted->len);
}

static JsonObject *screen_describe(struct disp_screen *screen, guint number)
{
    static const char *const states[] = {[EMU_DISPLAY_OFF] = "off",
                                         [EMU_DISPLAY_TEXT] = "text",
                                         [EMU_DISPLAY_GRAPHICS] = "graphics"};
    const struct emu_surface *surface = disp_screen_get_surface(screen);
    JsonObject *answer = json_object_new();
    struct emu_display_stats stats;

    disp_screen_get_stats(screen, &stats);
    json_object_set_int_member(answer, "head", number);
    json_object_set_int_member(answer, "width", surface->width);
    json_object_set_int_member(answer, "height", surface->height);
    json_object_set_string_member(answer, "state",
                                  states[screen_is_on(screen) ? disp_screen_get_state(screen) : 0]);
    json_object_set_boolean_member(answer, "connected", disp_screen_is_connected(screen));
    json_object_set_int_member(answer, "frames", (gint64)stats.frames);
    json_object_set_int_member(answer, "copies", (gint64)stats.copies);
    return answer;
}

void qmp_do_plug_screen(struct qmp_call *call)
{
    struct lathe_qmp *qmp = call->opaque;
    gint64 head = qmp_argument_int(call, "head", 0);
    gboolean plug = json_object_get_boolean_member(call->arguments, "connected");
    g_autoptr(GError) error = NULL;

    if (lathe_session_plug_screen(
            qmp->session, head < 0 || head > G_MAXUINT32 ? G_MAXUINT32 : (guint)head, plug, &error))
        qmp_return(call, NULL);
    else
        qmp_fail(call, QMP_GENERIC_ERROR, "%s", error->message);
}

void qmp_do_query_screens(struct qmp_call *call)
{
    struct lathe_qmp *qmp = call->opaque;
    GPtrArray *screens = lathe_session_get_screens(qmp->session);
    JsonArray *list = json_array_new();

    for (guint i = 0; i < screens->len; i++) {
        disp_screen_refresh(screens->pdata[i]);
        json_array_add_object_element(list, screen_describe(screens->pdata[i], i));
    }
    qmp_return_array(call, list);
}

/* ---- recording ---- */

static void record_return(struct qmp_call *call)
{
    struct lathe_qmp *qmp = call->opaque;
    struct lathe_recording_status status;
    JsonObject *answer = json_object_new();

    lathe_recording_get(qmp->session, &status);
    json_object_set_boolean_member(answer, "recording", status.active);
    if (status.path != NULL)
        json_object_set_string_member(answer, "filename", status.path);
    json_object_set_int_member(answer, "time", (gint64)status.time);
    json_object_set_int_member(answer, "frames", (gint64)status.frames);
    json_object_set_int_member(answer, "merged", (gint64)status.merged);
    json_object_set_int_member(answer, "size", (gint64)status.size);
    if (status.why != NULL)
        json_object_set_string_member(answer, "reason", status.why);
    qmp_return_object(call, answer);
}

void qmp_do_record_start(struct qmp_call *call)
{
    struct lathe_qmp *qmp = call->opaque;
    g_autoptr(GError) error = NULL;

    if (lathe_recording_start(qmp->session, qmp_argument_string(call, "filename"), &error))
        record_return(call);
    else
        qmp_fail(call, QMP_GENERIC_ERROR, "%s", error->message);
}

/* What it has is written by and by: query-record tells when all of it is. */
void qmp_do_record_stop(struct qmp_call *call)
{
    struct lathe_qmp *qmp = call->opaque;

    lathe_recording_stop(qmp->session);
    record_return(call);
}

void qmp_do_query_record(struct qmp_call *call)
{
    record_return(call);
}

/* ---- send-key ---- */

#define KEYS_MAX_CHORD   32u
#define KEYS_MAX_WAITING 100000u /* strokes and steps of waiting */
#define KEYS_HOLD_MS     100

void qmp_do_send_key(struct qmp_call *call)
{
    struct lathe_qmp *qmp = call->opaque;
    JsonArray *keys = json_object_get_array_member(call->arguments, "keys");
    gint64 hold = qmp_argument_int(call, "hold-time", KEYS_HOLD_MS);
    guint count = json_array_get_length(keys);
    guint16 codes[KEYS_MAX_CHORD];

    if (count > KEYS_MAX_CHORD || lathe_typist_get_left(qmp->typist, NULL) > KEYS_MAX_WAITING) {
        qmp_fail(call, QMP_GENERIC_ERROR, "Too many keys");
        return;
    }
    for (guint i = 0; i < count; i++) {
        codes[i] = (guint16)qmp_key_code(json_array_get_object_element(keys, i));
        if (codes[i] == 0) {
            qmp_fail(call, QMP_GENERIC_ERROR, "The number of key %u is unknown", i);
            return;
        }
    }
    lathe_typist_press_codes(qmp->typist, codes, count, (guint)CLAMP(hold, 0, G_MAXINT));
    qmp_return(call, NULL);
}

/* ---- input-send-event ---- */

static const struct input_button {
    const char *name;
    unsigned bit;
    int wheel, across;
} input_buttons[] = {{"left", EMU_BUTTON_LEFT, 0, 0},
                     {"right", EMU_BUTTON_RIGHT, 0, 0},
                     {"middle", EMU_BUTTON_MIDDLE, 0, 0},
                     {"side", EMU_BUTTON_SIDE, 0, 0},
                     {"extra", EMU_BUTTON_EXTRA, 0, 0},
                     {"wheel-up", 0, -1, 0},
                     {"wheel-down", 0, 1, 0},
                     {"wheel-left", 0, 0, -1},
                     {"wheel-right", 0, 0, 1}};

static void input_take_button(struct lathe_qmp *qmp, JsonObject *data,
                              struct emu_pointer_event *event)
{
    const char *name = json_object_get_string_member(data, "button");
    bool down = json_object_get_boolean_member(data, "down");

    for (size_t i = 0; i < G_N_ELEMENTS(input_buttons); i++) {
        const struct input_button *row = &input_buttons[i];
        if (strcmp(row->name, name) != 0)
            continue;
        qmp->buttons = down ? qmp->buttons | row->bit : qmp->buttons & ~row->bit;
        event->wheel += down ? row->wheel : 0;
        event->wheel_across += down ? row->across : 0;
    }
    event->buttons = qmp->buttons;
    lathe_input_pointer(qmp->session, event);
    event->wheel = event->wheel_across = 0;
    if (!event->absolute)
        event->x = event->y = 0;
}

static void input_take_move(struct lathe_qmp *qmp, JsonObject *data, bool absolute,
                            struct emu_pointer_event *event)
{
    bool across = strcmp(json_object_get_string_member(data, "axis"), "x") == 0;
    gint64 value = json_object_get_int_member(data, "value");

    if (absolute != event->absolute)
        event->x = event->y = 0;
    if (absolute) {
        *(across ? &qmp->x : &qmp->y) = (int)CLAMP(value, 0, EMU_POINTER_MAX);
        event->x = qmp->x;
        event->y = qmp->y;
    } else {
        *(across ? &event->x : &event->y) = (int)CLAMP(value, -EMU_POINTER_MAX, EMU_POINTER_MAX);
    }
    event->absolute = absolute;
}

static void input_take_key(struct lathe_qmp *qmp, JsonObject *data)
{
    unsigned code = qmp_key_code(json_object_get_object_member(data, "key"));

    if (code != 0)
        lathe_input_key(qmp->session, code, json_object_get_boolean_member(data, "down"));
}

/* Moves are gathered until a button or the end, so that both axes go together. */
static void input_take_event(struct lathe_qmp *qmp, JsonObject *object,
                             struct emu_pointer_event *event, bool *moved)
{
    const char *type = json_object_get_string_member(object, "type");
    JsonObject *data = json_object_get_object_member(object, "data");

    if (strcmp(type, "key") == 0) {
        input_take_key(qmp, data);
    } else if (strcmp(type, "btn") == 0) {
        input_take_button(qmp, data, event);
        *moved = false;
    } else {
        input_take_move(qmp, data, strcmp(type, "abs") == 0, event);
        *moved = true;
    }
}

void qmp_do_input_send_event(struct qmp_call *call)
{
    struct lathe_qmp *qmp = call->opaque;
    JsonArray *events = json_object_get_array_member(call->arguments, "events");
    struct emu_pointer_event event = {.buttons = qmp->buttons};
    bool moved = false;

    if (lathe_session_get_state(qmp->session) != LATHE_STATE_RUNNING) {
        qmp_fail(call, QMP_GENERIC_ERROR, "VM not running");
        return;
    }
    for (guint i = 0; i < json_array_get_length(events); i++)
        input_take_event(qmp, json_array_get_object_element(events, i), &event, &moved);
    if (moved)
        lathe_input_pointer(qmp->session, &event);
    qmp_return(call, NULL);
}

void qmp_do_query_mice(struct qmp_call *call)
{
    struct lathe_qmp *qmp = call->opaque;
    struct emu_input_status status = lathe_input_get_status(qmp->session);
    JsonArray *list = json_array_new();
    JsonObject *mouse = json_object_new();

    json_object_set_string_member(mouse, "name", status.absolute ? "Tablet" : "Mouse");
    json_object_set_int_member(mouse, "index", 0);
    json_object_set_boolean_member(mouse, "current", TRUE);
    json_object_set_boolean_member(mouse, "absolute", status.absolute);
    json_array_add_object_element(list, mouse);
    qmp_return_array(call, list);
}
