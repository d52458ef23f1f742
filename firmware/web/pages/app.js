// What all pages share: the interface, the stream of what changes, elements, messages, the menu.
// Whatever comes from the phone is inserted as text, never as markup.
import { language, setLanguage, t } from "./text.js";

export const $ = (id) => document.getElementById(id);

/** Make an element: properties, then children (elements, texts, or lists of them). */
export function h(tag, properties, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name in element && typeof value !== "string") element[name] = value;
    else if (name === "value") element.value = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  for (const child of children.flat(9)) {
    if (child !== null && child !== undefined && child !== false) element.append(child);
  }
  return element;
}

/** A refusal of the phone: `message`, and `errors` {field: message}. */
export class Refused extends Error {
  constructor(message, errors, status) {
    super(message);
    this.errors = errors || {};
    this.status = status;
  }
}

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

async function call(path, options) {
  for (let left = 4; ; left -= 1) {
    let answer;
    try {
      answer = await fetch(path, { cache: "no-store", ...options });
    } catch (error) {
      if (left) { await pause(400); continue; }
      throw new Refused(t("The phone does not answer."));
    }
    if (answer.status === 503 && left) { await pause(700); continue; }
    let found;
    try { found = await answer.json(); } catch (error) { found = {}; }
    if (answer.ok) return found;
    throw new Refused(found.error || "HTTP " + answer.status, found.errors, answer.status);
  }
}

/** Ask one of the console's words. */
export const ask = (word, rest) =>
  call("api/" + word + (rest ? "?" + encodeURIComponent(rest) : ""));

/** Let one of the console's words do something. */
export const act = (word, rest) =>
  call("api/" + word, { method: "POST", body: rest || "", headers: { "X-Offhook": "1" } });

/** Show a short message; an error stays longer. */
export function say(text, bad) {
  const line = h("p", { class: bad ? "bad" : "" }, text);
  $("message").append(line);
  setTimeout(() => line.remove(), bad ? 9000 : 4000);
}

/** Run `work`, and say what went wrong. Returns whether it went well. */
export async function attempt(work) {
  try {
    await work();
    return true;
  } catch (error) {
    say(error.message, true);
    return false;
  }
}

// -- what changes ------------------------------------------------------------------------------

/** The phone as it was told last; `watch` hears of each change. */
export const live = { log: [], sent: [], display: [], lamps: [], calls: [], state: {}, next: 0 };
const watchers = new Set();

/** Call `heard(changes)` with each change until the page is left. */
export function watch(heard) {
  watchers.add(heard);
}

function take(news) {
  if (news.log) {
    live.next = news.next;
    live.log.push(...news.log);
    live.log.splice(0, live.log.length - 1000);
  }
  for (const row of news.sent || []) {
    const index = live.sent.findIndex((x) => x.event === row.event && x.url === row.url && x.status === null);
    if (index >= 0) live.sent.splice(index, 1);
    live.sent.push(row);
    live.sent.splice(0, live.sent.length - 30);
  }
  for (const name of ["display", "lamps", "calls", "state"]) if (name in news) live[name] = news[name];
  head();
  for (const heard of watchers) heard(news);
}

let source = null;
let polling = null;

function listen() {
  if (document.hidden || source || polling) return;
  source = new EventSource("api/events?" + live.next);
  source.onmessage = (event) => take(JSON.parse(event.data));
  source.onerror = () => {
    quiet();
    poll();
  };
}

function quiet() {
  if (source) source.close();
  source = null;
  clearTimeout(polling);
  polling = null;
}

/** No stream to be had: ask, and try for a stream again now and then. */
async function poll(turn = 1) {
  polling = 1;
  try {
    take(await call("api/changes?" + live.next));
    connected(true);
  } catch (error) {
    connected(false);
  }
  if (document.hidden) { polling = null; return; }
  polling = setTimeout(() => {
    if (turn % 8) { poll(turn + 1); } else { polling = null; listen(); }
  }, 1500);
}

let there = true;

function connected(now) {
  there = now;
  head();
}

document.addEventListener("visibilitychange", () => (document.hidden ? quiet() : listen()));

// -- menu --------------------------------------------------------------------------------------

function head() {
  const { state } = live;
  const words = [];
  if (!there) words.push(t("The phone does not answer."));
  else if ("network" in state) {
    words.push(state.network ? t("Network up") : t("No network"));
    words.push(t("registered {0} of {1}", state.registered, state.identities));
    if (state.dnd) words.push(t("Do not disturb"));
    if (state.redirect !== "none") words.push(t("Forwarding: {0}", state.redirect));
    if (live.calls.length) words.push(t("calls: {0}", live.calls.length));
  }
  const text = words.join(" · ");
  if ($("state").textContent !== text) $("state").textContent = text;
}

let pages = {};
let changed = () => false; // whether the page has what was not saved

/** Let the page say whether leaving it loses something. */
export function guard(ask) {
  changed = ask;
}

async function show() {
  const name = location.hash.slice(1) in pages ? location.hash.slice(1) : "status";
  watchers.clear();
  changed = () => false;
  document.documentElement.lang = language();
  $("language").textContent = language() === "de" ? "English" : "Deutsch";
  $("language").lang = language() === "de" ? "en" : "de";
  $("skip").textContent = t("To the content");
  $("nav").setAttribute("aria-label", t("Pages"));
  $("nav").replaceChildren(
    ...Object.entries(pages).map(([key, page]) =>
      h("a", { href: "#" + key, "aria-current": key === name && "page" }, t(page.title))),
  );
  const here = $("nav").querySelector("[aria-current]");
  $("nav").scrollLeft = here.offsetLeft - ($("nav").clientWidth - here.offsetWidth) / 2; // on a telephone
  document.title = t(pages[name].title) + " – Offhook";
  const main = $("main");
  const title = h("h1", { tabindex: "-1" }, t(pages[name].title));
  const body = h("div", { "aria-busy": "true" }, h("p", {}, t("Loading…")));
  main.replaceChildren(title, body);
  head();
  try {
    const made = await pages[name].make();
    if (body.isConnected) body.replaceChildren(...[made].flat(9));
  } catch (error) {
    body.replaceChildren(h("p", { class: "bad" }, error.message));
  }
  body.removeAttribute("aria-busy");
}

/** Begin with `all` pages: {name: {title, make}}; make() gives the elements. */
export function start(all) {
  pages = all;
  let last = location.hash;
  window.addEventListener("hashchange", () => {
    if (location.hash === "#main") return;
    if (changed() && !confirm(t("What is not saved is lost. Go on?"))) {
      history.replaceState(null, "", last || "#status");
      return;
    }
    last = location.hash;
    show().then(() => document.querySelector("h1").focus());
  });
  window.addEventListener("beforeunload", (event) => changed() && event.preventDefault());
  $("skip").addEventListener("click", (event) => { event.preventDefault(); $("main").focus(); });
  $("language").addEventListener("click", () => {
    if (changed() && !confirm(t("What is not saved is lost. Go on?"))) return;
    setLanguage(language() === "de" ? "en" : "de");
    show();
  });
  show();
  listen();
}
