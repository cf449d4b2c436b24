#include "doors/dns/answers.h"
#include "base/buf.h"
#include "proto/url.h"

#include <stdio.h>

enum { NONE, GOOGLE, YOUTUBE, BING, DUCKDUCKGO, BRAVE, ECOSIA, QWANT, PIXABAY, YANDEX, ANSWERS };

/*
 * Google "Lock SafeSearch for devices and networks", YouTube "Manage your organisation's Restricted
 * Mode", Bing "Blocking adult content", DuckDuckGo "Safe search", and the help pages of the others.
 */
const struct bdl_dns_answer bdl_dns_answers[ANSWERS] = {
	[NONE] = { "." },
	[GOOGLE] = { "forcesafesearch.google.com." },
	[YOUTUBE] = { "restrict.youtube.com." },
	[BING] = { "strict.bing.com." },
	[DUCKDUCKGO] = { "safe.duckduckgo.com." },
	[BRAVE] = { "forcesafe.search.brave.com." },
	[ECOSIA] = { "strict-safe-search.ecosia.org." },
	[QWANT] = { "safeapi.qwant.com." },
	[PIXABAY] = { "safesearch.pixabay.com." },
	[YANDEX] = { "familysearch.yandex.ru." },
};

struct row {
	const char *hosts; /* with blanks between */
	unsigned answer;
};

static const struct row engines[] = {
	{ "www.youtube.com m.youtube.com youtubei.googleapis.com youtube.googleapis.com "
	  "www.youtube-nocookie.com",
	    YOUTUBE },
	{ "www.bing.com", BING },
	{ "duckduckgo.com www.duckduckgo.com start.duckduckgo.com", DUCKDUCKGO },
	{ "search.brave.com", BRAVE },
	{ "www.ecosia.org", ECOSIA },
	{ "api.qwant.com", QWANT },
	{ "pixabay.com", PIXABAY },
	{ "yandex.com www.yandex.com yandex.ru www.yandex.ru ya.ru yandex.by yandex.kz yandex.uz "
	  "yandex.com.tr",
	    YANDEX },
};

/* www.google and each of these: the domains that Google says it searches under. */
static const char google[] =
    "com ad ae com.af com.ag com.ai al am co.ao com.ar as at com.au az ba com.bd be bf bg com.bh bi "
    "bj com.bn com.bo com.br bs bt co.bw by com.bz ca cat cd cf cg ch ci co.ck cl cm cn com.co "
    "co.cr com.cu cv com.cy cz de dj dk dm com.do dz com.ec ee com.eg es com.et fi com.fj fm fr ga "
    "ge gg com.gh com.gi gl gm gr com.gt gy com.hk hn hr ht hu co.id ie co.il im co.in iq is it je "
    "com.jm jo co.jp co.ke com.kh ki kg co.kr com.kw kz la com.lb li lk co.ls lt lu lv com.ly co.ma "
    "md me mg mk ml com.mm mn com.mt mu mv mw com.mx com.my co.mz com.na com.ng com.ni ne nl no "
    "com.np nr nu co.nz com.om com.pa com.pe com.pg com.ph com.pk pl pn com.pr ps pt com.py com.qa "
    "ro rs ru rw com.sa com.sb sc se com.sg sh si sk com.sl sm sn so sr st com.sv td tg co.th "
    "com.tj tl tm tn to com.tr tt com.tw co.tz com.ua co.ug co.uk com.uy co.uz com.vc co.ve co.vi "
    "com.vn vu ws co.za co.zm co.zw";

/*
 * Mozilla's "Canary domain - use-application-dns.net", Apple's "Prepare your network for iCloud
 * Private Relay", and RFC 9462 4: a device that finds no designated resolver stays with this one.
 */
static const struct row own_dns[] = {
	{ "use-application-dns.net mask.icloud.com mask-h2.icloud.com _dns.resolver.arpa", NONE },
};

#define RECORDS_MAX 320

struct making {
	const struct bdl_host_record **records;
	size_t n;
	struct bdl_region *region;
};

const struct bdl_host_record *bdl_dns_record_make(
    unsigned number, unsigned kind, struct bdl_view host, struct bdl_region *region)
{
	struct bdl_host_record *r =
	    bdl_region_array(region, sizeof(*r) + host.n, sizeof(unsigned char));

	if (!r)
		return NULL;
	r->number = (uint8_t)number;
	r->kind = (uint8_t)kind;
	r->n = (uint8_t)host.n;
	memcpy(r->host, host.p, host.n);
	return r;
}

static void add(struct making *m, struct bdl_view host, unsigned answer)
{
	BDL_BUG_IF(m->n == RECORDS_MAX); /* the tables above are smaller */
	m->records[m->n] = bdl_dns_record_make(answer, BDL_HOST_ANSWERED, host, m->region);
	m->n += m->records[m->n] != NULL; /* else the region is broken */
}

static void add_rows(struct making *m, const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct bdl_view hosts = bdl_view_of(rows[i].hosts), host;

		while (bdl_view_cut(&hosts, ' ', &host))
			add(m, host, rows[i].answer);
	}
}

static void add_google(struct making *m)
{
	struct bdl_view domains = bdl_view_of(google), domain;
	char host[BDL_HOST_MAX + 1] = "www.google.";
	size_t n = strlen(host);

	while (bdl_view_cut(&domains, ' ', &domain)) {
		memcpy(host + n, domain.p, domain.n);
		add(m, bdl_view_at(host, n + domain.n), GOOGLE);
	}
}

const struct bdl_host_record **bdl_dns_answers_make(
    bool safe_search, bool keeps_own_dns, struct bdl_region *region, size_t *ret_n)
{
	struct making m = {
		.records = bdl_region_array(region, RECORDS_MAX, sizeof(struct bdl_host_record *)),
		.region = region,
	};

	if (m.records && safe_search) {
		add_rows(&m, engines, BDL_ARRAY_LEN(engines));
		add_google(&m);
	}
	if (m.records && keeps_own_dns)
		add_rows(&m, own_dns, BDL_ARRAY_LEN(own_dns));
	*ret_n = m.n;
	return bdl_region_broken(region) ? NULL : m.records;
}

/* With its NUL, so that no two lists of texts are alike. */
static void digest_text(struct bdl_digesting *d, const char *text)
{
	bdl_digest_add(d, text, strlen(text) + 1);
}

static void digest_rows(struct bdl_digesting *d, const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		digest_text(d, rows[i].hosts);
		digest_text(d, bdl_dns_answers[rows[i].answer].target);
	}
}

struct bdl_digest bdl_dns_answers_digest(void)
{
	struct bdl_digesting d;

	bdl_digest_begin(&d);
	digest_rows(&d, engines, BDL_ARRAY_LEN(engines));
	digest_text(&d, google);
	digest_text(&d, bdl_dns_answers[GOOGLE].target);
	digest_rows(&d, own_dns, BDL_ARRAY_LEN(own_dns));
	return bdl_digest_end(&d);
}
