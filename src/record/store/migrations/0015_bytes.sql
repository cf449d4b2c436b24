-- How many bytes passed of a visit, to the client and from it, as the proxy's log tells; and the marks by
-- which they find it: of each name a part of its digest (record/visits/mark.h), 0 while none was kept.
ALTER TABLE visit ADD COLUMN bytes_down BIGINT NOT NULL DEFAULT 0;
ALTER TABLE visit ADD COLUMN bytes_up BIGINT NOT NULL DEFAULT 0;
ALTER TABLE client ADD COLUMN mark BIGINT NOT NULL DEFAULT 0;
ALTER TABLE site ADD COLUMN mark BIGINT NOT NULL DEFAULT 0;
ALTER TABLE basis ADD COLUMN mark BIGINT NOT NULL DEFAULT 0;
CREATE INDEX client_by_mark ON client (school, mark);
CREATE INDEX site_by_mark ON site (school, mark);
CREATE INDEX basis_by_mark ON basis (school, mark);
