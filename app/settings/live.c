/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Differences of two documents as QMP commands (live.h). */
#include "app/settings/live.h"

#include <string.h>

#include "app/control/control-client.h"
#include "app/control/control-path.h"
#include "app/plan/error.h"
#include "app/settings/edit.h"

#define LIVE_PATIENCE 5000 /* ms; an answer comes at once unless the machine hangs */

struct live {
    pid_t process;
    struct lathe_control *control; /* NULL: nothing was to say yet */
    GError **error;
};

/* NULL: it is refused. */
static JsonNode *live_call(struct live *live, const char *command, JsonObject *arguments)
{
    if (live->control == NULL) {
        g_autofree char *path = lathe_control_path(live->process);
        live->control = lathe_control_connect(path, LIVE_PATIENCE, live->error);
    }
    if (live->control != NULL)
        return lathe_control_call(live->control, command, arguments, live->error);
    json_object_unref(arguments);
    return NULL;
}

/* ---- forwards ---- */

/* The human monitor has these; it answers nothing when it is done. */
static bool live_forward(struct live *live, const char *command, unsigned adapter,
                         const struct emu_net_forward *forward)
{
    g_autofree char *text = lathe_forward_format(forward);
    g_autofree char *line = g_strdup_printf("%s net%u %s", command, adapter, text);
    JsonObject *arguments = json_object_new();
    const char *said;
    bool done;

    json_object_set_string_member(arguments, "command-line", line);
    JsonNode *answer = live_call(live, "human-monitor-command", arguments);
    if (answer == NULL)
        return false;
    said = json_node_get_string(answer);
    done = said == NULL || *said == '\0' ||
           lathe_error_input(live->error, "%.*s", (int)strcspn(said, "\r\n"), said);
    json_node_unref(answer);
    return done;
}

static bool live_has_forward(const GArray *forwards, const struct emu_net_forward *wanted)
{
    for (guint i = 0; i < forwards->len; i++) {
        const struct emu_net_forward *forward = &g_array_index(forwards, struct emu_net_forward, i);
        if (lathe_forward_same(forward, wanted) &&
            memcmp(&forward->guest, &wanted->guest, sizeof(wanted->guest)) == 0)
            return true;
    }
    return false;
}

/* Those of one list that the other one has not. */
static bool live_each_forward(struct live *live, const GArray *of, const GArray *without,
                              const char *command, unsigned adapter)
{
    for (guint i = 0; i < of->len; i++) {
        const struct emu_net_forward *forward = &g_array_index(of, struct emu_net_forward, i);
        if (!live_has_forward(without, forward) && !live_forward(live, command, adapter, forward))
            return false;
    }
    return true;
}

/* An adapter that is new, and what comes after one that went, is told apart at the next start. */
static bool live_forwards(struct live *live, const struct lathe_definition *before,
                          const struct lathe_definition *after)
{
    if (before->nets != after->nets)
        return true;
    for (unsigned i = 0; i < before->nets; i++) {
        if (!live_each_forward(live, before->net[i].forwards, after->net[i].forwards,
                               "hostfwd_remove", i))
            return false;
    }
    for (unsigned i = 0; i < before->nets; i++) {
        if (!live_each_forward(live, after->net[i].forwards, before->net[i].forwards, "hostfwd_add",
                               i))
            return false;
    }
    return true;
}

/* ---- media ---- */

static const struct lathe_edit_drive *live_find_drive(GPtrArray *drives, const char *dev)
{
    for (guint i = 0; i < drives->len; i++) {
        if (strcmp(((struct lathe_edit_drive *)drives->pdata[i])->dev, dev) == 0)
            return drives->pdata[i];
    }
    return NULL;
}

/* As the machine calls it, which counts by bus: "ide1-cd0", "floppy0"; NULL: not one of these. */
static char *live_drive_name(GPtrArray *drives, guint index)
{
    const struct lathe_edit_drive *drive = drives->pdata[index];
    unsigned number = 0;

    for (guint i = 0; i < index; i++)
        number += g_strcmp0(((struct lathe_edit_drive *)drives->pdata[i])->bus, drive->bus) == 0;
    if (strcmp(drive->device, "floppy") == 0)
        return g_strdup_printf("floppy%u", number);
    if (strcmp(drive->device, "cdrom") == 0 && g_strcmp0(drive->bus, "sata") == 0)
        return g_strdup_printf("ide%u-cd0", number);
    return NULL;
}

static bool live_medium(struct live *live, const char *name, const char *path)
{
    JsonObject *arguments = json_object_new();

    json_object_set_string_member(arguments, "device", name);
    if (path != NULL)
        json_object_set_string_member(arguments, "filename", path);
    JsonNode *answer =
        live_call(live, path != NULL ? "blockdev-change-medium" : "eject", arguments);
    if (answer == NULL)
        return false;
    json_node_unref(answer);
    return true;
}

static bool live_media(struct live *live, GPtrArray *before, GPtrArray *after)
{
    for (guint i = 0; i < before->len; i++) {
        const struct lathe_edit_drive *drive = before->pdata[i];
        const struct lathe_edit_drive *now = live_find_drive(after, drive->dev);
        g_autofree char *name = live_drive_name(before, i);
        if (now != NULL && name != NULL && strcmp(now->device, drive->device) == 0 &&
            g_strcmp0(now->path, drive->path) != 0 && !live_medium(live, name, now->path))
            return false;
    }
    return true;
}

bool lathe_live_tell(pid_t process, const struct lathe_live *before, const struct lathe_live *after,
                     GError **error)
{
    struct live live = {process, NULL, error};
    bool done = live_forwards(&live, before->definition, after->definition) &&
                live_media(&live, before->drives, after->drives);

    lathe_control_free(live.control);
    return done;
}
