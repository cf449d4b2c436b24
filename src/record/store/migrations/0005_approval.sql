-- Who approved a version, and from when it is in force. What nobody said is ''.

ALTER TABLE policy_version ADD COLUMN body TEXT NOT NULL DEFAULT '';
ALTER TABLE policy_version ADD COLUMN approved_on TEXT NOT NULL DEFAULT ''; -- a day: 2026-11-12
ALTER TABLE policy_version ADD COLUMN first_person TEXT NOT NULL DEFAULT '';
ALTER TABLE policy_version ADD COLUMN second_person TEXT NOT NULL DEFAULT '';
ALTER TABLE policy_version ADD COLUMN from_ms BIGINT NOT NULL DEFAULT 0;

-- Approved, and its moment has not come yet.
ALTER TABLE policy_version ADD COLUMN waits SMALLINT NOT NULL DEFAULT 0 CHECK (waits IN (0, 1));

UPDATE policy_version SET from_ms = published_ms, first_person = published_by;
CREATE INDEX policy_waiting ON policy_version (school, from_ms) WHERE waits = 1;
