/* SPDX-License-Identifier: GPL-3.0-or-later */
/* QEMU command lines: any text; what becomes a definition is checked, and exported again. */
#include <string.h>

#include "app/exchange/export.h"
#include "app/exchange/import.h"
#include "tests/fuzz/fuzz.h"

/* What has faults is not exported. */
static void fuzz_export(const struct lathe_config *config)
{
    static const struct lathe_export_firmware firmware = {"/image", "/vars"};
    g_autoptr(GArray) findings = lathe_config_check(config);
    g_autofree char *faults = lathe_findings_format(config, findings, LATHE_FINDING_FAULT);
    g_autoptr(GPtrArray) left = NULL;

    if (faults != NULL)
        return;
    g_autoptr(GPtrArray) words = lathe_export_qemu(config, &firmware, &left);
    g_free(lathe_export_format(words));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = g_strndup((const char *)data, size);
    g_autoptr(lathe_config) written = lathe_config_parse("fuzz", text, strlen(text), NULL);
    g_autoptr(GPtrArray) left = NULL;
    g_autoptr(lathe_config) config = lathe_import_qemu_text(text, "/nowhere", &left, NULL);

    if (config != NULL)
        fuzz_export(config);
    if (written != NULL)
        fuzz_export(written);
    return 0;
}

size_t fuzz_seed(unsigned index, uint8_t *out, size_t size)
{
    static const char *const seeds[] = {
        "qemu-system-x86_64 -M q35,accel=kvm -m 2G,maxmem=3G -smp 4,cores=2 -cpu host,+a,-b -name "
        "n "
        "-drive file=a,,b,if=none,id=d -device virtio-blk-pci,drive=d,bus=r,bootindex=1 -device "
        "pcie-root-port,id=r,addr=2.1 -nic user,hostfwd=tcp::1-:2 -boot order=cd,menu=on -snapshot",
        "-blockdev '{\"driver\":\"raw\",\"node-name\":\"n\",\"file\":{\"driver\":\"file\","
        "\"filename\":\"f\"}}' -device nvme,drive=n,serial=1 -chardev socket,id=c,path=p,server "
        "-serial chardev:c -numa node,cpus=0-1,mem=1G -numa dist,src=0,dst=0,val=10 -vnc :1",
        "qemu -global a.b=c -device usb-host,vendorid=0x1,productid=0x2 -device "
        "vfio-pci,host=01:02.3 "
        "-object rng-random,id=r -device virtio-rng-pci,rng=r -pflash p -serial unix:s,server -usb",
        "<domain type='kvm'><name>a,b</name><vcpu>2</vcpu><os firmware='efi'/><devices>"
        "<disk type='file'><source file='f'/><target dev='vda'/><boot order='1'/><address "
        "type='pci' "
        "bus='0x1' slot='2' function='3'/></disk><interface type='user'><portForward proto='tcp'>"
        "<range start='1' end='9'/></portForward></interface><serial type='unix'><source "
        "path='p'/></serial>"
        "<hostdev type='pci'><source><address/></source></hostdev></devices></domain>",
    };

    return fuzz_seed_text(seeds, sizeof(seeds) / sizeof(seeds[0]), index, out, size);
}
