/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which installers there are, where their kernels lie on their discs, and which one a medium has.
 */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "app/media/disc-files.h"
#include "wizards/express/express-private.h"

/*
 * What stands behind "---" is for the new system, too: it has a login on its screen and on the
 * serial port. The last console is the one that the installer shows itself on.
 */
#define DEBIAN_WORDS "auto=true priority=critical --- console=ttyS0,115200 console=tty0"
#define UBUNTU_WORDS "autoinstall --- console=ttyS0,115200 console=tty0"
#define RHEL_WORDS   "inst.stage2=hd:LABEL=%s inst.ks=hd:LABEL=OEMDRV:/ks.cfg"
#define SLES_WORDS   "install=cd:/ autoyast=label://OEMDRV/autoinst.xml"

const struct express_system express_systems[] = {
    {"debian12", "debian12", "Debian 12", "install.amd/vmlinuz", "install.amd/initrd.gz",
     DEBIAN_WORDS, EXPRESS_INITRD},
    {"debian13", "debian13", "Debian 13", "install.amd/vmlinuz", "install.amd/initrd.gz",
     DEBIAN_WORDS, EXPRESS_INITRD},
    {"ubuntu24.04", "ubuntu24.04", "Ubuntu-Server 24.04|Ubuntu 24.04", "casper/vmlinuz",
     "casper/initrd", UBUNTU_WORDS, EXPRESS_CIDATA},
    {"rhel9", "rhel9|almalinux9|rocky9|centos-stream9|ol9", "RHEL-9|AlmaLinux-9|Rocky-9",
     "images/pxeboot/vmlinuz", "images/pxeboot/initrd.img", RHEL_WORDS, EXPRESS_OEMDRV},
    {"rhel10", "rhel10|almalinux10|rocky10|centos-stream10|ol10|fedora",
     "RHEL-10|AlmaLinux-10|Rocky-10|Fedora", "images/pxeboot/vmlinuz", "images/pxeboot/initrd.img",
     RHEL_WORDS, EXPRESS_OEMDRV},
    {"sles15", "sles15|sle15", "SLE-15", "boot/x86_64/loader/linux", "boot/x86_64/loader/initrd",
     SLES_WORDS, EXPRESS_OEMDRV},
    {NULL},
};

const struct express_system *express_system_of(const struct lathe_answers *answers)
{
    const char *id = lathe_answers_value(answers, "system");

    for (const struct express_system *row = express_systems; row->id != NULL; row++) {
        if (strcmp(row->id, id) == 0)
            return row;
    }
    return NULL;
}

/* Does the text begin with one of them? */
static bool systems_begins(const char *text, const char *beginnings)
{
    g_auto(GStrv) list = g_strsplit(beginnings, "|", -1);

    for (char **one = list; text != NULL && *one != NULL; one++) {
        if (g_str_has_prefix(text, *one))
            return true;
    }
    return false;
}

static const char *systems_of_disc(const struct lathe_start *start)
{
    struct lathe_media media;
    const char *found = NULL;

    if (!lathe_media_look(start->path, &media, NULL))
        return NULL;
    for (const struct express_system *row = express_systems; row->id != NULL; row++) {
        if ((systems_begins(start->system.id, row->osinfo) ||
             systems_begins(media.volume, row->volume)) &&
            lathe_disc_has(start->path, row->kernel))
            found = row->id;
    }
    lathe_media_clear(&media);
    return found;
}

/* Debian's kernels say so; the series tells the release. The version's place is in the header of
 * Linux's boot protocol, from 2.00 on. */
static const char *systems_of_kernel(const char *path)
{
    guint8 head[0x10000] = {0};
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    ssize_t got = fd >= 0 ? read(fd, head, sizeof(head) - 1) : -1;

    if (fd >= 0)
        close(fd);
    if (got < 0x210 || memcmp(head + 0x202, "HdrS", 4) != 0)
        return NULL;
    size_t at = (size_t)(head[0x20e] | head[0x20f] << 8) + 0x200;
    const char *version = at < (size_t)got ? (const char *)head + at : "";
    if (strstr(version, "(debian-kernel@") == NULL)
        return NULL;
    return g_str_has_prefix(version, "6.1.")    ? "debian12"
           : g_str_has_prefix(version, "6.12.") ? "debian13"
                                                : NULL;
}

const char *lathe_express_system(const struct lathe_start *start)
{
    if (start->kind == LATHE_START_DISC)
        return systems_of_disc(start);
    return start->kind == LATHE_START_KERNEL ? systems_of_kernel(start->path) : NULL;
}
