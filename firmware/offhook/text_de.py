"""The display's texts, in German."""

TEXTS = """
no_identity=Keine Identität
not_registered=nicht angemeldet
no_network=Kein Netz
settings=Einstellungen
part=Fehlt
dnd=Nicht stören
redirected=Umgeleitet
dial=Wählen
transfer_to=Vermitteln an
calling=Wählt
ringing=Klingelt
incoming=Anruf von
connected=Verbunden
held=Gehalten
remote_held=Sie werden gehalten
ended=Beendet
muted=Stumm
list_empty=Liste ist leer
transferred=Vermittelt
transfer_failed=Vermitteln gescheitert
messages=Nachrichten
setup=Bitte einrichten: README
list_dialled=Gewählt
list_received=Angenommen
list_missed=Verpasst
volume=Lautstärke
digits_only=Nur Ziffern
no_number=Keine Nummer gesetzt
404=Nicht gefunden
480=Nicht erreichbar
486=Besetzt
603=Abgelehnt
"""
