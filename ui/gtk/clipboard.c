/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * CLIPBOARD and PRIMARY, text and PNG. The desktop's content is read when the guest asks for it;
 * the guest's is fetched when it is offered, so that no program of the desktop waits for a guest.
 * What a password manager marks as secret is not offered.
 */
#include "ui/gtk/clipboard.h"

#include <string.h>

#include "app/session/agent.h"
#include "ui/gtk/window-private.h"

#define CLIP_SECRET_TARGET "x-kde-passwordManagerHint"

enum { CLIP_INFO_TEXT, CLIP_INFO_PNG };

struct clip {
    struct lathe_clipboard *owner;
    enum disp_clip which;
    GtkClipboard *desktop;
    guint look;     /* of the desktop's content: an answer to an earlier one does not count */
    guint fetch;    /* bits of types that are still to be asked for */
    gboolean asked; /* one of them is under way */
    gboolean again; /* what is under way is of the past: types in next */
    guint next;
    GBytes *text, *png;             /* as they come */
    GBytes *shown_text, *shown_png; /* in the desktop's clipboard */
};

struct lathe_clipboard {
    int references;      /* one is the window's, the others of questions to the desktop */
    LatheWindow *window; /* NULL: it is closed */
    LatheAgent *agent;
    struct clip clips[DISP_CLIPS];
};

static void clipboard_unref(struct lathe_clipboard *clipboard)
{
    if (--clipboard->references == 0)
        g_free(clipboard);
}

static struct disp_agent *clip_core(struct clip *clip)
{
    return lathe_agent_get_core(clip->owner->agent);
}

/* ---- a question to the desktop ---- */

struct question {
    struct clip *clip;
    guint look;
    enum disp_clip_type type;
    guint types;
};

static struct question *question_new(struct clip *clip)
{
    struct question *question = g_new0(struct question, 1);

    clip->owner->references++;
    question->clip = clip;
    question->look = clip->look;
    return question;
}

static void question_free(struct question *question)
{
    clipboard_unref(question->clip->owner);
    g_free(question);
}

static gboolean question_counts(const struct question *question)
{
    return question->clip->owner->window != NULL && question->look == question->clip->look;
}

/* ---- from the desktop ---- */

static void clip_on_hint(GtkClipboard *desktop, GtkSelectionData *selection, gpointer data)
{
    struct question *question = data;
    int length = gtk_selection_data_get_length(selection);
    gboolean secret =
        length >= 6 && memcmp(gtk_selection_data_get_data(selection), "secret", 6) == 0;

    if (question_counts(question))
        disp_agent_offer(clip_core(question->clip), question->clip->which,
                         secret ? 0 : question->types);
    question_free(question);
}

static gboolean clip_has_hint(const GdkAtom *targets, int count)
{
    GdkAtom hint = gdk_atom_intern_static_string(CLIP_SECRET_TARGET);

    for (int i = 0; i < count; i++) {
        if (targets[i] == hint)
            return TRUE;
    }
    return FALSE;
}

static void clip_on_targets(GtkClipboard *desktop, GdkAtom *targets, int count, gpointer data)
{
    struct question *question = data;
    struct clip *clip = question->clip;

    if (targets != NULL && gtk_targets_include_text(targets, count))
        question->types |= DISP_CLIP_BIT(DISP_CLIP_TEXT);
    if (targets != NULL && gtk_targets_include_image(targets, count, FALSE))
        question->types |= DISP_CLIP_BIT(DISP_CLIP_PNG);
    if (targets != NULL && clip_has_hint(targets, count)) {
        gtk_clipboard_request_contents(desktop, gdk_atom_intern_static_string(CLIP_SECRET_TARGET),
                                       clip_on_hint, question);
        return;
    }
    if (question_counts(question))
        disp_agent_offer(clip_core(clip), clip->which, question->types);
    question_free(question);
}

/* Not what we put there ourselves. */
static void clip_look(struct clip *clip)
{
    clip->look++;
    if (gtk_clipboard_get_owner(clip->desktop) != G_OBJECT(clip->owner->window))
        gtk_clipboard_request_targets(clip->desktop, clip_on_targets, question_new(clip));
}

static void clip_on_owner_change(GtkClipboard *desktop, GdkEvent *event, struct clip *clip)
{
    clip_look(clip);
}

/* The question is answered. */
static void clip_give(struct question *question, const void *data, gsize size)
{
    if (question->clip->owner->window != NULL)
        disp_agent_give(clip_core(question->clip), question->clip->which, question->type, data,
                        size);
    question_free(question);
}

static void clip_on_text(GtkClipboard *desktop, const char *text, gpointer data)
{
    clip_give(data, text, text != NULL ? strlen(text) : 0);
}

static void clip_on_picture(GtkClipboard *desktop, GdkPixbuf *picture, gpointer data)
{
    g_autofree char *png = NULL;
    gsize size = 0;

    if (picture != NULL)
        gdk_pixbuf_save_to_buffer(picture, &png, &size, "png", NULL, NULL);
    clip_give(data, png, size);
}

/* Another picture than PNG is made one. */
static void clip_on_png(GtkClipboard *desktop, GtkSelectionData *selection, gpointer data)
{
    int length = gtk_selection_data_get_length(selection);

    if (length > 0)
        clip_give(data, gtk_selection_data_get_data(selection), (gsize)length);
    else
        gtk_clipboard_request_image(desktop, clip_on_picture, data);
}

static void clipboard_on_wanted(LatheAgent *agent, guint which, guint type,
                                struct lathe_clipboard *clipboard)
{
    struct clip *clip = &clipboard->clips[which];
    struct question *question = question_new(clip);

    question->type = type;
    if (type == DISP_CLIP_TEXT)
        gtk_clipboard_request_text(clip->desktop, clip_on_text, question);
    else
        gtk_clipboard_request_contents(clip->desktop, gdk_atom_intern_static_string("image/png"),
                                       clip_on_png, question);
}

/* ---- from the guest ---- */

static void clip_on_get(GtkClipboard *desktop, GtkSelectionData *selection, guint info,
                        gpointer window)
{
    struct lathe_clipboard *clipboard = LATHE_WINDOW(window)->clipboard;
    gsize size;

    for (unsigned i = 0; clipboard != NULL && i < DISP_CLIPS; i++) {
        struct clip *clip = &clipboard->clips[i];
        GBytes *content = info == CLIP_INFO_PNG ? clip->shown_png : clip->shown_text;
        if (clip->desktop != desktop || content == NULL)
            continue;
        const guint8 *data = g_bytes_get_data(content, &size);
        if (info == CLIP_INFO_PNG)
            gtk_selection_data_set(selection, gtk_selection_data_get_target(selection), 8, data,
                                   (int)size);
        else
            gtk_selection_data_set_text(selection, (const char *)data, (int)size);
    }
}

static void clip_on_clear(GtkClipboard *desktop, gpointer window)
{
}

static void clip_take(GBytes **to, GBytes **from)
{
    g_clear_pointer(to, g_bytes_unref);
    *to = g_steal_pointer(from);
}

static void clip_show(struct clip *clip)
{
    g_autoptr(GtkTargetList) list = gtk_target_list_new(NULL, 0);
    GtkTargetEntry *entries;
    int count;

    if (clip->text == NULL && clip->png == NULL)
        return;
    clip_take(&clip->shown_text, &clip->text);
    clip_take(&clip->shown_png, &clip->png);
    if (clip->shown_text != NULL)
        gtk_target_list_add_text_targets(list, CLIP_INFO_TEXT);
    if (clip->shown_png != NULL)
        gtk_target_list_add(list, gdk_atom_intern_static_string("image/png"), 0, CLIP_INFO_PNG);
    entries = gtk_target_table_new_from_list(list, &count);
    gtk_clipboard_set_with_owner(clip->desktop, entries, (guint)count, clip_on_get, clip_on_clear,
                                 G_OBJECT(clip->owner->window));
    gtk_target_table_free(entries, count);
}

/* Asks for the next of what is offered; when there is no more it is the desktop's. */
static void clip_fetch(struct clip *clip)
{
    while (clip->fetch != 0 && !clip->asked) {
        unsigned type = (unsigned)__builtin_ctz(clip->fetch);
        clip->fetch &= ~DISP_CLIP_BIT(type);
        clip->asked = disp_agent_ask(clip_core(clip), clip->which, type);
    }
    if (!clip->asked)
        clip_show(clip);
}

static void clip_begin(struct clip *clip, guint types)
{
    clip->again = FALSE;
    g_clear_pointer(&clip->text, g_bytes_unref);
    g_clear_pointer(&clip->png, g_bytes_unref);
    clip->fetch = types & (DISP_CLIP_BIT(DISP_CLIP_TEXT) | DISP_CLIP_BIT(DISP_CLIP_PNG));
    clip_fetch(clip);
}

static void clipboard_on_offered(LatheAgent *agent, guint which, guint types,
                                 struct lathe_clipboard *clipboard)
{
    struct clip *clip = &clipboard->clips[which];

    clip->again = clip->asked;
    clip->next = types;
    if (!clip->asked)
        clip_begin(clip, types);
}

static void clipboard_on_given(LatheAgent *agent, guint which, guint type, GBytes *content,
                               struct lathe_clipboard *clipboard)
{
    struct clip *clip = &clipboard->clips[which];
    GBytes **place = type == DISP_CLIP_PNG ? &clip->png : &clip->text;

    clip->asked = FALSE;
    if (clip->again) {
        clip_begin(clip, clip->next);
        return;
    }
    g_clear_pointer(place, g_bytes_unref);
    *place = content != NULL ? g_bytes_ref(content) : NULL;
    clip_fetch(clip);
}

/* ---- what is allowed, and when ---- */

static void clipboard_apply(LatheWindow *window)
{
    const struct lathe_display_preferences *preferences = &window->display_preferences;

    disp_agent_allow(lathe_agent_get_core(window->clipboard->agent),
                     preferences->clipboard_to_guest, preferences->clipboard_to_host);
}

static void clipboard_on_active(LatheWindow *window)
{
    disp_agent_set_attended(lathe_agent_get_core(window->clipboard->agent),
                            gtk_window_is_active(GTK_WINDOW(window)));
}

static void action_to_guest(GSimpleAction *action, GVariant *value, gpointer data)
{
    LatheWindow *window = data;

    window->display_preferences.clipboard_to_guest = g_variant_get_boolean(value);
    g_simple_action_set_state(action, value);
    lathe_display_preferences_save(&window->display_preferences);
    clipboard_apply(window);
}

static void action_to_host(GSimpleAction *action, GVariant *value, gpointer data)
{
    LatheWindow *window = data;

    window->display_preferences.clipboard_to_host = g_variant_get_boolean(value);
    g_simple_action_set_state(action, value);
    lathe_display_preferences_save(&window->display_preferences);
    clipboard_apply(window);
}

static const GActionEntry clipboard_entries[] = {
    {"clipboard-to-guest", NULL, NULL, "true", action_to_guest, {0}},
    {"clipboard-to-host", NULL, NULL, "true", action_to_host, {0}},
};

static void clipboard_add_actions(LatheWindow *window)
{
    const struct lathe_display_preferences *preferences = &window->display_preferences;
    GActionMap *map = G_ACTION_MAP(window);

    g_action_map_add_action_entries(map, clipboard_entries, G_N_ELEMENTS(clipboard_entries),
                                    window);
    g_simple_action_set_state(
        G_SIMPLE_ACTION(g_action_map_lookup_action(map, "clipboard-to-guest")),
        g_variant_new_boolean(preferences->clipboard_to_guest));
    g_simple_action_set_state(G_SIMPLE_ACTION(g_action_map_lookup_action(map, "clipboard-to-host")),
                              g_variant_new_boolean(preferences->clipboard_to_host));
}

/* ---- life ---- */

static void clip_init(struct clip *clip, struct lathe_clipboard *clipboard, enum disp_clip which)
{
    clip->owner = clipboard;
    clip->which = which;
    clip->desktop = gtk_widget_get_clipboard(GTK_WIDGET(clipboard->window),
                                             which == DISP_CLIP_PRIMARY ? GDK_SELECTION_PRIMARY
                                                                        : GDK_SELECTION_CLIPBOARD);
    g_signal_connect(clip->desktop, "owner-change", G_CALLBACK(clip_on_owner_change), clip);
    clip_look(clip);
}

struct lathe_clipboard *lathe_clipboard_new(LatheWindow *window)
{
    struct lathe_clipboard *clipboard = g_new0(struct lathe_clipboard, 1);

    window->clipboard = clipboard;
    clipboard->references = 1;
    clipboard->window = window;
    clipboard->agent = lathe_agent_get(window->session);
    for (unsigned i = 0; i < DISP_CLIPS; i++)
        clip_init(&clipboard->clips[i], clipboard, i);
    g_signal_connect(clipboard->agent, "wanted", G_CALLBACK(clipboard_on_wanted), clipboard);
    g_signal_connect(clipboard->agent, "offered", G_CALLBACK(clipboard_on_offered), clipboard);
    g_signal_connect(clipboard->agent, "given", G_CALLBACK(clipboard_on_given), clipboard);
    g_signal_connect(window, "notify::is-active", G_CALLBACK(clipboard_on_active), NULL);
    clipboard_add_actions(window);
    clipboard_apply(window);
    lathe_window_install_agent_button(window);
    lathe_window_install_files(window);
    return clipboard;
}

static void clip_finish(struct clip *clip)
{
    g_signal_handlers_disconnect_by_data(clip->desktop, clip);
    if (gtk_clipboard_get_owner(clip->desktop) == G_OBJECT(clip->owner->window)) {
        gtk_clipboard_set_can_store(clip->desktop, NULL, 0);
        gtk_clipboard_store(clip->desktop);
        gtk_clipboard_clear(clip->desktop);
    }
    g_clear_pointer(&clip->text, g_bytes_unref);
    g_clear_pointer(&clip->png, g_bytes_unref);
    g_clear_pointer(&clip->shown_text, g_bytes_unref);
    g_clear_pointer(&clip->shown_png, g_bytes_unref);
}

void lathe_clipboard_free(struct lathe_clipboard *clipboard)
{
    if (clipboard == NULL)
        return;
    g_signal_handlers_disconnect_by_data(clipboard->agent, clipboard);
    g_signal_handlers_disconnect_by_func(clipboard->window, clipboard_on_active, NULL);
    disp_agent_set_attended(lathe_agent_get_core(clipboard->agent), false);
    for (unsigned i = 0; i < DISP_CLIPS; i++)
        clip_finish(&clipboard->clips[i]);
    clipboard->window = NULL;
    clipboard_unref(clipboard);
}
