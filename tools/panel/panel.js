// The panel: what arrives is inserted as text, never as markup.
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
  button.setAttribute("aria-label", `from ${row.phone}: ${short}`);
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
      $("switches").append(element("label", {}, box, name));
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

listen();
