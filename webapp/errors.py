"""Errors, with sentences that a person can act on. Imports no web code: the sign-up function uses it too."""

from .words import N_, _

NOT_FOUND = N_("There is nothing at this address, or its time has passed.")

VIOLATIONS = {
    "users_handle_unique": ("handle", N_("That handle is taken. Try another.")),
    "users_email_unique": ("email", N_("There is already an account with this email address.")),
    "users_display_name_length": ("display_name", N_("A name must have 1 to 50 characters.")),
    "users_bio_length": ("bio", N_("The limit is 300 characters.")),
    "users_handle_form": ("handle", N_("A handle must have 2 to 30 letters (a to z), digits or underscores.")),
    "users_email_length": ("email", N_("An email address can have up to 254 characters.")),
    "activity_texts_message_length": ("message", N_("The limit is 280 characters.")),
}
"""Constraint name to field and sentence, shown beside the field."""


class MayflyError(Exception):
    status = 500

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Refused(Exception):
    """A script or a start stops here. The text is one sentence that says what to do."""


class Malformed(MayflyError):
    """The request has bytes that no browser's form sends."""

    status = 400


class NotFound(MayflyError):
    """Absent, expired and hidden look the same."""

    status = 404

    def __init__(self) -> None:
        super().__init__(_(NOT_FOUND))


class Conflict(MayflyError):
    status = 409


class Invalid(MayflyError):
    """One field is wrong; the form comes back with the sentence beside it."""

    status = 422

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class TooMany(MayflyError):
    """`retry_after`: seconds until the window ends."""

    status = 429

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Unavailable(MayflyError):
    """The database, or capacity, is missing for now.

    `passing`: the same act may succeed if run again. `undone`: and the server has undone it, so any act may.
    """

    status = 503
    retry_after = 5

    def __init__(self, reason: str, *, passing: bool = False, undone: bool = False) -> None:
        super().__init__(reason)
        self.passing = passing or undone
        self.undone = undone


class Busy(Unavailable):
    """Too many passwords are being checked at once."""


class Violated(Exception):
    def __init__(self, constraint: str) -> None:
        super().__init__(constraint)
        self.constraint = constraint

    def as_invalid(self) -> Invalid:
        """The sentence beside its field. Re-raises itself where no form's field caused it."""
        if self.constraint not in VIOLATIONS:
            raise self
        field, sentence = VIOLATIONS[self.constraint]
        return Invalid(field, _(sentence))


class AccountGone(Violated):
    """Whoever acts deleted their account meanwhile."""
