// The panel: what arrives is inserted as text, never as markup. Its language is that of the phones'
// pages in it, which keep it for this address.
import { language, setLanguage } from "/100/text.js";

const GERMAN = {
  "Two simulated phones that call each other. On 100: lift the handset, dial 200 and #.":
    "Zwei simulierte Telefone, die einander anrufen. An 100: Hörer abheben, 200 und # wählen.",
  Phones: "Telefone", "Phone 100": "Telefon 100", "Phone 200": "Telefon 200", Faults: "Störungen",
  "Action URLs that arrived": "Action URLs, die ankamen", Time: "Zeit", Phone: "Telefon", Event: "Ereignis", Values: "Werte",
  "SIP between the phones": "SIP zwischen den Telefonen", "SIP messages": "SIP-Nachrichten", "The message": "Die Nachricht",
  "Offhook: two phones": "Offhook: zwei Telefone", "from {0}: {1}": "von {0}: {1}",
  "100 unplugged": "100 ohne Kabel", "200 unplugged": "200 ohne Kabel", "web server down": "Webserver aus",
  "web server slow": "Webserver langsam", "web server hangs": "Webserver hängt",
};
const t = (text) => (language() === "de" && GERMAN[text]) || text;
const $ = (id) => document.getElementById(id);
let last = 0;

function element(tag, properties, ...children) {
  const made = document.createElement(tag);
  Object.assign(made, properties);
  made.append(...children);
  return made;
}

/** Append to a list that scrolls, and stay at its end where it was there. */
function append(body, row, box) {
  const down = box.scrollHeight - box.scrollTop - box.clientHeight < 60;
  body.append(row);
  while (body.children.length > 300) body.firstChild.remove();
  if (down) box.scrollTop = box.scrollHeight;
}

function arrived(row) {
  const cells = [row.time, row.phone, row.event, row.values].map((x) => element("td", { textContent: x }));
  append($("urls"), element("tr", {}, ...cells), $("urls").closest(".list"));
}

function message(row) {
  const first = row.text.split("\r\n")[0];
  const short = first.replace(/^SIP\/2.0 /, "").replace(/ SIP\/2.0$/, "");
  const button = element("button", { type: "button", className: row.phone === "100" ? "right" : "left", textContent: short });
  button.setAttribute("aria-pressed", "false");
  button.setAttribute("aria-label", t("from {0}: {1}").replace("{0}", row.phone).replace("{1}", () => short));
  button.addEventListener("click", () => {
    for (const other of $("sip").querySelectorAll("[aria-pressed=true]")) other.setAttribute("aria-pressed", "false");
    button.setAttribute("aria-pressed", "true");
    $("message").textContent = row.text;
  });
  append($("sip"), element("li", {}, button), $("sip"));
}

function switches(all) {
  for (const [name, on] of Object.entries(all)) {
    let box = document.getElementById("switch-" + name);
    if (!box) {
      box = element("input", { type: "checkbox", id: "switch-" + name });
      box.addEventListener("change", () => fetch("/switch", {
        method: "POST", headers: { "X-Offhook": "1" }, body: JSON.stringify({ name, on: box.checked }),
      }));
      $("switches").append(element("label", {}, box, t(name)));
    }
    box.checked = on;
  }
}

async function listen() {
  let path = "/news";
  for (;;) {
    try {
      const told = await (await fetch(path)).json();
      switches(told.switches);
      for (const row of told.news) {
        last = row.id;
        if (row.kind === "sip") message(row); else arrived(row);
      }
      path = "/news?" + last;
    } catch (error) {
      await new Promise((done) => setTimeout(done, 1000));
    }
  }
}

function translate() {
  document.documentElement.lang = language();
  document.title = t(document.title);
  for (const each of document.querySelectorAll("[data-text]")) each.textContent = t(each.textContent);
  for (const each of document.querySelectorAll("[data-label]")) each.setAttribute("aria-label", t(each.getAttribute("aria-label")));
  for (const each of document.querySelectorAll("[data-title]")) each.title = t(each.title);
  const other = language() === "de" ? "en" : "de";
  $("language").textContent = other === "de" ? "Deutsch" : "English";
  $("language").lang = other;
  $("language").addEventListener("click", () => { setLanguage(other); location.reload(); });
}

translate();
listen();
