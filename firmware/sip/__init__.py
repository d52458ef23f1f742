"""The SIP user agent: datagrams in, calls and registrations out; it never knows the phone.

Needs a network, timers, a resolver, settings (``get(name)``), the log and ``getrandbits``, all
handed in; tells one listener what happens. Used by offhook, and by nobody else.

    transport -> agent.received -> message -> transaction (client) -> request -> its user
    transport -> agent.received -> message -> inbound -> validate -> server, call, ...

agent       `Agent`, `Account`: the way in and out; always loaded, with message, transaction,
            dialog, request (one outgoing request, its targets and credentials) and transport
inbound     requests that come in, validate (the status a wrong one is owed), server (answers)
call        the INVITE usage, see there
"""
