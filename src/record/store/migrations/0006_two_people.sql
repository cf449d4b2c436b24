-- Two people answer for what is enforced: a version that one has approved is kept, and waits for the
-- second before it comes into force or waits for its day. Drafts are kept beside the versions.

-- Approved by one person; from_ms is the moment it is meant for, 0 for as soon as it is confirmed.
ALTER TABLE policy_version ADD COLUMN approved SMALLINT NOT NULL DEFAULT 0 CHECK (approved IN (0, 1));

-- In force, or once in force, since before two were asked for: the second is missing still.
ALTER TABLE policy_version ADD COLUMN alone SMALLINT NOT NULL DEFAULT 0 CHECK (alone IN (0, 1));

-- Who ran the command that named the second person; 0 and '' where the first named both.
ALTER TABLE policy_version ADD COLUMN confirmed_ms BIGINT NOT NULL DEFAULT 0;
ALTER TABLE policy_version ADD COLUMN confirmed_by TEXT NOT NULL DEFAULT '';

-- Taken back before it came into force; 0: it was not.
ALTER TABLE policy_version ADD COLUMN withdrawn_ms BIGINT NOT NULL DEFAULT 0;
ALTER TABLE policy_version ADD COLUMN withdrawn_by TEXT NOT NULL DEFAULT '';
ALTER TABLE policy_version ADD COLUMN withdrawn_why TEXT NOT NULL DEFAULT '';

-- What is in force stays so and is marked; what one person alone has put off to a day waits for the
-- second.
UPDATE policy_version SET alone = 1 WHERE second_person = '' AND waits = 0;
UPDATE policy_version SET approved = 1, waits = 0 WHERE second_person = '' AND waits = 1;

-- One draft of a name; another takes its place.
CREATE TABLE policy_draft (
	school BIGINT NOT NULL REFERENCES school,
	name TEXT NOT NULL,
	digest TEXT NOT NULL,
	title TEXT NOT NULL,
	kept_by TEXT NOT NULL,
	kept_ms BIGINT NOT NULL,
	bytes TEXT NOT NULL,
	PRIMARY KEY (school, name)
);
