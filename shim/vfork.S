/*
 * vfork.S - vfork without a stack frame. Parent and child return from here one after the other over the same stack, so
 * the return address is kept in a register across the system call (vfork(2); the kernel preserves it for both).
 */
#if defined(__x86_64__)

	.text
	.globl	vfork, __vfork
	.type	vfork, @function
	.type	__vfork, @function
vfork:
__vfork:
	.cfi_startproc
	endbr64
	subq	$8, %rsp
	.cfi_adjust_cfa_offset 8
	call	vfork_prepare
	addq	$8, %rsp
	.cfi_adjust_cfa_offset -8
	popq	%rdi
	.cfi_adjust_cfa_offset -8
	.cfi_register %rip, %rdi
	movl	$58, %eax		/* __NR_vfork */
	syscall
	pushq	%rdi
	.cfi_adjust_cfa_offset 8
	.cfi_offset %rip, -8
	movq	%rax, %rdi
	jmp	vfork_finish
	.cfi_endproc
	.size	vfork, . - vfork
	.size	__vfork, . - __vfork

#elif defined(__aarch64__)

	.text
	.globl	vfork, __vfork
	.type	vfork, %function
	.type	__vfork, %function
vfork:
__vfork:
	.cfi_startproc
	stp	x29, x30, [sp, #-16]!
	.cfi_adjust_cfa_offset 16
	bl	vfork_prepare
	ldp	x29, x30, [sp], #16
	.cfi_adjust_cfa_offset -16
	mov	x0, #0x4111		/* CLONE_VM | CLONE_VFORK | SIGCHLD */
	mov	x1, #0
	mov	x2, #0
	mov	x3, #0
	mov	x4, #0
	mov	x8, #220		/* __NR_clone */
	svc	#0
	b	vfork_finish
	.cfi_endproc
	.size	vfork, . - vfork
	.size	__vfork, . - __vfork

#elif defined(__i386__)

	.text
	.globl	vfork, __vfork
	.type	vfork, @function
	.type	__vfork, @function
vfork:
__vfork:
	.cfi_startproc
	endbr32
	subl	$12, %esp
	.cfi_adjust_cfa_offset 12
	call	vfork_prepare
	addl	$12, %esp
	.cfi_adjust_cfa_offset -12
	popl	%edx
	.cfi_adjust_cfa_offset -4
	.cfi_register %eip, %edx
	movl	$190, %eax		/* __NR_vfork */
	int	$0x80
	pushl	%edx
	.cfi_adjust_cfa_offset 4
	.cfi_offset %eip, -4
	subl	$8, %esp
	.cfi_adjust_cfa_offset 8
	pushl	%eax
	.cfi_adjust_cfa_offset 4
	call	vfork_finish
	addl	$12, %esp
	.cfi_adjust_cfa_offset -12
	ret
	.cfi_endproc
	.size	vfork, . - vfork
	.size	__vfork, . - __vfork

#else
#error "vfork.S: not written for this machine yet"
#endif

	.section .note.GNU-stack, "", %progbits
