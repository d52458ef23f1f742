"""Sound: the ringer, made with its machine.PWM, and what speaks and listens, I2S parts or silence.
Used by the panel and by the voice room.

A ringer has ``tone(hz)``, which sounds 1 to 20,000 hertz until something else is said, and
``quiet()``; neither waits nor raises.

A sound part has ``start()`` and ``stop()``; ``read(frame)``, which fills 160 samples of 8 kHz
or 320 of 16 kHz, as many as the frame has, from the microphone, and returns False where there were
none (the frame is silence then); ``write(frame)``, of either size; ``route(name)``: "handset",
"headset", "speaker" or "" for none;
``volume(level)`` 0 to 15; ``muted``, set while one's own voice is not to be heard either;
``delay``, the ms that it adds from air to air; ``fault``, which part does not work, "" for none.
None of them waits, raises or allocates. ``await test()``, once at start, finds out what gives no
sign of life.
"""
