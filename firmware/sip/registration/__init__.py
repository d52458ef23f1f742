"""Room sip.registration.register."""
