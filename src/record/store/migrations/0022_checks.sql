-- What Beadle's checks of itself came to: a row for each run, by whom it stood for and where.
CREATE TABLE check_result (
	school BIGINT NOT NULL REFERENCES school,
	id BIGINT NOT NULL,
	host TEXT NOT NULL, -- '' where the store is one host's alone
	policy TEXT NOT NULL, -- whose clause asks for it
	clause TEXT NOT NULL,
	name TEXT NOT NULL, -- 'filter'
	who TEXT NOT NULL, -- a group, 'unknown', or '' where it is nobody's
	place TEXT NOT NULL, -- '' where it is none
	outcome SMALLINT NOT NULL CHECK (outcome IN (1, 2, 3)), -- passed, failed, could not run
	is_last SMALLINT NOT NULL CHECK (is_last IN (0, 1)), -- of a check that is in force
	is_news SMALLINT NOT NULL CHECK (is_news IN (0, 1)), -- it came to something else than before
	began_ms BIGINT NOT NULL,
	took_ms BIGINT NOT NULL,
	asked BIGINT NOT NULL, -- how many things were tried
	said TEXT NOT NULL, -- what was found, and measured
	mend TEXT NOT NULL, -- what to do; '' where it passed
	tell TEXT NOT NULL, -- roles, separated by blanks
	PRIMARY KEY (school, id)
);
CREATE INDEX check_result_last ON check_result (school, is_last, id) WHERE is_last = 1;
CREATE INDEX check_result_by_time ON check_result (school, began_ms);
CREATE INDEX check_result_news ON check_result (school, id) WHERE is_news = 1;
