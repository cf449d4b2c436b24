-- Who looks for a category goes through the different lists of categories. A database's index takes so
-- many bytes of a row and a list may be longer, so it has the first 600 characters of it.
DROP INDEX site_by_categories;
CREATE INDEX site_by_categories ON site (school, substr(categories, 1, 600), id);
