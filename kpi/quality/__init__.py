"""What do rows that did not fit, and keys that do not meet, mean for the KPIs?"""
