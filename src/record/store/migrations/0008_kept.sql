-- What a door found out of an act beyond its request: terms, types, sizes, counts (policy/facts.h).
ALTER TABLE act ADD COLUMN kept TEXT NOT NULL DEFAULT '';
