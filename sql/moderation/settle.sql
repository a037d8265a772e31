-- moderation/settle: settles the open reports of a thing; a suspension settles all those of the person. Touches none if they were settled.
-- params:  actor_uuid uuid, user_uuid uuid, activity_uuid uuid?, outcome text
-- returns: rows
WITH waiting AS MATERIALIZED (
  SELECT uuid
  FROM reports
  WHERE user_uuid = %(user_uuid)s
    AND (activity_uuid IS NOT DISTINCT FROM %(activity_uuid)s OR %(outcome)s = 'suspended')
    AND settled_at IS NULL
  ORDER BY number
  FOR UPDATE
)
UPDATE reports
SET outcome = %(outcome)s, settled_by_uuid = %(actor_uuid)s, settled_at = now()
FROM waiting
WHERE reports.uuid = waiting.uuid
