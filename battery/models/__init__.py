"""What is stored: batteries and their limits, advice, schedules, the paper desk, back-tests.

Powers are MW, positive to the grid; states of charge MWh in the store; times aware UTC.
"""

from battery.models.advice import Advice, NeverChanged, Schedule
from battery.models.backtests import Backtest
from battery.models.batteries import Battery
from battery.models.learned import Learned
from battery.models.limiting import GridLimit, Outage, SocReading
from battery.models.paper import PaperDay, Restatement
from battery.models.wear_prices import WearPrice

__all__ = [
    "Advice",
    "Backtest",
    "Battery",
    "GridLimit",
    "Learned",
    "NeverChanged",
    "Outage",
    "PaperDay",
    "Restatement",
    "Schedule",
    "SocReading",
    "WearPrice",
]
