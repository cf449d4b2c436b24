-- A row is seen and written by connections of its own school only, the tables' owner included. Each
-- says which that is (beadle.school); one that does not gets an error and no rows. The table of the
-- schools themselves is no school's. Run after every migration, so new tables need no thought.
CREATE FUNCTION beadle_guard() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	one regclass;
BEGIN
	FOR one IN SELECT c.oid FROM pg_class c
		JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'school' AND NOT a.attisdropped
		WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())
		AND c.relkind IN ('r', 'p')
		AND c.relname <> 'school'
		AND NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid)
	LOOP
		EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', one);
		EXECUTE format('CREATE POLICY own_school ON %s'
			' USING (school = current_setting(''beadle.school'')::bigint)', one);
	END LOOP;
END $$;
