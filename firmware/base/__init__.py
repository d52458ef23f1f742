"""What every room stands on and none owns: interpreter differences, timers, tasks, log, memory.

Time zones and digest too. Needs the clock that it is handed. Used by every other room.
"""
