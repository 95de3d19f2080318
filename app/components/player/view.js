// The review of a take: video with its timeline, courses and checks. Python hears of it only when a trainer acts.

const players = new WeakMap();
const SPEEDS = [0.25, 0.5, 1];

class Player {
  constructor(parent) {
    this.root = parent.querySelector(".review");
    this.part = (name) => this.root.querySelector(name);
    this.side = new Side(this.part(".tabs"), this.part(".panel"), { jump: (...where) => this.jump(...where), ask: (what) => this.ask(what) });
    this.chart = new Chart(this.part(".chart"), (time) => this.screen?.seek(time));
    this.part(".reading-place").append(this.chart.value);
    this.zoomed = false;
    this.speed = 1;
    this.wireControls();
    this.wireTimeline();
    onKeys(this.root, (event) => this.key(event));
  }

  wireControls() {
    const put = (name, paths, act) => { const b = this.part(name); b.append(...paths.map((p) => icon(ICONS[p]))); b.onclick = act; return b; };
    put(".back", ["back"], () => this.screen.step(-1));
    put(".forward", ["forward"], () => this.screen.step(1));
    put(".play", ["play", "pause"], () => this.toggle());
    put(".full", ["full"], () => this.full());
    put(".say", ["comment"], () => this.comment()).append(el("span", {}));
    this.marks = this.part(".marks input");
    this.marks.onchange = () => { this.screen.show(this.marks.checked ? "annotated" : "recording"); this.drawTime(); };
    this.part(".speeds").append(...SPEEDS.map((speed) => {
      const button = el("button", { type: "button" }, `${speed}×`);
      button.setAttribute("role", "radio");
      button.onclick = () => this.setSpeed(speed);
      return button;
    }));
    this.part("select").onchange = (event) => { this.wanted = event.target.value; this.drawChart(); };
    this.part(".screen").onclick = () => this.toggle();
  }

  wireTimeline() {
    const line = this.part(".timeline");
    const to = (event) => {
      const box = line.getBoundingClientRect();
      this.screen.seek(clamp((event.clientX - box.left) / box.width, 0, 1) * this.clock.duration);
    };
    line.onpointerdown = (event) => { line.setPointerCapture(event.pointerId); this.dragging = true; to(event); };
    line.onpointermove = (event) => { if (this.dragging) to(event); };
    line.onpointerup = line.onpointercancel = () => { this.dragging = false; };
  }

  get clock() { return this.screen.clock; }

  set(data, send) {
    this.send = send;
    const fresh = this.data?.id !== data.id || this.data.footage.recording !== data.footage.recording;
    this.data = data;
    if (fresh) this.begin(data);
    this.drawWords();
    this.drawTimeline();
    this.side.set(data);
    this.drawChoices();
    this.drawChart();
    this.drawTime();
  }

  begin({ footage }) {
    this.screen?.end();
    this.part(".trouble").hidden = true;
    this.broken = new Set();
    this.screen = new Screen(this.part(".screen"), footage, () => this.drawTime(), (name) => this.trouble(name));
    this.screen.setSpeed(this.speed);
    this.marks.checked = this.screen.shown === "annotated";
    this.part(".marks").hidden = !(footage.recording && footage.annotated);
    this.root.classList.toggle("still", footage.still);
    if (!this.screen.video) this.trouble("recording");
    this.side.open = null;
    this.followed = null;
    this.wanted = null;
  }

  trouble(name) {
    this.broken.add(name);
    const { footage, words } = this.data;
    const dead = ["recording", "annotated"].every((one) => !footage[one] || this.broken.has(one));
    const note = this.part(".trouble");
    note.hidden = !dead && name !== "recording";
    note.textContent = dead ? words.no_video : words.unplayable;
    this.part(".marks").hidden = true;
    this.marks.checked = this.screen?.shown === "annotated";
  }

  drawWords() {
    const { words } = this.data;
    for (const [name, word] of [[".back", "back"], [".forward", "forward"], [".full", "full"], [".say", "comment_here"]]) {
      this.part(name).title = words[word];
      this.part(name).setAttribute("aria-label", words[word]);
    }
    this.part(".say span:last-child").textContent = words.comment;
    this.part(".say").hidden = this.data.locked;
    this.part(".marks span").textContent = words.marks.split(/[（(]/)[0].trim();
    this.part(".marks").title = words.marks;
    this.part(".speeds").setAttribute("aria-label", words.speed);
    this.part(".timeline").setAttribute("aria-label", words.seek);
    this.part(".timeline").title = words.keys;
    this.part("select").setAttribute("aria-label", words.chart);
    const zoom = ["whole", "drill"].map((name) => {
      const button = el("button", { type: "button" }, words[name]);
      button.setAttribute("role", "radio");
      button.setAttribute("aria-checked", String(this.zoomed === (name === "drill")));
      button.onclick = () => { this.zoomed = name === "drill"; this.drawWords(); this.drawChart(); };
      return button;
    });
    this.part(".zoom").replaceChildren(...zoom);
    this.part(".zoom").hidden = this.data.segments.length === 0;
    this.drawSpeed();
  }

  drawSpeed() {
    [...this.part(".speeds").children].forEach((button, i) => button.setAttribute("aria-checked", String(SPEEDS[i] === this.speed)));
  }

  share(time) { return `${clamp(time / (this.clock.duration || 1), 0, 1) * 100}%`; }

  drawTimeline() {
    const { segments, comments, words, verdicts } = this.data;
    const blocks = segments.map((segment, number) => {
      const total = Object.values(segment.counts).reduce((sum, n) => sum + n, 0) || 1;
      const bars = Object.keys(verdicts).filter((name) => segment.counts[name])
        .map((name) => el("i", { class: name, style: `flex-grow: ${segment.counts[name] / total}` }));
      const block = el("div", { class: `drill ${segment.verdict}` }, el("span", {}, `${verdicts[segment.verdict].symbol} ${segment.drill}`), el("div", { class: "bars" }, ...bars));
      block.classList.toggle("narrow", segment.end - segment.start < 0.05 * this.clock.duration);
      block.style.left = this.share(segment.start);
      block.style.width = `calc(${this.share(segment.end)} - ${this.share(segment.start)})`;
      block.title = `${segment.drill} ${clockText(segment.start)}–${clockText(segment.end)}`;
      if (segment.hold) {
        const length = Math.max(segment.end - segment.start, 1e-6);
        const hold = el("div", { class: "hold", title: `${words.hold} ${clockText(segment.hold[0])}–${clockText(segment.hold[1])}` });
        hold.style.left = `${((segment.hold[0] - segment.start) / length) * 100}%`;
        hold.style.width = `${((segment.hold[1] - segment.hold[0]) / length) * 100}%`;
        block.prepend(hold);
      }
      block.dataset.segment = number;
      return block;
    });
    this.part(".track").replaceChildren(...blocks);
    this.part(".dots").replaceChildren(...comments.map((comment) => {
      const dot = el("button", { type: "button", title: `${comment.moment} ${comment.text}`, ariaLabel: `${comment.moment} ${comment.text}` });
      dot.style.left = this.share(comment.time);
      dot.onpointerdown = (event) => event.stopPropagation();
      dot.onclick = () => this.screen.seek(comment.time);
      return dot;
    }));
    this.part(".timeline").setAttribute("aria-valuemax", this.clock.duration.toFixed(2));
  }

  drawChoices() {
    const { courses } = this.data.charts;
    const known = courses.some((course) => course.name === this.wanted);
    if (!known) this.wanted = (courses.find((course) => course.judged) || courses[0])?.name ?? null;
    this.part("select").replaceChildren(...courses.map((course) => el("option", { value: course.name, selected: course.name === this.wanted }, course.label)));
    this.part(".course").hidden = this.data.footage.still;
    this.part(".course").classList.toggle("empty", courses.length === 0);
    this.part(".chart").dataset.empty = this.data.words.no_chart;
  }

  here() {
    const { segments } = this.data;
    const time = this.screen.time;
    const inside = segments.findIndex((segment) => segment.start <= time && time <= segment.end);
    if (inside >= 0) return inside;
    const next = segments.findIndex((segment) => segment.start > time);
    return next >= 0 ? next : segments.length - 1;
  }

  drawChart() {
    const { charts, segments } = this.data;
    const course = charts.courses.find((one) => one.name === this.wanted);
    if (!course) return;
    this.drill = this.here();
    const segment = segments[this.drill];
    const air = segment ? Math.max(0.3, (segment.end - segment.start) * 0.1) : 0;
    const span = this.zoomed && segment ? [Math.max(0, segment.start - air), Math.min(this.clock.duration, segment.end + air)] : [0, this.clock.duration || 1];
    const holds = segments.filter((one) => one.hold).map((one) => one.hold);
    this.chart.set(charts.t, course, span, holds);
    this.part("select").value = this.wanted;
  }

  drawTime() {
    if (!this.screen || !this.data) return;
    const { words } = this.data;
    const time = this.screen.time;
    const frame = this.screen.frame;
    const shown = this.clock.start(frame);
    const text = words.frame.replace("{k}", frame + 1);
    this.part(".clock").replaceChildren(el("b", {}, clockText(shown)), el("span", {}, ` / ${clockText(this.clock.duration)}`), el("i", {}, text));
    const play = this.part(".play");
    const label = this.screen.paused ? words.play : words.pause;
    play.classList.toggle("playing", !this.screen.paused);
    if (play.title !== label) { play.title = label; play.setAttribute("aria-label", label); }
    this.part(".head").style.left = this.share(time);
    const line = this.part(".timeline");
    line.setAttribute("aria-valuenow", shown.toFixed(2));
    line.setAttribute("aria-valuetext", clockText(shown));
    if (this.zoomed && this.here() !== this.drill) this.drawChart();
    else this.chart.at(time);
    this.follow(shown);
    for (const block of this.part(".track").children) {
      const segment = this.data.segments[Number(block.dataset.segment)];
      block.classList.toggle("here", segment.start <= shown && shown <= segment.end);
    }
  }

  /** The list goes along with the drill on the screen, unless somebody is reading in it. */
  follow(time) {
    const at = this.data.segments.findIndex((segment) => segment.start <= time && time <= segment.end);
    if (at === this.followed || at < 0) return;
    this.followed = at;
    this.side.mark(at, !this.part(".side").matches(":hover, :focus-within"));
  }

  toggle() { if (this.screen.paused) this.screen.play(); else this.screen.pause(); this.drawTime(); }

  setSpeed(speed) { this.speed = speed; this.screen.setSpeed(speed); this.drawSpeed(); }

  full() {
    if (document.fullscreenElement) document.exitFullscreen();
    else this.part(".stage").requestFullscreen?.().catch(() => {});
  }

  jump(time, measurement) {
    if (time !== null && time !== undefined) { this.screen.pause(); this.screen.seekFrame(this.clock.frameAt(time)); }
    if (measurement && this.data.charts.courses.some((course) => course.name === measurement)) { this.wanted = measurement; this.drawChart(); }
  }

  comment() { this.screen.pause(); this.ask({ kind: "comment", time_s: Number(this.clock.start(this.screen.frame).toFixed(3)) }); }

  ask(what) { this.send("ask", { ...what, take: this.data.id }); }

  key(event) {
    if (!this.screen) return false;
    const acts = {
      " ": () => this.toggle(), ",": () => this.screen.step(-1), ".": () => this.screen.step(1),
      ArrowLeft: () => this.screen.seek(this.screen.time - (event.shiftKey ? 5 : 1)),
      ArrowRight: () => this.screen.seek(this.screen.time + (event.shiftKey ? 5 : 1)),
      Home: () => this.screen.seekFrame(0), End: () => this.screen.seekFrame(this.clock.count - 1),
      1: () => this.setSpeed(SPEEDS[0]), 2: () => this.setSpeed(SPEEDS[1]), 3: () => this.setSpeed(SPEEDS[2]),
      o: () => { if (!this.part(".marks").hidden) this.marks.click(); }, f: () => this.full(),
      c: () => { if (!this.data.locked) this.comment(); },
    };
    const act = acts[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (act) act();
    return Boolean(act);
  }
}

export default function ({ parentElement, data, setTriggerValue }) {
  let player = players.get(parentElement);
  if (!player) { player = new Player(parentElement); players.set(parentElement, player); }
  player.set(data, setTriggerValue);
}
