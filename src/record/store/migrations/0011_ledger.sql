-- The ledger: entries that are only ever added, each with the hash of the one before it. What an
-- entry is about stands in it as a digest under a salt, and people under pseudonyms: where the salt
-- or the key is deleted, the entry stays and says nothing. Hashes, digests, salts and keys are in
-- hexadecimal.

CREATE TABLE ledger_head (
	school BIGINT NOT NULL REFERENCES school,
	entries BIGINT NOT NULL,
	hash TEXT NOT NULL, -- of the last entry; zeroes where there is none
	PRIMARY KEY (school)
);

CREATE TABLE ledger_entry (
	school BIGINT NOT NULL REFERENCES school,
	entry BIGINT NOT NULL, -- from 1, without a gap
	at_ms BIGINT NOT NULL,
	kind BIGINT NOT NULL,
	actor TEXT NOT NULL,   -- a pseudonym
	subject TEXT NOT NULL, -- a pseudonym, or ''
	record TEXT NOT NULL,  -- what it is about, as in policy/staff/3
	digest TEXT NOT NULL,
	hash TEXT NOT NULL,
	PRIMARY KEY (school, entry)
);
-- Who looked at a person's records.
CREATE INDEX ledger_by_subject ON ledger_entry (school, subject, entry) WHERE subject <> '';

CREATE TABLE ledger_salt (
	school BIGINT NOT NULL REFERENCES school,
	entry BIGINT NOT NULL,
	salt TEXT NOT NULL,
	PRIMARY KEY (school, entry)
);

-- Whose pseudonym it is. Without this row nobody can tell.
CREATE TABLE ledger_person (
	school BIGINT NOT NULL REFERENCES school,
	person TEXT NOT NULL,
	pseudonym TEXT NOT NULL,
	key_hex TEXT NOT NULL,
	PRIMARY KEY (school, person),
	UNIQUE (school, pseudonym)
);

-- The next segment of each journal whose digest goes into the ledger.
CREATE TABLE ledger_segment (
	school BIGINT NOT NULL REFERENCES school,
	source TEXT NOT NULL,
	segment BIGINT NOT NULL,
	PRIMARY KEY (school, source)
);

INSERT INTO ledger_head (school, entries, hash)
SELECT school, 0, '0000000000000000000000000000000000000000000000000000000000000000' FROM school;
