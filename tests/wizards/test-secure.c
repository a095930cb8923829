/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a host lacks for guests in Secure Execution: made-up hosts' files. */
#include <glib.h>
#include <glib/gstdio.h>

#include "tests/test.h"
#include "wizards/secure/host.h"

static char *host_root;

static void host_put(const char *name, const char *text)
{
    g_autofree char *path = g_strconcat(host_root, name, NULL);
    g_autofree char *folder = g_path_get_dirname(path);

    CHECK(g_mkdir_with_parents(folder, 0700) == 0);
    CHECK(g_file_set_contents(path, text, -1, NULL));
    CHECK(g_chmod(path, 0700) == 0);
}

/* How many things are missing, the first of which has this word. */
static void host_expect(const char *machine, unsigned count, const char *word)
{
    g_autofree char *path = g_build_filename(host_root, "bin", NULL);
    const struct lathe_secure_host host = {machine, host_root, path};
    g_autoptr(GPtrArray) lacks = lathe_secure_lacks(&host);

    CHECK_EQ(lacks->len, count);
    if (count != 0 && lacks->len == count)
        CHECK(strstr(lacks->pdata[0], word) != NULL);
}

static void test_host(void)
{
    host_root = g_dir_make_tmp("lathe-host-XXXXXX", NULL);
    host_expect("x86_64", 3, "this is x86_64");
    host_expect("s390x", 4, "facility 158");
    host_put("/proc/cpuinfo",
             "vendor_id : IBM/S390\nfacilities      : 0 1 2 1580 15\nprocessor 0: x\n");
    host_expect("s390x", 4, "facility 158");
    host_put("/proc/cpuinfo",
             "vendor_id : IBM/S390\nfacilities      : 0 1 2 158 161\nprocessor 0: x\n");
    host_put("/sys/firmware/uv/prot_virt_host", "0\n");
    host_expect("s390x", 3, "prot_virt=1");
    host_put("/sys/firmware/uv/prot_virt_host", "1\n");
    host_expect("s390x", 2, "/dev/kvm");
    host_put("/dev/kvm", "");
    host_expect("s390x", 1, "qemu-system-s390x");
    host_put("/bin/qemu-system-s390x", "");
    host_expect("s390x", 0, "");
    g_autofree char *command = g_strconcat("rm -r ", host_root, NULL);
    CHECK(g_spawn_command_line_sync(command, NULL, NULL, NULL, NULL));
    g_free(host_root);
}

static const struct test_case cases[] = {{"secure: what a host lacks", test_host}, {NULL, NULL}};

int main(int argc, char **argv)
{
    return test_main(argc, argv, cases);
}
