"""What moderation says of its kinds, acts and outcomes."""

from ..words import N_

KINDS = {
    "unkind": N_("Unkind to somebody"),
    "danger": N_("Somebody could come to harm"),
    "spam": N_("Spam, or a trick"),
    "rules": N_("Against the rules of this place"),
    "other": N_("Something else"),
}
ACTS = {
    "dismiss": N_("Dismissed"),
    "hide": N_("Hidden"),
    "burn": N_("Burned"),
    "pause-1-day": N_("Paused for 1 day"),
    "pause-7-days": N_("Paused for 7 days"),
    "suspend": N_("Suspended"),
    "reopen": N_("Opened again"),
    "show": N_("Shown again"),
    "unpause": N_("Pause ended"),
    "restore": N_("Let back in"),
    "operator": N_("Made an operator"),
    "moderator": N_("Made a moderator"),
    "member": N_("Made a member"),
    "invite": N_("Made an invitation"),
    "end-invitation": N_("Ended an invitation"),
}
OUTCOMES = {
    "open": N_("open"),
    "dismissed": N_("dismissed"),
    "hidden": N_("hidden"),
    "burned": N_("burned"),
    "paused": N_("paused"),
    "suspended": N_("suspended"),
}
OUTCOME_SENTENCES = {
    "open": N_("A moderator will look at it."),
    "dismissed": N_("A moderator looked at it and left it as it is."),
    "hidden": N_("A moderator hid it."),
    "burned": N_("A moderator burned it."),
    "paused": N_("A moderator asked them to pause."),
    "suspended": N_("A moderator suspended them."),
}
"""What the reporter reads."""
DECISION_SENTENCES = {
    "hide": N_("An activity of yours was hidden."),
    "burn": N_("An activity of yours was burned."),
    "pause-1-day": N_("You were asked to pause for 1 day."),
    "pause-7-days": N_("You were asked to pause for 7 days."),
    "suspend": N_("You were suspended."),
    "show": N_("An activity of yours is shown again."),
    "unpause": N_("The pause was ended."),
    "restore": N_("You were let back in."),
}
"""What the person reads about whom it was decided."""
