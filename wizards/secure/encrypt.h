/* SPDX-License-Identifier: GPL-3.0-or-later */
/* OpenPGP by the program gpg, for a key that lies in a file. It blocks; any thread. */
#ifndef LATHE_SECURE_ENCRYPT_H
#define LATHE_SECURE_ENCRYPT_H

#include <glib.h>

/*
 * The text encrypted for the key, in armour; g_free. The caller's own keyring and settings are not
 * looked at. NULL with *error: there is no gpg, or it says why not.
 */
char *lathe_secure_encrypt(const char *text, const char *key, GError **error);

#endif
