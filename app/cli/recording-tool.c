/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The commands behind "lathe recording", docs/recording.md. */
#include "app/cli/recording-tool.h"

#include <glib/gi18n.h>
#include <json-glib/json-glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/cli/cli.h"
#include "app/cli/front-end.h"
#include "app/flipbook/film.h"
#include "app/plan/error.h"
#include "app/plan/put-file.h"
#include "display/record/export.h"

static struct disp_recording *recording_take(const struct lathe_tool_line *line, guint operands,
                                             GError **error)
{
    if (line->operands->len == operands)
        return disp_recording_open(line->operands->pdata[0], error);
    lathe_error_input(error, "lathe recording %s takes %s", line->command->name,
                      line->command->operands);
    return NULL;
}

/* Seconds as nanoseconds; false with *error. */
static bool recording_take_time(const struct lathe_tool_line *line, const char *option,
                                uint64_t *time, GError **error)
{
    const char *text = lathe_tool_value(line, option);
    char *end;

    if (text == NULL)
        return true;
    double seconds = g_ascii_strtod(text, &end);
    if (!g_ascii_isdigit(text[0]) || *end != '\0' || seconds > 1e9)
        return lathe_error_input(error, "--%s '%s' is no time: give seconds", option, text);
    *time = (uint64_t)(seconds * 1e9);
    return true;
}

/* A number from 1 up to a limit, which becomes one from 0; false with *error. */
static bool recording_take_number(const char *text, const char *what, size_t limit, size_t *number,
                                  GError **error)
{
    char *end;
    guint64 value = g_ascii_strtoull(text, &end, 10);

    *number = (size_t)value - 1;
    if (g_ascii_isdigit(text[0]) && *end == '\0' && value >= 1 && value <= limit)
        return true;
    return lathe_error_input(error, "there is no %s '%s': they are counted from 1 to %zu", what,
                             text, limit);
}

/* ---- info ---- */

static const char *const info_states[] = {"off", "text", "graphics"};

static void info_print_frame(const struct disp_recording *recording, size_t index)
{
    const struct disp_frame *frame = disp_recording_get_frame(recording, index);

    printf("%zu %u %.6f %ux%u %s %u,%u,%ux%u %016" G_GINT64_MODIFIER "x%s%s%s", index + 1,
           frame->head + 1, (double)frame->time / 1e9, frame->width, frame->height,
           info_states[frame->state], frame->box.x, frame->box.y, frame->box.width,
           frame->box.height, frame->hash, frame->key ? " whole" : "",
           frame->cursor ? " pointer" : "", frame->merged > 0 ? " merged" : "");
    if (frame->merged > 0)
        printf(" %u", frame->merged);
    putchar('\n');
}

static void info_print(const struct disp_recording_info *info)
{
    g_autoptr(GDateTime) begin = g_date_time_new_from_unix_local(info->start / G_USEC_PER_SEC);
    g_autofree char *when = begin != NULL ? g_date_time_format(begin, "%F %T") : g_strdup("?");
    g_autofree char *size = g_format_size_full(info->size, G_FORMAT_SIZE_IEC_UNITS);

    printf("machine:  %s\nbegan:    %s\nlasted:   %.3f s\nscreens:  %u\nframes:   %zu\n"
           "merged:   %" G_GUINT64_FORMAT "\nsize:     %s\n",
           info->title, when, (double)info->time / 1e9, info->heads, info->frames, info->merged,
           size);
    if (info->why != NULL)
        printf("ended:    early: %s\n", info->why);
    if (info->cut_off != NULL)
        printf("cut off:  at byte %" G_GUINT64_FORMAT ": %s\n", info->readable_to, info->cut_off);
}

/* ---- the same as JSON ---- */

static JsonObject *info_frame_json(const struct disp_recording *recording, size_t index)
{
    const struct disp_frame *frame = disp_recording_get_frame(recording, index);
    g_autofree char *hash = g_strdup_printf("%016" G_GINT64_MODIFIER "x", frame->hash);
    const unsigned box[] = {frame->box.x, frame->box.y, frame->box.width, frame->box.height};
    JsonObject *object = json_object_new();
    JsonArray *changed = json_array_new();

    for (size_t i = 0; i < G_N_ELEMENTS(box); i++)
        json_array_add_int_element(changed, box[i]);
    json_object_set_int_member(object, "number", (gint64)index + 1);
    json_object_set_int_member(object, "screen", frame->head + 1);
    json_object_set_int_member(object, "time", (gint64)frame->time);
    json_object_set_int_member(object, "width", frame->width);
    json_object_set_int_member(object, "height", frame->height);
    json_object_set_string_member(object, "state", info_states[frame->state]);
    json_object_set_array_member(object, "changed", changed);
    json_object_set_string_member(object, "hash", hash);
    json_object_set_boolean_member(object, "whole", frame->key);
    json_object_set_boolean_member(object, "pointer", frame->cursor);
    json_object_set_int_member(object, "merged", frame->merged);
    return object;
}

static void info_set_text(JsonObject *object, const char *name, const char *text)
{
    if (text != NULL)
        json_object_set_string_member(object, name, text);
    else
        json_object_set_null_member(object, name);
}

/* Times are nanoseconds, as in the file. */
static JsonObject *info_json(const struct disp_recording_info *info)
{
    g_autoptr(GDateTime) begin = g_date_time_new_from_unix_utc(info->start / G_USEC_PER_SEC);
    g_autofree char *when = begin != NULL ? g_date_time_format_iso8601(begin) : NULL;
    JsonObject *object = json_object_new();

    json_object_set_string_member(object, "machine", info->title);
    info_set_text(object, "began", when);
    json_object_set_int_member(object, "time", (gint64)info->time);
    json_object_set_int_member(object, "screens", info->heads);
    json_object_set_int_member(object, "frames", (gint64)info->frames);
    json_object_set_int_member(object, "merged", (gint64)info->merged);
    json_object_set_int_member(object, "size", (gint64)info->size);
    json_object_set_boolean_member(object, "whole", info->whole);
    info_set_text(object, "ended-early", info->why);
    info_set_text(object, "cut-off", info->cut_off);
    return object;
}

static void info_print_json(const struct disp_recording *recording,
                            const struct disp_recording_info *info, bool frames)
{
    g_autoptr(JsonNode) root = json_node_new(JSON_NODE_OBJECT);
    JsonObject *object = info_json(info);
    JsonArray *list = frames ? json_array_new() : NULL;

    for (size_t i = 0; frames && i < info->frames; i++)
        json_array_add_object_element(list, info_frame_json(recording, i));
    if (frames)
        json_object_set_array_member(object, "list", list);
    json_node_take_object(root, object);
    g_autofree char *text = json_to_string(root, TRUE);
    puts(text);
}

static int recording_info(const struct lathe_tool_line *line, GError **error)
{
    struct disp_recording *recording = recording_take(line, 1, error);

    if (recording == NULL)
        return LATHE_EXIT_USAGE;
    struct disp_recording_info info = disp_recording_get_info(recording);
    if (lathe_tool_has(line, "json")) {
        info_print_json(recording, &info, lathe_tool_has(line, "frames"));
    } else if (lathe_tool_has(line, "frames")) {
        for (size_t i = 0; i < info.frames; i++)
            info_print_frame(recording, i);
    } else {
        info_print(&info);
    }
    disp_recording_free(recording);
    return LATHE_EXIT_OK;
}

/* ---- verify ---- */

static bool verify_frames(struct disp_recording *recording, size_t count, GError **error)
{
    for (size_t i = 0; i < count; i++) {
        if (!disp_recording_seek(recording, i, error))
            return false;
        if (!disp_recording_check(recording, i))
            return lathe_error_input(error, "frame %zu is not what its hash says", i + 1);
    }
    return true;
}

static int recording_verify(const struct lathe_tool_line *line, GError **error)
{
    struct disp_recording *recording = recording_take(line, 1, error);

    if (recording == NULL)
        return LATHE_EXIT_USAGE;
    struct disp_recording_info info = disp_recording_get_info(recording);
    bool good = verify_frames(recording, info.frames, error);
    if (good && info.cut_off != NULL)
        good =
            lathe_error_input(error, "all %zu frames are good, but it is cut off at byte %zu: %s",
                              info.frames, (size_t)info.readable_to, info.cut_off);
    if (good)
        printf(_("all %zu frames are good\n"), info.frames);
    disp_recording_free(recording);
    return good ? LATHE_EXIT_OK : LATHE_EXIT_USAGE;
}

/* ---- pictures ---- */

static bool picture_put(struct disp_recording *recording, size_t index, bool cursor,
                        const char *path, GError **error)
{
    g_autoptr(GBytes) png = disp_export_frame(recording, index, cursor, error);
    gsize length = 0;
    const void *data = png != NULL ? g_bytes_get_data(png, &length) : NULL;

    if (data == NULL)
        return false;
    if (strcmp(path, "-") != 0)
        return lathe_put_file(path, data, length, 0666, error);
    if (fwrite(data, 1, length, stdout) == length && fflush(stdout) == 0)
        return true;
    return lathe_error_input(error, "standard output does not take the picture");
}

static int recording_frame(const struct lathe_tool_line *line, GError **error)
{
    struct disp_recording *recording = recording_take(line, 3, error);
    size_t index;

    if (recording == NULL)
        return LATHE_EXIT_USAGE;
    bool good = recording_take_number(line->operands->pdata[1], _("frame"),
                                      disp_recording_get_info(recording).frames, &index, error) &&
                picture_put(recording, index, lathe_tool_has(line, "cursor"),
                            line->operands->pdata[2], error);
    disp_recording_free(recording);
    return good ? LATHE_EXIT_OK : LATHE_EXIT_USAGE;
}

/* A picture for each frame, "frame-000042.png", into a folder. */
static bool export_pictures(struct disp_recording *recording, const struct disp_export *export,
                            const GArray *list, const char *folder, GError **error)
{
    bool good = true;

    for (guint i = 0; i < list->len && good; i++) {
        size_t index = g_array_index(list, size_t, i);
        g_autofree char *name = g_strdup_printf("frame-%06zu.png", index + 1);
        g_autofree char *path = g_build_filename(folder, name, NULL);
        good = picture_put(recording, index, export->cursor, path, error);
    }
    return good;
}

static bool export_run(const struct lathe_tool_line *line, struct disp_recording *recording,
                       GError **error)
{
    struct disp_export export = {.to = UINT64_MAX, .cursor = lathe_tool_has(line, "cursor")};
    const char *head = lathe_tool_value(line, "head"), *path = line->operands->pdata[1];
    size_t number = 0;

    if ((head != NULL &&
         !recording_take_number(head, _("screen"), disp_recording_get_info(recording).heads,
                                &number, error)) ||
        !recording_take_time(line, "from", &export.from, error) ||
        !recording_take_time(line, "to", &export.to, error))
        return false;
    export.head = (unsigned)number;
    g_autoptr(GArray) list = disp_export_list(recording, &export);
    if (list->len == 0)
        return lathe_error_input(error, "the recording has no frame of this screen and time");
    return g_file_test(path, G_FILE_TEST_IS_DIR)
               ? export_pictures(recording, &export, list, path, error)
               : lathe_film_write(recording, &export, list, path, NULL, NULL, error);
}

static int recording_export(const struct lathe_tool_line *line, GError **error)
{
    struct disp_recording *recording = recording_take(line, 2, error);
    bool good = recording != NULL && export_run(line, recording, error);

    disp_recording_free(recording);
    return good ? LATHE_EXIT_OK : LATHE_EXIT_USAGE;
}

/* ---- to look at ---- */

static int recording_show(const struct lathe_tool_line *line, GError **error)
{
    const struct lathe_front_end *front_end = NULL;

    if (line->operands->len != 1)
        lathe_error_input(error, "lathe recording show takes FILE");
    else if (!lathe_front_end_have_display())
        lathe_error_input(error, "there is no desktop for the window: lathe recording frame and "
                                 "export make pictures of it");
    else
        front_end = lathe_front_end_find("gtk", error);
    if (front_end == NULL || !front_end->show_recording(line->operands->pdata[0], error))
        return LATHE_EXIT_USAGE;
    return LATHE_EXIT_OK;
}

/* ---- the tables ---- */

enum recording_command {
    RECORDING_SHOW,
    RECORDING_INFO,
    RECORDING_VERIFY,
    RECORDING_FRAME,
    RECORDING_EXPORT
};

static const struct lathe_tool_command recording_commands[] = {
    {"show", "FILE", "leaf through a recording in a window, frame by frame", recording_show},
    {"info", "FILE", "say what a recording has", recording_info},
    {"verify", "FILE", "play a recording and compare each picture with its hash", recording_verify},
    {"frame", "FILE NUMBER FILE.png|-",
     "write the picture of one frame, by the number that info --frames gives it", recording_frame},
    {"export", "FILE FILE.png|FOLDER",
     "make an animated PNG of a recording, which browsers and ffmpeg play with the guest's own "
     "times; or a picture for each frame in a folder",
     recording_export},
    {NULL, NULL, NULL, NULL},
};

#define COMMAND_BIT(id) (1u << RECORDING_##id)

static const struct lathe_tool_option recording_options[] = {
    {"frames", NULL, COMMAND_BIT(INFO), NULL,
     "a line for each frame: number, screen, seconds, size, state, what changed, hash"},
    {"json", NULL, COMMAND_BIT(INFO), NULL,
     "print JSON: times are nanoseconds; with --frames a list of them"},
    {"head", "N", COMMAND_BIT(EXPORT), "1 2", "which screen, from 1 (default 1)"},
    {"from", "SECONDS", COMMAND_BIT(EXPORT), NULL, "begin with what is shown at this time"},
    {"to", "SECONDS", COMMAND_BIT(EXPORT), NULL, "end at this time"},
    {"cursor", NULL, COMMAND_BIT(FRAME) | COMMAND_BIT(EXPORT), NULL,
     "draw the pointer, where the guest leaves that to the viewer"},
    {NULL, NULL, 0, NULL, NULL},
};

const struct lathe_tool lathe_recording_tool = {"recording", recording_commands, recording_options};
