// One button per drill; arrow keys walk through them.
const CAMERA = '<svg viewBox="0 0 24 24" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="1.9" stroke-linejoin="round"><path d="M4 8h3l1.500-2.500h7L17 8h3v11H4z"/><circle cx="12" cy="13" r="3.400"/></svg>';

function piece(kind, name, text) {
  const element = document.createElement(kind);
  element.className = name;
  if (text !== undefined) element.textContent = text;
  return element;
}

function button(card, choose) {
  const made = piece("button", "card");
  made.type = "button";
  made.dataset.drill = card.drill;
  const picture = piece("span", "picture");
  const image = piece("img", "");
  image.src = card.picture;
  image.alt = "";
  picture.append(image);
  const head = piece("span", "head");
  head.append(piece("span", "name", card.name), piece("span", card.documented ? "figure" : "figure house", card.figure));
  const ask = piece("span", "ask", `${card.ask} `);
  ask.append(piece("span", "source", `(${card.source})`));
  const needs = piece("span", "needs");
  needs.innerHTML = CAMERA;
  needs.append(piece("span", "", card.needs));
  made.append(picture, head, ask, needs);
  made.onclick = () => choose(card.drill);
  return made;
}

export default function (component) {
  const { parentElement, data, setTriggerValue } = component;
  const field = parentElement.querySelector(".cards");
  const focused = field.getRootNode().activeElement?.dataset?.drill;
  const buttons = data.cards.map((card) => button(card, (drill) => setTriggerValue("chosen", drill)));
  field.replaceChildren(...buttons);
  buttons.find((one) => one.dataset.drill === focused)?.focus();
  field.onkeydown = (event) => {
    const here = buttons.indexOf(field.getRootNode().activeElement);
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (here < 0 || !step) return;
    event.preventDefault();
    buttons[(here + step + buttons.length) % buttons.length].focus();
  };
}
