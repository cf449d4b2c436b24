-- Figures by the school's day, in place of the counts by the quarter of an hour: record/acts/figures.h.
CREATE TABLE figure (
	school BIGINT NOT NULL REFERENCES school,
	kind SMALLINT NOT NULL, -- by the hour 0, by the clause 1, by the category 2
	day BIGINT NOT NULL, -- the school's, counted from 1970
	policy TEXT NOT NULL, -- of a clause, else ''
	name TEXT NOT NULL, -- an hour as '09', a clause's id, a category or ''
	action SMALLINT NOT NULL,
	acts BIGINT NOT NULL,
	violations BIGINT NOT NULL, -- that began with such an act
	PRIMARY KEY (school, kind, day, policy, name, action)
);

-- Of what was counted before the hours are those of UTC, clauses have the acts and violations that are
-- still kept, and categories begin anew.
INSERT INTO figure (school, kind, day, policy, name, action, acts, violations)
SELECT school, kind, day, policy, name, action, sum(acts), sum(violations) FROM (
	SELECT school, 0 AS kind, quarter_ms / 86400000 AS day, '' AS policy,
		CASE WHEN quarter_ms / 3600000 % 24 < 10 THEN '0' ELSE '' END
		|| (quarter_ms / 3600000 % 24) AS name, action, acts, 0 AS violations
	FROM act_total
	UNION ALL
	SELECT school, 0, first_ms / 86400000, '',
		CASE WHEN first_ms / 3600000 % 24 < 10 THEN '0' ELSE '' END
		|| (first_ms / 3600000 % 24), action, 0, 1
	FROM violation
	UNION ALL
	SELECT school, 1, first_ms / 86400000, policy, clause, action, 0, 1 FROM violation
	UNION ALL
	SELECT school, 1, at_ms / 86400000, policy, clause, action, 1, 0 FROM act WHERE clause <> ''
) counted
GROUP BY school, kind, day, policy, name, action;
DROP TABLE act_total;
