/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is written of the answers (model.h): menus, scripts, command lines. */
#include <glib/gi18n.h>
#include <string.h>

#include "app/plan/disk.h"
#include "wizards/netboot/model.h"

/* ---- menus ---- */

/* A word of GRUB: with other letters than these in single quotes, which a single quote ends. */
static void write_grub_word(const char *word, GString *text)
{
    g_auto(GStrv) pieces = g_strsplit(word, "'", -1);
    g_autofree char *quoted = g_strjoinv("'\\''", pieces);
    bool plain = strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                              "-_=.,/:+@%") == strlen(word);

    if (*word != '\0')
        g_string_append_printf(text, plain ? " %s" : " '%s'", plain ? word : quoted);
}

/* As the kernel does: blanks within double quotes belong to the word. GRUB gives a word that has
 * some to the kernel in quotes again. */
static void write_grub_words(const char *words, GString *text)
{
    g_autoptr(GString) word = g_string_new(NULL);
    bool quoted = false;

    for (; *words != '\0'; words++) {
        if (*words == '"') {
            quoted = !quoted;
        } else if (!quoted && g_ascii_isspace(*words)) {
            write_grub_word(word->str, text);
            g_string_truncate(word, 0);
        } else {
            g_string_append_c(word, *words);
        }
    }
    write_grub_word(word->str, text);
}

/* By TFTP, as GRUB itself came: one that is signed has no HTTP. */
void netboot_write_grub(const struct lathe_answers *answers, GString *text)
{
    g_string_append(text, "set timeout=3\nmenuentry \"Linux\" {\n"
                          "    linux /linux");
    g_autofree char *append = netboot_append(answers);
    write_grub_words(append, text);
    if (*lathe_answers_value(answers, "initrd") != '\0')
        g_string_append(text, "\n    initrd /initrd.gz");
    g_string_append(text, "\n}");
}

void netboot_write_ipxe(const struct lathe_answers *answers, GString *text)
{
    bool initrd = *lathe_answers_value(answers, "initrd") != '\0';
    g_autofree char *append = netboot_append(answers);

    g_string_append(text, "#!ipxe\nkernel " NETBOOT_URL "linux");
    if (initrd)
        g_string_append(text, " initrd=initrd.gz");
    if (*append != '\0')
        g_string_append_printf(text, " %s", append);
    if (initrd)
        g_string_append(text, "\ninitrd " NETBOOT_URL "initrd.gz");
    g_string_append(text, "\nboot");
}

/* ---- machines ---- */

/* SMBIOS type 11, where systemd looks for credentials; the option has the same words here and in
 * QEMU. */
static void write_strings(const struct lathe_answers *answers, const char *option, GString *text)
{
    g_auto(GStrv) lines = lathe_answers_list(answers, "credentials");

    for (size_t i = 0; lines[i] != NULL; i++) {
        g_autofree char *value = lathe_double_commas(lines[i]);
        g_autofree char *word =
            g_strconcat("type=11,value=io.systemd.credential:",
                        lathe_answers_masked(answers) ? LATHE_SECRET_MASK : value, NULL);
        g_autofree char *quoted = g_shell_quote(word);
        g_string_append_printf(text, " %s %s", option, quoted);
    }
}

static const char *write_firmware(const struct lathe_answers *answers)
{
    if (!netboot_is_efi(answers))
        return "bios";
    return netboot_is_secure(answers) ? "uefi-secure" : "uefi";
}

/* What was installed starts by itself: there is nothing to start on an empty disk. */
static const char *write_order(const struct lathe_answers *answers)
{
    return netboot_installs(answers) ? "disk,network" : "network";
}

void netboot_write_lathe(const struct lathe_answers *answers, GString *text)
{
    struct lathe_net_definition net;
    g_autoptr(GString) line = g_string_new("user");

    netboot_fill(answers, &net);
    lathe_net_write_boot(&net, line);
    lathe_net_clear(&net);
    g_autofree char *quoted = g_shell_quote(line->str);
    g_string_append_printf(text, "--firmware %s --memory %s --boot %s --net %s",
                           write_firmware(answers), lathe_answers_value(answers, "memory"),
                           write_order(answers), quoted);
    write_strings(answers, "--smbios", text);
}

static void write_attribute(GString *text, const char *name, const char *value)
{
    if (value == NULL)
        return;
    g_autofree char *escaped = g_markup_escape_text(value, -1);
    g_string_append_printf(text, " %s=\"%s\"", name, escaped);
}

void netboot_write_definition(const struct lathe_answers *answers, GString *text)
{
    struct lathe_net_definition net;

    netboot_fill(answers, &net);
    g_string_append(text, "<lathe:netboot xmlns:lathe=\"https://lathe-vm.org/xmlns/domain/1.0\" "
                          "interface=\"1\"");
    write_attribute(text, "folder", net.tftp);
    write_attribute(text, "pcap", net.pcap);
    for (unsigned i = 0; i < EMU_NETBOOT_CLIENTS; i++)
        write_attribute(text, lathe_net_client_name(i), net.boots[i]);
    g_string_append(text, net.files == NULL ? "/>" : ">");
    for (guint i = 0; net.files != NULL && i < net.files->len; i++) {
        g_auto(GStrv) parts = g_strsplit(net.files->pdata[i], "=", 2);
        g_string_append(text, "\n  <lathe:file");
        write_attribute(text, "name", parts[0]);
        write_attribute(text, "path", parts[1]);
        g_string_append(text, "/>");
    }
    g_string_append(text, net.files == NULL ? "" : "\n</lathe:netboot>");
    lathe_net_clear(&net);
}

/* ---- QEMU ---- */

#define WRITE_QEMU_HTTP "10.0.2.2:8080" /* the loopback, as the guest sees it */
#define WRITE_OVMF      "/usr/share/OVMF/OVMF_"

/* A folder that is given is given as it is. */
static void write_qemu_files(const struct lathe_net_definition *net, GString *text)
{
    g_autofree char *given = net->tftp != NULL ? g_shell_quote(net->tftp) : NULL;

    g_string_append(text, "scratch=$(mktemp -d)\n");
    if (given != NULL)
        g_string_append_printf(text, "folder=%s\n", given);
    else
        g_string_append(text, "folder=$scratch/given\nmkdir \"$folder\"\n");
    for (guint i = 0; net->files != NULL && i < net->files->len; i++) {
        g_auto(GStrv) parts = g_strsplit(net->files->pdata[i], "=", 2);
        g_autofree char *path = g_shell_quote(parts[1]);
        g_string_append_printf(text, "install -D -m 644 %s \"$folder/%s\"\n", path, parts[0]);
        if (strcmp(parts[0], "boot.ipxe") == 0 || strcmp(parts[0], "grub/grub.cfg") == 0)
            g_string_append_printf(
                text, "sed -i 's/" EMU_NETBOOT_ADDRESS "/" WRITE_QEMU_HTTP "/g' \"$folder/%s\"\n",
                parts[0]);
    }
    g_string_append(text, "python3 -m http.server --bind 127.0.0.1 --directory \"$folder\" 8080 &\n"
                          "trap \"kill $!; rm -rf '$scratch'\" EXIT\n");
}

static void write_qemu_firmware(const struct lathe_answers *answers, GString *text)
{
    const char *kind = netboot_is_secure(answers) ? ".ms" : "";

    if (!netboot_is_efi(answers))
        return;
    g_string_append_printf(
        text,
        "  -drive if=pflash,format=raw,readonly=on,file=" WRITE_OVMF "CODE_4M%s.fd \\\n"
        "  -drive if=pflash,format=raw,file=\"$scratch/vars.fd\" \\\n%s",
        kind, *kind != '\0' ? "  -global driver=cfi.pflash01,property=secure,value=on \\\n" : "");
}

/* OVMF's own PXE takes names; addresses are for iPXE in the adapter's ROM. */
static void write_qemu_adapter(const struct lathe_answers *answers, const char *boot,
                               const char *order, GString *text)
{
    g_auto(GStrv) hosts = g_strsplit(boot, EMU_NETBOOT_ADDRESS "/", -1);
    g_autofree char *there = g_strjoinv(WRITE_QEMU_HTTP "/", hosts);
    g_autofree char *option = g_shell_quote(there);
    bool own = netboot_is_efi(answers) && strstr(boot, "://") == NULL;

    g_string_append_printf(text,
                           "  -netdev user,id=net0,tftp=\"$folder\",bootfile=%s \\\n"
                           "  -device virtio-net-pci,netdev=net0,bootindex=%s%s",
                           option, order, own ? ",romfile=" : "");
}

static void write_qemu_machine(const struct lathe_answers *answers, const char *boot, GString *text)
{
    bool installs = netboot_installs(answers);

    if (netboot_is_efi(answers))
        g_string_append_printf(text, "cp " WRITE_OVMF "VARS_4M%s.fd \"$scratch/vars.fd\"\n",
                               netboot_is_secure(answers) ? ".ms" : "");
    if (installs)
        g_string_append(text, "[ -e disk.qcow2 ] || qemu-img create -q -f qcow2 disk.qcow2 20G\n");
    g_string_append_printf(
        text, "qemu-system-x86_64 -machine q35%s,accel=${ACCEL:-kvm:tcg} -m %s \\\n",
        netboot_is_secure(answers) ? ",smm=on" : "", lathe_answers_value(answers, "memory"));
    write_qemu_firmware(answers, text);
    if (installs)
        g_string_append(text, "  -drive if=none,id=disk0,file=disk.qcow2 "
                              "-device virtio-blk-pci,drive=disk0,bootindex=1 \\\n");
    if (netboot_source_is(answers, NETBOOT_ISO))
        g_string_append(text, "  -cdrom \"$folder/boot.iso\"");
    else
        write_qemu_adapter(answers, boot, installs ? "2" : "1", text);
    write_strings(answers, "-smbios", text);
    g_string_append(text, " \"$@\"");
}

/*
 * QEMU's network has TFTP and no HTTP, and a boot file of at most 127 bytes: a server of Python's
 * stands in at a port of the loopback, and what leads to our HTTP leads there. Its DHCP knows
 * nothing of UEFI's HTTP boot: PXE is in its place, and a drive in a disc's.
 */
void netboot_write_qemu(const struct lathe_answers *answers, GString *text)
{
    struct lathe_net_definition net;
    const char *boot = "";

    netboot_fill(answers, &net);
    for (unsigned i = 0; i < EMU_NETBOOT_CLIENTS; i++)
        boot = net.boots[i] != NULL ? net.boots[i] : boot;
    g_string_append(text, "#!/bin/sh\nset -e\n");
    write_qemu_files(&net, text);
    write_qemu_machine(answers, boot, text);
    lathe_net_clear(&net);
}
