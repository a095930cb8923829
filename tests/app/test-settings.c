/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The table of settings: every row can be got, set and checked and survives the document, every
 * option of the command line that is a setting has its area; editing with undo; new machines.
 */
#include <glib/gstdio.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/cli/cli.h"
#include "app/cli/machines.h"
#include "app/config/write.h"
#include "app/library/files.h"
#include "app/library/saved.h"
#include "app/settings/edit.h"
#include "app/settings/make.h"
#include "app/settings/settings.h"
#include "app/settings/shares.h"
#include "app/settings/system.h"
#include "tests/test.h"

static char *settings_folder;

static char *settings_file(const char *name, const char *text)
{
    char *path = g_build_filename(settings_folder, name, NULL);

    g_file_set_contents(path, text, -1, NULL);
    return path;
}

/* ---- the rows ---- */

static void test_rows(void)
{
    for (const struct lathe_setting *row = lathe_settings(); row->name != NULL; row++) {
        bool shown = false;
        CHECK(row->get != NULL && row->set != NULL && row->label != NULL);
        CHECK(lathe_setting_find(row->name) == row);
        for (const struct lathe_setting_page *page = lathe_setting_pages(); page->id != NULL;
             page++)
            shown |= strcmp(page->id, row->page) == 0;
        CHECK(shown || *row->page == '\0');
        if (shown && row->kind != LATHE_SETTING_DRIVE)
            CHECK(strchr(row->label, '_') != NULL && row->help[0] != '\0' && row->group[0] != '\0');
        g_autofree struct lathe_setting_choice *choices = lathe_setting_choices(row);
        CHECK((choices[0].word != NULL) ==
              (row->kind == LATHE_SETTING_CHOICE || row->kind == LATHE_SETTING_ORDER));
    }
    CHECK(lathe_setting_find("no such thing") == NULL);
}

struct settings_value {
    const char *name, *good, *found, *bad; /* found NULL: as good; bad NULL: anything will do */
};

static const struct settings_value settings_values[] = {
    {"name", "A name", NULL, "a/b"},
    {"title", "A title", NULL, "two\nlines"},
    {"group", "Work/Servers", NULL, "a//b"},
    {"description", "Some words\nin lines", NULL, NULL},
    {"cpus", "6", NULL, "0"},
    {"smp", "8,sockets=1,dies=1,cores=4,threads=2", NULL, "8,cores=3"},
    {"cpu", "x86-64-v1,+avx", NULL, NULL},
    {"cpu-model", "x86-64-v1", NULL, "z80"},
    {"cpu-features", "+avx, -sse", "+avx,-sse", "avx"},
    {"accel", "interp", NULL, "steam"},
    {"memory", "1536M", "1.5 GiB", "lots"},
    {"firmware", "uefi", NULL, ""},
    {"firmware-file", "firmware.bin", NULL, "/no/such/file"},
    {"firmware-vars", "vars.bin", NULL, "/no/such/folder/vars"},
    {"machine", "q35", NULL, NULL},
    {"kernel", "kernel", NULL, NULL},
    {"initrd", "initrd", NULL, NULL},
    {"append", "console=ttyS0 quiet", NULL, NULL},
    {"boot", "network,disk", NULL, "disk,disk"},
    {"net",
     "user,model=e1000e,mac=52:54:00:12:34:56,forward=tcp:127.0.0.1:2222-:22\nuser,model=virtio",
     NULL, "user,model=coax"},
    {"gpu", "virtio", NULL, "cga"},
    {"display", "none", NULL, "vnc"},
    {"spice", "tcp:127.0.0.1:5900,ticket=x", NULL, "here"},
    {"serial", "default\nnull\npty", NULL, "modem"},
    {"numa", "cpus=0-1+3,memory=1 GiB,distance=0:10+1:20\nmemory=512 MiB", NULL,
     "cpus=a,memory=1G"},
    {"sound", "ich9", NULL, "gong"},
    {"sound-output", "wav:/tmp/a,b.wav", NULL, "gong"},
    {"microphone", "yes", NULL, "perhaps"},
    {"hostdev", "usb:046d:c52b\nusb:1.4\npci:0000:03:00.1", NULL, "pci:3"},
    {"share", "/srv/a=b,tag=music\n/srv/films,tag=films,readonly", NULL, "/srv/a"},
    {"console", "default\nnull\npty", NULL, "modem"},
    {"channel", "org.example.agent=null\nb=pty", NULL, "org.example.agent"},
    {"fw-cfg", "name=opt/org.example/x,string=a,,b\nname=opt/com.coreos/config,file=/tmp/x.ign",
     NULL, "name=opt/org.example/x,string=a,file=/b"},
    {"smbios",
     "type=0,vendor=A,,B,release=1.2\ntype=1,serial=S\ntype=11,value=a,,b\ntype=11,value=c", NULL,
     "type=1,asset=S"},
    {"debugcon", "file:/tmp/debug", NULL, "stdio"},
    {"debugcon-file", "/tmp/debug", NULL, NULL},
    {"input", "virtio", NULL, "joystick"},
    {"tpm", "emulated", NULL, "discrete"},
    {"no-reboot", "yes", NULL, "perhaps"},
    {"debug-exit", "yes", NULL, "perhaps"},
    {"testdev", "yes", NULL, "perhaps"},
};

/* Through the document and back. */
static char *settings_round(const struct lathe_setting *row, struct lathe_definition *definition)
{
    g_autoptr(lathe_config) config = lathe_config_new("/x/machine.xml");
    struct lathe_definition *read = lathe_definition_new();
    GError *error = NULL;
    char *value;

    CHECK(lathe_config_write(config, definition, row->area | LATHE_AREA_MEMORY, &error));
    lathe_config_set_group(config, definition->group);
    CHECK(lathe_config_fill(config, read, &error));
    if (error != NULL)
        fprintf(stderr, "%s: %s\n", row->name, error->message);
    read->group = lathe_config_get_group(config);
    value = row->get(read);
    lathe_definition_free(read);
    g_clear_error(&error);
    return value;
}

static void settings_check_value(const struct settings_value *sample)
{
    const struct lathe_setting *row = lathe_setting_find(sample->name);
    struct lathe_definition *definition = lathe_definition_new();
    g_autofree char *path = row->kind == LATHE_SETTING_FILE && sample->good[0] != '/'
                                ? settings_file(sample->good, "")
                                : g_strdup(sample->good);
    g_autoptr(GError) error = NULL;

    if (strcmp(row->name, "firmware-vars") == 0) /* only UEFI has them */
        CHECK(lathe_setting_set(lathe_setting_find("firmware"), definition, "uefi", &error));
    CHECK(lathe_setting_set(row, definition, path, &error));
    g_autofree char *read = settings_round(row, definition);
    CHECK_STR(read, sample->found != NULL ? sample->found : path);
    if (sample->bad != NULL) {
        CHECK(!lathe_setting_set(row, definition, sample->bad, &error));
        CHECK(error != NULL && *error->message != '\0');
    }
    lathe_definition_free(definition);
}

static void test_values(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(settings_values); i++)
        settings_check_value(&settings_values[i]);
    for (const struct lathe_setting *row = lathe_settings(); row->name != NULL; row++) {
        bool sampled = row->kind == LATHE_SETTING_DRIVE;
        for (size_t i = 0; i < G_N_ELEMENTS(settings_values); i++)
            sampled |= strcmp(settings_values[i].name, row->name) == 0;
        if (!sampled)
            fprintf(stderr, "no sample of %s\n", row->name);
        CHECK(sampled);
    }
}

/* Every word of a choice is a value. */
static void test_choices(void)
{
    for (const struct lathe_setting *row = lathe_settings(); row->name != NULL; row++) {
        g_autofree struct lathe_setting_choice *choices = lathe_setting_choices(row);
        for (size_t i = 0; choices[i].word != NULL; i++) {
            struct lathe_definition *definition = lathe_definition_new();
            CHECK(lathe_setting_set(row, definition, choices[i].word, NULL));
            g_autofree char *found = row->get(definition);
            CHECK_STR(found, choices[i].word);
            lathe_definition_free(definition);
        }
    }
}

/* What "create" takes is written by it; how it is made is no setting. */
static void test_areas(void)
{
    const struct lathe_verb *create = lathe_verb_find("create");
    struct lathe_cli cli = {.verb = create};
    unsigned options = 0;

    for (const struct lathe_option *row = lathe_options; row->name != NULL; row++) {
        if (!lathe_option_fits(row, create) || strcmp(row->name, "help") == 0 ||
            strcmp(row->name, "version") == 0 || strcmp(row->name, "express") == 0)
            continue;
        options++;
        cli.given = UINT64_C(1) << (row - lathe_options);
        const struct lathe_setting *setting = lathe_setting_find(row->name);
        if (setting == NULL || (setting->area == 0 && strcmp(row->name, "group") != 0))
            fprintf(stderr, "--%s is no setting\n", row->name);
        CHECK(setting != NULL);
        CHECK((lathe_machines_areas(&cli) != 0) == (strcmp(row->name, "group") != 0));
    }
    CHECK(options > 20);
}

/* An order by devices, as libvirt's tools write it. */
static void test_boot_of_devices(void)
{
    struct lathe_definition *definition = lathe_definition_new();

    CHECK(lathe_definition_add_disk(definition, "a", NULL));
    CHECK(lathe_definition_add_cdrom(definition, "b", NULL));
    CHECK(lathe_definition_add_disk(definition, "c", NULL));
    CHECK(lathe_definition_add_net(definition, "user", NULL));
    definition->disk[0].boot = 4;
    definition->disk[1].boot = 2;
    definition->disk[2].boot = 3;
    definition->net[0].boot = 1;
    g_autofree char *order = lathe_setting_find("boot")->get(definition);
    CHECK_STR(order, "network,cdrom,disk");
    lathe_definition_free(definition);
}

static void test_sentences(void)
{
    static const char *const pairs[][2] = {
        {"--gpu has no 'cga': use std", "No 'cga': use std."},
        {"--memory 'x' is no size", "'x' is no size."},
        {"/a b/machine.xml:12: memory: too little", "Memory: too little."},
        {"--net: a definition has no place", "A definition has no place."},
        {"there is a machine 'x' already, in /a", "There is a machine 'x' already, in /a."},
        {"'x' boots nothing; --cdrom puts it into a drive", "'x' boots nothing."},
        {"--net mac=5x is no adapter's address", "5x is no adapter's address."},
        {"Whole.", "Whole."}};

    for (size_t i = 0; i < G_N_ELEMENTS(pairs); i++) {
        g_autofree char *sentence = lathe_setting_sentence(pairs[i][0]);
        CHECK_STR(sentence, pairs[i][1]);
    }
}

/* ---- new machines ---- */

static struct lathe_machine *settings_make(const char *name, const char *disk)
{
    g_autoptr(lathe_library) library = lathe_library_open(NULL);
    struct lathe_definition *definition = lathe_definition_new();
    g_autoptr(GError) error = NULL;

    definition->name = g_strdup(name);
    definition->group = g_strdup("Tests");
    CHECK(disk == NULL || lathe_definition_add_disk(definition, disk, NULL));
    struct lathe_machine *machine = lathe_make_machine(library, definition, 0, &error);
    if (machine == NULL)
        fprintf(stderr, "%s\n", error->message);
    lathe_definition_free(definition);
    return machine;
}

static void test_make(void)
{
    g_autoptr(lathe_library) library = lathe_library_open(NULL);
    g_autoptr(lathe_machine) machine = settings_make("Made", "size=8M");
    g_autofree char *disk = lathe_machine_path(machine, "disk.qcow2");
    g_autofree char *name = lathe_make_free_name(library, "made");
    g_autofree char *other = lathe_make_free_name(library, "o/t\nher");

    CHECK_STR(machine->name, "Made");
    CHECK_STR(machine->group, "Tests");
    CHECK(g_file_test(disk, G_FILE_TEST_IS_REGULAR));
    CHECK_STR(name, "made (2)");
    CHECK(strpbrk(other, "/\n") == NULL);
    struct lathe_definition *twin = lathe_definition_new();
    twin->name = g_strdup("MADE");
    CHECK(lathe_make_machine(library, twin, 0, NULL) == NULL);
    lathe_definition_free(twin);
}

static void test_advice(void)
{
    struct lathe_start start = {.kind = LATHE_START_DISC, .boots = LATHE_BOOTS_BIOS};
    struct lathe_advice advice;

    lathe_start_advise(&start, &advice);
    CHECK_STR(advice.firmware, "bios");
    CHECK_STR(advice.net, "virtio");
    CHECK(advice.disk == UINT64_C(20) << 30 && advice.memory == UINT64_C(2) << 30);
    start.system = (struct lathe_system){.name = (char *)"Windows 11",
                                         .id = (char *)"win11",
                                         .memory = UINT64_C(1) << 50,
                                         .storage = UINT64_C(64) << 30,
                                         .cpus = 1,
                                         .uefi = true};
    start.boots = LATHE_BOOTS_BIOS | LATHE_BOOTS_UEFI;
    lathe_start_advise(&start, &advice);
    CHECK_STR(advice.firmware, "uefi");
    CHECK_STR(advice.net, "e1000e");
    CHECK_STR(advice.bus, "sata");
    CHECK(advice.tpm && advice.disk == UINT64_C(64) << 30);
    CHECK(advice.memory == UINT64_C(32) << 30); /* half of what the fake host has */
    start = (struct lathe_start){.kind = LATHE_START_DISK};
    lathe_start_advise(&start, &advice);
    CHECK(advice.disk == 0);
}

static void test_start(void)
{
    g_autofree char *page = settings_file("page.iso", "<html></html>");
    struct lathe_start start;
    g_autoptr(GError) error = NULL;

    CHECK(!lathe_start_look(page, &start, &error));
    CHECK(error != NULL && strchr(error->message, '\n') == NULL);
    CHECK(lathe_start_look(NULL, &start, NULL));
    CHECK(start.name != NULL && start.kind == LATHE_START_NONE);
    lathe_start_clear(&start);
    g_autofree char *kernel = settings_file("vmlinux-6.1", "\177ELF or so");
    CHECK(lathe_start_look(kernel, &start, NULL));
    CHECK(start.kind == LATHE_START_KERNEL);
    struct lathe_definition *definition = lathe_definition_new();
    CHECK(lathe_start_add_medium(&start, definition, NULL));
    CHECK_STR(definition->kernel, kernel);
    lathe_definition_free(definition);
    lathe_start_clear(&start);
}

/* ---- editing ---- */

static bool edit_put(struct lathe_edit *edit, const char *name, const char *text)
{
    g_autoptr(GError) error = NULL;
    bool done = lathe_edit_set(edit, lathe_setting_find(name), text, &error);

    CHECK(done == (error == NULL));
    return done;
}

static void edit_expect(struct lathe_edit *edit, const char *name, const char *text)
{
    g_autofree char *found = lathe_edit_get(edit, lathe_setting_find(name));

    CHECK_STR(found, text);
}

static void test_edit(void)
{
    g_autoptr(lathe_machine) machine = settings_make("Edited", NULL);
    g_autoptr(lathe_edit) edit = lathe_edit_open("edited", NULL);

    CHECK(edit != NULL && !lathe_edit_is_changed(edit) && !lathe_edit_can_undo(edit));
    CHECK(edit_put(edit, "memory", "2G") && edit_put(edit, "memory", "3G"));
    CHECK(edit_put(edit, "title", "T"));
    CHECK(!edit_put(edit, "memory", "none") && !edit_put(edit, "name", "a/b"));
    edit_expect(edit, "memory", "3 GiB");
    lathe_edit_undo(edit);
    edit_expect(edit, "title", "");
    lathe_edit_undo(edit); /* both changes of the memory */
    edit_expect(edit, "memory", "1 GiB");
    CHECK(!lathe_edit_can_undo(edit) && !lathe_edit_is_changed(edit));
    lathe_edit_redo(edit);
    edit_expect(edit, "memory", "3 GiB");
    CHECK(edit_put(edit, "group", "Else"));
    CHECK(lathe_edit_check(edit, lathe_setting_find("cpus"), "4", NULL));
    CHECK(!lathe_edit_check(edit, lathe_setting_find("cpus"), "0", NULL));
    CHECK(lathe_edit_apply(edit, NULL) && !lathe_edit_is_changed(edit));
    lathe_machine_read(machine);
    CHECK(machine->memory == UINT64_C(3) << 30);
    CHECK_STR(machine->group, "Else");
}

/* A suspended machine keeps its devices until its state is used up or forgotten. */
static void test_edit_suspended(void)
{
    g_autoptr(lathe_machine) machine = settings_make("Asleep", "size=8M");
    g_autoptr(lathe_edit) edit = lathe_edit_open("Asleep", NULL);
    g_autofree char *state = lathe_machine_path(machine, LATHE_MACHINE_SAVED);
    g_autoptr(GError) error = NULL;

    CHECK(g_file_set_contents(state, "state", -1, NULL));
    CHECK(edit_put(edit, "title", "Sleeping") && edit_put(edit, "group", "Else"));
    CHECK(edit_put(edit, "description", "words") && lathe_edit_apply(edit, NULL));
    CHECK(edit_put(edit, "title", "") && lathe_edit_apply(edit, NULL));
    CHECK(edit_put(edit, "memory", "3G") && !lathe_edit_apply(edit, &error));
    CHECK(error != NULL && strstr(error->message, "is suspended") != NULL);
    CHECK(lathe_edit_is_changed(edit));
    CHECK(lathe_saved_discard(machine, NULL) && lathe_edit_apply(edit, NULL));
}

static void test_edit_drives(void)
{
    g_autoptr(lathe_machine) machine = settings_make("Drives", "size=8M");
    g_autoptr(lathe_edit) edit = lathe_edit_open(machine->folder, NULL);
    g_autofree char *second = lathe_machine_path(machine, "disk-2.qcow2");
    g_autofree char *third = lathe_machine_path(machine, "disk-2-2.qcow2");
    g_autofree char *disc = settings_file("a disc.iso", "not really");

    CHECK(lathe_edit_add_drive(edit, "disk", "size=4M,bus=nvme", NULL));
    CHECK(lathe_edit_add_drive(edit, "disk", "size=4M", NULL));
    lathe_edit_undo(edit);
    CHECK(!lathe_edit_add_drive(edit, "disk", "/no/such/image", NULL));
    CHECK(!lathe_edit_remove(edit, "vdz", NULL));
    CHECK(!g_file_test(second, G_FILE_TEST_EXISTS));
    CHECK(lathe_edit_add_drive(edit, "cdrom", disc, NULL));
    g_autoptr(GPtrArray) drives = lathe_edit_drives(edit);
    CHECK_EQ(drives->len, 3);
    const struct lathe_edit_drive *nvme = drives->pdata[1], *cdrom = drives->pdata[2];
    CHECK_STR(nvme->bus, "nvme");
    CHECK_STR(nvme->path, second);
    CHECK_STR(cdrom->path, disc);
    CHECK(lathe_edit_set_medium(edit, cdrom->dev, NULL, NULL));
    CHECK(lathe_edit_apply(edit, NULL));
    CHECK(g_file_test(second, G_FILE_TEST_IS_REGULAR) && !g_file_test(third, G_FILE_TEST_EXISTS));
    CHECK(lathe_edit_remove(edit, nvme->dev, NULL) && lathe_edit_apply(edit, NULL));
    CHECK(g_file_test(second, G_FILE_TEST_IS_REGULAR)); /* taking a disk out removes no file */
}

static void test_edit_xml(void)
{
    g_autoptr(lathe_machine) machine = settings_make("Text", NULL);
    g_autoptr(lathe_edit) edit = lathe_edit_open("Text", NULL);
    g_autofree char *text = lathe_edit_get_xml(edit);
    g_auto(GStrv) parts = g_strsplit(text, "</devices>", 2);
    g_autofree char *odd = g_strconcat(parts[0], "<teapot/></devices>", parts[1], NULL);
    g_autofree char *broken = lathe_edit_look_at_xml(edit, "<domain><name>");
    g_autofree char *findings = lathe_edit_look_at_xml(edit, odd);
    g_autofree char *none = lathe_edit_look_at_xml(edit, text);

    CHECK(*broken != '\0' && strstr(findings, "teapot") != NULL && *none == '\0');
    CHECK(!lathe_edit_set_xml(edit, "<domain>", NULL));
    CHECK(lathe_edit_set_xml(edit, odd, NULL));
    CHECK(edit_put(edit, "cpus", "2") && lathe_edit_apply(edit, NULL));
    g_autofree char *path = lathe_machine_path(machine, LATHE_MACHINE_DEFINITION);
    g_autofree char *written = NULL;
    CHECK(g_file_get_contents(path, &written, NULL, NULL));
    CHECK(strstr(written, "<teapot/>") != NULL && strstr(written, ">2</vcpu>") != NULL);
}

/* Adapters and ports as another program writes them, with what no setting says. */
static const char edit_foreign[] =
    "<interface type='user'><mac address='52:54:00:00:00:01'/>"
    "<portForward proto='tcp' address='127.0.0.1'><range start='2000' end='2001' to='20'/>"
    "</portForward><model type='virtio-non-transitional'/><alias name='ua-first'/>"
    "<address type='pci' domain='0x0000' bus='0x00' slot='0x0a' function='0x0'/></interface>"
    "<interface type='user'><model type='e1000e'/><mtu size='1400'/>"
    "<address type='pci' domain='0x0000' bus='0x00' slot='0x0b' function='0x0'/></interface>"
    "<serial type='pty'><target type='isa-serial' port='0'/><alias name='ua-one'/></serial>"
    "<serial type='file'><source path='two.log' append='on'/><alias name='ua-two'/></serial>"
    "<console type='pty'><target type='serial' port='0'/><alias name='ua-said'/></console>";

/* Does the document have all of these words, and none of the others? A word with '!' is one. */
static bool edit_has(struct lathe_edit *edit, const char *const *words)
{
    g_autofree char *text = lathe_edit_get_xml(edit);
    bool all = true;

    for (; *words != NULL; words++) {
        bool absent = **words == '!';
        bool right = (strstr(text, *words + absent) == NULL) == absent;
        if (!right)
            fprintf(stderr, "%s in\n%s\n", *words, text);
        all &= right;
    }
    return all;
}
#define EDIT_HAS(edit, ...) CHECK(edit_has(edit, (const char *const[]){__VA_ARGS__, NULL}))

static struct lathe_edit *edit_open_foreign(const char *name)
{
    g_autoptr(lathe_machine) machine = settings_make(name, NULL);
    struct lathe_edit *edit = lathe_edit_open(name, NULL);

    CHECK(edit_put(edit, "net", "") && edit_put(edit, "serial", ""));
    g_autofree char *text = lathe_edit_get_xml(edit);
    g_auto(GStrv) parts = g_strsplit(text, "</devices>", 2);
    g_autofree char *whole = g_strconcat(parts[0], edit_foreign, "</devices>", parts[1], NULL);
    CHECK(lathe_edit_set_xml(edit, whole, NULL));
    return edit;
}

#define EDIT_FIRST  "user,model=virtio,mac=52:54:00:00:00:01"
#define EDIT_SECOND "user,model=e1000e"

/* What a change of the adapters does not say stays with the adapter that it is of. */
static void test_edit_keeps_nets(void)
{
    g_autoptr(lathe_edit) edit = edit_open_foreign("Keeps adapters");
    const char *first[] = {"slot=\"0x0a\"", "ua-first", "non-transitional", NULL};
    const char *second[] = {"slot=\"0x0b\"", "1400", NULL};

    CHECK(edit_put(edit, "net",
                   EDIT_FIRST ",forward=tcp:127.0.0.1:2000-:20,forward=tcp:127.0.0.1:2001-:21\n"
                              "user,model=virtio,mac=52:54:00:00:00:02"));
    CHECK(edit_has(edit, first) && edit_has(edit, second));
    EDIT_HAS(edit, "end=\"2001\"", "52:54:00:00:00:02", "!e1000e");
    CHECK(edit_put(edit, "net",
                   EDIT_FIRST ",forward=tcp:127.0.0.1:2001-:21,forward=udp:127.0.0.1:53-:53\n"
                              "user,model=virtio,mac=52:54:00:00:00:02"));
    CHECK(edit_has(edit, first) && edit_has(edit, second));
    EDIT_HAS(edit, "!\"2000\"", "start=\"2001\" to=\"21\"", "start=\"53\" to=\"53\"");
    CHECK(edit_put(edit, "net", "user,model=virtio,mac=52:54:00:00:00:02\n" EDIT_FIRST "\nuser"));
    CHECK(edit_has(edit, first) && edit_has(edit, second));
    edit_expect(edit, "net",
                "user,model=virtio,mac=52:54:00:00:00:02\n" EDIT_FIRST "\nuser,model=virtio");
    CHECK(lathe_edit_remove(edit, "net1", NULL));
    CHECK(edit_has(edit, first));
    EDIT_HAS(edit, "!slot=\"0x0b\"", "!1400", "!52:54:00:00:00:02");
}

static void test_edit_keeps_serials(void)
{
    g_autoptr(lathe_edit) edit = edit_open_foreign("Keeps ports");
    g_autofree char *start = lathe_edit_get(edit, lathe_setting_find("serial"));
    g_autofree char *more = g_strconcat(start, "\nnull", NULL);

    CHECK(g_str_has_prefix(start, "pty\nfile:/") && g_str_has_suffix(start, "/two.log"));
    CHECK(edit_put(edit, "debugcon-file", "/tmp/log") && edit_put(edit, "serial", more));
    EDIT_HAS(edit, "ua-one", "ua-two", "ua-said", "path=\"two.log\" append=\"on\"", "isa-debug");
    CHECK(edit_put(edit, "serial", "pty\nunix:/tmp/two\nnull"));
    EDIT_HAS(edit, "ua-one", "ua-two", "ua-said", "mode=\"bind\"", "!two.log");
    CHECK(edit_put(edit, "serial", "null\nunix:/tmp/two\nnull"));
    EDIT_HAS(edit, "ua-one", "ua-two", "!ua-said", "!\"pty\"");
    CHECK(lathe_edit_remove(edit, "serial1", NULL) && !lathe_edit_remove(edit, "serial3", NULL));
    EDIT_HAS(edit, "!ua-one", "ua-two", "/tmp/log");
    edit_expect(edit, "serial", "unix:/tmp/two\nnull");
    lathe_edit_undo(edit);
    lathe_edit_undo(edit);
    CHECK(edit_put(edit, "serial", ""));
    EDIT_HAS(edit, "!ua-one", "!ua-two", "!<console", "isa-debug");
}

static const char edit_virtio[] =
    "<console type='pty'><target type='serial' port='0'/></console>"
    "<console type='pty'><target type='virtio' port='1'/><alias name='ua-hvc0'/></console>"
    "<channel type='unix'><source mode='bind' path='/tmp/a'/>"
    "<target type='virtio' name='org.example.a'/><alias name='ua-a'/></channel>"
    "<channel type='spicevmc'><target type='virtio' name='com.example.b'/></channel>";

/* Terminals and channels of the virtio console, beside those that are not known. */
static void test_edit_keeps_channels(void)
{
    g_autoptr(lathe_machine) machine = settings_make("Keeps channels", NULL);
    g_autoptr(lathe_edit) edit = lathe_edit_open("Keeps channels", NULL);
    g_autofree char *text = lathe_edit_get_xml(edit);
    g_auto(GStrv) parts = g_strsplit(text, "</devices>", 2);
    g_autofree char *whole = g_strconcat(parts[0], edit_virtio, "</devices>", parts[1], NULL);

    CHECK(lathe_edit_set_xml(edit, whole, NULL));
    edit_expect(edit, "console", "pty");
    edit_expect(edit, "channel", "org.example.a=unix:/tmp/a");
    CHECK(edit_put(edit, "console", "pty\nnull"));
    CHECK(edit_put(edit, "channel", "org.example.c=null\norg.example.a=unix:/tmp/a"));
    EDIT_HAS(edit, "ua-hvc0", "ua-a", "spicevmc", "type=\"serial\"", "org.example.c");
    edit_expect(edit, "console", "pty\nnull");
    edit_expect(edit, "channel", "org.example.c=null\norg.example.a=unix:/tmp/a");
    CHECK(edit_put(edit, "channel", "org.example.a=pty") && edit_put(edit, "console", ""));
    EDIT_HAS(edit, "!ua-hvc0", "ua-a", "spicevmc", "type=\"serial\"", "!org.example.c", "!/tmp/a");
    CHECK(!edit_put(edit, "channel", "a=null\na=null") && !edit_put(edit, "channel", "a/b=null"));
    CHECK(!edit_put(edit, "console", "pty\npty\npty\npty\npty\npty\npty"));
}

static const char edit_parts[] =
    "<hostdev mode='subsystem' type='mdev' model='vfio-pci'><source>"
    "<address uuid='4b20d080-1b54-4048-85b3-a6a62d165c01'/></source></hostdev>"
    "<hostdev mode='subsystem' type='usb'><source><vendor id='0x046d'/><product id='0xc52b'/>"
    "</source><alias name='ua-mouse'/></hostdev>"
    "<filesystem type='mount' accessmode='passthrough'><driver type='virtiofs'/>"
    "<source dir='/srv/a'/><target dir='a'/><alias name='ua-a'/></filesystem>"
    "<filesystem type='ram'><source usage='1' units='KiB'/><target dir='r'/></filesystem>"
    "<sound model='ich6'><codec type='micro'/></sound><sound model='usb'/>"
    "<tpm model='tpm-tis'><backend type='emulator' version='2.0'/><alias name='ua-tpm'/></tpm>";

/* What later versions have keeps the rest of its elements, too, and those that have no text. */
static void test_edit_keeps_parts(void)
{
    g_autoptr(lathe_machine) machine = settings_make("Keeps parts", NULL);
    g_autoptr(lathe_edit) edit = lathe_edit_open("Keeps parts", NULL);
    g_autofree char *text = lathe_edit_get_xml(edit);
    g_auto(GStrv) parts = g_strsplit(text, "</devices>", 2);
    g_autofree char *whole = g_strconcat(parts[0], edit_parts, "</devices>", parts[1], NULL);

    CHECK(lathe_edit_set_xml(edit, whole, NULL));
    edit_expect(edit, "hostdev", "usb:046d:c52b");
    edit_expect(edit, "share", "/srv/a,tag=a");
    edit_expect(edit, "sound", "ich6");
    CHECK(edit_put(edit, "hostdev", "pci:0000:03:00.0\nusb:046d:c52b"));
    CHECK(edit_put(edit, "share", "/srv/b,tag=b\n/srv/c,tag=a,readonly"));
    CHECK(edit_put(edit, "sound", "ich9") && edit_put(edit, "tpm", "unix:/tmp/tpm"));
    EDIT_HAS(edit, "4b20d080", "ua-mouse", "0x046d", "bus=\"0x03\"", "ua-a", "virtiofs", "/srv/c",
             "!/srv/a", "<readonly/>", "units=\"KiB\"", "codec", "ich9", "model=\"usb\"", "ua-tpm",
             "tpm-tis", "/tmp/tpm");
    edit_expect(edit, "hostdev", "pci:0000:03:00.0\nusb:046d:c52b");
    CHECK(edit_put(edit, "hostdev", "usb:1.2") && edit_put(edit, "share", ""));
    EDIT_HAS(edit, "4b20d080", "!0x046d", "device=\"2\"", "!virtiofs", "units=\"KiB\"");
    edit_expect(edit, "hostdev", "usb:1.2");
    CHECK(edit_put(edit, "tpm", "emulated") && edit_put(edit, "tpm", "none"));
    EDIT_HAS(edit, "!ua-tpm");
}

/* ---- shared folders ---- */

static void shares_expect_fault(struct lathe_parts *parts, struct lathe_share_words words,
                                enum lathe_share_field expected)
{
    g_autoptr(GError) error = NULL;
    enum lathe_share_field field = LATHE_SHARE_OWNER + 1;
    guint before = parts->shares->len;

    CHECK(!lathe_shares_add(parts, &words, &field, &error) && error != NULL);
    CHECK(field == expected && parts->shares->len == before);
}

static void shares_expect_line(const struct lathe_parts *parts, guint index, const char *line)
{
    const struct lathe_share *share = &g_array_index(parts->shares, struct lathe_share, index);
    g_autofree char *text = lathe_share_mount_line(share);

    CHECK_STR(text, line);
}

static void test_shares(void)
{
    struct lathe_parts *parts = lathe_parts_new();
    enum lathe_share_field field;

    CHECK(lathe_shares_add(parts, &(struct lathe_share_words){"/srv/a,b=c", "music", "1000", true},
                           &field, NULL));
    CHECK(lathe_shares_add(parts, &(struct lathe_share_words){"/srv/x", "it's here", "", false},
                           &field, NULL));
    shares_expect_fault(parts, (struct lathe_share_words){"", "a", "", false}, LATHE_SHARE_FOLDER);
    shares_expect_fault(parts, (struct lathe_share_words){"srv", "a", "", false},
                        LATHE_SHARE_FOLDER);
    shares_expect_fault(parts, (struct lathe_share_words){"/srv", "music", "", false},
                        LATHE_SHARE_NAME);
    shares_expect_fault(parts, (struct lathe_share_words){"/srv", "a,readonly", "", false},
                        LATHE_SHARE_NAME);
    shares_expect_fault(
        parts, (struct lathe_share_words){"/srv", "123456789012345678901234567890123", "", false},
        LATHE_SHARE_NAME);
    shares_expect_fault(parts, (struct lathe_share_words){"/srv", "a", "me", false},
                        LATHE_SHARE_OWNER);
    g_autofree char *text = lathe_shares_text(parts);
    CHECK_STR(text, "/srv/a,b=c,tag=music,readonly,owner=1000:1000\n/srv/x,tag=it's here");
    shares_expect_line(
        parts, 0,
        "mkdir -p /mnt/music && mount -t 9p -o trans=virtio,msize=262144,ro music /mnt/music");
    shares_expect_line(parts, 1,
                       "mkdir -p '/mnt/it'\\''s here' && mount -t 9p -o "
                       "trans=virtio,msize=262144 'it'\\''s here' '/mnt/it'\\''s here'");
    g_autofree char *first = lathe_shares_name(parts, "/home/me/Films"),
                    *second = lathe_shares_name(parts, "/home/me/music/"),
                    *third = lathe_shares_name(parts, "/");
    CHECK_STR(first, "Films");
    CHECK_STR(second, "music-2");
    CHECK_STR(third, "shared");
    lathe_parts_free(parts);
}

static void test_edit_meanwhile(void)
{
    g_autoptr(lathe_machine) machine = settings_make("Twice", NULL);
    g_autoptr(lathe_edit) first = lathe_edit_open("Twice", NULL);
    g_autoptr(lathe_edit) second = lathe_edit_open("Twice", NULL);
    g_autoptr(GError) error = NULL;

    CHECK(edit_put(first, "cpus", "2") && edit_put(second, "cpus", "3"));
    CHECK(lathe_edit_apply(first, NULL));
    CHECK(!lathe_edit_apply(second, &error) && strstr(error->message, "meanwhile") != NULL);
    CHECK(edit_put(first, "name", "edited") && !lathe_edit_apply(first, NULL)); /* taken */
}

/* Holds a machine's lock in another process while something is tried. */
static pid_t edit_hold(const char *folder, enum lathe_lock_use use)
{
    int ready[2];
    char byte;

    CHECK(pipe(ready) == 0);
    pid_t holder = fork();
    if (holder == 0) {
        g_autoptr(lathe_lock) lock = lathe_lock_take(folder, "x", use, NULL);
        if (lock == NULL || write(ready[1], "!", 1) != 1)
            _exit(1);
        for (;;)
            pause();
    }
    close(ready[1]);
    CHECK(read(ready[0], &byte, 1) == 1);
    close(ready[0]);
    return holder;
}

static void test_edit_locked(void)
{
    g_autoptr(lathe_machine) machine = settings_make("Locked", NULL);
    g_autoptr(lathe_edit) edit = lathe_edit_open("Locked", NULL);
    pid_t holder = edit_hold(machine->folder, LATHE_LOCK_EDIT);

    CHECK(edit_put(edit, "cpus", "2"));
    CHECK(!lathe_edit_apply(edit, NULL) && !lathe_edit_is_running(edit));
    kill(holder, SIGKILL);
    waitpid(holder, NULL, 0);
    holder = edit_hold(machine->folder, LATHE_LOCK_RUN);
    CHECK(lathe_edit_is_running(edit) && lathe_edit_apply(edit, NULL));
    kill(holder, SIGKILL);
    waitpid(holder, NULL, 0);
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {
        {"settings-rows", test_rows},
        {"settings-values", test_values},
        {"settings-choices", test_choices},
        {"settings-areas", test_areas},
        {"settings-boot-of-devices", test_boot_of_devices},
        {"settings-sentences", test_sentences},
        {"settings-make", test_make},
        {"settings-advice", test_advice},
        {"settings-start", test_start},
        {"settings-edit", test_edit},
        {"settings-edit-suspended", test_edit_suspended},
        {"settings-edit-drives", test_edit_drives},
        {"settings-edit-xml", test_edit_xml},
        {"settings-edit-keeps-nets", test_edit_keeps_nets},
        {"settings-edit-keeps-serials", test_edit_keeps_serials},
        {"settings-edit-keeps-channels", test_edit_keeps_channels},
        {"settings-edit-keeps-parts", test_edit_keeps_parts},
        {"settings-shares", test_shares},
        {"settings-edit-meanwhile", test_edit_meanwhile},
        {"settings-edit-locked", test_edit_locked},
        {NULL},
    };

    settings_folder = g_dir_make_tmp("lathe-settings-XXXXXX", NULL);
    g_setenv("XDG_DATA_HOME", settings_folder, TRUE);
    int failed = test_main(argc, argv, cases);
    CHECK(lathe_files_remove_tree(settings_folder, NULL));
    g_free(settings_folder);
    return failed;
}
