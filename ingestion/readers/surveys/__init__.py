"""Answers to the survey's forms, as KoboToolbox and ODK export or serve them."""
