// Two screens on one clock, whose zero is the chosen event in each of them.

const pairs = new WeakMap();
const SPEEDS = [0.25, 0.5, 1];
const DRIFT_S = 0.06; // beyond this while playing, the right screen is brought back into step

class Pair {
  constructor(parent) {
    this.root = parent.querySelector(".pair");
    this.part = (name) => this.root.querySelector(name);
    this.hosts = [...this.root.querySelectorAll(".screen")];
    this.figures = [...this.root.querySelectorAll("figure")];
    this.speed = 0.5;
    this.fine = 0;
    this.wire();
    onKeys(this.root, (event) => this.key(event));
  }

  wire() {
    const put = (name, paths, act) => { const b = this.part(name); b.append(...paths.map((p) => icon(ICONS[p]))); b.onclick = act; };
    put(".back", ["back"], () => this.step(-1));
    put(".forward", ["forward"], () => this.step(1));
    put(".play", ["play", "pause"], () => this.toggle());
    this.part(".event select").onchange = (event) => { this.event = Number(event.target.value); this.fine = 0; this.align(); };
    this.part(".marks input").onchange = (event) => { this.screens.forEach((s) => s.show(event.target.checked ? "annotated" : "recording")); };
    this.part(".less").onclick = () => this.nudge(-1);
    this.part(".plus").onclick = () => this.nudge(1);
    this.part(".speeds").append(...SPEEDS.map((speed) => {
      const button = el("button", { type: "button" }, `${speed}×`);
      button.setAttribute("role", "radio");
      button.onclick = () => this.setSpeed(speed);
      return button;
    }));
    const line = this.part(".timeline");
    const to = (event) => {
      const box = line.getBoundingClientRect();
      this.seek(this.span[0] + clamp((event.clientX - box.left) / box.width, 0, 1) * (this.span[1] - this.span[0]));
    };
    line.onpointerdown = (event) => { line.setPointerCapture(event.pointerId); this.dragging = true; to(event); };
    line.onpointermove = (event) => { if (this.dragging) to(event); };
    line.onpointerup = line.onpointercancel = () => { this.dragging = false; };
  }

  set(data) {
    const key = JSON.stringify([data.sides.map((side) => side.id), data.events.map((event) => event.times)]);
    const fresh = key !== this.shown;
    this.data = data;
    const { words } = data;
    this.part(".event span").textContent = words.align;
    this.part(".shift .word").textContent = words.shift;
    this.part(".marks span").textContent = words.marks.split(/[（(]/)[0].trim();
    this.part(".speeds").setAttribute("aria-label", words.speed);
    this.part(".timeline").setAttribute("aria-label", words.seek);
    for (const [name, word] of [[".back", "back"], [".forward", "forward"]]) {
      this.part(name).title = words[word];
      this.part(name).setAttribute("aria-label", words[word]);
    }
    this.figures.forEach((figure, i) => { figure.querySelector("figcaption").textContent = data.sides[i].title; });
    if (fresh) {
      this.shown = key;
      this.event = data.chosen;
      this.fine = 0;
      (this.screens || []).forEach((screen) => screen.end());
      this.screens = data.sides.map((side, i) => new Screen(this.hosts[i], side.footage, () => this.tick(i), () => this.draw()));
    }
    this.part(".event select").replaceChildren(...data.events.map((event, i) => el("option", { value: String(i), selected: i === this.event }, event.text)));
    this.setSpeed(this.speed);
    if (fresh) this.align();
    this.draw();
  }

  get zeros() {
    const { times } = this.data.events[this.event];
    return [times[0], times[1] + this.fine];
  }

  align() {
    const [a, b] = this.zeros;
    const [first, second] = this.screens.map((screen) => screen.clock.duration);
    this.span = [Math.min(-a, -b), Math.max(first - a, second - b)];
    this.drawRows();
    this.pause();
    this.seek(0);
  }

  get time() { return this.screens[0].time - this.zeros[0]; }

  seek(time) {
    this.at = clamp(time, ...this.span);
    this.screens.forEach((screen, i) => screen.seekFrame(screen.clock.frameAt(this.at + this.zeros[i] + 1e-3)));
    this.draw();
  }

  step(by) { this.pause(); this.seek((this.at ?? 0) + by / this.screens[0].clock.fps); }

  nudge(by) {
    this.fine += by / this.screens[1].clock.fps;
    const at = this.at ?? 0;
    this.align();
    this.seek(at);
  }

  get playing() { return this.running; }

  toggle() {
    if (this.running) { this.pause(); return; }
    if ((this.at ?? 0) >= this.span[1] - 0.05) this.seek(this.span[0]);
    this.running = true;
    this.started = null;
    this.run();
    this.draw();
  }

  pause() {
    this.running = false;
    this.screens.forEach((screen) => screen.pause());
    this.draw();
  }

  /** One clock drives both: each plays inside its own length and waits outside of it. */
  run(now) {
    if (!this.running || !this.root.isConnected) return;
    if (now && this.started) this.at += ((now - this.started) / 1000) * this.speed;
    if (now) this.started = now;
    this.screens.forEach((screen, i) => {
      const goal = this.at + this.zeros[i];
      const inside = goal >= 0 && goal < screen.clock.duration - 0.02;
      if (!inside) { if (!screen.paused) screen.pause(); return; }
      if (screen.paused) { if (screen.wish === null) screen.seek(goal); screen.play(); }
      else if (screen.wish === null && Math.abs(screen.time - goal) > DRIFT_S + 0.1 * this.speed) screen.seek(goal);
    });
    if (this.at >= this.span[1]) { this.at = this.span[1]; this.pause(); return; }
    this.draw();
    requestAnimationFrame((time) => this.run(time));
  }

  setSpeed(speed) {
    this.speed = speed;
    this.screens?.forEach((screen) => screen.setSpeed(speed));
    [...this.part(".speeds").children].forEach((button, i) => button.setAttribute("aria-checked", String(SPEEDS[i] === speed)));
  }

  tick() { if (!this.running) this.draw(); }

  drawRows() {
    const whole = this.span[1] - this.span[0] || 1;
    [...this.root.querySelectorAll(".row")].forEach((row, i) => {
      row.style.left = `${((-this.zeros[i] - this.span[0]) / whole) * 100}%`;
      row.style.width = `${(this.screens[i].clock.duration / whole) * 100}%`;
    });
    this.part(".zero").style.left = `${(-this.span[0] / whole) * 100}%`;
    this.part(".zero").title = this.data.words.aligned;
  }

  draw() {
    if (!this.screens || !this.span) return;
    const { words } = this.data;
    const at = this.at ?? 0;
    this.part(".clock").textContent = minusText(at);
    this.part(".head").style.left = `${((at - this.span[0]) / (this.span[1] - this.span[0] || 1)) * 100}%`;
    this.part(".timeline").setAttribute("aria-valuenow", at.toFixed(2));
    this.figures.forEach((figure, i) => {
      const screen = this.screens[i];
      figure.querySelector(":scope > output").textContent = `${clockText(screen.clock.start(screen.frame))} · ${words.frame.replace("{k}", screen.frame + 1)}`;
    });
    this.part(".shift output").textContent = minusText(this.fine);
    const play = this.part(".play");
    play.classList.toggle("playing", Boolean(this.running));
    play.title = this.running ? words.pause : words.play;
    play.setAttribute("aria-label", play.title);
  }

  key(event) {
    if (!this.screens) return false;
    const acts = {
      " ": () => this.toggle(), ",": () => this.step(-1), ".": () => this.step(1),
      ArrowLeft: () => { this.pause(); this.seek((this.at ?? 0) - 1); }, ArrowRight: () => { this.pause(); this.seek((this.at ?? 0) + 1); },
      1: () => this.setSpeed(SPEEDS[0]), 2: () => this.setSpeed(SPEEDS[1]), 3: () => this.setSpeed(SPEEDS[2]),
    };
    const act = acts[event.key];
    if (act) act();
    return Boolean(act);
  }
}

function minusText(seconds) {
  const text = Math.abs(seconds).toFixed(2);
  return `${Number(text) === 0 ? "" : seconds < 0 ? "−" : "+"}${text} s`;
}

export default function ({ parentElement, data }) {
  let pair = pairs.get(parentElement);
  if (!pair) { pair = new Pair(parentElement); pairs.set(parentElement, pair); }
  pair.set(data);
}
