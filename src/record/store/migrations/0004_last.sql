-- Violations are listed by when they last happened.
DROP INDEX violation_by_person;
DROP INDEX violation_by_clause;
CREATE INDEX violation_by_person ON violation (school, person, last_ms, id);
CREATE INDEX violation_by_clause ON violation (school, clause, last_ms, id);
CREATE INDEX violation_by_last ON violation (school, last_ms, id);
