/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The values that installers take: channels, PCI functions, addresses, host names, URLs. What was
 * typed is checked, and expanded only for output. Pure; any thread. Results are g_free'd; checks
 * return false with a sentence.
 */
#ifndef LATHE_INSTALLER_VALUES_H
#define LATHE_INSTALLER_VALUES_H

#include <glib.h>
#include <stdbool.h>

/* ---- channels and functions of IBM Z ---- */

/* "bdf0" or "0.N.bdf0", N up to 3. */
bool lathe_channel_check(const char *text, GError **error);
/* As "0.0.bdf0", lower case. The text must be one. */
char *lathe_channel_expand(const char *text);
/* The name that systemd gives the interface: 0.0.bdf0 is encbdf0, 0.1.0a00 is enc1.0a00. */
char *lathe_channel_interface(const char *text);

/* Hexadecimal as these fields take it: 0x0100, 0100 and 100, but leading zeros only with 0x or to
 * four digits. */
bool lathe_hex_is(const char *text);
/* A function id, up to 32 bits, and a unique id, 1 to ffff. */
bool lathe_fid_check(const char *text, GError **error);
bool lathe_uid_check(const char *text, GError **error);
/* eno and the unique id, decimal; without one ens and the function id. "" counts as none. */
char *lathe_pci_interface(const char *uid, const char *fid);

bool lathe_mac_check(const char *text, GError **error);
/* A disk: BUSID, a range BUSID-BUSID, either with (ro) and such behind it. */
bool lathe_dasd_check(const char *text, GError **error);
/* BUSID, or BUSID,0xWWPN,0xLUN with 16 digits each. */
bool lathe_zfcp_check(const char *text, GError **error);
/* The same with its bus ids written out. */
char *lathe_dasd_expand(const char *text);
char *lathe_zfcp_expand(const char *text);

/* ---- addresses ---- */

/* 4 or 6; 0: it is no address. */
int lathe_address_family(const char *text);
bool lathe_ip_check(const char *text, GError **error);
/* A number of bits, or for IPv4 a contiguous mask. */
bool lathe_prefix_check(const char *text, GError **error);
/* 0: it is none for this family. */
unsigned lathe_prefix_bits(const char *text, int family);
/* 255.255.255.0 for 24; bits is at most 32. */
char *lathe_netmask(unsigned bits);
/* Are both in one network of so many bits? Both are addresses of this family. */
bool lathe_same_network(const char *left, const char *right, int family, unsigned bits);
/* Is it its network's first address or, IPv4, its last one? */
bool lathe_is_network_end(const char *address, int family, unsigned bits);

/* A host or domain name: labels of 1 to 63, letters, digits and hyphens, 253 in all. */
bool lathe_host_check(const char *text, GError **error);
/* An interface: up to 15 characters, no blank, slash or colon. */
bool lathe_interface_check(const char *text, GError **error);

/* ---- URLs ---- */

/* Parts are decoded; strings are owned and never NULL, port is 0 where none is named. */
struct lathe_url {
    char *scheme, *user, *password, *host, *path;
    unsigned port;
};

/* http, https or ftp, 256 characters at most. False with *error; *url is then cleared. */
bool lathe_url_parse(const char *text, struct lathe_url *url, GError **error);
void lathe_url_clear(struct lathe_url *url);
bool lathe_url_check(const char *text, GError **error);
/*
 * The URL in normal form, with these credentials where they are not "", else its own. Each byte
 * of the password is written as %xx; with masked, as it is given.
 */
char *lathe_url_format(const struct lathe_url *url, const char *user, const char *password,
                       bool masked);
/* Each byte as %xx. */
char *lathe_percent_all(const char *text);
/* The bytes behind %xx, where there are any; NULL: a NUL is among them. */
char *lathe_percent_decode(const char *text);

/* ---- words ---- */

/* What a command line of the kernel can carry: printable ASCII without blanks. */
bool lathe_word_check(const char *text, GError **error);

#endif
