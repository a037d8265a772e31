-- activities/_addressees: who may see `written`, if it is for followers, besides them: whom the one on top mentions.
INSERT INTO addressees (activity_uuid, user_uuid)
SELECT written.uuid, parents.user_uuid
FROM written
JOIN addressees AS parents ON parents.activity_uuid = written.reply_to_activity_uuid
UNION
SELECT written.uuid, person.uuid
FROM written
CROSS JOIN (
  SELECT uuid FROM users WHERE lower(handle) = ANY (%(mentioned)s)
  UNION ALL
  SELECT user_uuid FROM former_handles WHERE handle = ANY (%(mentioned)s) AND expires_at > now()
) AS person
WHERE written.audience = 'followers'
  AND person.uuid IS NOT NULL
  AND NOT EXISTS (SELECT FROM seen WHERE seen.uuid = written.reply_to_activity_uuid AND seen.audience = 'followers')
