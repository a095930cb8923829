/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A texture of the presenter's pixels, as large as the picture's place; what changed is uploaded,
 * and the window drawn once a turn of the main loop. By SDL's own choice of renderer, except that
 * one that only imitates a graphics card is not better than SDL's software.
 */
#include "ui/sdl/view.h"

#include <SDL_opengl.h>
#include <glib/gi18n.h>
#include <string.h>

#include "app/plan/error.h"
#include "app/session/agent.h"
#include "app/session/input.h"
#include "display/core/presenter.h"
#include "ui/sdl/overlay.h"
#include "ui/sdl/pointer-image.h"

#define VIEW_MARK      12   /* the desktop's pixels */
#define VIEW_WIDTH     1024 /* before the guest shows something, in the desktop's pixels */
#define VIEW_HEIGHT    768
#define VIEW_SETTLE_MS 350 /* a window that is being dragged larger has no size yet */
#define VIEW_SMALLEST  200 /* a guest's mode is not made smaller than this */
#define VIEW_GROUND    20  /* beside the picture: nearly black */
/* After the screen's own look, as the toolkits draw. */
#define VIEW_PRIORITY (G_PRIORITY_HIGH_IDLE + 20)

struct lathe_sdl_view {
    LatheSession *session;
    struct disp_screen *screen;
    SDL_Window *window;
    SDL_Renderer *renderer;
    SDL_Texture *picture;
    struct disp_presenter *presenter;
    struct lathe_sdl_overlay *overlay;
    struct lathe_sdl_pointer_image *pointer;
    struct emu_cursor cursor; /* visible: the guest's driver leaves it to us */
    enum disp_scaling scaling;
    gboolean recording;
    gboolean resize_guest, shown, minimized, watching;
    guint settle, drawing; /* timers */
};

SDL_Window *lathe_sdl_view_get_window(const struct lathe_sdl_view *view)
{
    return view->window;
}

struct disp_screen *lathe_sdl_view_get_screen(const struct lathe_sdl_view *view)
{
    return view->screen;
}

gboolean lathe_sdl_view_is_shown(const struct lathe_sdl_view *view)
{
    return view->shown;
}

/* ---- sizes ---- */

static struct disp_size view_size(const struct lathe_sdl_view *view)
{
    int width = 0, height = 0;

    SDL_GetRendererOutputSize(view->renderer, &width, &height);
    return (struct disp_size){(unsigned)MAX(width, 1), (unsigned)MAX(height, 1)};
}

/* Device pixels for each of SDL's. */
static double view_scale(const struct lathe_sdl_view *view)
{
    int width, height;

    SDL_GetWindowSize(view->window, &width, &height);
    return width > 0 ? (double)view_size(view).width / width : 1;
}

static void view_prefer_size(struct lathe_sdl_view *view, unsigned width, unsigned height)
{
    disp_screen_prefer_size(view->screen, width, height);
    lathe_agent_prefer_size(lathe_agent_get(view->session), view->screen, width, height);
}

static gboolean view_on_settled(gpointer data)
{
    struct lathe_sdl_view *view = data;
    struct disp_size size = view_size(view);

    view->settle = 0;
    if (view->resize_guest && view->scaling == DISP_SCALE_FIT)
        view_prefer_size(view, MAX(size.width, VIEW_SMALLEST), MAX(size.height, VIEW_SMALLEST));
    return G_SOURCE_REMOVE;
}

static void view_settle(struct lathe_sdl_view *view)
{
    g_clear_handle_id(&view->settle, g_source_remove);
    view->settle = g_timeout_add(VIEW_SETTLE_MS, view_on_settled, view);
}

/* ---- drawing ---- */

static gboolean view_paints_cursor(const struct lathe_sdl_view *view)
{
    return view->cursor.visible && disp_screen_get_state(view->screen) == EMU_DISPLAY_GRAPHICS &&
           !lathe_input_get_status(view->session).absolute;
}

static void view_draw_picture(struct lathe_sdl_view *view)
{
    const struct disp_rect *place = &disp_presenter_get_placement(view->presenter)->place;
    const SDL_Rect there = {place->x, place->y, (int)place->width, (int)place->height};

    if (view->picture != NULL)
        SDL_RenderCopy(view->renderer, view->picture, NULL, &there);
    if (view->picture != NULL && view_paints_cursor(view)) {
        struct disp_rect at = disp_presenter_place_cursor(view->presenter, &view->cursor);
        lathe_sdl_pointer_image_draw(
            view->pointer, &view->cursor, at.x, at.y,
            disp_placement_get_scale(disp_presenter_get_placement(view->presenter)));
    }
}

/* A red square with a light edge, which is seen before any picture. */
static void view_draw_mark(struct lathe_sdl_view *view, int width)
{
    int size = (int)(VIEW_MARK * view_scale(view)), edge = MAX(size / 8, 1);
    const SDL_Rect place = {width - 2 * size, size, size, size};
    const SDL_Rect around = {place.x - edge, place.y - edge, size + 2 * edge, size + 2 * edge};

    SDL_SetRenderDrawBlendMode(view->renderer, SDL_BLENDMODE_NONE);
    SDL_SetRenderDrawColor(view->renderer, 255, 255, 255, 255);
    SDL_RenderFillRect(view->renderer, &around);
    SDL_SetRenderDrawColor(view->renderer, 0xe0, 0x1b, 0x24, 255);
    SDL_RenderFillRect(view->renderer, &place);
}

static gboolean view_draw(gpointer data)
{
    struct lathe_sdl_view *view = data;
    struct disp_size size = view_size(view);

    view->drawing = 0;
    SDL_SetRenderDrawBlendMode(view->renderer, SDL_BLENDMODE_NONE);
    SDL_SetRenderDrawColor(view->renderer, VIEW_GROUND, VIEW_GROUND, VIEW_GROUND, 255);
    SDL_RenderClear(view->renderer);
    view_draw_picture(view);
    lathe_sdl_overlay_draw(view->overlay, (int)size.width, (int)size.height);
    if (view->recording)
        view_draw_mark(view, (int)size.width);
    SDL_RenderPresent(view->renderer);
    return G_SOURCE_REMOVE;
}

static void view_queue_draw(struct lathe_sdl_view *view)
{
    if (view->drawing == 0 && view->shown)
        view->drawing = g_idle_add_full(VIEW_PRIORITY, view_draw, view, NULL);
}

static void view_upload(struct lathe_sdl_view *view, const struct disp_rect *rect)
{
    const struct disp_rect *place = &disp_presenter_get_placement(view->presenter)->place;
    const uint32_t *pixels = disp_presenter_get_pixels(view->presenter);
    const SDL_Rect there = {rect->x, rect->y, (int)rect->width, (int)rect->height};

    if (view->picture == NULL || pixels == NULL || rect->width == 0 || rect->height == 0)
        return;
    pixels += (size_t)rect->y * place->width + (size_t)rect->x;
    SDL_UpdateTexture(view->picture, &there, pixels, (int)place->width * 4);
}

static void view_make_picture(struct lathe_sdl_view *view)
{
    const struct disp_rect *place = &disp_presenter_get_placement(view->presenter)->place;
    const struct disp_rect all = {0, 0, place->width, place->height};

    if (view->picture != NULL)
        SDL_DestroyTexture(view->picture);
    view->picture = NULL;
    if (disp_presenter_get_pixels(view->presenter) == NULL)
        return;
    view->picture =
        SDL_CreateTexture(view->renderer, SDL_PIXELFORMAT_RGB888, SDL_TEXTUREACCESS_STREAMING,
                          (int)place->width, (int)place->height);
    view_upload(view, &all);
}

static void view_place(struct lathe_sdl_view *view)
{
    const struct emu_surface *surface = disp_screen_get_surface(view->screen);
    const struct disp_size guest = {surface->width, surface->height};
    const struct disp_placement placement = disp_place(view->scaling, guest, view_size(view));

    disp_presenter_set(view->presenter, surface, &placement);
    view_make_picture(view);
    view_queue_draw(view);
}

void lathe_sdl_view_reset(struct lathe_sdl_view *view)
{
    lathe_sdl_overlay_forget(view->overlay);
    lathe_sdl_pointer_image_forget(view->pointer);
    view_make_picture(view);
    view_queue_draw(view);
}

void lathe_sdl_view_set_overlay(struct lathe_sdl_view *view, const char *text)
{
    if (lathe_sdl_overlay_set(view->overlay, text, view_scale(view)))
        view_queue_draw(view);
}

void lathe_sdl_view_set_recording(struct lathe_sdl_view *view, gboolean recording)
{
    view->recording = recording;
    view_queue_draw(view);
}

/* ---- the pointer ---- */

void lathe_sdl_view_update_pointer(struct lathe_sdl_view *view)
{
    gboolean guests = disp_screen_get_state(view->screen) == EMU_DISPLAY_GRAPHICS &&
                      lathe_input_get_status(view->session).absolute &&
                      lathe_session_get_state(view->session) == LATHE_STATE_RUNNING;

    if (SDL_GetMouseFocus() == view->window)
        lathe_sdl_pointer_image_show(
            view->pointer, guests ? &view->cursor : NULL,
            disp_placement_get_scale(disp_presenter_get_placement(view->presenter)) /
                view_scale(view));
    view_queue_draw(view);
}

static void view_take_cursor(struct lathe_sdl_view *view)
{
    if (!disp_screen_get_cursor(view->screen, &view->cursor))
        view->cursor.visible = false;
    lathe_sdl_view_update_pointer(view);
}

gboolean lathe_sdl_view_locate(struct lathe_sdl_view *view, int x, int y, int *guest_x,
                               int *guest_y)
{
    const struct disp_placement *placement = disp_presenter_get_placement(view->presenter);
    double scale = view_scale(view);
    unsigned column, row;

    if (placement->place.width == 0)
        return FALSE;
    disp_placement_pick(placement, (x + 0.5) * scale, (y + 0.5) * scale, &column, &row);
    *guest_x = disp_pointer_position(column, placement->guest.width);
    *guest_y = disp_pointer_position(row, placement->guest.height);
    return TRUE;
}

/* ---- the screen ---- */

static void view_on_update(struct lathe_sdl_view *view, const struct emu_display_update *update)
{
    if (update->resized)
        view_place(view);
    for (unsigned i = 0; i < update->count && !update->resized; i++) {
        struct disp_rect cover = disp_presenter_damage(view->presenter, &update->rects[i]);
        view_upload(view, &cover);
    }
    if (update->cursor_changed)
        view_take_cursor(view);
    view_queue_draw(view);
}

static void view_on_screen(void *opaque, const struct emu_display_update *update)
{
    struct lathe_sdl_view *view = opaque;

    if (update != NULL) {
        view_on_update(view, update);
        return;
    }
    view->cursor.visible = false;
    lathe_sdl_view_update_pointer(view);
}

static void view_watch(struct lathe_sdl_view *view)
{
    gboolean watch = view->shown && !view->minimized;

    if (watch == view->watching)
        return;
    view->watching = watch;
    disp_screen_watch(view->screen, watch);
}

/* ---- the window ---- */

void lathe_sdl_view_show(struct lathe_sdl_view *view, gboolean show)
{
    if (show == view->shown)
        return;
    view->shown = show;
    if (show)
        SDL_ShowWindow(view->window);
    else
        SDL_HideWindow(view->window);
    view_watch(view);
    if (show)
        view_on_settled(view); /* at once: the guest's driver may read it soon */
    view_queue_draw(view);
}

gboolean lathe_sdl_view_is_fullscreen(const struct lathe_sdl_view *view)
{
    return (SDL_GetWindowFlags(view->window) & SDL_WINDOW_FULLSCREEN_DESKTOP) != 0;
}

void lathe_sdl_view_set_fullscreen(struct lathe_sdl_view *view, gboolean fullscreen)
{
    SDL_SetWindowFullscreen(view->window, fullscreen ? SDL_WINDOW_FULLSCREEN_DESKTOP : 0);
}

void lathe_sdl_view_set_title(struct lathe_sdl_view *view, const char *title)
{
    if (strcmp(SDL_GetWindowTitle(view->window), title) != 0)
        SDL_SetWindowTitle(view->window, title);
}

void lathe_sdl_view_apply(struct lathe_sdl_view *view,
                          const struct lathe_display_preferences *preferences)
{
    view->scaling = preferences->scaling;
    view->resize_guest = preferences->resize_guest;
    view_place(view);
    view_settle(view);
}

void lathe_sdl_view_event(struct lathe_sdl_view *view, const SDL_WindowEvent *event)
{
    switch (event->event) {
    case SDL_WINDOWEVENT_SIZE_CHANGED:
        view_place(view);
        view_settle(view);
        break;
    case SDL_WINDOWEVENT_MINIMIZED:
    case SDL_WINDOWEVENT_RESTORED:
    case SDL_WINDOWEVENT_MAXIMIZED:
        view->minimized = event->event == SDL_WINDOWEVENT_MINIMIZED;
        view_watch(view);
        break;
    case SDL_WINDOWEVENT_ENTER:
        lathe_sdl_view_update_pointer(view);
        break;
    case SDL_WINDOWEVENT_EXPOSED:
        view_queue_draw(view);
        break;
    default:
        break;
    }
}

/* ---- the object ---- */

/* OpenGL by the processor: its pixels would be copied once more. */
static gboolean view_imitates(SDL_Renderer *renderer)
{
    static const char *const names[] = {"llvmpipe", "softpipe", "swrast", "SwiftShader"};
    SDL_RendererInfo info;
    const GLubyte *(APIENTRY * get)(GLenum) = NULL;

    if (SDL_GetRendererInfo(renderer, &info) != 0 || !g_str_has_prefix(info.name, "opengl"))
        return FALSE;
    *(void **)&get = SDL_GL_GetProcAddress("glGetString");
    const char *driver = get != NULL ? (const char *)get(GL_RENDERER) : NULL;
    for (size_t i = 0; driver != NULL && i < G_N_ELEMENTS(names); i++) {
        if (strstr(driver, names[i]) != NULL)
            return TRUE;
    }
    return FALSE;
}

/* Whoever names a driver in SDL_RENDER_DRIVER gets it. */
static SDL_Renderer *view_make_renderer(SDL_Window *window)
{
    SDL_Renderer *renderer = SDL_CreateRenderer(window, -1, 0);

    if (renderer == NULL || SDL_GetHint(SDL_HINT_RENDER_DRIVER) != NULL || !view_imitates(renderer))
        return renderer;
    SDL_DestroyRenderer(renderer);
    return SDL_CreateRenderer(window, -1, SDL_RENDERER_SOFTWARE);
}

static gboolean view_open(struct lathe_sdl_view *view, GError **error)
{
    view->window = SDL_CreateWindow(
        "Lathe", SDL_WINDOWPOS_UNDEFINED, SDL_WINDOWPOS_UNDEFINED, VIEW_WIDTH, VIEW_HEIGHT,
        SDL_WINDOW_HIDDEN | SDL_WINDOW_RESIZABLE | SDL_WINDOW_ALLOW_HIGHDPI);
    view->renderer = view->window != NULL ? view_make_renderer(view->window) : NULL;
    if (view->renderer == NULL)
        g_set_error(error, LATHE_ERROR, LATHE_ERROR_HOST,
                    _("the desktop gives no window (%s); use --display gtk or none"),
                    SDL_GetError());
    return view->renderer != NULL;
}

struct lathe_sdl_view *lathe_sdl_view_new(LatheSession *session, struct disp_screen *screen,
                                          GError **error)
{
    struct lathe_sdl_view *view = g_new0(struct lathe_sdl_view, 1);
    const struct disp_listener listener = {view_on_screen, view};

    if (!view_open(view, error)) {
        if (view->window != NULL)
            SDL_DestroyWindow(view->window);
        g_free(view);
        return NULL;
    }
    view->session = session;
    view->screen = screen;
    view->presenter = disp_presenter_new();
    view->overlay = lathe_sdl_overlay_new(view->renderer);
    view->pointer = lathe_sdl_pointer_image_new(view->renderer);
    disp_screen_add_listener(screen, &listener);
    return view;
}

void lathe_sdl_view_free(struct lathe_sdl_view *view)
{
    if (view == NULL)
        return;
    view->shown = FALSE;
    view_watch(view);
    disp_screen_remove_listener(view->screen, view);
    g_clear_handle_id(&view->settle, g_source_remove);
    g_clear_handle_id(&view->drawing, g_source_remove);
    lathe_sdl_overlay_free(view->overlay);
    lathe_sdl_pointer_image_free(view->pointer);
    disp_presenter_free(view->presenter);
    if (view->picture != NULL)
        SDL_DestroyTexture(view->picture);
    SDL_DestroyRenderer(view->renderer);
    SDL_DestroyWindow(view->window);
    g_free(view);
}
