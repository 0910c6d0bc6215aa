import { keys, part, reject, send, tell } from "./acts.js";
import { Lanes, clock } from "./lanes.js";

const call = JSON.parse(document.querySelector("#call-data").textContent);
const path = "/calls/" + encodeURIComponent(call.call);
const at = new URLSearchParams(location.search).get("at") ?? ""; // when the call began
const side = document.querySelector("#side");
const lanes = new Lanes(document.querySelector("#lanes"), call);
const audio = document.querySelector("#audio"); // null when there is none to hear
const $ = (s) => document.querySelector(s);

// Sound. The element plays while it loads and keeps the pitch at any speed; Web Audio comes in only to hear one leg.

let graph = null, loop = null;

function loadAudio() { if (audio && !audio.src) audio.src = audio.dataset.src; }

function hear(leg) {
  for (const b of document.querySelectorAll("[data-leg]")) b.setAttribute("aria-pressed", String(b.dataset.leg === leg));
  if (!audio || (!graph && !leg)) return;
  if (!graph) {
    const context = new AudioContext(), split = context.createChannelSplitter(2), merge = context.createChannelMerger(2);
    context.createMediaElementSource(audio).connect(split);
    const gains = [[0, 0], [0, 1], [1, 0], [1, 1]].map(([from, to]) => {
      const gain = context.createGain();
      split.connect(gain, from); gain.connect(merge, 0, to);
      return { gain, from, to };
    });
    merge.connect(context.destination);
    graph = { context, gains };
  }
  graph.context.resume();
  const only = call.legs.findIndex((l) => l.leg === leg);
  // One leg goes to both ears; both legs go one to each.
  for (const g of graph.gains) g.gain.gain.value = only < 0 ? Number(g.from === g.to) : Number(g.from === only);
}

async function play(from) {
  if (!audio) { if (from !== undefined) move(from); return; }
  loadAudio();
  if (from !== undefined) { audio.currentTime = Math.max(0, from); move(audio.currentTime); }
  graph?.context.resume();
  if (call.open && audio.ended) { // there may be more of it by now
    const ended = audio.currentTime;
    audio.load();
    audio.currentTime = ended;
  }
  try { await audio.play(); } catch (e) { if (e.name === "NotSupportedError") tell($("#toast").dataset.noaudio, true); }
}

function toggle() { if (!audio) return; if (audio.paused) play(); else audio.pause(); }

function move(t) {
  lanes.play(t, !audio?.paused);
  $("#time").textContent = clock(t, true);
}

function seek(t) {
  t = Math.max(0, Math.min(call.duration, t));
  if (audio) { loadAudio(); audio.currentTime = t; }
  move(t);
}

function speed(value) {
  if (audio) { audio.defaultPlaybackRate = audio.playbackRate = value; }
  for (const b of document.querySelectorAll("[data-speed]")) b.setAttribute("aria-pressed", String(Number(b.dataset.speed) === value));
}

function faster(by) {
  const all = [...document.querySelectorAll("[data-speed]")].map((b) => Number(b.dataset.speed));
  const i = all.findIndex((s) => s === (audio?.playbackRate ?? 1));
  speed(all[Math.max(0, Math.min(all.length - 1, i + by))]);
}

function setLoop(on) {
  const flag = current();
  loop = !on ? null : lanes.selection ?? (flag && [Math.max(0, flag.start - 1), Math.min(call.duration, Math.max(flag.end, flag.start + 1) + 1)]);
  $("#loop").setAttribute("aria-pressed", String(Boolean(loop)));
  if (loop && audio && (audio.currentTime < loop[0] || audio.currentTime > loop[1])) play(loop[0]);
}

if (audio) {
  const state = () => {
    $("#play").setAttribute("aria-pressed", String(!audio.paused));
    $("#play [data-off]").hidden = !audio.paused;
    $("#play [data-on]").hidden = audio.paused;
  };
  const tick = () => {
    if (loop && audio.currentTime >= loop[1]) audio.currentTime = loop[0];
    move(audio.currentTime);
    if (!audio.paused) requestAnimationFrame(tick);
  };
  audio.addEventListener("play", () => { state(); requestAnimationFrame(tick); });
  audio.addEventListener("pause", state);
  audio.addEventListener("ended", state);
  audio.addEventListener("error", () => tell($("#toast").dataset.noaudio, true));
  $("#play").addEventListener("click", toggle);
}

// Flags. The one the keys act on is shown in the lanes, and begins to play a little before it.

const cards = () => [...side.querySelectorAll(".flagcard")];
const card = () => side.querySelector(".flagcard[aria-current]");
const current = () => { const c = card(); return c && call.flags.find((f) => f.id === c.dataset.flag); };

function select(id, { playing = true, view = true } = {}) {
  for (const c of cards()) c.toggleAttribute("aria-current", c.dataset.flag === id);
  for (const c of cards()) if (c.dataset.flag === id) { c.setAttribute("aria-current", "true"); c.scrollIntoView({ block: "nearest" }); }
  lanes.current = id;
  const f = current();
  if (!f) { lanes.draw(); return; }
  const from = Math.max(0, f.start - call.before);
  if (view) lanes.show(from - 5, Math.max(f.end, f.start + 10) + 10);
  else lanes.draw();
  if (loop) setLoop(true);
  const url = new URL(location.href);
  url.searchParams.set("flag", id);
  history.replaceState(null, "", url);
  if (playing) play(from);
  else seekQuietly(from);
}

// seekQuietly moves the line without asking for the audio: nobody has listened yet.
function seekQuietly(t) { if (audio?.src) audio.currentTime = t; else if (audio) pendingStart = t; move(t); }
let pendingStart;
audio?.addEventListener("loadstart", () => { if (pendingStart !== undefined) { audio.currentTime = pendingStart; pendingStart = undefined; } });

function step(by) {
  const all = cards();
  if (!all.length) return;
  const i = all.indexOf(card());
  select(all[(i + by + all.length) % all.length].dataset.flag);
}

// Verdicts.

async function act(form, fields) {
  const c = form.closest(".flagcard");
  form.dataset.busy = "1"; // until the side is another
  try {
    const answer = await send(form.getAttribute("action"), { ...Object.fromEntries(new FormData(form)), ...fields });
    if (answer.failed !== undefined && answer.failed !== 409) return null;
    await renew(c?.dataset.flag ?? answer.flag);
    if (answer.failed === undefined) tell(answer.told, false, side.querySelector(".undo") ? undo : undefined);
    return answer.failed === undefined ? answer : null;
  } finally { delete form.dataset.busy; }
}

async function judge(action) {
  const c = card(), form = c?.querySelector("form.judge");
  if (!form || form.dataset.busy || !form.querySelector(action === "reject" ? "[data-reject]" : `[value=${action}]`)) return;
  const fields = { action };
  if (action === "reject") {
    const why = await reject();
    if (!why) return;
    Object.assign(fields, why);
  }
  const done = await act(form, fields);
  if (!done) return;
  const next = cards().find((f) => f.dataset.waits);
  if (next) select(next.dataset.flag);
  else $("[data-next]")?.focus();
}

async function undo() {
  const form = (card()?.querySelector("form.undo")) ?? side.querySelector("form.undo");
  if (!form) return;
  const id = form.closest(".flagcard").dataset.flag;
  if (await act(form, {})) select(id, { playing: false });
}

// working says whether somebody is about to do something that a new page, or a new side of it, would undo.
const working = () => Boolean(document.querySelector("dialog[open]") || $("#manual")?.open || side.querySelector("[data-busy]") ||
  side.contains(document.activeElement) || [...side.querySelectorAll("textarea")].some((t) => t.value));

// renew takes what the server makes of the call now. What is being typed elsewhere on the page stays. An answer that a later
// one overtakes is of no use, nor is one that nobody has asked for once somebody is at work.
let renewals = 0;
async function renew(flag, asked = true) {
  const mine = ++renewals;
  const fresh = await part(`${path}?part=side&at=${at}&flag=${encodeURIComponent(flag ?? "")}&in=${encodeURIComponent(new URLSearchParams(location.search).get("in") ?? "")}`);
  if (mine !== renewals || (!asked && working())) return;
  const typed = [...side.querySelectorAll("textarea, #manual input:not([type=hidden]), #manual select")].filter((f) => f.id && f.value).map((f) => [f.id, f.value]);
  const open = $("#manual")?.open;
  side.replaceChildren(fresh);
  for (const [id, value] of typed) { const f = document.getElementById(id); if (f) f.value = value; }
  if ($("#manual") && open) $("#manual").open = true;
  for (const c of cards()) {
    let f = call.flags.find((f) => f.id === c.dataset.flag);
    if (!f) call.flags.push(f = { id: c.dataset.flag, start: Number(c.dataset.start), end: Number(c.dataset.end), title: c.querySelector("h2").textContent });
    f.status = c.querySelector(".tag:last-of-type, .push .tag").classList[1];
  }
  lanes.draw();
}

side.addEventListener("click", (e) => {
  const link = e.target.closest("[data-select]");
  if (link) { e.preventDefault(); select(link.closest(".flagcard").dataset.flag); return; }
  const button = e.target.closest("form.judge button");
  if (!button) return;
  e.preventDefault();
  select(button.closest(".flagcard").dataset.flag, { playing: false, view: false });
  judge(button.dataset.reject !== undefined ? "reject" : button.value);
});
side.addEventListener("submit", async (e) => {
  const form = e.target;
  if (form.matches("form.undo")) { e.preventDefault(); undo(); return; }
  if (!form.matches("form.words")) return;
  e.preventDefault();
  const button = e.submitter;
  button.disabled = true;
  form.dataset.busy = "1";
  const fields = button.name ? { [button.name]: button.value } : {};
  const answer = await send(form.getAttribute("action"), { ...Object.fromEntries(new FormData(form)), ...fields });
  button.disabled = false;
  if (answer.failed !== undefined && answer.failed !== 409) { delete form.dataset.busy; return; } // what was typed stays where it is
  const flag = form.closest(".flagcard")?.dataset.flag ?? (answer.failed === undefined ? "manual-" + form.elements.id?.value : undefined);
  if (answer.failed === undefined) form.reset();
  if ($("#manual")) $("#manual").open = false;
  try { await renew(flag); } finally { delete form.dataset.busy; }
  if (flag) select(flag, { playing: false });
  if (answer.failed === undefined) tell(answer.told);
});

// The lanes.

lanes.onseek = seek;
lanes.onflag = (f) => select(f.id, { view: false });
lanes.onselect = (range) => {
  if (range && $("#manual")) { $("#manual-start").value = clock(range[0], true); $("#manual-end").value = clock(range[1], true); }
  if (loop) setLoop(true);
};
for (const b of document.querySelectorAll("[data-leg]")) b.addEventListener("click", () => hear(b.dataset.leg));
for (const b of document.querySelectorAll("[data-speed]")) b.addEventListener("click", () => speed(Number(b.dataset.speed)));
for (const b of document.querySelectorAll("[data-zoom]")) b.addEventListener("click", () => (b.dataset.zoom === "all" ? lanes.show(0, call.duration) : lanes.zoom(Number(b.dataset.zoom))));
$("#loop").addEventListener("click", () => setLoop(!loop));
$("#jump").addEventListener("click", () => step(1));
$("#spectrogram")?.addEventListener("click", spectrogram);

async function waveform() {
  const answer = await fetch(path + "/peaks");
  if (!answer.ok) return;
  const bytes = await answer.arrayBuffer(), head = new DataView(bytes);
  const legs = head.getUint16(0, true), milliseconds = head.getUint16(2, true), count = head.getUint32(4, true);
  const order = legs === 2 ? ["agent", "customer"] : [call.legs[0]?.leg ?? "mixed"];
  for (let i = 0; i < legs; i++) lanes.peaks[order[i]] = { data: new Int8Array(bytes, 8 + i * 2 * count, 2 * count), count, perSecond: 1000 / milliseconds };
  lanes.draw();
  document.documentElement.dataset.waveform = String(Math.round(performance.now())); // for the test that measures it
}

// follow draws what has come of a call that goes on. When it has ended, or its first audio has come, the page is loaded again:
// at once, or when nobody listens or is at work any more.
async function follow() {
  if (document.hidden) return;
  if (call.open) await draw();
  if ((!call.open || (call.audio && !audio)) && !working() && (audio?.paused ?? true)) location.reload();
}

async function draw() {
  const answer = await fetch(`${path}?part=lanes&at=${at}`).catch(() => null);
  if (!answer?.ok) return;
  const all = lanes.t1 >= call.duration;
  Object.assign(call, await answer.json());
  $("#duration").textContent = clock(call.duration, true);
  if (all) lanes.show(0, call.duration);
  await waveform();
  $("#open").hidden = !call.open;
  if (call.open && !working()) await renew(card()?.dataset.flag, false).catch(() => null); // the next time, then
}
if (call.open) {
  setInterval(follow, 10_000);
  document.addEventListener("visibilitychange", follow);
}

// spectrogram shows the frequencies of what is in view, at most a minute of it, of the leg that is heard.
async function spectrogram() {
  const picture = $(".spectrogram"), on = picture.hidden;
  $("#spectrogram").setAttribute("aria-pressed", String(on));
  picture.hidden = !on;
  if (!on) return;
  const leg = document.querySelector("[data-leg][aria-pressed=true]")?.dataset.leg || call.legs[0]?.leg;
  const span = Math.min(lanes.t1 - lanes.t0, 60), part = span / (lanes.t1 - lanes.t0);
  picture.style.width = `${100 * part}%`;
  picture.src = `${path}/spectrogram?leg=${leg}&from=${lanes.t0}&to=${lanes.t0 + span}&columns=${Math.max(1, Math.round(lanes.width * part))}`;
}

// A claim says that somebody is at this call; it is renewed while the page is looked at and let go with it.

const claim = $("#claim");
async function hold() {
  if (document.hidden) return;
  const answer = await fetch(path + "/claim", { method: "POST", headers: { Accept: "application/json" } }).then((a) => a.json()).catch(() => null);
  if (!answer?.told) return;
  claim.hidden = false;
  claim.className = "tag " + (answer.mine ? "good" : "late");
  claim.textContent = answer.told;
}
if ($("#manual")) {
  hold();
  setInterval(hold, 120_000);
  addEventListener("pagehide", () => navigator.sendBeacon(path + "/release", new URLSearchParams()));
}

keys({
  " ": toggle, Enter: toggle,
  j: () => step(1), k: () => step(-1), ArrowDown: () => step(1), ArrowUp: () => step(-1),
  ArrowLeft: (e) => seek((audio?.currentTime ?? lanes.now) - (e.shiftKey ? 10 : 3)), ArrowRight: (e) => seek((audio?.currentTime ?? lanes.now) + (e.shiftKey ? 10 : 3)),
  p: () => { const f = current(); if (f) play(Math.max(0, f.start - call.before)); },
  0: () => hear(""), 1: () => call.legs[0] && hear(call.legs[0].leg), 2: () => call.legs[1] && hear(call.legs[1].leg),
  ",": () => faster(-1), ".": () => faster(1), l: () => setLoop(!loop), s: () => $("#spectrogram")?.click(),
  "+": () => lanes.zoom(.5), "=": () => lanes.zoom(.5), "-": () => lanes.zoom(2), a: () => lanes.show(0, call.duration),
  c: () => judge("confirm"), r: () => judge("reject"), u: () => judge("unsure"), z: undo,
  m: () => { const m = $("#manual"); if (m) { m.open = true; $("#manual-rule").focus(); } },
  n: () => $("[data-next]")?.click(), Escape: () => $("[data-back]").click(),
});

const first = card()?.dataset.flag;
if (first) select(first, { playing: Boolean($("#manual")) }); // an agent, or who decides, presses play
waveform();
