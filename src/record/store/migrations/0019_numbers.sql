-- The highest number that acts, violations and refused entries had when some of them were deleted. The
-- ledger names records by their numbers, and so do links: none is ever given to another record.
CREATE TABLE number_gone (
	school BIGINT NOT NULL REFERENCES school,
	kind TEXT NOT NULL, -- the table: 'act'
	last BIGINT NOT NULL,
	PRIMARY KEY (school, kind)
);
