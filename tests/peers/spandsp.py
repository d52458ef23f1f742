"""SpanDSP's G.722, the library behind baresip's: an implementation that is not ours."""

import array
import ctypes
import ctypes.util

import pytest


def library():
    """Return the library; skip the test where it is missing."""
    name = ctypes.util.find_library("spandsp")
    if name is None:
        pytest.skip("no libspandsp2; run 'make peers'")
    found = ctypes.CDLL(name)
    for function in (found.g722_encode_init, found.g722_decode_init):
        function.restype = ctypes.c_void_p
        function.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_int]
    for function in (found.g722_encode, found.g722_decode):
        function.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int]
    return found


def encode(samples):
    """Return the bytes of samples of 16 kHz."""
    found = library()
    out = (ctypes.c_uint8 * (len(samples) // 2))()
    source = (ctypes.c_int16 * len(samples))(*samples)
    found.g722_encode(found.g722_encode_init(None, 64000, 0), out, source, len(samples))
    return bytes(out)


def decode(codes):
    """Return the samples of bytes; one that is too large wraps, as it does in SpanDSP 2.0."""
    found = library()
    out = (ctypes.c_int16 * (2 * len(codes)))()
    source = (ctypes.c_uint8 * len(codes))(*codes)
    found.g722_decode(found.g722_decode_init(None, 64000, 0), out, source, len(codes))
    return array.array("h", out)
