/* SPDX-License-Identifier: GPL-3.0-or-later */
/* MMX and the SSE instructions on its registers, and what they do to the x87 they share. */
#define MODE 64
#include "guest.inc"
#include "x87-values.inc"

/* MMX(op, first, second, result), with a register and with memory. */
#define MMX(...) mmx_row __LINE__, , __VA_ARGS__
#define MMX_IMM(op, imm, ...) mmx_row __LINE__, ONE_WORD($imm,), op, __VA_ARGS__
    .macro mmx_row line, imm, op, a, b, result
    movabs $\a, %rax
    movq %rax, %mm0
    movabs $\b, %rax
    movq %rax, %mm7
    mov %rax, cell
    \op \imm %mm7, %mm0
    expect_mm mm0, \result, \line
    movabs $\a, %rax
    movq %rax, %mm3
    \op \imm cell, %mm3
    expect_mm mm3, \result, \line
    .endm
/* SHIFT(op, source, count, result): an immediate. */
#define SHIFT(...) shift_row __LINE__, __VA_ARGS__
    .macro shift_row line, op, a, count, result
    movabs $\a, %rax
    movq %rax, %mm0
    \op $\count, %mm0
    expect_mm mm0, \result, \line
    .endm

    TEST_BEGIN
    CASE(MMX)
    MMX(paddb, 0x80ff7f0100fe0280, 0x7f01807f00fe0380, 0xff00ff8000fc0500)
    MMX(paddb, 0x80ff7f0100fe0280, 0x8003020105040706, 0x0002810205020986)
    MMX(paddb, 0x7fff80000001ffff, 0x7f01807f00fe0380, 0xfe00007f00ff027f)
    MMX(paddb, 0x7fff80000001ffff, 0x8003020105040706, 0xff02820105050605)
    MMX(paddw, 0x80ff7f0100fe0280, 0x7f01807f00fe0380, 0x0000ff8001fc0600)
    MMX(paddw, 0x80ff7f0100fe0280, 0x8003020105040706, 0x0102810206020986)
    MMX(paddw, 0x7fff80000001ffff, 0x7f01807f00fe0380, 0xff00007f00ff037f)
    MMX(paddw, 0x7fff80000001ffff, 0x8003020105040706, 0x0002820105050705)
    MMX(paddd, 0x80ff7f0100fe0280, 0x7f01807f00fe0380, 0x0000ff8001fc0600)
    MMX(paddd, 0x80ff7f0100fe0280, 0x8003020105040706, 0x0102810206020986)
    MMX(paddd, 0x7fff80000001ffff, 0x7f01807f00fe0380, 0xff01007f0100037f)
    MMX(paddd, 0x7fff80000001ffff, 0x8003020105040706, 0x0002820105060705)
    MMX(psubb, 0x80ff7f0100fe0280, 0x7f01807f00fe0380, 0x01feff820000ff00)
    MMX(psubb, 0x80ff7f0100fe0280, 0x8003020105040706, 0x00fc7d00fbfafb7a)
    MMX(psubb, 0x7fff80000001ffff, 0x7f01807f00fe0380, 0x00fe00810003fc7f)
    MMX(psubb, 0x7fff80000001ffff, 0x8003020105040706, 0xfffc7efffbfdf8f9)
    MMX(psubw, 0x80ff7f0100fe0280, 0x7f01807f00fe0380, 0x01fefe820000ff00)
    MMX(psubw, 0x80ff7f0100fe0280, 0x8003020105040706, 0x00fc7d00fbfafb7a)
    MMX(psubw, 0x7fff80000001ffff, 0x7f01807f00fe0380, 0x00feff81ff03fc7f)
    MMX(psubw, 0x7fff80000001ffff, 0x8003020105040706, 0xfffc7dfffafdf8f9)
    MMX(psubd, 0x80ff7f0100fe0280, 0x7f01807f00fe0380, 0x01fdfe82ffffff00)
    MMX(psubd, 0x80ff7f0100fe0280, 0x8003020105040706, 0x00fc7d00fbf9fb7a)
    MMX(psubd, 0x7fff80000001ffff, 0x7f01807f00fe0380, 0x00fdff81ff03fc7f)
    MMX(psubd, 0x7fff80000001ffff, 0x8003020105040706, 0xfffc7dfffafdf8f9)
    MMX(paddsb, 0x80ff7f0100fe0280, 0x7f01807f00fe0380, 0xff00ff7f00fc0580)
    MMX(paddsb, 0x80ff7f0100fe0280, 0x8003020105040706, 0x80027f0205020986)
    MMX(paddsb, 0x7fff80000001ffff, 0x7f01807f00fe0380, 0x7f00807f00ff0280)
    MMX(paddsb, 0x7fff80000001ffff, 0x8003020105040706, 0xff02820105050605)
    MMX(paddsw, 0x80ff7f0100fe0280, 0x7f01807f00fe0380, 0x0000ff8001fc0600)
    MMX(paddsw, 0x80ff7f0100fe0280, 0x8003020105040706, 0x80007fff06020986)
    MMX(paddsw, 0x7fff80000001ffff, 0x7f01807f00fe0380, 0x7fff800000ff037f)
    MMX(paddsw, 0x7fff80000001ffff, 0x8003020105040706, 0x0002820105050705)
    MMX(paddusb, 0x80ff7f0100fe0280, 0x7f01807f00fe0380, 0xffffff8000ff05ff)
    MMX(paddusb, 0x80ff7f0100fe0280, 0x8003020105040706, 0xffff810205ff0986)
    MMX(paddusb, 0x7fff80000001ffff, 0x7f01807f00fe0380, 0xfeffff7f00ffffff)
    MMX(paddusb, 0x7fff80000001ffff, 0x8003020105040706, 0xffff82010505ffff)
    MMX(paddusw, 0x80ff7f0100fe0280, 0x7f01807f00fe0380, 0xffffff8001fc0600)
    MMX(paddusw, 0x80ff7f0100fe0280, 0x8003020105040706, 0xffff810206020986)
    MMX(paddusw, 0x7fff80000001ffff, 0x7f01807f00fe0380, 0xff00ffff00ffffff)
    MMX(paddusw, 0x7fff80000001ffff, 0x8003020105040706, 0xffff82010505ffff)
    MMX(psubsb, 0x80ff7f0100fe0280, 0x7f01807f00fe0380, 0x80fe7f820000ff00)
    MMX(psubsb, 0x80ff7f0100fe0280, 0x8003020105040706, 0x00fc7d00fbfafb80)
    MMX(psubsb, 0x7fff80000001ffff, 0x7f01807f00fe0380, 0x00fe00810003fc7f)
    MMX(psubsb, 0x7fff80000001ffff, 0x8003020105040706, 0x7ffc80fffbfdf8f9)
    MMX(psubsw, 0x80ff7f0100fe0280, 0x7f01807f00fe0380, 0x80007fff0000ff00)
    MMX(psubsw, 0x80ff7f0100fe0280, 0x8003020105040706, 0x00fc7d00fbfafb7a)
    MMX(psubsw, 0x7fff80000001ffff, 0x7f01807f00fe0380, 0x00feff81ff03fc7f)
    MMX(psubsw, 0x7fff80000001ffff, 0x8003020105040706, 0x7fff8000fafdf8f9)
    MMX(psubusb, 0x80ff7f0100fe0280, 0x7f01807f00fe0380, 0x01fe000000000000)
    MMX(psubusb, 0x80ff7f0100fe0280, 0x8003020105040706, 0x00fc7d0000fa007a)
    MMX(psubusb, 0x7fff80000001ffff, 0x7f01807f00fe0380, 0x00fe00000000fc7f)
    MMX(psubusb, 0x7fff80000001ffff, 0x8003020105040706, 0x00fc7e000000f8f9)
    MMX(psubusw, 0x80ff7f0100fe0280, 0x7f01807f00fe0380, 0x01fe000000000000)
    MMX(psubusw, 0x80ff7f0100fe0280, 0x8003020105040706, 0x00fc7d0000000000)
    MMX(psubusw, 0x7fff80000001ffff, 0x7f01807f00fe0380, 0x00fe00000000fc7f)
    MMX(psubusw, 0x7fff80000001ffff, 0x8003020105040706, 0x00007dff0000f8f9)
    MMX(pmullw, 0x80ff7f0100fe0280, 0x7f01807f00fe0380, 0x01ff817ffc04c000)
    MMX(pmullw, 0x80ff7f0100fe0280, 0x8003020105040706, 0x02fd8101f9f88f00)
    MMX(pmullw, 0x7fff80000001ffff, 0x7f01807f00fe0380, 0x00ff800000fefc80)
    MMX(pmullw, 0x7fff80000001ffff, 0x8003020105040706, 0xfffd80000504f8fa)
    MMX(pmulhw, 0x80ff7f0100fe0280, 0x7f01807f00fe0380, 0xc0fec0be00000008)
    MMX(pmulhw, 0x80ff7f0100fe0280, 0x8003020105040706, 0x3f7f00fe00040011)
    MMX(pmulhw, 0x7fff80000001ffff, 0x7f01807f00fe0380, 0x3f803fc00000ffff)
    MMX(pmulhw, 0x7fff80000001ffff, 0x8003020105040706, 0xc001feff0000ffff)
    MMX(pmaddwd, 0x80ff7f0100fe0280, 0x7f01807f00fe0380, 0x81bc837e0009bc04)
    MMX(pmaddwd, 0x80ff7f0100fe0280, 0x8003020105040706, 0x407d83fe001688f8)
    MMX(pmaddwd, 0x7fff80000001ffff, 0x7f01807f00fe0380, 0x7f4080fffffffd7e)
    MMX(pmaddwd, 0x7fff80000001ffff, 0x8003020105040706, 0xbf017ffdfffffdfe)
    MMX(pcmpeqb, 0x80ff7f0100fe0280, 0x7f01807f00fe0380, 0x00000000ffff00ff)
    MMX(pcmpeqb, 0x80ff7f0100fe0280, 0x8003020105040706, 0xff0000ff00000000)
    MMX(pcmpeqb, 0x7fff80000001ffff, 0x7f01807f00fe0380, 0xff00ff00ff000000)
    MMX(pcmpeqb, 0x7fff80000001ffff, 0x8003020105040706, 0x0000000000000000)
    MMX(pcmpeqw, 0x80ff7f0100fe0280, 0x7f01807f00fe0380, 0x00000000ffff0000)
    MMX(pcmpeqw, 0x80ff7f0100fe0280, 0x8003020105040706, 0x0000000000000000)
    MMX(pcmpeqw, 0x7fff80000001ffff, 0x7f01807f00fe0380, 0x0000000000000000)
    MMX(pcmpeqw, 0x7fff80000001ffff, 0x8003020105040706, 0x0000000000000000)
    MMX(pcmpeqd, 0x80ff7f0100fe0280, 0x7f01807f00fe0380, 0x0000000000000000)
    MMX(pcmpeqd, 0x80ff7f0100fe0280, 0x8003020105040706, 0x0000000000000000)
    MMX(pcmpeqd, 0x7fff80000001ffff, 0x7f01807f00fe0380, 0x0000000000000000)
    MMX(pcmpeqd, 0x7fff80000001ffff, 0x8003020105040706, 0x0000000000000000)
    MMX(pcmpgtb, 0x80ff7f0100fe0280, 0x7f01807f00fe0380, 0x0000ff0000000000)
    MMX(pcmpgtb, 0x80ff7f0100fe0280, 0x8003020105040706, 0x0000ff0000000000)
    MMX(pcmpgtb, 0x7fff80000001ffff, 0x7f01807f00fe0380, 0x0000000000ff00ff)
    MMX(pcmpgtb, 0x7fff80000001ffff, 0x8003020105040706, 0xff00000000000000)
    MMX(pcmpgtw, 0x80ff7f0100fe0280, 0x7f01807f00fe0380, 0x0000ffff00000000)
    MMX(pcmpgtw, 0x80ff7f0100fe0280, 0x8003020105040706, 0xffffffff00000000)
    MMX(pcmpgtw, 0x7fff80000001ffff, 0x7f01807f00fe0380, 0xffff000000000000)
    MMX(pcmpgtw, 0x7fff80000001ffff, 0x8003020105040706, 0xffff000000000000)
    MMX(pcmpgtd, 0x80ff7f0100fe0280, 0x7f01807f00fe0380, 0x0000000000000000)
    MMX(pcmpgtd, 0x80ff7f0100fe0280, 0x8003020105040706, 0xffffffff00000000)
    MMX(pcmpgtd, 0x7fff80000001ffff, 0x7f01807f00fe0380, 0xffffffff00000000)
    MMX(pcmpgtd, 0x7fff80000001ffff, 0x8003020105040706, 0xffffffff00000000)
    MMX(pand, 0x80ff7f0100fe0280, 0x7f01807f00fe0380, 0x0001000100fe0280)
    MMX(pand, 0x80ff7f0100fe0280, 0x8003020105040706, 0x8003020100040200)
    MMX(pand, 0x7fff80000001ffff, 0x7f01807f00fe0380, 0x7f01800000000380)
    MMX(pand, 0x7fff80000001ffff, 0x8003020105040706, 0x0003000000000706)
    MMX(pandn, 0x80ff7f0100fe0280, 0x7f01807f00fe0380, 0x7f00807e00000100)
    MMX(pandn, 0x80ff7f0100fe0280, 0x8003020105040706, 0x0000000005000506)
    MMX(pandn, 0x7fff80000001ffff, 0x7f01807f00fe0380, 0x0000007f00fe0000)
    MMX(pandn, 0x7fff80000001ffff, 0x8003020105040706, 0x8000020105040000)
    MMX(por, 0x80ff7f0100fe0280, 0x7f01807f00fe0380, 0xffffff7f00fe0380)
    MMX(por, 0x80ff7f0100fe0280, 0x8003020105040706, 0x80ff7f0105fe0786)
    MMX(por, 0x7fff80000001ffff, 0x7f01807f00fe0380, 0x7fff807f00ffffff)
    MMX(por, 0x7fff80000001ffff, 0x8003020105040706, 0xffff82010505ffff)
    MMX(pxor, 0x80ff7f0100fe0280, 0x7f01807f00fe0380, 0xfffeff7e00000100)
    MMX(pxor, 0x80ff7f0100fe0280, 0x8003020105040706, 0x00fc7d0005fa0586)
    MMX(pxor, 0x7fff80000001ffff, 0x7f01807f00fe0380, 0x00fe007f00fffc7f)
    MMX(pxor, 0x7fff80000001ffff, 0x8003020105040706, 0xfffc82010505f8f9)
    MMX(packsswb, 0x80ff7f0100fe0280, 0x7f01807f00fe0380, 0x7f807f7f807f7f7f)
    MMX(packsswb, 0x80ff7f0100fe0280, 0x8003020105040706, 0x807f7f7f807f7f7f)
    MMX(packsswb, 0x7fff80000001ffff, 0x7f01807f00fe0380, 0x7f807f7f7f8001ff)
    MMX(packsswb, 0x7fff80000001ffff, 0x8003020105040706, 0x807f7f7f7f8001ff)
    MMX(packssdw, 0x80ff7f0100fe0280, 0x7f01807f00fe0380, 0x7fff7fff80007fff)
    MMX(packssdw, 0x80ff7f0100fe0280, 0x8003020105040706, 0x80007fff80007fff)
    MMX(packssdw, 0x7fff80000001ffff, 0x7f01807f00fe0380, 0x7fff7fff7fff7fff)
    MMX(packssdw, 0x7fff80000001ffff, 0x8003020105040706, 0x80007fff7fff7fff)
    MMX(packuswb, 0x80ff7f0100fe0280, 0x7f01807f00fe0380, 0xff00feff00fffeff)
    MMX(packuswb, 0x80ff7f0100fe0280, 0x8003020105040706, 0x00ffffff00fffeff)
    MMX(packuswb, 0x7fff80000001ffff, 0x7f01807f00fe0380, 0xff00feffff000100)
    MMX(packuswb, 0x7fff80000001ffff, 0x8003020105040706, 0x00ffffffff000100)
    MMX(punpcklbw, 0x80ff7f0100fe0280, 0x7f01807f00fe0380, 0x0000fefe03028080)
    MMX(punpcklbw, 0x80ff7f0100fe0280, 0x8003020105040706, 0x050004fe07020680)
    MMX(punpcklbw, 0x7fff80000001ffff, 0x7f01807f00fe0380, 0x0000fe0103ff80ff)
    MMX(punpcklbw, 0x7fff80000001ffff, 0x8003020105040706, 0x0500040107ff06ff)
    MMX(punpcklwd, 0x80ff7f0100fe0280, 0x7f01807f00fe0380, 0x00fe00fe03800280)
    MMX(punpcklwd, 0x80ff7f0100fe0280, 0x8003020105040706, 0x050400fe07060280)
    MMX(punpcklwd, 0x7fff80000001ffff, 0x7f01807f00fe0380, 0x00fe00010380ffff)
    MMX(punpcklwd, 0x7fff80000001ffff, 0x8003020105040706, 0x050400010706ffff)
    MMX(punpckldq, 0x80ff7f0100fe0280, 0x7f01807f00fe0380, 0x00fe038000fe0280)
    MMX(punpckldq, 0x80ff7f0100fe0280, 0x8003020105040706, 0x0504070600fe0280)
    MMX(punpckldq, 0x7fff80000001ffff, 0x7f01807f00fe0380, 0x00fe03800001ffff)
    MMX(punpckldq, 0x7fff80000001ffff, 0x8003020105040706, 0x050407060001ffff)
    MMX(punpckhbw, 0x80ff7f0100fe0280, 0x7f01807f00fe0380, 0x7f8001ff807f7f01)
    MMX(punpckhbw, 0x80ff7f0100fe0280, 0x8003020105040706, 0x808003ff027f0101)
    MMX(punpckhbw, 0x7fff80000001ffff, 0x7f01807f00fe0380, 0x7f7f01ff80807f00)
    MMX(punpckhbw, 0x7fff80000001ffff, 0x8003020105040706, 0x807f03ff02800100)
    MMX(punpckhwd, 0x80ff7f0100fe0280, 0x7f01807f00fe0380, 0x7f0180ff807f7f01)
    MMX(punpckhwd, 0x80ff7f0100fe0280, 0x8003020105040706, 0x800380ff02017f01)
    MMX(punpckhwd, 0x7fff80000001ffff, 0x7f01807f00fe0380, 0x7f017fff807f8000)
    MMX(punpckhwd, 0x7fff80000001ffff, 0x8003020105040706, 0x80037fff02018000)
    MMX(punpckhdq, 0x80ff7f0100fe0280, 0x7f01807f00fe0380, 0x7f01807f80ff7f01)
    MMX(punpckhdq, 0x80ff7f0100fe0280, 0x8003020105040706, 0x8003020180ff7f01)
    MMX(punpckhdq, 0x7fff80000001ffff, 0x7f01807f00fe0380, 0x7f01807f7fff8000)
    MMX(punpckhdq, 0x7fff80000001ffff, 0x8003020105040706, 0x800302017fff8000)
    CASE(shifts)
    MMX(psllw, 0x80ff7f0100fe0280, 0x0, 0x80ff7f0100fe0280)
    MMX(psllw, 0x80ff7f0100fe0280, 0x3, 0x07f8f80807f01400)
    MMX(psllw, 0x80ff7f0100fe0280, 0x10, 0x0000000000000000)
    MMX(psllw, 0x80ff7f0100fe0280, 0x40, 0x0000000000000000)
    MMX(psllw, 0x80ff7f0100fe0280, 0x100000000, 0x0000000000000000)
    SHIFT(psllw, 0x80ff7f0100fe0280, 1, 0x01fefe0201fc0500)
    SHIFT(psllw, 0x80ff7f0100fe0280, 15, 0x8000800000000000)
    SHIFT(psllw, 0x80ff7f0100fe0280, 40, 0x0000000000000000)
    SHIFT(psllw, 0x80ff7f0100fe0280, 255, 0x0000000000000000)
    MMX(pslld, 0x80ff7f0100fe0280, 0x0, 0x80ff7f0100fe0280)
    MMX(pslld, 0x80ff7f0100fe0280, 0x3, 0x07fbf80807f01400)
    MMX(pslld, 0x80ff7f0100fe0280, 0x10, 0x7f01000002800000)
    MMX(pslld, 0x80ff7f0100fe0280, 0x40, 0x0000000000000000)
    MMX(pslld, 0x80ff7f0100fe0280, 0x100000000, 0x0000000000000000)
    SHIFT(pslld, 0x80ff7f0100fe0280, 1, 0x01fefe0201fc0500)
    SHIFT(pslld, 0x80ff7f0100fe0280, 15, 0xbf80800001400000)
    SHIFT(pslld, 0x80ff7f0100fe0280, 40, 0x0000000000000000)
    SHIFT(pslld, 0x80ff7f0100fe0280, 255, 0x0000000000000000)
    MMX(psllq, 0x80ff7f0100fe0280, 0x0, 0x80ff7f0100fe0280)
    MMX(psllq, 0x80ff7f0100fe0280, 0x3, 0x07fbf80807f01400)
    MMX(psllq, 0x80ff7f0100fe0280, 0x10, 0x7f0100fe02800000)
    MMX(psllq, 0x80ff7f0100fe0280, 0x40, 0x0000000000000000)
    MMX(psllq, 0x80ff7f0100fe0280, 0x100000000, 0x0000000000000000)
    SHIFT(psllq, 0x80ff7f0100fe0280, 1, 0x01fefe0201fc0500)
    SHIFT(psllq, 0x80ff7f0100fe0280, 15, 0xbf80807f01400000)
    SHIFT(psllq, 0x80ff7f0100fe0280, 40, 0xfe02800000000000)
    SHIFT(psllq, 0x80ff7f0100fe0280, 255, 0x0000000000000000)
    MMX(psrlw, 0x80ff7f0100fe0280, 0x0, 0x80ff7f0100fe0280)
    MMX(psrlw, 0x80ff7f0100fe0280, 0x3, 0x101f0fe0001f0050)
    MMX(psrlw, 0x80ff7f0100fe0280, 0x10, 0x0000000000000000)
    MMX(psrlw, 0x80ff7f0100fe0280, 0x40, 0x0000000000000000)
    MMX(psrlw, 0x80ff7f0100fe0280, 0x100000000, 0x0000000000000000)
    SHIFT(psrlw, 0x80ff7f0100fe0280, 1, 0x407f3f80007f0140)
    SHIFT(psrlw, 0x80ff7f0100fe0280, 15, 0x0001000000000000)
    SHIFT(psrlw, 0x80ff7f0100fe0280, 40, 0x0000000000000000)
    SHIFT(psrlw, 0x80ff7f0100fe0280, 255, 0x0000000000000000)
    MMX(psrld, 0x80ff7f0100fe0280, 0x0, 0x80ff7f0100fe0280)
    MMX(psrld, 0x80ff7f0100fe0280, 0x3, 0x101fefe0001fc050)
    MMX(psrld, 0x80ff7f0100fe0280, 0x10, 0x000080ff000000fe)
    MMX(psrld, 0x80ff7f0100fe0280, 0x40, 0x0000000000000000)
    MMX(psrld, 0x80ff7f0100fe0280, 0x100000000, 0x0000000000000000)
    SHIFT(psrld, 0x80ff7f0100fe0280, 1, 0x407fbf80007f0140)
    SHIFT(psrld, 0x80ff7f0100fe0280, 15, 0x000101fe000001fc)
    SHIFT(psrld, 0x80ff7f0100fe0280, 40, 0x0000000000000000)
    SHIFT(psrld, 0x80ff7f0100fe0280, 255, 0x0000000000000000)
    MMX(psrlq, 0x80ff7f0100fe0280, 0x0, 0x80ff7f0100fe0280)
    MMX(psrlq, 0x80ff7f0100fe0280, 0x3, 0x101fefe0201fc050)
    MMX(psrlq, 0x80ff7f0100fe0280, 0x10, 0x000080ff7f0100fe)
    MMX(psrlq, 0x80ff7f0100fe0280, 0x40, 0x0000000000000000)
    MMX(psrlq, 0x80ff7f0100fe0280, 0x100000000, 0x0000000000000000)
    SHIFT(psrlq, 0x80ff7f0100fe0280, 1, 0x407fbf80807f0140)
    SHIFT(psrlq, 0x80ff7f0100fe0280, 15, 0x000101fefe0201fc)
    SHIFT(psrlq, 0x80ff7f0100fe0280, 40, 0x000000000080ff7f)
    SHIFT(psrlq, 0x80ff7f0100fe0280, 255, 0x0000000000000000)
    MMX(psraw, 0x80ff7f0100fe0280, 0x0, 0x80ff7f0100fe0280)
    MMX(psraw, 0x80ff7f0100fe0280, 0x3, 0xf01f0fe0001f0050)
    MMX(psraw, 0x80ff7f0100fe0280, 0x10, 0xffff000000000000)
    MMX(psraw, 0x80ff7f0100fe0280, 0x40, 0xffff000000000000)
    MMX(psraw, 0x80ff7f0100fe0280, 0x100000000, 0xffff000000000000)
    SHIFT(psraw, 0x80ff7f0100fe0280, 1, 0xc07f3f80007f0140)
    SHIFT(psraw, 0x80ff7f0100fe0280, 15, 0xffff000000000000)
    SHIFT(psraw, 0x80ff7f0100fe0280, 40, 0xffff000000000000)
    SHIFT(psraw, 0x80ff7f0100fe0280, 255, 0xffff000000000000)
    MMX(psrad, 0x80ff7f0100fe0280, 0x0, 0x80ff7f0100fe0280)
    MMX(psrad, 0x80ff7f0100fe0280, 0x3, 0xf01fefe0001fc050)
    MMX(psrad, 0x80ff7f0100fe0280, 0x10, 0xffff80ff000000fe)
    MMX(psrad, 0x80ff7f0100fe0280, 0x40, 0xffffffff00000000)
    MMX(psrad, 0x80ff7f0100fe0280, 0x100000000, 0xffffffff00000000)
    SHIFT(psrad, 0x80ff7f0100fe0280, 1, 0xc07fbf80007f0140)
    SHIFT(psrad, 0x80ff7f0100fe0280, 15, 0xffff01fe000001fc)
    SHIFT(psrad, 0x80ff7f0100fe0280, 40, 0xffffffff00000000)
    SHIFT(psrad, 0x80ff7f0100fe0280, 255, 0xffffffff00000000)
    CASE(SSE and later on MMX registers)
    MMX(pmulhuw, 0x80ff7f0100fe0280, 0x7f01807f00fe0380, 0x3fff3fbf00000008)
    MMX(pmulhuw, 0x80ff7f0100fe0280, 0x8003020105040706, 0x408100fe00040011)
    MMX(pmulhuw, 0x7fff80000001ffff, 0x7f01807f00fe0380, 0x3f80403f0000037f)
    MMX(pmulhuw, 0x7fff80000001ffff, 0x8003020105040706, 0x4000010000000705)
    MMX(psadbw, 0x80ff7f0100fe0280, 0x7f01807f00fe0380, 0x000000000000017f)
    MMX(psadbw, 0x80ff7f0100fe0280, 0x8003020105040706, 0x00000000000002f7)
    MMX(psadbw, 0x7fff80000001ffff, 0x7f01807f00fe0380, 0x00000000000003f5)
    MMX(psadbw, 0x7fff80000001ffff, 0x8003020105040706, 0x0000000000000375)
    MMX(pavgb, 0x80ff7f0100fe0280, 0x7f01807f00fe0380, 0x8080804000fe0380)
    MMX(pavgb, 0x80ff7f0100fe0280, 0x8003020105040706, 0x8081410103810543)
    MMX(pavgb, 0x7fff80000001ffff, 0x7f01807f00fe0380, 0x7f808040008081c0)
    MMX(pavgb, 0x7fff80000001ffff, 0x8003020105040706, 0x8081410103038383)
    MMX(pavgw, 0x80ff7f0100fe0280, 0x7f01807f00fe0380, 0x80007fc000fe0300)
    MMX(pavgw, 0x80ff7f0100fe0280, 0x8003020105040706, 0x80814081030104c3)
    MMX(pavgw, 0x7fff80000001ffff, 0x7f01807f00fe0380, 0x7f808040008081c0)
    MMX(pavgw, 0x7fff80000001ffff, 0x8003020105040706, 0x8001410102838383)
    MMX(pminub, 0x80ff7f0100fe0280, 0x7f01807f00fe0380, 0x7f017f0100fe0280)
    MMX(pminub, 0x80ff7f0100fe0280, 0x8003020105040706, 0x8003020100040206)
    MMX(pminub, 0x7fff80000001ffff, 0x7f01807f00fe0380, 0x7f01800000010380)
    MMX(pminub, 0x7fff80000001ffff, 0x8003020105040706, 0x7f03020000010706)
    MMX(pmaxub, 0x80ff7f0100fe0280, 0x7f01807f00fe0380, 0x80ff807f00fe0380)
    MMX(pmaxub, 0x80ff7f0100fe0280, 0x8003020105040706, 0x80ff7f0105fe0780)
    MMX(pmaxub, 0x7fff80000001ffff, 0x7f01807f00fe0380, 0x7fff807f00feffff)
    MMX(pmaxub, 0x7fff80000001ffff, 0x8003020105040706, 0x80ff80010504ffff)
    MMX(pminsw, 0x80ff7f0100fe0280, 0x7f01807f00fe0380, 0x80ff807f00fe0280)
    MMX(pminsw, 0x80ff7f0100fe0280, 0x8003020105040706, 0x8003020100fe0280)
    MMX(pminsw, 0x7fff80000001ffff, 0x7f01807f00fe0380, 0x7f0180000001ffff)
    MMX(pminsw, 0x7fff80000001ffff, 0x8003020105040706, 0x800380000001ffff)
    MMX(pmaxsw, 0x80ff7f0100fe0280, 0x7f01807f00fe0380, 0x7f017f0100fe0380)
    MMX(pmaxsw, 0x80ff7f0100fe0280, 0x8003020105040706, 0x80ff7f0105040706)
    MMX(pmaxsw, 0x7fff80000001ffff, 0x7f01807f00fe0380, 0x7fff807f00fe0380)
    MMX(pmaxsw, 0x7fff80000001ffff, 0x8003020105040706, 0x7fff020105040706)
    MMX(paddq, 0x80ff7f0100fe0280, 0x7f01807f00fe0380, 0x0000ff8001fc0600)
    MMX(paddq, 0x80ff7f0100fe0280, 0x8003020105040706, 0x0102810206020986)
    MMX(paddq, 0x7fff80000001ffff, 0x7f01807f00fe0380, 0xff01007f0100037f)
    MMX(paddq, 0x7fff80000001ffff, 0x8003020105040706, 0x0002820105060705)
    MMX(psubq, 0x80ff7f0100fe0280, 0x7f01807f00fe0380, 0x01fdfe81ffffff00)
    MMX(psubq, 0x80ff7f0100fe0280, 0x8003020105040706, 0x00fc7cfffbf9fb7a)
    MMX(psubq, 0x7fff80000001ffff, 0x7f01807f00fe0380, 0x00fdff80ff03fc7f)
    MMX(psubq, 0x7fff80000001ffff, 0x8003020105040706, 0xfffc7dfefafdf8f9)
    MMX(pmuludq, 0x80ff7f0100fe0280, 0x7f01807f00fe0380, 0x0000fc09f408c000)
    MMX(pmuludq, 0x80ff7f0100fe0280, 0x8003020105040706, 0x0004fa0b82058f00)
    MMX(pmuludq, 0x7fff80000001ffff, 0x7f01807f00fe0380, 0x000001fc0601fc80)
    MMX(pmuludq, 0x7fff80000001ffff, 0x8003020105040706, 0x00000a080907f8fa)
    MMX(phaddw, 0x80ff7f0100fe0280, 0x7f01807f00fe0380, 0xff80047e0000037e)
    MMX(phaddw, 0x80ff7f0100fe0280, 0x8003020105040706, 0x82040c0a0000037e)
    MMX(phaddw, 0x7fff80000001ffff, 0x7f01807f00fe0380, 0xff80047effff0000)
    MMX(phaddw, 0x7fff80000001ffff, 0x8003020105040706, 0x82040c0affff0000)
    MMX(phaddd, 0x80ff7f0100fe0280, 0x7f01807f00fe0380, 0x7fff83ff81fd8181)
    MMX(phaddd, 0x80ff7f0100fe0280, 0x8003020105040706, 0x8507090781fd8181)
    MMX(phaddd, 0x7fff80000001ffff, 0x7f01807f00fe0380, 0x7fff83ff80017fff)
    MMX(phaddd, 0x7fff80000001ffff, 0x8003020105040706, 0x8507090780017fff)
    MMX(phaddsw, 0x80ff7f0100fe0280, 0x7f01807f00fe0380, 0xff80047e0000037e)
    MMX(phaddsw, 0x80ff7f0100fe0280, 0x8003020105040706, 0x82040c0a0000037e)
    MMX(phaddsw, 0x7fff80000001ffff, 0x7f01807f00fe0380, 0xff80047effff0000)
    MMX(phaddsw, 0x7fff80000001ffff, 0x8003020105040706, 0x82040c0affff0000)
    MMX(phsubw, 0x80ff7f0100fe0280, 0x7f01807f00fe0380, 0x017e0282fe020182)
    MMX(phsubw, 0x80ff7f0100fe0280, 0x8003020105040706, 0x81fe0202fe020182)
    MMX(phsubw, 0x7fff80000001ffff, 0x7f01807f00fe0380, 0x017e02820001fffe)
    MMX(phsubw, 0x7fff80000001ffff, 0x8003020105040706, 0x81fe02020001fffe)
    MMX(phsubd, 0x80ff7f0100fe0280, 0x7f01807f00fe0380, 0x81fc83017ffe837f)
    MMX(phsubd, 0x80ff7f0100fe0280, 0x8003020105040706, 0x850105057ffe837f)
    MMX(phsubd, 0x7fff80000001ffff, 0x7f01807f00fe0380, 0x81fc830180027fff)
    MMX(phsubd, 0x7fff80000001ffff, 0x8003020105040706, 0x8501050580027fff)
    MMX(phsubsw, 0x80ff7f0100fe0280, 0x7f01807f00fe0380, 0x800002827fff0182)
    MMX(phsubsw, 0x80ff7f0100fe0280, 0x8003020105040706, 0x7fff02027fff0182)
    MMX(phsubsw, 0x7fff80000001ffff, 0x7f01807f00fe0380, 0x800002828000fffe)
    MMX(phsubsw, 0x7fff80000001ffff, 0x8003020105040706, 0x7fff02028000fffe)
    MMX(pabsb, 0x80ff7f0100fe0280, 0x7f01807f00fe0380, 0x7f01807f00020380)
    MMX(pabsb, 0x80ff7f0100fe0280, 0x8003020105040706, 0x8003020105040706)
    MMX(pabsb, 0x7fff80000001ffff, 0x7f01807f00fe0380, 0x7f01807f00020380)
    MMX(pabsb, 0x7fff80000001ffff, 0x8003020105040706, 0x8003020105040706)
    MMX(pabsw, 0x80ff7f0100fe0280, 0x7f01807f00fe0380, 0x7f017f8100fe0380)
    MMX(pabsw, 0x80ff7f0100fe0280, 0x8003020105040706, 0x7ffd020105040706)
    MMX(pabsw, 0x7fff80000001ffff, 0x7f01807f00fe0380, 0x7f017f8100fe0380)
    MMX(pabsw, 0x7fff80000001ffff, 0x8003020105040706, 0x7ffd020105040706)
    MMX(pabsd, 0x80ff7f0100fe0280, 0x7f01807f00fe0380, 0x7f01807f00fe0380)
    MMX(pabsd, 0x80ff7f0100fe0280, 0x8003020105040706, 0x7ffcfdff05040706)
    MMX(pabsd, 0x7fff80000001ffff, 0x7f01807f00fe0380, 0x7f01807f00fe0380)
    MMX(pabsd, 0x7fff80000001ffff, 0x8003020105040706, 0x7ffcfdff05040706)
    MMX(pmaddubsw, 0x80ff7f0100fe0280, 0x7f01807f00fe0380, 0x407fc0fffe04c006)
    MMX(pmaddubsw, 0x80ff7f0100fe0280, 0x8003020105040706, 0xc2fd00ff03f8030e)
    MMX(pmaddubsw, 0x7fff80000001ffff, 0x7f01807f00fe0380, 0x4000c000fffe837d)
    MMX(pmaddubsw, 0x7fff80000001ffff, 0x8003020105040706, 0xc37d010000040cf3)
    MMX(pmulhrsw, 0x80ff7f0100fe0280, 0x7f01807f00fe0380, 0x81fc817d00020012)
    MMX(pmulhrsw, 0x80ff7f0100fe0280, 0x8003020105040706, 0x7efe01fd000a0023)
    MMX(pmulhrsw, 0x7fff80000001ffff, 0x7f01807f00fe0380, 0x7f007f8100000000)
    MMX(pmulhrsw, 0x7fff80000001ffff, 0x8003020105040706, 0x8004fdff00000000)
    MMX(psignb, 0x80ff7f0100fe0280, 0x7f01807f00fe0380, 0x80ff810100020280)
    MMX(psignb, 0x80ff7f0100fe0280, 0x8003020105040706, 0x80ff7f0100fe0280)
    MMX(psignb, 0x7fff80000001ffff, 0x7f01807f00fe0380, 0x7fff800000ffff01)
    MMX(psignb, 0x7fff80000001ffff, 0x8003020105040706, 0x81ff80000001ffff)
    MMX(psignw, 0x80ff7f0100fe0280, 0x7f01807f00fe0380, 0x80ff80ff00fe0280)
    MMX(psignw, 0x80ff7f0100fe0280, 0x8003020105040706, 0x7f017f0100fe0280)
    MMX(psignw, 0x7fff80000001ffff, 0x7f01807f00fe0380, 0x7fff80000001ffff)
    MMX(psignw, 0x7fff80000001ffff, 0x8003020105040706, 0x800180000001ffff)
    MMX(psignd, 0x80ff7f0100fe0280, 0x7f01807f00fe0380, 0x80ff7f0100fe0280)
    MMX(psignd, 0x80ff7f0100fe0280, 0x8003020105040706, 0x7f0080ff00fe0280)
    MMX(psignd, 0x7fff80000001ffff, 0x7f01807f00fe0380, 0x7fff80000001ffff)
    MMX(psignd, 0x7fff80000001ffff, 0x8003020105040706, 0x800080000001ffff)
    MMX(pshufb, 0x80ff7f0100fe0280, 0x7f01807f00fe0380, 0x8002008080000000)
    MMX(pshufb, 0x80ff7f0100fe0280, 0x8003020105040706, 0x0000fe027f0180ff)
    MMX(pshufb, 0x7fff80000001ffff, 0x7f01807f00fe0380, 0x7fff007fff000000)
    MMX(pshufb, 0x7fff80000001ffff, 0x8003020105040706, 0x000001ff80007fff)
    MMX_IMM(pshufw, 27, 0x80ff7f0100fe0280, 0x7f01807f00fe0380, 0x038000fe807f7f01)
    MMX_IMM(pshufw, 228, 0x80ff7f0100fe0280, 0x7f01807f00fe0380, 0x7f01807f00fe0380)
    MMX_IMM(palignr, 0, 0x80ff7f0100fe0280, 0x7f01807f00fe0380, 0x7f01807f00fe0380)
    MMX_IMM(palignr, 3, 0x80ff7f0100fe0280, 0x7f01807f00fe0380, 0xfe02807f01807f00)
    MMX_IMM(palignr, 8, 0x80ff7f0100fe0280, 0x7f01807f00fe0380, 0x80ff7f0100fe0280)
    MMX_IMM(palignr, 12, 0x80ff7f0100fe0280, 0x7f01807f00fe0380, 0x0000000080ff7f01)
    MMX_IMM(palignr, 16, 0x80ff7f0100fe0280, 0x7f01807f00fe0380, 0x0000000000000000)

    CASE(inserts and extracts)
    movabs $0x1122334455667788, %rax
    movq %rax, %mm0
    mov $0xabcdef01, %ecx
    pinsrw $2, %ecx, %mm0
    EXPECT_MM(mm0, 0x1122ef0155667788)
    pinsrw $7, cell_word, %mm0
    EXPECT_MM(mm0, 0x9abcef0155667788)
    pextrw $6, %mm0, %edx
    EXPECT(rdx, 0xef01)
    pmovmskb %mm0, %edx
    EXPECT(rdx, 0xe1)

    CASE(moves)
    mov $-1, %rax
    movd %eax, %mm1
    EXPECT_MM(mm1, 0xffffffff)
    movd %mm1, %edx
    EXPECT(rdx, 0xffffffff)
    movq %mm0, cell
    EXPECT_MEM(8, cell, 0x9abcef0155667788)
    movd %mm0, cell
    movd cell, %mm2
    EXPECT_MM(mm2, 0x55667788)
    movntq %mm1, cell
    EXPECT_MEM(8, cell, 0xffffffff)
    movq %mm0, %mm5
    EXPECT_MM(mm5, 0x9abcef0155667788)
    pcmpeqd %xmm3, %xmm3
    movq2dq %mm5, %xmm3
    EXPECT_XMM(xmm3, 0, 0x9abcef0155667788)
    movdq2q %xmm3, %mm6
    EXPECT_MM(mm6, 0x9abcef0155667788)

    CASE(a masked store)
    movq $0, cell
    lea cell, %rdi
    maskmovq %mm0, %mm1
    EXPECT_MEM(8, cell, 0xff)
    movabs $0x8000000000800080, %rax
    movq %rax, %mm1
    maskmovq %mm1, %mm0
    EXPECT_MEM(8, cell, 0x9a00000000660088)
    movq %mm5, cell
    pxor %mm2, %mm2
    maskmovq %mm1, %mm2
    EXPECT_MEM(8, cell, 0x00bcef0155007700)

    CASE(conversions)
    movabs $0xfffffffe00000003, %rax
    movq %rax, %mm0
    xorps %xmm0, %xmm0
    cvtpi2ps %mm0, %xmm0
    EXPECT_XMM(xmm0, 0, 0xc000000040400000)
    cvtpi2pd %mm0, %xmm1
    EXPECT_XMM(xmm1, 0xc000000000000000, 0x4008000000000000)
    movups floats, %xmm2
    cvtps2pi %xmm2, %mm1
    EXPECT_MM(mm1, 0xfffffffe00000002)
    cvttps2pi %xmm2, %mm1
    EXPECT_MM(mm1, 0xffffffff00000002)
    movups doubles, %xmm2
    cvtpd2pi %xmm2, %mm1
    EXPECT_MM(mm1, 0x8000000000000004)
    cvttpd2pi %xmm2, %mm1
    EXPECT_MM(mm1, 0x8000000000000003)

    CASE(the registers are those of the x87)
    emms
    fninit
    fld1
    fldpi
    movq %mm6, cell
    EXPECT_MEM(8, cell, 0xc90fdaa22168c235)
    EXPECT_FSW(0x3800, 0)
    fnstenv image
    EXPECT_MEM(2, image + 8, 0x09aa)
    emms
    fnstenv image
    EXPECT_MEM(2, image + 8, 0xffff)
    EXPECT_FSW(0x3800, 0)
    mov $5, %eax
    movd %eax, %mm4
    fnstenv image
    EXPECT_FSW(0x3800, 0)
    fnsave image
    EXPECT_MEM(8, image + 28 + 40, 5)
    EXPECT_MEM(2, image + 28 + 48, 0xffff)
    TEST_END

    .data
cell_word:
    .word 0x9abc
    .align 16
floats:
    .float 2.5, -1.75, 0, 0
doubles:
    .double 3.75, 1e20
    .bss
    .align 16
cell:
    .skip 16
image:
    .skip 128
