-- Acts, violations, and how far each journal has been read.
--
-- Only what SQLite and PostgreSQL understand alike: BIGINT, TEXT, SMALLINT; instants are
-- milliseconds since 1970; what is true is 1. An absent text is '', so that keys compare.

CREATE TABLE school (
	school BIGINT NOT NULL PRIMARY KEY
);

-- A ruleset is known by its digest; an act keeps the short number.
CREATE TABLE ruleset (
	school BIGINT NOT NULL REFERENCES school,
	id BIGINT NOT NULL,
	digest TEXT NOT NULL,
	PRIMARY KEY (school, id),
	UNIQUE (school, digest)
);

CREATE TABLE violation (
	school BIGINT NOT NULL REFERENCES school,
	id BIGINT NOT NULL,
	first_ms BIGINT NOT NULL,
	last_ms BIGINT NOT NULL,
	acts BIGINT NOT NULL,
	parts BIGINT NOT NULL,
	action SMALLINT NOT NULL,
	critical SMALLINT NOT NULL CHECK (critical IN (0, 1)),
	person TEXT NOT NULL,
	address TEXT NOT NULL,
	host TEXT NOT NULL,
	policy TEXT NOT NULL,
	clause TEXT NOT NULL,
	tell TEXT NOT NULL,
	first_act BIGINT NOT NULL,
	PRIMARY KEY (school, id)
);
-- To find the one that an act folds into, and to list a person's.
CREATE INDEX violation_fold ON violation (school, person, host, clause, first_ms);
CREATE INDEX violation_by_person ON violation (school, person, id);
CREATE INDEX violation_by_clause ON violation (school, clause, id);
CREATE INDEX violation_by_time ON violation (school, first_ms);

CREATE TABLE act (
	school BIGINT NOT NULL REFERENCES school,
	id BIGINT NOT NULL,
	at_ms BIGINT NOT NULL,
	door SMALLINT NOT NULL,
	kind SMALLINT NOT NULL,
	action SMALLINT NOT NULL,
	critical SMALLINT NOT NULL CHECK (critical IN (0, 1)),
	known SMALLINT NOT NULL CHECK (known IN (0, 1)),
	passed SMALLINT NOT NULL CHECK (passed IN (0, 1)),
	weekday SMALLINT NOT NULL,
	minute SMALLINT NOT NULL,
	ruleset BIGINT NOT NULL,
	violation BIGINT, -- NULL: none
	person TEXT NOT NULL,
	person_groups TEXT NOT NULL,
	address TEXT NOT NULL,
	method TEXT NOT NULL,
	scheme TEXT NOT NULL,
	host TEXT NOT NULL,
	path TEXT NOT NULL,
	categories TEXT NOT NULL,
	policy TEXT NOT NULL,
	clause TEXT NOT NULL,
	clauses TEXT NOT NULL,
	tell TEXT NOT NULL,
	reason TEXT NOT NULL,
	PRIMARY KEY (school, id),
	FOREIGN KEY (school, ruleset) REFERENCES ruleset (school, id),
	FOREIGN KEY (school, violation) REFERENCES violation (school, id)
);
-- Pages list the newest first with one thing fixed, so each index ends with the id. Most acts are
-- allowed and belong to no clause: those are left out of the indexes that never ask for them.
CREATE INDEX act_by_person ON act (school, person, id) WHERE person <> '';
CREATE INDEX act_by_host ON act (school, host, id);
CREATE INDEX act_by_clause ON act (school, clause, id) WHERE clause <> '';
CREATE INDEX act_by_action ON act (school, action, id) WHERE action <> 0;
CREATE INDEX act_by_violation ON act (school, violation, id) WHERE violation IS NOT NULL;
CREATE INDEX act_by_time ON act (school, at_ms, action);

-- Where reading a source's journal goes on; moves with the rows that were read.
CREATE TABLE journal_place (
	school BIGINT NOT NULL REFERENCES school,
	source TEXT NOT NULL,
	segment BIGINT NOT NULL,
	byte_at BIGINT NOT NULL,
	PRIMARY KEY (school, source)
);

-- Journal entries that did not decode, kept as they came (in hexadecimal).
CREATE TABLE refused (
	school BIGINT NOT NULL REFERENCES school,
	id BIGINT NOT NULL,
	refused_ms BIGINT NOT NULL,
	source TEXT NOT NULL,
	segment BIGINT NOT NULL,
	byte_after BIGINT NOT NULL,
	entry_type BIGINT NOT NULL,
	reason TEXT NOT NULL,
	payload_hex TEXT NOT NULL,
	PRIMARY KEY (school, id)
);

INSERT INTO school (school) VALUES (1);
