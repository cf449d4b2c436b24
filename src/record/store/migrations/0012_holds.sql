-- Legal holds: records that are kept past their time, since somebody may have to answer for them.
-- What is named by an empty text is all.
CREATE TABLE legal_hold (
	school BIGINT NOT NULL REFERENCES school,
	id BIGINT NOT NULL,
	person TEXT NOT NULL,
	clause TEXT NOT NULL,
	added_by TEXT NOT NULL,
	second_person TEXT NOT NULL,
	reason TEXT NOT NULL,
	review_on TEXT NOT NULL, -- a day: 2027-11-12
	added_ms BIGINT NOT NULL,
	ended_ms BIGINT NOT NULL, -- 0: it holds
	ended_by TEXT NOT NULL,
	ended_second TEXT NOT NULL,
	ended_why TEXT NOT NULL,
	PRIMARY KEY (school, id)
);

-- Which salts go when what they are about is gone.
CREATE INDEX ledger_by_kind ON ledger_entry (school, kind, at_ms);
