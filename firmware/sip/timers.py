"""The timer constants of SIP (RFC 3261 table 4), in milliseconds; the timers' names are the RFC's.

A and E begin at T1, G too; E and G double up to T2, A without a bound. B, F, H, J, L, M and D are
64*T1, I and K are T4; on a reliable transport D, I, J and K are 0 and nothing is sent twice.
"""

from base.compat import const

T1 = const(500)  # estimate of the round trip
T2 = const(4000)  # the longest interval between two repetitions
T4 = const(5000)  # how long a message may stay in the network
TRYING = const(200)  # an INVITE that nothing else was sent for gets its 100 (section 17.2.1)
T1_64 = const(32000)  # 64*T1: after that nobody answers any more
