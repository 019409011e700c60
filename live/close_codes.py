"""Why a WebSocket is closed; docs/protocol.md says what a reader then does."""

GOING_AWAY = 1012
TRY_AGAIN = 1013
BAD_REQUEST = 4400
SIGNED_OUT = 4401
FOREIGN_ORIGIN = 4403
UNKNOWN_HUB = 4404
TOO_SLOW = 4408
TOO_MANY = 4429
