/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Device paths: a table of node printers. A node is type, subtype, u16 length, data. */
#include "wizards/firmware/device-path.h"

#include <arpa/inet.h>

#include "wizards/firmware/guid.h"

#define NODE_HEADER 4u
#define NODE_END    0x7f
#define END_ENTIRE  0xff
#define PATH_NODES  256u /* of a path; more are nobody's */
#define EISA_PNP    0x41d0u
#define EISA_PCI    0x0a03u
#define EISA_PCIE   0x0a08u

/* Prints a node's data, which has at least the length of its row. */
typedef void node_print(GString *out, struct lathe_bytes data);

static guint node_u32(struct lathe_bytes data, gsize at)
{
    return lathe_le32(data.data + at);
}

static void node_guid(GString *out, struct lathe_bytes data, gsize at)
{
    struct lathe_guid guid = lathe_guid_read(data.data + at);
    g_autofree char *text = lathe_guid_describe(&guid);

    g_string_append(out, text);
}

static void node_hex(GString *out, struct lathe_bytes data)
{
    g_autofree char *text = lathe_hex_text(data);

    g_string_append(out, text);
}

/* ---- hardware and ACPI ---- */

static void node_pci(GString *out, struct lathe_bytes data)
{
    g_string_append_printf(out, "Pci(0x%x,0x%x)", data.data[1], data.data[0]);
}

static void node_memory(GString *out, struct lathe_bytes data)
{
    g_string_append_printf(
        out, "MemoryMapped(0x%x,0x%" G_GINT64_MODIFIER "x,0x%" G_GINT64_MODIFIER "x)",
        node_u32(data, 0), lathe_le64(data.data + 4), lathe_le64(data.data + 12));
}

static void node_vendor(GString *out, const char *name, struct lathe_bytes data)
{
    struct lathe_bytes rest = lathe_bytes_skip(data, 16);

    g_string_append_printf(out, "%s(", name);
    node_guid(out, data, 0);
    if (rest.size != 0) {
        g_string_append_c(out, ',');
        node_hex(out, rest);
    }
    g_string_append_c(out, ')');
}

static void node_vendor_hardware(GString *out, struct lathe_bytes data)
{
    node_vendor(out, "VenHw", data);
}

static void node_controller(GString *out, struct lathe_bytes data)
{
    g_string_append_printf(out, "Ctrl(0x%x)", node_u32(data, 0));
}

static void node_acpi(GString *out, struct lathe_bytes data)
{
    guint id = node_u32(data, 0), uid = node_u32(data, 4);

    if ((id & 0xffff) != EISA_PNP)
        g_string_append_printf(out, "Acpi(0x%08x,0x%x)", id, uid);
    else if (id >> 16 == EISA_PCI)
        g_string_append_printf(out, "PciRoot(0x%x)", uid);
    else if (id >> 16 == EISA_PCIE)
        g_string_append_printf(out, "PcieRoot(0x%x)", uid);
    else
        g_string_append_printf(out, "Acpi(PNP%04X,0x%x)", id >> 16, uid);
}

static void node_acpi_address(GString *out, struct lathe_bytes data)
{
    g_string_append_printf(out, "AcpiAdr(0x%x)", node_u32(data, 0));
}

/* ---- messaging ---- */

static void node_ata(GString *out, struct lathe_bytes data)
{
    g_string_append_printf(out, "Ata(0x%x,0x%x,0x%x)", data.data[0], data.data[1],
                           lathe_le16(data.data + 2));
}

static void node_scsi(GString *out, struct lathe_bytes data)
{
    g_string_append_printf(out, "Scsi(0x%x,0x%x)", lathe_le16(data.data),
                           lathe_le16(data.data + 2));
}

static void node_usb(GString *out, struct lathe_bytes data)
{
    g_string_append_printf(out, "USB(0x%x,0x%x)", data.data[0], data.data[1]);
}

static void node_usb_class(GString *out, struct lathe_bytes data)
{
    g_string_append_printf(out, "UsbClass(0x%x,0x%x,0x%x,0x%x,0x%x)", lathe_le16(data.data),
                           lathe_le16(data.data + 2), data.data[4], data.data[5], data.data[6]);
}

static void node_vendor_message(GString *out, struct lathe_bytes data)
{
    node_vendor(out, "VenMsg", data);
}

static void node_mac(GString *out, struct lathe_bytes data)
{
    gsize length = data.data[32] <= 1 ? 6 : 32; /* Ethernet's */

    g_string_append(out, "MAC(");
    node_hex(out, (struct lathe_bytes){data.data, length});
    g_string_append_printf(out, ",0x%x)", data.data[32]);
}

static void node_address(GString *out, int family, const guint8 *at)
{
    char text[INET6_ADDRSTRLEN];

    g_string_append(out, inet_ntop(family, at, text, sizeof(text)) != NULL ? text : "?");
}

static void node_ipv4(GString *out, struct lathe_bytes data)
{
    g_string_append(out, "IPv4(");
    node_address(out, AF_INET, data.data + 4);
    g_string_append(out, data.data[14] != 0 ? ",Static," : ",DHCP,");
    node_address(out, AF_INET, data.data);
    g_string_append_c(out, ')');
}

static void node_ipv6(GString *out, struct lathe_bytes data)
{
    g_string_append(out, "IPv6(");
    node_address(out, AF_INET6, data.data + 16);
    g_string_append_c(out, ',');
    node_address(out, AF_INET6, data.data);
    g_string_append_c(out, ')');
}

static void node_uart(GString *out, struct lathe_bytes data)
{
    static const char parities[] = "DNEOMS"; /* default, none, even, odd, mark, space */
    static const char *const stops[] = {"D", "1", "1.5", "2"};
    guint8 parity = data.data[13], stop = data.data[14];

    g_string_append_printf(out, "Uart(%" G_GUINT64_FORMAT ",%u,%c,%s)", lathe_le64(data.data + 4),
                           data.data[12], parity < 6 ? parities[parity] : '?',
                           stop < 4 ? stops[stop] : "?");
}

static void node_sata(GString *out, struct lathe_bytes data)
{
    g_string_append_printf(out, "Sata(0x%x,0x%x,0x%x)", lathe_le16(data.data),
                           lathe_le16(data.data + 2), lathe_le16(data.data + 4));
}

static void node_vlan(GString *out, struct lathe_bytes data)
{
    g_string_append_printf(out, "Vlan(%u)", lathe_le16(data.data));
}

static void node_nvme(GString *out, struct lathe_bytes data)
{
    g_string_append_printf(out, "NVMe(0x%x,", node_u32(data, 0));
    for (unsigned i = 0; i < 8; i++)
        g_string_append_printf(out, "%s%02X", i != 0 ? "-" : "", data.data[11 - i]);
    g_string_append_c(out, ')');
}

static void node_uri(GString *out, struct lathe_bytes data)
{
    g_autofree char *uri = lathe_text_clean(data.data, data.size);

    g_string_append_printf(out, "Uri(%s)", uri);
}

static void node_dns(GString *out, struct lathe_bytes data)
{
    bool six = data.data[0] != 0;

    g_string_append(out, "Dns(");
    for (gsize at = 1; at + 16 <= data.size; at += 16) {
        g_string_append(out, at != 1 ? "," : "");
        node_address(out, six ? AF_INET6 : AF_INET, data.data + at);
    }
    g_string_append_c(out, ')');
}

/* ---- media ---- */

static void node_disk(GString *out, struct lathe_bytes data)
{
    g_string_append_printf(out, "HD(%u,", node_u32(data, 0));
    if (data.data[37] == 2) {
        char text[LATHE_GUID_TEXT];
        struct lathe_guid guid = lathe_guid_read(data.data + 20);
        lathe_guid_format(&guid, text);
        g_string_append_printf(out, "GPT,%s", text);
    } else {
        g_string_append_printf(out, "MBR,0x%08x", node_u32(data, 20));
    }
    g_string_append_printf(out, ",0x%" G_GINT64_MODIFIER "x,0x%" G_GINT64_MODIFIER "x)",
                           lathe_le64(data.data + 4), lathe_le64(data.data + 12));
}

static void node_cdrom(GString *out, struct lathe_bytes data)
{
    g_string_append_printf(out, "CDROM(0x%x,0x%" G_GINT64_MODIFIER "x,0x%" G_GINT64_MODIFIER "x)",
                           node_u32(data, 0), lathe_le64(data.data + 4),
                           lathe_le64(data.data + 12));
}

static void node_vendor_media(GString *out, struct lathe_bytes data)
{
    node_vendor(out, "VenMedia", data);
}

static void node_file(GString *out, struct lathe_bytes data)
{
    g_autofree char *path = lathe_ucs2_text(data);

    g_string_append(out, path);
}

static void node_volume_file(GString *out, struct lathe_bytes data)
{
    g_string_append(out, "FvFile(");
    node_guid(out, data, 0);
    g_string_append_c(out, ')');
}

static void node_volume(GString *out, struct lathe_bytes data)
{
    g_string_append(out, "Fv(");
    node_guid(out, data, 0);
    g_string_append_c(out, ')');
}

static void node_ram_disk(GString *out, struct lathe_bytes data)
{
    g_string_append_printf(out, "RamDisk(0x%" G_GINT64_MODIFIER "x,0x%" G_GINT64_MODIFIER "x,",
                           lathe_le64(data.data), lathe_le64(data.data + 8));
    node_guid(out, data, 16);
    g_string_append_c(out, ')');
}

static void node_bbs(GString *out, struct lathe_bytes data)
{
    struct lathe_bytes name = lathe_bytes_skip(data, 4);
    g_autofree char *text = lathe_text_clean(name.data, name.size);

    g_string_append_printf(out, "BBS(0x%x,%s)", lathe_le16(data.data), text);
}

static const struct node_row {
    guint8 type, subtype, least; /* least: bytes of data */
    node_print *print;
} node_rows[] = {
    {1, 1, 2, node_pci},
    {1, 3, 20, node_memory},
    {1, 4, 16, node_vendor_hardware},
    {1, 5, 4, node_controller},
    {2, 1, 8, node_acpi},
    {2, 3, 4, node_acpi_address},
    {3, 1, 4, node_ata},
    {3, 2, 4, node_scsi},
    {3, 5, 2, node_usb},
    {3, 10, 16, node_vendor_message},
    {3, 11, 33, node_mac},
    {3, 12, 15, node_ipv4},
    {3, 13, 32, node_ipv6},
    {3, 14, 15, node_uart},
    {3, 15, 7, node_usb_class},
    {3, 18, 6, node_sata},
    {3, 20, 2, node_vlan},
    {3, 23, 12, node_nvme},
    {3, 24, 0, node_uri},
    {3, 31, 1, node_dns},
    {4, 1, 38, node_disk},
    {4, 2, 20, node_cdrom},
    {4, 3, 16, node_vendor_media},
    {4, 4, 0, node_file},
    {4, 6, 16, node_volume_file},
    {4, 7, 16, node_volume},
    {4, 9, 32, node_ram_disk},
    {5, 1, 4, node_bbs},
};

static void node_format(GString *out, guint8 type, guint8 subtype, struct lathe_bytes data)
{
    for (size_t i = 0; i < G_N_ELEMENTS(node_rows); i++) {
        const struct node_row *row = &node_rows[i];
        if (row->type == type && row->subtype == subtype && data.size >= row->least) {
            row->print(out, data);
            return;
        }
    }
    g_string_append_printf(out, "Path(%u,%u%s", type, subtype, data.size != 0 ? "," : "");
    node_hex(out, data);
    g_string_append_c(out, ')');
}

/* ---- paths ---- */

/* The node at the front of path, which moves on. False: it is broken, or path is over. */
static bool path_next(struct lathe_bytes *path, guint8 *type, guint8 *subtype,
                      struct lathe_bytes *data)
{
    struct lathe_bytes node;

    if (!lathe_bytes_cut(*path, 0, NODE_HEADER, &node))
        return false;
    guint16 length = lathe_le16(node.data + 2);
    if (length < NODE_HEADER || !lathe_bytes_cut(*path, 0, length, &node))
        return false;
    *type = node.data[0];
    *subtype = node.data[1];
    *data = lathe_bytes_skip(node, NODE_HEADER);
    *path = lathe_bytes_skip(*path, length);
    return true;
}

char *lathe_device_path_format(struct lathe_bytes path)
{
    GString *out = g_string_new(NULL);
    const char *separator = "";
    guint8 type, subtype;
    struct lathe_bytes data;

    for (unsigned i = 0; i < PATH_NODES; i++) {
        if (!path_next(&path, &type, &subtype, &data)) {
            g_string_append_printf(out, "%s(cut off)", separator);
            break;
        }
        if (type == NODE_END && subtype == END_ENTIRE)
            break;
        if (type == NODE_END) {
            separator = ", ";
            continue;
        }
        g_string_append(out, separator);
        node_format(out, type, subtype, data);
        separator = "/";
    }
    return g_string_free(out, FALSE);
}

bool lathe_device_path_is_whole(struct lathe_bytes path)
{
    guint8 type, subtype;
    struct lathe_bytes data;

    while (path_next(&path, &type, &subtype, &data)) {
        if (type == NODE_END && subtype == END_ENTIRE)
            return true;
    }
    return false;
}

static GBytes *path_of_node(guint8 type, guint8 subtype, const GByteArray *data)
{
    GByteArray *out = g_byte_array_new();

    lathe_put_le(out, type, 1);
    lathe_put_le(out, subtype, 1);
    lathe_put_le(out, NODE_HEADER + data->len, 2);
    g_byte_array_append(out, data->data, data->len);
    lathe_put_le(out, 0x0004ff7f, 4); /* the end */
    return g_byte_array_free_to_bytes(out);
}

#define PATH_DATA_MAX 4096u

GBytes *lathe_device_path_of_file(const char *path)
{
    g_autoptr(GByteArray) data = g_byte_array_new();
    g_autofree char *dos = g_strdelimit(g_strdup(path), "/", '\\');

    if (!lathe_put_ucs2(data, dos, false) || data->len == 0 || data->len > PATH_DATA_MAX)
        return NULL;
    lathe_put_le(data, 0, 2);
    return path_of_node(4, 4, data);
}

GBytes *lathe_device_path_of_uri(const char *uri)
{
    g_autoptr(GByteArray) data = g_byte_array_new();
    size_t length = strlen(uri);

    if (length == 0 || length > PATH_DATA_MAX || !g_utf8_validate(uri, -1, NULL))
        return NULL;
    g_byte_array_append(data, (const guint8 *)uri, (guint)length);
    return path_of_node(3, 24, data);
}
