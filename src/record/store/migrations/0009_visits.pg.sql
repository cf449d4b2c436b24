-- The tables of volume, in partitions by school and month (of UTC): what is too old goes with its
-- partition, and what is read lies together. Rows of a month that has none (a clock was wrong) lie
-- in the rest.

-- These have a row for every combination of texts, some of them longer than an index takes. They are
-- looked for by what tells most of them apart; that none comes twice is the writers' lock.
DO $$
DECLARE
	one record;
BEGIN
	FOR one IN SELECT conrelid::regclass AS of, conname FROM pg_constraint WHERE contype = 'u'
		AND conrelid IN ('client'::regclass, 'site'::regclass, 'basis'::regclass)
	LOOP
		EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', one.of, one.conname);
	END LOOP;
END $$;
CREATE INDEX client_find ON client (school, person, address);
CREATE INDEX site_find ON site (school, host);
CREATE INDEX basis_find ON basis (school, ruleset, clause, action);

-- An act's number is given once because its writers take turns; the key of a partitioned table has
-- to hold what it is partitioned by.
ALTER TABLE act RENAME TO act_whole;
DROP INDEX act_by_person, act_by_host, act_by_clause, act_by_action, act_by_violation, act_by_time;
CREATE TABLE act (LIKE act_whole INCLUDING DEFAULTS INCLUDING CONSTRAINTS)
	PARTITION BY RANGE (school, at_ms);
CREATE TABLE act_rest PARTITION OF act DEFAULT;
INSERT INTO act SELECT * FROM act_whole;
DROP TABLE act_whole;
ALTER TABLE act ADD PRIMARY KEY (school, id, at_ms),
	ADD FOREIGN KEY (school) REFERENCES school,
	ADD FOREIGN KEY (school, ruleset) REFERENCES ruleset (school, id),
	ADD FOREIGN KEY (school, violation) REFERENCES violation (school, id);
CREATE INDEX act_by_person ON act (school, person, id) WHERE person <> '';
CREATE INDEX act_by_host ON act (school, host, id);
CREATE INDEX act_by_clause ON act (school, clause, id) WHERE clause <> '';
CREATE INDEX act_by_action ON act (school, action, id) WHERE action <> 0;
CREATE INDEX act_by_violation ON act (school, violation, id) WHERE violation IS NOT NULL;
CREATE INDEX act_by_time ON act (school, at_ms, action);

ALTER TABLE visit RENAME TO visit_whole;
CREATE TABLE visit (LIKE visit_whole INCLUDING DEFAULTS) PARTITION BY RANGE (school, hour);
CREATE TABLE visit_rest PARTITION OF visit DEFAULT;
DROP TABLE visit_whole;
ALTER TABLE visit ADD PRIMARY KEY (school, hour, client, site, basis);

ALTER TABLE page_load RENAME TO page_load_whole;
CREATE TABLE page_load (LIKE page_load_whole INCLUDING DEFAULTS) PARTITION BY RANGE (school, hour);
CREATE TABLE page_load_rest PARTITION OF page_load DEFAULT;
DROP TABLE page_load_whole;
ALTER TABLE page_load ADD PRIMARY KEY (school, hour, client, id);

ALTER TABLE page_text RENAME TO page_text_whole;
CREATE TABLE page_text (LIKE page_text_whole INCLUDING DEFAULTS) PARTITION BY RANGE (school, day);
CREATE TABLE page_text_rest PARTITION OF page_text DEFAULT;
DROP TABLE page_text_whole;
ALTER TABLE page_text ADD PRIMARY KEY (school, day, id);

-- One partition, with what lies in the rest and belongs there. `unit` is what the table counts in,
-- in milliseconds.
CREATE FUNCTION beadle_partition(whole TEXT, counted TEXT, unit BIGINT, one BIGINT, month TIMESTAMP)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	part TEXT := format('%s_%s_%s', whole, one, to_char(month, 'YYYYMM'));
	low BIGINT := extract(epoch FROM month)::bigint * 1000 / unit;
	high BIGINT := extract(epoch FROM month + interval '1 month')::bigint * 1000 / unit;
BEGIN
	IF to_regclass(part) IS NOT NULL THEN
		RETURN;
	END IF;
	EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', part, whole);
	EXECUTE format('WITH gone AS (DELETE FROM %I WHERE school = %s AND %I >= %s AND %I < %s'
		' RETURNING *) INSERT INTO %I SELECT * FROM gone',
		whole || '_rest', one, counted, low, counted, high, part);
	EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%s, %s) TO (%s, %s)',
		whole, part, one, low, one, high);
END $$;

-- The partitions of a school for the month of this moment, and for those before and behind it.
CREATE FUNCTION beadle_months(one BIGINT, now_ms BIGINT) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	month TIMESTAMP := date_trunc('month', to_timestamp(now_ms / 1000) AT TIME ZONE 'UTC');
BEGIN
	IF to_regclass(format('page_text_%s_%s', one, to_char(month + interval '1 month', 'YYYYMM')))
		IS NOT NULL THEN
		RETURN;
	END IF;
	month := month - interval '1 month';
	FOR i IN 0..2 LOOP
		PERFORM beadle_partition('act', 'at_ms', 1, one, month);
		PERFORM beadle_partition('visit', 'hour', 3600000, one, month);
		PERFORM beadle_partition('page_load', 'hour', 3600000, one, month);
		PERFORM beadle_partition('page_text', 'day', 86400000, one, month);
		month := month + interval '1 month';
	END LOOP;
	PERFORM beadle_guard();
END $$;
