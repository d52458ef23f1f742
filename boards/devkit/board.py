"""ESP32-DevKitC with an ESP32-WROOM-32: the default board. Pins are GPIO numbers."""

NAME = "devkit"
BUTTON = 0  # BOOT, on the board: pressed and let go at the start, the phone is not started

PARTS = (
    ("wifi", {}),
    ("keypad", {"rows": (13, 14, 27, 26), "columns": (25, 33, 32)}),
    ("hook", {"pin": 4}),
    ("ringer", {"pin": 2}),
    ("i2c", {"sda": 21, "scl": 22}),
    ("ssd1306", {"address": 0x3C}),
    ("ht16k33", {"address": 0x70, "keys": 32, "lamps": 32, "irq": 35}),
    (
        "ht16k33",
        {
            "address": 0x71,
            "first": 33,
            "keys": 18,
            "lamps": 18,
            "irq": 36,
            "module": "Offhook-18",
            "optional": True,
        },
    ),
    ("i2s_out", {"bclk": 18, "ws": 19, "data": 23}),
    ("i2s_in", {"bclk": 16, "ws": 17, "data": 34}),
)
