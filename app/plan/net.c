/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Network adapters and forwards on the command line (net.h). */
#include "app/plan/net.h"

#include <arpa/inet.h>
#include <string.h>

#include "app/plan/disk.h"
#include "app/plan/error.h"

static const char *const net_models[] = {[EMU_NIC_VIRTIO] = "virtio", [EMU_NIC_E1000E] = "e1000e"};

void lathe_net_clear(struct lathe_net_definition *net)
{
    g_free(net->mac);
    g_free(net->rom);
    g_free(net->tftp);
    g_clear_pointer(&net->files, g_ptr_array_unref);
    g_free(net->bootfile);
    for (unsigned i = 0; i < EMU_NETBOOT_CLIENTS; i++)
        g_free(net->boots[i]);
    g_free(net->pcap);
    g_clear_pointer(&net->forwards, g_array_unref);
    *net = (struct lathe_net_definition){0};
}

/* ---- forwards ---- */

static bool forward_refuse(const char *text, GError **error)
{
    return lathe_error_input(error,
                             "'%s' is no forward: write PROTOCOL:ADDRESS:PORT-ADDRESS:PORT, the "
                             "host's first, for example tcp:127.0.0.1:2222-:22",
                             text);
}

/* "ADDRESS:PORT" or "[IPV6]:PORT"; *given: it has an address. */
static bool forward_parse_address(char *text, struct emu_net_address *address, bool *given)
{
    char *colon = strrchr(text, ':');
    guint64 port;

    if (colon == NULL || !g_ascii_string_to_unsigned(colon + 1, 10, 1, 65535, &port, NULL))
        return false;
    *colon = '\0';
    *address = (struct emu_net_address){.port = (uint16_t)port};
    *given = *text != '\0';
    if (text[0] == '[' && colon > text + 1 && colon[-1] == ']') {
        colon[-1] = '\0';
        address->six = true;
        text++;
    }
    return !*given || inet_pton(address->six ? AF_INET6 : AF_INET, text, address->bytes) == 1;
}

static bool forward_parse_ends(char *host, char *guest, struct emu_net_forward *forward)
{
    static const uint8_t loopback[4] = {127, 0, 0, 1};
    bool host_given, guest_given;

    if (!forward_parse_address(host, &forward->host, &host_given) ||
        !forward_parse_address(guest, &forward->guest, &guest_given))
        return false;
    if (!host_given)
        memcpy(forward->host.bytes, loopback, sizeof(loopback));
    if (!guest_given)
        forward->guest.six = forward->host.six;
    return forward->guest.six == forward->host.six;
}

bool lathe_forward_parse(const char *text, struct emu_net_forward *forward, GError **error)
{
    bool udp = g_str_has_prefix(text, "udp:");
    g_autofree char *host = g_strdup(text);
    char *guest = strchr(host, '-');

    if ((!udp && !g_str_has_prefix(text, "tcp:")) || guest == NULL)
        return forward_refuse(text, error);
    *guest++ = '\0';
    *forward = (struct emu_net_forward){.protocol = udp ? EMU_NET_UDP : EMU_NET_TCP};
    return forward_parse_ends(host + strlen("tcp:"), guest, forward) || forward_refuse(text, error);
}

static void forward_format_address(const struct emu_net_address *address, GString *text)
{
    char name[INET6_ADDRSTRLEN] = "";

    inet_ntop(address->six ? AF_INET6 : AF_INET, address->bytes, name, sizeof(name));
    g_string_append_printf(text, address->six ? "[%s]:%u" : "%s:%u", name, address->port);
}

char *lathe_forward_format(const struct emu_net_forward *forward)
{
    GString *text = g_string_new(forward->protocol == EMU_NET_UDP ? "udp:" : "tcp:");
    static const uint8_t any[4];

    forward_format_address(&forward->host, text);
    g_string_append_c(text, '-');
    if (!forward->guest.six && memcmp(forward->guest.bytes, any, sizeof(any)) == 0)
        g_string_append_printf(text, ":%u", forward->guest.port);
    else
        forward_format_address(&forward->guest, text);
    return g_string_free(text, FALSE);
}

bool lathe_forward_same(const struct emu_net_forward *left, const struct emu_net_forward *right)
{
    return left->protocol == right->protocol && left->host.six == right->host.six &&
           left->host.port == right->host.port &&
           memcmp(left->host.bytes, right->host.bytes, sizeof(left->host.bytes)) == 0;
}

/* ---- adapters ---- */

static bool net_set_model(struct lathe_net_definition *net, const char *value, GError **error)
{
    for (size_t i = 0; i < G_N_ELEMENTS(net_models); i++) {
        if (strcmp(value, net_models[i]) == 0) {
            net->model = (enum emu_nic_model)i;
            return true;
        }
    }
    return lathe_error_input(error, "--net has no model '%s': use virtio or e1000e", value);
}

/* Six bytes in hexadecimal; the first one is even, as multicast addresses belong to no adapter. */
static bool net_set_mac(struct lathe_net_definition *net, const char *value, GError **error)
{
    if (!g_regex_match_simple("^[0-9a-fA-F][02468aceACE](:[0-9a-fA-F]{2}){5}$", value,
                              G_REGEX_DOLLAR_ENDONLY, 0))
        return lathe_error_input(error,
                                 "--net mac=%s is no adapter's address: write six bytes, the first "
                                 "one even, as in 52:54:00:12:34:56",
                                 value);
    g_free(net->mac);
    net->mac = g_strdup(value);
    return true;
}

static bool net_add_forward(struct lathe_net_definition *net, const char *value, GError **error)
{
    struct emu_net_forward forward;

    if (!lathe_forward_parse(value, &forward, error))
        return false;
    g_array_append_val(net->forwards, forward);
    return true;
}

static bool net_set_text(char **text, const char *part, GError **error)
{
    const char *value = strchr(part, '=') + 1;

    if (*value == '\0')
        return lathe_error_input(error, "--net %s names nothing", part);
    g_free(*text);
    *text = g_strdup(value);
    return true;
}

/* NAME=PATH; a name has no "=". */
static bool net_add_file(struct lathe_net_definition *net, const char *part, GError **error)
{
    const char *name = part + strlen("file="), *path = strchr(name, '=');

    if (path == NULL || path == name || path[1] == '\0')
        return lathe_error_input(error,
                                 "--net %s is no file to give: write file=NAME=PATH, the name that "
                                 "is asked for first",
                                 part);
    if (net->files == NULL)
        net->files = g_ptr_array_new_with_free_func(g_free);
    if (net->files->len == EMU_NETBOOT_FILES)
        return lathe_error_input(error, "--net gives at most %u files: put them into a folder",
                                 EMU_NETBOOT_FILES);
    g_ptr_array_add(net->files, g_strdup(name));
    return true;
}

/* "bootfile-efi=NAME" */
static bool net_set_boot(struct lathe_net_definition *net, const char *part, GError **error)
{
    const char *client = part + strlen("bootfile-"), *name;

    for (unsigned i = 0; (name = lathe_net_client_name(i)) != NULL; i++) {
        if (g_str_has_prefix(client, name) && client[strlen(name)] == '=')
            return net_set_text(&net->boots[i], part, error);
    }
    return lathe_error_input(
        error, "--net knows no client in '%s': write bootfile-bios, -efi, -http or -ipxe", part);
}

static bool net_set(struct lathe_net_definition *net, const char *part, GError **error)
{
    if (g_str_has_prefix(part, "model="))
        return net_set_model(net, part + strlen("model="), error);
    if (g_str_has_prefix(part, "mac="))
        return net_set_mac(net, part + strlen("mac="), error);
    if (g_str_has_prefix(part, "forward="))
        return net_add_forward(net, part + strlen("forward="), error);
    if (g_str_has_prefix(part, "tftp="))
        return net_set_text(&net->tftp, part, error);
    if (g_str_has_prefix(part, "bootfile="))
        return net_set_text(&net->bootfile, part, error);
    if (g_str_has_prefix(part, "bootfile-"))
        return net_set_boot(net, part, error);
    if (g_str_has_prefix(part, "file="))
        return net_add_file(net, part, error);
    if (g_str_has_prefix(part, "pcap="))
        return net_set_text(&net->pcap, part, error);
    return lathe_error_input(
        error,
        "--net user has no '%s': write user[,model=virtio|e1000e][,mac=ADDRESS]"
        "[,forward=tcp:127.0.0.1:2222-:22]...[,tftp=FOLDER][,file=NAME=PATH]...[,bootfile=NAME]"
        "[,bootfile-bios|-efi|-http|-ipxe=NAME]...[,pcap=FILE]",
        part);
}

bool lathe_net_parse(const char *text, struct lathe_net_definition *net, GError **error)
{
    g_autoptr(GPtrArray) parts = lathe_split_at_commas(text);

    if (strcmp(parts->pdata[0], "user") != 0)
        return lathe_error_input(error, "--net has no '%s': use user or none",
                                 (const char *)parts->pdata[0]);
    *net = (struct lathe_net_definition){0};
    net->forwards = g_array_new(FALSE, TRUE, sizeof(struct emu_net_forward));
    for (guint i = 1; i < parts->len; i++) {
        if (!net_set(net, parts->pdata[i], error)) {
            lathe_net_clear(net);
            return false;
        }
    }
    return true;
}

char *lathe_net_format(const struct lathe_net_definition *net)
{
    g_autofree char *place = lathe_place_format(&net->place);
    GString *text = g_string_new("user, ");

    g_string_append(text, net_models[net->model]);
    if (net->mac != NULL)
        g_string_append_printf(text, ", %s", net->mac);
    for (unsigned i = 0; i < net->forwards->len; i++) {
        g_autofree char *forward =
            lathe_forward_format(&g_array_index(net->forwards, struct emu_net_forward, i));
        g_string_append_printf(text, ", forward %s", forward);
    }
    if (net->tftp != NULL)
        g_string_append_printf(text, ", TFTP from %s", net->tftp);
    for (guint i = 0; net->files != NULL && i < net->files->len; i++)
        g_string_append_printf(text, ", file %s", (const char *)net->files->pdata[i]);
    if (net->bootfile != NULL)
        g_string_append_printf(text, ", boot file %s", net->bootfile);
    for (unsigned i = 0; i < EMU_NETBOOT_CLIENTS; i++) {
        if (net->boots[i] != NULL)
            g_string_append_printf(text, ", boot file for %s %s", lathe_net_client_name(i),
                                   net->boots[i]);
    }
    if (net->pcap != NULL)
        g_string_append_printf(text, ", record in %s", net->pcap);
    if (net->rom != NULL)
        g_string_append_printf(text, ", boot ROM %s", net->rom);
    if (net->boot != 0)
        g_string_append_printf(text, ", boot %u", net->boot);
    if (place != NULL)
        g_string_append_printf(text, ", at %s", place);
    return g_string_free(text, FALSE);
}
