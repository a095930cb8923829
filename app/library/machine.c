/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One machine of the library: its files, and what its definition says of it. */
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "app/config/config.h"
#include "app/config/schema.h"
#include "app/config/tree.h"
#include "app/config/write.h"
#include "app/library/library-private.h"
#include "app/plan/error.h"

#define MACHINE_LOG_MAX (1u << 20) /* bytes; then it becomes the old one */

struct lathe_machine *lathe_machine_new(const char *parent, const char *id)
{
    struct lathe_machine *machine = g_new0(struct lathe_machine, 1);

    machine->folder = g_build_filename(parent, id, NULL);
    machine->id = g_strdup(id);
    return machine;
}

static void machine_clear(struct lathe_machine *machine)
{
    g_clear_pointer(&machine->name, g_free);
    g_clear_pointer(&machine->title, g_free);
    g_clear_pointer(&machine->uuid, g_free);
    g_clear_pointer(&machine->group, g_free);
    g_clear_pointer(&machine->problem, g_free);
    machine->template = false;
    machine->memory = 0;
    machine->cpus = 0;
}

void lathe_machine_free(struct lathe_machine *machine)
{
    if (machine == NULL)
        return;
    machine_clear(machine);
    g_free(machine->folder);
    g_free(machine->id);
    g_free(machine);
}

struct lathe_machine *lathe_machine_copy(const struct lathe_machine *machine)
{
    struct lathe_machine *copy = g_memdup2(machine, sizeof(*machine));

    copy->folder = g_strdup(machine->folder);
    copy->id = g_strdup(machine->id);
    copy->name = g_strdup(machine->name);
    copy->title = g_strdup(machine->title);
    copy->uuid = g_strdup(machine->uuid);
    copy->group = g_strdup(machine->group);
    copy->problem = g_strdup(machine->problem);
    return copy;
}

char *lathe_machine_path(const struct lathe_machine *machine, const char *file)
{
    return g_build_filename(machine->folder, file, NULL);
}

struct lathe_config *lathe_machine_read_config(const struct lathe_machine *machine, GError **error)
{
    g_autofree char *path = lathe_machine_path(machine, LATHE_MACHINE_DEFINITION);

    return lathe_config_read(path, error);
}

static void machine_read_numbers(struct lathe_machine *machine, const xmlNode *root)
{
    const xmlNode *memory = lathe_tree_child(root, "memory");
    g_autofree char *number = lathe_tree_text(memory), *unit = lathe_tree_get(memory, "unit");
    g_autofree char *cpus = lathe_tree_text(lathe_tree_child(root, "vcpu"));
    guint64 count;

    if (number == NULL || !lathe_schema_size(number, unit, &machine->memory))
        machine->memory = 0;
    if (cpus != NULL && g_ascii_string_to_unsigned(cpus, 10, 1, 65535, &count, NULL))
        machine->cpus = (unsigned)count;
}

static char *machine_first_line(const char *text)
{
    return g_strndup(text, strcspn(text, "\n"));
}

/* The same faults and reasons that "lathe run" would give. */
static void machine_check(struct lathe_machine *machine, const struct lathe_config *config)
{
    g_autoptr(GArray) findings = lathe_config_check(config);
    static const enum lathe_finding_kind kinds[] = {LATHE_FINDING_FAULT, LATHE_FINDING_BLOCKS};

    for (size_t i = 0; i < G_N_ELEMENTS(kinds) && machine->problem == NULL; i++) {
        g_autofree char *text = lathe_findings_format(config, findings, kinds[i]);
        machine->problem = text != NULL ? machine_first_line(text) : NULL;
    }
}

void lathe_machine_read(struct lathe_machine *machine)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(lathe_config) config = lathe_machine_read_config(machine, &error);

    machine_clear(machine);
    machine->use = lathe_lock_look(machine->folder, &machine->pid);
    if (config != NULL) {
        const xmlNode *root = lathe_config_root(config);
        machine->name = lathe_tree_text(lathe_tree_child(root, "name"));
        machine->title = lathe_tree_text(lathe_tree_child(root, "title"));
        machine->uuid = lathe_tree_text(lathe_tree_child(root, "uuid"));
        machine->group = lathe_config_get_group(config);
        machine->template = lathe_config_is_template(config);
        machine_read_numbers(machine, root);
        machine_check(machine, config);
    } else {
        machine->problem = machine_first_line(error->message);
    }
    if (machine->name == NULL || *machine->name == '\0') {
        g_free(machine->name);
        machine->name = g_filename_display_name(machine->id);
    }
}

/* ---- the log ---- */

static void log_turn(const char *path)
{
    g_autofree char *old = g_strconcat(path, ".old", NULL);
    GStatBuf info;

    if (g_stat(path, &info) == 0 && info.st_size > (off_t)MACHINE_LOG_MAX)
        g_rename(path, old);
}

void lathe_machine_log(const struct lathe_machine *machine, const char *format, ...)
{
    g_autofree char *path = lathe_machine_path(machine, LATHE_MACHINE_LOG);
    g_autoptr(GDateTime) now = g_date_time_new_now_local();
    g_autofree char *time = g_date_time_format(now, "%F %T");
    va_list arguments;

    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_autofree char *line = g_strdup_printf("%s %s\n", time, text);
    log_turn(path);
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return;
    if (write(fd, line, strlen(line)) < 0)
        errno = 0; /* a full disk: the machine runs on */
    close(fd);
}
