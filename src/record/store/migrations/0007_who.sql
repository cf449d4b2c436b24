-- How a door came to know who it was, where the address is, and whose equipment stands there. '' is
-- what nobody knew, and what was not recorded before these columns were there.
ALTER TABLE act ADD COLUMN source TEXT NOT NULL DEFAULT '';
ALTER TABLE act ADD COLUMN place TEXT NOT NULL DEFAULT '';
ALTER TABLE act ADD COLUMN equipment TEXT NOT NULL DEFAULT '';
