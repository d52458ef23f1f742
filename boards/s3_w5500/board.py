"""ESP32-S3-DevKitC-1 without PSRAM, with a W5500 for the network. Pins are GPIO numbers."""

NAME = "s3_w5500"
BUTTON = 0  # BOOT, on the board

PARTS = (
    ("w5500", {"sck": 12, "mosi": 11, "miso": 13, "cs": 10, "irq": 14, "reset": 9}),
    ("keypad", {"rows": (4, 5, 6, 7), "columns": (15, 16, 17)}),
    ("hook", {"pin": 18}),
    ("ringer", {"pin": 42}),
    ("i2c", {"sda": 8, "scl": 1}),
    ("ssd1306", {"address": 0x3C}),
    ("ht16k33", {"address": 0x70, "keys": 32, "lamps": 32, "irq": 2}),
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
    ("i2s_out", {"bclk": 39, "ws": 40, "data": 41}),
    ("i2s_in", {"bclk": 21, "ws": 47, "data": 35}),
)
