// A course over time: accepted bands, the ribbon of uncertainty, a cursor that follows the video.

const PLOT = { left: 44, right: 10, top: 10, bottom: 22 };

function niceStep(span, about) {
  const rough = Math.max(span, 1e-9) / about;
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * [1, 2, 5, 10].find((factor) => power * factor >= rough * 0.999);
}

function minus(text) { return String(text).replace("-", "−"); }

class Chart {
  constructor(host, onPick) {
    this.host = host;
    this.onPick = onPick;
    this.value = el("div", { class: "reading" });
    this.picture = el("div", { class: "plot" });
    host.replaceChildren(this.picture, this.value);
    this.picture.onpointerdown = (event) => {
      this.picture.setPointerCapture(event.pointerId);
      this.dragging = true;
      this.pick(event);
    };
    this.picture.onpointermove = (event) => { if (this.dragging) this.pick(event); };
    this.picture.onpointerup = this.picture.onpointercancel = () => { this.dragging = false; };
    new ResizeObserver(() => this.draw()).observe(this.picture);
  }

  pick(event) {
    if (!this.course) return;
    const box = this.picture.getBoundingClientRect();
    const share = clamp((event.clientX - box.left - PLOT.left) / (box.width - PLOT.left - PLOT.right), 0, 1);
    this.onPick(this.span[0] + share * (this.span[1] - this.span[0]));
  }

  /** times (B,) s; a course as `app.presenter.review_charts` makes it; span [from, to] s. */
  set(times, course, span, holds) {
    Object.assign(this, { times, course, span, holds });
    this.draw();
  }

  range(from, to) {
    const { course } = this;
    const high = course.high || course.low;
    const ends = [];
    for (let i = from; i <= to; i += 1) {
      if (course.low[i] === null) continue;
      const u = course.u[i] || 0;
      ends.push(course.low[i] - u, high[i] + u);
    }
    for (const band of course.bands) {
      if (band.end < this.span[0] || band.start > this.span[1]) continue;
      for (const end of [band.low, band.high]) if (end !== null) ends.push(end);
    }
    if (!ends.length) return [0, 1];
    const [low, top] = [Math.min(...ends), Math.max(...ends)];
    const air = Math.max((top - low) * 0.08, Math.abs(top) * 0.02, 1e-6);
    return [low - air, top + air];
  }

  draw() {
    const { course, times, span } = this;
    const width = this.picture.clientWidth;
    const height = this.picture.clientHeight;
    if (!course || width < 80 || height < 40) { this.picture.innerHTML = ""; this.cursor = null; return; }
    let from = times.findIndex((t) => t >= span[0]);
    let to = times.length - 1;
    while (to > 0 && times[to] > span[1]) to -= 1;
    from = Math.max(0, from - 1);
    to = Math.min(times.length - 1, to + 1);
    const [low, high] = this.range(from, to);
    const inner = [width - PLOT.left - PLOT.right, height - PLOT.top - PLOT.bottom];
    this.x = (t) => PLOT.left + clamp((t - span[0]) / (span[1] - span[0]), 0, 1) * inner[0];
    const y = (v) => PLOT.top + clamp((high - v) / (high - low), 0, 1) * inner[1];
    const parts = [`<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" aria-hidden="true">`];
    parts.push(...this.bandParts(y, low, high, inner[1]), ...this.axisParts(y, low, high, width, height, course.unit));
    parts.push(`<clipPath id="in"><rect x="${PLOT.left}" y="0" width="${inner[0]}" height="${height}"/></clipPath><g clip-path="url(#in)">`);
    parts.push(...this.runs(from, to).map(([a, b]) => this.runPart(a, b, y)), "</g>");
    parts.push(`<g class="cursor"><line y1="${PLOT.top - 4}" y2="${height - PLOT.bottom}"/><circle r="4.5" cy="-20"/></g></svg>`);
    this.picture.innerHTML = parts.join("");
    this.cursor = this.picture.querySelector(".cursor");
    this.y = y;
    this.at(this.time ?? span[0]);
  }

  bandParts(y, low, high, inner) {
    const parts = [];
    for (const [start, end] of this.holds) {
      const [a, b] = [this.x(start), this.x(end)];
      if (b > a) parts.push(`<rect class="hold" x="${a}" y="${PLOT.top}" width="${b - a}" height="${inner}"/>`);
    }
    for (const band of this.course.bands) {
      const [a, b] = [this.x(band.start), this.x(band.end)];
      if (b <= a) continue;
      const [top, bottom] = [y(band.high ?? high), y(band.low ?? low)];
      parts.push(`<rect class="ok" x="${a}" y="${top}" width="${b - a}" height="${Math.max(0, bottom - top)}"/>`);
      for (const end of [band.low, band.high]) {
        if (end !== null) parts.push(`<line class="limit" x1="${a}" x2="${b}" y1="${y(end)}" y2="${y(end)}"/>`);
      }
    }
    return parts;
  }

  axisParts(y, low, high, width, height, unit) {
    const parts = [];
    const rise = niceStep(high - low, Math.max(3, Math.round(height / 38)));
    for (let v = Math.ceil(low / rise) * rise; v <= high; v += rise) {
      parts.push(`<line class="grid" x1="${PLOT.left}" x2="${width - PLOT.right}" y1="${y(v)}" y2="${y(v)}"/>`,
        `<text x="${PLOT.left - 6}" y="${y(v) + 4}" text-anchor="end">${minus(Number(v.toFixed(6)))}${unit === "°" || unit === "%" ? unit : ""}</text>`);
    }
    const [start, end] = this.span;
    const stride = niceStep(end - start, Math.max(2, Math.round(width / 90)));
    for (let t = Math.ceil(start / stride - 1e-6) * stride; t <= end + 1e-9; t += stride) {
      const text = end > 90 ? clockText(t, false) : `${Number(t.toFixed(3))} s`;
      const anchor = this.x(t) > width - 24 ? "end" : "middle";
      parts.push(`<text x="${this.x(t)}" y="${height - 6}" text-anchor="${anchor}">${text}</text>`);
    }
    return parts;
  }

  runs(from, to) {
    const found = [];
    let start = null;
    for (let i = from; i <= to + 1; i += 1) {
      const there = i <= to && this.course.low[i] !== null;
      if (there && start === null) start = i;
      if (!there && start !== null) { found.push([start, i - 1]); start = null; }
    }
    return found;
  }

  runPart(a, b, y) {
    const { course, times } = this;
    const high = course.high || course.low;
    const over = [], under = [], top = [], bottom = [], line = [];
    for (let i = a; i <= b; i += 1) {
      const x = this.x2(times[i]).toFixed(1);
      const u = course.u[i] || 0;
      over.push(`${x},${y(high[i] + u).toFixed(1)}`);
      under.push(`${x},${y(course.low[i] - u).toFixed(1)}`);
      top.push(`${x},${y(high[i]).toFixed(1)}`);
      bottom.push(`${x},${y(course.low[i]).toFixed(1)}`);
      line.push(`${x},${y((course.low[i] + high[i]) / 2).toFixed(1)}`);
    }
    const between = course.high ? `<polygon class="between" points="${top.join(" ")} ${bottom.reverse().join(" ")}"/>` : "";
    return `<polygon class="ribbon" points="${over.join(" ")} ${under.reverse().join(" ")}"/>${between}<polyline class="line" points="${line.join(" ")}"/>`;
  }

  /** Like x, beyond the ends too: lines leave the picture instead of bending at its edge. */
  x2(t) {
    const inner = this.picture.clientWidth - PLOT.left - PLOT.right;
    return PLOT.left + (t - this.span[0]) / (this.span[1] - this.span[0]) * inner;
  }

  /** Value and u at a time, between samples; null where nothing was measured. */
  reading(time) {
    const { times, course } = this;
    let i = times.findIndex((t) => t >= time);
    if (i < 0) i = times.length - 1;
    const before = Math.max(0, i - 1);
    const nearest = time - times[before] < times[i] - time ? before : i;
    if (course.low[nearest] === null) return null;
    const high = course.high || course.low;
    return { value: (course.low[nearest] + high[nearest]) / 2, u: course.u[nearest] };
  }

  at(time) {
    this.time = time;
    if (!this.course || !this.cursor) { this.value.textContent = ""; return; }
    const out = time < this.span[0] - 1e-3 || time > this.span[1] + 1e-3;
    this.cursor.style.display = out ? "none" : "";
    const x = this.x(time);
    this.cursor.children[0].setAttribute("x1", x);
    this.cursor.children[0].setAttribute("x2", x);
    const here = this.reading(time);
    const dot = this.cursor.children[1];
    dot.style.display = here ? "" : "none";
    if (here) { dot.setAttribute("cx", x); dot.setAttribute("cy", this.y(here.value)); }
    const { unit } = this.course;
    const sign = unit === "°" || unit === "%" ? unit : unit ? ` ${unit}` : "";
    const places = unit === "" || unit === "s" ? 2 : 1;
    this.value.textContent = here ? minus(`${here.value.toFixed(places)} ± ${(here.u || 0).toFixed(places)}${sign}`) : "–";
  }
}
