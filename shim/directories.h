/*
 * directories.h - what the calls that move the working directory share (directories.c).
 */
#ifndef SHIM_DIRECTORIES_H
#define SHIM_DIRECTORIES_H

/* Tells where the kernel says that the working directory is now. */
void directories_tell_cwd(void);

#endif
