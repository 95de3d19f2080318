// Shows HTML made by our own presenters; a press on anything with data-pick, or Enter and space on it, goes to Python.
const shown = new WeakMap();

export default function ({ parentElement, data, setTriggerValue }) {
  const root = parentElement.querySelector(".picks");
  let store = shown.get(parentElement);
  if (!store) {
    store = { html: null };
    shown.set(parentElement, store);
    const pick = (event) => {
      const one = event.target.closest("[data-pick]");
      if (!one || (event.type === "keydown" && event.key !== "Enter" && event.key !== " ")) return;
      event.preventDefault();
      store.tell("pick", one.dataset.pick);
    };
    root.addEventListener("click", pick);
    root.addEventListener("keydown", pick);
  }
  store.tell = setTriggerValue;
  if (store.html !== data.html) {
    store.html = data.html;
    root.innerHTML = data.html;
  }
}
