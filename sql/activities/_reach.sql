-- activities/_reach: the narrower of %(audience)s and that of `parent`.
CASE
  WHEN 'followers' IN (parent.audience, %(audience)s) THEN 'followers'
  WHEN 'members' IN (parent.audience, %(audience)s) THEN 'members'
  ELSE COALESCE(%(audience)s, parent.audience)
END AS audience
