/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * LatheAgent: the agent of the guest's desktop (spice-vdagent) as a session's windows see it: the
 * channel com.redhat.spice.0 joined to a struct disp_agent, and its state in words. Main thread.
 *
 * Signals, as the hooks of display/agent/agent.h say:
 *   "changed" ()                                   what lathe_agent_dup_text says
 *   "offered" (guint clip, guint types)
 *   "given" (guint clip, guint type, GBytes *content)  NULL: not to be had
 *   "wanted" (guint clip, guint type)
 *   "file" (struct disp_agent_file *)
 */
#ifndef LATHE_SESSION_AGENT_H
#define LATHE_SESSION_AGENT_H

#include "app/session/session.h"
#include "display/agent/agent.h"

#define LATHE_TYPE_AGENT lathe_agent_get_type()
G_DECLARE_FINAL_TYPE(LatheAgent, lathe_agent, LATHE, AGENT, GObject)

/* The session's, made when it is first asked for. Borrowed. */
LatheAgent *lathe_agent_get(LatheSession *session);
/* Clipboards, permissions and files are asked of this. The agent's; never NULL. */
struct disp_agent *lathe_agent_get_core(LatheAgent *agent);
/* Does it share clipboards now? */
gboolean lathe_agent_works(LatheAgent *agent);
/* What is shared; or why nothing is, and what to do. g_free. */
char *lathe_agent_dup_text(LatheAgent *agent);

/* What the screen's window would like; desktops that do not follow their monitor's wish follow
 * their agent. No effect if the screen is none of the session's. */
void lathe_agent_prefer_size(LatheAgent *agent, struct disp_screen *screen, unsigned width,
                             unsigned height);

#endif
