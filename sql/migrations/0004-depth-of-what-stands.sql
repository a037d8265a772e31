-- Takes no lock that keeps anybody from reading or writing.
ALTER TABLE activities VALIDATE CONSTRAINT activities_depth;
