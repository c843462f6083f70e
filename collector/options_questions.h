/*
 * options_questions.h - for options_shared.c and options.c: the options of outputs that answer questions.
 */
#ifndef INTERPOSE_OPTIONS_QUESTIONS_H
#define INTERPOSE_OPTIONS_QUESTIONS_H

#include "options.h"

void path_list_free(struct path_list *list);
/* Whether the option `name` is one of these; then *result is 0, or -1 after options_problem(). */
bool options_take_question(struct options *options, const char *name, const char *argument, int *result);
/* When all options are read: adds what --who is short for, or says what is missing. 0, or -1 after
 * options_problem(). */
int options_check_questions(struct options *options);

#endif
