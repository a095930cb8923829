/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Answers from the text of a --net option (netboot.h), which may be hostile. */
#include <string.h>

#include "app/plan/error.h"
#include "wizards/netboot/model.h"
#include "wizards/netboot/netboot.h"

/* Names that netboot_fill gives, and the questions they are of. */
static const char *const read_files[][2] = {
    {"boot.iso", "iso"},     {"boot.efi", "uki"},     {"boot.ipxe", "script"}, {"linux", "kernel"},
    {"initrd.gz", "initrd"}, {"shimx64.efi", "shim"}, {"grubx64.efi", "grub"},
};

static bool read_set(struct lathe_answers *answers, const char *id, const char *text,
                     GError **error)
{
    return text == NULL || lathe_answers_set(answers, id, text, error);
}

/* NULL: no such file. */
static const char *read_file(const struct lathe_net_definition *net, const char *name)
{
    for (guint i = 0; net->files != NULL && i < net->files->len; i++) {
        const char *text = net->files->pdata[i], *path = strchr(text, '=');
        if (strlen(name) == (gsize)(path - text) && strncmp(text, name, strlen(name)) == 0)
            return path + 1;
    }
    return NULL;
}

static const char *read_source(const struct lathe_net_definition *net, const char *first)
{
    if (read_file(net, "linux") != NULL)
        return NETBOOT_KERNEL;
    if (strstr(first, "://") != NULL && !g_str_has_prefix(first, NETBOOT_URL))
        return NETBOOT_ADDR;
    if (read_file(net, "boot.ipxe") != NULL)
        return NETBOOT_IPXE;
    if (net->tftp != NULL)
        return NETBOOT_FOLDER;
    return g_str_has_suffix(first, ".iso") ? NETBOOT_ISO : NETBOOT_UKI;
}

static bool read_answers(struct lathe_answers *answers, const struct lathe_net_definition *net,
                         unsigned client, const char *first, GError **error)
{
    const char *source = read_source(net, first);

    if (!read_set(answers, "source", source, error) ||
        !read_set(answers, "client", lathe_net_client_name(client), error) ||
        !read_set(answers, "folder", net->tftp, error) ||
        !read_set(answers, "pcap", net->pcap, error))
        return false;
    if (strcmp(source, NETBOOT_FOLDER) == 0 && !read_set(answers, "first", first, error))
        return false;
    if (strcmp(source, NETBOOT_ADDR) == 0 && !read_set(answers, "url", first, error))
        return false;
    for (size_t i = 0; i < G_N_ELEMENTS(read_files); i++)
        if (!read_set(answers, read_files[i][1], read_file(net, read_files[i][0]), error))
            return false;
    return true;
}

/* The client that it is for, of those that are told something of their own; else by the name that
 * all are told. EMU_NETBOOT_CLIENTS: none. */
static unsigned read_client(const struct lathe_net_definition *net, const char **first)
{
    for (unsigned i = 0; i < EMU_NETBOOT_CLIENTS; i++) {
        *first = net->boots[i];
        if (*first != NULL)
            return i == EMU_NETBOOT_BIOS ? EMU_NETBOOT_IPXE : i;
    }
    *first = net->bootfile;
    if (*first == NULL)
        return EMU_NETBOOT_CLIENTS;
    return g_str_has_suffix(*first, ".efi") ? EMU_NETBOOT_EFI : EMU_NETBOOT_IPXE;
}

/* What follows --net on a command line, as a shell takes it apart; else all of it. g_free. */
static char *read_option(const char *text)
{
    g_auto(GStrv) words = NULL;
    int count = 0;

    if (!g_shell_parse_argv(text, &count, &words, NULL))
        return g_strdup(text);
    for (int i = 0; i + 1 < count; i++)
        if (strcmp(words[i], "--net") == 0)
            return g_strdup(words[i + 1]);
    return g_strdup(words[0]);
}

struct lathe_answers *lathe_netboot_read(const char *text, gsize length, GError **error)
{
    g_autofree char *own = g_strndup(text, MIN(length, LATHE_NETBOOT_TEXT_MAX));
    g_autofree char *option = read_option(own);
    struct lathe_net_definition net;
    struct lathe_answers *answers = NULL;
    const char *first = NULL;
    unsigned client;

    if (length > LATHE_NETBOOT_TEXT_MAX || !g_utf8_validate(own, -1, NULL)) {
        lathe_error_input(error, "this is no text of --net");
        return NULL;
    }
    if (!lathe_net_parse(option, &net, error))
        return NULL;
    client = read_client(&net, &first);
    if (client == EMU_NETBOOT_CLIENTS) {
        lathe_error_input(error, "this network boots nothing");
    } else {
        answers = lathe_answers_new(&lathe_netboot_flow);
        if (!read_answers(answers, &net, client, first, error))
            g_clear_pointer(&answers, lathe_answers_free);
    }
    lathe_net_clear(&net);
    return answers;
}
