-- With a constraint that was looked at while nobody waited, SET NOT NULL looks at nothing.
ALTER TABLE users ADD CONSTRAINT users_number_there CHECK (number IS NOT NULL) NOT VALID;
-- then
ALTER TABLE activities ADD CONSTRAINT activities_number_there CHECK (number IS NOT NULL) NOT VALID;
-- then
ALTER TABLE users VALIDATE CONSTRAINT users_number_there;
ALTER TABLE users ALTER COLUMN number SET NOT NULL;
ALTER TABLE users DROP CONSTRAINT users_number_there;
-- then
ALTER TABLE activities VALIDATE CONSTRAINT activities_number_there;
ALTER TABLE activities ALTER COLUMN number SET NOT NULL;
ALTER TABLE activities DROP CONSTRAINT activities_number_there;
