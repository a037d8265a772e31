-- How deep a thread goes has an end. What stands now counts as a beginning: it is gone within the longest life.
ALTER TABLE activities ADD COLUMN depth smallint NOT NULL DEFAULT 0;
-- Nobody waits while what stands is looked at: that is the next migration's.
ALTER TABLE activities ADD CONSTRAINT activities_depth CHECK (depth BETWEEN 0 AND 100) NOT VALID;
