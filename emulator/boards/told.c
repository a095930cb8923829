/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the owner tells the guest through fw_cfg: files, and the machine's uuid. Texts of SMBIOS are
 * among its tables. */
#include "emulator/api/told.h"

#include <string.h>

#include "emulator/boards/board.h"
#include "emulator/hw/misc/fw-cfg.h"

static bool told_add_file(struct emu_device *fw_cfg, const struct emu_fw_cfg_file *file,
                          struct emu_error *err)
{
    if (emu_fw_cfg_has_file(fw_cfg, file->name))
        return emu_error_set(err, EMU_ERROR_INPUT,
                             "the machine has a fw_cfg file '%s' of its own, or it is there twice",
                             file->name);
    return emu_fw_cfg_add_file(fw_cfg, file->name, file->data, file->size, err);
}

bool board_add_told(struct board *board, struct emu_error *err)
{
    struct emu_device *fw_cfg = emu_machine_find_device(board->machine, "fw-cfg");
    const struct emu_told *told = board->config->told;

    if (told == NULL)
        return true;
    for (unsigned i = 0; i < told->file_count; i++) {
        if (!told_add_file(fw_cfg, &told->files[i], err))
            return false;
    }
    return emu_fw_cfg_add_item(fw_cfg, EMU_FW_CFG_UUID, told->uuid, sizeof(told->uuid), err);
}
