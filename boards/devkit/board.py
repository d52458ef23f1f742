"""ESP32-DevKitC-VE with an ESP32-WROVER-E: the default board. Pins are GPIO numbers."""

NAME = "devkit"
FIRMWARE = "ESP32_GENERIC-SPIRAM"  # the software goes into PSRAM
FROZEN = False
BUTTON = 0  # BOOT, on the board: pressed while the console asks for it, the phone is not started
SETUP_KEY = "*"  # of the keypad: held while the phone starts, it opens the first start

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
    ("i2s_in", {"bclk": 5, "ws": 15, "data": 34}),
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
