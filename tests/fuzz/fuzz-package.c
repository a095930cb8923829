/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Packages: archives, descriptions and lists of checksums of any bytes. The first byte chooses. */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "app/exchange/manifest.h"
#include "app/exchange/ovf.h"
#include "app/exchange/tar.h"
#include "tests/fuzz/fuzz.h"

/* Whatever is added lies in the archive. */
static void fuzz_archive(const struct lathe_span *bytes)
{
    g_autoptr(lathe_fileset) set = lathe_fileset_new(NULL);
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    struct lathe_span part;

    if (!lathe_tar_look(bytes) || !lathe_tar_read(bytes, set, names, NULL))
        return;
    for (guint i = 0; i < names->len; i++) {
        if (!lathe_fileset_find(set, names->pdata[i], &part, NULL) ||
            !lathe_fileset_is_name(part.name) || part.offset + part.size > bytes->size)
            __builtin_trap();
    }
}

static void fuzz_manifest(const struct lathe_span *bytes)
{
    g_autoptr(lathe_fileset) set = lathe_fileset_new(NULL);
    g_autoptr(GArray) rows = lathe_manifest_parse(bytes, NULL);
    struct lathe_task task = {0};
    const char *const needed[] = {"a", NULL};

    lathe_fileset_add(set, "a", bytes);
    if (rows != NULL)
        lathe_manifest_check(rows, set, needed, &task, NULL);
}

/* What a description becomes is a definition without faults. */
static void fuzz_description(const uint8_t *data, size_t size)
{
    g_autoptr(lathe_ovf) ovf = lathe_ovf_read("fuzz", (const char *)data, size, NULL);
    g_autoptr(lathe_config) config = NULL;

    if (ovf == NULL)
        return;
    for (unsigned i = 0; i < ovf->definition->disks; i++)
        ovf->definition->disk[i].path = g_strdup("/disk");
    config = lathe_ovf_to_config(ovf, "/fuzz.xml", NULL);
    if (config == NULL)
        return;
    g_autoptr(GArray) findings = lathe_config_check(config);
    g_free(lathe_findings_format(config, findings, LATHE_FINDING_FAULT));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct lathe_span bytes;
    int fd;

    if (size == 0)
        return 0;
    if (data[0] == 'd') {
        fuzz_description(data + 1, size - 1);
        return 0;
    }
    fd = memfd_create("package", MFD_CLOEXEC);
    if (fd < 0)
        return 0;
    if (write(fd, data + 1, size - 1) == (ssize_t)size - 1 &&
        lathe_span_of_file(fd, "fuzz", &bytes, NULL)) {
        if (data[0] == 'a')
            fuzz_archive(&bytes);
        else
            fuzz_manifest(&bytes);
    }
    close(fd);
    return 0;
}

/* ---- seeds ---- */

/* The sum grows as the kind does; its last two octal digits have room for that. */
static void fuzz_set_kind(uint8_t *head, char kind)
{
    unsigned sum = (unsigned)g_ascii_strtoull((const char *)head + 148, NULL, 8);

    sum += (unsigned)(kind - '0');
    head[156] = (uint8_t)kind;
    g_snprintf((char *)head + 148, 8, "%06o", sum);
}

/* Two members, the second with a name of pax's. */
static size_t fuzz_seed_archive(uint8_t *out)
{
    static const char record[] = "12 path=a.b\n19 size=0000000001\n";

    out[0] = 'a';
    lathe_tar_write_head(out + 1, "a.ovf", 5);
    memcpy(out + 513, "hello", 5);
    lathe_tar_write_head(out + 1025, "pax", sizeof(record) - 1);
    fuzz_set_kind(out + 1025, 'x');
    memcpy(out + 1537, record, sizeof(record) - 1);
    lathe_tar_write_head(out + 2049, "b", 1);
    return 1 + 512 * 8;
}

size_t fuzz_seed(unsigned index, uint8_t *out, size_t size)
{
    static const char *const texts[] = {
        "d<Envelope xmlns:o='o'><References><File o:id='f' o:href='d.vmdk'/></References>"
        "<DiskSection><Disk o:capacity='4' o:capacityAllocationUnits='byte * 2^20' o:diskId='d' "
        "o:fileRef='f'/><Disk o:diskId='e' o:capacity='512'/></DiskSection><VirtualSystem o:id='m'>"
        "<Name>n</Name><VirtualHardwareSection><Item><ResourceType>3</ResourceType>"
        "<VirtualQuantity>2</VirtualQuantity></Item><Item><ResourceType>4</ResourceType>"
        "<AllocationUnits>MegaBytes</AllocationUnits><VirtualQuantity>64</VirtualQuantity></Item>"
        "<Item><InstanceID>3</InstanceID><ResourceType>20</ResourceType><ResourceSubType>nvme"
        "</ResourceSubType></Item><Item><Parent>3</Parent><HostResource>ovf:/disk/d</HostResource>"
        "<ResourceType>17</ResourceType></Item><Item><ResourceType>15</ResourceType></Item><Item>"
        "<ResourceType>10</ResourceType><Address>52:54:00:00:00:01</Address></Item><Item>"
        "<ResourceType>35</ResourceType></Item><Config key='firmware' value='efi'/>"
        "</VirtualHardwareSection></VirtualSystem></Envelope>",
        "mSHA1(a)= 0123456789012345678901234567890123456789\nSHA256 (b) = 1\n",
    };

    if (size < 16384)
        return 0;
    memset(out, 0, 16384);
    if (index == 0)
        return fuzz_seed_archive(out);
    if (index > G_N_ELEMENTS(texts))
        return 0;
    memcpy(out, texts[index - 1], strlen(texts[index - 1]));
    return strlen(texts[index - 1]);
}
