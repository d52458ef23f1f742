"""Keys: keypad, hook switch, function keys. Needs pins or an I2C bus; read by `hal.keys.input`.

A part has ``names`` (a tuple: bit i of the mask is key ``names[i]``), ``read()``, which returns
the mask of the keys that are down and raises OSError while the part is away, and ``irq``, a flag
with ``state``, ``set()``, ``clear()`` that its interrupt sets, or None: then it is polled. A part
that comes back after an OSError is set up anew by its next ``read``, which takes 1 ms at most.
A driver on a bus is made with ``(i2c, address, names, lamps)`` and raises OSError where no chip
answers; one on pins with its machine.Pin objects. `Input` turns masks into events:
``emit(name, down)``.
"""
