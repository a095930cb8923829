/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The numbers of the agent protocol (spice-protocol's vd_agent.h, version 1): little-endian,
 * packed. Left out: the mouse, display settings, sound volumes. Internal to display/agent.
 */
#ifndef DISP_AGENT_PROTOCOL_H
#define DISP_AGENT_PROTOCOL_H

/* A chunk: port, size (u32), then so many bytes of that port's messages. */
#define AGENT_CHUNK_HEADER 8
#define AGENT_CHUNK_MAX    2048
enum { AGENT_PORT_CLIENT = 1, AGENT_PORT_SERVER = 2, AGENT_PORTS = 2 };

/* A message: protocol, type (u32), opaque (u64), size (u32), then so many bytes. */
#define AGENT_MESSAGE_HEADER 20
#define AGENT_PROTOCOL       1

enum agent_message {
    AGENT_MONITORS_CONFIG = 2,
    AGENT_CLIPBOARD = 4,
    AGENT_CAPABILITIES = 6,
    AGENT_CLIPBOARD_GRAB = 7,
    AGENT_CLIPBOARD_REQUEST = 8,
    AGENT_CLIPBOARD_RELEASE = 9,
    AGENT_FILE_START = 10,
    AGENT_FILE_STATUS = 11,
    AGENT_FILE_DATA = 12,
    AGENT_MAX_CLIPBOARD = 14,
};

enum agent_capability { /* bits of the first word */
                        AGENT_CAP_MONITORS = 1 << 1,
                        AGENT_CAP_REPLY = 1 << 2,
                        AGENT_CAP_BY_DEMAND = 1 << 5,
                        AGENT_CAP_SELECTION = 1 << 6,
                        AGENT_CAP_GUEST_LF = 1 << 8,
                        AGENT_CAP_GUEST_CRLF = 1 << 9,
                        AGENT_CAP_MAX_CLIPBOARD = 1 << 10,
                        AGENT_CAP_MONITOR_PLACES = 1 << 12,
                        AGENT_CAP_NO_FILES = 1 << 13,
                        AGENT_CAP_FILE_ERRORS = 1 << 14,
                        AGENT_CAP_NO_RELEASE = 1 << 16, /* before another grab */
};

enum agent_file_status {
    AGENT_FILE_CAN_SEND,
    AGENT_FILE_CANCELLED,
    AGENT_FILE_ERROR,
    AGENT_FILE_SUCCESS,
    AGENT_FILE_NO_SPACE, /* and how much there is, u64 */
    AGENT_FILE_LOCKED,
    AGENT_FILE_NO_SESSION,
    AGENT_FILE_DISABLED,
};

#define AGENT_MONITORS_USE_PLACES (1u << 0)

#endif
