#include "base/alloc.h"
#include "record/replay/replay_int.h"

#define KEY_MAX (BDL_ACT_BYTES_MAX + 64)

struct bdl_replay_names {
	/* Whom the judge sees; who it is; hosts with categories; how it was judged; what was kept. */
	struct bdl_index *classes, *people, *addresses, *sites, *bases, *kept;
	struct bdl_index *hosts;
	uint32_t *host_of; /* of each site */
	size_t n_host_of, cap_host_of;
	struct bdl_buf key; /* being made */
};

struct bdl_replay_names *bdl_replay_names_new(void)
{
	struct bdl_replay_names *n = bdl_xalloc(sizeof(*n));

	n->classes = bdl_index_new();
	n->people = bdl_index_new();
	n->addresses = bdl_index_new();
	n->sites = bdl_index_new();
	n->bases = bdl_index_new();
	n->kept = bdl_index_new();
	n->hosts = bdl_index_new();
	n->key = BDL_BUF(KEY_MAX);
	return n;
}

void bdl_replay_names_free(struct bdl_replay_names *n)
{
	if (!n)
		return;
	bdl_index_free(n->classes);
	bdl_index_free(n->people);
	bdl_index_free(n->addresses);
	bdl_index_free(n->sites);
	bdl_index_free(n->bases);
	bdl_index_free(n->kept);
	bdl_index_free(n->hosts);
	free(n->host_of);
	bdl_buf_done(&n->key);
	free(n);
}

bool bdl_replay_names_are_too_many(const struct bdl_replay_names *n)
{
	return bdl_index_is_full(n->classes) || bdl_index_is_full(n->people) ||
	    bdl_index_is_full(n->addresses) || bdl_index_is_full(n->sites) ||
	    bdl_index_is_full(n->bases) || bdl_index_is_full(n->kept);
}

/* A key's parts; what an act has fits, so the results say nothing. Texts hold no NUL. */
static void add_text(struct bdl_buf *key, struct bdl_view v)
{
	(void)bdl_buf_add_view(key, v);
	(void)bdl_buf_add_char(key, '\0');
}

static struct bdl_view take_text(struct bdl_view *key)
{
	struct bdl_view v = { 0 };

	(void)bdl_view_cut(key, '\0', &v); /* keys are our own */
	return v;
}

static unsigned take_byte(struct bdl_view *key)
{
	unsigned byte = (unsigned char)key->p[0];

	*key = bdl_view_from(*key, 1);
	return byte;
}

struct bdl_replay_client bdl_replay_client_of(struct bdl_replay_names *n, const struct bdl_act *a)
{
	bool is_new;

	bdl_buf_clear(&n->key);
	(void)bdl_buf_add_char(&n->key, (char)a->known);
	add_text(&n->key, a->groups);
	add_text(&n->key, a->place);
	add_text(&n->key, a->equipment);
	return (struct bdl_replay_client){
		.class = bdl_index_put(n->classes, bdl_buf_view(&n->key), &is_new),
		.who = a->person.n ? bdl_index_put(n->people, a->person, &is_new)
				   : bdl_index_put(n->addresses, a->address, &is_new),
		.is_address = !a->person.n,
	};
}

uint32_t bdl_replay_site_of(struct bdl_replay_names *n, const struct bdl_act *a)
{
	bool is_new;

	bdl_buf_clear(&n->key);
	add_text(&n->key, a->host);
	add_text(&n->key, a->categories);
	uint32_t site = bdl_index_put(n->sites, bdl_buf_view(&n->key), &is_new);
	if (is_new) {
		n->host_of =
		    bdl_xgrow(n->host_of, n->n_host_of, &n->cap_host_of, sizeof(*n->host_of));
		n->host_of[n->n_host_of++] = bdl_index_put(n->hosts, a->host, &is_new);
	}
	return site;
}

uint32_t bdl_replay_basis_of(struct bdl_replay_names *n, const struct bdl_act *a)
{
	bool is_new;

	bdl_buf_clear(&n->key);
	(void)bdl_buf_add_char(&n->key, (char)a->door);
	(void)bdl_buf_add_char(&n->key, (char)a->action);
	add_text(&n->key, a->method);
	add_text(&n->key, a->clauses);
	return bdl_index_put(n->bases, bdl_buf_view(&n->key), &is_new);
}

uint32_t bdl_replay_kept_of(struct bdl_replay_names *n, struct bdl_view kept)
{
	bool is_new;

	return bdl_index_put(n->kept, kept, &is_new);
}

size_t bdl_replay_kept_size(const struct bdl_replay_names *n)
{
	return bdl_index_size(n->kept);
}

void bdl_replay_kept_forget(struct bdl_replay_names *n)
{
	bdl_index_clear(n->kept);
}

uint32_t bdl_replay_host_of(const struct bdl_replay_names *n, uint32_t site)
{
	return n->host_of[site];
}

struct bdl_view bdl_replay_host_name(const struct bdl_replay_names *n, uint32_t host)
{
	return bdl_index_at(n->hosts, host);
}

struct bdl_view bdl_replay_categories_of(const struct bdl_replay_names *n, uint32_t site)
{
	struct bdl_view key = bdl_index_at(n->sites, site);

	(void)take_text(&key); /* the host */
	return take_text(&key);
}

void bdl_replay_act_of(const struct bdl_replay_names *n, uint32_t class, uint32_t site,
    uint32_t basis, uint32_t kept, struct bdl_act *ret)
{
	struct bdl_view who = bdl_index_at(n->classes, class), where = bdl_index_at(n->sites, site),
			how = bdl_index_at(n->bases, basis);

	*ret = (struct bdl_act){ .kept = bdl_index_at(n->kept, kept) };
	ret->known = take_byte(&who);
	ret->groups = take_text(&who);
	ret->place = take_text(&who);
	ret->equipment = take_text(&who);
	ret->host = take_text(&where);
	ret->categories = take_text(&where);
	ret->door = (enum bdl_door)take_byte(&how);
	ret->action = (enum bdl_action)take_byte(&how);
	ret->method = take_text(&how);
	ret->clauses = take_text(&how);
}
