"""The SIP user agent: datagrams in, calls and registrations out; it never knows the phone.

Needs a network, timers, a resolver, settings (``get(name)``), the log and ``getrandbits``, all
handed in; tells one listener what happens. Used by offhook, and by nobody else.

    transport -> agent.received -> message -> validate -> transaction -> call, registration, ...
    call, registration, ... -> request.Request -> locate -> transaction -> transport.send

message     `Message`: parse, header access, the small parsers of URIs, name-addrs and parameters
validate    the status that a wrong request is owed
transaction the four machines of RFC 3261 section 17 and RFC 6026
dialog      `Dialog`: data of one dialog, or of one sequence of requests such as a registration
request     `Request`: one outgoing request, with its targets, credentials and repetitions
call        `Call`: an INVITE usage; what it does not always need is in modules of their own
agent       `Agent`: dispatches requests and responses, owns accounts, calls and transactions
"""
