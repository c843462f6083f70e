#include <config.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "shapes.h"

int
main(int argc, char *argv[])
{
	double a = argc > 1 ? atof(argv[1]) : 1, b = argc > 2 ? atof(argv[2]) : 1;

	printf("%s %s: %g %g %g\n", PACKAGE_STRING, shapes_name(0), shapes_area(a, b), shapes_length(a, b), sqrt(a));
	return 0;
}
