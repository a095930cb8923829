/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What QEMU, KVM and libvirt say when a processor cannot be had, understood. Pure; any thread. */
#ifndef LATHE_WIZARDS_DOCTOR_MESSAGE_H
#define LATHE_WIZARDS_DOCTOR_MESSAGE_H

#include <glib.h>
#include <stdbool.h>

struct doctor_message {
    GPtrArray *missing; /* of char *: features that are asked for and not there */
    GPtrArray *unknown; /* of char *: features that QEMU does not know at all */
    GPtrArray *extra;   /* of char *: features that are there and not asked for */
    char *model;        /* one that is not known; NULL: none */
    char *newest;       /* the newest that can be had; NULL: not said */
    bool vendor;        /* the processor is another maker's */
};

/* Never NULL; what is not understood is not in it. */
struct doctor_message *doctor_message_read(const char *text);
void doctor_message_free(struct doctor_message *message);
/* Was anything understood? */
bool doctor_message_says(const struct doctor_message *message);

#endif
