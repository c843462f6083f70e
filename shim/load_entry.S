/*
 * load_entry.S - the symbols dlopen and dlmopen: load_way_... says whether libc must see the program's return address
 * (then its function is jumped to, and returns there) or not (then load_told_... calls it).
 */
#include <features.h>

#ifndef __GLIBC__ /* shim/load_musl.c */
#elif defined(__x86_64__)

	.macro	entry name, caller
	.globl	\name
	.type	\name, @function
\name:
	.cfi_startproc
	endbr64
	pushq	%rdi
	pushq	%rsi
	pushq	%rdx
	.cfi_adjust_cfa_offset 24
	movq	24(%rsp), \caller
	call	load_way_\name
	popq	%rdx
	popq	%rsi
	popq	%rdi
	.cfi_adjust_cfa_offset -24
	testq	%rax, %rax
	jz	load_told_\name
	jmp	*%rax
	.cfi_endproc
	.size	\name, . - \name
	.endm

	.text
	entry	dlopen, %rdx
	entry	dlmopen, %rcx

#elif defined(__aarch64__)

	.macro	entry name, caller
	.globl	\name
	.type	\name, %function
\name:
	.cfi_startproc
	hint	#34			/* bti c */
	stp	x29, x30, [sp, #-48]!
	.cfi_adjust_cfa_offset 48
	.cfi_offset x29, -48
	.cfi_offset x30, -40
	stp	x0, x1, [sp, #16]
	str	x2, [sp, #32]
	mov	\caller, x30
	bl	load_way_\name
	mov	x16, x0
	ldp	x0, x1, [sp, #16]
	ldr	x2, [sp, #32]
	ldp	x29, x30, [sp], #48
	.cfi_adjust_cfa_offset -48
	.cfi_restore x29
	.cfi_restore x30
	cbz	x16, 1f
	br	x16
1:	b	load_told_\name
	.cfi_endproc
	.size	\name, . - \name
	.endm

	.text
	entry	dlopen, x2
	entry	dlmopen, x3

#elif defined(__i386__)

/* `depth` is the last argument's offset from the stack pointer: each push brings the next one to the same place. */
	.macro	entry name, padding, depth, count
	.globl	\name
	.type	\name, @function
\name:
	.cfi_startproc
	endbr32
	subl	$\padding, %esp
	.cfi_adjust_cfa_offset \padding
	pushl	\padding(%esp)		/* the return address */
	.cfi_adjust_cfa_offset 4
	.rept	\count
	pushl	\depth(%esp)
	.cfi_adjust_cfa_offset 4
	.endr
	call	load_way_\name
	addl	$\depth, %esp
	.cfi_adjust_cfa_offset -\depth
	testl	%eax, %eax
	jz	load_told_\name
	jmp	*%eax
	.cfi_endproc
	.size	\name, . - \name
	.endm

	.text
	entry	dlopen, 0, 12, 2
	entry	dlmopen, 12, 28, 3

#else
#error "load_entry.S: not written for this machine yet"
#endif

	.section .note.GNU-stack, "", %progbits
