"""Voice: RTP and RTCP, G.711 and G.722, the jitter buffer, concealment, DTMF and tones.

Needs the network, the clock and the audio parts that it is handed; knows neither SIP nor the
phone. Used by offhook.
"""
