"""CAISO's OASIS without Django: asking, reading and assembling its reports."""
