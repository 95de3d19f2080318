// Sends each chosen file with PUT, one after another; tells Python what has arrived.
const stores = new WeakMap();

function megabytes(bytes) {
  return bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1e3))} KB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

function row(store, entry) {
  const item = document.createElement("li");
  const [name, state, button, bar] = ["span", "span", "button", "div"].map((tag) => document.createElement(tag));
  name.className = "name";
  name.textContent = entry.name;
  state.className = "state";
  button.type = "button";
  button.onclick = () => drop(store, entry);
  bar.className = "bar";
  bar.append(document.createElement("i"));
  item.append(name, state, button, bar);
  store.list.append(item);
  entry.item = item;
  return entry;
}

function draw(store, entry) {
  const { words } = store;
  entry.item.className = entry.state;
  const [, state, button, bar] = entry.item.children;
  const share = entry.size ? entry.sent / entry.size : 0;
  bar.firstChild.style.width = `${Math.round(share * 100)}%`;
  button.textContent = entry.state === "sending" || entry.state === "waiting" ? words.cancel : words.remove;
  if (entry.state === "failed") state.textContent = entry.why || words.failed;
  else if (entry.state === "done") state.textContent = `${words.done} · ${megabytes(entry.size)}`;
  else state.textContent = `${words.sending} ${Math.round(share * 100)} % · ${megabytes(entry.size)}`;
}

function tell(store) {
  const files = store.entries.filter((e) => e.state === "done").map(({ number, name, size }) => ({ number, name, size }));
  store.setStateValue("files", files);
}

function drop(store, entry) {
  entry.request?.abort();
  entry.item.remove();
  store.entries = store.entries.filter((other) => other !== entry);
  tell(store);
  next(store);
}

function next(store) {
  if (store.entries.some((entry) => entry.state === "sending")) return;
  const entry = store.entries.find((one) => one.state === "waiting");
  if (!entry) return;
  entry.state = "sending";
  const request = new XMLHttpRequest();
  entry.request = request;
  request.open("PUT", `${store.url}?name=${encodeURIComponent(entry.name)}`);
  request.upload.onprogress = (event) => { entry.sent = event.loaded; draw(store, entry); };
  const end = (state, why) => {
    entry.state = state;
    entry.why = why;
    draw(store, entry);
    tell(store);
    next(store);
  };
  request.onload = () => {
    let answer = {};
    try { answer = JSON.parse(request.responseText); } catch { /* not ours: told below */ }
    if (request.status === 200) { entry.number = answer.number; end("done"); }
    else end("failed", answer[store.language]);
  };
  request.onerror = () => end("failed");
  draw(store, entry);
  request.send(entry.file);
}

function take(store, files) {
  if (!store.several) for (const entry of [...store.entries]) drop(store, entry);
  for (const file of store.several ? files : [...files].slice(0, 1)) {
    const entry = row(store, { file, name: file.name, size: file.size, sent: 0, state: "waiting" });
    store.entries.push(entry);
    draw(store, entry);
  }
  next(store);
}

export default function (component) {
  const { parentElement, data, setStateValue } = component;
  let store = stores.get(parentElement);
  if (!store) {
    store = { entries: [], list: parentElement.querySelector(".files") };
    stores.set(parentElement, store);
    const field = parentElement.querySelector(".drop");
    const input = parentElement.querySelector("input");
    input.onchange = () => { take(store, [...input.files]); input.value = ""; };
    field.onkeydown = (event) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); input.click(); } };
    field.ondragover = (event) => { event.preventDefault(); field.classList.add("over"); };
    field.ondragleave = () => field.classList.remove("over");
    field.ondrop = (event) => { event.preventDefault(); field.classList.remove("over"); take(store, [...event.dataTransfer.files]); };
  }
  Object.assign(store, data, { setStateValue });
  const input = parentElement.querySelector("input");
  input.multiple = data.several;
  input.accept = data.accept;
  parentElement.querySelector(".drop").classList.toggle("tall", Boolean(data.tall));
  parentElement.querySelector(".choose").textContent = data.words.choose;
  store.entries.forEach((entry) => draw(store, entry));
}
