// The webcam's live picture with guide lines; takes bursts of stills at full size and sends each with PUT.
const stores = new WeakMap();
const SVG = "http://www.w3.org/2000/svg";
const QUALITY = 0.95;
const GUIDES = {
  person: [
    "M40 6H120M40 84H120M80 2V88",
  ],
  sheet: ["M66 55H94L102 78H58Z", "M80 50V45M77.500 47.500L80 44.500 82.500 47.500", "M53 4V86M107 4V86M4 30H156M4 60H156"],
  board: ["M53 2V88M107 2V88M4 30H156M4 60H156"],
  seat: ["M53 4V86M107 4V86M4 30H156M4 60H156"],
  none: [],
};

const pause = (seconds) => new Promise((done) => setTimeout(done, 1000 * seconds));

function say(store, text, bad = false) {
  const line = store.root.querySelector(".state");
  line.textContent = text;
  line.classList.toggle("bad", bad);
}

function put(store, state) {
  store.frame.dataset.state = state;
}

// Every reason that the browser gives for not showing a camera, in a sentence of the page's words.
function reason(store, error) {
  const { words } = store;
  if (!window.isSecureContext || !navigator.mediaDevices) return words.insecure;
  return words[{ NotAllowedError: "blocked", NotFoundError: "missing", OverconstrainedError: "missing", NotReadableError: "busy" }[error?.name]] || words.unknown;
}

async function switchOn(store, device) {
  put(store, "asking");
  store.root.querySelector(".why").textContent = store.words.asking;
  try {
    stopStream(store);
    const [width, height] = store.size;
    // No cutting by the browser: a camera file must know the format that the camera itself gives.
    const wanted = { width: { ideal: width }, height: { ideal: height }, resizeMode: "none" };
    const video = device ? { ...wanted, deviceId: { exact: device } } : wanted;
    const stream = await navigator.mediaDevices.getUserMedia({ video, audio: false });
    if (store.gone) return stream.getTracks().forEach((track) => track.stop());
    store.stream = stream;
    stream.getVideoTracks()[0].onended = () => trouble(store, { name: "NotReadableError" });
    store.video.srcObject = stream;
    await store.video.play();
    put(store, "live");
    await listDevices(store);
    draw(store);
  } catch (error) {
    trouble(store, error);
  }
}

function trouble(store, error) {
  stopStream(store);
  put(store, "trouble");
  store.root.querySelector(".why").textContent = reason(store, error);
  store.root.querySelector(".on").textContent = store.words.again;
  store.setStateValue("trouble", error?.name || "unknown");
  draw(store);
}

function stopStream(store) {
  store.stream?.getTracks().forEach((track) => { track.onended = null; track.stop(); });
  store.stream = null;
}

async function listDevices(store) {
  const cameras = (await navigator.mediaDevices.enumerateDevices()).filter((one) => one.kind === "videoinput");
  const select = store.root.querySelector(".device select");
  const used = store.stream.getVideoTracks()[0].getSettings().deviceId;
  select.replaceChildren(...cameras.map((one, i) => new Option(one.label || `${store.words.device} ${i + 1}`, one.deviceId, false, one.deviceId === used)));
  store.root.querySelector(".device").hidden = cameras.length < 2;
}

// ---- taking stills

function beep(store, high) {
  try {
    store.audio ??= new AudioContext();
    const [tone, volume] = [store.audio.createOscillator(), store.audio.createGain()];
    tone.frequency.value = high ? 1320 : 880;
    volume.gain.value = 0.08;
    tone.connect(volume).connect(store.audio.destination);
    tone.start();
    tone.stop(store.audio.currentTime + (high ? 0.25 : 0.09));
  } catch { /* no sound device: the digits are enough */ }
}

function speak(store, text) {
  if (!store.spoken || !window.speechSynthesis) return;
  const line = new SpeechSynthesisUtterance(text);
  line.lang = store.language === "zh" ? "zh-CN" : "en-US";
  speechSynthesis.speak(line);
}

function still(store) {
  const { video, canvas } = store;
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  canvas.getContext("2d").drawImage(video, 0, 0);
  return new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
}

function show(store, count, hint) {
  store.root.querySelector(".count").textContent = count;
  store.root.querySelector(".hint").textContent = hint;
}

async function countDown(store, stop, run) {
  speak(store, stop.hint);
  for (let left = store.wait; left > 0 && run.wanted; left -= 1) {
    show(store, String(left), stop.hint);
    if (left <= 3) beep(store, false);
    await pause(1);
  }
}

async function burst(store, stop, run) {
  const stills = [];
  const first = performance.now();
  const step = stop.count > 1 ? stop.span_s / (stop.count - 1) : 0;
  beep(store, true);
  for (let i = 0; i < stop.count && run.wanted; i += 1) {
    const left = first / 1000 + i * step - performance.now() / 1000;
    if (left > 0) await pause(left);
    const taken_s = (performance.now() - first) / 1000;
    show(store, stop.count > 1 ? `${i + 1}/${stop.count}` : "", stop.during || store.words.still);
    stills.push({ blob: await still(store), t: taken_s, width: store.canvas.width, height: store.canvas.height });
    if (i === 0 || step > 0.6) flash(store);
    if (i > 0 && step > 0.6) beep(store, false);
  }
  beep(store, true);
  return stills;
}

function flash(store) {
  const light = store.root.querySelector(".flash");
  light.classList.remove("now");
  void light.offsetWidth;
  light.classList.add("now");
}

async function send(store, stop, stills) {
  const sent = [];
  for (const [i, one] of stills.entries()) {
    say(store, `${store.words.sending} ${i + 1}/${stills.length}`);
    const answer = await fetch(`${store.url}?name=${encodeURIComponent(`${stop.id}-${String(i).padStart(3, "0")}.jpg`)}`, { method: "PUT", body: one.blob });
    const body = await answer.json().catch(() => ({}));
    if (!answer.ok) throw new Error(body[store.language] || store.words.failed);
    sent.push({ number: body.number, t: one.t, width: one.width, height: one.height });
  }
  store.bursts = [...store.bursts, { id: `${Date.now()}-${Math.random().toString(36).slice(2, 8)}`, stop: stop.id, stills: sent }];
  store.done.set(stop.id, URL.createObjectURL(stills[Math.floor(stills.length / 2)].blob));
  store.setStateValue("bursts", store.bursts);
  say(store, "");
}

async function take(store, stops) {
  if (store.run || !stops.length) return;
  const run = { wanted: true };
  store.run = run;
  store.audio ??= window.AudioContext ? new AudioContext() : undefined;
  say(store, "");
  try {
    for (const stop of stops) {
      if (!run.wanted) break;
      store.here = stop.id;
      draw(store);
      await countDown(store, stop, run);
      const stills = run.wanted ? await burst(store, stop, run) : [];
      if (!run.wanted || !stills.length) break;
      show(store, "✓", "");
      await send(store, stop, stills);
    }
  } catch (error) {
    say(store, error.message && !(error instanceof TypeError) ? error.message : store.words.failed, true);
  } finally {
    store.run = null;
    store.here = null;
    show(store, "", "");
    draw(store);
  }
}

// ---- drawing

function drawLines(store) {
  const svg = store.root.querySelector("svg.lines");
  const [width, height] = [store.video.videoWidth || 16, store.video.videoHeight || 9];
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.replaceChildren(...(store.lines || []).map(({ kind, points }) => {
    const line = document.createElementNS(SVG, "polyline");
    line.setAttribute("class", kind);
    line.setAttribute("points", points.map(([x, y]) => `${(x * width).toFixed(1)},${(y * height).toFixed(1)}`).join(" "));
    return line;
  }));
}

function drawGuide(store) {
  const svg = store.root.querySelector("svg.guide");
  const parts = (GUIDES[store.guide] || []).map((path) => {
    const line = document.createElementNS(SVG, "path");
    line.setAttribute("d", path);
    return line;
  });
  for (const { x, y, text } of store.guide === "person" ? [{ x: 41, y: 4.600, text: store.words.head }, { x: 41, y: 88, text: store.words.feet }] : []) {
    const label = document.createElementNS(SVG, "text");
    label.setAttribute("x", x);
    label.setAttribute("y", y);
    label.textContent = text;
    parts.push(label);
  }
  svg.replaceChildren(...parts);
}

function stopRow(store, stop, number) {
  const row = document.createElement("li");
  const done = store.done.has(stop.id) || store.taken.includes(stop.id);
  row.className = `${done ? "done" : ""} ${store.here === stop.id ? "here" : ""}`;
  const mark = Object.assign(document.createElement("span"), { className: "mark", textContent: done ? "✓" : String(number) });
  const text = document.createElement("span");
  text.append(Object.assign(document.createElement("b"), { textContent: stop.title }), Object.assign(document.createElement("small"), { textContent: stop.hint }));
  const act = Object.assign(document.createElement("span"), { className: "act" });
  if (store.done.get(stop.id)) act.append(Object.assign(document.createElement("img"), { src: store.done.get(stop.id), alt: "" }));
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: done ? store.words.retake : store.words.take });
  button.disabled = Boolean(store.run) || !store.stream;
  button.onclick = () => take(store, [stop]);
  button.ariaLabel = `${button.textContent}: ${stop.title}`;
  act.append(button);
  row.append(mark, text, act);
  return row;
}

function drawStart(store) {
  const start = store.root.querySelector(".start");
  const left = store.stops.filter((stop) => !store.done.has(stop.id) && !store.taken.includes(stop.id));
  const todo = left.length ? left : store.stops;
  start.textContent = store.run ? store.words.stop : left.length ? store.words.start : store.words.retake_all;
  start.classList.toggle("primary", !store.run && left.length > 0);
  start.classList.toggle("stop", Boolean(store.run));
  start.disabled = !store.stream;
  start.onclick = () => { if (store.run) store.run.wanted = false; else take(store, todo); };
}

function draw(store) {
  const live = Boolean(store.stream);
  store.frame.toggleAttribute("data-busy", Boolean(store.run));
  store.root.querySelector(".turn").classList.toggle("mirrored", store.mirror);
  const [width, height] = [store.video.videoWidth, store.video.videoHeight];
  if (live && width) {
    store.frame.style.aspectRatio = `${width} / ${height}`;
    store.frame.style.maxWidth = `calc(${width < height ? 62 : 50}vh * ${width / height})`;
  }
  store.root.querySelector(".badge").textContent = live && width ? `${width} × ${height}` : "";
  drawLines(store);
  drawGuide(store);
  store.root.querySelector(".bar").classList.toggle("empty", !live || !store.stops.length);
  store.root.querySelector(".wait").hidden = !store.stops.length || store.wait_choices.length < 2;
  drawStart(store);
  store.root.querySelector(".stops").replaceChildren(...(store.stops.length > 1 ? store.stops.map((stop, i) => stopRow(store, stop, i + 1)) : []));
}

function drawWords(store) {
  const { words, root } = store;
  if (store.frame.dataset.state === "off") root.querySelector(".why").textContent = words.off;
  root.querySelector(".on").textContent = store.frame.dataset.state === "trouble" ? words.again : words.on;
  root.querySelector(".private").textContent = words.private;
  root.querySelector(".wait span").textContent = words.wait;
  root.querySelector(".device span").textContent = words.device;
  const select = root.querySelector(".wait select");
  if (!store.chose) store.wait = store.wait_s;
  select.replaceChildren(...store.wait_choices.map((s) => new Option(`${s} ${words.seconds}`, s, false, s === store.wait)));
  select.onchange = () => { store.wait = Number(select.value); store.chose = true; };
}

async function begin(store) {
  store.root.querySelector(".on").onclick = () => switchOn(store);
  store.root.querySelector(".device select").onchange = (event) => switchOn(store, event.target.value);
  store.video.onresize = () => draw(store);
  if (!window.isSecureContext || !navigator.mediaDevices) return trouble(store, null);
  // Asked once already: no need for another click.
  const state = await navigator.permissions?.query({ name: "camera" }).then((one) => one.state, () => "prompt");
  if (state === "granted" && !store.gone) switchOn(store);
}

export default function (component) {
  const { parentElement, data, setStateValue } = component;
  let store = stores.get(parentElement);
  const fresh = !store;
  if (fresh) {
    store = { root: parentElement, bursts: [], done: new Map(), canvas: document.createElement("canvas"), video: parentElement.querySelector("video") };
    store.frame = parentElement.querySelector(".frame");
    stores.set(parentElement, store);
  }
  Object.assign(store, data, { setStateValue, gone: false });
  for (const id of [...store.done.keys()]) if (!store.taken.includes(id) && !store.run && store.forget) store.done.delete(id);
  drawWords(store);
  draw(store);
  if (fresh) begin(store);
  return () => {
    store.gone = true;
    if (store.run) store.run.wanted = false;
    stopStream(store);
    stores.delete(parentElement);
  };
}
