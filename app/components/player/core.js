// Shared by the player and the side-by-side view: frame times, and a screen whose two videos show the same moments.

function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (name === "class") node.className = value;
    else if (name in node && name !== "list") node[name] = value;
    else node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

function icon(path) {
  const span = el("span", { class: "icon", ariaHidden: "true" });
  span.innerHTML = `<svg viewBox="0 0 24 24"><path d="${path}"/></svg>`;
  return span;
}

const ICONS = {
  play: "M8 5.5v13l10.5-6.5z", pause: "M7 5h3.5v14H7zM13.5 5H17v14h-3.5z",
  back: "M6 5h2v14H6zM19 5.5v13L9.5 12z", forward: "M16 5h2v14h-2zM5 5.5v13L14.5 12z",
  full: "M4 4h6v2H6v4H4zM14 4h6v6h-2V6h-4zM4 14h2v4h4v2H4zM18 14h2v6h-6v-2h4z",
  comment: "M4 4.5h16v11.5h-9L6.5 20v-4H4zM6 6.5V14h2.5v1.700L10.300 14H18V6.5z",
};

const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

function clockText(seconds, fine = true) {
  const at = Math.max(0, seconds);
  const minutes = Math.floor(at / 60);
  const rest = (at - 60 * minutes).toFixed(fine ? 2 : 0).padStart(fine ? 5 : 2, "0");
  return `${minutes}:${rest}`;
}

/** When each frame of a video is shown. */
class Clock {
  constructor({ fps, count, times, duration }) {
    this.fps = fps;
    this.count = Math.max(1, count);
    this.times = times ? times.map((ms) => ms / 1000) : null;
    this.duration = Math.max(duration || 0, this.start(this.count - 1));
  }

  start(frame) { return this.times ? this.times[frame] : frame / this.fps; }

  /** The frame on the screen at a time. */
  frameAt(time) {
    if (!this.times) return clamp(Math.floor(time * this.fps + 1e-3), 0, this.count - 1);
    let [low, high] = [0, this.count - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.times[middle] <= time + 1e-4) low = middle; else high = middle - 1;
    }
    return low;
  }

  /** A time well inside a frame, so that rounding never shows its neighbour. */
  inside(frame) {
    const end = frame + 1 < this.count ? this.start(frame + 1) : this.start(frame) + 1 / this.fps;
    return (this.start(frame) + end) / 2;
  }
}

/** Two videos of the same moments in one place: the recording and the annotated one. Only the shown one plays. */
class Screen {
  constructor(host, footage, onTime, onTrouble) {
    this.clock = new Clock(footage);
    this.still = footage.still;
    this.onTime = onTime;
    this.wish = null;
    this.videos = {};
    this.offsets = { recording: footage.offset || 0, annotated: 0 };
    host.replaceChildren();
    host.style.aspectRatio = `${footage.size[0]} / ${footage.size[1]}`;
    for (const name of ["recording", "annotated"]) {
      const url = footage[name];
      if (!url) continue;
      this.videos[name] = this.still && name === "recording"
        ? el("img", { src: url, alt: "" })
        : el("video", { src: url, preload: name === "annotated" || !footage.annotated ? "auto" : "metadata", playsInline: true, disablePictureInPicture: true });
      const video = this.videos[name];
      video.className = name;
      video.onerror = () => { this.drop(name); onTrouble(name); };
      host.append(video);
      for (const event of ["seeked", "timeupdate", "pause", "play", "loadedmetadata", "ended"]) {
        video.addEventListener(event, () => { if (this.videos[this.shown] === video) this.changed(event); });
      }
    }
    this.speed = 1;
    this.shown = null;
    this.show(this.videos.annotated ? "annotated" : "recording");
  }

  get video() { return this.videos[this.shown]; }
  get moves() { return this.video instanceof HTMLVideoElement; }
  get paused() { return !this.moves || this.video.paused; }
  get time() {
    if (this.wish !== null) return this.wish;
    return this.moves ? Math.max(0, this.video.currentTime - this.offsets[this.shown]) : 0;
  }
  get frame() { return this.clock.frameAt(this.time); }

  changed(event) {
    if (event === "loadedmetadata" && this.wish !== null) this.move();
    if (event === "seeked") {
      if (this.wish !== null && this.wish !== this.asked) { this.move(); return; }
      this.wish = null;
    }
    if (event === "play") this.follow();
    this.onTime();
  }

  follow() {
    if (this.paused) return;
    this.onTime();
    requestAnimationFrame(() => this.follow());
  }

  move() {
    this.asked = this.wish;
    this.video.currentTime = this.wish + this.offsets[this.shown];
  }

  /** Go to a time; while a jump is under way the last wish counts. */
  seek(time) {
    if (!this.moves) return;
    const goal = clamp(time, 0, this.clock.inside(this.clock.count - 1));
    const busy = this.wish !== null && this.video.seeking;
    this.wish = goal;
    if (!busy) this.move();
    this.onTime();
  }

  seekFrame(frame) { this.seek(this.clock.inside(clamp(frame, 0, this.clock.count - 1))); }

  step(by) { this.pause(); this.seekFrame(this.frame + by); }

  play() {
    if (!this.moves) return;
    if (this.time >= this.clock.start(this.clock.count - 1) - 1e-3) this.seek(0);
    this.video.playbackRate = this.speed;
    this.video.play().catch(() => {});
  }

  pause() { if (this.moves) this.video.pause(); }

  setSpeed(speed) {
    this.speed = speed;
    for (const video of Object.values(this.videos)) if (video instanceof HTMLVideoElement) video.playbackRate = speed;
  }

  /** Show the other video at the same moment. */
  show(name) {
    if (!this.videos[name] || name === this.shown) return;
    const [playing, frame] = [this.shown !== null && !this.paused, this.shown === null ? 0 : this.frame];
    const began = this.shown !== null;
    this.pause();
    this.shown = name;
    for (const [other, video] of Object.entries(this.videos)) video.classList.toggle("shown", other === name);
    if (!this.moves || !began) return;
    this.wish = null;
    this.video.playbackRate = this.speed;
    this.seekFrame(frame);
    if (playing) this.video.play().catch(() => {});
  }

  drop(name) {
    this.videos[name]?.remove();
    delete this.videos[name];
    if (this.shown === name) {
      this.shown = null;
      const left = Object.keys(this.videos)[0];
      if (left) this.show(left);
    }
  }

  end() {
    for (const video of Object.values(this.videos)) {
      if (video instanceof HTMLVideoElement) { video.pause(); video.removeAttribute("src"); video.load(); }
    }
  }
}

/** Keys go to the component that was drawn last, unless somebody is writing or a dialog is open. */
function onKeys(root, act) {
  root.addEventListener("change", () => root.focus({ preventScroll: true }));
  root.addEventListener("click", (event) => { // after a click by pointer, space plays instead of pressing that button again
    if (event.detail > 0 && event.target.closest("button, label")) root.focus({ preventScroll: true });
  });
  const listen = (event) => {
    if (!root.isConnected) { document.removeEventListener("keydown", listen); return; }
    const at = event.composedPath()[0];
    const writes = at instanceof HTMLElement && (at.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName));
    const pressed = at instanceof HTMLElement && at.tagName === "BUTTON" && (event.key === " " || event.key === "Enter");
    const chosen = at instanceof HTMLElement && at.closest("[role=radiogroup], [role=tablist], [role=listbox]") && event.key.startsWith("Arrow");
    if (writes || pressed || chosen || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("[role=dialog]")) return;
    if (act(event)) event.preventDefault();
  };
  document.addEventListener("keydown", listen);
}
