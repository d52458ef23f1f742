"""Wireless-Tag WT32-ETH01: no PSRAM, for frozen software. Pins are GPIO numbers."""

NAME = "wt32_eth01"
FIRMWARE = "ESP32_GENERIC"  # the software is frozen into it
FROZEN = True
BUTTON = (
    14  # the hook: lifted and put back while the console asks for it, the phone is not started
)

PARTS = (
    (
        "lan8720",
        {"mdc": 23, "mdio": 18, "phy_addr": 1, "clock": 0, "clock_out": False, "power": 16},
    ),
    ("hook", {"pin": 14}),
    ("ringer", {"pin": 12}),
    ("i2c", {"sda": 32, "scl": 33, "freq": 100_000}),  # all that a PCF8574 is made for
    ("tca8418", {"address": 0x34, "keys": "123456789*0#", "columns": 3, "irq": 39}),
    ("hd44780", {"address": 0x27, "columns": 20, "rows": 4}),
    ("mcp23017", {"address": 0x20, "keys": 8, "lamps": 8, "irq": 35}),
    (
        "ht16k33",
        {
            "address": 0x71,
            "first": 9,
            "keys": 18,
            "lamps": 18,
            "module": "Offhook-18",
            "optional": True,
        },
    ),
    ("i2s_out", {"bclk": 4, "ws": 5, "data": 2}),
    ("i2s_in", {"bclk": 15, "ws": 17, "data": 36}),
)

# What the function keys do until the settings say otherwise; index 0 is P1. P1 and P2 are lines
FKEYS = {
    2: "keyevent F_OK",
    3: "keyevent F_CANCEL",
    4: "keyevent F_HOLD",
    5: "keyevent F_TRANSFER",
    6: "keyevent F_REDIAL",
    7: "keyevent F_DND",
}
