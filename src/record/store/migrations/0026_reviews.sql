-- Who looked through what Beadle's checks of itself came to, and what they say of it.
CREATE TABLE check_review (
	school BIGINT NOT NULL REFERENCES school,
	id BIGINT NOT NULL,
	at_ms BIGINT NOT NULL,
	person TEXT NOT NULL, -- who did, as they are called
	note TEXT NOT NULL,
	passed BIGINT NOT NULL, -- of the last results, at that moment
	failed BIGINT NOT NULL,
	not_run BIGINT NOT NULL,
	PRIMARY KEY (school, id)
);
