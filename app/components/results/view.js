// A table that sorts and filters by itself; Python only hears which row is to be opened in Review.
const stores = new WeakMap();
const STEP = 100;
const ORDER = ["failed", "fail", "uncertain", "not_measured", "pass"];
const SYMBOLS = ["✓", "✗", "?", "–"];
const CLASSES = ["pass", "fail", "uncertain", "not_measured"];
const COLUMNS = ["outcome", "name", "drills", "score", "counts"];

function make(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

function value(row, column) {
  if (column === "outcome") return ORDER.indexOf(row.outcome);
  if (column === "score") return row.score ?? -1;
  if (column === "counts") return row.counts[1] * 1e4 + row.counts[2];
  return `${row[column]}`.toLocaleLowerCase();
}

function chosen(store) {
  const words = store.text.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  const kept = store.rows.filter((row) => {
    const text = `${row.name} ${row.place} ${row.trainee}`.toLocaleLowerCase();
    return (!store.outcome || row.outcome === store.outcome) && words.every((word) => text.includes(word));
  });
  if (!store.sort) return kept;
  const sign = store.down ? -1 : 1;
  return kept
    .map((row, at) => [value(row, store.sort), at, row])
    .sort((a, b) => (a[0] < b[0] ? -sign : a[0] > b[0] ? sign : a[1] - b[1]))
    .map((entry) => entry[2]);
}

function cells(store, row) {
  const { words } = store;
  const outcome = make("td", "outcome");
  const chip = make("span", `chip ${row.outcome}`);
  const symbol = make("i", "", row.symbol);
  symbol.setAttribute("aria-hidden", "true");
  chip.append(symbol, row.word);
  outcome.append(chip);
  const name = make("td", "name");
  name.append(make("b", "", row.name));
  const under = [row.trainee, row.place].filter(Boolean).join(" · ");
  if (under) name.append(make("span", "", under));
  const made = [outcome, name];
  if (row.outcome === "failed") {
    const wide = make("td", "wide error", row.error);
    wide.colSpan = 3;
    made.push(wide);
  } else {
    const checks = make("td", "checks");
    const counts = make("div", "counts");
    row.counts.forEach((count, at) => {
      const one = make("span", count ? CLASSES[at] : "zero");
      one.title = words.count_words[at];
      one.append(make("b", "", SYMBOLS[at]), ` ${count}`);
      one.setAttribute("aria-label", `${count} ${words.count_words[at]}`);
      counts.append(one);
    });
    checks.append(counts);
    made.push(make("td", "drills", row.drills), make("td", "score", row.score ?? "–"), checks);
  }
  made.push(links(store, row));
  return made;
}

function links(store, row) {
  const cell = make("td", "go");
  if (row.report) {
    const link = make("a", "", store.words.report);
    link.href = row.report;
    link.target = "_blank";
    link.rel = "noopener";
    link.title = store.words.new_tab;
    link.setAttribute("aria-label", `${store.words.report}: ${row.name} (${store.words.new_tab})`);
    cell.append(link);
  }
  if (row.key) {
    const button = make("button", "", store.words.review);
    button.type = "button";
    button.setAttribute("aria-label", `${store.words.review}: ${row.name}`);
    button.onclick = () => store.setTriggerValue("review", row.key);
    cell.append(button);
  }
  return cell;
}

function draw(store) {
  const { root, words } = store;
  const rows = chosen(store);
  const body = root.querySelector("tbody");
  body.replaceChildren(...rows.slice(0, store.shown).map((row) => {
    const line = make("tr");
    line.append(...cells(store, row));
    return line;
  }));
  const none = root.querySelector(".none");
  none.hidden = rows.length > 0;
  none.textContent = words.none;
  const more = root.querySelector(".more");
  more.hidden = rows.length <= store.shown;
  more.textContent = `${words.more} (${rows.length - store.shown})`;
  root.querySelector("table").hidden = rows.length === 0;
  head(store);
  filters(store);
}

function head(store) {
  const titles = COLUMNS.map((column) => {
    const cell = make("th", `by-${column}`);
    cell.scope = "col";
    const button = make("button", "", store.words[column]);
    button.type = "button";
    if (store.sort === column) cell.setAttribute("aria-sort", store.down ? "descending" : "ascending");
    button.onclick = () => {
      const again = store.sort === column;
      store.sort = again && store.down ? null : column;
      store.down = again && !store.down;
      draw(store);
      store.root.querySelector(`th.by-${column} button`).focus();
    };
    cell.append(button);
    return cell;
  });
  store.root.querySelector("thead tr").replaceChildren(...titles, make("th"));
}

function filters(store) {
  const group = store.root.querySelector(".outcomes");
  const entries = [["", "", store.words.all, store.rows.length], ...store.outcomes];
  group.hidden = store.outcomes.length < 2;
  group.setAttribute("aria-label", store.words.outcome);
  group.replaceChildren(...entries.map(([key, symbol, word, count]) => {
    const button = make("button", "", `${symbol ? `${symbol} ` : ""}${word} ${count}`);
    button.type = "button";
    button.setAttribute("aria-pressed", String(store.outcome === key));
    button.onclick = () => {
      Object.assign(store, { outcome: key, shown: STEP });
      draw(store);
      group.querySelector("[aria-pressed=true]").focus();
    };
    return button;
  }));
}

export default function (component) {
  const { parentElement, data, setTriggerValue } = component;
  let store = stores.get(parentElement);
  if (!store) {
    store = { root: parentElement, sort: null, down: false, text: "", outcome: "", shown: STEP };
    stores.set(parentElement, store);
    parentElement.querySelector("input").oninput = (event) => { store.text = event.target.value; store.shown = STEP; draw(store); };
    parentElement.querySelector(".more").onclick = () => { store.shown += STEP; draw(store); };
  }
  store.setTriggerValue = setTriggerValue;
  const told = JSON.stringify(data);
  if (store.told === told) return; // a poll that brought nothing new: leave focus and scrolling alone
  Object.assign(store, data, { told });
  if (store.outcome && !data.outcomes.some(([key]) => key === store.outcome)) store.outcome = "";
  const field = parentElement.querySelector("input");
  field.placeholder = data.words.find;
  field.setAttribute("aria-label", data.words.find);
  parentElement.querySelector(".tools").hidden = data.rows.length < 2;
  draw(store);
}
