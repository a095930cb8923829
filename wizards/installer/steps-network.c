/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The steps about the network: the device, and its address. */
#include <glib/gi18n.h>
#include <string.h>

#include "wizards/installer/systems.h"
#include "wizards/installer/values.h"

/* ---- the device ---- */

static bool asks_qeth(const struct lathe_answers *answers)
{
    return installer_on_z(answers) && installer_is_qeth(answers);
}

/* Ubuntu's installer finds the other channels itself. */
static bool asks_channels(const struct lathe_answers *answers)
{
    return asks_qeth(answers) && !installer_writes(answers, &installer_ubuntu);
}

static bool asks_port(const struct lathe_answers *answers)
{
    return asks_channels(answers) && lathe_answers_is(answers, "network", "osa");
}

static bool asks_mac(const struct lathe_answers *answers)
{
    return asks_port(answers) && installer_writes(answers, &installer_sles) &&
           lathe_answers_is(answers, "layer", "2");
}

static bool asks_function(const struct lathe_answers *answers)
{
    return installer_on_z(answers) && lathe_answers_is(answers, "network", "roce");
}

static bool asks_bus(const struct lathe_answers *answers)
{
    return installer_on_z(answers) && lathe_answers_is(answers, "network", "virtio");
}

static bool asks_interface(const struct lathe_answers *answers)
{
    return !installer_on_z(answers);
}

static bool asks_vlan_id(const struct lathe_answers *answers)
{
    return lathe_answers_on(answers, "vlan");
}

static const struct lathe_choice device_choices[] = {
    {"osa", N_("OSA: a network card of the machine, or a virtual switch of z/VM")},
    {"hipersockets", N_("HiperSockets: the machine's internal network")},
    {"roce", N_("RoCE: a network card on PCI")},
    {"virtio", N_("virtio: the network of a KVM guest")},
    {NULL},
};

static const struct lathe_choice layer_choices[] = {
    {"2", N_("layer 2: Ethernet frames, any protocol")},
    {"3", N_("layer 3: IP packets alone")},
    {NULL},
};

static const struct lathe_choice port_choices[] = {
    {"0", N_("the first port, and the one of cards that have one")},
    {"1", N_("the second port of a card with two ports at a CHPID")},
    {NULL},
};

const struct lathe_question installer_device_questions[] = {
    {"network", N_("Network device"),
     N_("What the guest or partition reaches its network through. The administrator of the machine "
        "knows; under z/VM a virtual switch looks like OSA."),
     LATHE_QUESTION_CHOICE, .required = true, .initial = "osa", .choices = device_choices,
     .asked = installer_on_z},
    {"read", N_("Read channel"),
     N_("The device number of the read channel: up to four hexadecimal digits, as 0a00, or with "
        "channel subsystem and subchannel set, as 0.0.0a00. It is mostly an even number."),
     LATHE_QUESTION_TEXT, .required = true, .asked = asks_qeth, .check = lathe_channel_check},
    {"write", N_("Write channel"),
     N_("The device number of the write channel, mostly the one after the read channel's."),
     LATHE_QUESTION_TEXT, .required = true, .asked = asks_channels, .check = lathe_channel_check},
    {"data", N_("Data channel"),
     N_("The device number of the data channel, mostly the one after the write channel's."),
     LATHE_QUESTION_TEXT, .required = true, .asked = asks_channels, .check = lathe_channel_check},
    {"layer", N_("Layer"),
     N_("Whether the device carries Ethernet frames or IP packets. A virtual switch of z/VM says "
        "ETHERNET for layer 2 and IP for layer 3."),
     LATHE_QUESTION_CHOICE, .required = true, .initial = "2", .choices = layer_choices,
     .asked = asks_channels},
    {"port", N_("Port"), N_("Which port of the card; 1 only where a CHPID has two of them."),
     LATHE_QUESTION_CHOICE, .required = true, .initial = "0", .choices = port_choices,
     .asked = asks_port},
    {"mac", N_("Hardware address"),
     N_("The MAC address that the device shall have, as 02:00:00:12:34:56. Empty: its own."),
     LATHE_QUESTION_TEXT, .asked = asks_mac, .check = lathe_mac_check},
    {"uid", N_("UID"),
     N_("The function's unique id, hexadecimal. It is to be preferred where the partition enforces "
        "that unique ids are unique."),
     LATHE_QUESTION_TEXT, .asked = asks_function, .check = lathe_uid_check},
    {"fid", N_("FID"), N_("The function id, hexadecimal, where there is no unique id."),
     LATHE_QUESTION_TEXT, .asked = asks_function, .check = lathe_fid_check},
    {"bus", N_("Device number"),
     N_("The device number of the virtio network device as the guest sees it: fe.0.0001 of a "
        "definition is 0.0.0001 there."),
     LATHE_QUESTION_TEXT, .required = true, .initial = "0.0.0001", .asked = asks_bus,
     .check = lathe_channel_check},
    {"interface", N_("Interface"),
     N_("The name that Linux gives the network card, as enp1s0. Empty: the one that there is."),
     LATHE_QUESTION_TEXT, .asked = asks_interface, .check = lathe_interface_check},
    {"vlan", N_("VLAN"), N_("Whether the frames have to carry the tag of a VLAN."),
     LATHE_QUESTION_SWITCH, .initial = "no"},
    {"vlan-id", N_("VLAN id"), N_("The VLAN's number, 1 to 4094."), LATHE_QUESTION_NUMBER,
     .required = true, .initial = "1", .low = 1, .high = 4094, .asked = asks_vlan_id},
    {NULL},
};

/* The number behind the dots. */
static guint64 channel_number(const char *full)
{
    return g_ascii_strtoull(strrchr(full, '.') + 1, NULL, 16);
}

static void validate_channels(const struct lathe_answers *answers, struct lathe_problems *problems)
{
    g_autofree char *read = installer_channel(answers, "read");
    g_autofree char *write = installer_channel(answers, "write");
    g_autofree char *data = installer_channel(answers, "data");

    if (*read == '\0' || *write == '\0' || *data == '\0')
        return;
    if (strcmp(read, write) == 0 || strcmp(write, data) == 0 || strcmp(read, data) == 0)
        lathe_problem_add(problems, "write", "the three channels must be three devices");
    else if (channel_number(read) % 2 != 0 || channel_number(write) != channel_number(read) + 1)
        lathe_problem_warn(problems, "write",
                           "the read channel is mostly an even number and the write channel the "
                           "next one: %s and %s are not",
                           read, write);
}

void installer_device_validate(const struct lathe_answers *answers, struct lathe_problems *problems)
{
    bool function = *lathe_answers_value(answers, "uid") || *lathe_answers_value(answers, "fid");

    if (asks_channels(answers))
        validate_channels(answers, problems);
    if (asks_function(answers) && !function)
        lathe_problem_add(problems, "uid", "a RoCE card needs its UID or its FID");
    if (asks_interface(answers) && lathe_answers_on(answers, "vlan") &&
        !installer_writes(answers, &installer_sles) &&
        *lathe_answers_value(answers, "interface") == '\0')
        lathe_problem_add(problems, "interface", "a VLAN needs the name of the interface it is on");
}

/* ---- the address ---- */

static const struct lathe_choice method_choices[] = {
    {"static", N_("an address that I know")},
    {"dhcp", N_("what a DHCP server says")},
    {NULL},
};

static const struct lathe_choice family_choices[] = {
    {"ipv4", N_("IPv4")},
    {"ipv6", N_("IPv6")},
    {NULL},
};

static const char *address_prefix(const struct lathe_answers *answers)
{
    return installer_is_ipv6(answers) ? "64" : "24";
}

/* Debian and SUSE take a domain, the others have nowhere to put it. */
static bool asks_search(const struct lathe_answers *answers)
{
    return installer_writes(answers, &installer_debian) ||
           (installer_writes(answers, &installer_sles) && installer_is_static(answers));
}

const struct lathe_question installer_address_questions[] = {
    {"method", N_("Address"), N_("Where the installer gets its address from."),
     LATHE_QUESTION_CHOICE, .required = true, .initial = "static", .choices = method_choices},
    {"family", N_("Family"), N_("Which Internet Protocol the installer uses."),
     LATHE_QUESTION_CHOICE, .required = true, .initial = "ipv4", .choices = family_choices},
    {"address", N_("Host address"), N_("The installer's own address."), LATHE_QUESTION_TEXT,
     .required = true, .asked = installer_is_static, .check = lathe_ip_check},
    {"prefix", N_("Prefix or mask"),
     N_("How many bits of the address are the network's, or for IPv4 its mask: 24 is "
        "255.255.255.0."),
     LATHE_QUESTION_TEXT, .required = true, .asked = installer_is_static,
     .check = lathe_prefix_check, .propose = address_prefix},
    {"gateway", N_("Gateway"), N_("The router's address in the same network."), LATHE_QUESTION_TEXT,
     .required = true, .asked = installer_is_static, .check = lathe_ip_check},
    {"nameserver", N_("Name server"), N_("The address of a DNS server."), LATHE_QUESTION_TEXT,
     .required = true, .asked = installer_is_static, .check = lathe_ip_check},
    {"hostname", N_("Host name"), N_("The name of the new system, with its domain or without."),
     LATHE_QUESTION_TEXT, .check = lathe_host_check},
    {"search", N_("Domain"), N_("The domain that names without dots are looked up in."),
     LATHE_QUESTION_TEXT, .asked = asks_search, .check = lathe_host_check},
    {NULL},
};

static void validate_family(const struct lathe_answers *answers, struct lathe_problems *problems,
                            const char *id)
{
    int wanted = installer_is_ipv6(answers) ? 6 : 4;
    int found = lathe_address_family(lathe_answers_value(answers, id));

    if (found != 0 && found != wanted)
        lathe_problem_add(problems, id, "'%s' is an IPv%d address, and the family is IPv%d",
                          lathe_answers_value(answers, id), found, wanted);
}

static void validate_network(const struct lathe_answers *answers, struct lathe_problems *problems)
{
    int family = installer_is_ipv6(answers) ? 6 : 4;
    const char *address = lathe_answers_value(answers, "address");
    const char *gateway = lathe_answers_value(answers, "gateway");
    unsigned bits = installer_prefix(answers);

    if (bits == 0) {
        if (lathe_prefix_check(lathe_answers_value(answers, "prefix"), NULL))
            lathe_problem_add(problems, "prefix", "'%s' is no prefix of IPv%d",
                              lathe_answers_value(answers, "prefix"), family);
        return;
    }
    if (lathe_address_family(address) != family || lathe_address_family(gateway) != family)
        return;
    if (lathe_is_network_end(address, family, bits))
        lathe_problem_add(problems, "address",
                          "%s is the address of its network or its broadcast, not of a host",
                          address);
    if (lathe_same_network(address, gateway, family, family == 4 ? 32 : 128))
        lathe_problem_add(problems, "gateway", "the gateway has the host's own address");
    else if (!lathe_same_network(address, gateway, family, bits) &&
             !lathe_same_network(gateway, "fe80::", 6, 10))
        lathe_problem_warn(problems, "gateway", "the gateway %s is not in the network of %s/%u",
                           gateway, address, bits);
}

void installer_address_validate(const struct lathe_answers *answers,
                                struct lathe_problems *problems)
{
    static const char *const ids[] = {"address", "gateway", "nameserver"};

    if (installer_is_ipv6(answers) && installer_writes(answers, &installer_ubuntu))
        lathe_problem_add(problems, "family",
                          "Ubuntu's installer takes no IPv6 address on its command line");
    if (!installer_is_static(answers))
        return;
    for (size_t i = 0; i < G_N_ELEMENTS(ids); i++)
        validate_family(answers, problems, ids[i]);
    validate_network(answers, problems);
}
