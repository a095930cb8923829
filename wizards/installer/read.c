/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Parameters that somebody has, as answers: a table of keys, each with its reader. What is not
 * understood is kept as "extra", but for the words that the system's preset has.
 */
#include "wizards/installer/installer.h"

#include <string.h>

#include "app/plan/error.h"
#include "wizards/installer/systems.h"
#include "wizards/installer/values.h"

struct reading {
    struct lathe_answers *answers;
    GString *extra;
    GPtrArray *preset; /* of char *: words that are not kept */
};

static void read_set(struct reading *reading, const char *id, const char *value)
{
    if (*value != '\0')
        lathe_answers_set(reading->answers, id, value, NULL);
}

static void read_add(struct reading *reading, const char *id, const char *value)
{
    if (*value != '\0' || lathe_answers_typed(reading->answers, id) != NULL)
        lathe_answers_add_line(reading->answers, id, value, NULL);
}

#define READ_SWITCH(id)                                                                            \
    static void read_##id(struct reading *reading, const char *value)                              \
    {                                                                                              \
        read_set(reading, #id, strcmp(value, "0") == 0 ? "no" : "yes");                            \
    }
READ_SWITCH(vnc)
READ_SWITCH(rdp)
READ_SWITCH(ssh)

/* ---- the forms of several installers ---- */

/* Fields between colons, brackets kept together and taken off; g_strfreev. */
static char **read_fields(const char *value)
{
    GPtrArray *fields = g_ptr_array_new();
    const char *start = value;
    bool inside = false;

    for (const char *at = value;; at++) {
        inside = *at == '[' || (inside && *at != ']');
        if (*at != '\0' && (*at != ':' || inside))
            continue;
        bool bracketed = *start == '[' && at > start && at[-1] == ']';
        g_ptr_array_add(fields, bracketed ? g_strndup(start + 1, (gsize)(at - start) - 2)
                                          : g_strndup(start, (gsize)(at - start)));
        if (*at == '\0')
            break;
        start = at + 1;
    }
    g_ptr_array_add(fields, NULL);
    return (char **)g_ptr_array_free(fields, FALSE);
}

static void read_family(struct reading *reading, const char *address)
{
    if (lathe_address_family(address) == 6)
        read_set(reading, "family", "ipv6");
}

/* enc1.0a00 is channel 0.1.0a00, eno4660 the UID 1234, ens256 the FID 100. */
static void read_z_interface(struct reading *reading, const char *name)
{
    guint64 number = 0;
    bool decimal =
        strlen(name) > 3 && g_ascii_string_to_unsigned(name + 3, 10, 0, G_MAXUINT32, &number, NULL);
    g_autofree char *hex = g_strdup_printf("0x%" G_GINT64_MODIFIER "x", number);
    bool dotted = g_str_has_prefix(name, "enc") && strchr(name, '.') != NULL;
    g_autofree char *channel = g_strconcat(dotted ? "0." : "", name + MIN(strlen(name), 3), NULL);

    if (g_str_has_prefix(name, "eno") && decimal)
        read_set(reading, "uid", hex);
    else if (g_str_has_prefix(name, "ens") && decimal)
        read_set(reading, "fid", hex);
    else if (lathe_channel_check(channel, NULL) && g_str_has_prefix(name, "enc") &&
             lathe_answers_typed(reading->answers, "read") == NULL)
        read_set(reading, "read", channel);
    if (g_str_has_prefix(name, "eno") || g_str_has_prefix(name, "ens"))
        read_set(reading, "network", "roce");
}

static void read_interface(struct reading *reading, const char *name)
{
    const char *dot = strrchr(name, '.');
    bool tagged = lathe_answers_typed(reading->answers, "vlan") != NULL;
    g_autofree char *base =
        tagged && dot != NULL ? g_strndup(name, (gsize)(dot - name)) : g_strdup(name);

    if (installer_on_z(reading->answers))
        read_z_interface(reading, base);
    else
        read_set(reading, "interface", base);
}

/* vlan=enca00.88:enca00 */
static void read_vlan(struct reading *reading, const char *value)
{
    g_autofree char *name = g_strndup(value, strcspn(value, ":"));
    const char *dot = strrchr(name, '.');

    read_set(reading, "vlan", "yes");
    read_set(reading, "vlan-id", dot != NULL ? dot + 1 : "");
}

/* ip=ADDRESS::GATEWAY:MASK:HOST:INTERFACE:none[:NAMESERVER], ip=[INTERFACE:]dhcp */
static void read_ip(struct reading *reading, const char *value)
{
    g_auto(GStrv) fields = read_fields(value);
    guint count = g_strv_length(fields);
    const char *way = count > 6 ? fields[6] : fields[count - 1];

    if (g_str_has_prefix(way, "dhcp")) {
        read_set(reading, "method", "dhcp");
        read_set(reading, "family", strcmp(way, "dhcp6") == 0 ? "ipv6" : "ipv4");
        read_set(reading, "hostname", count > 6 ? fields[4] : "");
        read_interface(reading, count > 6 ? fields[5] : count > 1 ? fields[0] : "");
        return;
    }
    if (count < 7)
        return;
    read_family(reading, fields[0]);
    read_set(reading, "address", fields[0]);
    read_set(reading, "gateway", fields[2]);
    read_set(reading, "prefix", fields[3]);
    read_set(reading, "hostname", fields[4]);
    read_interface(reading, fields[5]);
    read_set(reading, "nameserver", count > 7 ? fields[7] : "");
}

static void read_nameserver(struct reading *reading, const char *value)
{
    g_auto(GStrv) fields = read_fields(value);

    read_set(reading, "nameserver", fields[0]);
}

/* The user and the password have questions of their own. */
static void read_url(struct reading *reading, const char *value)
{
    struct lathe_url url;

    if (!lathe_url_parse(value, &url, NULL)) {
        read_set(reading, "url", value);
        return;
    }
    read_set(reading, "user", url.user);
    read_set(reading, "password", url.password);
    g_clear_pointer(&url.user, g_free);
    g_clear_pointer(&url.password, g_free);
    url.user = g_strdup("");
    url.password = g_strdup("");
    g_autofree char *bare = lathe_url_format(&url, "", "", false);
    read_set(reading, "url", bare);
    lathe_url_clear(&url);
}

/* ---- Red Hat ---- */

/* qeth,READ,WRITE,DATA[,NAME=VALUE]... */
static void read_znet(struct reading *reading, const char *value)
{
    static const char *const ids[] = {NULL, "read", "write", "data"};
    g_auto(GStrv) parts = g_strsplit(value, ",", -1);
    bool port = false;

    for (guint i = 0; parts[i] != NULL; i++) {
        if (strcmp(parts[i], "layer2=0") == 0)
            read_set(reading, "layer", "3");
        else if (strcmp(parts[i], "layer2=1") == 0)
            read_set(reading, "layer", "2");
        else if (g_str_has_prefix(parts[i], "portno="))
            read_set(reading, "port", parts[i] + 7);
        else if (i >= 1 && i < G_N_ELEMENTS(ids))
            read_set(reading, ids[i], parts[i]);
        port = port || g_str_has_prefix(parts[i], "portno=");
    }
    read_set(reading, "network", port ? "osa" : "hipersockets");
}

static void read_dasd(struct reading *reading, const char *value)
{
    g_auto(GStrv) disks = g_strsplit(value, ",", -1);

    for (char **disk = disks; *disk != NULL; disk++)
        read_add(reading, "dasd", *disk);
}

static void read_zfcp(struct reading *reading, const char *value)
{
    read_add(reading, "zfcp", value);
}

/* ---- SUSE ---- */

/* [INTERFACE[.VLAN]=]dhcp..., or try,ADDRESS/PREFIX,GATEWAY,NAMESERVER,DOMAIN */
static void read_ifcfg(struct reading *reading, const char *value)
{
    static const char *const ids[] = {NULL, NULL, "gateway", "nameserver", "search"};
    const char *equals = strchr(value, '=');
    g_autofree char *name = g_strndup(value, equals != NULL ? (gsize)(equals - value) : 0);
    g_auto(GStrv) parts = g_strsplit(equals != NULL ? equals + 1 : value, ",", -1);
    char *dot = strrchr(name, '.');

    if (dot != NULL) {
        *dot = '\0';
        read_set(reading, "vlan", "yes");
        read_set(reading, "vlan-id", dot + 1);
    }
    if (strcmp(name, "*") != 0)
        read_set(reading, "interface", name);
    if (parts[0] != NULL && g_str_has_prefix(parts[0], "dhcp")) {
        read_set(reading, "method", "dhcp");
        read_set(reading, "family", strcmp(parts[0], "dhcp6") == 0 ? "ipv6" : "ipv4");
        return;
    }
    bool tries = parts[0] != NULL && strcmp(parts[0], "try") == 0;
    for (guint i = tries ? 1 : 0, at = 1; parts[i] != NULL && at < G_N_ELEMENTS(ids); i++, at++) {
        g_auto(GStrv) pair = at == 1 ? g_strsplit(parts[i], "/", 2) : NULL;
        if (at != 1) {
            read_set(reading, ids[at], parts[i]);
            continue;
        }
        read_family(reading, pair[0] != NULL ? pair[0] : "");
        read_set(reading, "address", pair[0] != NULL ? pair[0] : "");
        read_set(reading, "prefix", pair[0] != NULL && pair[1] != NULL ? pair[1] : "");
    }
}

static void read_netdev(struct reading *reading, const char *value)
{
    read_set(reading, "network", g_ascii_strcasecmp(value, "hsi") == 0 ? "hipersockets" : "osa");
}

static void read_layer(struct reading *reading, const char *value)
{
    read_set(reading, "layer", strcmp(value, "1") == 0 || strcmp(value, "true") == 0 ? "2" : "3");
}

/* ---- Debian ---- */

static void read_choose(struct reading *reading, const char *value)
{
    static const char *const ids[] = {"read", "write", "data"};
    g_auto(GStrv) parts = g_strsplit(value, "-", 3);

    for (guint i = 0; parts[i] != NULL; i++)
        read_set(reading, ids[i], parts[i]);
}

static void read_networktype(struct reading *reading, const char *value)
{
    read_set(reading, "network", strcmp(value, "virtio") == 0 ? "virtio" : "osa");
}

static void read_cidr(struct reading *reading, const char *value)
{
    g_auto(GStrv) pair = g_strsplit(value, "/", 2);

    read_family(reading, pair[0] != NULL ? pair[0] : "");
    read_set(reading, "address", pair[0] != NULL ? pair[0] : "");
    read_set(reading, "prefix", pair[0] != NULL && pair[1] != NULL ? pair[1] : "");
}

static void read_module(struct reading *reading, const char *value)
{
    if (strcmp(value, "network-console") == 0)
        read_set(reading, "ssh", "yes");
    else
        g_string_append_printf(reading->extra, " anna/choose_modules=%s", value);
}

static void read_protocol(struct reading *reading, const char *value)
{
    g_autofree char *url = g_strconcat(value, "://", NULL);

    read_set(reading, "url", url);
}

static void read_mirror(struct reading *reading, const char *value)
{
    const char *before = lathe_answers_typed(reading->answers, "url");
    g_autofree char *url = g_strconcat(before != NULL ? before : "http://", value, NULL);

    read_set(reading, "url", url);
}

static void read_vlan_id(struct reading *reading, const char *value)
{
    read_set(reading, "vlan", "yes");
    read_set(reading, "vlan-id", value);
}

/* BUSID:WWPN:LUN, several with commas between them. */
static void read_zfcp_list(struct reading *reading, const char *value)
{
    g_auto(GStrv) disks = g_strsplit(value, ",", -1);

    for (char **disk = disks; *disk != NULL; disk++)
        read_add(reading, "zfcp", g_strdelimit(*disk, ":", ','));
}

/* ---- Ubuntu ---- */

/* nocloud-net;s=URL */
static void read_seed(struct reading *reading, const char *value)
{
    const char *from = strstr(value, ";s=");

    read_set(reading, "answers-url", from != NULL ? from + 3 : "");
}

/* What is said a second time. */
static void read_nothing(struct reading *reading, const char *value)
{
    (void)reading;
}

/* ---- the table ---- */

static const struct parameter {
    const char *key;    /* without the characters . - _ and in lower case, as linuxrc sees it */
    const char *system; /* that the key tells; NULL: it is of several */
    const char *id;     /* the answer with this value, or "=VALUE" that goes without saying */
    void (*read)(struct reading *reading, const char *value);
} parameters[] = {
#define PARAMETER(key, system, id, read) {key, system, id, read},
#include "wizards/installer/parameters.inc"
#undef PARAMETER
};

/* The key of a word, as the table has it; g_free. */
static char *read_key(const char *word)
{
    GString *key = g_string_new(NULL);

    for (const char *at = word; *at != '\0' && *at != '='; at++) {
        if (strchr(".-_", *at) == NULL)
            g_string_append_c(key, g_ascii_tolower(*at));
    }
    return g_string_free(key, FALSE);
}

static const struct parameter *read_find(const char *word)
{
    g_autofree char *key = read_key(word);

    for (size_t i = 0; i < G_N_ELEMENTS(parameters); i++) {
        if (strcmp(parameters[i].key, key) == 0)
            return &parameters[i];
    }
    return NULL;
}

static void read_preset(struct reading *reading, const char *preset)
{
    g_auto(GStrv) words = g_strsplit(preset, " ", -1);

    for (char **word = words; *word != NULL; word++) {
        if (**word != '\0')
            g_ptr_array_add(reading->preset, g_strdup(*word));
    }
}

static bool read_is_preset(const struct reading *reading, const char *word)
{
    for (guint i = 0; i < reading->preset->len; i++) {
        if (strcmp(reading->preset->pdata[i], word) == 0)
            return true;
    }
    return false;
}

static void read_word(struct reading *reading, const char *word)
{
    const struct parameter *found = read_find(word);
    const char *equals = strchr(word, '='), *value = equals != NULL ? equals + 1 : "";

    if (read_is_preset(reading, word))
        return;
    if (found == NULL)
        g_string_append_printf(reading->extra, " %s", word);
    else if (found->id != NULL && found->id[0] != '=')
        read_set(reading, found->id, value);
    else if (found->id != NULL && strcmp(found->id + 1, value) != 0)
        g_string_append_printf(reading->extra, " %s", word);
    else if (found->read != NULL)
        found->read(reading, value);
}

/* "cc:", then "password:" and the coded password, then "end_cc". Returns the words it took. */
static guint read_cloud_config(struct reading *reading, char **words, guint count)
{
    if (count < 4 || strcmp(words[0], "cc:") != 0 || strcmp(words[1], "password:") != 0 ||
        strcmp(words[3], "end_cc") != 0)
        return 0;
    g_autofree char *password = lathe_percent_decode(words[2]);
    read_set(reading, "ssh-password", password != NULL ? password : "");
    return 4;
}

/* ---- all of it ---- */

/* Words between blanks; lines of 80 columns go on in the next one. g_strfreev. */
static char **read_words(const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    g_autoptr(GString) all = g_string_new(NULL);
    GPtrArray *words = g_ptr_array_new();

    for (char **line = lines; *line != NULL; line++) {
        g_strdelimit(*line, "\r\t", ' ');
        g_string_append_printf(all, "%s%s", *line, strlen(*line) == 80 ? "" : " ");
    }
    g_auto(GStrv) parts = g_strsplit(all->str, " ", -1);
    for (char **part = parts; *part != NULL; part++) {
        if (**part != '\0')
            g_ptr_array_add(words, g_strdup(*part));
    }
    g_ptr_array_add(words, NULL);
    return (char **)g_ptr_array_free(words, FALSE);
}

/* The first word that only one installer knows; NULL: there is none. */
static const char *read_system(char **words)
{
    const char *system = NULL;

    for (char **word = words; *word != NULL; word++) {
        const struct parameter *found = read_find(*word);
        bool cloud = strcmp(*word, "cc:") == 0 || strcmp(*word, "autoinstall") == 0;
        if (found != NULL && g_strcmp0(found->system, "rhel10") == 0)
            return found->system;
        if (system == NULL)
            system = cloud ? "ubuntu24.04" : found != NULL ? found->system : NULL;
    }
    return system;
}

/* Has the text what only IBM Z has: its devices, or the names of its interfaces? */
static bool read_on_z(const char *text)
{
    static const char *const signs[] = {"rd.znet=",    "rd.dasd=",     "rd.zfcp=", "cio_ignore=",
                                        "instnetdev=", "readchannel=", "s390-",    ":enc",
                                        "TERM=dumb",   ":eno",         ":ens",     "rd.zdev="};
    g_autofree char *lower = g_ascii_strdown(text, -1);

    for (size_t i = 0; i < G_N_ELEMENTS(signs); i++) {
        if (strstr(text, signs[i]) != NULL || strstr(lower, signs[i]) != NULL)
            return true;
    }
    return false;
}

static void read_all(struct reading *reading, char **words)
{
    const struct installer_system *system = installer_system_of(reading->answers);
    bool on_z = installer_on_z(reading->answers);
    static const char *const off[] = {"vnc", "rdp", "ssh"};

    read_preset(reading, on_z ? system->preset_z : system->preset_pc);
    for (size_t i = 0; i < G_N_ELEMENTS(off); i++)
        read_set(reading, off[i], "no");
    for (guint i = 0; words[i] != NULL;) {
        guint taken = read_cloud_config(reading, words + i, g_strv_length(words + i));
        if (taken == 0)
            read_word(reading, words[i]);
        i += MAX(taken, 1);
    }
    read_set(reading, "extra", reading->extra->str + (reading->extra->len != 0));
}

struct lathe_answers *lathe_installer_read(const char *text, gsize length, GError **error)
{
    if (length > LATHE_PARAMETERS_MAX || !g_utf8_validate(text, (gssize)length, NULL)) {
        lathe_error_input(error, "these are no parameters: no text, or more than 64 KiB of it");
        return NULL;
    }
    g_autofree char *copy = g_strndup(text, length);
    g_auto(GStrv) words = read_words(copy);
    const char *system = read_system(words);
    if (system == NULL) {
        lathe_error_input(error, "it is not to be seen which installer these parameters are for");
        return NULL;
    }
    struct reading reading = {lathe_answers_new(&lathe_installer_flow), g_string_new(NULL),
                              g_ptr_array_new_with_free_func(g_free)};
    read_set(&reading, "system", system);
    read_set(&reading, "platform", read_on_z(copy) ? "s390x" : "x86_64");
    read_all(&reading, words);
    g_string_free(reading.extra, TRUE);
    g_ptr_array_unref(reading.preset);
    return reading.answers;
}
