"""Calls: the INVITE usage of a dialog (RFC 3261 sections 9, 13 to 15), and what happens in one.

Needs the agent handed in, requests, server transactions and dialogs; used by the agent alone,
whose listener gets the calls.

    call            `Call`: what both kinds have in common, and who takes a request inside a dialog
    incoming        `receive` makes one from an INVITE; 180, answer, refusal, redirection
    outgoing        `dial` makes one; INVITE, its answers, CANCEL
    sdp             session descriptions as pure functions; negotiation: whose turn it is
    confirmation    a 2xx and its ACK; what still comes for an INVITE that is done with
    modify          hold, resume, re-INVITE and UPDATE both ways; session_timer: their refreshes
    reliable        100rel and PRACK, both ways
    transfer        REFER that we send; refer: that we are sent; replaces, redirect, info
    identity        who calls; announcement: how a call is to be announced
"""
