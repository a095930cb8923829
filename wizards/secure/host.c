/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The host's side of IBM Secure Execution (Linux: Documentation/virt/kvm/s390/s390-pv.rst): a z15
 * or newer with the ultravisor, a kernel started with prot_virt=1, KVM and QEMU.
 */
#include "wizards/secure/host.h"

#include <glib/gi18n.h>
#include <stdbool.h>
#include <string.h>
#include <sys/utsname.h>

#define HOST_FACILITY 158 /* the ultravisor calls, in STFLE's list */

static char *host_read(const struct lathe_secure_host *host, const char *name)
{
    g_autofree char *path = g_strconcat(host->root, name, NULL);
    char *text = NULL;

    g_file_get_contents(path, &text, NULL, NULL);
    return text;
}

/* "facilities : 0 1 2 ..." of /proc/cpuinfo. */
static bool host_has_facility(const struct lathe_secure_host *host)
{
    g_autofree char *info = host_read(host, "/proc/cpuinfo");
    g_autofree char *pattern = g_strdup_printf("^facilities\\s*:(.*\\s)?%d(\\s|$)", HOST_FACILITY);

    return info != NULL && g_regex_match_simple(pattern, info, G_REGEX_MULTILINE, 0);
}

static bool host_is_protecting(const struct lathe_secure_host *host)
{
    g_autofree char *text = host_read(host, "/sys/firmware/uv/prot_virt_host");

    return text != NULL && strcmp(g_strstrip(text), "1") == 0;
}

static bool host_has_program(const struct lathe_secure_host *host, const char *name)
{
    g_auto(GStrv) folders = g_strsplit(host->path != NULL ? host->path : "", ":", -1);

    for (size_t i = 0; folders[i] != NULL; i++) {
        g_autofree char *path = g_build_filename(folders[i], name, NULL);
        if (*folders[i] != '\0' && g_file_test(path, G_FILE_TEST_IS_EXECUTABLE))
            return true;
    }
    return false;
}

GPtrArray *lathe_secure_lacks(const struct lathe_secure_host *host)
{
    GPtrArray *lacks = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *kvm = g_strconcat(host->root, "/dev/kvm", NULL);
    bool z = strcmp(host->machine, "s390x") == 0;

    if (!z)
        g_ptr_array_add(
            lacks, g_strdup_printf(_("an IBM Z or LinuxONE (s390x): this is %s"), host->machine));
    if (z && !host_has_facility(host))
        g_ptr_array_add(lacks, g_strdup(_("a processor with the ultravisor (facility 158): a z15, "
                                          "LinuxONE III or newer, and not a guest on it")));
    if (z && !host_is_protecting(host))
        g_ptr_array_add(lacks, g_strdup(_("the kernel parameter prot_virt=1 of this host "
                                          "(/sys/firmware/uv/prot_virt_host is not 1)")));
    if (!g_file_test(kvm, G_FILE_TEST_EXISTS))
        g_ptr_array_add(lacks, g_strdup(_("KVM: there is no /dev/kvm")));
    if (!host_has_program(host, "qemu-system-s390x") && !host_has_program(host, "qemu-kvm"))
        g_ptr_array_add(lacks, g_strdup(_("QEMU for s390x (qemu-system-s390x)")));
    return lacks;
}

GPtrArray *lathe_secure_lacks_here(void)
{
    struct lathe_secure_host host = {.root = "", .path = g_getenv("PATH")};
    struct utsname name;

    host.machine = uname(&name) == 0 ? name.machine : "";
    return lathe_secure_lacks(&host);
}
