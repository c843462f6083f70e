/*
 * layout.h - where a variable stands (layout.ld).
 */
#ifndef SHIM_LAYOUT_H
#define SHIM_LAYOUT_H

/* Large or seldom used: apart from the small variables, whose page every image pays for. */
#define ZERO_PAGES __attribute__((section(".bss.pages")))

#endif
