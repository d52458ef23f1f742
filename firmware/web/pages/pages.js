// The pages: each is a title and a function that makes its elements.
import { Refused, act, ask, attempt, guard, h, live, say, start, watch } from "./app.js";
import { language, meaning, t } from "./text.js";

const card = (title, ...rest) => h("section", { class: "card" }, title && h("h2", {}, t(title)), ...rest);

const table = (rows) =>
  h("table", {}, h("tbody", {}, rows.map(([name, ...cells]) =>
    h("tr", {}, h("th", { scope: "row" }, name), cells.map((x) => h("td", {}, x))))));

const button = (text, onclick, properties) => h("button", { type: "button", onclick, ...properties }, t(text));

/** A button that cannot be pressed again while what it does goes on. */
function working(text, work, properties) {
  const made = button(text, async () => {
    made.disabled = true;
    try { await attempt(work); } finally { made.disabled = false; }
  }, properties);
  return made;
}

let ids = 0;

/** A labelled field with help and a place for what is wrong with it. */
function field(label, input, help, lang) {
  ids += 1;
  input.id = input.id || "f" + ids;
  const wrong = h("p", { class: "bad", id: input.id + "-wrong", hidden: true });
  const about = help && h("p", { class: "help", id: input.id + "-help", lang }, help);
  input.setAttribute("aria-describedby", input.id + "-wrong" + (about ? " " + input.id + "-help" : ""));
  const box = h("div", { class: "field" }, h("label", { for: input.id }, label), about, input, wrong);
  box.wrong = (text) => {
    wrong.textContent = text || "";
    wrong.hidden = !text;
    if (text) input.setAttribute("aria-invalid", "true"); else input.removeAttribute("aria-invalid");
  };
  return box;
}

const bytes = (n) => (n === null || n === undefined ? "–" : Math.round(n / 1024) + " KB");

function lampName(state) {
  return t({ on: "lit", slow: "blinks slowly", fast: "blinks fast" }[state] || "dark");
}

/** How the voice of each call is, or how that of the last one was. */
function voiceTable(now) {
  if (!now.voice.length) return h("p", {}, now.voice_before ? t("The last call:") + " " + now.voice_before : t("No call yet."));
  const rows = [["Codec", (x) => x.codec], ["MOS", (x) => x.mos.toFixed(1)],
    ["Lost", (x) => x.loss.toFixed(1) + " %"], ["Too late", (x) => x.discarded.toFixed(1) + " %"],
    ["Jitter", (x) => x.jitter + " ms"], ["Delay", (x) => x.delay + " ms"], ["Packets of others", (x) => String(x.strangers)]];
  return table(rows.map(([name, value]) => [t(name), ...now.voice.map(value)]));
}

// -- status ------------------------------------------------------------------------------------

async function status() {
  const boxes = h("div", { class: "two" });
  const version = await ask("version");
  async function fill() {
    const now = await ask("status");
    const memory = now.memory || {};
    const { system } = memory;
    const counters = live.state.counters || {};
    boxes.replaceChildren(
      card("Identities", now.identities.length ? table(now.identities.map((x) => [
        String(x.number), x.uri,
        h("span", { class: x.registered ? "good" : x.register ? "bad" : "soft" },
          x.registered ? t("registered") : !x.register ? t("without a registrar") : t("not registered") + (x.reason ? ": " + x.reason : "")),
      ])) : h("p", {}, t("None yet: Settings, group Identities."))),
      card("Network", table([
        [t("Address"), now.address || "–"],
        [t("State"), now.network === "up" ? t("up") : now.network],
        [t("Web pages"), now.web],
      ])),
      card("Device", table([
        [t("Software"), "Offhook " + version.version],
        [t("Firmware"), version.firmware],
        [t("Board"), version.machine || "–"],
        [t("Missing parts"), now.missing.length ? h("span", { class: "bad" }, now.missing.join(", ")) : t("none")],
        [t("Expansion modules"), now.modules.join(", ") || t("none")],
        [t("Settings"), now.settings === "ok" ? t("in order") : h("span", { class: "bad" }, now.settings)],
      ])),
      card("Memory", table([
        [t("Python, used"), bytes(memory.used)],
        [t("Python, free"), bytes(memory.free)],
        [t("System, free"), bytes(system && system.free)],
        [t("System, largest block"), bytes(system && system.largest)],
        [t("System, least ever"), bytes(system && system.minimum)],
      ])),
      card("Voice", voiceTable(now)),
      card("Action URLs", table(["queued", "sent", "ok", "failed", "retried", "dropped"].map((x) => [t(x), String(counters[x] || 0)]))),
    );
  }
  await fill();
  let last = Date.now();
  watch(() => {
    if (Date.now() - last < 3000) return;
    last = Date.now();
    fill().catch(() => {});
  });
  return boxes;
}

// -- phone -------------------------------------------------------------------------------------

const LETTERS = ["", "abc", "def", "ghi", "jkl", "mno", "pqrs", "tuv", "wxyz"];
const LABELS = {
DND: "Do not disturb", UP: "▲", DOWN: "▼", LEFT: "◀", RIGHT: "▶",
};

let presses = Promise.resolve();

/** Press keys one after the other: two quick ones on the same key are two. */
function press(name, ms) {
  presses = presses.then(() => attempt(() => act("press", name + " " + ms)));
}

/** A key that is held as long as the button is, with the mouse, a finger or the keyboard. */
function key(name, ...kids) {
  let began = 0;
  let sent = false;
  const begin = () => { if (!began) began = performance.now(); sent = false; };
  const end = () => {
    if (!began) return;
    const ms = Math.min(Math.max(Math.round(performance.now() - began), 80), 10000);
    began = 0;
    sent = true;
    press(name, ms);
  };
  const made = h("button", {
    type: "button", "data-key": name,
    onpointerdown: (event) => { if (event.button === 0) begin(); },
    onpointerup: end,
    onpointercancel: () => { began = 0; },
    onkeydown: (event) => { if (event.key === "Enter" || event.key === " ") begin(); },
    onkeyup: (event) => { if (event.key === "Enter" || event.key === " ") end(); },
    onclick: () => { if (!sent) { begin(); end(); } sent = false; }, // a screen reader's press
  }, ...kids);
  return made;
}

function keyLabel(name) {
  return t(LABELS[name] || name.charAt(0) + name.slice(1).toLowerCase().replace(/_/g, " "));
}

async function phone() {
  const [all, functions] = [await ask("keys"), await ask("fkeys")];
  const lcd = h("output", { class: "lcd", "aria-live": "polite", "aria-label": t("Display") });
  const hook = h("button", { type: "button", class: "main" });
  let lifted = false;
  hook.addEventListener("click", () => attempt(() => act("hook", lifted ? "on" : "off")));
  const pad = h("div", { class: "pad", role: "group", "aria-label": t("Keypad") },
    [..."123456789*0#"].map((x) => key(x, h("span", {}, x), h("small", {}, LETTERS[x - 1] || "\u00a0"))));
  const others = all.filter((x) => x.length > 1 && !/^P\d+$/.test(x) && !["HOOK", "OFFHOOK", "ONHOOK"].includes(x));
  const first = "ENTER CANCEL MENU UP DOWN LEFT RIGHT HOLD TRANSFER MUTE SPEAKER HEADSET DND REDIAL MESSAGE VOLUME_DOWN VOLUME_UP F1 F2 F3 F4".split(" ");
  const near = first.filter((x) => others.includes(x));
  const rest = others.filter((x) => !first.includes(x));
  const lamps = new Map();
  const fkey = (row, index) => {
    const lamp = h("span", { class: "lamp", "aria-hidden": "true" });
    const told = h("span", { class: "sr" });
    lamps.set(index, { lamp, told });
    const text = row.label || (row.type === "none" ? "–" : (row.type + " " + row.argument).trim());
    return key(row.key, lamp, h("b", {}, row.key), " ", text.slice(0, 40), told);
  };
  const fill = () => {
    const text = live.display.join("\n");
    if (lcd.textContent !== text) lcd.textContent = text;
    lifted = !!live.state.off_hook;
    hook.textContent = lifted ? t("Put the handset back") : t("Lift the handset");
    hook.setAttribute("aria-pressed", String(lifted));
    for (const [index, { lamp, told }] of lamps) {
      const state = live.lamps[index] || "off";
      if (lamp.dataset.state === state) continue;
      lamp.dataset.state = state;
      lamp.className = "lamp " + state;
      told.textContent = state === "off" ? "" : " (" + lampName(state) + ")";
    }
    const sent = live.sent.slice(-8).reverse().map((x) => [
      x.event, h("span", { class: "url" }, x.url),
      x.status === null ? "…" : x.status ? String(x.status) : x.cause,
    ]);
    urls.replaceChildren(sent.length ? table(sent) : h("p", { class: "soft" }, t("None since the page was opened.")));
  };
  const urls = h("div", {});
  const own = functions.keys.slice(0, 32);
  const module = functions.keys.slice(32);
  const made = [
    h("div", { class: "two phone" },
      card(null, lcd, h("div", { class: "row" }, hook), pad),
      h("div", {},
        card("Keys", h("div", { class: "keys" }, near.map((x) => key(x, keyLabel(x))))),
        card("Function keys", h("div", { class: "keys" }, own.map(fkey))),
        module.length ? card("Expansion module", h("div", { class: "keys" }, module.map((x, i) => fkey(x, 32 + i)))) : null,
        rest.length ? h("details", { class: "card" }, h("summary", {}, t("More keys")), h("div", { class: "keys" }, rest.map((x) => key(x, keyLabel(x))))) : null)),
    card("Action URLs as they are sent", urls),
  ];
  fill();
  watch(fill);
  return made;
}

document.addEventListener("keydown", (event) => {
  const free = !/^(INPUT|SELECT|TEXTAREA|BUTTON|A|SUMMARY)$/.test(event.target.tagName);
  if (location.hash !== "#phone" || !free || event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
  if (/^[0-9*#]$/.test(event.key)) press(event.key, 80);
});

// -- forms of settings -------------------------------------------------------------------------

const MASKED = /:\*\*\*@|=\*\*\*/;

/** Fields of settings that are saved together: `add(name, box, read, before)`, then `bar()`. */
function form(after) {
  const rows = new Map();
  const changes = () => {
    const found = {};
    for (const [name, row] of rows) {
      const now = row.read();
      if (now !== undefined && now !== row.before) found[name] = now;
    }
    return found;
  };
  guard(() => Object.keys(changes()).length > 0);
  return {
    rows,
    changes,
    add(name, box, read, before) { rows.set(name, { box, read, before }); },
    async save() {
      const texts = changes();
      for (const { box } of rows.values()) box.wrong("");
      const names = Object.keys(texts);
      if (!names.length) { say(t("Nothing was changed.")); return true; }
      for (const name of names) {
        if (MASKED.test(texts[name] || "")) {
          rows.get(name).box.wrong(t("*** stands for a password that is not shown; write it anew."));
          rows.get(name).box.querySelector("input, textarea").focus();
          return false;
        }
      }
      try {
        const told = await act("take", JSON.stringify(texts));
        for (const name of names) {
          rows.get(name).before = rows.get(name).read();
          if (told.warnings && told.warnings[name]) say(name + ": " + told.warnings[name].join("; "), true);
        }
        say(t("Saved: {0}", names.length));
        if (after) await after(names);
        return true;
      } catch (error) {
        let focus = null;
        for (const [name, text] of Object.entries(error.errors || {})) {
          const row = rows.get(name);
          if (!row) continue;
          row.box.wrong(text);
          focus = focus || row.box.querySelector("input, select, textarea");
        }
        if (focus) focus.focus();
        say(error.message, true);
        return false;
      }
    },
    bar() {
      return h("div", { class: "bar" }, working("Save", () => this.save(), { class: "main" }));
    },
  };
}

/** Set the text of an element and let its listeners know. */
function put(input, text) {
  const at = input.selectionStart ?? input.value.length;
  input.setRangeText(text, at, input.selectionEnd ?? at, "end");
  input.focus();
  input.dispatchEvent(new Event("input"));
}

// -- Action URLs -------------------------------------------------------------------------------

function actionRow(event, counters, all) {
  const input = h("textarea", { rows: "1", spellcheck: "false", autocomplete: "off", value: event.value.replace(/\s+(?=https?:\/\/)/g, "\n") });
  const read = () => input.value.trim();
  const box = field(event.event, input, meaning(event.event, event.meaning));
  const shown = h("div", { "aria-live": "polite" });
  const result = h("div", { role: "status" });
  let timer = null;
  let asked = 0;
  const preview = async () => {
    const number = (asked += 1);
    box.wrong("");
    if (!read()) { shown.replaceChildren(); return; }
    try {
      const found = await ask("preview", event.event + " " + read());
      if (number !== asked) return;
      shown.replaceChildren(
        h("p", { class: "soft" }, t({ now: "With the call of now:", last: "With the last call:" }[found.call] || "With a sample call:")),
        ...found.urls.map((x) => h("p", { class: "url" }, x)),
        ...found.warnings.map((x) => h("p", { class: "bad", lang: "en" }, x)));
    } catch (error) {
      if (number !== asked) return;
      shown.replaceChildren();
      box.wrong(error.message);
    }
  };
  input.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(preview, 350); });
  input.addEventListener("focus", preview, { once: true });
  const test = working("Test", async () => {
    result.replaceChildren();
    if (read() !== all.rows.get(event.event).before && !(await all.save())) return;
    const found = await act("test_url", event.event);
    result.replaceChildren(...found.results.map((x) =>
      h("p", { class: x.status >= 200 && x.status < 400 ? "good" : "bad" },
        (x.status ? t("Answer {0}", x.status) : x.cause) + ", " + x.ms + " ms: ", h("span", { class: "url" }, x.url))));
  }, { "aria-label": t("Test") + " " + event.event });
  const chips = h("details", {}, h("summary", {}, t("Variables")),
    h("div", { class: "row chips" }, event.variables.map((x) =>
      h("button", { type: "button", onclick: () => put(input, "$" + x) }, "$" + x))));
  const row = counters[event.event];
  const told = row ? t("sent {0}, in order {1}, failed {2}", row.sent, row.ok, row.failed) : "";
  box.append(chips, shown, h("div", { class: "row" }, test, h("span", { class: "soft" }, told)), result);
  all.add(event.event, box, read, read());
  return card(null, box);
}

async function actions() {
  const events = await ask("actions");
  const counters = await ask("counters");
  const all = form();
  return [
    h("p", {}, t("Several URLs for one event: one below the other. $name is a variable; private settings are empty.")),
    events.map((x) => actionRow(x, counters, all)),
    all.bar(),
  ];
}

// -- function keys -----------------------------------------------------------------------------

const TYPE_HELP = {
  none: "does nothing", line: "a line: takes, holds and begins calls", speed: "dials a number",
  dest: "dials a number", url: "sends an Action URL", keyevent: "is another key, such as F_DND",
  dtmf: "sends tones in a call", transfer: "transfers the call", redirect: "forwards calls",
  autoanswer: "answers by itself", icom: "intercom: the other side answers at once",
  orbit: "parks a call", blf: "shows and picks up the calls of another extension",
};

function fkeyRow(row, found, all, index) {
  const option = (value, text) => h("option", { value, selected: false }, text || value);
  const contexts = ["active", ...Array.from({ length: 12 }, (_, i) => String(i + 1))];
  const context = h("select", {}, contexts.map((x) => option(x)));
  const type = h("select", {}, Object.keys(found.types).sort().map((x) => option(x)));
  const argument = h("input", { value: row.argument, autocomplete: "off", spellcheck: "false" });
  const label = h("input", { value: row.label, maxlength: "32" });
  const long = h("input", { type: "checkbox", checked: row.long });
  context.value = row.context;
  type.value = row.type;
  const help = h("p", { class: "help" });
  const lamp = h("span", { class: "lamp", "aria-hidden": "true" });
  const now = h("span", { class: "soft" });
  const tell = () => {
    help.textContent = t(TYPE_HELP[type.value] || "") + (found.types[type.value] ? "" : " · " + t("needs no number"));
  };
  type.addEventListener("change", tell);
  tell();
  const written = () => [context.value, type.value, argument.value.trim()].join(" ").trim();
  const before = written();
  const box = field(t("Type"), type, null);
  type.after(help);
  const told = field(t("Number, URL or key"), argument);
  told.classList.add("wide");
  const named = field(t("Label"), label);
  all.add(row.setting, told, () => (written() === before ? undefined : written()), undefined);
  all.add("fkey_label" + index, named, () => label.value.trim(), row.label);
  all.add("fkey_longpress" + index, box, () => (long.checked ? "on" : "off"), row.long ? "on" : "off");
  const fill = () => {
    const state = live.lamps[index] || "off";
    lamp.className = "lamp " + state;
    const text = lampName(state);
    if (now.textContent !== text) now.textContent = text;
  };
  fill();
  watch(fill);
  return h("fieldset", { class: "card" }, h("legend", {}, row.key),
    h("div", { class: "row" }, lamp, now),
    h("div", { class: "fields" }, box, field(t("Context"), context), told, named,
      h("div", { class: "row" }, h("label", {}, long, " ", t("Long press")))));
}

async function fkeys() {
  const found = await ask("fkeys");
  const all = form();
  return [
    h("p", {}, t("What each key does. Context: active is the identity of the moment, a number another one.")),
    h("div", { class: "two" }, found.keys.map((x, index) => fkeyRow(x, found, all, index))),
    all.bar(),
  ];
}

// -- log ---------------------------------------------------------------------------------------

async function log() {
  const box = h("pre", { id: "log", tabindex: "0", role: "log", "aria-label": t("Log") });
  const filter = h("input", { type: "search", placeholder: t("Filter"), "aria-label": t("Filter") });
  const level = h("select", { "aria-label": t("Level, at most") },
    Array.from({ length: 10 }, (_, i) => h("option", { value: String(9 - i) }, String(9 - i))));
  const kept = h("select", { "aria-label": t("The phone keeps levels up to") },
    Array.from({ length: 10 }, (_, i) => h("option", { value: String(i) }, String(i))));
  kept.value = String((await ask("get", "log_level")).value);
  const wanted = (line) => {
    const own = /^\[(\d)\]/.exec(line);
    return (!own || Number(own[1]) <= Number(level.value)) && line.toLowerCase().includes(filter.value.toLowerCase());
  };
  const fill = () => {
    const down = box.scrollHeight - box.scrollTop - box.clientHeight < 40;
    box.textContent = live.log.filter(wanted).join("\n");
    if (down) box.scrollTop = box.scrollHeight;
  };
  filter.addEventListener("input", fill);
  level.addEventListener("change", fill);
  kept.addEventListener("change", () => attempt(() => act("set", "log_level " + kept.value)));
  watch((news) => { if (news.log) fill(); });
  setTimeout(fill);
  return [
    h("div", { class: "row" }, h("label", {}, t("Level, at most"), " ", level), filter,
      h("label", {}, t("The phone keeps levels up to"), " ", kept),
      button("Download", () => download("offhook-log.txt", live.log.filter(wanted).join("\n") + "\n")),
      button("Clear", () => { live.log.length = 0; fill(); })),
    box,
    h("p", { class: "soft" }, t("0 is most severe. This page keeps what came while it was open.")),
  ];
}

function download(name, text) {
  const link = h("a", { download: name, href: URL.createObjectURL(new Blob([text], { type: "text/plain" })) });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

// -- settings ----------------------------------------------------------------------------------

let words = null; // the help in the language of the pages, where it is not the phone's own

/** The input for a setting, and how it is read; undefined: as it was. */
function editor(record, name, value) {
  if (record.kind === "bool" || record.kind === "one") {
    const input = h("select", {}, (record.kind === "bool" ? ["on", "off"] : record.values).map((x) =>
      h("option", { value: x }, record.kind === "bool" ? t(x) : x)));
    input.value = value;
    return [input, () => input.value];
  }
  if (record.private) {
    const input = h("input", { type: "password", autocomplete: "new-password", placeholder: value ? t("set; empty leaves it as it is") : t("not set") });
    return [input, () => input.value || undefined];
  }
  if (["url", "pem", "plan"].includes(record.kind)) {
    const input = h("textarea", { rows: "2", spellcheck: "false", value });
    return [input, () => input.value];
  }
  const input = h("input", { value, autocomplete: "off", spellcheck: "false", maxlength: record.longest && String(record.longest) });
  if (record.kind === "int") input.inputMode = "numeric";
  return [input, () => input.value];
}

function settingRow(record, number, { values, locked }, all, again) {
  const name = record.name.replace(/[#@]$/, number);
  const there = name in values;
  const value = there ? values[name] : record.default;
  const [input, read] = editor(record, name, value);
  const german = words && words.HELP[record.name.replace(/[#@]$/, "")];
  const right = german ? words.right(record) : record.right;
  const help = (german || record.meaning).replace(/[#@]/g, number) + " (" + right + (record.default ? ", " + (record.kind === "bool" ? t(record.default) : record.default) : "") + ")";
  const box = field(name, input, help, german ? "de" : "en");
  all.add(name, box, read, record.private ? undefined : value);
  if (there && !locked[name]) {
    box.append(h("div", { class: "row" }, working(record.private ? "Delete" : "Back to the default", async () => {
      await act("unset", name);
      await again();
    }, { "aria-label": (record.private ? t("Delete") : t("Back to the default")) + " " + name })));
  }
  if (locked[name]) { input.disabled = true; box.append(h("p", { class: "soft" }, t("Locked by {0}.", locked[name]))); }
  return box;
}

async function settings() {
  words = language() === "en" ? null : await import("./help_" + language() + ".js");
  const titles = (await ask("groups")).filter((x) => !["Function keys", "Action URL events"].includes(x));
  const place = h("div", {});
  const choose = h("select", {}, titles.map((x) => h("option", { value: x }, t(x))));
  const number = h("select", {}, Array.from({ length: 12 }, (_, i) => h("option", { value: String(i + 1) }, String(i + 1))));
  const numberBox = field(t("Identity or network"), number);
  const fill = async () => {
    const group = await ask("group", choose.value);
    const all = form(fill);
    numberBox.hidden = !group.settings.some((x) => x.name.endsWith("#"));
    place.replaceChildren(
      card(null, group.settings.filter((x) => !x.name.endsWith("@")).map((x) => settingRow(x, number.value, group, all, fill))),
      all.bar());
  };
  let shown = titles[0];
  const change = () => attempt(async () => { shown = choose.value; await fill(); });
  choose.addEventListener("change", change);
  number.addEventListener("change", change);
  choose.value = shown;
  await fill();
  return [card(null, field(t("Group"), choose), numberBox), place];
}

// -- calls -------------------------------------------------------------------------------------

async function calls() {
  const now = h("div", {});
  const past = h("div", {});
  const states = { ringing: "rings", connected: "connected", held: "on hold", calling: "is called", ended: "over" };
  const fill = () => now.replaceChildren(live.calls.length ? table(live.calls.map((x) => [
    x.remote, t(x.direction === "in" ? "incoming" : "outgoing"), t(states[x.state] || x.state), x.key || "",
  ])) : h("p", { class: "soft" }, t("There is no call.")));
  const kinds = { d: "dialled", r: "received", m: "missed" };
  const again = async () => {
    const rows = await ask("lists");
    past.replaceChildren(rows.length ? table(rows.map((x) => [
      t(kinds[x.kind]), x.time ? new Date(x.time * 1000).toLocaleString(document.documentElement.lang) : "–",
      x.name || "", x.number, x.voice ? h("span", { title: t("Voice: MOS, loss in %, jitter and delay in ms") }, "MOS " + x.voice.split(" ")[0]) : "",
      working("Dial", () => act("dial", x.number), { "aria-label": t("Dial") + " " + x.number }),
    ])) : h("p", { class: "soft" }, t("No calls yet.")));
  };
  const number = h("input", { autocomplete: "off", inputMode: "tel" });
  let had = live.calls.length;
  watch((news) => {
    fill();
    if (news.calls && had && !live.calls.length) setTimeout(() => again().catch(() => {}), 500);
    had = live.calls.length;
  });
  fill();
  await again();
  return [
    card("Now", now, h("form", { class: "row", onsubmit: (event) => { event.preventDefault(); attempt(() => act("dial", number.value.trim())); } },
      field(t("Number or sip: address"), number), h("button", { class: "main" }, t("Dial")))),
    card("Before", past),
  ];
}

// -- provisioning, update, restart -------------------------------------------------------------

async function service() {
  const all = form();
  const boxes = [];
  for (const name of ["setting_server", "update_server"]) {
    const input = h("input", { value: (await ask("get", name)).value, autocomplete: "off", spellcheck: "false" });
    const box = field(name, input, t(name === "update_server" ? "Where new software comes from, https only" : "Where settings come from"));
    all.add(name, box, () => input.value.trim(), input.value);
    boxes.push(box);
  }
  const file = h("input", { type: "file", accept: ".json,.xml,.htm,.txt", "aria-label": t("Settings as a file") });
  const told = h("div", { role: "status" });
  const report = (found) => told.replaceChildren(table([
    [t("State"), found.state], [t("Server"), found.server || "–"],
  ].concat(["taken", "changed", "kept", "refused", "unknown", "notes", "locked"]
    .filter((x) => Array.isArray(found[x]) ? found[x].length : found[x] !== undefined)
    .map((x) => [t(x), Array.isArray(found[x]) ? found[x].map((line) => h("p", { lang: "en", class: x === "refused" ? "bad" : "" }, line)) : String(found[x])]))));
  const load = working("Take the file's settings", async () => {
    if (!file.files.length) throw new Refused(t("Choose a file first."));
    const bytes = new Uint8Array(await file.files[0].arrayBuffer());
    await act("provision", "begin");
    for (let at = 0; at < bytes.length; at += 6000) {
      await act("provision", "data " + btoa(String.fromCharCode(...bytes.subarray(at, at + 6000))));
    }
    report(await act("provision", "end"));
    file.value = "";
  });
  const now = working("Ask the server now", async () => {
    await act("provision", "now");
    say(t("The log tells what comes."));
  });
  report(await ask("provisioning"));
  return [
    card("Servers", boxes, all.bar(), h("div", { class: "row" }, now)),
    card("Update", h("p", {}, t("Fetches new software from update_server, checks it, and restarts. The settings stay.")),
      working("Update now", async () => { await act("update"); say(t("The update has begun; the log tells how it goes.")); })),
    card("Settings as a file", h("div", { class: "row" }, file, load,
      working("Save to a file", async () => download("offhook-settings.json", JSON.stringify(await ask("show"), null, 2) + "\n"))),
    h("p", { class: "soft" }, t("Passwords are not in the file that is saved: *** stands for them."))),
    card("Provisioning", told),
    card("Restart", h("div", { class: "row" },
      working("Restart the phone", async () => {
        if (!confirm(t("Restart the phone now? Calls end."))) return;
        await act("reboot", "now");
        say(t("The phone restarts."));
      }),
      working("Forget all settings", async () => {
        if (prompt(t("Everything is forgotten, this page too. Type yes to go on.")) !== "yes") return;
        const told = await act("reset", "yes");
        if (told.restart) say(t("The phone wipes its flash, which may take minutes, and restarts."));
      }))),
  ];
}

start({
  status: { title: "Status", make: status },
  phone: { title: "Phone", make: phone },
  actions: { title: "Action URL Settings", make: actions },
  fkeys: { title: "Function Keys", make: fkeys },
  calls: { title: "Calls", make: calls },
  log: { title: "Log", make: log },
  settings: { title: "Settings", make: settings },
  service: { title: "Provisioning and Update", make: service },
});
