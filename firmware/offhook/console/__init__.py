"""The console: one set of words for the serial line, the control port, the pages and the REPL.

Needs the phone (`offhook.telephone.Phone`), which each word is handed. Used by the phone and by
`offhook.repl`; `words` finds the function of a word, the modules ``…_words`` have them.
"""
