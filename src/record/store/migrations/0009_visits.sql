-- Visits: what was allowed, and the parts of pages whatever their verdict, rolled up by the hour; and
-- the page loads among them, each with its address. A school makes five million requests a day,
-- so nothing here repeats a text, and rows lie in the order of time: what is added touches few pages,
-- and what is too old is deleted in ranges.
--
-- WITHOUT ROWID is SQLite's (the key alone orders the table, and is stored once); a runner for
-- another database leaves these words out. The tables of volume have no foreign keys: four
-- look-ups for each row would cost more than the row, and its numbers come from the transaction
-- that stores it.

-- Who asked: a person at an address, as the roll and the table of networks had them then.
CREATE TABLE client (
	school BIGINT NOT NULL REFERENCES school,
	id BIGINT NOT NULL,
	known SMALLINT NOT NULL CHECK (known IN (0, 1)),
	person TEXT NOT NULL,
	address TEXT NOT NULL,
	person_groups TEXT NOT NULL,
	source TEXT NOT NULL, -- how the door knew who it is
	place TEXT NOT NULL,
	equipment TEXT NOT NULL,
	PRIMARY KEY (school, id),
	UNIQUE (school, person, address, person_groups, known, source, place, equipment)
);

-- What was asked for: a host with the categories that the lists had for it then.
CREATE TABLE site (
	school BIGINT NOT NULL REFERENCES school,
	id BIGINT NOT NULL,
	host TEXT NOT NULL,
	categories TEXT NOT NULL,
	PRIMARY KEY (school, id),
	UNIQUE (school, host, categories)
);

-- Few different ones, and each with many sites: for who looks for a category.
CREATE INDEX site_by_categories ON site (school, categories, id);

-- On what basis it was judged, and how: the other facts, and the verdict with its clauses.
CREATE TABLE basis (
	school BIGINT NOT NULL REFERENCES school,
	id BIGINT NOT NULL,
	ruleset BIGINT NOT NULL,
	door SMALLINT NOT NULL,
	utc_offset BIGINT NOT NULL, -- minutes by which the local time is ahead
	action SMALLINT NOT NULL,
	critical SMALLINT NOT NULL CHECK (critical IN (0, 1)),
	passed SMALLINT NOT NULL CHECK (passed IN (0, 1)),
	method TEXT NOT NULL, -- this and the scheme for page loads only
	scheme TEXT NOT NULL,
	policy TEXT NOT NULL,
	clause TEXT NOT NULL,
	clauses TEXT NOT NULL,
	tell TEXT NOT NULL,
	PRIMARY KEY (school, id),
	UNIQUE (school, ruleset, door, utc_offset, action, critical, passed, method, scheme, policy,
	    clause, clauses, tell),
	FOREIGN KEY (school, ruleset) REFERENCES ruleset (school, id)
);

CREATE TABLE visit (
	school BIGINT NOT NULL,
	hour BIGINT NOT NULL, -- counted from 1970
	client BIGINT NOT NULL,
	site BIGINT NOT NULL,
	basis BIGINT NOT NULL,
	tens SMALLINT NOT NULL, -- in which of its ten minutes: 1 the first, 2 the second, up to 32
	pages BIGINT NOT NULL, -- page loads, uploads, downloads
	parts BIGINT NOT NULL,
	PRIMARY KEY (school, hour, client, site, basis)
) WITHOUT ROWID;

-- Numbers begin anew with each client's hour, in the order of arrival.
CREATE TABLE page_load (
	school BIGINT NOT NULL,
	hour BIGINT NOT NULL,
	client BIGINT NOT NULL,
	id BIGINT NOT NULL,
	hour_ms BIGINT NOT NULL, -- since the hour's beginning
	kind SMALLINT NOT NULL,
	site BIGINT NOT NULL,
	basis BIGINT NOT NULL,
	path BIGINT NOT NULL, -- among the texts of the hour's day, which is hour / 24
	kept BIGINT NOT NULL, -- the same of what the door found out; 0: nothing
	PRIMARY KEY (school, hour, client, id)
) WITHOUT ROWID;

-- In which hours a site was visited, and whether pages of it were opened: where to look for it.
CREATE TABLE site_hour (
	school BIGINT NOT NULL,
	site BIGINT NOT NULL,
	hour BIGINT NOT NULL,
	has_pages SMALLINT NOT NULL CHECK (has_pages IN (0, 1)),
	PRIMARY KEY (school, site, hour)
) WITHOUT ROWID;

-- Texts of page loads, of a day in UTC, counted from 1970: paths with their queries, and what doors
-- found out of them, the terms of searches too. One may stand there more than once.
CREATE TABLE page_text (
	school BIGINT NOT NULL,
	day BIGINT NOT NULL,
	id BIGINT NOT NULL,
	text TEXT NOT NULL,
	PRIMARY KEY (school, day, id)
) WITHOUT ROWID;
