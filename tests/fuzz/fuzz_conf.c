/* Settings: what is taken lies within its limits, and what goes into other files ends no word there. */
#include "fuzz.h"
#include "sys/conf.h"
#include "sys/log.h"

static void check_text(const char *text, size_t size, const char *never)
{
	size_t n = strnlen(text, size);

	MUST(n < size);
	for (size_t i = 0; i < n; i++)
		MUST(text[i] != '\n' && text[i] != '\r' && !strchr(never, text[i]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bdl_conf conf;
	struct bdl_err err = { 0 };

	if (bdl_conf_parse(fuzz_view(data, size), "f", &conf, &err) < 0) {
		MUST(strncmp(err.text, "f:", 2) == 0); /* it names the line */
		return 0;
	}
	MUST(conf.dir[0] == '\0');
	MUST(conf.web_workers >= 1 && conf.web_workers <= BDL_CONF_WORKERS_MAX);
	MUST(conf.n_peers >= 1 && conf.n_peers <= BDL_CONF_PEERS_MAX);
	for (size_t i = 0; i < conf.n_peers; i++)
		MUST(conf.peers[i].bits <= 128);
	MUST(conf.log_level >= 0 && conf.log_level < (int)BDL_LOG_LEVELS);
	MUST(conf.portal_url[0] != '\0');
	check_text(conf.portal_url, sizeof(conf.portal_url), " \t\"'<>\\%?#");
	check_text(conf.user, sizeof(conf.user), " \t/:");
	check_text(conf.squid_program, sizeof(conf.squid_program), "");
	check_text(conf.certgen_program, sizeof(conf.certgen_program), "");
	return 0;
}
