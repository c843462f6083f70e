/*
 * syscall_entry.S - syscall(2)'s symbol. Most numbers go on to syscall_told with every argument where it was. A child
 * on its parent's memory (vfork, clone with CLONE_VM) would find its way back overwritten, so for those nothing stays
 * on the stack: the return address is kept in a register, or libc's own syscall is jumped to.
 */
#include <sys/syscall.h>

#if defined(__x86_64__)

	.text
	.globl	syscall
	.type	syscall, @function
syscall:
	.cfi_startproc
	endbr64
	cmpq	$SYS_vfork, %rdi
	je	1f
	cmpq	$SYS_clone, %rdi
	je	1f
	cmpq	$435, %rdi		/* SYS_clone3 */
	je	1f
2:	jmp	syscall_told
1:	pushq	%rdi
	pushq	%rsi
	pushq	%rdx
	pushq	%rcx
	pushq	%r8
	pushq	%r9
	subq	$8, %rsp
	.cfi_adjust_cfa_offset 56
	call	syscall_clone_way
	addq	$8, %rsp
	popq	%r9
	popq	%r8
	popq	%rcx
	popq	%rdx
	popq	%rsi
	popq	%rdi
	.cfi_adjust_cfa_offset -56
	testq	%rax, %rax
	jz	2b
	cmpq	$1, %rax
	je	3f
	jmp	*%rax
3:	movq	%rdi, %rax
	movq	%rsi, %rdi
	movq	%rdx, %rsi
	movq	%rcx, %rdx
	movq	%r8, %r10
	movq	%r9, %r8
	popq	%r9
	.cfi_adjust_cfa_offset -8
	.cfi_register %rip, %r9
	syscall
	pushq	%r9
	.cfi_adjust_cfa_offset 8
	.cfi_offset %rip, -8
	subq	$8, %rsp
	.cfi_adjust_cfa_offset 8
	movq	%rax, %rdi
	call	vfork_finish
	cltq
	addq	$8, %rsp
	.cfi_adjust_cfa_offset -8
	ret
	.cfi_endproc
	.size	syscall, . - syscall

#elif defined(__aarch64__)

	.text
	.globl	syscall
	.type	syscall, %function
syscall:
	.cfi_startproc
	hint	#34			/* bti c */
	cmp	x0, #220		/* SYS_clone */
	b.eq	1f
	cmp	x0, #435		/* SYS_clone3 */
	b.eq	1f
2:	b	syscall_told
1:	stp	x29, x30, [sp, #-80]!
	.cfi_adjust_cfa_offset 80
	.cfi_offset x29, -80
	.cfi_offset x30, -72
	stp	x0, x1, [sp, #16]
	stp	x2, x3, [sp, #32]
	stp	x4, x5, [sp, #48]
	str	x6, [sp, #64]
	bl	syscall_clone_way
	mov	x16, x0
	ldp	x0, x1, [sp, #16]
	ldp	x2, x3, [sp, #32]
	ldp	x4, x5, [sp, #48]
	ldr	x6, [sp, #64]
	ldp	x29, x30, [sp], #80
	.cfi_adjust_cfa_offset -80
	.cfi_restore x29
	.cfi_restore x30
	cbz	x16, 2b
	cmp	x16, #1
	b.eq	3f
	br	x16
3:	mov	x8, x0
	mov	x0, x1
	mov	x1, x2
	mov	x2, x3
	mov	x3, x4
	mov	x4, x5
	svc	#0
	stp	x29, x30, [sp, #-16]!
	.cfi_adjust_cfa_offset 16
	.cfi_offset x29, -16
	.cfi_offset x30, -8
	bl	vfork_finish
	sxtw	x0, w0
	ldp	x29, x30, [sp], #16
	.cfi_adjust_cfa_offset -16
	ret
	.cfi_endproc
	.size	syscall, . - syscall

#elif defined(__i386__)

/* Every argument is on the stack, where the child would overwrite what its parent needs, and too few registers are
   free: the caller's are kept in the thread's memory, at a place for each depth of children (fork.c). */
	.text
	.globl	syscall
	.type	syscall, @function
syscall:
	.cfi_startproc
	endbr32
	movl	4(%esp), %eax
	cmpl	$SYS_vfork, %eax
	je	1f
	cmpl	$SYS_clone, %eax
	je	1f
	cmpl	$435, %eax		/* SYS_clone3 */
	je	1f
2:	jmp	syscall_told
1:	pushl	12(%esp)
	pushl	12(%esp)
	pushl	12(%esp)
	.cfi_adjust_cfa_offset 12
	call	syscall_clone_way
	addl	$12, %esp
	.cfi_adjust_cfa_offset -12
	testl	%eax, %eax
	jz	2b
	cmpl	$1, %eax
	je	3f
	jmp	*%eax
3:	subl	$12, %esp
	.cfi_adjust_cfa_offset 12
	call	vfork_registers
	addl	$12, %esp
	.cfi_adjust_cfa_offset -12
	movl	%ebx, (%eax)
	movl	%esi, 4(%eax)
	movl	%edi, 8(%eax)
	movl	%ebp, 12(%eax)
	popl	16(%eax)
	movl	%eax, %ebp
	movl	(%esp), %eax
	movl	4(%esp), %ebx
	movl	8(%esp), %ecx
	movl	12(%esp), %edx
	movl	16(%esp), %esi
	movl	20(%esp), %edi
	int	$0x80
	pushl	16(%ebp)
	movl	(%ebp), %ebx
	movl	4(%ebp), %esi
	movl	8(%ebp), %edi
	movl	12(%ebp), %ebp
	subl	$8, %esp
	.cfi_adjust_cfa_offset 8
	pushl	%eax
	.cfi_adjust_cfa_offset 4
	call	vfork_finish
	addl	$12, %esp
	.cfi_adjust_cfa_offset -12
	ret
	.cfi_endproc
	.size	syscall, . - syscall

#else
#error "syscall_entry.S: not written for this machine yet"
#endif

	.section .note.GNU-stack, "", %progbits
