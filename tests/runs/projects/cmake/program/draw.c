#include <stdio.h>
#include <stdlib.h>

#include "config.h"
#include "shapes.h"

int
main(int argc, char *argv[])
{
	double a = argc > 1 ? atof(argv[1]) : 1, b = argc > 2 ? atof(argv[2]) : 1;

	printf("%s: %g %g\n", SHAPES_VERSION, shapes_area(a, b), shapes_length(a, b));
	return 0;
}
