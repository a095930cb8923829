/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Definitions: any bytes; what can be read is checked, made a machine of, written and read again.
 */
#include <stdlib.h>
#include <string.h>

#include "app/config/config.h"
#include "app/config/paths.h"
#include "app/config/write.h"
#include "app/plan/plan.h"
#include "tests/fuzz/fuzz.h"

static void fuzz_fill(const struct lathe_config *config)
{
    struct lathe_definition *definition = lathe_definition_new();

    if (lathe_config_fill(config, definition, NULL)) {
        g_autoptr(lathe_plan) plan = lathe_plan_outline(definition);
        g_free(lathe_plan_format(plan));
    }
    lathe_definition_free(definition);
}

/* What a definition says is written into its document again, and says the same there. Disks are
 * left out: they would be added. */
static void fuzz_write(struct lathe_config *config)
{
    struct lathe_definition *before = lathe_definition_new(), *after = lathe_definition_new();
    const uint64_t areas = ~(uint64_t)LATHE_AREA_DISKS;

    if (lathe_config_fill(config, before, NULL) &&
        lathe_config_write(config, before, areas, NULL)) {
        if (!lathe_config_fill(config, after, NULL) || before->memory != after->memory ||
            before->topology.cpus != after->topology.cpus || strcmp(before->cpu, after->cpu) != 0 ||
            before->serials != after->serials || before->nets != after->nets ||
            before->disks != after->disks || strcmp(before->firmware, after->firmware) != 0)
            abort();
    }
    lathe_definition_free(before);
    lathe_definition_free(after);
}

/* Devices taken out, names of files moved to a folder and back. */
static void fuzz_change(struct lathe_config *config)
{
    static const char *const words[] = {"vda", "sda", "net1", "serial1", "net0", ""};

    lathe_config_make_whole(config, "/folder");
    lathe_config_make_relative(config, "/folder");
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        lathe_config_remove_device(config, words[i], NULL);
    lathe_config_set_group(config, "a/b");
    g_autofree char *group = lathe_config_get_group(config), *text = lathe_config_format(config);
    g_autoptr(lathe_config) again = lathe_config_parse("again", text, strlen(text), NULL);
    if (again == NULL || group == NULL || strcmp(group, "a/b") != 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(lathe_config) config = lathe_config_parse("fuzz", (const char *)data, size, NULL);

    if (config == NULL)
        return 0;
    fuzz_fill(config);
    g_autofree char *text = lathe_config_format(config);
    g_autoptr(lathe_config) again = lathe_config_parse("again", text, strlen(text), NULL);
    g_autofree char *same = again != NULL ? lathe_config_format(again) : NULL;
    if (same == NULL || strcmp(text, same) != 0)
        abort(); /* what we write is what we read */
    fuzz_write(config);
    fuzz_change(again);
    return 0;
}

size_t fuzz_seed(unsigned index, uint8_t *out, size_t size)
{
    static const char *const seeds[] = {
        "<domain type='kvm'><name>n</name><memory unit='MiB'>64</memory><vcpu>2</vcpu><cpu mode="
        "'custom'><model>max</model><topology sockets='1' cores='2' threads='1'/><feature policy="
        "'disable' name='avx'/></cpu><os firmware='efi'><type machine='q35'>hvm</type><nvram>/v"
        "</nvram><boot dev='hd'/></os><features><acpi/></features><!-- c --></domain>",
        "<domain type='kvm'><metadata><lathe:machine xmlns:lathe='https://lathe-vm.org/xmlns/domain"
        "/1.0'><lathe:disk dev='sda' bus='nvme'/></lathe:machine></metadata><devices><disk type="
        "'file'><driver type='raw' queues='2'/><source file='a'/><target dev='sda' bus='sata'/>"
        "<boot order='1'/></disk><interface type='user'><portForward proto='tcp'><range start='1' "
        "end='9' to='2'/></portForward></interface></devices></domain>",
        ("<devices><serial type='unix'><source path='p'/><log file='f'/><target type='isa-debug'/>"
         "</serial><tpm><backend type='external'><source type='unix' path='/p'/></backend></tpm>"
         "<video><model type='qxl' heads='2'/></video><console type='pty'/>&amp;&#65;</devices>"),
    };

    return fuzz_seed_text(seeds, sizeof(seeds) / sizeof(seeds[0]), index, out, size);
}
