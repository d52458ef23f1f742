"""Waveshare ESP32-S3-ETH or ESP32-S3-POE-ETH. Pins are GPIO numbers."""

NAME = "s3_w5500"
FIRMWARE = "ESP32_GENERIC_S3-SPIRAM_OCT"  # the software goes into PSRAM
FROZEN = False
BUTTON = 0  # BOOT, on the board: pressed while the console asks for it, the phone is not started

PARTS = (
    ("w5500", {"sck": 13, "mosi": 11, "miso": 12, "cs": 14, "irq": 10, "reset": 9}),
    ("keypad", {"rows": (4, 5, 6, 7), "columns": (1, 2, 8)}),
    ("hook", {"pin": 18}),
    ("ringer", {"pin": 48}),
    ("i2c", {"sda": 16, "scl": 17}),
    ("ssd1306", {"address": 0x3C}),
    ("ht16k33", {"address": 0x70, "keys": 32, "lamps": 32, "irq": 15}),
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
    ("i2s_out", {"bclk": 38, "ws": 39, "data": 40}),
    ("i2s_in", {"bclk": 41, "ws": 42, "data": 47}),
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
