/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values of the installer wizard: truth tables, expansions, names, URLs. */
#include "tests/test.h"
#include "wizards/installer/values.h"

struct truth {
    const char *text;
    bool good;
};

static void check_table(const struct truth *rows, bool (*check)(const char *, GError **))
{
    for (; rows->text != NULL; rows++) {
        g_autoptr(GError) error = NULL;
        if (check(rows->text, &error) != rows->good)
            fprintf(stderr, "'%s'\n", rows->text);
        CHECK((error == NULL) == rows->good);
    }
}

static void hex_numbers(void)
{
    static const struct truth rows[] = {
        {"0x0100", true}, {"0100", true},  {"100", true},    {"0", true},
        {"000a", true},   {"00A", false},  {"00100", false}, {"00", false},
        {"0X100", false}, {"xyz", false},  {"", false},      {"0x", false},
        {"FF", true},     {"10000", true}, {"1g", false},    {"0x00000000000000001", false}};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (lathe_hex_is(rows[i].text) != rows[i].good)
            fprintf(stderr, "'%s'\n", rows[i].text);
        CHECK(lathe_hex_is(rows[i].text) == rows[i].good);
    }
}

static void channels(void)
{
    static const struct truth rows[] = {
        {"0", true},         {"bdf0", true},      {"0.0.bdf0", true}, {"0.3.ffff", true},
        {"0.4.0000", false}, {"1.0.0000", false}, {"0.0.", false},    {"0.0.12345", false},
        {"12345", false},    {"0.0", false},      {"0.0.1.2", false}, {"0x1", false},
        {"", false},         {"bdf0 ", false},    {NULL, false},
    };
    static const char *const names[][3] = {
        {"BDF0", "0.0.bdf0", "encbdf0"},     {"0a00", "0.0.0a00", "enca00"},
        {"f", "0.0.000f", "encf"},           {"0.1.0A00", "0.1.0a00", "enc1.0a00"},
        {"0.1.42", "0.1.0042", "enc1.0042"}, {"0.0.0", "0.0.0000", "enc0"},
        {"0.0.0001", "0.0.0001", "enc1"}};

    check_table(rows, lathe_channel_check);
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *full = lathe_channel_expand(names[i][0]);
        g_autofree char *interface = lathe_channel_interface(names[i][0]);
        CHECK_STR(full, names[i][1]);
        CHECK_STR(interface, names[i][2]);
    }
}

static void functions(void)
{
    static const struct truth uids[] = {{"1", true},  {"ffff", true},  {"0xFFFF", true},
                                        {"0", false}, {"0000", false}, {"10000", false},
                                        {NULL, false}};
    static const struct truth fids[] = {
        {"0", true}, {"ffffffff", true}, {"100000000", false}, {NULL, false}};
    static const char *const names[][3] = {{"0x1234", "", "eno4660"},
                                           {"", "0x100", "ens256"},
                                           {"", "ff", "ens255"},
                                           {"22", "100", "eno34"}};

    check_table(uids, lathe_uid_check);
    check_table(fids, lathe_fid_check);
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *interface = lathe_pci_interface(names[i][0], names[i][1]);
        CHECK_STR(interface, names[i][2]);
    }
}

static void disks(void)
{
    static const struct truth dasd[] = {{"200", true},          {"0.0.0200-0.0.0207", true},
                                        {"200-207(ro)", true},  {"200(ro:failfast)", true},
                                        {"200()", false},       {"200(ro", false},
                                        {"200(ro)(ro)", false}, {"200ro", false},
                                        {"-207", false},        {"200-", false},
                                        {NULL, false}};
    static const struct truth zfcp[] = {{"fc00", true},
                                        {"0.0.fc00,0x5005076300c213e9,0x4010401000000000", true},
                                        {"fc00,0x5005076300c213e9", false},
                                        {"fc00,5005076300c213e900,0x4010401000000000", false},
                                        {"fc00,0x5005076300c213e9,0x40104010000000001", false},
                                        {NULL, false}};

    check_table(dasd, lathe_dasd_check);
    check_table(zfcp, lathe_zfcp_check);
}

static void addresses(void)
{
    static const struct truth ips[] = {{"192.0.2.1", true},
                                       {"256.0.0.1", false},
                                       {"1.2.3", false},
                                       {"::", true},
                                       {"2001:0DB8:0:0:0:0:0:100", true},
                                       {"fe80::1%eth0", false},
                                       {"1::2::3", false},
                                       {"[::1]", false},
                                       {NULL, false}};
    static const struct truth prefixes[] = {{"1", true},
                                            {"128", true},
                                            {"0", false},
                                            {"129", false},
                                            {"24", true},
                                            {"255.255.255.0", true},
                                            {"255.0.255.0", false},
                                            {"0.0.0.0", false},
                                            {"-1", false},
                                            {"255.255.255.255", true},
                                            {NULL, false}};

    check_table(ips, lathe_ip_check);
    check_table(prefixes, lathe_prefix_check);
    CHECK_EQ(lathe_prefix_bits("255.255.252.0", 4), 22);
    CHECK_EQ(lathe_prefix_bits("255.255.252.0", 6), 0);
    CHECK_EQ(lathe_prefix_bits("64", 4), 0);
    for (unsigned bits = 1; bits <= 32; bits++) {
        g_autofree char *mask = lathe_netmask(bits);
        CHECK_EQ(lathe_prefix_bits(mask, 4), bits);
    }
    CHECK(lathe_same_network("10.1.2.3", "10.1.3.255", 4, 22));
    CHECK(!lathe_same_network("10.1.2.3", "10.1.4.0", 4, 22));
    CHECK(lathe_same_network("2001:db8::1", "2001:db8:0::ffff", 6, 64));
    CHECK(lathe_is_network_end("192.0.2.0", 4, 24) && lathe_is_network_end("192.0.2.255", 4, 24));
    CHECK(!lathe_is_network_end("192.0.2.0", 4, 31) && !lathe_is_network_end("192.0.2.0", 4, 16));
    CHECK(lathe_is_network_end("2001:db8::", 6, 64) && !lathe_is_network_end("2001:db8::1", 6, 64));
}

static void hosts(void)
{
    char label[66] = "", name[300] = "";

    memset(label, 'a', 64);
    CHECK(!lathe_host_check(label, NULL));
    label[63] = '\0';
    CHECK(lathe_host_check(label, NULL));
    for (int i = 0; i < 127; i++)
        strcat(name, i != 0 ? ".a" : "a");
    CHECK(lathe_host_check(name, NULL));
    strcat(name, ".a");
    CHECK(!lathe_host_check(name, NULL));
    CHECK(!lathe_host_check("a..b", NULL) && !lathe_host_check("a_b", NULL));
    CHECK(!lathe_host_check("-a", NULL) && !lathe_host_check("a-", NULL));
}

static void urls(void)
{
    static const char *const rows[][4] = {
        {"ftp://FTP.example.com/dvd", "joe", "pw", "ftp://joe:%70%77@ftp.example.com/dvd"},
        {"http://h", "", "", "http://h/"},
        {"HTTPS://h:443/A b?q", "", "", "https://h/A%20b?q"},
        {"http://[2001:DB8:0:0:0:0:0:5]:8080/x", "", "", "http://[2001:db8::5]:8080/x"},
        {"http://joe:%70w@h/", "", "", "http://joe:%70%77@h/"},
        {"http://joe:p@h/", "ann", "", "http://ann@h/"},
        {"http://h/", "a@b", "\xc3\xa4", "http://a%40b:%c3%a4@h/"},
    };
    static const struct truth bad[] = {{"h/", false},
                                       {"http:///x", false},
                                       {"nfs://h/", false},
                                       {"http://h:0/", false},
                                       {"http://h:65536/", false},
                                       {"http://[::g]/", false},
                                       {"http://[::1/", false},
                                       {"http://1.2.3/", false},
                                       {"http://a b/", false},
                                       {"http://u:%00@h/", false},
                                       {"http://h/#f", false},
                                       {NULL, false}};

    check_table(bad, lathe_url_check);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct lathe_url url;
        CHECK(lathe_url_parse(rows[i][0], &url, NULL));
        g_autofree char *text = lathe_url_format(&url, rows[i][1], rows[i][2], false);
        CHECK_STR(text, rows[i][3]);
        g_autofree char *hidden = lathe_url_format(&url, "u", "geheim", true);
        CHECK(strstr(hidden, "u:********@") != NULL);
        lathe_url_clear(&url);
    }
}

int main(int argc, char **argv)
{
    static const struct test_case cases[] = {
        {"hex_numbers", hex_numbers},
        {"channels", channels},
        {"functions", functions},
        {"disks", disks},
        {"addresses", addresses},
        {"hosts", hosts},
        {"urls", urls},
        {NULL, NULL},
    };

    return test_main(argc, argv, cases);
}
