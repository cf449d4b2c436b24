-- Names that nothing is left of go (record/visits/visits.h): on which day clients and bases were last used, and
-- how often names went, so that whoever remembers their numbers looks for them anew.
ALTER TABLE client ADD COLUMN last_day BIGINT NOT NULL DEFAULT 0; -- counted from 1970
ALTER TABLE basis ADD COLUMN last_day BIGINT NOT NULL DEFAULT 0;
UPDATE client SET last_day = coalesce((SELECT max(hour) / 24 FROM visit), 0);
UPDATE basis SET last_day = coalesce((SELECT max(hour) / 24 FROM visit), 0);

CREATE TABLE names_deleted (
	school BIGINT NOT NULL REFERENCES school,
	times BIGINT NOT NULL,
	PRIMARY KEY (school)
);
INSERT INTO names_deleted (school, times) SELECT school, 0 FROM school;
