/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Plans of made-up definitions on a made-up host, and the parsers of sizes and topologies. */
#include "app/plan/plan.h"
#include "app/plan/size.h"
#include "tests/test.h"

static const struct lathe_host_facts plan_host = {
    .engines = {{"kvm", "hardware", false, "/dev/kvm is not there"},
                {"interp", "portable executor", true, ""}},
    .engine_count = 2,
    .default_engine = "interp",
    .default_why = "kvm is not there",
    .memory_limit = UINT64_C(8) << 30,
};

static struct lathe_definition *plan_definition(bool have_display, const char *serial)
{
    struct lathe_definition *definition = lathe_definition_new();

    definition->kernel = g_strdup("/boot/vmlinuz");
    if (serial != NULL)
        CHECK(lathe_definition_add_serial(definition, serial, NULL));
    CHECK(lathe_definition_complete(definition, have_display, NULL));
    return definition;
}

static void plan_check(struct lathe_definition *definition, const char *devices,
                       const char *expected)
{
    g_autoptr(GError) error = NULL;
    struct lathe_plan *plan = lathe_plan_new(definition, &plan_host, devices, &error);
    g_autofree char *text = plan != NULL ? lathe_plan_format(plan) : g_strdup(error->message);

    CHECK_STR(text, expected);
    lathe_plan_free(plan);
    lathe_definition_free(definition);
}

static void test_plain(void)
{
    plan_check(plan_definition(false, NULL), NULL,
               "machine   board          q35\n"
               "machine   cpu            max\n"
               "machine   cpus           1 (sockets=1, dies=1, cores=1, threads=1)\n"
               "machine   memory         1 GiB\n"
               "engine    interp         kvm is not there\n"
               "boot      kernel         /boot/vmlinuz\n"
               "net       1              user, virtio\n"
               "serial    1              stdio\n"
               "input     ps2            keyboard and mouse\n"
               "display   none           no window\n");
}

static void test_full(void)
{
    struct lathe_definition *definition = plan_definition(true, NULL);

    CHECK(lathe_topology_parse("4,cores=2", &definition->topology, NULL));
    CHECK(lathe_definition_add_serial(definition, "unix:/run/x", NULL));
    definition->accel = (g_free(definition->accel), g_strdup("interp"));
    definition->memory = UINT64_C(1536) << 20;
    definition->append = g_strdup("console=ttyS0");
    definition->debugcon = g_strdup("/tmp/log");
    definition->no_reboot = definition->debug_exit = definition->testdev = true;
    plan_check(definition, "uart0 uart16550 0x3f8 4\n\n  rtc   cmos 0x70\n",
               "machine   board          q35\n"
               "machine   cpu            max\n"
               "machine   cpus           4 (sockets=2, dies=1, cores=2, threads=1)\n"
               "machine   memory         1.5 GiB\n"
               "engine    interp         asked for\n"
               "boot      kernel         /boot/vmlinuz\n"
               "boot      append         console=ttyS0\n"
               "device    uart0          uart16550 0x3f8 4\n"
               "device    rtc            cmos 0x70\n"
               "disk      1              (empty) on sata, in a CD drive\n"
               "net       1              user, virtio\n"
               "serial    1              tab\n"
               "serial    2              unix:/run/x\n"
               "debugcon  0x402          file:/tmp/log\n"
               "input     usb            keyboard and tablet, beside those of PS/2\n"
               "option    debug-exit     port 0xf4 ends the process\n"
               "option    testdev        pc-testdev ports\n"
               "option    no-reboot      a reset ends the machine\n"
               "display   gtk            a window with the serial terminals\n");
}

static void test_refused(void)
{
    struct lathe_definition *definition = plan_definition(false, NULL);

    definition->accel = (g_free(definition->accel), g_strdup("kvm"));
    plan_check(definition, NULL, "engine kvm does not work here: /dev/kvm is not there");
    definition = plan_definition(false, NULL);
    definition->memory = UINT64_C(9) << 30;
    plan_check(definition, NULL, "--memory 9 GiB is more than this host has: at most 8 GiB now");
    definition = plan_definition(false, NULL);
    definition->board = (g_free(definition->board), g_strdup("pc98"));
    plan_check(definition, NULL, "unknown machine 'pc98': there is q35");
}

static void test_sizes(void)
{
    static const struct {
        const char *text;
        uint64_t bytes; /* 0: refused */
        const char *shown;
    } rows[] = {
        {"1", 1, "1 bytes"},
        {"640K", 655360, "640 KiB"},
        {"512m", UINT64_C(512) << 20, "512 MiB"},
        {"2G", UINT64_C(2) << 30, "2 GiB"},
        {"1.5G", UINT64_C(1536) << 20, "1.5 GiB"},
        {"2.25GiB", UINT64_C(2304) << 20, "2.25 GiB"},
        {"1T", UINT64_C(1) << 40, "1 TiB"},
        {"1.0001K", 0, NULL},
        {"", 0, NULL},
        {"-1", 0, NULL},
        {" 1", 0, NULL},
        {"1GB", 0, NULL},
        {"1G ", 0, NULL},
        {"0x10", 0, NULL},
        {"9223372036854775808", 0, NULL},
        {"99999999999999999999999", 0, NULL},
        {"8589934592G", 0, NULL},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        uint64_t bytes = 0;
        CHECK_EQ(lathe_size_parse(rows[i].text, &bytes, NULL), rows[i].bytes != 0);
        CHECK_EQ(bytes, rows[i].bytes);
        if (rows[i].shown != NULL) {
            g_autofree char *shown = lathe_size_format(bytes);
            CHECK_STR(shown, rows[i].shown);
        }
    }
}

static void test_topologies(void)
{
    static const char *const bad[] = {"",   "0",      "x",         "2,", "2,3",
                                      "-1", "cores=", "2,cores=0", "1e3"};
    struct emu_topology topology = {0};

    CHECK(lathe_topology_parse("8,sockets=2,dies=1,cores=2,threads=2", &topology, NULL));
    CHECK_EQ(topology.cpus, 8);
    CHECK_EQ(topology.threads, 2);
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
        CHECK(!lathe_topology_parse(bad[i], &topology, NULL));
    CHECK_EQ(topology.cpus, 8);
}

static void test_displays(void)
{
    struct lathe_definition *definition = lathe_definition_new();

    definition->displays = LATHE_DISPLAY_GTK | LATHE_DISPLAY_NONE;
    CHECK(!lathe_definition_complete(definition, true, NULL));
    definition->displays = LATHE_DISPLAY_GTK;
    CHECK(!lathe_definition_complete(definition, false, NULL));
    CHECK(lathe_definition_complete(definition, true, NULL));
    CHECK_EQ(definition->serial[0].kind, LATHE_SERIAL_TAB);
    lathe_definition_free(definition);
}

static void plan_check_forward(const char *text, const char *expected)
{
    struct emu_net_forward forward;
    g_autoptr(GError) error = NULL;
    g_autofree char *shown =
        lathe_forward_parse(text, &forward, &error) ? lathe_forward_format(&forward) : NULL;

    CHECK_STR(shown != NULL ? shown : "refused", expected);
    CHECK_EQ(shown == NULL, error != NULL);
}

static void test_forwards(void)
{
    plan_check_forward("tcp:127.0.0.1:2222-:22", "tcp:127.0.0.1:2222-:22");
    plan_check_forward("tcp::2222-:22", "tcp:127.0.0.1:2222-:22");
    plan_check_forward("udp:0.0.0.0:53-10.0.2.15:53", "udp:0.0.0.0:53-10.0.2.15:53");
    plan_check_forward("tcp:[::1]:80-:8080", "tcp:[::1]:80-[::]:8080");
    plan_check_forward("udp:[fe80::1]:1-[fec0::5]:65535", "udp:[fe80::1]:1-[fec0::5]:65535");
    for (const char *const *bad =
             (const char *const[]){"", "tcp", "tcp:", "tcp:1-2", "tcp::0-:22", "tcp::65536-:22",
                                   "tcp::22", "tcp::22-22", "icmp::1-:1", "tcp:localhost:1-:1",
                                   "tcp:1.2.3:1-:1", "tcp:[::1:1-:1", "tcp:[]:1-:1", "tcp:::1:1-:1",
                                   "tcp:[::1]:1-10.0.2.15:1", "tcp:127.0.0.1:+1-:22",
                                   "tcp:[1.2.3.4]:1-:1", NULL};
         *bad != NULL; bad++)
        plan_check_forward(*bad, "refused");
}

static char *plan_net(const char *text)
{
    struct lathe_net_definition net;
    g_autoptr(GError) error = NULL;

    if (!lathe_net_parse(text, &net, &error))
        return g_strdup("refused");
    char *shown = lathe_net_format(&net);
    lathe_net_clear(&net);
    return shown;
}

static void test_nets(void)
{
    static const struct {
        const char *text, *shown;
    } rows[] = {
        {"user", "user, virtio"},
        {"user,model=e1000e,mac=52:54:00:AB:cd:01", "user, e1000e, 52:54:00:AB:cd:01"},
        {"user,forward=tcp::1-:2,forward=udp::1-:2",
         "user, virtio, forward tcp:127.0.0.1:1-:2, forward udp:127.0.0.1:1-:2"},
        {"user,tftp=/srv/tftp,bootfile=boot.ipxe",
         "user, virtio, TFTP from /srv/tftp, boot file boot.ipxe"},
        {"user,file=a/linux=/boot/x=y,,z,bootfile-efi=shimx64.efi,bootfile-http=d.iso,pcap=n.pcap",
         "user, virtio, file a/linux=/boot/x=y,z, boot file for efi shimx64.efi, boot file for "
         "http d.iso, record in n.pcap"},
        {"user,file=linux", "refused"},
        {"user,file==x", "refused"},
        {"user,bootfile-arm=x", "refused"},
        {"user,bootfile-efi=", "refused"},
        {"user,tftp=", "refused"},
        {"", "refused"},
        {"tap", "refused"},
        {"user,", "refused"},
        {"user,model=rtl8139", "refused"},
        {"user,mac=53:54:00:12:34:56", "refused"},
        {"user,mac=52:54:00:12:34", "refused"},
        {"user,mac=52:54:00:12:34:56:78", "refused"},
        {"user,forward=tcp::1-:2,forward=x", "refused"},
    };
    struct lathe_definition *definition = lathe_definition_new();

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        g_autofree char *shown = plan_net(rows[i].text);
        CHECK_STR(shown, rows[i].shown);
    }
    CHECK(lathe_definition_add_net(definition, "user", NULL));
    CHECK(!lathe_definition_add_net(definition, "none", NULL));
    lathe_definition_free(definition);
    definition = lathe_definition_new();
    CHECK(lathe_definition_add_net(definition, "none", NULL));
    CHECK(!lathe_definition_add_net(definition, "user", NULL));
    CHECK(lathe_definition_complete(definition, false, NULL));
    CHECK_EQ(definition->nets, 0);
    lathe_definition_free(definition);
}

/* A machine with two disks, a CD between them and an adapter: their places in the boot order. */
static void plan_check_boot(const char *order, const char *expected)
{
    struct lathe_definition *definition = lathe_definition_new();
    g_autofree char *places = NULL;

    definition->firmware_image = g_strdup("/firmware");
    CHECK(lathe_definition_add_disk(definition, "a", NULL));
    CHECK(lathe_definition_add_cdrom(definition, "b", NULL));
    CHECK(lathe_definition_add_disk(definition, "c", NULL));
    CHECK(order == NULL || lathe_boot_parse(order, &definition->boot, NULL));
    CHECK(lathe_definition_complete(definition, false, NULL));
    places = g_strdup_printf("%u %u %u %u", definition->disk[0].boot, definition->disk[1].boot,
                             definition->disk[2].boot, definition->net[0].boot);
    CHECK_STR(places, expected);
    lathe_definition_free(definition);
}

/* Floppy drives: what their words mean, and that they come after the others. */
static void test_floppies(void)
{
    struct lathe_definition *definition = lathe_definition_new();
    g_autofree char *shown = NULL;

    definition->firmware_image = g_strdup("/firmware");
    CHECK(lathe_definition_add_floppy(definition, "a,,b.img,readonly", NULL));
    CHECK(lathe_definition_add_floppy(definition, "c.img", NULL));
    CHECK(!lathe_definition_add_floppy(definition, "d.img", NULL)); /* a third one */
    CHECK(lathe_definition_add_disk(definition, "e", NULL));
    CHECK_STR(definition->disk[0].path, "a,b.img");
    CHECK(definition->disk[0].read_only && !definition->disk[1].read_only);
    CHECK_EQ(definition->disk[1].bus, EMU_DRIVE_FLOPPY);
    CHECK(lathe_definition_complete(definition, false, NULL));
    CHECK_EQ(definition->disk[0].boot, 2);
    CHECK_EQ(definition->disk[1].boot, 3);
    CHECK_EQ(definition->disk[2].boot, 1);
    shown = lathe_disk_format(&definition->disk[0]);
    CHECK_STR(shown, "a,b.img on a floppy drive, raw, read-only, boot 2");
    lathe_definition_free(definition);
    definition = lathe_definition_new();
    CHECK(!lathe_definition_add_floppy(definition, "", NULL));
    CHECK(!lathe_definition_add_floppy(definition, "a.img,format=raw", NULL));
    CHECK_EQ(definition->disks, 0);
    lathe_definition_free(definition);
}

static void test_boot_order(void)
{
    struct lathe_definition *definition = lathe_definition_new();
    struct lathe_boot_order order;

    plan_check_boot(NULL, "1 3 2 0");
    plan_check_boot("disk,cdrom,network", "1 3 2 4");
    plan_check_boot("network,cdrom", "0 2 0 1");
    CHECK(!lathe_boot_parse("disk,disk", &order, NULL));
    CHECK(!lathe_boot_parse("disk,tape", &order, NULL));
    CHECK(!lathe_boot_parse("", &order, NULL));
    CHECK(lathe_boot_parse("network", &definition->boot, NULL));
    CHECK(!lathe_definition_complete(definition, false, NULL)); /* no firmware */
    definition->firmware_image = g_strdup("/firmware");
    CHECK(lathe_definition_complete(definition, false, NULL));
    lathe_definition_free(definition);
    definition = lathe_definition_new();
    definition->firmware_image = g_strdup("/firmware");
    CHECK(lathe_boot_parse("disk,cdrom", &definition->boot, NULL));
    CHECK(!lathe_definition_complete(definition, false, NULL)); /* neither is there */
    lathe_definition_free(definition);
    definition = lathe_definition_new();
    definition->firmware_image = g_strdup("/firmware");
    CHECK(lathe_definition_complete(definition, false, NULL));
    CHECK_EQ(definition->net[0].boot, 0);
    lathe_definition_free(definition);
}

/* ---- what the guest is told ---- */

static void told_refuses(struct lathe_told *told, bool file, const char *text)
{
    g_autoptr(GError) error = NULL;

    CHECK(!(file ? lathe_told_add_file : lathe_told_add_smbios)(told, text, &error));
    CHECK(error != NULL && g_str_has_prefix(error->message, file ? "--fw-cfg" : "--smbios"));
}

static void test_told_words(void)
{
    struct lathe_told *told = lathe_told_new();
    g_auto(GStrv) lines = NULL;

    CHECK(lathe_told_add_file(told, "opt/org.example/x,string=", NULL));
    CHECK_STR(g_array_index(told->files, struct lathe_fw_file, 0).text, "");
    CHECK(lathe_told_add_smbios(told, "type=11,value=a,value=b,,c", NULL));
    CHECK(lathe_told_add_smbios(told, "type=3,sku=S,asset=A", NULL));
    CHECK(lathe_told_add_smbios(told, "type=3,sku=", NULL)); /* the machine's own again */
    lines = lathe_told_smbios_lines(told);
    CHECK(g_strv_length(lines) == 3);
    CHECK_STR(lines[0], "type=3,asset=A");
    CHECK_STR(lines[2], "type=11,value=b,,c");
    for (const char *const *text =
             (const char *const[]){"", "string=x", "name=a b,string=x", "name=x", "name=x,data=y",
                                   "name=opt/org.example/x,string=y", "name=x,string=a\nb", NULL};
         *text != NULL; text++)
        told_refuses(told, true, *text);
    for (const char *const *text =
             (const char *const[]){"", "11", "type=11,value=a,serial=b", "type=0,release=1.256",
                                   "type=17,serial=x", "type=1,serial=a\tb", "type=x,value=y",
                                   NULL};
         *text != NULL; text++)
        told_refuses(told, false, *text);
    CHECK(told->files->len == 1 && told->strings->len == 2); /* nothing of those was taken */
    lathe_told_free(told);
}

static void test_told_bounds(void)
{
    struct lathe_told *told = lathe_told_new();
    g_autofree char *name = g_strnfill(EMU_FW_CFG_NAME_MAX + 1, 'n');
    g_autofree char *text = g_strnfill(EMU_SMBIOS_STRING_MAX + 1, 't');

    CHECK(!lathe_told_take_file(told, name, NULL, "", NULL));
    CHECK(lathe_told_take_file(told, name + 1, NULL, "", NULL));
    CHECK(!lathe_told_take_string(told, text, NULL));
    CHECK(lathe_told_take_string(told, text + 1, NULL));
    CHECK(!lathe_told_take_string(told, text + 1, NULL)); /* too much of all */
    CHECK(!lathe_told_take_text(told, EMU_SMBIOS_SYSTEM_SERIAL, text, NULL));
    lathe_told_clear_smbios(told);
    for (unsigned i = 0; i < EMU_SMBIOS_STRINGS; i++)
        CHECK(lathe_told_take_string(told, "x", NULL));
    CHECK(!lathe_told_take_string(told, "x", NULL));
    for (unsigned i = 1; i < EMU_FW_CFG_FILES_MAX; i++) {
        g_autofree char *number = g_strdup_printf("opt/%u", i);
        CHECK(lathe_told_take_file(told, number, "/file", NULL, NULL));
    }
    CHECK(!lathe_told_take_file(told, "opt/one-more", "/file", NULL, NULL));
    lathe_told_free(told);
}

static const struct test_case cases[] = {
    {"plan: what the guest is told", test_told_words},
    {"plan: how much it is told", test_told_bounds},
    {"plan: forwards", test_forwards},
    {"plan: network adapters", test_nets},
    {"plan: boot order", test_boot_order},
    {"plan: floppies", test_floppies},
    {"plan: defaults", test_plain},
    {"plan: everything", test_full},
    {"plan: what a host cannot give", test_refused},
    {"plan: sizes", test_sizes},
    {"plan: topologies", test_topologies},
    {"plan: displays", test_displays},
    {NULL, NULL},
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, cases);
}
