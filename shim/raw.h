/*
 * raw.h - system calls without libc: nothing here sets errno, is a cancellation point, or can be interposed
 * by another preloaded library. A negative result is -errno.
 */
#ifndef SHIM_RAW_H
#define SHIM_RAW_H

#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>

#if defined(__x86_64__)

static inline long
raw6(long number, long a, long b, long c, long d, long e, long f)
{
	long result;
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "0"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return result;
}

#elif defined(__aarch64__)

static inline long
raw6(long number, long a, long b, long c, long d, long e, long f)
{
	register long x8 __asm__("x8") = number;
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;
	register long x3 __asm__("x3") = d;
	register long x4 __asm__("x4") = e;
	register long x5 __asm__("x5") = f;

	__asm__ volatile("svc 0"
			 : "+r"(x0)
			 : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
			 : "memory");
	return x0;
}

#elif defined(__i386__)

/* The sixth argument goes into the register that may hold our frame, so both go over the stack. */
static inline long
raw6(long number, long a, long b, long c, long d, long e, long f)
{
	long result;

	__asm__ volatile("pushl %[f]\n\t"
			 "pushl %%ebp\n\t"
			 "movl 4(%%esp), %%ebp\n\t"
			 "int $0x80\n\t"
			 "popl %%ebp\n\t"
			 "addl $4, %%esp"
			 : "=a"(result)
			 : "0"(number), "b"(a), "c"(b), "d"(c), "S"(d), "D"(e), [f] "g"(f)
			 : "memory", "cc");
	return result;
}

#else
#error "raw.h: no system call sequence for this machine yet"
#endif

/* Calls that have the form we mean under another number on machines of 32 bits; raw_stat is what fstatat
 * fills in. */
#if defined(__i386__)
#define RAW_FSTATAT   SYS_fstatat64
#define RAW_MMAP      SYS_mmap2 /* its offset counts pages; ours is 0 */
#define RAW_GETRESUID SYS_getresuid32
#define RAW_GETRESGID SYS_getresgid32
#define raw_stat      stat64
#else
#define RAW_FSTATAT   SYS_newfstatat
#define RAW_MMAP      SYS_mmap
#define RAW_GETRESUID SYS_getresuid
#define RAW_GETRESGID SYS_getresgid
#define raw_stat      stat
#endif

#define raw(number, ...) raw_pick(number, __VA_ARGS__ __VA_OPT__(, ) 0, 0, 0, 0, 0, 0)
#define raw_pick(number, a, b, c, d, e, f, ...) \
	raw6(number, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))

#endif
