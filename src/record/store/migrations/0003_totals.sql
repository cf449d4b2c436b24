-- How many acts there were, by the quarter of an hour and the verdict: the portal's first page adds
-- up a few hundred rows, where counting a day's acts would read millions.

CREATE TABLE act_total (
	school BIGINT NOT NULL REFERENCES school,
	quarter_ms BIGINT NOT NULL, -- its beginning; quarters of UTC hours
	action SMALLINT NOT NULL,
	acts BIGINT NOT NULL,
	PRIMARY KEY (school, quarter_ms, action)
);

INSERT INTO act_total (school, quarter_ms, action, acts)
SELECT school, at_ms - at_ms % 900000, action, count(*) FROM act
GROUP BY school, at_ms - at_ms % 900000, action;
