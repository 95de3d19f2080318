// Shows the cues and speaks the first that was not spoken a moment ago. Speaking one ends before the next begins.
const stores = new WeakMap();

function say(store, data) {
  const speech = window.speechSynthesis;
  const note = store.root.querySelector(".no-voice");
  const voices = speech?.getVoices() ?? [];
  const wanted = data.voice.slice(0, 2);
  const voice = voices.find((one) => one.lang.replace("_", "-") === data.voice) ?? voices.find((one) => one.lang.startsWith(wanted));
  note.textContent = data.words.no_voice;
  // Browsers load voices late: only after a while is their absence certain.
  note.hidden = !data.aloud || Boolean(voice) || performance.now() - store.since < 2000;
  if (!data.aloud) { if (store.speaking) speech?.cancel(); store.speaking = false; return; }
  if (!voice || speech.speaking || speech.pending) return;
  const now = performance.now();
  const next = data.cues.find((cue) => now - (store.said.get(cue.id) ?? -Infinity) >= data.again_s * 1000);
  if (!next) return;
  store.said.set(next.id, now);
  const utterance = new SpeechSynthesisUtterance(next.spoken);
  utterance.voice = voice;
  utterance.lang = voice.lang;
  utterance.onend = () => { store.said.set(next.id, performance.now()); store.speaking = false; };
  store.speaking = true;
  speech.speak(utterance);
}

export default function (component) {
  const { parentElement, data } = component;
  let store = stores.get(parentElement);
  if (!store) {
    store = { root: parentElement, said: new Map(), since: performance.now(), shown: "", speaking: false };
    stores.set(parentElement, store);
    window.speechSynthesis?.getVoices();
  }
  if (data.aloud && !store.aloud) store.since = performance.now();
  store.aloud = data.aloud;
  const shown = JSON.stringify(data.cues);
  if (shown !== store.shown) {
    store.shown = shown;
    const rows = data.cues.filter((cue) => cue.shown).map((cue) => {
      const item = document.createElement("li");
      const symbol = document.createElement("span");
      const text = document.createElement("span");
      item.className = cue.verdict;
      item.dataset.cue = cue.id;
      symbol.className = "symbol";
      symbol.setAttribute("aria-hidden", "true");
      symbol.textContent = cue.symbol;
      text.textContent = cue.text;
      item.append(symbol, text);
      return item;
    });
    parentElement.querySelector(".cues").replaceChildren(...rows);
  }
  say(store, data);
}
