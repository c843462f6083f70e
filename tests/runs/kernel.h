/*
 * kernel.h - a system call that no library sees: libc isn't asked, and so the shim isn't either.
 */
#ifndef TESTS_RUNS_KERNEL_H
#define TESTS_RUNS_KERNEL_H

static long
kernel(long call, long a, long b, long c)
{
#if defined(__x86_64__)
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "0"(call), "D"(a), "S"(b), "d"(c)
			 : "rcx", "r11", "memory");
	return result;
#elif defined(__aarch64__)
	register long x8 __asm__("x8") = call;
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;

	__asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2) : "memory");
	return x0;
#else
#error "kernel.h: not written for this machine yet"
#endif
}

#endif
