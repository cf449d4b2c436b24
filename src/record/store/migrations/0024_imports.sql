-- What the last import of each policy's draft made of the school's own text (record/policies/imports.h).
CREATE TABLE policy_import (
	school BIGINT NOT NULL REFERENCES school,
	name TEXT NOT NULL, -- of the draft
	digest TEXT NOT NULL, -- of the draft's bytes, as they were made
	file TEXT NOT NULL,
	words TEXT NOT NULL, -- their text
	kept_ms BIGINT NOT NULL,
	PRIMARY KEY (school, name)
);

CREATE TABLE policy_import_part (
	school BIGINT NOT NULL,
	name TEXT NOT NULL,
	place BIGINT NOT NULL, -- in the order of the text, then of the models, from 0
	state SMALLINT NOT NULL, -- 0: matched, 1: unsure, 2: unmatched, 3: lacking
	again SMALLINT NOT NULL CHECK (again IN (0, 1)),
	clause TEXT NOT NULL, -- its id
	title TEXT NOT NULL,
	from_byte BIGINT NOT NULL, -- of their text
	to_byte BIGINT NOT NULL,
	means TEXT NOT NULL, -- a line for each: id, percent, what was read and why, divided by tabs
	PRIMARY KEY (school, name, place),
	FOREIGN KEY (school, name) REFERENCES policy_import (school, name)
);
