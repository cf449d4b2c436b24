#include "main/json.h"

#include <stdio.h>

json_t *bdl_json_text(struct bdl_view v)
{
	return json_stringn(v.p ? v.p : "", v.n);
}

void bdl_json_add(json_t **list, json_t *value)
{
	if (json_array_append_new(*list, value) == 0)
		return;
	json_decref(*list);
	*list = NULL;
}

int bdl_json_print(json_t *answer, size_t flags, struct bdl_err *err)
{
	bool written = answer && json_dumpf(answer, stdout, flags) == 0 && putchar('\n') != EOF;

	json_decref(answer);
	return written ? 0 : bdl_fail(err, BDL_E_IO, "the answer could not be written");
}
