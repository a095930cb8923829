/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What this host offers: engines, CPU models, memory. */
#include "emulator/api/host.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "emulator/accel/accel.h"
#include "emulator/accel/engines.h"
#include "emulator/cpu/x86/models.h"

/* ---- engines ---- */

static void host_fill_engine(struct emu_host_engine *out, const struct emu_engine_ops *engine)
{
    struct emu_error err = EMU_ERROR_INIT;
    out->name = engine->name;
    out->description = engine->description;
    out->available = engine->probe(&err);
    snprintf(out->reason, sizeof(out->reason), "%s", err.text);
}

size_t emu_host_engines(struct emu_host_engine *out, size_t max)
{
    size_t count = 0;
    for (; emu_engines[count] != NULL; count++)
        if (count < max)
            host_fill_engine(&out[count], emu_engines[count]);
    return count;
}

const char *emu_host_default_engine(char *why, size_t size)
{
    const struct emu_engine_ops *engine = emu_engine_choose("auto", why, size, NULL);
    return engine != NULL ? engine->name : NULL;
}

/* ---- hardware virtualisation ---- */

/* Is the word among the processor's flags? Only the first processor's line is read. */
static bool host_has_cpu_flag(const char *flag)
{
    FILE *file = fopen("/proc/cpuinfo", "re");
    char *line = NULL;
    size_t size = 0;
    bool found = false;
    while (file != NULL && getline(&line, &size, file) > 0) {
        if (strncmp(line, "flags", 5) != 0)
            continue;
        char *rest = strchr(line, ':');
        for (char *word; rest != NULL && (word = strsep(&rest, " \t\n:")) != NULL;)
            found |= strcmp(word, flag) == 0;
        break;
    }
    free(line);
    if (file != NULL)
        fclose(file);
    return found;
}

static bool host_opens_kvm(void)
{
    int fd = open("/dev/kvm", O_RDWR | O_CLOEXEC);
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

/* /dev/kvm alone says little: there are hosts where it opens and nothing is behind it. */
void emu_host_describe_kvm(char *out, size_t size)
{
    bool hardware = host_has_cpu_flag("vmx") || host_has_cpu_flag("svm");
    const char *device = host_opens_kvm()                ? "/dev/kvm opens"
                         : access("/dev/kvm", F_OK) == 0 ? "/dev/kvm may not be opened"
                                                         : "there is no /dev/kvm";
    snprintf(out, size, "this host's CPU shows %s and %s",
             hardware ? "vmx or svm" : "no vmx or svm", device);
}

/* ---- processors ---- */

const char *const *emu_cpu_models(void)
{
    return x86_model_names;
}

const char *const *emu_cpu_features(void)
{
    return x86_feature_names;
}

bool emu_cpu_check(const char *cpu, struct emu_error *err)
{
    struct x86_cpu_model *model = x86_model_parse(cpu, err);
    bool good = model != NULL;
    x86_model_free(model);
    return good;
}

/* ---- memory ---- */

#define HOST_RESERVE (256ull << 20) /* for the host and for ourselves */

/* A line "NAME:   123 kB" of /proc/meminfo, in bytes; 0: not there. */
static uint64_t host_meminfo(const char *name)
{
    FILE *file = fopen("/proc/meminfo", "re");
    char line[128];
    unsigned long long value = 0;
    size_t length = strlen(name);
    while (file != NULL && fgets(line, sizeof(line), file) != NULL)
        if (strncmp(line, name, length) == 0 && line[length] == ':' &&
            sscanf(line + length + 1, "%llu", &value) == 1)
            break;
    if (file != NULL)
        fclose(file);
    return (uint64_t)value << 10;
}

/* The limit of our control group, or UINT64_MAX. */
static uint64_t host_group_limit(void)
{
    static const char *const files[] = {"/sys/fs/cgroup/memory.max",
                                        "/sys/fs/cgroup/memory/memory.limit_in_bytes"};
    unsigned long long value;
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        FILE *file = fopen(files[i], "re");
        bool read = file != NULL && fscanf(file, "%llu", &value) == 1;
        if (file != NULL)
            fclose(file);
        if (read)
            return value;
    }
    return UINT64_MAX;
}

uint64_t emu_host_memory_limit(void)
{
    uint64_t all = host_meminfo("MemTotal") + host_meminfo("SwapFree");
    uint64_t group = host_group_limit();
    uint64_t limit = all < group ? all : group;
    if (limit == 0)
        return UINT64_MAX; /* unknown: let the allocation decide */
    return limit > 2 * HOST_RESERVE ? limit - HOST_RESERVE : limit / 2;
}
