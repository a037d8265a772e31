-- With the constraint looked at, SET NOT NULL looks at nothing.
ALTER TABLE activities VALIDATE CONSTRAINT activities_number_there;
ALTER TABLE users VALIDATE CONSTRAINT users_number_there;
ALTER TABLE activities ALTER COLUMN number SET NOT NULL;
ALTER TABLE activities DROP CONSTRAINT activities_number_there;
ALTER TABLE users ALTER COLUMN number SET NOT NULL;
ALTER TABLE users DROP CONSTRAINT users_number_there;
