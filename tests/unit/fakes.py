"""Chips, pins and buses at register level, for the drivers: the datasheet's side of each."""

from errno import ENODEV, ETIMEDOUT


class Pin:
    """A pin as machine.Pin: `level` is what it reads; `irq` handlers are called on its edges."""

    IRQ_FALLING = 2
    IRQ_RISING = 1

    def __init__(self, level=1):
        self.level = level
        self.handler = None
        self.trigger = 0

    def value(self, level=None):
        if level is None:
            return self.level
        self.drive(level)

    def drive(self, level):
        """Put the pin on a level from outside, or by its own output."""
        old, self.level = self.level, level
        edge = self.IRQ_RISING if level > old else self.IRQ_FALLING if level < old else 0
        if self.handler and edge & self.trigger:
            self.handler(self)

    def irq(self, handler, trigger):
        self.handler, self.trigger = handler, trigger


class Matrix:
    """Switches between row and column pins, without diodes, so that three keys make a fourth."""

    def __init__(self, rows, columns):
        self.down = set()
        self.rows = [_Row(self) for _ in range(rows)]
        self.columns = [Pin() for _ in range(columns)]

    def settle(self):
        """Let each column take the level that rows and closed switches give it."""
        low_rows = {r for r, pin in enumerate(self.rows) if not pin.level}
        low = set()
        grown = True
        while grown:
            grown = False
            for row, column in self.down:
                if row in low_rows and column not in low or column in low and row not in low_rows:
                    low_rows.add(row)
                    low.add(column)
                    grown = True
        for number, pin in enumerate(self.columns):
            pin.drive(0 if number in low else 1)

    def press(self, row, column):
        self.down.add((row, column))
        self.settle()

    def release(self, row, column):
        self.down.remove((row, column))
        self.settle()


class _Row(Pin):
    def __init__(self, matrix):
        super().__init__()
        self.matrix = matrix

    def value(self, level=None):
        self.level = level
        self.matrix.settle()


class I2C:
    """A bus with `chips` by address; one that is not there, or `away`, does not acknowledge."""

    def __init__(self):
        self.chips = {}
        self.hangs = False
        self.asked = 0
        self.nack_after = None  # count of transfers until one fails, in mid-scan
        self.bits = 0  # that have gone over the bus, the clock's ticks that its transfers took

    def _chip(self, address):
        self.asked += 1
        if self.hangs:
            raise OSError(ETIMEDOUT)
        if self.nack_after is not None:
            self.nack_after -= 1
            if self.nack_after < 0:
                self.nack_after = None
                raise OSError(ENODEV)
        chip = self.chips.get(address)
        if chip is None or chip.away:
            raise OSError(ENODEV)
        return chip

    def writeto(self, address, data, stop=True):
        self.bits += 9 * (1 + len(data)) + 2
        chip = self._chip(address)
        if data:
            chip.write(bytes(data))
        return len(data)

    def readfrom_mem_into(self, address, register, into):
        self.bits += 9 * (3 + len(into)) + 3
        data = self._chip(address).read(register, len(into))
        for index, byte in enumerate(data):
            into[index] = byte


class Chip:
    """A chip that can be unplugged, and comes back as it is after power-on."""

    def __init__(self):
        self.away = False
        self.power_on()

    def unplug(self):
        self.away = True

    def plug(self):
        self.away = False
        self.power_on()


class HT16K33(Chip):
    """Keys go through KS(i // 12), K(i % 12 + 1); `scan` is one of its own, every 9.5 ms.

    A key counts when it was down in two scans; reading clears the key memory, so a held key is
    there again two scans later.
    """

    def __init__(self, irq=None):
        self.down = set()
        self.irq = irq
        super().__init__()

    def power_on(self):
        self.display = bytearray(16)
        self.keys = bytearray(6)
        self.scans = {}  # key -> scans that it was down in
        self.running = self.shown = self.interrupt = False

    def write(self, data):
        if data[0] < 16:
            for index, byte in enumerate(data[1:]):
                self.display[(data[0] + index) % 16] = byte
        elif data[0] & 0xF0 == 0x20:
            self.running = bool(data[0] & 1)
        elif data[0] & 0xF0 == 0x80:
            self.shown = bool(data[0] & 1)
        elif data[0] & 0xF0 == 0xA0:
            self.interrupt = data[0] & 3 == 1
        else:
            assert data[0] & 0xF0 == 0xE0, "no such command"

    def read(self, register, count):
        assert register == 0x40 and count == 6, "the key memory is read whole"
        data, self.keys, self.scans = bytes(self.keys), bytearray(6), {}
        if self.irq:
            self.irq.drive(1)
        return data

    def scan(self):
        if not self.running:
            return
        self.scans = {key: self.scans.get(key, 0) + 1 for key in self.down}
        for key, count in self.scans.items():
            if count >= 2:
                ks, k = key // 12, key % 12
                self.keys[2 * ks + k // 8] |= 1 << k % 8
        if self.irq and self.interrupt and any(self.keys):
            self.irq.drive(0)

    def press(self, key):
        self.down.add(key)

    def release(self, key):
        self.down.remove(key)

    def lit(self, lamp):
        return bool(self.shown and self.running and self.display[lamp // 8 * 2] >> lamp % 8 & 1)


class MCP23017(Chip):
    """16 lines with IOCON.BANK = 0; lines 7 and 15 are outputs only."""

    def __init__(self, irq=None):
        self.low = 0  # lines that a key pulls to ground
        self.irq = irq
        super().__init__()

    def power_on(self):
        self.registers = bytearray(0x16)
        self.registers[0] = self.registers[1] = 0xFF

    def word(self, register):
        return self.registers[register] | self.registers[register + 1] << 8

    def write(self, data):
        for index, byte in enumerate(data[1:]):
            place = data[0] + index
            self.registers[place] = byte
            if place in (0x0A, 0x0B):
                self.registers[0x0A] = self.registers[0x0B] = byte

    def read(self, register, count):
        if register == 0x12:
            value = self.pins() ^ self.word(2)
            if self.irq:
                self.irq.drive(1)
            return bytes((value & 0xFF, value >> 8))[:count]
        return bytes(self.registers[register : register + count])

    def pins(self):
        inputs = self.word(0) & 0x7F7F
        floating = self.word(0x0C)  # pulled up
        return (inputs & floating & ~self.low) | (~inputs & 0xFFFF & self.word(0x14))

    def turn(self, line):
        """Let the level of a line change; an interrupt tells of it where it is an input."""
        if self.irq and self.word(0) & self.word(4) & 0x7F7F & 1 << line:
            self.irq.drive(0)

    def press(self, line):
        self.low |= 1 << line
        self.turn(line)

    def release(self, line):
        self.low &= ~(1 << line)
        self.turn(line)

    def dark(self, line):
        return bool(self.word(0) >> line & 1 or self.word(0x14) >> line & 1)


class TCA8418(Chip):
    """A key FIFO of ten events; key codes are row * 10 + column + 1.

    CFG: bit 0 lets INT tell of keys, 3 of a full FIFO, 4 raises INT again while there is a reason,
    5 makes a full FIFO lose its oldest event and tell of it; else the newest is lost in silence.
    """

    def __init__(self, irq=None):
        self.irq = irq
        super().__init__()

    def power_on(self):
        self.registers = bytearray(0x30)
        self.fifo = []

    def write(self, data):
        if data[0] == 2:
            self.registers[2] &= ~data[1]
            if self.fifo:
                self.registers[2] |= 1
            elif self.irq:
                self.irq.drive(1)
        else:
            for index, byte in enumerate(data[1:]):
                self.registers[data[0] + index] = byte

    def read(self, register, count):
        assert count == 1
        if register == 4:
            return bytes([self.fifo.pop(0) if self.fifo else 0])
        return bytes([self.registers[register]])

    def event(self, row, column, down):
        columns = self.registers[0x1E] | self.registers[0x1F] << 8
        if not (self.registers[0x1D] >> row & 1 and columns >> column & 1):
            return
        mode = self.registers[1]
        self.registers[2] |= 1
        if len(self.fifo) >= 10:
            if not mode & 0x20:
                return
            self.fifo.pop(0)
            self.registers[2] |= 8
        self.fifo.append((row * 10 + column + 1) | (0x80 if down else 0))
        if self.irq and self.registers[2] & mode & 9:
            self.irq.drive(0)

    def press(self, row, column):
        self.event(row, column, True)

    def release(self, row, column):
        self.event(row, column, False)


# Commands of both OLED chips, each with the number of bytes that follow it
_OLED = {0xD5: 1, 0xA8: 1, 0xD3: 1, 0xDA: 1, 0x81: 1, 0xD9: 1, 0xDB: 1}
for _first, _end in ((0, 0x20), (0x40, 0x80), (0xB0, 0xB8)):
    _OLED.update({x: 0 for x in range(_first, _end)})
_OLED.update({x: 0 for x in (0xA0, 0xA1, 0xA4, 0xA5, 0xA6, 0xA7, 0xAE, 0xAF, 0xC0, 0xC8, 0xE3)})
SSD1306 = dict(_OLED)
SSD1306.update({0x20: 1, 0x21: 2, 0x22: 2, 0x8D: 1, 0x2E: 0, 0x2F: 0})
SH1106 = dict(_OLED)
SH1106.update({0xAD: 1, 0x30: 0, 0x31: 0, 0x32: 0, 0x33: 0, 0xE0: 0, 0xEE: 0})


class OLED(Chip):
    """An SSD1306 or SH1106 in page mode, by its commands; their memory is noise at first."""

    def __init__(self, commands):
        self.commands = commands
        self.columns = 132 if 0xAD in commands else 128
        super().__init__()

    def power_on(self):
        self.memory = [bytearray(b"\xa5" * self.columns) for _ in range(8)]
        self.page = self.column = 0
        self.on = self.pump = False
        self.written = 0

    def write(self, data):
        if data[0] == 0x40:
            self.written += len(data) - 1
            for byte in data[1:]:
                assert self.column < self.columns, "behind the end of the page"
                self.memory[self.page][self.column] = byte
                self.column += 1
            return
        assert data[0] == 0
        at = 1
        while at < len(data):
            byte = data[at]
            assert byte in self.commands, "no command of this chip: %#x" % byte
            self.order(byte, data[at + 1 : at + 1 + self.commands[byte]])
            at += 1 + self.commands[byte]

    def order(self, byte, values):
        if byte & 0xF8 == 0xB0:
            self.page = byte & 7
        elif byte < 0x10:
            self.column = self.column & 0xF0 | byte
        elif byte < 0x20:
            self.column = self.column & 0x0F | byte << 4 & 0xF0
        elif byte & 0xFE == 0xAE:
            self.on = byte == 0xAF
        elif byte in (0x8D, 0xAD):
            self.pump = bytes(values) in (b"\x14", b"\x8b")

    def text(self, row, left, dots, table):
        """Return what a page says, read back dot by dot with the font `dots`/`table`."""
        found = ""
        for at in range(left + 1, left + 127, 6):
            cell = bytes(self.memory[row][at : at + 5])
            for character in table:
                start = dots(character)
                if cell == DOTS[start : start + 5]:
                    found += character
                    break
            else:
                found += "\0"
        return found.rstrip()


DOTS = b""  # set by the test: the font


class HD44780(Chip):
    """The text chip behind its PCF8574: takes a nibble at each falling edge of E."""

    def power_on(self):
        self.old = 0
        self.four = False
        self.half = None
        self.ram = bytearray(b"?" * 128)
        self.own = bytearray(64)
        self.address = 0
        self.to_own = False
        self.orders = []  # nibbles until it is told to take four bits, then bytes

    def write(self, data):
        for byte in data:
            if self.old & 4 and not byte & 4:
                self._nibble(self.old >> 4, self.old & 1)
            self.old = byte

    def _nibble(self, value, rs):
        if not self.four:
            self.orders.append(value)
            if not rs and value == 2:
                self.four = True
            return
        if self.half is None:
            self.half = value
            return
        byte, self.half = self.half << 4 | value, None
        if rs:
            memory = self.own if self.to_own else self.ram
            memory[self.address] = byte
            self.address += 1
            return
        self.orders.append(byte)
        if byte & 0x80:
            self.address, self.to_own = byte & 0x7F, False
        elif byte & 0x40:
            self.address, self.to_own = byte & 0x3F, True
        elif byte == 1:
            self.ram = bytearray(b" " * 128)
            self.address, self.to_own = 0, False

    def text(self, at, count):
        return bytes(self.ram[at : at + count])


class PWM:
    """A PWM output."""

    def __init__(self):
        self.hz = self.duty = None

    def freq(self, hz):
        self.hz = hz

    def duty_u16(self, duty):
        self.duty = duty


class NIC:
    """A station interface as network.WLAN on the ESP32; `air` is {ssid: password}."""

    PM_NONE = 0
    IDLE, CONNECTING, GOT_IP, WRONG, NO_AP = 1000, 1001, 1010, 202, 201

    def __init__(self, air=()):
        self.air = dict(air)
        self.options = {}
        self.on = False
        self.state = self.IDLE
        self.tried = []
        self.address = ("0.0.0.0", "0.0.0.0", "0.0.0.0", "0.0.0.0")
        self.slow = False
        self.dhcp = True
        self.history = []  # of switching it on and off
        self.heard = []  # (ssid, bssid, channel, RSSI, security, hidden)

    def active(self, on=None):
        if on is None:
            return self.on
        self.on = on
        self.history.append(on)

    def config(self, name=None, **options):
        if name == "mac":
            return b"\x02\x5e\x10\x00\xab\xcd"
        self.options.update(options)

    def connect(self, ssid, key=None):
        self.tried.append((ssid, key))
        if self.slow:
            self.state = self.CONNECTING
        elif ssid not in self.air:
            self.state = self.NO_AP
        elif self.air[ssid] != key:
            self.state = self.WRONG
        else:
            self.arrive()

    def arrive(self):
        self.state = self.GOT_IP
        self.address = ("192.168.7.9", "255.255.255.0", "192.168.7.1", "192.168.7.1")

    def lose(self):
        self.state = 200
        self.address = ("0.0.0.0",) * 4

    def disconnect(self):
        self.state = self.IDLE

    def isconnected(self):
        return self.state == self.GOT_IP

    def status(self):
        return self.state

    def scan(self):
        return self.heard

    def ifconfig(self, values=None):
        if values == "dhcp":
            if self.dhcp:
                raise RuntimeError("Wifi Unknown Error 0x5005")  # it runs already
            self.dhcp = True
            self.options.pop("fixed", None)
        elif values:
            self.options["fixed"] = values
            self.dhcp = False
        return self.address


class AP:
    """An access point as network.WLAN on the ESP32; `deaf` are options that it does not take."""

    def __init__(self, deaf=(), refuses=None):
        self.deaf = deaf
        self.refuses = refuses
        self.on = False
        self.options = {"ssid": "ESP_ABCDEF", "security": 0, "channel": 1}
        self.history = []

    def active(self, on=None):
        if on is None:
            return self.on
        self.on = on
        self.history.append(on)

    def config(self, name=None, **options):
        if name is not None:
            return self.options[name]
        assert self.on, "the driver takes no settings before"
        if self.refuses:
            raise self.refuses
        self.options.update({x: y for x, y in options.items() if x not in self.deaf})

    def ifconfig(self):
        return ("192.168.4.1", "255.255.255.0", "192.168.4.1", "0.0.0.0")
