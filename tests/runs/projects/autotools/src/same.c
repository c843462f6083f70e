#include "shapes.h"

int
main(void)
{
	return shapes_area(2, 2) == 4 && shapes_length(1, 1) == 4 ? 0 : 1;
}
