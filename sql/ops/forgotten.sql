-- ops/forgotten: since when no text that was gone then is on the disk any more.
-- params:  none
-- returns: timestamptz
SELECT emptied_at FROM written_half
