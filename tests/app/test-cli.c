/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The command line as a script sees it: a table of lines with their exit status and what they
 * print. argv[1] is the program, linked with the fake machine. In a line %k is a kernel file, %t a
 * text file, %x a definition with the kernel, %d an empty folder.
 */
#include <glib.h>
#include <glib/gstdio.h>
#include <sys/wait.h>

#include "tests/test.h"

struct line {
    const char *words;
    int status;
    const char *err; /* all of standard error without "lathe: " and line end; "" is silence; a
                        trailing "*" stands for anything */
    const char *out; /* the same for standard output; NULL: anything */
};

static const char *cli_program;
static char *cli_folder, *cli_kernel, *cli_text, *cli_definition;

static char *cli_substitute(const char *words)
{
    GString *line = g_string_new(words);

    g_string_replace(line, "%k", cli_kernel, 0);
    g_string_replace(line, "%t", cli_text, 0);
    g_string_replace(line, "%x", cli_definition, 0);
    g_string_replace(line, "%d", cli_folder, 0);
    return g_string_free(line, FALSE);
}

static bool cli_text_matches(const char *found, const char *expected, const char *prefix)
{
    g_autofree char *line = g_strconcat(*expected ? prefix : "", expected, NULL);
    g_autofree char *wanted = cli_substitute(line);

    if (g_str_has_suffix(wanted, "*"))
        return strncmp(found, wanted, strlen(wanted) - 1) == 0;
    return strlen(found) == strlen(wanted) + (*wanted ? 1 : 0) &&
           strncmp(found, wanted, strlen(wanted)) == 0;
}

static void cli_check_line(const struct line *line)
{
    g_autofree char *words = cli_substitute(line->words);
    g_autofree char *command = g_strdup_printf("%s %s", cli_program, words);
    g_autofree char *out = NULL, *err = NULL;
    g_auto(GStrv) argv = NULL;
    int status = 0;

    CHECK(g_shell_parse_argv(command, NULL, &argv, NULL));
    CHECK(g_spawn_sync(NULL, argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, &out, &err, &status, NULL));
    bool good = WIFEXITED(status) && WEXITSTATUS(status) == line->status &&
                cli_text_matches(err, line->err, "lathe: ") &&
                (line->out == NULL || cli_text_matches(out, line->out, ""));
    if (!good)
        fprintf(stderr, "lathe %s\n  status %d\n  out: %s\n  err: %s\n", words, WEXITSTATUS(status),
                out, err);
    CHECK(good);
}

static void cli_check_lines(const struct line *lines, size_t count)
{
    for (size_t i = 0; i < count; i++)
        cli_check_line(&lines[i]);
}

#define CHECK_LINES(lines) cli_check_lines(lines, G_N_ELEMENTS(lines))

static void test_statuses(void)
{
    static const struct line lines[] = {
        {"run --kernel %k --append 'print hello;poweroff'", 0, "", "hello\r"},
        {"run --kernel=%k --append='print hello;poweroff'", 0, "", "hello\r"},
        {"run %k --append 'print hello;poweroff'", 0, "", "hello\r"},
        {"%k --append 'print hello;poweroff'", 0, "", "hello\r"},
        {"run %k --append 'crash it broke'", 3, "it broke", ""},
        {"run %k --append reset --no-reboot", 4, "The guest reset.", ""},
        {"run %k --append triple --no-reboot", 4, "Triple fault at 0x1000.", ""},
        {"run %k --append 'exit 3' --debug-exit", 7, "", ""},
        {"run %k --append spin --timeout 0.2", 124, "the time ran out after 0.2 s", ""},
        {"run %k --append 'print a;print bc;spin' --expect-serial '^b.$' --timeout 60", 0, "",
         NULL},
        {"run %k --append 'print a;wait 90;print b;spin' --expect-serial 'a\\s+b' --timeout 60", 0,
         "", NULL},
        {"run %k --append 'print a;poweroff' --expect-serial b", 0,
         "the guest powered off before its text matched", NULL},
        {"run %k --append 'print x;spin' --serial null --expect-serial x --timeout 60", 0, "", ""},
        {"run %k --append 'flood 256;print end;spin' --expect-serial end --timeout 60", 0, "",
         NULL},
    };

    CHECK_LINES(lines);
}

static void test_definitions(void)
{
    static const struct line lines[] = {
        {"run %x", 0, "", "hello\r"},
        {"%x", 0, "", "hello\r"},
        {"run %x --append 'print bye;poweroff'", 0, "", "bye\r"},
        {"run --append reset --no-reboot %x", 4, "The guest reset.", NULL},
        {"run %x --memory 64M --dry-run", 0, "", "machine   board          q35\n*"},
        {"run %x %x", 2, "lathe run takes one NAME or FILE, and '%x' is a second", ""},
        {"run %d/bad.xml", 2, "%d/bad.xml:1: vcpu '0' is no number from 1 to 255", ""},
        {"show %x", 0, "", "machine   name           fake\n*"},
        {"show", 2, "lathe show takes one NAME or FILE.xml", ""},
        {"show %d/nosuch.xml", 2, "cannot read '%d/nosuch.xml': No such file or directory", ""},
        {"show %t", 2, "%t:1: not well-formed XML: *", ""},
        {"import", 2, "lathe import takes a FILE, or a command line: *", ""},
        {"import --print -- qemu-system-x86_64 -m 1G", 0, "", "<domain type=*"},
        {"import --print -- qemu-system-x86_64 -nosuch 1", 0, "not carried over: -nosuch 1",
         "<domain*"},
        {"import %d", 2, "*", ""},
        {"export %x --format xml", 0, "", "<domain>\n  <name>fake</name>\n*"},
        {"export %x --format qemu", 0, "", "qemu-system-x86_64 *"},
        {"export %x", 2, "lathe export takes one NAME or FILE.xml, and --format", ""},
        {"export %x --format ova", 2, "--format ova needs --output FILE.ova: a package is no text",
         ""},
        {"export %x --format ovf", 2, "--format has no 'ovf': use xml, qemu or ova", ""},
        {"export %x --format xml -o /nowhere/x", 2, "cannot write '/nowhere/x': *", ""},
        {"export %x --format xml -o", 2, "--output needs a value: FILE", ""},
    };
    g_autofree char *bad = g_build_filename(cli_folder, "bad.xml", NULL);

    CHECK(g_file_set_contents(bad, "<domain><vcpu>0</vcpu></domain>", -1, NULL));
    CHECK_LINES(lines);
    g_remove(bad);
}

static void test_usage(void)
{
    static const struct line lines[] = {
        {"", 2, "there is no desktop for the window: start a machine with lathe run FILE*", ""},
        {"--kernel %k", 2, "the command comes first: lathe run --kernel ...*", ""},
        {"nosuch", 2, "'nosuch' is neither a command nor a file; lathe help shows the commands",
         ""},
        {"snapshot", 2, "this version does not have 'lathe snapshot'*", ""},
        {"help nosuch", 2, "there is no command 'nosuch'; lathe help lists them", ""},
        {"run", 2, "nothing to run: give a kernel image with --kernel FILE, a disk with --disk*",
         ""},
        {"run %k %k", 2, "lathe run takes one NAME or FILE, and '%k' is a second", ""},
        {"run %k --kernel %k", 2, "'%k' and --kernel %k: give one of them", ""},
        {"run --nosuch", 2, "lathe run has no option --nosuch; lathe help run lists them", ""},
        {"doctor --memory 1G", 2, "lathe doctor has no option --memory; lathe help doctor lists*",
         ""},
        {"run -x", 2, "unknown option -x: options begin with two dashes", ""},
        {"run --kernel", 2, "--kernel needs a value: FILE", ""},
        {"run --kernel=", 2, "--kernel needs a value: FILE", ""},
        {"run --testdev=1", 2, "--testdev takes no value", ""},
        {"run --memory 1G --memory 2G", 2, "--memory is given twice", ""},
    };

    CHECK_LINES(lines);
}

static void test_bad_files(void)
{
    static const struct line lines[] = {
        {"run --kernel %d/none", 2, "cannot read the kernel '%d/none': No such file or directory",
         ""},
        {"run --kernel %d", 2, "cannot read the kernel '%d': is a directory", ""},
        {"run --kernel %t", 2, "kernel '%t' is no kernel image", ""},
        {"run %t", 2, "'%t' is nothing that boots: give a disc or disk image*", ""},
        {"run debian", 2, "there is no machine 'debian', and no file of this name; lathe list*",
         ""},
        {"run %d/debian", 2, "cannot read '%d/debian': No such file or directory; lathe run takes*",
         ""},
        {"run %k --disk size=1G", 2, "--disk size= is for a machine that is kept*", ""},
        {"run %k --disk size=1000", 2, "--disk size=1000: a disk's size is a multiple of 512*", ""},
        {"run %k --disk size=many", 2, "--disk 'many' is no size*", ""},
        {"run %k --initrd %d/none", 2,
         "cannot read the initrd '%d/none': No such file or directory", ""},
        {"run %k --initrd '%t a,%d/none b'", 2,
         "cannot read the initrd '%d/none': No such file or directory", ""},
        {"run %k --initrd '%t a,%t b' --append poweroff", 0, "", ""},
        {"run %k --serial unix:%t", 2, "socket '%t' exists already", ""},
        {"run %k --serial file:%d/no/file", 2, "cannot write '%d/no/file': No such file*", ""},
        {"run %k --debugcon file:%d/no/file", 2, "cannot write '%d/no/file': No such file*", ""},
    };

    CHECK_LINES(lines);
}

static void test_bad_values(void)
{
    static const struct line lines[] = {
        {"run %k --memory much", 2, "--memory 'much' is no size: write for example 512M or 2G", ""},
        {"run %k --memory 2X", 2, "--memory '2X' has an unknown unit: use K, M, G or T", ""},
        {"run %k --memory 4096", 2, "--memory 4 KiB is too small: a machine needs 1M at least", ""},
        {"run %k --memory 1048577", 2, "--memory 1048577 bytes is no multiple of 4 KiB", ""},
        {"run %k --memory 65G", 2, "--memory 65 GiB is more than this host has: at most 64 GiB now",
         ""},
        {"run %k --memory 99999999T", 2, "--memory '99999999T' is too large a size", ""},
        {"run %k --smp 0", 2, "--smp '0' needs a whole number from 1", ""},
        {"run %k --smp 2,sockets=3", 2, "2 CPUs cannot be grouped like this", ""},
        {"run %k --smp 2,chips=3", 2, "--smp has no 'chips=3': write N*", ""},
        {"run %k --smp 4,cores=2,cores=2", 2, "--smp says 'cores=2' after it was said already", ""},
        {"run %k --cpu z80", 2, "unknown CPU model 'z80'", ""},
        {"run %k --cpu max,+warp", 2, "unknown CPU feature 'warp'", ""},
        {"run %k --accel warp", 2, "--accel has no 'warp': use auto, kvm, jit or interp", ""},
        {"run %k --accel jit", 2, "engine jit does not work here: this build has no translator",
         ""},
        {"run %k --accel kvm", 2, "this version has no engine 'kvm'; lathe doctor lists them", ""},
        {"run %k --machine pc98", 2, "unknown machine 'pc98': there is q35", ""},
        {"run %k --serial tab", 2, "--serial has no 'tab': use stdio, pty*", ""},
        {"run %k --serial unix:", 2, "--serial unix: needs a path", ""},
        {"run %k --serial stdio --serial stdio", 2,
         "only one serial port can be stdio, or a console instead; lead*", ""},
        {"run %k --serial null --serial null --serial null --serial null --serial null", 2,
         "a machine has at most 4 serial ports", ""},
        {"run %k --debugcon stdio", 2, "--debugcon has no 'stdio': use file:PATH", ""},
        {"run %k --display gtk", 2, "--display gtk needs a desktop: neither*", ""},
        {"run %k --display braille", 2,
         "--display has no 'braille': use gtk, sdl, spice=... or none", ""},
        {"run %k --gdb tcp:0.0.0.0:1", 2, "--gdb 'tcp:0.0.0.0:1' is no address*", ""},
        {"run %k --gdb tcp:127.0.0.1:99999", 2, "--gdb '99999' is no port*", ""},
        {"run %k --control tcp:127.0.0.1:1", 2, "--control 'tcp:127.0.0.1:1' is no address*", ""},
        {"run %k --control unix:", 2, "--control 'unix:' is no address: write unix:PATH", ""},
        {"run %k --control unix:/nowhere/x --append poweroff", 2,
         "cannot listen at unix:/nowhere/x*", ""},
        {"run %k --expect-serial '('", 2, "--expect-serial '(' is no regular expression*", ""},
        {"run %k --timeout soon", 2, "--timeout 'soon' is no time: give seconds*", ""},
        {"run %k --net tap", 2, "--net has no 'tap': use user or none", ""},
        {"run %k --net none --net user", 2, "--net none and another --net exclude each other", ""},
        {"run %k --net user,forward=tcp:x", 2, "'tcp:x' is no forward*", ""},
        {"run %k --boot disk", 2, "--boot is for firmware*", ""},
        {"run %k --gpu cga", 2,
         "--gpu has no 'cga': use std, virtio, virtio-gl, venus, bochs, ramfb or none", ""},
        {"run %k --input adb", 2, "--input has no 'adb': use usb, virtio or ps2", ""},
        {"run %k --floppy a,rw", 2, "--floppy has no 'rw': write FILE[,readonly]*", ""},
        {"run %k --floppy a --floppy b --floppy c", 2, "a machine has at most 2 floppy drives", ""},
        {"run %k --trace nosuch_*", 2, "--trace 'nosuch_*", ""},
    };

    CHECK_LINES(lines);
}

static void test_later(void)
{
    static const struct line lines[] = {
        {"run %k --gpu std,heads=2", 2, "--gpu std has one monitor; use virtio, virtio-gl or venus",
         ""},
        {"run %k --gpu virtio,heads=17", 2, "--gpu has no 'heads=17': heads=1 to heads=16*", ""},
        {"run %k --gpu venus,hostmem=3M", 2, "--gpu has no 'hostmem=3M': use a power of two*", ""},
        {"run %k --gpu virtio,hostmem=1G", 2, "--gpu virtio has no hostmem: only venus has", ""},
        {"run %k --net none --gpu none --firmware none --append poweroff", 0, "", ""},
        {"run %k --firmware=auto --append poweroff", 0, "", ""},
    };

    CHECK_LINES(lines);
}

static void test_tools(void)
{
    static const struct line lines[] = {
        {"firmware", 2, "lathe firmware needs a command; lathe help firmware lists them", ""},
        {"firmware mend", 2,
         "lathe firmware needs a command, and 'mend' is none; lathe help firmware lists them", ""},
        {"firmware vars", 2, "lathe firmware vars needs one FILE", ""},
        {"firmware vars %t --warp", 2,
         "lathe firmware vars has no option --warp; lathe firmware vars --help lists them", ""},
        {"firmware vars %t --json=x", 2, "--json takes no value", ""},
        {"firmware vars --var", 2, "--var needs a value: NAME[@GUID]", ""},
        {"firmware vars -x", 2, "unknown option -x: options begin with two dashes", ""},
        {"firmware vars %t", 2, "%t: there is no UEFI variable store in it", ""},
        {"firmware vars /nowhere", 2, "/nowhere: No such file or directory", ""},
        {"firmware list %t", 2, "lathe firmware list takes no operands", ""},
        {"firmware list --want warp", 2, "there is no feature 'warp': uefi, bios, *", ""},
        {"firmware list --arch z80", 2, "", "chosen: none\n*"},
        {"firmware list --json", 0, "", "{\n*"},
    };

    CHECK_LINES(lines);
}

static void test_disks(void)
{
    static const struct line lines[] = {
        {"run %k --disk /no-such.img", 2,
         "cannot open the disk image '/no-such.img': No such file or directory", ""},
        {"run %k --disk a,,b", 2, "cannot open the disk image 'a,b': No such file or directory",
         ""},
        {"run %k --cdrom /no-such.iso", 2,
         "cannot open the disk image '/no-such.iso': No such file or directory", ""},
        {"run %k --disk ,readonly", 2, "--disk needs the name of an image file", ""},
        {"run %k --disk x,bus=floppy", 2, "--disk: this version has no bus 'floppy'*", ""},
        {"run %k --disk x,format=vhd", 2, "--disk: this version has no format 'vhd'*", ""},
        {"run %k --disk x,queues=99", 2, "--disk: queues=99 is no number from 1 to 16", ""},
        {"run %k --disk x,colour=blue", 2, "--disk has no 'colour=blue'*", ""},
    };

    CHECK_LINES(lines);
}

static void test_texts(void)
{
    static const struct line lines[] = {
        {"--version", 0, "", "lathe *"},
        {"--help", 0, "", "Lathe, a workstation for virtual machines\n\nUsage: *"},
        {"help", 0, "", "Lathe, *"},
        {"help run", 0, "", "lathe run: *"},
        {"run --help", 0, "", "lathe run: *"},
        {"doctor", 0, "", "no   engine jit       this build has no translator\n*"},
        {"doctor --json", 0, "", "[\n  {\"name\": \"engine jit\", \"good\": false, *"},
        {"run --cpu help", 0, "", "models:   x86-64-v1 max\nfeatures: sse4_2 avx2"},
        {"run --trace help", 0, "", "cpu_exception\nioapic_route"},
        {"--man", 0, "", ".TH LATHE 1 *"},
        {"help firmware", 0, "", "lathe firmware list *"},
        {"firmware --help", 0, "", "lathe firmware list *"},
        {"firmware vars -h", 0, "", "lathe firmware vars FILE*"},
        {"--completion=bash", 0, "", "# bash completion*"},
        {"--completion=zsh", 0, "", "#compdef lathe*"},
        {"--completion=fish", 0, "", "# fish completion*"},
        {"run %k --dry-run", 0, "", "machine   board          q35\n*"},
    };

    CHECK_LINES(lines);
}

/* Each option of the help must be one that the parser knows: they come from one table, but a
 * missing column would show here. */
static void test_help_is_complete(void)
{
    g_autofree char *command = g_strdup_printf("%s help run", cli_program);
    g_autofree char *out = NULL;
    static const char *const options[] = {
        "--accel",    "--machine",    "--cpu",     "--smp",       "--memory",
        "--kernel",   "--initrd",     "--append",  "--display",   "--serial",
        "--debugcon", "--gdb",        "--timeout", "--no-reboot", "--expect-serial",
        "--testdev",  "--debug-exit", "--trace",   "--dry-run"};

    CHECK(g_spawn_command_line_sync(command, &out, NULL, NULL, NULL));
    for (size_t i = 0; i < G_N_ELEMENTS(options); i++)
        CHECK(strstr(out, options[i]) != NULL);
}

/* A program whose window is not installed says so where it is wanted, and nowhere else. */
static void test_no_window(void)
{
    static const char missing[] = "the window cannot be loaded: /nowhere/lathe-gtk.so: *";
    static const struct line lines[] = {
        {"", 2, missing, ""},
        {"run %k", 2, missing, ""},
        {"run %k --dry-run", 0, "", "machine   board          q35\n*"},
        {"run %k --display none --append poweroff", 0, "", ""},
    };
    g_autofree char *command = g_strdup_printf("%s doctor", cli_program);
    g_autofree char *out = NULL;

    g_setenv("DISPLAY", ":nowhere", TRUE);
    g_setenv("LATHE_MODULES", "/nowhere", TRUE);
    CHECK_LINES(lines);
    CHECK(g_spawn_command_line_sync(command, &out, NULL, NULL, NULL));
    CHECK(strstr(out, "\nno   display          the window cannot be loaded: /nowhere/") != NULL);
    g_unsetenv("LATHE_MODULES");
    g_unsetenv("DISPLAY");
}

static const struct test_case cases[] = {
    {"cli: exit statuses", test_statuses},
    {"cli: usage", test_usage},
    {"cli: definitions", test_definitions},
    {"cli: bad files", test_bad_files},
    {"cli: bad values", test_bad_values},
    {"cli: options of later versions", test_later},
    {"cli: tools", test_tools},
    {"cli: disks", test_disks},
    {"cli: no window installed", test_no_window},
    {"cli: texts", test_texts},
    {"cli: help is complete", test_help_is_complete},
    {NULL, NULL},
};

int main(int argc, char **argv)
{
    g_unsetenv("DISPLAY");
    g_unsetenv("WAYLAND_DISPLAY");
    cli_program = argv[1];
    cli_folder = g_dir_make_tmp("lathe-cli-XXXXXX", NULL);
    g_setenv("XDG_DATA_HOME", cli_folder, TRUE);
    cli_kernel = g_strdup_printf("%s-kernel", cli_folder);
    cli_text = g_strdup_printf("%s-text", cli_folder);
    cli_definition = g_strdup_printf("%s-definition.xml", cli_folder);
    CHECK(g_file_set_contents(cli_kernel, "\177ELF, or so", -1, NULL));
    CHECK(g_file_set_contents(cli_text, "not a kernel\n", -1, NULL));
    g_autofree char *definition = cli_substitute(
        "<domain><name>fake</name><os><kernel>%k</kernel><cmdline>print hello;poweroff</cmdline>"
        "</os></domain>");
    CHECK(g_file_set_contents(cli_definition, definition, -1, NULL));
    int failed = test_main(argc - 1, argv + 1, cases);
    g_remove(cli_kernel);
    g_remove(cli_text);
    g_remove(cli_definition);
    g_rmdir(cli_folder);
    return failed;
}
