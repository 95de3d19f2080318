// Points in a picture: click or tap to set, drag or arrow keys to move, a lens to see where.
const stores = new WeakMap();
const SVG = "http://www.w3.org/2000/svg";
const ZOOM = 4; // of the picture's own pixels
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

const clamp = (value, most) => Math.min(Math.max(value, 0), most);

function tell(store) {
  clearTimeout(store.later);
  const points = store.points.map(([x, y]) => [Math.round(x * 10) / 10, Math.round(y * 10) / 10]);
  store.setStateValue("points", points);
}

function tellLater(store) {
  clearTimeout(store.later);
  store.later = setTimeout(() => tell(store), 400);
}

function place(store, event) {
  const box = store.frame.getBoundingClientRect();
  return [clamp((event.clientX - box.left) / box.width, 1) * store.width, clamp((event.clientY - box.top) / box.height, 1) * store.height];
}

function lens(store, index) {
  const glass = store.root.querySelector(".lens");
  glass.classList.toggle("on", index !== null);
  if (index === null) return;
  const [x, y] = store.points[index];
  const size = glass.clientWidth;
  glass.classList.toggle("left", x > store.width / 2);
  glass.classList.toggle("right", x <= store.width / 2);
  glass.style.backgroundImage = `url("${store.image}")`;
  glass.style.backgroundSize = `${store.width * ZOOM}px ${store.height * ZOOM}px`;
  glass.style.backgroundPosition = `${size / 2 - x * ZOOM}px ${size / 2 - y * ZOOM}px`;
}

function move(store, index, point) {
  store.points[index] = [clamp(point[0], store.width), clamp(point[1], store.height)];
  store.points.forEach((_, i) => drawPoint(store, i));
  drawShape(store);
  lens(store, index);
}

// A click beside a point that is not meant for it sets the next one: corners may lie close together.
function beside(store, index, event) {
  if (store.points.length >= store.names.length) return false;
  const box = store.frame.getBoundingClientRect();
  const [x, y] = store.points[index];
  const off = Math.hypot(event.clientX - box.left - (x / store.width) * box.width, event.clientY - box.top - (y / store.height) * box.height);
  return off > (event.pointerType === "touch" ? 20 : 9);
}

function hold(store, index, handle, event) {
  event.preventDefault();
  event.stopPropagation();
  handle.focus({ preventScroll: true });
  handle.classList.add("held");
  handle.setPointerCapture(event.pointerId);
  const [x, y] = place(store, event);
  const off = [store.points[index][0] - x, store.points[index][1] - y];
  lens(store, index);
  handle.onpointermove = (moved) => {
    const [nx, ny] = place(store, moved);
    move(store, index, [nx + off[0], ny + off[1]]);
  };
  handle.onpointerup = handle.onpointercancel = () => {
    handle.onpointermove = handle.onpointerup = handle.onpointercancel = null;
    handle.classList.remove("held");
    tell(store);
  };
}

function keys(store, index, event) {
  const step = ARROWS[event.key];
  if (step) {
    const far = event.shiftKey ? 10 : 1;
    move(store, index, [store.points[index][0] + far * step[0], store.points[index][1] + far * step[1]]);
    tellLater(store);
  } else if (event.key === "Delete" || event.key === "Backspace") {
    undo(store);
  } else return;
  event.preventDefault();
  event.stopPropagation();
}

function add(store, point) {
  if (store.points.length >= store.names.length) return;
  store.points.push(point);
  draw(store);
  store.root.querySelectorAll(".handle")[store.points.length - 1].focus({ preventScroll: true });
  lens(store, store.points.length - 1);
  tell(store);
}

function undo(store) {
  store.points.pop();
  draw(store);
  store.frame.focus({ preventScroll: true });
  tell(store);
}

function drawPoint(store, index) {
  const handle = store.root.querySelectorAll(".handle")[index];
  const [x, y] = store.points[index];
  handle.style.left = `${(100 * x) / store.width}%`;
  handle.style.top = `${(100 * y) / store.height}%`;
  // The number stands outside the outline, off its neighbours.
  const middle = [0, 1].map((axis) => store.points.reduce((sum, point) => sum + point[axis], 0) / store.points.length);
  const away = Math.hypot(x - middle[0], y - middle[1]);
  const [dx, dy] = away > 1 ? [(x - middle[0]) / away, (y - middle[1]) / away] : [0.7, -0.7];
  handle.firstChild.style.transform = `translate(calc(-50% + ${(dx * 1.35).toFixed(2)}rem), calc(-50% + ${(dy * 1.35).toFixed(2)}rem))`;
  handle.ariaLabel = `${store.names[index]}: ${Math.round(x)}, ${Math.round(y)}`;
}

function drawHandles(store) {
  const handles = store.points.map((_, index) => {
    const handle = Object.assign(document.createElement("button"), { type: "button", className: "handle" });
    handle.append(Object.assign(document.createElement("span"), { textContent: String(index + 1) }));
    handle.onpointerdown = (event) => { if (!beside(store, index, event)) hold(store, index, handle, event); };
    handle.onkeydown = (event) => keys(store, index, event);
    handle.onfocus = () => lens(store, index);
    handle.onblur = () => lens(store, null);
    return handle;
  });
  store.root.querySelector(".handles").replaceChildren(...handles);
  store.points.forEach((_, index) => drawPoint(store, index));
}

function shape(name, points, kind = "") {
  const line = document.createElementNS(SVG, name);
  line.setAttribute("points", points.map((point) => point.join(",")).join(" "));
  line.setAttribute("class", kind);
  return line;
}

function drawShape(store) {
  const svg = store.frame.querySelector("svg");
  svg.setAttribute("viewBox", `0 0 ${store.width} ${store.height}`);
  const extra = (store.lines || []).map(({ kind, points }) => shape("polyline", points.map(([x, y]) => [x * store.width, y * store.height]), `extra ${kind}`));
  // The corners of an outline, whichever way round the last two were given.
  let outline = store.points;
  if (outline.length === 4) {
    const middle = [0, 1].map((axis) => outline.reduce((sum, point) => sum + point[axis], 0) / 4);
    outline = [...outline].sort((a, b) => Math.atan2(a[1] - middle[1], a[0] - middle[0]) - Math.atan2(b[1] - middle[1], b[0] - middle[0]));
  }
  svg.replaceChildren(...extra, ...(outline.length > 1 ? [shape(outline.length > 3 ? "polygon" : "polyline", outline)] : []));
}

function drawWords(store) {
  const { root, words, names, points } = store;
  const next = names[points.length];
  root.querySelector(".ask").textContent = next ? `${words.click} ${points.length + 1}/${names.length}: ${next}` : words.done;
  root.querySelector(".help").textContent = words.help;
  root.querySelector(".undo").textContent = words.undo;
  root.querySelector(".clear").textContent = words.clear;
  root.querySelector(".undo").disabled = root.querySelector(".clear").disabled = points.length === 0;
  store.frame.ariaLabel = words.frame;
  root.querySelector(".legend").replaceChildren(...names.map((name, index) => {
    const item = document.createElement("li");
    item.className = index < points.length ? "done" : index === points.length ? "here" : "";
    item.append(Object.assign(document.createElement("b"), { textContent: String(index + 1) }), name);
    return item;
  }));
}

function draw(store) {
  drawHandles(store);
  drawShape(store);
  drawWords(store);
}

function listen(store) {
  const { frame, root } = store;
  frame.onpointerdown = (event) => {
    if (event.button > 0) return;
    event.preventDefault();
    add(store, place(store, event));
    // A finger stays down: let it drag the new point at once.
    const handles = root.querySelectorAll(".handle");
    if (event.pointerType === "touch" && handles.length) hold(store, store.points.length - 1, handles[handles.length - 1], event);
  };
  frame.onkeydown = (event) => {
    if (event.target !== frame || (event.key !== "Enter" && event.key !== " ")) return;
    event.preventDefault();
    add(store, [store.width / 2, store.height / 2]);
  };
  root.querySelector(".undo").onclick = () => undo(store);
  root.querySelector(".clear").onclick = () => { store.points = []; draw(store); tell(store); };
}

export default function (component) {
  const { parentElement, data, setStateValue } = component;
  let store = stores.get(parentElement);
  const another = !store || store.image !== data.image;
  if (!store) {
    store = { root: parentElement, frame: parentElement.querySelector(".frame") };
    stores.set(parentElement, store);
    listen(store);
  }
  const points = another ? data.points.map((point) => [...point]) : store.points;
  const words = JSON.stringify([data.words, data.names, data.lines]);
  const changed = another || words !== store.drawn;
  Object.assign(store, data, { setStateValue, points, drawn: words });
  if (another) {
    store.root.querySelector("img").src = data.image;
    store.frame.style.aspectRatio = `${data.width} / ${data.height}`;
    store.frame.style.maxWidth = `calc(68vh * ${data.width / data.height})`;
  }
  if (another) draw(store);
  else if (changed) { drawShape(store); drawWords(store); }
  return () => { clearTimeout(store.later); stores.delete(parentElement); };
}
