-- Lists in the ledger: what was known of each host's lists last, so that a change is seen whoever made it,
-- and what each change was.
CREATE TABLE lists_change (
	school BIGINT NOT NULL REFERENCES school,
	id BIGINT NOT NULL,
	host TEXT NOT NULL, -- '' where the store is one host's alone
	at_ms BIGINT NOT NULL,
	digest TEXT NOT NULL, -- of lists.map
	said TEXT NOT NULL, -- which lists changed, and how, for people
	PRIMARY KEY (school, id)
);
CREATE INDEX lists_change_by_host ON lists_change (school, host, id);

-- How many entries each list had after a host's last change.
CREATE TABLE lists_count (
	school BIGINT NOT NULL REFERENCES school,
	host TEXT NOT NULL,
	category TEXT NOT NULL,
	source TEXT NOT NULL,
	entries BIGINT NOT NULL,
	PRIMARY KEY (school, host, category, source)
);
