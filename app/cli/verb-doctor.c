/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "lathe doctor": what this host offers and lacks, as rows with reasons and remedies. */
#include <errno.h>
#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/cli/cli.h"
#include "app/cli/front-end.h"
#include "app/plan/host-facts.h"
#include "app/plan/size.h"
#include "app/session/graphics.h"

struct doctor_row {
    char *name;
    bool good;
    char *text;
    const char *remedy; /* "" where nothing is to be done; static */
};

static void doctor_row_clear(gpointer data)
{
    struct doctor_row *row = data;

    g_free(row->name);
    g_free(row->text);
}

static void doctor_take(GArray *rows, char *name, bool good, char *text, const char *remedy)
{
    struct doctor_row row = {name, good, text, remedy};

    g_array_append_val(rows, row);
}

static void doctor_add_engines(GArray *rows, const struct lathe_host_facts *facts)
{
    for (size_t i = 0; i < facts->engine_count; i++) {
        const struct emu_host_engine *engine = &facts->engines[i];
        doctor_take(rows, g_strconcat("engine ", engine->name, NULL), engine->available,
                    g_strdup(engine->available ? engine->description : engine->reason), "");
    }
    doctor_take(rows, g_strdup("default engine"), facts->default_engine != NULL,
                g_strdup_printf("%s: %s", facts->default_engine ? facts->default_engine : "none",
                                facts->default_why),
                "");
}

static void doctor_add_kvm(GArray *rows)
{
    bool good = access("/dev/kvm", R_OK | W_OK) == 0;
    const char *remedy = "";

    if (!good && errno == EACCES)
        remedy = _("add yourself to the group kvm and log in again");
    else if (!good)
        remedy = _("switch on virtualization in the firmware setup and load kvm_intel or kvm_amd");
    doctor_take(rows, g_strdup("/dev/kvm"), good,
                good ? g_strdup(_("can be opened; this version does not use it"))
                     : g_strdup_printf(_("%s; this version does not need it"), g_strerror(errno)),
                remedy);
}

static void doctor_add_memory(GArray *rows, const struct lathe_host_facts *facts)
{
    g_autofree char *limit = lathe_size_format(facts->memory_limit >> 20 << 20);

    doctor_take(rows, g_strdup("memory"), facts->memory_limit >= (UINT64_C(1) << 30),
                g_strdup_printf(_("a machine may have %s now"), limit), "");
    doctor_take(rows, g_strdup("processors"), true, g_strdup_printf("%u", g_get_num_processors()),
                "");
}

static void doctor_add_display(GArray *rows)
{
    const char *wayland = g_getenv("WAYLAND_DISPLAY");
    bool good = lathe_front_end_have_display();
    g_autoptr(GError) error = NULL;

    if (good && lathe_front_end_find("gtk", &error) == NULL) {
        doctor_take(rows, g_strdup("display"), false, g_strdup(error->message),
                    _("install what is missing, or use --display none"));
        return;
    }
    doctor_take(rows, g_strdup("display"), good,
                good ? g_strdup_printf("%s", wayland && *wayland ? "Wayland" : "X11")
                     : g_strdup(_("neither WAYLAND_DISPLAY nor DISPLAY is set: no window")),
                good ? "" : _("start from a desktop session, or use --display none"));
}

static char *doctor_dup_or(const char *text, const char *other)
{
    return g_strdup(text != NULL ? text : other);
}

static void doctor_add_vulkan(GArray *rows, const struct lathe_graphics *graphics)
{
    for (guint i = 0; i < graphics->vulkan->len; i++)
        doctor_take(rows, g_strdup("Vulkan"), true, g_strdup(graphics->vulkan->pdata[i]), "");
    if (graphics->vulkan->len == 0)
        doctor_take(rows, g_strdup("Vulkan"), false, g_strdup(_("no driver was found")), "");
}

/* Looked for in a process of its own, which takes a moment. */
static void doctor_add_graphics(GArray *rows)
{
    struct lathe_graphics *graphics = lathe_graphics_probe();
    const char *install = _("install virglrenderer and an OpenGL driver (Mesa)");

    doctor_take(rows, g_strdup("EGL"), graphics->opengl != NULL,
                doctor_dup_or(graphics->egl, _("no driver was found")), "");
    doctor_take(rows, g_strdup("OpenGL"), graphics->opengl != NULL,
                doctor_dup_or(graphics->opengl, _("no driver was found")), "");
    doctor_take(rows, g_strdup("dma-buf"), graphics->dma_buf,
                g_strdup(graphics->dma_buf ? _("the driver offers it; this version reads back")
                                           : _("the driver does not offer it")),
                "");
    doctor_add_vulkan(rows, graphics);
    doctor_take(rows, g_strdup("guest OpenGL"), graphics->virgl,
                g_strdup(graphics->virgl ? lathe_graphics_way(graphics) : graphics->why_not),
                graphics->virgl ? "" : install);
    doctor_take(rows, g_strdup("guest Vulkan"), graphics->venus,
                g_strdup(graphics->venus ? _("by Venus, in a process of its own that is confined")
                                         : graphics->no_venus),
                graphics->venus ? ""
                                : _("install virglrenderer 1.0 or newer with its render "
                                    "server, and a Vulkan driver (Mesa)"));
    lathe_graphics_free(graphics);
}

static void doctor_add_cpus(GArray *rows)
{
    g_autofree char *models = g_strjoinv(", ", (char **)emu_cpu_models());

    doctor_take(rows, g_strdup("guest cpus"), true, g_steal_pointer(&models), "");
}

static void doctor_print(const GArray *rows)
{
    for (unsigned i = 0; i < rows->len; i++) {
        const struct doctor_row *row = &g_array_index(rows, struct doctor_row, i);
        printf("%-4s %-16s %s\n", row->good ? "yes" : "no", row->name, row->text);
        if (row->remedy[0] != '\0')
            printf("%-21s -> %s\n", "", row->remedy);
    }
}

static void doctor_json_string(const char *text)
{
    putchar('"');
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\')
            printf("\\%c", *text);
        else if ((unsigned char)*text < 0x20)
            printf("\\u%04x", (unsigned)*text);
        else
            putchar(*text);
    }
    putchar('"');
}

static void doctor_print_json(const GArray *rows)
{
    for (unsigned i = 0; i < rows->len; i++) {
        const struct doctor_row *row = &g_array_index(rows, struct doctor_row, i);
        fputs(i == 0 ? "[\n  {\"name\": " : ",\n  {\"name\": ", stdout);
        doctor_json_string(row->name);
        printf(", \"good\": %s, \"text\": ", row->good ? "true" : "false");
        doctor_json_string(row->text);
        fputs(", \"remedy\": ", stdout);
        doctor_json_string(row->remedy);
        putchar('}');
    }
    fputs("\n]\n", stdout);
}

int lathe_verb_doctor(struct lathe_cli *cli)
{
    struct lathe_host_facts facts;

    if (cli->operands->len != 0)
        return lathe_cli_fail(LATHE_EXIT_USAGE, _("lathe doctor takes no operands"));
    lathe_host_facts_read(&facts);
    GArray *rows = g_array_new(FALSE, TRUE, sizeof(struct doctor_row));
    g_array_set_clear_func(rows, doctor_row_clear);
    doctor_add_engines(rows, &facts);
    doctor_add_kvm(rows);
    doctor_add_memory(rows, &facts);
    doctor_add_display(rows);
    doctor_add_graphics(rows);
    doctor_add_cpus(rows);
    if (cli->json)
        doctor_print_json(rows);
    else
        doctor_print(rows);
    g_array_unref(rows);
    return LATHE_EXIT_OK;
}
