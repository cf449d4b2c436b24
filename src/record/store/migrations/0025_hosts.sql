-- What the doors of each host judge by, where several hosts share the store: its scribe says so now and then
-- (record/status/hosts.h).
CREATE TABLE door_host (
	school BIGINT NOT NULL REFERENCES school,
	host TEXT NOT NULL,
	seen_ms BIGINT NOT NULL, -- by the store's clock
	doors BIGINT NOT NULL, -- that run
	ruleset BIGINT NOT NULL, -- the mark of what they have in use; 0: no policy, or not the same
	is_mixed SMALLINT NOT NULL CHECK (is_mixed IN (0, 1)),
	PRIMARY KEY (school, host)
);
