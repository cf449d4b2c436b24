#include "proto/dns.h"

#define HEAD      12
#define NAME_MAX  253 /* as text */
#define LABEL_MAX 63
#define CLASS_IN  1
#define IS_REPLY  0x80
#define OPCODE    0x78
#define RECURSE   0x01
#define RCODE     0x0f
#define POINTER   0xc0

static void put16(uint8_t *out, unsigned v)
{
	out[0] = (uint8_t)(v >> 8);
	out[1] = (uint8_t)v;
}

int bdl_dns_question_write(uint16_t id, struct bdl_view host, enum bdl_dns_type type, uint8_t *out,
    size_t *ret_n, struct bdl_err *err)
{
	struct bdl_view rest = host, label;
	size_t n = HEAD;

	if (host.n == 0 || host.n > NAME_MAX)
		return bdl_fail(err, BDL_E_INVALID, "no name of DNS has %zu bytes", host.n);
	memset(out, 0, HEAD);
	put16(out, id);
	out[2] = RECURSE;
	put16(out + 4, 1);
	while (rest.n > 0) {
		if (!bdl_view_cut(&rest, '.', &label)) {
			label = rest;
			rest.n = 0;
		}
		if (label.n == 0 || label.n > LABEL_MAX)
			return bdl_fail(
			    err, BDL_E_INVALID, "no label of DNS has %zu bytes", label.n);
		out[n++] = (uint8_t)label.n;
		memcpy(out + n, label.p, label.n);
		n += label.n;
	}
	out[n++] = 0;
	put16(out + n, type);
	put16(out + n + 2, CLASS_IN);
	*ret_n = n + 4;
	return 0;
}

/* --- replies --- */

/* What is left of the datagram; `wrong` once it was too short. */
struct reading {
	const uint8_t *p;
	size_t n;
	bool wrong;
};

static const uint8_t *take(struct reading *r, size_t n)
{
	const uint8_t *p = r->p;

	if (r->wrong || r->n < n) {
		r->wrong = true;
		return NULL;
	}
	r->p += n;
	r->n -= n;
	return p;
}

static unsigned take16(struct reading *r)
{
	const uint8_t *p = take(r, 2);

	return p ? (unsigned)p[0] << 8 | p[1] : 0;
}

/* Names are not compared, so where a pointer leads does not matter: it ends one. */
static void skip_name(struct reading *r)
{
	const uint8_t *p;

	while ((p = take(r, 1)) && *p != 0 && *p < POINTER)
		(void)take(r, *p); /* too short is seen by the loop */
	if (p && *p >= POINTER)
		(void)take(r, 1); /* seen by the caller */
}

/* IPv4 comes behind ten zeros and two bytes of ones. */
static void keep(struct bdl_dns_reply *ret, const uint8_t *p, size_t n)
{
	uint8_t *out = ret->addresses[ret->n++];

	memset(out, 0, 16);
	if (n == 4)
		out[10] = out[11] = 0xff;
	memcpy(out + 16 - n, p, n);
}

static void read_answer(struct reading *r, unsigned type, struct bdl_dns_reply *ret)
{
	skip_name(r);
	unsigned its = take16(r), class = take16(r);
	(void)take(r, 4); /* how long it holds */
	size_t n = take16(r), wanted = type == BDL_DNS_A ? 4 : 16;
	const uint8_t *p = take(r, n);

	if (p && its == type && class == CLASS_IN && n == wanted && ret->n < BDL_DNS_ADDRESSES_MAX)
		keep(ret, p, n);
}

/* Whether the reply's head fits and it repeats what was asked. */
static bool is_of(struct bdl_view datagram, struct bdl_view question)
{
	const uint8_t *d = (const uint8_t *)datagram.p, *q = (const uint8_t *)question.p;

	return datagram.n >= question.n && question.n > HEAD + 4 && d[0] == q[0] && d[1] == q[1] &&
	    (d[2] & IS_REPLY) && (d[2] & OPCODE) == 0 && d[4] == 0 && d[5] == 1 &&
	    bdl_view_ieq(
		bdl_view_at(datagram.p + HEAD, question.n - HEAD), bdl_view_from(question, HEAD));
}

int bdl_dns_reply_read(struct bdl_view datagram, struct bdl_view question,
    struct bdl_dns_reply *ret, struct bdl_err *err)
{
	const uint8_t *d = (const uint8_t *)datagram.p, *q = (const uint8_t *)question.p;
	struct bdl_dns_reply reply = { 0 };

	if (!is_of(datagram, question))
		return bdl_fail(err, BDL_E_INVALID, "no reply to what was asked");
	unsigned type = (unsigned)q[question.n - 4] << 8 | q[question.n - 3];
	unsigned answers = (unsigned)d[6] << 8 | d[7];
	struct reading r = { d + question.n, datagram.n - question.n, false };
	reply.rcode = d[3] & RCODE;
	for (unsigned i = 0; i < answers && !r.wrong; i++)
		read_answer(&r, type, &reply);
	if (r.wrong)
		return bdl_fail(err, BDL_E_INVALID, "a reply that ends too soon");
	*ret = reply;
	return 0;
}
