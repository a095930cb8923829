/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the answers come to: which files are given under which names. Inside of wizards/netboot. */
#ifndef LATHE_NETBOOT_MODEL_H
#define LATHE_NETBOOT_MODEL_H

#include "app/plan/net.h"
#include "wizards/flow/answers.h"

#define NETBOOT_URL "http://" EMU_NETBOOT_ADDRESS "/"

/* ids of sources and clients */
#define NETBOOT_ISO    "iso"
#define NETBOOT_UKI    "uki"
#define NETBOOT_KERNEL "kernel"
#define NETBOOT_FOLDER "folder"
#define NETBOOT_IPXE   "ipxe"
#define NETBOOT_ADDR   "url"

bool netboot_source_is(const struct lathe_answers *answers, const char *id);
/* The client is a firmware of UEFI; else SeaBIOS with iPXE. */
bool netboot_is_efi(const struct lathe_answers *answers);
bool netboot_is_secure(const struct lathe_answers *answers);
/* GRUB starts the kernel, with shim in front of it if there is one. */
bool netboot_has_grub(const struct lathe_answers *answers);

/* Is the kernel an installer's that asks nothing? */
bool netboot_installs(const struct lathe_answers *answers);
extern const struct lathe_question netboot_install_questions[];
/* What the kernel is told; g_free. */
char *netboot_append(const struct lathe_answers *answers);
/* The installer's files of answers, given by the boot service; and themselves, if they are made. */
void netboot_install_fill(const struct lathe_answers *answers, struct lathe_net_definition *net);
void netboot_install_apply(const struct lathe_answers *answers, struct lathe_outcome *outcome);
void netboot_install_validate(const struct lathe_answers *answers, struct lathe_problems *problems);

/* A question's check: is there such a file? */
bool netboot_check_file(const char *text, GError **error);
/* A file that was answered, under a name; one that this wizard makes, in the folder for those. */
void netboot_give(const struct lathe_answers *answers, struct lathe_net_definition *net,
                  const char *name, const char *id);
void netboot_give_made(const struct lathe_answers *answers, struct lathe_net_definition *net,
                       const char *name, const char *file);

/* The adapter with its boot service; to be cleared. */
void netboot_fill(const struct lathe_answers *answers, struct lathe_net_definition *net);

/* GRUB's menu, iPXE's script; "" where none is made. Appended. */
void netboot_write_grub(const struct lathe_answers *answers, GString *text);
void netboot_write_ipxe(const struct lathe_answers *answers, GString *text);
/* Arguments of "lathe run", the element of a definition, and QEMU's command with its preparation.
 */
void netboot_write_lathe(const struct lathe_answers *answers, GString *text);
void netboot_write_definition(const struct lathe_answers *answers, GString *text);
void netboot_write_qemu(const struct lathe_answers *answers, GString *text);

/* Would Secure Boot start shim, GRUB and the kernel? Problems say what it refuses. */
void netboot_check_chain(const struct lathe_answers *answers, struct lathe_problems *problems);

#endif
