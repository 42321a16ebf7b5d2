"""Scenarios: what a station and a back end go through together, written once and run over every kind of link.

world.py    what a script can do and see, and the outcome: a station on simulated hardware, a store, a back end
core.py     the script of the Core profile
memory.py   a world without sockets, on a clock turned by hand
sockets.py  a world of asyncio and WebSockets on loopback
foreign.py  the same, with a back end of another maker

A whole day in virtual time, with all that goes wrong:

site.py     a station, its hardware, its store, its power, its back end
day.py      who comes, what goes wrong
audit.py    what must hold after any day
chart.py    the day, drawn as text (`make day`); soak.py: day after day (`make soak`)
"""
