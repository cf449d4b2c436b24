-- Uploads and downloads: few among thousands of pages and searches, and looked for by their kind.
CREATE INDEX page_load_few ON page_load (school, kind, hour) WHERE kind <> 0 AND kind <> 4;
CREATE INDEX act_few ON act (school, kind, id) WHERE kind <> 0 AND kind <> 4;
