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

static void write_qemu_copies(const struct lathe_net_definition *net, GString *text)
{
    for (guint i = 0; net->files != NULL && i < net->files->len; i++) {
        g_auto(GStrv) parts = g_strsplit(net->files->pdata[i], "=", 2);
        g_autofree char *path = g_shell_quote(parts[1]);
        g_string_append_printf(text, "install -D -m 644 %s tftp/%s\n", path, parts[0]);
    }
}

/*
 * QEMU's network has TFTP and no HTTP, and a boot file of at most 127 bytes: a server of Python's
 * stands in at a port of the loopback, and what leads to our HTTP leads there.
 */
void netboot_write_qemu(const struct lathe_answers *answers, GString *text)
{
    const char *client = lathe_answers_value(answers, "client");
    struct lathe_net_definition net;
    char *boot = NULL;

    netboot_fill(answers, &net);
    for (unsigned i = 0; i < EMU_NETBOOT_CLIENTS; i++)
        boot = net.boots[i] != NULL ? net.boots[i] : boot;
    g_autofree char *folder = g_shell_quote(net.tftp != NULL ? net.tftp : "tftp");
    bool bare = strstr(boot, "://") == NULL, http = strcmp(client, "http") == 0 && bare;
    g_autofree char *address =
        g_strconcat(http ? "http://10.0.2.2:8080/" : "", boot + (http && boot[0] == '/'), NULL);
    g_auto(GStrv) hosts = g_strsplit(address, EMU_NETBOOT_ADDRESS "/", -1);
    g_autofree char *there = g_strjoinv("10.0.2.2:8080/", hosts);
    g_autofree char *option = g_shell_quote(there);

    write_qemu_copies(&net, text);
    g_string_append_printf(
        text,
        "sed -i 's/" EMU_NETBOOT_ADDRESS "\\//10.0.2.2:8080\\//; s/" EMU_NETBOOT_ADDRESS
        "/10.0.2.2:8080/' tftp/boot.ipxe tftp/grub/grub.cfg 2>/dev/null\n"
        "python3 -m http.server --bind 127.0.0.1 --directory %s 8080 &\n"
        "qemu-system-x86_64 -machine q35 -m %s -boot n%s \\\n"
        "  -netdev user,id=net0,tftp=%s,bootfile=%s -device virtio-net-pci,netdev=net0,bootindex=1",
        folder, lathe_answers_value(answers, "memory"),
        netboot_is_efi(answers)
            ? " -drive if=pflash,format=raw,readonly=on,file=/usr/share/OVMF/OVMF_CODE_4M.fd"
            : "",
        folder, option);
    write_strings(answers, "-smbios", text);
    lathe_net_clear(&net);
}
