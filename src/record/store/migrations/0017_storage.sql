-- What is kept, as the clerk counts it once a day, and what went after its time: for the page that
-- shows both, which must not count by itself.
CREATE TABLE storage_figure (
	school BIGINT NOT NULL REFERENCES school,
	day BIGINT NOT NULL, -- of UTC, counted from 1970
	kind TEXT NOT NULL, -- 'acts'
	rows_kept BIGINT NOT NULL,
	bytes BIGINT NOT NULL, -- with indices; -1: not known
	oldest_ms BIGINT NOT NULL, -- 0: there is none, or it has no time
	counted_ms BIGINT NOT NULL,
	PRIMARY KEY (school, day, kind)
);

-- One row a day on which something went.
CREATE TABLE deletion (
	school BIGINT NOT NULL REFERENCES school,
	day BIGINT NOT NULL, -- likewise
	ended_ms BIGINT NOT NULL,
	acts BIGINT NOT NULL,
	violations BIGINT NOT NULL,
	visits BIGINT NOT NULL,
	refused BIGINT NOT NULL,
	PRIMARY KEY (school, day)
);
