// The pages' texts: English is the key, German stands here.
const GERMAN = {
  "To the content": "Zum Inhalt", Pages: "Seiten", "Loading…": "Lädt …",
  "The phone does not answer.": "Das Telefon antwortet nicht.",
  "Network up": "Netz da", "No network": "Kein Netz", "registered {0} of {1}": "angemeldet {0} von {1}",
  "Do not disturb": "Nicht stören", "Forwarding: {0}": "Umleitung: {0}", "calls: {0}": "Gespräche: {0}",
  "What is not saved is lost. Go on?": "Was nicht gespeichert ist, geht verloren. Weiter?",
  Status: "Status", Phone: "Telefon", "Action URL Settings": "Action-URL-Einstellungen",
  "Function Keys": "Funktionstasten", Calls: "Anrufe", Log: "Protokoll", Settings: "Einstellungen",
  "Provisioning and Update": "Provisionierung und Update",
  Identities: "Identitäten", Network: "Netz", Device: "Gerät", Memory: "Speicher", "Action URLs": "Action URLs",
  registered: "angemeldet", "not registered": "nicht angemeldet", "without a registrar": "ohne Registrar",
  "None yet: Settings, group Identities.": "Noch keine: Einstellungen, Gruppe Identitäten.",
  Address: "Adresse", State: "Zustand", up: "da", "Web pages": "Webseiten", Software: "Software",
  Firmware: "Firmware", Board: "Platine", "Missing parts": "Fehlende Teile", none: "keine",
  "Expansion modules": "Erweiterungsmodule", "in order": "in Ordnung",
  "Python, used": "Python, belegt", "Python, free": "Python, frei", "System, free": "System, frei",
  "System, largest block": "System, größter Block", "System, least ever": "System, je am wenigsten",
  queued: "eingereiht", sent: "gesendet", ok: "in Ordnung", failed: "fehlgeschlagen", retried: "wiederholt", dropped: "verworfen",
  Display: "Anzeige", Keypad: "Wähltasten", "Put the handset back": "Hörer auflegen", "Lift the handset": "Hörer abheben",
  "None since the page was opened.": "Keine, seit die Seite offen ist.", Keys: "Tasten", "Function keys": "Funktionstasten",
  "Expansion module": "Erweiterungsmodul", "More keys": "Weitere Tasten", "Action URLs as they are sent": "Action URLs, wie sie gesendet werden",
  lit: "leuchtet", "blinks slowly": "blinkt langsam", "blinks fast": "blinkt schnell", dark: "dunkel",
  Enter: "OK", Cancel: "Abbruch", Menu: "Menü", Hold: "Halten", Transfer: "Vermitteln", Mute: "Stumm", Speaker: "Lautsprecher",
  Headset: "Headset", Redial: "Wahlwiederholung", Message: "Nachrichten", "Volume down": "Leiser", "Volume up": "Lauter",
  Conference: "Konferenz", Redirect: "Umleiten", Autoanswer: "Selbst annehmen", "Dialed list": "Gewählt", "Accepted list": "Angenommen",
  "Missed list": "Verpasst", "Next id": "Nächste Leitung", "Prev id": "Vorige Leitung", Help: "Hilfe", Reboot: "Neustart",
  "*** stands for a password that is not shown; write it anew.": "*** steht für ein Kennwort, das nicht gezeigt wird; bitte neu schreiben.",
  "Nothing was changed.": "Nichts wurde geändert.", "Saved: {0}": "Gespeichert: {0}", Save: "Speichern",
  "With the call of now:": "Mit dem jetzigen Gespräch:", "With the last call:": "Mit dem letzten Gespräch:", "With a sample call:": "Mit einem Beispielgespräch:",
  Test: "Testen", "Answer {0}": "Antwort {0}", Variables: "Variablen", "sent {0}, in order {1}, failed {2}": "gesendet {0}, in Ordnung {1}, fehlgeschlagen {2}",
  "Several URLs for one event: one below the other. $name is a variable; private settings are empty.":
    "Mehrere URLs für ein Ereignis: untereinander. $name ist eine Variable; geheime Einstellungen sind leer.",
  "does nothing": "tut nichts", "a line: takes, holds and begins calls": "eine Leitung: nimmt an, hält, beginnt Gespräche",
  "dials a number": "wählt eine Nummer", "sends an Action URL": "sendet eine Action URL", "is another key, such as F_DND": "ist eine andere Taste, etwa F_DND",
  "sends tones in a call": "sendet Töne im Gespräch", "transfers the call": "vermittelt das Gespräch", "forwards calls": "leitet Anrufe um",
  "answers by itself": "nimmt selbst an", "intercom: the other side answers at once": "Durchsage: die andere Seite nimmt sofort an",
  "parks a call": "parkt ein Gespräch", "shows and picks up the calls of another extension": "zeigt die Anrufe einer Nebenstelle und übernimmt sie",
  "needs no number": "braucht keine Nummer", Context: "Kontext", Type: "Art", "Number, URL or key": "Nummer, URL oder Taste", Label: "Beschriftung", "Long press": "Langer Druck",
  "What each key does. Context: active is the identity of the moment, a number another one.":
    "Was jede Taste tut. Kontext: active ist die jetzige Identität, eine Zahl eine andere.",
  Filter: "Filter", "Level, at most": "Stufe, höchstens", "The phone keeps levels up to": "Das Telefon behält Stufen bis",
  Download: "Herunterladen", Clear: "Leeren", "0 is most severe. This page keeps what came while it was open.":
    "0 ist am schwersten. Diese Seite behält, was kam, während sie offen war.",
  on: "an", off: "aus", "set; empty leaves it as it is": "gesetzt; leer bleibt es, wie es ist", "not set": "nicht gesetzt",
  Delete: "Löschen", "Back to the default": "Zurück zur Vorgabe", "Locked by {0}.": "Gesperrt durch {0}.",
  "Identity or network": "Identität oder Netz", Group: "Gruppe",
  SIP: "SIP", "Do-not-disturb": "Nicht stören", "Call forwarding": "Rufumleitung", Dialling: "Wählen", "Display and sound": "Anzeige und Ton",
  "Sending Action URLs": "Senden der Action URLs", "Web pages and remote control": "Webseiten und Fernsteuerung", Time: "Zeit", Voice: "Sprache", Sound: "Ton",
  rings: "klingelt", connected: "verbunden", "on hold": "gehalten", "is called": "wird gerufen", over: "vorbei",
  incoming: "ankommend", outgoing: "abgehend", "There is no call.": "Es gibt kein Gespräch.",
  dialled: "gewählt", received: "angenommen", missed: "verpasst", Dial: "Wählen", "No calls yet.": "Noch keine Anrufe.",
  "The last call:": "Das letzte Gespräch:", "No call yet.": "Noch kein Gespräch.", Codec: "Codec", MOS: "MOS", Lost: "Verloren",
  "Too late": "Zu spät", Jitter: "Jitter", Delay: "Verzögerung", "Packets of others": "Pakete von Fremden",
  "Voice: MOS, loss in %, jitter and delay in ms": "Sprache: MOS, Verlust in %, Jitter und Verzögerung in ms",
  Now: "Jetzt", Before: "Vorher", "Number or sip: address": "Nummer oder sip:-Adresse",
  "Where new software comes from, https only": "Woher neue Software kommt, nur https", "Where settings come from": "Woher Einstellungen kommen",
  "Take the file's settings": "Einstellungen der Datei übernehmen", "Choose a file first.": "Erst eine Datei wählen.",
  "Ask the server now": "Den Server jetzt fragen", "The log tells what comes.": "Das Protokoll sagt, was kommt.",
  Provisioning: "Provisionierung", Server: "Server", taken: "übernommen", changed: "geändert", kept: "behalten",
  refused: "abgelehnt", unknown: "unbekannt", notes: "Hinweise", locked: "gesperrt", Servers: "Server", Update: "Update", "Update now": "Jetzt aktualisieren",
  "Fetches new software from update_server, checks it, and restarts. The settings stay.":
    "Holt neue Software von update_server, prüft sie und startet neu. Die Einstellungen bleiben.",
  "The update has begun; the log tells how it goes.": "Das Update hat begonnen; das Protokoll sagt, wie es geht.",
  "Settings as a file": "Einstellungen als Datei", "Save to a file": "In eine Datei sichern",
  "Passwords are not in the file that is saved: *** stands for them.": "Kennwörter stehen nicht in der gesicherten Datei: *** steht dafür.",
  Restart: "Neustart", "Restart the phone": "Telefon neu starten", "Forget all settings": "Alle Einstellungen vergessen",
  "Restart the phone now? Calls end.": "Das Telefon jetzt neu starten? Gespräche enden.", "The phone restarts.": "Das Telefon startet neu.",
  "The phone wipes its flash, which may take minutes, and restarts.": "Das Telefon löscht seinen Speicher, was Minuten dauern kann, und startet neu.",
  "Everything is forgotten, this page too. Type yes to go on.": "Alles wird vergessen, auch diese Seite. Mit yes geht es weiter.",
};

const EVENTS = {
  action_setup_url: "Das Telefon ist gestartet", action_offhook_url: "Der Hörer wurde abgehoben", action_onhook_url: "Der Hörer wurde aufgelegt",
  action_incoming_url: "Ein Anruf klingelt", action_outgoing_url: "Ein Anruf geht hinaus", action_connected_url: "Ein Anruf wurde angenommen",
  action_disconnected_url: "Ein Gespräch ist zu Ende", action_missed_url: "Ein Anruf blieb unbeantwortet",
  action_dnd_on_url: "Nicht stören wurde eingeschaltet", action_dnd_off_url: "Nicht stören wurde ausgeschaltet",
  action_redirection_on_url: "Die Umleitung wurde eingeschaltet", action_redirection_off_url: "Die Umleitung wurde ausgeschaltet",
  action_hold: "Ein Gespräch wurde gehalten", action_unhold: "Ein Gespräch wurde zurückgeholt", action_transfer: "Eine Vermittlung begann",
  action_blind_transfer: "Eine Vermittlung ohne Rückfrage begann", action_attended_transfer: "Eine Vermittlung mit Rückfrage begann",
  action_received_attended_transfer: "Ein anderes Telefon hat die andere Seite eines Gesprächs übernommen", action_reg_failed: "Eine Anmeldung schlug fehl",
  action_log_on_url: "Eine Identität wurde angemeldet", action_log_off_url: "Eine Identität wurde abgemeldet", action_longpress_url: "Eine Funktionstaste wurde 2 s gehalten",
  action_blacklist_url: "Gefragt, bevor ein Anruf klingelt: 200 lehnt ihn ab", action_received_subscr_notify_url: "Ein NOTIFY eines Abonnements kam an",
};

function stored() {
  try { return localStorage.getItem("language"); } catch (error) { return null; }
}

let now = stored() || ((navigator.language || "").startsWith("de") ? "de" : "en");

/** The language of the pages: "de" or "en". */
export const language = () => now;

/** Use another language from now on, in this browser. */
export function setLanguage(name) {
  now = name;
  try { localStorage.setItem("language", name); } catch (error) { /* it holds for this page */ }
}

/** The text in the pages' language, {0} and on replaced by the values. */
export function t(text, ...values) {
  const found = (now === "de" && GERMAN[text]) || text;
  return found.replace(/\{(\d)\}/g, (whole, index) => values[index] ?? whole);
}

/** What an event means. */
export const meaning = (event, english) => (now === "de" && EVENTS[event]) || english;
