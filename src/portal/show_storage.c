/* What is kept and for how long, what went, legal holds, backups: figures that the clerk counted. */
#include "base/clock.h"
#include "policy/format.h"
#include "record/retention/holds.h"
#include "record/retention/storage.h"
#include "state_int.h"
#include "storage.tmpl.h"

#define FACTS_MAX 4

/* --- for how long --- */

/* What a kind of record follows; others have a sentence of their own. */
static const struct {
	const char *name;
	const char *kept; /* NULL: by `rules` */
	enum bdl_kept rules;
} kinds[BDL_STORAGE_KINDS] = {
	[BDL_STORAGE_ACTS] = { "Acts that a clause spoke of", NULL, BDL_KEPT_VISITS },
	[BDL_STORAGE_VIOLATIONS] = { "Violations, with their acts", NULL, BDL_KEPT_VIOLATIONS },
	[BDL_STORAGE_VISITS] = { "Visits", NULL, BDL_KEPT_VISITS },
	[BDL_STORAGE_LOADS] = { "Page loads", NULL, BDL_KEPT_VISITS },
	[BDL_STORAGE_NAMES] = { "Names in visits", "With the last visit that names them",
	    BDL_KEPT_VISITS },
	[BDL_STORAGE_LEDGER] = { "Ledger",
	    "For ever: it holds no content, and names only until they are forgotten",
	    BDL_KEPT_VISITS },
	[BDL_STORAGE_REFUSED] = { "What could not be read", NULL, BDL_KEPT_VISITS },
	[BDL_STORAGE_CHECKS] = { "What checks came to",
	    "853 days, which is seven terms: reviews look back so far", BDL_KEPT_VISITS },
	[BDL_STORAGE_POLICIES] = { "Policies and the roll",
	    "Versions for ever; drafts until 12 months after somebody touched them; of the roll the "
	    "newest alone",
	    BDL_KEPT_VISITS },
	[BDL_STORAGE_OTHER] = { "All else", "Beadle's own bookkeeping", BDL_KEPT_VISITS },
};

static struct bdl_page_storage_keeping keeping_row(
    const struct bdl_request *r, size_t policy, const struct bdl_retention_rule *says)
{
	struct bdl_buf line BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_BLOCK_MAX);
	bool is_ever = says->before_ms == BDL_KEPT_EVER;

	bdl_rule_on_one_line(says->rule->text, &line);
	return (struct bdl_page_storage_keeping){
		.text = is_ever ? "For ever"
				: bdl_region_printf(r->region, "What is older than %s goes",
				      bdl_when(r, says->before_ms)),
		.policy = bdl_ruleset_policy_name(r->ruleset, policy),
		.clause = says->clause->id,
		.title = bdl_clause_heading(r, says->clause),
		.rule = bdl_region_str(r->region, bdl_buf_view(&line)),
	};
}

static struct bdl_page_storage_keeping default_row(const struct bdl_request *r, enum bdl_kept kept)
{
	const struct bdl_span visits = { BDL_KEEP_VISITS_DAYS, BDL_UNIT_DAY };
	const struct bdl_span violations = { BDL_KEEP_VIOLATIONS_YEARS, BDL_UNIT_YEAR };
	bool is_visits = kept == BDL_KEPT_VISITS;
	int64_t before_ms = bdl_span_before(is_visits ? visits : violations, r->now_ms);

	return (struct bdl_page_storage_keeping){
		.text = bdl_region_printf(r->region,
		    "%s, where no clause says otherwise: what is older than %s goes",
		    is_visits ? "90 days" : "1 year", bdl_when(r, before_ms)),
	};
}

/*
 * By the policies in force. Of visits the shortest time that any says holds for all; of violations each
 * policy's own, and the default for those that say nothing.
 */
static void add_keeping(
    const struct bdl_request *r, enum bdl_kept kept, struct bdl_page_storage_kind *row)
{
	size_t n = bdl_ruleset_policies(r->ruleset);
	struct bdl_page_storage_keeping *out = bdl_region_array(r->region, n + 1, sizeof(*out));
	struct bdl_retention_rule says, shortest = { .before_ms = 0 };

	for (size_t i = 0; out && i < n; i++) {
		const struct bdl_document *d = bdl_ruleset_document(r->ruleset, i);
		if (!bdl_retention_says(d, kept, r->now_ms, &says))
			continue;
		if (kept == BDL_KEPT_VIOLATIONS) {
			out[row->n_kept++] = keeping_row(r, i, &says);
		} else if (!shortest.rule || says.before_ms > shortest.before_ms) {
			shortest = says;
			out[0] = keeping_row(r, i, &says);
			row->n_kept = 1;
		}
	}
	if (out && (row->n_kept == 0 || (kept == BDL_KEPT_VIOLATIONS && row->n_kept < n)))
		out[row->n_kept++] = default_row(r, kept);
	row->kept = out;
}

static void add_fixed(
    const struct bdl_request *r, const char *text, struct bdl_page_storage_kind *row)
{
	struct bdl_page_storage_keeping *out = bdl_region_get(r->region, sizeof(*out));

	if (!out)
		return; /* the region is broken, which fails the page */
	*out = (struct bdl_page_storage_keeping){ .text = text };
	row->kept = out;
	row->n_kept = 1;
}

/* --- figures --- */

static const char *growth(const struct bdl_request *r, const struct bdl_storage_row *figure)
{
	if (!figure->has_growth)
		return "";
	return figure->bytes_a_day < 0
	    ? bdl_region_printf(r->region, "−%s", bdl_bytes_text(r, (uint64_t)-figure->bytes_a_day))
	    : bdl_bytes_text(r, (uint64_t)figure->bytes_a_day);
}

static struct bdl_page_storage_kind kind_row(const struct bdl_request *r,
    enum bdl_storage_kind kind, const struct bdl_storage_row *figure, bool is_counted)
{
	struct bdl_page_storage_kind row = { .name = kinds[kind].name };

	if (is_counted) {
		row.rows = kind == BDL_STORAGE_OTHER
		    ? ""
		    : bdl_count_text(r, (uint64_t)figure->rows, false);
		row.size =
		    figure->bytes < 0 ? "not known" : bdl_bytes_text(r, (uint64_t)figure->bytes);
		row.growth = growth(r, figure);
		row.oldest = bdl_when_or(r, figure->oldest_ms, "");
	}
	if (kinds[kind].kept)
		add_fixed(r, kinds[kind].kept, &row);
	else
		add_keeping(r, kinds[kind].rules, &row);
	return row;
}

static int add_kinds(const struct bdl_request *r, struct bdl_page_storage *v, struct bdl_err *err)
{
	struct bdl_storage_row figures[BDL_STORAGE_KINDS];
	struct bdl_page_storage_kind *out =
	    bdl_region_array(r->region, BDL_STORAGE_KINDS, sizeof(*out));
	int64_t counted_ms, total = 0;

	int rc = bdl_storage_read(r->store, figures, &counted_ms, err);
	if (rc < 0)
		return rc;
	for (int i = 0; out && i < BDL_STORAGE_KINDS; i++) {
		out[i] = kind_row(r, (enum bdl_storage_kind)i, &figures[i], counted_ms > 0);
		total += figures[i].bytes > 0 ? figures[i].bytes : 0;
	}
	v->kinds = out;
	v->n_kinds = out ? BDL_STORAGE_KINDS : 0;
	v->counted = bdl_when_or(r, counted_ms, "");
	v->total = total > 0 ? bdl_bytes_text(r, (uint64_t)total) : "";
	return 0;
}

/* --- deletion and holds --- */

static int add_deletion(
    const struct bdl_request *r, struct bdl_page_storage *v, struct bdl_err *err)
{
	struct bdl_deletion last;

	int rc = bdl_deletion_last(r->store, &last, err);
	if (rc < 0)
		return rc;
	v->next = bdl_region_printf(r->region,
	    "After %s, when a day more is past its time; records are looked for every ten minutes.",
	    bdl_when(r, bdl_day_of(r, r->now_ms).before_ms));
	if (last.ended_ms)
		v->deleted = bdl_region_printf(r->region,
		    "%s: %s acts, %s violations, %s rows of visits, %s entries that could not be "
		    "read",
		    bdl_when(r, last.ended_ms), bdl_count_text(r, (uint64_t)last.gone.acts, false),
		    bdl_count_text(r, (uint64_t)last.gone.violations, false),
		    bdl_count_text(r, (uint64_t)last.gone.visits, false),
		    bdl_count_text(r, (uint64_t)last.gone.refused, false));
	return 0;
}

static const char *whose(const struct bdl_request *r, const struct bdl_hold_row *h)
{
	if (!h->clause.n)
		return bdl_region_printf(r->region, "all records of %.*s", BDL_FMT(h->person));
	if (!h->person.n)
		return bdl_region_printf(
		    r->region, "all records of the clause %.*s", BDL_FMT(h->clause));
	return bdl_region_printf(r->region, "what %.*s did against the clause %.*s",
	    BDL_FMT(h->person), BDL_FMT(h->clause));
}

/* A day as it is kept, "2027-01-10", as people read it. */
static struct bdl_view day_title(const struct bdl_request *r, struct bdl_view word)
{
	int64_t at_ms;

	return bdl_day_parse(word, &at_ms) ? bdl_view_of(bdl_day_of(r, at_ms).title) : word;
}

static int add_holds(struct bdl_request *r, struct bdl_page_storage *v, struct bdl_err *err)
{
	const char *today = bdl_day_of(r, r->now_ms).word;
	struct bdl_hold_row *rows;
	size_t n;

	int rc = bdl_holds_list(r->store, r->region, &rows, &n, err);
	if (rc < 0)
		return rc;
	struct bdl_page_storage_hold *out = bdl_region_array(r->region, n, sizeof(*out));
	for (size_t i = 0; out && i < n; i++) {
		out[i] = (struct bdl_page_storage_hold){
			.number = rows[i].id,
			.whose = whose(r, &rows[i]),
			.reason = rows[i].reason,
			.people = bdl_region_printf(r->region, "%.*s and %.*s", BDL_FMT(rows[i].by),
			    BDL_FMT(rows[i].second)),
			.since = bdl_when(r, rows[i].added_ms),
			.review = day_title(r, rows[i].review_on),
			.due = bdl_view_cmp(rows[i].review_on, bdl_view_of(today)) <= 0,
		};
		bdl_request_looked(r, rows[i].person);
	}
	v->holds = out;
	v->n_holds = out ? n : 0;
	return 0;
}

/* --- copies and room --- */

static struct bdl_page_storage_fact job_fact(
    const struct bdl_request *r, const char *name, const struct bdl_job_row *job)
{
	struct bdl_page_storage_fact fact = { name, "Not yet", false };

	if (job && job->next_ms == INT64_MAX)
		fact.value = "Not by Beadle: see that your own means do it";
	if (job && job->ended_ms)
		fact.value = bdl_region_printf(
		    r->region, "%s: %.*s", bdl_when(r, job->ended_ms), BDL_FMT(job->result));
	fact.bad = job && job->failures > 0;
	if (job && job->next_ms != INT64_MAX && !job->ended_ms)
		fact.value = bdl_region_printf(
		    r->region, "Not yet; the first comes %s", bdl_when(r, job->next_ms));
	return fact;
}

static int add_backups(const struct bdl_request *r, struct bdl_page_storage *v, struct bdl_err *err)
{
	const struct bdl_status *s = bdl_status_here(r);
	struct bdl_page_storage_fact *out = bdl_region_array(r->region, FACTS_MAX, sizeof(*out));
	size_t n = 0;

	if (!s || !out)
		return bdl_fail(err, BDL_E_LIMIT, "the page does not fit into memory");
	out[n++] = job_fact(r, "The clerk's newest backup", bdl_status_job(s, "backup"));
	out[n++] = job_fact(r, "Tried whether it restores", bdl_status_job(s, "drill"));
	out[n++] = (struct bdl_page_storage_fact){ "Waiting in journals",
		bdl_bytes_text(r, (uint64_t)s->waiting), false };
	if (s->disk_all)
		out[n++] = (struct bdl_page_storage_fact){ "Disk of the data folder",
			bdl_region_printf(r->region, "%s free of %s",
			    bdl_bytes_text(r, (uint64_t)s->disk_free),
			    bdl_bytes_text(r, (uint64_t)s->disk_all)),
			false };
	v->backups = out;
	v->n_backups = n;
	return 0;
}

int bdl_show_storage(struct bdl_request *r, struct bdl_reply *reply, struct bdl_err *err)
{
	struct bdl_page_storage v = {
		.portal = bdl_frame(r, BDL_LIT("Storage"), BDL_AT_STATE),
		.links = bdl_state_links(BDL_STATE_STORAGE),
	};

	int rc = add_kinds(r, &v, err);
	if (rc == 0)
		rc = add_deletion(r, &v, err);
	if (rc == 0)
		rc = add_holds(r, &v, err);
	if (rc == 0)
		rc = add_backups(r, &v, err);
	if (rc == 0 && !bdl_region_broken(r->region))
		bdl_page_storage(&reply->body, &v);
	return rc;
}
