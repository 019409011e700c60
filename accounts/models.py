"""What an account may do beyond changing rows, and the history of what people change."""

from django.contrib.auth.models import Group, User
from django.db import models

from accounts.trail import follow
from alerts.models import Condition, Method, Rule
from battery.models import Battery, GridLimit, Outage
from prices.models import Node

JUDGING = (
    *("judged_seq", "judged_until", "judged_end", "beyond", "beyond_since", "calm_until", "flaps"),
    *("judges_from", "version", "created_at"),
)


class Right(models.Model):
    """No table: only permissions that no other model has. `accounts/roles.py` gives them."""

    class Meta:
        managed = False
        default_permissions = ()
        permissions = [
            ("read", "Can read where the dashboard is not public"),
            ("ask_more", "Can ask for longer previews and for more of them, and of what-ifs"),
            ("enter_admin", "Can enter the admin, for what he may see or change there"),
        ]


follow(
    User, secret=("password",), excluded=("last_login",), m2m_fields=["groups", "user_permissions"]
)
follow(Group, m2m_fields=["permissions"])
follow(Rule, excluded=JUDGING, m2m_fields=["methods"])
follow(Condition)
follow(Method, secret=("address", "secret"))
follow(Battery)
follow(GridLimit)
follow(Outage)
follow(Node)
