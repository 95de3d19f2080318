// The lists beside the video: checks by drill and clause, what is looked at by eye, comments.

const BASES = { documented: "§", house: "≈" };

class Side {
  /** `act`: { jump(time, measurement), ask(what), chosen() } */
  constructor(tabs, panel, act) {
    Object.assign(this, { tabs, panel, act, tab: "checks", open: null });
  }

  set(data) {
    this.data = data;
    this.draw();
  }

  draw() {
    const { words, segments, manual, comments } = this.data;
    const counts = { checks: segments.reduce((sum, s) => sum + this.judged(s), 0), manual: manual.length, comments: comments.length };
    this.tabs.replaceChildren(...["checks", "manual", "comments"].map((name) => {
      const on = name === this.tab;
      const button = el("button", { type: "button", class: on ? "on" : "", tabIndex: on ? 0 : -1 }, words[name], el("i", {}, String(counts[name])));
      button.setAttribute("role", "tab");
      button.setAttribute("aria-selected", String(on));
      button.onclick = () => { this.tab = name; this.draw(); };
      button.onkeydown = (event) => this.walkTabs(event, name);
      return button;
    }));
    const scroll = this.panel.scrollTop;
    this.panel.replaceChildren(...this[this.tab]());
    this.panel.scrollTop = this.drawn === this.tab ? scroll : 0;
    this.drawn = this.tab;
    if (this.here !== undefined) this.mark(this.here, false);
  }

  /** Mark the drill on the screen, and bring it into view where the panel scrolls by itself. */
  mark(segment, scroll) {
    this.here = segment;
    const heads = this.panel.querySelectorAll("h3");
    heads.forEach((head, i) => head.classList.toggle("here", i === segment));
    if (scroll && heads[segment] && this.panel.scrollHeight > this.panel.clientHeight) this.panel.scrollTop = heads[segment].nextElementSibling.offsetTop - heads[segment].offsetHeight - this.panel.offsetTop;
  }

  walkTabs(event, name) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const names = ["checks", "manual", "comments"];
    this.tab = names[(names.indexOf(name) + step + 3) % 3];
    this.draw();
    this.tabs.querySelector(".on").focus();
  }

  judged(segment) {
    return segment.groups.filter((g) => g.kind === "judged").reduce((sum, g) => sum + g.units.length, 0);
  }

  nothing(text) { return [el("p", { class: "nothing" }, text)]; }

  symbol(verdict, idle = false) {
    const { symbol, text } = this.data.verdicts[verdict];
    return el("span", { class: `symbol ${idle ? "idle" : verdict}`, title: text, ariaLabel: text }, symbol);
  }

  checks() {
    const { segments, words } = this.data;
    if (!segments.length) return this.nothing(words.no_checks);
    return segments.flatMap((segment, number) => [this.heading(segment, number), ...segment.groups.map((group) => this.group(group, number))]);
  }

  heading(segment, number) {
    const { words, verdicts } = this.data;
    const score = segment.score ? `${segment.score} ${words.score}` : "–";
    const counts = Object.entries(verdicts).filter(([name]) => segment.counts[name])
      .map(([name, { symbol }]) => el("span", { class: `count ${name}` }, `${symbol} ${segment.counts[name]}`));
    const button = el("button", { type: "button", class: "drill" }, el("b", {}, segment.drill),
      el("span", { class: "dim" }, `${segment.view} · ${clockText(segment.start, false)}–${clockText(segment.end, false)}`),
      el("span", { class: "counts" }, ...counts), el("span", { class: "points" }, score));
    button.onclick = () => this.act.jump(segment.start, null, number);
    return el("h3", {}, button);
  }

  group(group, segment) {
    const { words } = this.data;
    const list = el("div", { class: "clauses" }, ...group.units.map((unit) => this.unit(unit, segment, group.kind)));
    if (group.kind === "judged") return list;
    const count = group.units.reduce((sum, unit) => sum + unit.clauses.length, 0);
    const more = el("details", { class: `more ${group.kind}` }, el("summary", {}, `${words[group.kind]} · ${count}`), list);
    more.open = Boolean(this.opened?.has(`${segment} ${group.kind}`));
    more.ontoggle = () => { this.opened = this.opened || new Set(); this.opened[more.open ? "add" : "delete"](`${segment} ${group.kind}`); };
    return more;
  }

  unit(unit, segment, kind) {
    const clauses = unit.clauses.map((clause) => this.clause(clause, segment, kind));
    if (!unit.alternative) return clauses[0];
    return el("div", { class: "unit" }, el("p", { class: "any" }, this.data.words.alternative), ...clauses);
  }

  clause(clause, segment, kind) {
    const { words } = this.data;
    const source = el("span", { class: "source" }, clause.source);
    const basis = el("span", { class: `basis ${clause.basis}`, title: clause.basis_text }, clause.basis_text);
    const facts = [source, basis];
    if (clause.figure) facts.push(el("span", { class: "dim", title: words.figure }, clause.figure));
    if (clause.idle) facts.push(el("span", { class: "dim" }, words.idle));
    return el("section", { class: `clause${clause.idle ? " idle" : ""}` }, el("p", { class: "ask" }, clause.ask), el("p", { class: "facts" }, ...facts),
      ...clause.checks.map((check) => this.check(check, clause, segment, kind)));
  }

  check(check, clause, segment) {
    const { words } = this.data;
    const id = `${segment} ${check.rule}`;
    const open = this.open === id;
    const row = el("button", { type: "button", class: "check" }, this.symbol(check.verdict, clause.idle),
      el("span", { class: "name" }, check.name), el("span", { class: "value" }, check.value));
    row.dataset.rule = check.rule;
    row.dataset.frame = check.frame ?? "";
    row.dataset.segment = segment;
    row.title = check.frame === null ? "" : words.jump;
    row.setAttribute("aria-expanded", String(open));
    row.onclick = (event) => {
      this.open = open ? null : id;
      this.draw();
      if (event.detail === 0) this.panel.querySelector(`[data-rule="${CSS.escape(check.rule)}"][data-segment="${segment}"]`)?.focus();
      if (!open) this.act.jump(check.frame, check.measurement, segment);
    };
    const body = el("div", { class: `check-body${open ? " open" : ""}` }, row);
    if (check.override) body.append(this.overridden(check.override));
    if (open) body.append(this.detail(check, clause, segment));
    return body;
  }

  overridden(override) {
    const { words, verdicts } = this.data;
    const was = el("s", {}, `${verdicts[override.machine].symbol} ${override.machine_text}`);
    return el("p", { class: "overridden" }, words.was, was, ` · ${override.reason} `, el("span", { class: "dim" }, `${override.who} · ${override.when}`));
  }

  detail(check, clause, segment) {
    const { words, fixed } = this.data;
    const detail = el("div", { class: "detail" });
    if (check.graphic) { const graphic = el("div", { class: "graphic" }); graphic.innerHTML = check.graphic; detail.append(graphic); }
    if (check.accept !== "–") detail.append(el("p", { class: "dim" }, `${words.asked} ${check.accept}`));
    detail.append(el("p", {}, check.message));
    const acts = el("p", { class: "acts" });
    if (check.frame !== null) acts.append(this.button(words.jump, () => this.act.jump(check.frame, check.measurement, segment), "jump"));
    if (!fixed) {
      acts.append(this.button(words.override, () => this.act.ask({ kind: "override", segment, rule: check.rule }), "override"));
      if (check.override) acts.append(this.button(words.withdraw, () => this.act.ask({ kind: "withdraw", segment, rule: check.rule })));
    }
    detail.append(acts);
    return detail;
  }

  button(text, act, name = "") {
    const button = el("button", { type: "button", class: `small ${name}` }, text);
    button.onclick = act;
    return button;
  }

  manual() {
    const { manual, words, fixed } = this.data;
    if (!manual.length) return this.nothing(words.no_manual);
    return [el("p", { class: "hint" }, fixed ? words.manual_fixed : words.manual_hint), ...manual.map((item) => this.item(item))];
  }

  item(item) {
    const { words, fixed } = this.data;
    const choices = el("div", { class: "ticks" }, ...["ok", "not_ok", "not_seen"].map((tick) => {
      const on = item.tick === tick;
      const button = el("button", { type: "button", class: `tick ${tick}${on ? " on" : ""}`, disabled: fixed },
        `${{ ok: "✓", not_ok: "✗", not_seen: "–" }[tick]} ${words[tick]}`);
      button.setAttribute("role", "radio");
      button.setAttribute("aria-checked", String(on));
      button.onclick = () => this.act.ask({ kind: "tick", rule: item.rule, tick });
      return button;
    }));
    choices.setAttribute("role", "radiogroup");
    choices.setAttribute("aria-label", item.ask);
    const facts = el("p", { class: "facts" }, el("span", { class: "source" }, item.source));
    if (item.by) facts.append(el("span", { class: "dim" }, item.by));
    return el("section", { class: "clause" }, el("p", { class: "ask" }, item.ask), item.note ? el("p", { class: "dim note" }, item.note) : null, facts, choices);
  }

  comments() {
    const { comments, words, fixed } = this.data;
    if (!comments.length) return this.nothing(words.no_comments);
    return comments.map((comment) => {
      const go = el("button", { type: "button", class: "moment" }, comment.moment);
      go.onclick = () => this.act.jump(comment.time, null, null);
      const foot = el("p", { class: "facts" }, el("span", { class: "dim" }, comment.by));
      if (!fixed) foot.append(this.button(words.remove, () => this.act.ask({ kind: "erase", number: comment.number })));
      return el("section", { class: "clause comment" }, el("p", { class: "said" }, go, comment.text), foot);
    });
  }
}
