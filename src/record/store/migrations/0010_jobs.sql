-- Timed work: what is due when, who has it in hand, and how it went the last time. One row serves
-- however many clerks share the store.

CREATE TABLE job (
	school BIGINT NOT NULL REFERENCES school,
	name TEXT NOT NULL,
	schedule TEXT NOT NULL, -- 'every 1 day'; another one begins anew
	next_ms BIGINT NOT NULL, -- when it is due; the largest number for never
	holder TEXT NOT NULL DEFAULT '', -- who has it in hand; '' for nobody
	until_ms BIGINT NOT NULL DEFAULT 0, -- how long that holds without a word of the holder's
	began_ms BIGINT NOT NULL DEFAULT 0,
	ended_ms BIGINT NOT NULL DEFAULT 0, -- of the last run; 0: there was none
	took_ms BIGINT NOT NULL DEFAULT 0,
	runs BIGINT NOT NULL DEFAULT 0,
	failures BIGINT NOT NULL DEFAULT 0, -- in a row; 0: the last run went well
	result TEXT NOT NULL DEFAULT '', -- of the last run, for people
	PRIMARY KEY (school, name)
);
