/*
 * empty.c - a library that does nothing, linked as the shim is: what preloading any library at all costs.
 */
int interpose_empty;
