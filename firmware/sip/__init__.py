"""The SIP user agent: datagrams in, calls and registrations out; it never knows the phone.

Needs a network, timers, a resolver, settings (``get(name)``), the log and ``getrandbits``, all
handed in; tells one listener what happens. Used by offhook, and by nobody else.

    response -> transport -> agent -> message -> client transaction -> request -> its user
    request  -> transport -> agent -> message -> validate -> inbound -> server transaction
                                                                     -> call, subscription

Each row imports those below it and none above; whoever is above hands itself, or a callback, down:

    agent           `Agent`: starts, stops, takes messages in, calls; composes all of this
    inbound         requests that come in: whose they are
    call/ registration/ subscription/       the usages
    request         one outgoing request: its targets, its credentials (auth), its answers
    transaction/    the four machines, and the table of them
    transport/      UDP, TCP and TLS; locate: where a URI leads
    account         `Account`: who we are; dialog: `Dialog`, data only
    message/        message, validate, response, multipart, uri, escape, fields
    timers          T1, T2, T4
"""
