-- feeds/_unmuted: leaves out whom the viewer muted; feeds and notifications do, threads and profiles do not. Goes on a WHERE.
  AND activity.user_uuid <> ALL (ARRAY(
    SELECT mutes.muted_uuid FROM mutes WHERE mutes.user_uuid = %(viewer_uuid)s AND mutes.expires_at > now()
  ))
