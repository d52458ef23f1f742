"""Olimex ESP32-POE or ESP32-POE-ISO with a WROOM module: no PSRAM, for frozen software.

Pins are GPIO numbers.
"""

NAME = "esp32_poe"
FIRMWARE = "ESP32_GENERIC"  # the software is frozen into it
FROZEN = True
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
    ("ht16k33", {"address": 0x70, "keys": 32, "lamps": 32, "irq": 35}),
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
    ("i2s_in", {"bclk": 5, "ws": 2, "data": 39}),
)

# What the function keys do until the settings say otherwise; index 0 is P1. P1 to P4 are lines
FKEYS = {
    4: "keyevent F_OK",
    5: "keyevent F_CANCEL",
    6: "keyevent F_HOLD",
    7: "keyevent F_TRANSFER",
    8: "keyevent F_REDIAL",
    9: "keyevent F_DND",
    10: "keyevent F_CONFERENCE",
    11: "keyevent F_MUTE",
    12: "keyevent F_SPEAKER",
    13: "keyevent F_HEADSET",
    14: "keyevent F_VOLUME_DOWN",
    15: "keyevent F_VOLUME_UP",
    16: "keyevent F_MENU",
    17: "keyevent F_UP",
    18: "keyevent F_DOWN",
    19: "keyevent F_MESSAGE",
}
