"""Measuring the pages that people use most, as ratios: to a page that does nothing, and to no access control.

`stage` takes the application on and off its access control; `pages` says what is measured, as whom and with which goal;
`results` works the figures out and prints them. `manage.py bench` puts them together.
"""
