#include <iostream>
#include <string>
#include <thread>

#include "shapes.h"

int
main()
{
	std::thread thread([] { std::cout << std::string(shapes_name(1)) << '\n'; });

	thread.join();
	return 0;
}
