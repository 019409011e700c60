"""What gridstatus does with an archive of CSV in `CAISO.get_lmp`, step by step, with pandas.

Read, parse the times, sort, convert to Pacific time, one column for each component, and label.
Nothing is checked, and prices are floats.
"""

import io
import zipfile

import pandas as pd

START, END = "INTERVALSTARTTIME_GMT", "INTERVALENDTIME_GMT"
INDEX = ["Time", "Interval Start", "Interval End", "NODE"]
NAMES = {"NODE": "Location", "MCE": "Energy", "MCC": "Congestion", "MCL": "Loss", "MGHG": "GHG"}
HUBS = ["TH_NP15_GEN-APND", "TH_SP15_GEN-APND", "TH_ZP26_GEN-APND"]
SHOWN = [*INDEX[:3], "Market", "Location", "Location Type"]
SHOWN += ["LMP", "Energy", "Congestion", "Loss", "GHG"]


def pandas_prices(archive: bytes) -> pd.DataFrame:
    """A row for each price of the archive."""
    frame = rows_of(archive)
    prices = frame.pivot_table(index=INDEX, columns="LMP_TYPE", values="MW", aggfunc="first")
    return labelled(prices.reset_index().rename(columns=NAMES))


def rows_of(archive: bytes) -> pd.DataFrame:
    """All rows by time, as `_get_oasis` gives them."""
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        frame = pd.concat([pd.read_csv(opened.open(name)) for name in opened.namelist()])
    for column in (START, END):
        frame[column] = pd.to_datetime(frame[column], utc=True)
    frame = frame.sort_values(by=START)
    for column in (START, END):
        frame[column] = frame[column].dt.tz_convert("US/Pacific")
    frame = frame.rename(columns={START: "Interval Start", END: "Interval End"})
    frame.insert(0, "Time", frame["Interval Start"])
    return frame


def labelled(prices: pd.DataFrame) -> pd.DataFrame:
    """With the market and the kind of location."""
    prices["Market"] = "REAL_TIME_5_MIN"
    prices["Location Type"] = "Node"
    where = prices["Location"]
    prices.loc[where.str.endswith("-APND"), "Location Type"] = "AP Node"
    prices.loc[where.isin(HUBS), "Location Type"] = "Trading Hub"
    prices.loc[where.str.startswith("DLAP_"), "Location Type"] = "DLAP"
    return prices[SHOWN]
