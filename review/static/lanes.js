// Draws a call: a lane for each leg with its waveform, what was measured as coloured regions, flags as marks, events as
// ticks; above it the whole call in small. It draws from stored peaks and only what is in view, so that an hour with
// thousands of segments opens as fast as a minute: a region is a rectangle here, not an element of the page.

const RULER = 22, MARK = 12, LANE = 84, GAP = 6, EVENTS = 18;
const KINDS = ["speech", "hold", "silence", "overlap", "ringing", "fault", "raised"];

export class Lanes {
  // root holds two canvases, .overview and .detail, and .playhead; call is what the server says of the call:
  // {duration, legs: [{leg, title}], segments: [{kind, leg, start, end, title}], flags, events}.
  constructor(root, call) {
    this.root = root;
    this.call = call;
    this.detail = root.querySelector(".detail");
    this.overview = root.querySelector(".overview");
    this.head = root.querySelector(".playhead");
    this.tip = root.querySelector(".tip");
    this.t0 = 0;
    this.t1 = call.duration;
    this.now = 0;
    this.selection = null;
    this.current = null;
    this.peaks = {};
    this.onseek = () => {};
    this.onflag = () => {};
    this.onselect = () => {};
    new ResizeObserver(() => this.draw()).observe(root);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
    this.#pointer();
  }

  // Flags that overlap have their marks one below the other.
  get rows() {
    const ends = [];
    this.rowOf = new Map();
    for (const f of [...this.call.flags].sort((a, b) => a.start - b.start)) {
      let row = ends.findIndex((end) => end <= f.start);
      if (row < 0) row = ends.length;
      ends[row] = Math.max(f.end, f.start + (this.t1 - this.t0) / 60);
      this.rowOf.set(f, row);
    }
    return Math.max(1, ends.length);
  }
  get strip() { return Math.min(6, this.rows) * MARK + 6; }
  get height() { return RULER + this.strip + this.call.legs.length * (LANE + GAP) + EVENTS; }

  #x(t) { return (t - this.t0) / (this.t1 - this.t0) * this.width; }
  #t(x) { return this.t0 + x / this.width * (this.t1 - this.t0); }
  #top(i) { return RULER + this.strip + i * (LANE + GAP); }

  // show brings a part of the call into view.
  show(t0, t1) {
    const span = Math.min(this.call.duration, Math.max(2, t1 - t0));
    this.t0 = Math.max(0, Math.min(t0, this.call.duration - span));
    this.t1 = this.t0 + span;
    this.draw();
  }

  zoom(factor, at = this.now) {
    if (at < this.t0 || at > this.t1) at = (this.t0 + this.t1) / 2;
    this.show(at - (at - this.t0) * factor, at + (this.t1 - at) * factor);
  }

  // play moves the line where the sound is, and the view with it.
  play(t, follow) {
    this.now = t;
    if (follow && (t > this.t1 || t < this.t0)) {
      const span = this.t1 - this.t0;
      this.show(t - span * .1, t + span * .9);
    }
    const x = this.#x(t);
    this.head.hidden = x < 0 || x > this.width;
    this.head.style.transform = `translateX(${x}px)`;
  }

  #colours() {
    const probe = this.tip.parentElement.appendChild(document.createElement("i"));
    const read = (name) => {
      probe.style.color = `var(--${name})`;
      return getComputedStyle(probe).color;
    };
    const c = {};
    for (const n of ["text", "muted", "line", "panel", "raised", "wave", "accent", "accent-soft", "bad", "good", "warn", "calm"]) c[n] = read(n);
    for (const k of KINDS) c[k] = read("kind-" + k);
    probe.remove();
    return c;
  }

  #canvas(canvas, height) {
    const ratio = devicePixelRatio || 1;
    canvas.width = Math.round(this.width * ratio);
    canvas.height = Math.round(height * ratio);
    canvas.style.height = height + "px";
    const g = canvas.getContext("2d");
    g.scale(ratio, ratio);
    g.font = "12px " + getComputedStyle(document.documentElement).fontFamily;
    g.textBaseline = "middle";
    return g;
  }

  draw() {
    this.width = this.root.clientWidth;
    if (!this.width) return;
    this.colour = this.#colours();
    this.#drawDetail();
    this.#drawOverview();
    this.play(this.now, false);
  }

  #drawDetail() {
    const g = this.#canvas(this.detail, this.height), c = this.colour;
    this.head.style.height = this.height + "px";
    this.#ruler(g);
    this.call.legs.forEach((leg, i) => {
      const top = this.#top(i);
      g.fillStyle = c.panel;
      g.fillRect(0, top, this.width, LANE);
      this.#regions(g, leg.leg, top);
      this.#wave(g, leg.leg, this.t0, this.t1, top, LANE);
      g.strokeStyle = c.line;
      g.strokeRect(.5, top + .5, this.width - 1, LANE - 1);
      g.fillStyle = c.text;
      const w = g.measureText(leg.title).width + 12;
      g.globalAlpha = .82; g.fillStyle = c.panel; g.fillRect(1, top + 1, w, 18); g.globalAlpha = 1;
      g.fillStyle = c.text; g.fillText(leg.title, 7, top + 10.5);
    });
    this.#marks(g);
    this.#events(g);
    if (this.selection) {
      const [a, b] = this.selection, x = this.#x(a);
      g.globalAlpha = .18; g.fillStyle = c.accent; g.fillRect(x, RULER, this.#x(b) - x, this.height - RULER - EVENTS); g.globalAlpha = 1;
      g.strokeStyle = c.accent; g.strokeRect(x + .5, RULER + .5, this.#x(b) - x, this.height - RULER - EVENTS - 1);
    }
  }

  #ruler(g) {
    const span = this.t1 - this.t0, c = this.colour;
    const step = [.1, .2, .5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800].find((s) => s / span * this.width >= 72) ?? 3600;
    g.strokeStyle = c.line;
    g.fillStyle = c.muted;
    for (let t = Math.ceil(this.t0 / step) * step; t <= this.t1; t += step) {
      const x = Math.round(this.#x(t)) + .5;
      g.beginPath(); g.moveTo(x, 14); g.lineTo(x, RULER); g.stroke();
      const label = clock(t, step < 1);
      if (x + g.measureText(label).width + 6 < this.width) g.fillText(label, x + 4, 10);
    }
  }

  #regions(g, leg, top) {
    for (const s of this.call.segments) {
      if (s.end < this.t0 || s.start > this.t1 || (s.leg && s.leg !== leg)) continue;
      const x = this.#x(s.start);
      g.fillStyle = this.colour[s.kind] ?? this.colour.raised;
      g.fillRect(x, top, Math.max(1, this.#x(s.end) - x), LANE);
    }
  }

  #wave(g, leg, t0, t1, top, height) {
    const p = this.peaks[leg];
    if (!p) return;
    g.fillStyle = this.colour.wave;
    const middle = top + height / 2, scale = (height / 2 - 2) / 127;
    const per = p.perSecond, step = (t1 - t0) / this.width * per;
    for (let x = 0; x < this.width; x++) {
      const from = Math.floor(t0 * per + x * step), to = Math.max(from + 1, Math.floor(t0 * per + (x + 1) * step));
      let lo = 127, hi = -128;
      for (let i = Math.max(0, from); i < to && i < p.count; i++) {
        if (p.data[2 * i] < lo) lo = p.data[2 * i];
        if (p.data[2 * i + 1] > hi) hi = p.data[2 * i + 1];
      }
      if (hi < lo) continue;
      g.fillRect(x, middle - curve(hi) * scale, 1, Math.max(1, (curve(hi) - curve(lo)) * scale));
    }
  }

  #marks(g) {
    const c = this.colour;
    for (const f of this.call.flags) {
      if (f.end < this.t0 || f.start > this.t1) continue;
      const x = this.#x(f.start), y = RULER + 2 + Math.min(5, this.rowOf.get(f)) * MARK, w = Math.max(3, this.#x(f.end) - x), here = f.id === this.current;
      g.fillStyle = f.status === "confirmed" ? c.bad : f.status === "rejected" ? c.calm : f.status === "pending" ? c.accent : c.warn;
      g.globalAlpha = here ? 1 : .7;
      g.fillRect(x, y + 4, w, 4);
      g.beginPath(); g.moveTo(x, y + 11); g.lineTo(x, y); g.lineTo(x + 11, y + 5); g.lineTo(x, y + 9); g.fill();
      g.globalAlpha = 1;
      if (here) {
        g.strokeStyle = c.accent; g.lineWidth = 1.5;
        for (const [i, leg] of this.call.legs.entries()) {
          if (!f.leg || f.leg === leg.leg) g.strokeRect(x, this.#top(i) + 1, w, LANE - 2);
        }
        g.lineWidth = 1;
      }
    }
  }

  #events(g) {
    const c = this.colour, bottom = this.height - EVENTS;
    let free = -1;
    for (const e of this.call.events) {
      if (e.at < this.t0 || e.at > this.t1) continue;
      const x = Math.round(this.#x(e.at)) + .5;
      g.strokeStyle = c.muted;
      g.setLineDash([3, 3]); g.beginPath(); g.moveTo(x, RULER); g.lineTo(x, bottom + 4); g.stroke(); g.setLineDash([]);
      const w = g.measureText(e.title).width, left = Math.min(Math.max(0, x - w / 2), this.width - w);
      if (left > free) { g.fillStyle = c.muted; g.fillText(e.title, left, bottom + 11); free = left + w + 8; }
    }
  }

  #drawOverview() {
    const height = 34, g = this.#canvas(this.overview, height), c = this.colour, all = this.call.duration;
    g.fillStyle = c.panel; g.fillRect(0, 0, this.width, height);
    this.call.legs.forEach((leg, i) => this.#wave(g, leg.leg, 0, all, i * height / this.call.legs.length, height / this.call.legs.length));
    for (const f of this.call.flags) { g.fillStyle = c.bad; g.fillRect(f.start / all * this.width - 1, 0, 2.5, height); }
    const x = this.t0 / all * this.width, w = (this.t1 - this.t0) / all * this.width;
    g.fillStyle = c.accent; g.globalAlpha = .14; g.fillRect(x, 0, w, height); g.globalAlpha = 1;
    g.strokeStyle = c.accent; g.strokeRect(x + .5, .5, w - 1, height - 1);
  }

  #pointer() {
    let down = null;
    const at = (e) => Math.max(0, Math.min(this.call.duration, this.#t(e.offsetX)));
    this.detail.addEventListener("pointerdown", (e) => { down = { t: at(e), x: e.offsetX, y: e.offsetY }; this.detail.setPointerCapture(e.pointerId); });
    this.detail.addEventListener("pointermove", (e) => {
      this.#hint(e);
      if (!down || Math.abs(e.offsetX - down.x) < 4) return;
      this.selection = [Math.min(down.t, at(e)), Math.max(down.t, at(e))];
      this.draw();
    });
    this.detail.addEventListener("pointerup", (e) => {
      if (!down) return;
      const dragged = Math.abs(e.offsetX - down.x) >= 4;
      const flag = !dragged && down.y < RULER + this.strip && this.call.flags.find((f) => Math.abs(down.y - RULER - 8 - this.rowOf.get(f) * MARK) <= MARK / 2 && this.#x(f.start) - 3 <= e.offsetX && e.offsetX <= Math.max(this.#x(f.end), this.#x(f.start) + 12));
      if (dragged) this.onselect(this.selection);
      else if (flag) this.onflag(flag);
      else { this.selection = null; this.onselect(null); this.onseek(down.t); this.draw(); }
      down = null;
    });
    this.detail.addEventListener("pointerleave", () => { this.tip.hidden = true; });
    this.detail.addEventListener("wheel", (e) => {
      const sideways = Math.abs(e.deltaX) > Math.abs(e.deltaY) || e.shiftKey;
      if (!sideways && !e.ctrlKey && !e.metaKey) return; // the page scrolls
      e.preventDefault();
      if (sideways) {
        const by = (e.deltaX || e.deltaY) / this.width * (this.t1 - this.t0);
        this.show(this.t0 + by, this.t1 + by);
      } else this.zoom(Math.exp(e.deltaY / 300), this.#t(e.offsetX));
    }, { passive: false });
    const move = (e) => {
      if (!e.buttons) return;
      const span = this.t1 - this.t0, t = e.offsetX / this.width * this.call.duration;
      this.show(t - span / 2, t + span / 2);
    };
    this.overview.addEventListener("pointerdown", (e) => { this.overview.setPointerCapture(e.pointerId); move(e); });
    this.overview.addEventListener("pointermove", move);
  }

  // #hint says what is under the pointer.
  #hint(e) {
    const t = this.#t(e.offsetX), i = Math.floor((e.offsetY - RULER - this.strip) / (LANE + GAP)), leg = this.call.legs[i];
    const found = [];
    if (e.offsetY < RULER + this.strip) for (const f of this.call.flags) { if (f.start <= t && t <= Math.max(f.end, f.start + (this.t1 - this.t0) / 80)) found.push(f.title); }
    else if (leg) for (const s of this.call.segments) { if (s.start <= t && t <= s.end && (!s.leg || s.leg === leg.leg)) found.push(s.title); }
    this.tip.hidden = !found.length;
    this.tip.textContent = clock(t, true) + "  " + [...new Set(found)].join(" · ");
    this.tip.style.left = Math.min(e.offsetX + 12, this.width - this.tip.offsetWidth - 4) + "px";
    this.tip.style.top = e.offsetY + 50 + "px";
  }
}

// curve lifts quiet speech, so that it is seen: the square root keeps order and sign.
function curve(v) { return Math.sign(v) * Math.sqrt(Math.abs(v) / 127) * 127; }

export function clock(t, tenths) {
  const s = Math.max(0, t), h = Math.floor(s / 3600), m = Math.floor(s / 60) % 60, r = s % 60;
  const seconds = tenths ? r.toFixed(1).padStart(4, "0") : String(Math.floor(r)).padStart(2, "0");
  return h ? `${h}:${String(m).padStart(2, "0")}:${seconds}` : `${m}:${seconds}`;
}
