/* Which rules keep a name from everyone, and what is said of those that do not. */
#include "dns_test.h"

struct asked {
	const char *category, *host; /* the host that is met, NULL: none */
	bool blocked;
};

static bool blocks(const struct bdl_dns_names *names, const struct bdl_hosts *hosts,
    const char *category, const char *host)
{
	struct bdl_catset set = { 0 };
	struct bdl_dns_met met = { 0 };

	for (unsigned i = 0; category && i < bdl_hosts_categories(hosts); i++)
		if (strcmp(bdl_hosts_category(hosts, i), category) == 0)
			bdl_catset_add(&set, i);
	for (size_t i = 0; host && i < names->n_conds; i++)
		if (names->conds[i].is_host &&
		    bdl_view_is(names->conds[i].words->words[0].text, host))
			met.w[0] |= 1u << i;
	return bdl_dns_names_blocks(names, &set, &met);
}

#define SAFE "safe search: not forced here, for not every policy says 'force dns safe-search'\n"
#define OWN                                                                                 \
	"names that keep browsers and devices on this resolver: not answered, for neither " \
	"bypass nor encrypted-dns is blocked for everyone\n"
#define LAW                                                                                    \
	"law illegal: not carried out, as a zone has nothing for 'names of illegal content': " \
	"block dns to category illegal, always\n"

static const struct {
	struct policy_lines policies[4];
	struct asked asked[6];
	const char *said;
} rows[] = {
	{ { { "all", "staff, pupils", "block dns to category games, adult" } },
	    { { "games", NULL, true }, { "adult", NULL, true }, { "drugs", NULL, false } },
	    "all a.clause: category games: blocked for everyone\n"
	    "all a.clause: category adult: blocked for everyone\n" LAW SAFE OWN },
	/* What another group may look up stays. */
	{ { { "pupils", "pupils", "block dns to category games" },
	      { "staff", "staff, governors", "note web to category games" } },
	    { { "games", NULL, false } },
	    "pupils a.clause: category games: not blocked here, for no such rule binds staff, "
	    "governors\n" LAW SAFE OWN },
	/* Two policies together may bind everyone. */
	{ { { "pupils", "pupils", "block dns to category games, adult" },
	      { "staff", "staff", "block dns to category adult, drugs" } },
	    { { "games", NULL, false }, { "adult", NULL, true }, { "drugs", NULL, false } },
	    "pupils a.clause: category games: not blocked here, for no such rule binds staff\n"
	    "pupils a.clause: category adult: blocked for everyone\n"
	    "staff a.clause: category adult: blocked for everyone\n"
	    "staff a.clause: category drugs: not blocked here, for no such rule binds pupils\n" LAW
		SAFE OWN },
	/* A rule of the web door is one of the web door, whatever it says besides. */
	{ { { "all", "staff", "block web to category games\n  always" } },
	    { { "games", NULL, false } }, LAW SAFE OWN },
	/* What can be lifted is not in the ruleset; what is always is. */
	{ { { "all", "staff",
	      "block dns to category games\nblock dns to category adult always\n"
	      "block web to category games\n"
	      "permit b asked by staff decided by head lifting a.clause for stated host" } },
	    { { "games", NULL, false }, { "adult", NULL, true } },
	    "all a.clause: category adult: blocked for everyone\n"
	    "all a.clause: not carried out, as a zone has nothing for 'names that can be lifted': block "
	    "dns to category games\n" LAW SAFE OWN },
	/* All conditions of a rule hold together. */
	{ { { "all", "staff", "block dns to category games to host shop.example" } },
	    { { "games", NULL, false }, { NULL, "shop.example", false },
		{ "games", "shop.example", true } },
	    "all a.clause: category games, and what else its rule asks for: blocked for everyone\n"
	    "all a.clause: host shop.example, and what else its rule asks for: blocked for "
	    "everyone\n" LAW SAFE OWN },
	{ { { "all", "staff", "block dns to category bypass\nforce dns safe-search" } },
	    { { "bypass", NULL, true } },
	    "all a.clause: category bypass: blocked for everyone\n" LAW
	    "safe search: forced for everyone\n"
	    "names that keep browsers and devices on this resolver: answered\n" },
	{ { { "all", "staff", "force dns safe-search" }, { "b", "pupils", "note web" } },
	    { { "games", NULL, false } }, LAW SAFE OWN },
	{ { { NULL, NULL, NULL } }, { { "games", NULL, false } }, LAW SAFE OWN },
};

static void blocks_for_everyone_or_not_at_all(void **state)
{
	BDL_AUTO(bdl_list_build_free) struct bdl_list_build *b = bdl_list_build_new();

	add(b, "games", "a.example");
	add(b, "adult", "b.example");
	add(b, "bypass", "c.example");
	BDL_AUTO(bdl_hosts_close) struct bdl_hosts *hosts = hosts_of(state, b);
	for (size_t i = 0; i < BDL_ARRAY_LEN(rows); i++) {
		struct bdl_ruleset *r BDL_AUTO(bdl_ruleset_free) = ruleset_of(rows[i].policies);
		BDL_AUTO_IN(bdl_buf_done) struct bdl_buf said = BDL_BUF(1 << 16);
		struct bdl_dns_names *names = calloc(1, sizeof(*names));

		assert_non_null(names);
		assert_int_equal(bdl_dns_names_make(r, hosts, names, NULL), 0);
		for (size_t j = 0; rows[i].asked[j].category || rows[i].asked[j].host; j++) {
			const struct asked *a = &rows[i].asked[j];

			if (blocks(names, hosts, a->category, a->host) != a->blocked)
				fail_msg("row %zu: %s, %s", i, a->category, a->host);
		}
		bdl_dns_names_write(names, &said);
		assert_string_equal(bdl_buf_str(&said), rows[i].said);
		free(names);
	}
}

/* A category that no list has is blocked as soon as one has: until then there is nothing in it. */
static void takes_a_category_without_a_list(void **state)
{
	(void)state;
	static const struct policy_lines lines[] = {
		{ "all", "staff", "block dns to category games" }, { 0 }
	};
	struct bdl_ruleset *r BDL_AUTO(bdl_ruleset_free) = ruleset_of(lines);
	struct bdl_dns_names *names = calloc(1, sizeof(*names));
	struct bdl_catset all;

	assert_non_null(names);
	memset(&all, 0xff, sizeof(all));
	assert_int_equal(bdl_dns_names_make(r, NULL, names, NULL), 0);
	assert_false(bdl_dns_names_blocks(names, &all, &(struct bdl_dns_met){ 0 }));
	free(names);
}

static void refuses_too_many_conditions(void **state)
{
	(void)state;
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf rules = BDL_BUF(1 << 20);
	struct bdl_dns_names *names = calloc(1, sizeof(*names));
	struct bdl_err err;

	assert_non_null(names);
	for (int i = 0; i < 257; i++)
		(void)bdl_buf_printf(&rules, "block dns to host h%d.example\n", i);
	const struct policy_lines lines[] = { { "all", "staff", bdl_buf_str(&rules) }, { 0 } };
	struct bdl_ruleset *r BDL_AUTO(bdl_ruleset_free) = ruleset_of(lines);
	assert_int_equal(bdl_dns_names_make(r, NULL, names, &err), BDL_E_LIMIT);
	free(names);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    blocks_for_everyone_or_not_at_all, make_folder, remove_folder),
		cmocka_unit_test(takes_a_category_without_a_list),
		cmocka_unit_test(refuses_too_many_conditions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
