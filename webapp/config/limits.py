"""All limits. `LIMIT_<NAME>` sets another value. bin/docs-settings writes them to docs/settings.md."""

from typing import NamedTuple


class Rule(NamedTuple):
    """`default`: hits in a window, `60/1h`. `subject`: who is counted. `tries`: what is counted."""

    default: str
    subject: str
    tries: str


LIMITS = {
    "activities": Rule("60/1h", "person", "activities"),
    "burns": Rule("60/1h", "person", "burns"),
    "likes": Rule("300/1h", "person", "likes, and likes taken back"),
    "reports": Rule("20/1h", "person", "reports of activities and people"),
    "moderation": Rule("600/1h", "person", "acts of moderators and operators"),
    "invitations": Rule("60/1h", "person", "invitations made, and ended early"),
    "follows": Rule("300/1h", "person", "follows, mutes and blocks, and those taken back"),
    "settings": Rule("20/1h", "person", "changes of a profile, a password and the like: each counted separately"),
    "handles": Rule("10/1d", "person", "handles tried: each that is given up stays taken for 30 days"),
    "exports": Rule("10/1h", "person", "downloads of everything of one's own"),
    "drafts": Rule("30/1h", "address", "texts sent while signed out, kept until their writer has signed in"),
    "draft_saves": Rule("2000/1h", "person", "drafts saved as their writer types, and discarded"),
    "sign_ups": Rule("40/1h", "address", "new accounts"),
    "sign_up_tries": Rule("100/1h", "address", "sign-up forms"),
    "sign_ins": Rule("100/5m", "address", "passwords, right or wrong"),
    "sign_ins_by_address": Rule("25/5m", "address", "wrong passwords"),
    "sign_ins_by_account": Rule("10/5m", "account, and name as typed", "wrong passwords"),
}
