-- Policies as they were published, the rulesets that came of them, and the roll.

-- The bytes that were approved, under their SHA-256: kept once, for ever.
CREATE TABLE policy_document (
	school BIGINT NOT NULL REFERENCES school,
	digest TEXT NOT NULL,
	bytes TEXT NOT NULL,
	PRIMARY KEY (school, digest)
);

CREATE TABLE policy_version (
	school BIGINT NOT NULL REFERENCES school,
	name TEXT NOT NULL,
	issue BIGINT NOT NULL,
	digest TEXT NOT NULL,
	title TEXT NOT NULL,
	minute_ref TEXT NOT NULL,
	published_by TEXT NOT NULL,
	published_ms BIGINT NOT NULL,
	in_force SMALLINT NOT NULL CHECK (in_force IN (0, 1)),
	PRIMARY KEY (school, name, issue),
	FOREIGN KEY (school, digest) REFERENCES policy_document (school, digest)
);
CREATE UNIQUE INDEX policy_in_force ON policy_version (school, name) WHERE in_force = 1;

-- Which documents made a ruleset.
CREATE TABLE ruleset_policy (
	school BIGINT NOT NULL REFERENCES school,
	ruleset BIGINT NOT NULL,
	name TEXT NOT NULL,
	digest TEXT NOT NULL,
	PRIMARY KEY (school, ruleset, name),
	FOREIGN KEY (school, ruleset) REFERENCES ruleset (school, id),
	FOREIGN KEY (school, digest) REFERENCES policy_document (school, digest)
);

-- The roll in force: personal data, so only the newest is kept.
CREATE TABLE roll (
	school BIGINT NOT NULL REFERENCES school,
	csv TEXT NOT NULL,
	set_ms BIGINT NOT NULL,
	PRIMARY KEY (school)
);
