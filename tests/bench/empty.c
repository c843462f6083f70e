/*
 * empty.c - a library that does nothing: what preloading any library at all costs. Built twice: empty.so,
 * linked as the shim is, and plain.so, as any library is.
 */
int interpose_empty;
