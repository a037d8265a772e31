-- Nobody waits while what stands is looked at: that is the next migration's.
ALTER TABLE activities ADD CONSTRAINT activities_number_there CHECK (number IS NOT NULL) NOT VALID;
ALTER TABLE users ADD CONSTRAINT users_number_there CHECK (number IS NOT NULL) NOT VALID;
