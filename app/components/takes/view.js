// Cards of takes. Where all are here, typing searches at once; else the server is asked when typing pauses.
const libraries = new WeakMap();
const AT_ONCE = 48;
const PAUSE_MS = 350;

function node(tag, name, text) {
  const made = document.createElement(tag);
  if (name) made.className = name;
  if (text !== undefined && text !== null) made.textContent = text;
  return made;
}

function card(store, entry) {
  const item = node("li", `card${entry.problem ? " broken" : ""}`);
  const open = node(entry.problem ? "div" : "button", "open");
  const picture = node("span", "picture", entry.problem ? "–" : undefined);
  if (entry.picture) { const image = node("img"); image.src = entry.picture; image.loading = "lazy"; image.alt = ""; picture.append(image); }
  if (entry.length) picture.append(node("span", "length", entry.length));
  if (entry.signed) { const mark = node("span", "signed", `✓ ${store.words.signed}`); mark.title = entry.signed; picture.append(mark); }
  if (entry.model) picture.append(node("span", "model", store.words.model));
  const body = node("span", "body");
  body.append(node("span", "title", entry.title));
  if (entry.problem) body.append(node("span", "problem", entry.problem));
  else {
    body.append(node("span", "drills", entry.drills), node("span", `score ${entry.verdict}`, entry.score),
      node("span", "when", entry.when), node("span", `verdict ${entry.verdict}`, `${entry.symbol} ${entry.verdict_text}`));
    open.type = "button";
    open.dataset.take = entry.id;
    open.onclick = () => store.ask("ask", { kind: "open", take: entry.id });
  }
  open.append(picture, body);
  item.append(open);
  if (entry.problem) {
    const remove = node("button", "remove", store.words.remove);
    remove.type = "button";
    remove.onclick = () => store.ask("ask", { kind: "remove", take: entry.id });
    item.append(remove);
  }
  return item;
}

const whole = (store) => store.found === "" && store.count <= store.cards.length;

function draw(store) {
  const wanted = whole(store) ? store.search.value.trim().toLowerCase().split(/\s+/).filter(Boolean) : [];
  const found = store.cards.filter((entry) => wanted.every((word) => entry.search.includes(word)));
  store.list.replaceChildren(...found.slice(0, store.most).map((entry) => card(store, entry)));
  store.none.hidden = found.length > 0;
  store.further.hidden = whole(store) ? found.length <= store.most : store.count <= found.length && found.length <= store.most;
}

function typed(store) {
  clearTimeout(store.pause);
  store.most = AT_ONCE;
  if (whole(store)) { draw(store); return; }
  store.pause = setTimeout(() => store.ask("ask", { kind: "find", text: store.search.value.trim() }), PAUSE_MS);
}

function more(store) {
  const asks = !whole(store) && store.most >= store.cards.length;
  store.most += AT_ONCE;
  if (asks) store.ask("ask", { kind: "more" }); else draw(store);
}

export default function ({ parentElement, data, setTriggerValue }) {
  let store = libraries.get(parentElement);
  if (!store) {
    const part = (name) => parentElement.querySelector(name);
    store = { search: part("input"), list: part(".cards"), none: part(".none"), further: part(".further"), most: AT_ONCE };
    libraries.set(parentElement, store);
    store.search.value = data.found;
    store.search.oninput = () => typed(store);
    store.further.onclick = () => more(store);
  }
  Object.assign(store, data, { ask: setTriggerValue });
  store.search.placeholder = data.words.search;
  store.search.setAttribute("aria-label", data.words.search);
  store.none.textContent = data.words.none;
  store.further.textContent = data.words.further;
  draw(store);
}
