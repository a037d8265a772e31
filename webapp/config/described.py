"""All settings, with defaults and meanings. bin/docs-settings makes the tables of docs/settings.md from this."""

from typing import NamedTuple


class Setting(NamedTuple):
    """`default`: the value without the variable. `instead`: how docs/settings.md describes a default that depends."""

    default: str
    meaning: str
    instead: str = ""


SERVER = {
    "The program": {
        "APP_ENV": Setting(
            "development",
            "`production`: no demo community, and destructive scripts refuse. `test` is for tests.",
            "`development`; for scripts, what `bin/run` served last",
        ),
        "HOST": Setting("127.0.0.1", "Address to listen on. A wildcard (`0.0.0.0`, `::`) needs `PUBLIC_URL`."),
        "PORT": Setting("8000", "Port to listen on."),
        "PUBLIC_URL": Setting(
            "",
            "The address that people type, without a path: `https://mayfly.example`. With https, cookies are secure and"
            " browsers use only https for a year, for subdomains too (HSTS).",
            "`http://HOST:PORT`",
        ),
        "TRUSTED_PROXIES": Setting("0", "Number of proxies in front, one behind the other, 0 to 5."),
        "FRAME_ORIGIN": Setting(
            "", "Development only: who may show Mayfly in a frame, such as `https://*.example.org`."
        ),
        "WORKERS": Setting("2", "Processes that serve requests."),
        "SECRET_KEY": Setting(
            "",
            "32 random characters or more. It signs the cookie of signed-out forms and hides whom the limits count."
            " All machines of a community need the same one.",
            "made once, in the state folder",
        ),
        "SECRET_KEY_FALLBACKS": Setting("", "Earlier keys that are still accepted, separated by commas."),
        "MAYFLY_STATE": Setting(
            "", "Folder of the database, the key, the backups and the notes of scripts.", "`var/` in the checkout"
        ),
        "MAYFLY_VENV": Setting("", "Folder of the Python packages.", "`.venv/` in the checkout"),
    },
    "The community": {
        "COMMUNITY_NAME": Setting("Mayfly", "The name of the community."),
        "COMMUNITY_ABOUT": Setting(
            "Everything said here has a lifespan. When it ends, it is gone for good.", "One sentence about it."
        ),
        "COMMUNITY_RULES": Setting(
            "",
            "The rules of the house, up to ten short ones with `|` between them: `Be kind. | No adverts.` Shown at"
            " sign-up and on `/about`.",
        ),
        "COMMUNITY_TIMEZONE": Setting(
            "UTC", "The time zone of times, such as `Europe/Berlin`, for all who have not chosen another."
        ),
        "PUBLIC_FEED": Setting("yes", "`no`: every page but signing in needs an account."),
        "LIKES_SHOWN": Setting(
            "everyone",
            "Who sees how many like an activity, and what a person likes: `everyone`, or `author`: the author of the"
            " activity, and the person.",
        ),
        "SIGN_UP": Setting(
            "open",
            "Who may get an account: `open`, `invite` (by an invitation of moderators, or of `bin/users-invite`),"
            " `closed`; with `AUTH` also `provider` (everybody whom the provider signs in; pages do not invite"
            " strangers to join).",
        ),
        "TTL_DEFAULT": Setting("7-days", "The lifespan picked for a newcomer; later it is the last one they chose."),
        "TTL_FLOOR": Setting(
            "1-hour",
            "The shortest lifespan: `1-hour`, `3-hours`, `12-hours`, `1-day`, `3-days`, `7-days`, `30-days`.",
        ),
        "TTL_CEILING": Setting("30-days", "The longest lifespan, of the same list."),
        "UNDO_SECONDS": Setting(
            "10", "How long only its author sees a new activity and can undo it, 0 to 60 seconds; `0`: no undo."
        ),
        "FORGET_AT": Setting(
            "4", "The hour, 0 to 23 in `COMMUNITY_TIMEZONE`, at which the disk forgets what is gone from the tables."
        ),
        "REPORT_COPIES_LIVE": Setting(
            "14", "How many days moderators can read the sealed copy of a reported activity, 1 to 30."
        ),
    },
    "The database": {
        "CONNECTION_URL": Setting(
            "", "How the application connects, as the role `mayfly_app`.", "the embedded PostgreSQL"
        ),
        "OWNER_CONNECTION_URL": Setting(
            "", "How scripts that create or migrate connect, as the owner.", "`DIRECT_CONNECTION_URL`"
        ),
        "KEEPER_CONNECTION_URL": Setting(
            "",
            "How the texts are forgotten, as the role `mayfly_keeper`, never through a pooler.",
            "`DIRECT_CONNECTION_URL`",
        ),
        "DIRECT_CONNECTION_URL": Setting(
            "",
            "A connection that bypasses the pooler. With it no statement stays prepared, and no session is set up.",
            "`CONNECTION_URL`",
        ),
        "DATABASE_AUTH": Setting(
            "password", "`iam`: a URL without a password gets a token of AWS for each connection."
        ),
        "PGSSLMODE": Setting(
            "verify-full",
            "TLS to a database on another machine. `disable` only on a network of your own; `sslmode` in a URL wins.",
        ),
        "PGSSLROOTCERT": Setting(
            "", "File of the authorities to trust for the database, such as the bundle of RDS.", "the system's"
        ),
        "WAIT_FOR_DATABASE": Setting(
            "no", "`yes`: start without the database; pages answer 503 until it is reachable."
        ),
        "POOL_MIN": Setting("1", "Connections that each process keeps open."),
        "POOL_MAX": Setting("8", "The most connections that each process opens. `WORKERS` x `POOL_MAX` + 6 must fit."),
    },
    "Signing in with a provider": {
        "AUTH": Setting(
            "local",
            "Who signs people in: `local` (a password here), `cognito`, or `oidc`"
            " ([how](aws.md#signing-in-with-cognito-or-another-provider)).",
        ),
        "OIDC_ISSUER": Setting("", "The provider's issuer, exactly as the provider writes it."),
        "OIDC_CLIENT_ID": Setting("", "The ID of our client at the provider."),
        "OIDC_CLIENT_SECRET": Setting("", "The client's secret; a public client has none."),
        "OIDC_NAME": Setting("", "The provider's name on the button.", "`Cognito`, or the issuer's host"),
        "OIDC_SCOPES": Setting("openid email profile", "The scopes to request; `openid` must be among them."),
        "OIDC_LOGOUT_URL": Setting("", "The provider's sign-out page. Cognito needs it.", "by discovery"),
    },
}
"""What `bin/run` reads, by the headings of docs/settings.md."""

OTHERS = {
    "Scripts, tests and workspaces": {
        "PROD_CONNECTION_URL": Setting("", "The database that `prod` means in `bin/db-…`, as its owner."),
        "BACKUP_DAYS": Setting("14", "Age in days from which `bin/backups-prune` deletes a backup."),
        "PYTHON": Setting("python3", "The Python that makes the virtual environment."),
        "CHROMIUM_PATH": Setting("", "The browser for the tests.", "the one on the `PATH`, or Playwright's"),
        "DB_SG_ID": Setting("", "Security group of the database on RDS, `sg-…`. boto3 also reads its own `AWS_…`."),
        "GITPOD_IP": Setting("", "This workspace's public address. Set it for IPv6.", "from an echo service"),
        "GITPOD_GIT_USER_NAME": Setting("", "Whose workspace it is.", "`GITHUB_USER`, else git's name or e-mail"),
        "GITPOD_WORKSPACE_ID": Setting(
            "", "Which workspace it is.", "`GITPOD_ENVIRONMENT_ID`, `CODESPACE_NAME`, else the host's name"
        ),
        "IP_ECHO_URL": Setting("", "Other echo services, https, separated by commas.", "two that use IPv4"),
    },
}
"""What only scripts, tests and workspaces read."""

DEFAULTS = {
    name: one.default for groups in (SERVER, OTHERS) for group in groups.values() for name, one in group.items()
}
