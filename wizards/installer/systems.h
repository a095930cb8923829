/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The systems that can be installed, and how each is told: a writer appends its lines for each
 * part of the answers. Inside of wizards/installer.
 */
#ifndef LATHE_INSTALLER_SYSTEMS_H
#define LATHE_INSTALLER_SYSTEMS_H

#include "wizards/flow/answers.h"

typedef void (*installer_write)(const struct lathe_answers *answers, GString *lines);

struct installer_writer {
    const char *id;
    installer_write device, address, source, access, disks, automatic;
    void (*file)(const struct lathe_answers *answers, struct lathe_outcome *outcome);
    /* Where a word may be cut in two at the end of a card of 80 columns. */
    bool cuts_words;
    unsigned cards; /* at most; 0: as the kernel's limit allows */
};

struct installer_system {
    const char *id, *label;
    const struct installer_writer *writer;
    const char *preset_z, *preset_pc;    /* what the installer is always told */
    const char *user;                    /* whom to log in as over SSH */
    const char *memory, *disk, *machine; /* what IBM Z needs at least: GB, GB, names */
};

extern const struct installer_writer installer_rhel, installer_sles, installer_ubuntu,
    installer_debian;

/* Ends with a row without an id. */
extern const struct installer_system installer_systems[];
/* The one that was chosen; NULL: none yet. */
const struct installer_system *installer_system_of(const struct lathe_answers *answers);
bool installer_writes(const struct lathe_answers *answers, const struct installer_writer *writer);

/* ---- what several writers and steps ask ---- */

bool installer_on_z(const struct lathe_answers *answers);
bool installer_is_static(const struct lathe_answers *answers);
/* A qeth device: OSA or HiperSockets. */
bool installer_is_qeth(const struct lathe_answers *answers);
bool installer_is_ipv6(const struct lathe_answers *answers);
/* Of the prefix that was answered, 24 or 64 where none was. */
unsigned installer_prefix(const struct lathe_answers *answers);
/* The interface's name, without and with the VLAN; g_free. "" if it is not to be known. */
char *installer_base_interface(const struct lathe_answers *answers);
char *installer_interface(const struct lathe_answers *answers);
/* The URL in normal form with its credentials, "" while it is none; g_free. */
char *installer_url(const struct lathe_answers *answers);
/* A channel's full form; "" while it is none; g_free. */
char *installer_channel(const struct lathe_answers *answers, const char *id);
/* An address; IPv6 in brackets. g_free. */
char *installer_bracketed(const struct lathe_answers *answers, const char *id);

/* Appends a line; an empty one is left out. */
void installer_line(GString *lines, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* " KEY=VALUE" without the blank at a line's beginning; nothing for an empty value. */
void installer_word(GString *line, const char *key, const char *value);

/* ---- the steps' tables ---- */

extern const struct lathe_question installer_system_questions[], installer_device_questions[],
    installer_address_questions[], installer_source_questions[], installer_disk_questions[],
    installer_target_questions[];
char *installer_information_enter(const struct lathe_answers *answers);
void installer_device_validate(const struct lathe_answers *answers,
                               struct lathe_problems *problems);
void installer_address_validate(const struct lathe_answers *answers,
                                struct lathe_problems *problems);
void installer_source_validate(const struct lathe_answers *answers,
                               struct lathe_problems *problems);
void installer_target_validate(const struct lathe_answers *answers,
                               struct lathe_problems *problems);
/* Lays the lines out for the target, and says what to do with them. */
void installer_target_apply(const struct lathe_answers *answers, struct lathe_outcome *outcome);

/*
 * The lines' words put on cards of 80 columns, which are read as if nothing were between them. A
 * word that is longer is cut where the writer allows that, else it is left too long. g_free.
 */
char *installer_cards(const char *lines, const struct installer_writer *writer);

/* The file that the lines are gathered in. */
#define INSTALLER_PARAMETERS "parameters.prm"

#endif
