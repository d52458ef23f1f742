"""ESP32-S3-DevKitC-1 with N8R8 or N8R2. Pins are GPIO numbers."""

NAME = "s3_devkit"
FIRMWARE = "ESP32_GENERIC_S3-SPIRAM_OCT or ESP32_GENERIC_S3"  # the software goes into PSRAM
FROZEN = False
BUTTON = 0  # BOOT, on the board: pressed while the console asks for it, the phone is not started
SETUP_KEY = "*"  # of the keypad: held while the phone starts, it opens the first start

PARTS = (
    ("wifi", {}),
    ("keypad", {"rows": (4, 5, 6, 7), "columns": (15, 16, 17)}),
    ("hook", {"pin": 18}),
    ("ringer", {"pin": 1}),
    ("i2c", {"sda": 8, "scl": 9}),
    ("ssd1306", {"address": 0x3C}),
    ("ht16k33", {"address": 0x70, "keys": 32, "lamps": 32, "irq": 10}),
    (
        "ht16k33",
        {
            "address": 0x71,
            "first": 33,
            "keys": 18,
            "lamps": 18,
            "irq": 11,
            "module": "Offhook-18",
            "optional": True,
        },
    ),
    ("i2s_out", {"bclk": 41, "ws": 42, "data": 40, "sd": 39}),
    ("i2s_in", {"bclk": 12, "ws": 13, "data": 14}),
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
