/*
 * forms.h - in what form each field of an event is shown, for outputs that show all of them by name.
 */
#ifndef INTERPOSE_FORMS_H
#define INTERPOSE_FORMS_H

#include "event.h"

enum form {
	FORM_NUMBER,
	FORM_BOOLEAN,
	FORM_TEXT,
	FORM_FLAGS, /* names of bits, by the event's kind */
	FORM_MODE,  /* octal; an access's are names of bits */
	FORM_PROTECTION,
	FORM_SIGNAL,
	FORM_BY,
	FORM_REASON,
};

struct field_form {
	enum field field;
	enum form form;
};

/* Every field but ret, argv and env, which each output has in a place of their own. */
enum { FORMS_COUNT = FIELD_COUNT - 3 };

/* In the order in which they are shown. A new field of fields.def needs a row. */
extern const struct field_form forms[FORMS_COUNT];

#endif
