/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What tells of processors: hosts, definitions, messages; any bytes. What is written is read again.
 */
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"
#include "wizards/doctor/change.h"

static void fuzz_definition(const char *text, size_t size, const struct doctor_message *message,
                            const struct doctor_cpu *host)
{
    struct doctor_change *change = doctor_change_new(text, size, NULL);
    g_autoptr(GString) out = g_string_new(NULL);

    if (change == NULL)
        return;
    struct doctor_cpu *wanted = doctor_change_wanted(change, NULL);
    doctor_change_model(change, message, host);
    doctor_change_drop(change, message->missing, wanted, NULL);
    doctor_change_forget(change, message->unknown);
    doctor_change_ask(change, message->extra);
    doctor_write_xml(out, xmlDocGetRootElement(change->document));
    struct doctor_change *again = doctor_change_new(out->str, out->len, NULL);
    if (again == NULL)
        abort();
    doctor_change_free(again);
    doctor_change_free(change);
    doctor_cpu_free(wanted);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = g_strndup((const char *)data, size);
    struct doctor_cpu *cpu = doctor_cpu_read(text, strlen(text), NULL, NULL);
    struct doctor_message *message = doctor_message_read(text);

    fuzz_definition(text, strlen(text), message, cpu);
    fuzz_definition("", 0, message, cpu);
    doctor_message_free(message);
    doctor_cpu_free(cpu);
    return 0;
}

size_t fuzz_seed(unsigned index, uint8_t *out, size_t size)
{
    static const char *const seeds[] = {
        "Some features requested in the CPU model are not available in the current configuration: "
        "pckmo-aes-256 pckmo-aes-192 pckmo-aes-128 pckmo-etdea-192 pckmo-etdea-128 pckmo-edea "
        "msa9_pckmo Consider a different accelerator, QEMU, or kernel version",
        "host doesn't support requested feature: CPUID[eax=07h,ecx=00h].EBX.hle [bit 4]\nUnknown "
        "CPU model 'Foo'\nProperty 'host-x86_64-cpu.foo' not found\nextra features: a,b, missing "
        "features: c; Maximum supported model in the configuration: 'z14'",
        "<domain><!-- c --><cpu mode='custom' match='exact'><model fallback='allow'>Haswell</model>"
        "<feature policy='require' name='vmx'/></cpu><x:y xmlns:x='urn:x' x:z='&lt;'/></domain>",
        "<domainCapabilities><cpu><mode name='host-model'><model>New</model><feature "
        "policy='disable' name='hle'/></mode><mode name='custom'><model usable='yes'>A</model>"
        "</mode></cpu></domainCapabilities>",
        "<capabilities><host><cpu><model>Old</model><feature name='vmx'/></cpu></host>"
        "</capabilities>",
        "{\"return\": {\"model\": {\"name\": \"base\", \"props\": {\"sse4-1\": true, \"x\": 1}}}}",
        "processor : 0\nflags : fpu SSE4_1 sse3 rep_good\n",
    };

    return fuzz_seed_text(seeds, sizeof(seeds) / sizeof(seeds[0]), index, out, size);
}
