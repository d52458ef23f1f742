"""Olimex ESP32-POE: power and network over one cable. Pins are GPIO numbers."""

NAME = "esp32_poe"
BUTTON = 34  # BUT1, on the board

PARTS = (
    (
        "lan8720",
        {"mdc": 23, "mdio": 18, "phy_addr": 0, "clock": 17, "clock_out": True, "power": 12},
    ),
    ("hook", {"pin": 32}),
    ("ringer", {"pin": 33}),
    ("i2c", {"sda": 13, "scl": 16}),
    ("tca8418", {"address": 0x34, "keys": "123456789*0#", "columns": 3, "irq": 36}),
    ("sh1106", {"address": 0x3C}),
    ("ht16k33", {"address": 0x70, "keys": 32, "lamps": 32, "irq": 39}),
    (
        "ht16k33",
        {
            "address": 0x71,
            "first": 33,
            "keys": 18,
            "lamps": 18,
            "module": "Offhook-18",
            "optional": True,
        },
    ),
    ("i2s_out", {"bclk": 14, "ws": 15, "data": 4}),
    ("i2s_in", {"bclk": 5, "ws": 2, "data": 35}),
)
