/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the program lathe-graphics-probe prints of this host's graphics: lines "name<TAB>text". It
 * is a process of its own, as a driver that is broken may crash or hang.
 *   egl, opengl, opengl-software (yes, no), dma-buf (yes, no), virgl (ok, or why not), venus (the
 *   same: Vulkan for guests), vulkan (one line for each device)
 */
#ifndef DISP_VIRGL_PROBE_H
#define DISP_VIRGL_PROBE_H

#define DISP_PROBE_EGL      "egl"
#define DISP_PROBE_OPENGL   "opengl"
#define DISP_PROBE_SOFTWARE "opengl-software"
#define DISP_PROBE_DMA_BUF  "dma-buf"
#define DISP_PROBE_VIRGL    "virgl"
#define DISP_PROBE_VENUS    "venus"
#define DISP_PROBE_VULKAN   "vulkan"
#define DISP_PROBE_OK       "ok"

#endif
