/* Rolls: who stands plainly in a roll that is taken is found in it. */
#include "fuzz.h"
#include "policy/roll.h"

#define LOGIN_MAX 128

static void check_found(const struct bdl_roll *roll, struct bdl_view line)
{
	struct bdl_view login;
	char lower[LOGIN_MAX];

	if (!bdl_view_cut(&line, ',', &login))
		return;
	login = bdl_view_trim(login);
	if (login.n == 0 || login.n > sizeof(lower))
		return;
	for (size_t i = 0; i < login.n; i++) {
		char c = login.p[i];

		lower[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
	}
	MUST(bdl_roll_find(roll, bdl_view_at(lower, login.n)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	BDL_AUTO(bdl_roll_free) struct bdl_roll *roll = NULL;
	struct bdl_view in = fuzz_view(data, size), rest = in, line;
	struct bdl_err err = { 0 };

	if (bdl_roll_parse(in, "f", &roll, &err) < 0) {
		MUST(err.text[0]);
		return 0;
	}
	MUST(bdl_roll_size(roll) <= size);
	MUST(!bdl_roll_find(roll, (struct bdl_view){ 0 }));
	/* Quotation marks and lone carriage returns cut lines in ways that this does not follow. */
	if (bdl_view_find(in, '"') < in.n || bdl_view_find(in, '\r') < in.n)
		return 0;
	(void)bdl_view_cut(&rest, '\n', &line); /* the heading */
	while (bdl_view_cut(&rest, '\n', &line))
		check_found(roll, line);
	return 0;
}
