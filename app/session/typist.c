/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A queue of key strokes and a timer that plays them. */
#include "app/session/typist.h"

#include <linux/input-event-codes.h>

#include "app/session/input.h"
#include "display/input/keys.h"
#include "display/input/typing.h"

/* Between two strokes: firmware polls its keyboard a hundred times a second and less. */
#define TYPIST_PERIOD_MS   12
#define TYPIST_MAX_HOLD_MS 60000

struct _LatheTypist {
    GObject parent;
    LatheSession *session;
    GArray *strokes; /* of struct disp_keystroke */
    guint next;
    guint timer;
};

G_DEFINE_FINAL_TYPE(LatheTypist, lathe_typist, G_TYPE_OBJECT)

enum { SIGNAL_CHANGED, SIGNAL_COUNT };
static guint typist_signals[SIGNAL_COUNT];

static void typist_changed(LatheTypist *typist)
{
    g_signal_emit(typist, typist_signals[SIGNAL_CHANGED], 0);
}

static void typist_finish(LatheTypist *typist)
{
    g_array_set_size(typist->strokes, 0);
    typist->next = 0;
    g_clear_handle_id(&typist->timer, g_source_remove);
}

static gboolean typist_play(gpointer data)
{
    LatheTypist *typist = data;

    if (lathe_session_get_state(typist->session) == LATHE_STATE_PAUSED)
        return G_SOURCE_CONTINUE; /* its devices have little room */
    const struct disp_keystroke *stroke =
        &g_array_index(typist->strokes, struct disp_keystroke, typist->next++);
    if (stroke->code != KEY_RESERVED) /* which stands for waiting */
        lathe_input_key(typist->session, stroke->code, stroke->down);
    gboolean more = typist->next < typist->strokes->len;
    if (!more) {
        typist->timer = 0; /* this source ends by what is returned */
        typist_finish(typist);
    }
    typist_changed(typist);
    return more;
}

static void typist_append(LatheTypist *typist, unsigned code, gboolean down)
{
    const struct disp_keystroke stroke = {(guint16)code, down};

    g_array_append_val(typist->strokes, stroke);
}

static void typist_go(LatheTypist *typist)
{
    if (typist->timer == 0 && typist->next < typist->strokes->len)
        typist->timer = g_timeout_add(TYPIST_PERIOD_MS, typist_play, typist);
    typist_changed(typist);
}

/* With the guest's Caps Lock on, letters would come out the other way round. */
static void typist_toggle_caps(LatheTypist *typist)
{
    typist_append(typist, KEY_CAPSLOCK, TRUE);
    typist_append(typist, KEY_CAPSLOCK, FALSE);
}

gboolean lathe_typist_type(LatheTypist *typist, const char *text, const char *layout,
                           guint *missing)
{
    g_autoptr(GArray) plan = disp_typing_plan(text, layout, missing);
    bool caps = lathe_input_get_status(typist->session).leds & EMU_LED_CAPS;

    if (plan == NULL)
        return FALSE;
    if (caps)
        typist_toggle_caps(typist);
    g_array_append_vals(typist->strokes, plan->data, plan->len);
    if (caps)
        typist_toggle_caps(typist);
    typist_go(typist);
    return TRUE;
}

void lathe_typist_press_codes(LatheTypist *typist, const guint16 *codes, guint count, guint hold)
{
    for (guint i = 0; i < count; i++)
        typist_append(typist, codes[i], TRUE);
    for (guint time = TYPIST_PERIOD_MS; time < MIN(hold, TYPIST_MAX_HOLD_MS);
         time += TYPIST_PERIOD_MS)
        typist_append(typist, KEY_RESERVED, TRUE);
    for (guint i = count; i > 0; i--)
        typist_append(typist, codes[i - 1], FALSE);
    typist_go(typist);
}

gboolean lathe_typist_press(LatheTypist *typist, const char *chord)
{
    struct disp_chord keys;

    if (!disp_chord_parse(chord, &keys))
        return FALSE;
    lathe_typist_press_codes(typist, keys.codes, keys.count, 0);
    return TRUE;
}

void lathe_typist_stop(LatheTypist *typist)
{
    if (typist->timer == 0)
        return;
    typist_finish(typist);
    lathe_input_release(typist->session);
    typist_changed(typist);
}

guint lathe_typist_get_left(LatheTypist *typist, guint *all)
{
    if (all != NULL)
        *all = typist->strokes->len;
    return typist->strokes->len - typist->next;
}

/* ---- the object ---- */

LatheTypist *lathe_typist_new(LatheSession *session)
{
    LatheTypist *typist = g_object_new(LATHE_TYPE_TYPIST, NULL);

    typist->session = g_object_ref(session);
    return typist;
}

static void lathe_typist_dispose(GObject *object)
{
    LatheTypist *typist = LATHE_TYPIST(object);

    typist_finish(typist);
    g_clear_object(&typist->session);
    G_OBJECT_CLASS(lathe_typist_parent_class)->dispose(object);
}

static void lathe_typist_finalize(GObject *object)
{
    g_array_unref(LATHE_TYPIST(object)->strokes);
    G_OBJECT_CLASS(lathe_typist_parent_class)->finalize(object);
}

static void lathe_typist_init(LatheTypist *typist)
{
    typist->strokes = g_array_new(FALSE, FALSE, sizeof(struct disp_keystroke));
}

static void lathe_typist_class_init(LatheTypistClass *class)
{
    G_OBJECT_CLASS(class)->dispose = lathe_typist_dispose;
    G_OBJECT_CLASS(class)->finalize = lathe_typist_finalize;
    typist_signals[SIGNAL_CHANGED] =
        g_signal_new("changed", G_TYPE_FROM_CLASS(class), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                     G_TYPE_NONE, 0);
}
