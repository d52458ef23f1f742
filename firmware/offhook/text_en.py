"""The display's texts, in English."""

TEXTS = """
no_identity=No identity
not_registered=not registered
no_network=No network
settings=Settings
part=Missing
dnd=Do not disturb
redirected=Forwarded
dial=Dial
transfer_to=Transfer to
calling=Calling
ringing=Ringing
incoming=Call from
connected=Connected
held=On hold
remote_held=You are on hold
ended=Ended
muted=Muted
list_empty=List is empty
transferred=Transferred
transfer_failed=Transfer failed
messages=Messages
setup=Set me up: see README
list_dialled=Dialled
list_received=Received
list_missed=Missed
volume=Volume
digits_only=Digits only
no_number=No number set
404=Not found
480=Not available
486=Busy
603=Declined
"""
