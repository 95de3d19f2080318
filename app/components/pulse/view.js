// Called anew with every beat. When none has come for long though the page is looked at, Python is told, again and again.
const stores = new WeakMap();

export default function ({ parentElement, data, setTriggerValue }) {
  let store = stores.get(parentElement);
  if (!store) {
    store = { beat: null, since: 0, timer: 0 };
    stores.set(parentElement, store);
    const listen = () => {
      if (document.hidden) store.since = performance.now();
      if (performance.now() - store.since < store.patience_s * 1000) return;
      store.since = performance.now();
      store.tell("missed", true);
    };
    store.timer = setInterval(listen, 1000);
  }
  store.tell = setTriggerValue;
  store.patience_s = data.patience_s;
  if (store.beat !== data.beat) {
    store.beat = data.beat;
    store.since = performance.now();
  }
  return () => {
    clearInterval(store.timer);
    stores.delete(parentElement);
  };
}
