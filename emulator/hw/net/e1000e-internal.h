/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the files of the e1000e offer each other: registers of the 82574L (Intel 82574 GbE
 * Controller Family Datasheet, chapter 10) and the device's state. All functions: device lock held.
 */
#ifndef EMU_HW_NET_E1000E_INTERNAL_H
#define EMU_HW_NET_E1000E_INTERNAL_H

#include "emulator/hw/net/mac.h"
#include "emulator/hw/pci/pci.h"
#include "emulator/net/net.h"

#define E1000E_CSR_SIZE  0x20000u
#define E1000E_REGISTERS (0x6000u / 4)
#define E1000E_VECTORS   5
#define E1000E_NVM_WORDS 64
#define E1000E_QUEUES    2 /* of transmission */

enum e1000e_register {
    REG_CTRL = 0x0000,
    REG_CTRL_ALIAS = 0x0004,
    REG_STATUS = 0x0008,
    REG_EEC = 0x0010,      /* EEPROM control */
    REG_EERD = 0x0014,     /* EEPROM read */
    REG_CTRL_EXT = 0x0018, /* extended control */
    REG_MDIC = 0x0020,     /* access to the PHY */
    REG_VET = 0x0038,      /* VLAN's Ethernet type */
    REG_ICR = 0x00c0,      /* interrupt causes: read, clear */
    REG_ITR = 0x00c4,      /* throttling */
    REG_ICS = 0x00c8,      /* set causes */
    REG_IMS = 0x00d0,      /* mask: set, read */
    REG_IMC = 0x00d8,      /* mask: clear */
    REG_EIAC = 0x00dc,     /* causes that a message clears */
    REG_IAM = 0x00e0,      /* masks that an interrupt clears */
    REG_IVAR = 0x00e4,     /* which vector for which cause */
    REG_EITR = 0x00e8,     /* throttling of each vector */
    REG_RCTL = 0x0100,
    REG_TCTL = 0x0400,
    REG_LEDCTL = 0x0e00,
    REG_EXTCNF_CTRL = 0x0f00, /* who owns the PHY's bus */
    REG_PBA = 0x1000,         /* packet buffer */
    REG_EEMNGCTL = 0x1010,
    REG_EEWR = 0x102c, /* EEPROM write */
    REG_PSRCTL = 0x2170,
    REG_RDBAL = 0x2800,
    REG_RDBAH = 0x2804,
    REG_RDLEN = 0x2808,
    REG_RDH = 0x2810,
    REG_RDT = 0x2818,
    REG_RXDCTL = 0x2828,
    REG_TDBAL = 0x3800, /* of queue 0; queue 1 is REG_QUEUE further */
    REG_TDBAH = 0x3804,
    REG_TDLEN = 0x3808,
    REG_TDH = 0x3810,
    REG_TDT = 0x3818,
    REG_TXDCTL = 0x3828,
    REG_QUEUE = 0x100,
    REG_STATISTICS = 0x4000,
    REG_STATISTICS_END = 0x4128,
    REG_RXCSUM = 0x5000,
    REG_RFCTL = 0x5008,
    REG_MTA = 0x5200, /* multicast hash, 128 words */
    REG_RAL = 0x5400, /* addresses, 16 pairs */
    REG_RAH = 0x5404,
    REG_VFTA = 0x5600, /* VLAN filter, 128 words */
    REG_MANC = 0x5820,
    REG_SWSM = 0x5b50, /* semaphores */
    REG_SYSTIM_AREA = 0xb600,
    REG_SYSTIML = 0xb600, /* the clock for time stamps */
    REG_SYSTIMH = 0xb604,
    REG_TIMINCA = 0xb608,
    REG_SYSTIM_END = 0xb640,
};

/* Statistics, clear on read. */
enum e1000e_statistic {
    STAT_PRC64 = 0x405c, /* received, by length: six registers */
    STAT_GPRC = 0x4074,
    STAT_BPRC = 0x4078,
    STAT_MPRC = 0x407c,
    STAT_GPTC = 0x4080,
    STAT_GORCL = 0x4088,
    STAT_GOTCL = 0x4090,
    STAT_TORL = 0x40c0,
    STAT_TOTL = 0x40c8,
    STAT_TPR = 0x40d0,
    STAT_TPT = 0x40d4,
    STAT_PTC64 = 0x40d8, /* sent, by length */
    STAT_MPTC = 0x40f0,
    STAT_BPTC = 0x40f4,
    STAT_TSCTC = 0x40f8, /* segments that were cut */
};

#define CTRL_MASTER_OFF  (1u << 2)
#define CTRL_RESET       (1u << 26)
#define CTRL_VLAN        (1u << 30) /* tags are taken off and put on */
#define CTRL_PHY_RESET   (1u << 31)
#define STATUS_DUPLEX    (1u << 0)
#define STATUS_LINK      (1u << 1)
#define STATUS_1000      (2u << 6 | 2u << 8)
#define STATUS_PHY_RESET (1u << 10)
#define STATUS_MASTER    (1u << 19)
#define CTRL_EXT_EE_RST  (1u << 13)
#define CTRL_EXT_EIAME   (1u << 24)
#define CTRL_EXT_IAME    (1u << 27)

/* Causes. */
#define INT_TXDW     (1u << 0)
#define INT_TXQE     (1u << 1)
#define INT_LSC      (1u << 2)
#define INT_RXDMT    (1u << 4)
#define INT_RXT0     (1u << 7)
#define INT_MDAC     (1u << 9)
#define INT_RXQ0     (1u << 20)
#define INT_RXQ1     (1u << 21)
#define INT_TXQ0     (1u << 22)
#define INT_TXQ1     (1u << 23)
#define INT_OTHER    (1u << 24)
#define INT_ASSERTED (1u << 31)

#define ETHER_HEADER   14u
#define ETHER_MIN      60u /* without the checksum */
#define ETHER_CHECKSUM 4u
#define ETHER_VLAN     0x8100u

/* What a context descriptor said. */
struct e1000e_context {
    uint32_t ip_start, ip_offset, ip_end;
    uint32_t l4_start, l4_offset, l4_end;
    uint32_t header, mss;
    uint32_t command;
};

/* A queue of transmission: what goes on from one descriptor to the next. */
struct e1000e_queue {
    struct e1000e_context context;
    uint32_t length;  /* of the frame so far */
    uint32_t options; /* POPTS of its first descriptor */
    uint32_t vlan;    /* tag to be put on, with bit 31; 0: none */
    bool cut;         /* TSE */
    bool begun;
    uint8_t frame[EMU_NET_MAX_FRAME];
};

struct e1000e;

struct e1000e_throttle {
    struct emu_timer timer;
    struct e1000e *e1000e;
    uint32_t waiting; /* causes that came while it was armed */
};

struct e1000e {
    struct emu_pci_device pci; /* first */
    char *mac_text, *rom;
    uint8_t mac[EMU_MAC_SIZE];
    struct emu_region csr, io;

    uint32_t registers[E1000E_REGISTERS];
    uint32_t timing[(REG_SYSTIM_END - REG_SYSTIM_AREA) / 4];
    uint64_t timing_since; /* machine time at which the clock had what is in timing */
    uint32_t io_address;
    uint16_t nvm[E1000E_NVM_WORDS];
    uint16_t phy[32];

    struct e1000e_throttle throttles[E1000E_VECTORS + 1]; /* the last: ITR */
    struct e1000e_queue queues[E1000E_QUEUES];
    uint32_t arrived;              /* causes of what is being received, not raised yet */
    uint8_t in[EMU_NET_FRAME + 4]; /* a frame that is being received, with its checksum */
};

static inline uint32_t *e1000e_reg(struct e1000e *e1000e, unsigned offset)
{
    return &e1000e->registers[offset / 4];
}

static inline uint32_t e1000e_get(const struct e1000e *e1000e, unsigned offset)
{
    return e1000e->registers[offset / 4];
}

static inline struct emu_net *e1000e_cable(const struct e1000e *e1000e)
{
    return e1000e->pci.device.net;
}

/* May it reach memory? */
bool e1000e_is_master(const struct e1000e *e1000e);
/* A frame was sent or received: counts it. */
void e1000e_count_sent(struct e1000e *e1000e, const uint8_t *frame, size_t length);
void e1000e_count_received(struct e1000e *e1000e, const uint8_t *frame, size_t length);
void e1000e_add_statistic(struct e1000e *e1000e, unsigned offset, uint32_t value);

/* ---- e1000e-interrupt.c ---- */

void e1000e_interrupt_init(struct e1000e *e1000e);
void e1000e_interrupt_finish(struct e1000e *e1000e); /* lock not held */
void e1000e_interrupt_reset(struct e1000e *e1000e);
/* After a state was loaded: what was throttled is looked at again. */
void e1000e_interrupt_resume(struct e1000e *e1000e);
/* Sets causes. */
void e1000e_raise(struct e1000e *e1000e, uint32_t causes);
uint32_t e1000e_read_icr(struct e1000e *e1000e);
void e1000e_clear_causes(struct e1000e *e1000e, uint32_t causes);
void e1000e_unmask(struct e1000e *e1000e, uint32_t causes);
void e1000e_mask(struct e1000e *e1000e, uint32_t causes);

/* ---- e1000e-phy.c ---- */

void e1000e_phy_reset(struct e1000e *e1000e);
/* The link as the MAC sees it. */
bool e1000e_phy_link(const struct e1000e *e1000e);
void e1000e_write_mdic(struct e1000e *e1000e, uint32_t value);
void e1000e_nvm_init(struct e1000e *e1000e);
void e1000e_write_eerd(struct e1000e *e1000e, uint32_t value);
void e1000e_write_eewr(struct e1000e *e1000e, uint32_t value);

/* ---- e1000e-transmit.c, e1000e-receive.c ---- */

/* The driver gave descriptors: sends what is complete. */
void e1000e_transmit(struct e1000e *e1000e, unsigned queue);
/* As in struct emu_net_port. */
bool e1000e_receive(void *opaque, const uint8_t *frame, size_t length);
void e1000e_received(void *opaque);

#endif
