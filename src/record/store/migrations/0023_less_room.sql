-- What a school's week takes: the same records in less room.

-- The path of a page load stands in its row; one that comes again the same day, as most short ones do and few
-- long ones, is a text of the day from its second time on.
ALTER TABLE page_load ADD COLUMN own_path TEXT NOT NULL DEFAULT ''; -- where `path` is 0

-- In which hours a site was visited: one row for its day in UTC, counted from 1970. The first hour is 1, the
-- second 2, up to 2^23.
CREATE TABLE site_day (
	school BIGINT NOT NULL,
	site BIGINT NOT NULL,
	day BIGINT NOT NULL,
	hours BIGINT NOT NULL,
	page_hours BIGINT NOT NULL, -- of these, those in which a page of it was opened
	PRIMARY KEY (school, site, day)
) WITHOUT ROWID;
INSERT INTO site_day (school, site, day, hours, page_hours)
SELECT school, site, hour / 24, sum(CAST(1 AS BIGINT) << CAST(hour % 24 AS INTEGER)),
	sum(CAST(has_pages AS BIGINT) << CAST(hour % 24 AS INTEGER))
FROM site_hour GROUP BY school, site, hour / 24;
DROP TABLE site_hour;

-- Hosts are found without their categories, and sites without any are in no index of categories. None comes
-- twice, as the scribe looks for it first, in the same transaction. (Not WITHOUT ROWID: SQLite, which knows nothing
-- of how many there are, would then rather read all of them than use an index.)
CREATE TABLE site_kept (
	school BIGINT NOT NULL REFERENCES school,
	id BIGINT NOT NULL,
	host TEXT NOT NULL,
	categories TEXT NOT NULL,
	mark BIGINT NOT NULL,
	PRIMARY KEY (school, id)
);
INSERT INTO site_kept (school, id, host, categories, mark)
SELECT school, id, host, categories, mark FROM site ORDER BY school, id;
DROP TABLE site;
ALTER TABLE site_kept RENAME TO site;
CREATE INDEX site_find ON site (school, host);
CREATE INDEX site_by_categories ON site (school, substr(categories, 1, 600), id) WHERE categories <> '';
CREATE INDEX site_by_mark ON site (school, mark);

-- Uploads and downloads of a host, which may have thousands of other acts.
CREATE INDEX act_few_by_host ON act (school, host, kind, id) WHERE kind <> 0 AND kind <> 4;
