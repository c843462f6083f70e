/* shapes.h - what the library has. */
#ifndef SHAPES_H
#define SHAPES_H

#ifdef __cplusplus
extern "C" {
#endif

double shapes_area(double a, double b);
double shapes_length(double a, double b);
const char *shapes_name(unsigned number);

#ifdef __cplusplus
}
#endif

#endif
