"""The phone's own web side: a small HTTP server, who may use it, the interface behind the pages.

    request, answer    HTTP/1.1 on a stream: bounded reading, and answers with security headers
    server             connections, their number and their deadlines
    passwords, login   what is stored of a password; Digest and Basic checked against it
    blocks, guard      addresses that guessed; who may ask, under which name, from which page
    files              the pages' own files, as they lie in the image
    feed, interface    what changes, as a stream; the console's words as JSON
    command            command.htm and settings.htm
    site               all of them together

Needs the network, timers and log, the console's words and an `offhook.remote.Remote`, all handed
in: it does not reach into the desk. Used by offhook.telephone; what it says is docs/interface.md.
"""
