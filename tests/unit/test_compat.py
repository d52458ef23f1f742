"""The heap's measure: what the chip's system keeps for WiFi and TLS is not the phone's to take."""

from base.compat import free_heap


class _Heap:
    """A gc module; mem_free() of the ESP32 counts what the system could still give as well."""

    def __init__(self, used, free):
        self.mem_alloc, self.mem_free = (lambda: used), (lambda: free)


def test_what_the_system_could_still_give_is_not_free():
    assert free_heap(_Heap(95_000, 14_000 + 30_000), True) == 15_000
    assert free_heap(_Heap(108_000, 1_000 + 30_000), True) == 2_000


def test_a_smaller_heap_is_measured_by_itself():
    assert free_heap(_Heap(70_000, 5_000), True) == 5_000


def test_a_wide_machine_has_a_larger_heap():
    assert free_heap(_Heap(150_000, 60_000), False) == 60_000
