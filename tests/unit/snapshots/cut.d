memory: \
  /bin/sh \
  /lib/x86_64-linux-gnu/libc.so.6 \
  a.c \
  b.h \
  later \
  /usr/bin/cc \
  /usr/bin/make \
  /usr/bin/x86_64-linux-gnu-gcc-12
