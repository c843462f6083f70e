#include "hello.h"
#include <stdio.h>
int
main(void)
{
	puts(HELLO);
}
