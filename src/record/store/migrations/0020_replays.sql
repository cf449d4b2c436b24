-- What the last replay of each policy's draft found (record/policies/replays.h): numbers by clauses, and of
-- examples the host and the moment. It names no person.
CREATE TABLE replay (
	school BIGINT NOT NULL REFERENCES school,
	name TEXT NOT NULL,
	digest TEXT NOT NULL, -- of the draft's bytes
	ruleset TEXT NOT NULL, -- the version that it was compared with
	since_ms BIGINT NOT NULL,
	until_ms BIGINT NOT NULL,
	acts BIGINT NOT NULL,
	parts BIGINT NOT NULL,
	people BIGINT NOT NULL,
	addresses BIGINT NOT NULL,
	hosts BIGINT NOT NULL,
	withheld BIGINT NOT NULL,
	otherwise BIGINT NOT NULL,
	left_out BIGINT NOT NULL, -- rows that there was no room for
	PRIMARY KEY (school, name)
);

CREATE TABLE replay_change (
	school BIGINT NOT NULL,
	name TEXT NOT NULL,
	place BIGINT NOT NULL, -- in the order of the report, from 0
	kind SMALLINT NOT NULL, -- 1: changed, 2: unknown
	from_action SMALLINT NOT NULL,
	from_policy TEXT NOT NULL,
	from_clause TEXT NOT NULL,
	to_action SMALLINT NOT NULL,
	to_policy TEXT NOT NULL,
	to_clause TEXT NOT NULL,
	dropped SMALLINT NOT NULL CHECK (dropped IN (0, 1)),
	missing TEXT NOT NULL, -- what was not kept, in words
	acts BIGINT NOT NULL,
	parts BIGINT NOT NULL,
	people BIGINT NOT NULL,
	addresses BIGINT NOT NULL,
	hosts BIGINT NOT NULL,
	first_ms BIGINT NOT NULL, -- examples; 0 and '' where there are fewer
	first_host TEXT NOT NULL,
	second_ms BIGINT NOT NULL,
	second_host TEXT NOT NULL,
	third_ms BIGINT NOT NULL,
	third_host TEXT NOT NULL,
	PRIMARY KEY (school, name, place),
	FOREIGN KEY (school, name) REFERENCES replay (school, name)
);
