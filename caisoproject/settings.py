"""Settings: every deployment value is an environment variable with a safe default."""

import os
from datetime import timedelta
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import quote

import dj_database_url

from accounts.roles import ROLES
from caisoproject import environment, logs, production, redis_settings
from caisoproject.beat_schedule import BEAT_SCHEDULE
from live import cross_origin
from live.daphne.bodies import MOST_BYTES
from telemetry import traces
from telemetry.log_lines import SECRETS, secrets_among

environment.take_proxies(os.environ)
BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(os.environ.get("VAR_DIR") or BASE_DIR / "var")
env = environment.Environment(environment.last_run(VAR_DIR / "run.json", os.environ.get("SOURCE")))

# Where prices come from -----------------------------------------------------------------------

SOURCE = env.one_of("SOURCE", "live", ("auto", "live", "simulator"))
if SOURCE == "auto":  # `make run` decides; what is typed by hand before it means the real OASIS
    SOURCE = "live"
PRICE_SOURCE = "simulator" if SOURCE == "simulator" else "oasis"
STATE_DIR = VAR_DIR / SOURCE
OASIS_URL = env.url("OASIS_URL", "https://oasis.caiso.com/oasisapi", ("http", "https")).rstrip("/")
# A name that leads into our own network is refused, unless the operator means it.
OASIS_INSIDE = env.flag("OASIS_INSIDE", default=False)
# CAISO refuses what comes within five seconds; a stand-in need not.
OASIS_SECONDS_BETWEEN_REQUESTS = env.number(
    "OASIS_SECONDS_BETWEEN_REQUESTS", 6, least=0 if SOURCE == "simulator" else 5, most=600
)
POLL_SECONDS = env.number("POLL_SECONDS", 20, least=1, most=300)
POLL_SECONDS_NIGHT = env.number("POLL_SECONDS_NIGHT", 60, least=1, most=300)
ARCHIVE_DIR = STATE_DIR / "archives"
HISTORY_HOURS = env.number("HISTORY_HOURS", 48, least=1, most=24 * 7)

# How long a process that calculates for batteries lives on after its last work.
ANALYST_KEEP_S = env.number("ANALYST_KEEP_S", 60, least=1, most=86_400)

# How long what is no price is kept: at least as long as corrections and digests look back.
ALERTS_KEPT_DAYS = env.number("ALERTS_KEPT_DAYS", 730, least=60, most=36_500)
DELIVERIES_KEPT_DAYS = env.number("DELIVERIES_KEPT_DAYS", 180, least=60, most=36_500)
ADVICE_KEPT_DAYS = env.number("ADVICE_KEPT_DAYS", 365, least=60, most=36_500)
BACKTESTS_KEPT_DAYS = env.number("BACKTESTS_KEPT_DAYS", 730, least=30, most=36_500)
# Who changed what, and who signed in.
AUDIT_KEPT_DAYS = env.number("AUDIT_KEPT_DAYS", 730, least=30, most=36_500)
FETCH_RUNS_KEPT_DAYS = env.number("FETCH_RUNS_KEPT_DAYS", 90, least=30, most=36_500)

# From when on something is wrong: less room on the disk, a fuller Redis (where it has a limit), a
# worker or beat that is silent for longer; and for how long the source may be down before an alert.
DISK_FREE_MB = env.number("DISK_FREE_MB", 1024, least=1, most=100_000_000)
REDIS_FULL_PERCENT = env.number("REDIS_FULL_PERCENT", 85, least=20, most=99)
SILENT_S = env.number("SILENT_S", 60, least=15, most=86_400)
SOURCE_DOWN_MINUTES = env.number("SOURCE_DOWN_MINUTES", 5, least=0, most=1440)

# The database is the truth --------------------------------------------------------------------

DATABASES = {
    "default": dj_database_url.parse(
        env.url(
            "DATABASE_URL",
            f"sqlite:///{quote(str(STATE_DIR))}/db.sqlite3",
            ("sqlite", "postgres", "postgresql"),
        )
    )
}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    Path(DATABASES["default"]["NAME"]).parent.mkdir(parents=True, exist_ok=True)
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
    # A shared in-memory database has no WAL: two threads of one test would lock each other out.
    DATABASES["default"]["TEST"] = {"NAME": str(STATE_DIR / f"test-{os.getpid()}.sqlite3")}
if DATABASES["default"]["ENGINE"].endswith("postgresql"):
    DATABASES["default"]["ENGINE"] = "caisoproject.postgresql"
    # A host that fell silent is known as away after seconds, not after the system's minutes.
    # What DATABASE_URL says of it itself counts.
    DATABASES["default"]["OPTIONS"] = {
        "connect_timeout": 5,
        "tcp_user_timeout": 10_000,
        **DATABASES["default"].get("OPTIONS", {}),
    }
    # Behind PgBouncer in transaction mode a cursor on the server is another connection's.
    DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"] = True
# Where pg_dump and pg_restore are, if not on the PATH: they may not be older than the server.
POSTGRESQL_BIN = env.folder("POSTGRESQL_BIN")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Redis is a projection ------------------------------------------------------------------------

REDIS_URL = redis_settings.address(
    env, "REDIS_URL", "redis://127.0.0.1:8001/0", use="the projection"
)
CHANNEL_REDIS_URL = redis_settings.address(
    env, "CHANNEL_REDIS_URL", REDIS_URL, use="the channel layer"
)
BROKER_REDIS_URL = redis_settings.address(
    env, "CELERY_BROKER_URL", REDIS_URL, use="the Celery broker"
)
REDIS_OPTIONS = {
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
    "socket_keepalive": True,
    "health_check_interval": 15,
}
CHANNEL_REDIS_OPTIONS = {
    "socket_timeout": 30,
    "socket_connect_timeout": 5,
    "socket_keepalive": True,
    "health_check_interval": 15,
}
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [redis_settings.layer_host(CHANNEL_REDIS_URL, CHANNEL_REDIS_OPTIONS)]},
    }
}

# Celery ---------------------------------------------------------------------------------------

CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_RESULT_EXPIRES = None
CELERY_TASK_SOFT_TIME_LIMIT = 60
CELERY_TASK_TIME_LIMIT = 120
CELERY_TASK_DEFAULT_QUEUE = "poll"
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 500
# A task that loses its broker goes on: it works on the database, and may run twice.
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_REDIRECT_STDOUTS = False
CELERY_TIMEZONE = "UTC"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_URL = redis_settings.broker_url(BROKER_REDIS_URL)
CELERY_BROKER_USE_SSL = redis_settings.broker_tls(BROKER_REDIS_URL)
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 180,
    "socket_timeout": 10,
    "socket_connect_timeout": 5,
    "socket_keepalive": True,
    "health_check_interval": 10,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    # Whatever else a worker does comes after its first queue: no poll behind a gap, no delivery
    # behind tidying.
    "queue_order_strategy": "priority",
    **redis_settings.broker_options(BROKER_REDIS_URL),
}
CELERY_BEAT_SCHEDULE = BEAT_SCHEDULE
CELERY_BEAT_SCHEDULER = "caisoproject.beat.SteadyScheduler"
CELERY_BEAT_MAX_LOOP_INTERVAL = 3

# Django ---------------------------------------------------------------------------------------

DEBUG = env.flag("DEBUG", default=False)
SECRET_KEY = env.text("SECRET_KEY", "") or environment.kept_secret(STATE_DIR / "secret_key")
SITE_URL = env.url("SITE_URL", "", ("http", "https")).rstrip("/")  # what links begin with
OWN_HOSTS = f"localhost,127.0.0.1,[::1],{production.host_of(SITE_URL)}"
ALLOWED_HOSTS = env.names("ALLOWED_HOSTS", OWN_HOSTS)
CSRF_TRUSTED_ORIGINS = env.origins("CSRF_TRUSTED_ORIGINS")
# Pages of other sites that may read answers and feed, without cookies: none.
CORS_ALLOWED_ORIGINS = env.origins("CORS_ALLOWED_ORIGINS", exact=True)
CORS_URLS_REGEX = r"^/api/"
CORS_ALLOW_METHODS, CORS_ALLOW_HEADERS = cross_origin.METHODS, cross_origin.ASKED_WITH
CORS_EXPOSE_HEADERS, CORS_PREFLIGHT_MAX_AGE = cross_origin.SHOWN, cross_origin.REMEMBERED_S
# Of the account `admin`, when it is made: one by chance where this is empty.
ADMIN_PASSWORD = env.text("ADMIN_PASSWORD", "")
# Whose X-Forwarded-For and X-Forwarded-Proto are believed.
TRUSTED_PROXIES = env.networks("TRUSTED_PROXIES")
PRODUCTION = env.flag("PRODUCTION", default=False)

# Where the site's address is https, browsers never come another way and never show a cookie there.
# Programs and probes are not sent elsewhere.
IS_HTTPS = SITE_URL.startswith("https://")
SECURE_SSL_REDIRECT = IS_HTTPS
SECURE_REDIRECT_EXEMPT = [r"^metrics$", r"^api/"]
SECURE_HSTS_SECONDS = (
    env.number("HSTS_SECONDS", 31_536_000, least=0, most=63_072_000) if IS_HTTPS else 0
)
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.flag("HSTS_SUBDOMAINS", default=False)
SECURE_HSTS_PRELOAD = env.flag("HSTS_PRELOAD", default=False)
# Whether everything below the site's name is https too, only its operator knows.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
if IS_HTTPS:  # with this beginning browsers take them from the site itself alone, over https
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
# Addresses with passwords are shown on no error page.
DEFAULT_EXCEPTION_REPORTER_FILTER = "caisoproject.hidden_settings.HiddenSettings"

# Who gets in: everybody reads, or users who may; how long a log-in lasts; who needs a code too.
PUBLIC_DASHBOARD = env.flag("PUBLIC_DASHBOARD", default=True)
SESSION_DAYS = env.number("SESSION_DAYS", 7, least=1, most=90)
SESSION_COOKIE_AGE = SESSION_DAYS * 86_400
TWO_FACTOR_REQUIRED = env.some_of("TWO_FACTOR_REQUIRED", ROLES)
# Wrong passwords are counted by django-axes, and judged by accounts/lock_out.py.
AXES_HANDLER = "accounts.lock_out.Handler"
AXES_CLIENT_IP_CALLABLE = "accounts.lock_out.address_of"
AXES_USERNAME_CALLABLE = "accounts.lock_out.name_of"
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
AXES_SENSITIVE_PARAMETERS = ["username", "password", "code", "next", "csrfmiddlewaretoken"]
# A code holds for the half minutes before and after its own, for clocks that are not quite right.
MFA_TOTP_TOLERANCE = 1
MFA_TOTP_ISSUER = "CAISO Live"
MFA_ADAPTER = "accounts.second_factor_secrets.Adapter"
SIMPLE_HISTORY_HISTORY_CHANGE_REASON_USE_TEXT_FIELD = True

# How many web processes there are, at most. Of what all of them may allow, each allows its share.
WEB_PROCESSES = env.number("WEB_PROCESSES", 1, least=1, most=10)

# The live feed: clients of one web process, in all and from one address; what a program shows
# that opens a WebSocket without being a page of ours.
DIRECT_WRITES = env.flag("DIRECT_WRITES", default=True)
SOCKETS_MOST = env.number("SOCKETS_MOST", 1000, least=1, most=100_000)
SOCKETS_PER_ADDRESS = env.number("SOCKETS_PER_ADDRESS", 20, least=1, most=100_000)
# Whether the limits of an address are those of all web processes together, counted in Redis.
SHARED_LIMITS = env.flag("SHARED_LIMITS", default=True)
FEED_TOKEN = env.matching(
    "FEED_TOKEN", r"[\x21-\x7e]+", "plain letters, digits and signs without a blank"
) or environment.kept_secret(STATE_DIR / "feed_token")

# Batteries: what a program shows that reports a state of charge.
BATTERY_TOKEN = env.matching(
    "BATTERY_TOKEN", r"[\x21-\x7e]+", "plain letters, digits and signs without a blank"
) or environment.kept_secret(STATE_DIR / "battery_token")

# What Prometheus shows to read /metrics; without one it is open.
METRICS_TOKEN = env.matching(
    "METRICS_TOKEN", r"[\x21-\x7e]+", "plain letters, digits and signs without a blank"
)
if PRODUCTION and (
    unsafe := production.refusal(
        production.Chosen(
            SECRET_KEY, DEBUG, ALLOWED_HOSTS, SITE_URL, PUBLIC_DASHBOARD, METRICS_TOKEN
        )
    )
):
    raise SystemExit(unsafe)

# The revision of the code, where it was built without git.
REVISION = env.matching("REVISION", r"[0-9A-Za-z._-]{1,64}", "letters, digits, . _ and - alone")

# How alerts go out ----------------------------------------------------------------------------

EMAIL_HOST = env.host("EMAIL_HOST")
EMAIL_PORT = env.number("EMAIL_PORT", 25, least=1, most=65535)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS", default=False)
EMAIL_USE_SSL = env.flag("EMAIL_USE_SSL", default=False)
if EMAIL_USE_TLS and EMAIL_USE_SSL:
    raise SystemExit(
        "EMAIL_USE_TLS and EMAIL_USE_SSL are both on; a mail server takes one of them."
    )
EMAIL_TIMEOUT = env.number("EMAIL_TIMEOUT", 10, least=1, most=50)
DEFAULT_FROM_EMAIL = env.sender("DEFAULT_FROM_EMAIL", "CAISO Live <caiso-live@localhost>")
# Receivers inside, which no user may name unless an operator did; and who vouches for them.
WEBHOOK_HOSTS_ALLOWED = env.hosts("WEBHOOK_HOSTS_ALLOWED")
WEBHOOK_CA_FILE = env.file("WEBHOOK_CA_FILE")
WEBHOOK_PROXY = env.proxy("WEBHOOK_PROXY")
# Who push services may ask about us, and the key by which they know us: 32 bytes.
VAPID_SUBJECT = env.matching(
    "VAPID_SUBJECT", r"mailto:\S+@\S+|https://\S+", "a mailto: or https: address"
) or (SITE_URL if SITE_URL.startswith("https") else f"mailto:{parseaddr(DEFAULT_FROM_EMAIL)[1]}")
VAPID_PRIVATE_KEY = env.matching(
    "VAPID_PRIVATE_KEY", r"[A-Za-z0-9_-]{43}", "a private key: 43 characters of base64url"
) or environment.kept_secret(STATE_DIR / "vapid_private_key", size=32)

INSTALLED_APPS = [
    # The addresses ask for the apps' admin modules: workers have none and need none.
    "caisoproject.apps.OurAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "caisoproject.apps.PageFilesConfig",
    "axes",
    "simple_history",
    "accounts.apps.AllauthAccounts",
    "accounts.apps.SecondFactors",
    "prices",
    "accounts",
    "alerts",
    "battery",
    "dashboard",
    "simulator",
    "benchmarks",
    "caisoproject.apps.CaisoProjectConfig",
]
LOGIN_URL = "log-in"
LOGIN_REDIRECT_URL = "/"
MIDDLEWARE = [
    "caisoproject.counted_answers.counted_answers",
    "caisoproject.https_pages.no_redirect_in_circles",
    "django.middleware.security.SecurityMiddleware",
    "caisoproject.cross_origin.CrossOrigin",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "dashboard.content_security.content_security_policy",
    "caisoproject.failures.ProblemsUnderApi",
    "caisoproject.failures.our_name_alone",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "caisoproject.request_log.note_user",
    "caisoproject.gate.Gate",
    "simple_history.middleware.HistoryRequestMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "caisoproject.urls"
ASGI_APPLICATION = "caisoproject.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "dashboard.bar.of_the_user",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LANGUAGE_CODE = "en-us"
TIME_ZONE = "America/Los_Angeles"  # of the admin's forms; everything stored is UTC
USE_TZ = True
FORMAT_MODULE_PATH = "caisoproject.formats"
X_FRAME_OPTIONS = "DENY"
# No form is longer, and none has a file.
DATA_UPLOAD_MAX_MEMORY_SIZE = MOST_BYTES
FILE_UPLOAD_HANDLERS: list[str] = []

# The API: rest_framework is no installed app, as it would be in every worker too.
REST_FRAMEWORK = {
    "DEFAULT_PARSER_CLASSES": ["api.json_body.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_AUTHENTICATION_CLASSES": ["api.session.Session"],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_METADATA_CLASS": None,
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "api.refusals.refusal",
    "URL_FORMAT_OVERRIDE": None,
    # As Django's JsonResponse writes it, which the two stable answers come from.
    "COMPACT_JSON": False,
    "UNICODE_JSON": False,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "CAISO Live",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/api",
    "SORT_OPERATIONS": False,
    "POSTPROCESSING_HOOKS": [],
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
}

NODE_MODULES = BASE_DIR / "node_modules"
STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [
    (f"vendor/{package}", NODE_MODULES / package / folder)
    for package, folder in {
        "uplot": "dist",
    }.items()
    if (NODE_MODULES / package / folder).is_dir()
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "caisoproject.static_files.HashedModulesStorage"},
}

traces.check()
LOG_JSON = env.flag("LOG_JSON", default=False)
logs.configure(as_json=LOG_JSON, level=env.text("LOG_LEVEL", "INFO"))
SECRETS.know(secrets_among(globals()) | {str(DATABASES["default"].get("PASSWORD", ""))})
LOGGING_CONFIG = None
