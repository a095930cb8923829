/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The e1000e's PHY behind MDIC (IEEE 802.3 clause 22, and Marvell's registers that the 82574's
 * has), whose link is the cable's, and its EEPROM. Negotiation takes no time.
 */
#include <string.h>

#include "emulator/hw/net/e1000e-internal.h"

#define MDIC_DATA      0x0000ffffu
#define MDIC_REGISTER  16 /* 5 bits */
#define MDIC_ADDRESS   21 /* 5 bits */
#define MDIC_WRITE     (1u << 26)
#define MDIC_READ      (2u << 26)
#define MDIC_READY     (1u << 28)
#define MDIC_INTERRUPT (1u << 29)
#define MDIC_ERROR     (1u << 30)
#define PHY_ADDRESS    1u

enum phy_register {
    PHY_CONTROL = 0,
    PHY_STATUS = 1,
    PHY_ID1 = 2,
    PHY_ID2 = 3,
    PHY_ADVERTISE = 4,
    PHY_PARTNER = 5,
    PHY_EXPANSION = 6,
    PHY_1000_CONTROL = 9,
    PHY_1000_STATUS = 10,
    PHY_EXT_STATUS = 15,
    PHY_SPEC_CONTROL = 16,
    PHY_SPEC_STATUS = 17,
};

#define PHY_CONTROL_RESET     0x8000u
#define PHY_CONTROL_DOWN      0x0800u
#define PHY_CONTROL_NEGOTIATE 0x0200u
#define PHY_STATUS_FIXED      0x7949u /* what it can, negotiation among it */
#define PHY_STATUS_LINK       0x0024u /* negotiated, and up */
#define PHY_SPEC_LINK         0xac08u /* 1000 Mb/s, duplex, resolved, up */

static const uint16_t phy_initial[32] = {
    [PHY_CONTROL] = 0x1140,      /* negotiation, 1000 Mb/s, duplex */
    [PHY_ID1] = 0x0141,          /* Marvell */
    [PHY_ID2] = 0x0cb1,          /* BME1000, revision 2 */
    [PHY_ADVERTISE] = 0x0de1,    /* 10 and 100 Mb/s, pause */
    [PHY_PARTNER] = 0xcde1,      /* the same, acknowledged */
    [PHY_EXPANSION] = 0x0001,    /* the partner negotiates */
    [PHY_1000_CONTROL] = 0x0300, /* 1000 Mb/s */
    [PHY_1000_STATUS] = 0x3c00,  /* so can the partner */
    [PHY_EXT_STATUS] = 0x3000,   [PHY_SPEC_CONTROL] = 0x0078,
};

void e1000e_phy_reset(struct e1000e *e1000e)
{
    memcpy(e1000e->phy, phy_initial, sizeof(e1000e->phy));
}

bool e1000e_phy_link(const struct e1000e *e1000e)
{
    return emu_net_link(e1000e_cable(e1000e)) && !(e1000e->phy[PHY_CONTROL] & PHY_CONTROL_DOWN);
}

static uint16_t phy_read(const struct e1000e *e1000e, unsigned number)
{
    bool link = e1000e_phy_link(e1000e);

    switch (number) {
    case PHY_STATUS:
        return PHY_STATUS_FIXED | (link ? PHY_STATUS_LINK : 0);
    case PHY_PARTNER:
    case PHY_1000_STATUS:
        return link ? e1000e->phy[number] : 0;
    case PHY_SPEC_STATUS:
        return link ? PHY_SPEC_LINK : 0;
    default:
        return e1000e->phy[number];
    }
}

static void phy_write_control(struct e1000e *e1000e, uint16_t value)
{
    if (value & PHY_CONTROL_RESET) {
        e1000e_phy_reset(e1000e);
        return;
    }
    e1000e->phy[PHY_CONTROL] = value & (uint16_t)~PHY_CONTROL_NEGOTIATE;
    if (value & PHY_CONTROL_NEGOTIATE)
        e1000e_raise(e1000e, INT_LSC);
}

static void phy_write(struct e1000e *e1000e, unsigned number, uint16_t value)
{
    switch (number) {
    case PHY_CONTROL:
        phy_write_control(e1000e, value);
        break;
    case PHY_STATUS:
    case PHY_ID1:
    case PHY_ID2:
    case PHY_PARTNER:
    case PHY_EXPANSION:
    case PHY_1000_STATUS:
    case PHY_EXT_STATUS:
    case PHY_SPEC_STATUS:
        break;
    default:
        e1000e->phy[number] = value;
        break;
    }
}

void e1000e_write_mdic(struct e1000e *e1000e, uint32_t value)
{
    unsigned number = value >> MDIC_REGISTER & 31u;
    bool there = (value >> MDIC_ADDRESS & 31u) == PHY_ADDRESS;

    value &= ~(MDIC_READY | MDIC_ERROR);
    if (!there)
        value |= MDIC_ERROR;
    else if (value & MDIC_READ)
        value = (value & ~MDIC_DATA) | phy_read(e1000e, number);
    else if (value & MDIC_WRITE)
        phy_write(e1000e, number, (uint16_t)value);
    *e1000e_reg(e1000e, REG_MDIC) = value | MDIC_READY;
    if (value & MDIC_INTERRUPT)
        e1000e_raise(e1000e, INT_MDAC);
}

/* ---- EEPROM ---- */

enum nvm_word {
    NVM_MAC = 0,
    NVM_COMPATIBILITY = 3,
    NVM_VERSION = 5,
    NVM_CONTROL_1 = 0x0a,
    NVM_SUBSYSTEM = 0x0b,
    NVM_SUBSYSTEM_VENDOR = 0x0c,
    NVM_DEVICE = 0x0d,
    NVM_CONTROL_2 = 0x0f,
    NVM_CONTROL_3 = 0x24,
    NVM_ALTERNATE_MAC = 0x37,
    NVM_CHECKSUM = 0x3f,
};

#define NVM_SUM   0xbabau
#define NVM_START 1u
#define NVM_DONE  2u
#define NVM_SHIFT 2 /* of the address */

void e1000e_nvm_init(struct e1000e *e1000e)
{
    uint16_t sum = 0, *nvm = e1000e->nvm;

    memset(nvm, 0xff, sizeof(e1000e->nvm));
    for (unsigned i = 0; i < EMU_MAC_SIZE / 2; i++)
        nvm[NVM_MAC + i] = (uint16_t)(e1000e->mac[2 * i] | e1000e->mac[2 * i + 1] << 8);
    nvm[NVM_COMPATIBILITY] = 0x0420;
    nvm[NVM_VERSION] = 0x2010;
    nvm[NVM_CONTROL_1] = 0x026b;
    nvm[NVM_SUBSYSTEM] = 0;
    nvm[NVM_SUBSYSTEM_VENDOR] = 0x8086;
    nvm[NVM_DEVICE] = 0x10d3;
    nvm[NVM_CONTROL_2] = 0; /* no management controller */
    nvm[NVM_CONTROL_3] = 0; /* no waking */
    nvm[NVM_ALTERNATE_MAC] = 0xffff;
    for (unsigned i = 0; i < NVM_CHECKSUM; i++)
        sum = (uint16_t)(sum + nvm[i]);
    nvm[NVM_CHECKSUM] = (uint16_t)(NVM_SUM - sum);
}

static unsigned nvm_address(uint32_t value)
{
    return (value >> NVM_SHIFT & 0x3fffu) % E1000E_NVM_WORDS;
}

void e1000e_write_eerd(struct e1000e *e1000e, uint32_t value)
{
    if (value & NVM_START)
        value = (value & 0xfffcu) | NVM_DONE | (uint32_t)e1000e->nvm[nvm_address(value)] << 16;
    *e1000e_reg(e1000e, REG_EERD) = value;
}

/* What is written is kept as long as the machine is. */
void e1000e_write_eewr(struct e1000e *e1000e, uint32_t value)
{
    if (value & NVM_START)
        e1000e->nvm[nvm_address(value)] = (uint16_t)(value >> 16);
    *e1000e_reg(e1000e, REG_EEWR) = (value & ~NVM_START) | NVM_DONE;
}
