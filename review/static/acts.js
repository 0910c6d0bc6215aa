// What the inbox and a call share: doing something without leaving the page, and saying what came of it.

// send posts a form and gives the server's answer; what goes wrong is told, and then it is null.
export async function send(action, fields) {
  let answer;
  try {
    answer = await fetch(action, {
      method: "POST", body: new URLSearchParams(fields), headers: { Accept: "application/json" }, redirect: "error",
    });
    const body = await answer.json();
    if (answer.ok) return body;
    tell(body.problem, true);
    return { failed: answer.status, ...body };
  } catch {
    tell(document.querySelector("#toast").dataset.away, true);
    return { failed: 0 };
  }
}

let hide;
// tell shows a line for a while; undo, if given, is offered with it.
export function tell(text, bad, undo) {
  const toast = document.querySelector("#toast");
  toast.className = bad ? "bad" : "";
  toast.textContent = text;
  if (undo) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "small";
    button.textContent = toast.dataset.undo;
    button.append(" ", Object.assign(document.createElement("kbd"), { textContent: "z" }));
    button.addEventListener("click", undo);
    toast.append(" ", button);
  }
  toast.hidden = false;
  clearTimeout(hide);
  hide = setTimeout(() => { toast.hidden = true; }, bad ? 12000 : 7000);
}

// reject asks why and gives {reason, words}, or null when it was thought better of. Keys 1 to 5 choose and send.
export function reject() {
  const dialog = document.querySelector("#rejecting"), form = dialog.querySelector("form");
  form.reset();
  return new Promise((done) => {
    const key = (e) => {
      if (e.target.tagName === "TEXTAREA") return;
      const radio = form.elements.reason[Number(e.key) - 1];
      if (!radio) return;
      e.preventDefault();
      radio.checked = true;
      if (radio.value === "other") form.elements.words.focus();
      else dialog.close("reject");
    };
    dialog.addEventListener("keydown", key);
    dialog.addEventListener("close", () => {
      dialog.removeEventListener("keydown", key);
      done(dialog.returnValue === "reject" ? { reason: form.elements.reason.value, words: form.elements.words.value } : null);
    }, { once: true });
    dialog.returnValue = "";
    dialog.showModal();
  });
}

// keys calls what belongs to a key, unless somebody is typing or a dialog is open.
export function keys(table) {
  addEventListener("keydown", (e) => {
    if (e.ctrlKey || e.metaKey || e.altKey || document.querySelector("dialog[open]")) return;
    if (e.target.closest("input:not([type=checkbox],[type=radio],[type=range]), textarea, select")) {
      if (e.key === "Escape") e.target.blur();
      return;
    }
    if (e.key === "?") { e.preventDefault(); document.querySelector("#keys")?.showModal(); return; }
    const does = table[e.key];
    // Enter and space belong to the button or the link that has the focus.
    if (!does || ((e.key === "Enter" || e.key === " ") && e.target.closest("a, button, summary, input"))) return;
    e.preventDefault();
    does(e);
  });
  document.querySelector("[data-keys]")?.addEventListener("click", () => document.querySelector("#keys").showModal());
}

const policy = globalThis.trustedTypes?.createPolicy("earshot", { createHTML: (html) => html });

// part fetches a piece of a page that this server has made. It is the one place where HTML becomes elements.
export async function part(url) {
  const answer = await fetch(url, { headers: { Accept: "text/html" } });
  if (!answer.ok) throw new Error(String(answer.status));
  const template = document.createElement("template");
  const html = await answer.text();
  template.innerHTML = policy ? policy.createHTML(html) : html;
  return template.content;
}
