"use strict";
(() => {
	const $ = (selector, within = document) => within.querySelector(selector);
	const $$ = (selector, within = document) => within.querySelectorAll(selector);

	// make makes an element. Text goes in as text: nothing here is ever read as HTML.
	const make = (tag, attributes = {}, ...children) => {
		const element = document.createElement(tag);
		for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
		element.append(...children);
		return element;
	};

	document.documentElement.classList.add("js");
	lanes();
	copying();
	links();
	if ($("#data")) browser(JSON.parse($("#data").textContent));

	// lanes shows the code of one turn at a time: that which was chosen, or the one under the pointer.
	function lanes() {
		const turnsOf = (turn) => [...$$("a.turn", turn.ownerSVGElement)];
		const show = (turn) => {
			const body = turn.closest(".body");
			for (const step of $$(".steps > .on", body)) step.classList.remove("on");
			for (const other of $$("a.turn.on", body)) other.classList.remove("on");
			const step = document.getElementById(turn.dataset.step);
			const same = $(".same", step); // long drawings have each piece of code once
			if (same) same.replaceWith($(".code", document.getElementById($("a", same).hash.slice(1))).cloneNode(true));
			step.classList.add("on");
			turn.classList.add("on");
		};
		const choose = (turn) => {
			for (const other of turnsOf(turn)) {
				other.setAttribute("tabindex", other === turn ? "0" : "-1");
				other.toggleAttribute("aria-current", false);
			}
			turn.setAttribute("aria-current", "true");
			show(turn);
		};
		for (const turn of $$("a.turn")) { // one stop of the tab key for each drawing: arrow keys do the rest
			if (turn.classList.contains("on")) turn.setAttribute("aria-current", "true");
			else turn.setAttribute("tabindex", "-1");
		}
		// reach scrolls a drawing sideways until a turn is seen in it.
		const reach = (turn) => {
			const track = turn.closest(".track"), seen = track.getBoundingClientRect(), block = $("rect", turn).getBoundingClientRect();
			if (block.right > seen.right) track.scrollLeft += block.right - seen.right + track.clientWidth / 3;
			if (block.left < seen.left) track.scrollLeft += block.left - seen.left - track.clientWidth / 3;
		};
		// bring scrolls the page, too: a turn may stand far below its number, and below the code.
		const bring = (turn) => {
			reach(turn);
			const block = $("rect", turn).getBoundingClientRect();
			const below = block.bottom + 12 - Math.min(innerHeight, $(".steps", turn.closest(".body")).getBoundingClientRect().top);
			if (block.top < 12) scrollBy(0, block.top - 12);
			else if (below > 0) scrollBy(0, below);
		};
		for (const details of $$("details.failure")) {
			const chosen = $("a.turn[aria-current]", details);
			if (!chosen) continue;
			show(chosen);
			if (details.open) reach(chosen);
			else details.addEventListener("toggle", () => reach(chosen), { once: true });
		}
		const turnAt = (event) => event.target.closest?.("a.turn");
		document.addEventListener("click", (event) => {
			const turn = turnAt(event);
			if (!turn) return;
			event.preventDefault();
			choose(turn);
		});
		document.addEventListener("focusin", (event) => { const turn = turnAt(event); if (turn) { choose(turn); bring(turn); } });
		document.addEventListener("pointerover", (event) => {
			const turn = turnAt(event);
			if (turn) show(turn);
		});
		document.addEventListener("pointerout", (event) => {
			const turn = turnAt(event);
			const chosen = turn && $("a.turn[aria-current]", turn.ownerSVGElement);
			if (chosen) show(chosen);
		});
		document.addEventListener("keydown", (event) => {
			const turn = turnAt(event);
			if (!turn || event.ctrlKey || event.altKey || event.metaKey) return;
			const turns = turnsOf(turn), at = turns.indexOf(turn);
			const to = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: turns.length - 1, " ": at, Enter: at }[event.key];
			if (to === undefined) return;
			event.preventDefault();
			const next = turns[Math.min(Math.max(to, 0), turns.length - 1)];
			if (next !== turn) return next.focus({ preventScroll: true });
			choose(turn);
			say($("#" + turn.dataset.step).textContent);
		});
	}

	// say lets a screen reader read a text.
	function say(text) { $("#said").textContent = text; }

	function copying() {
		for (const button of $$("button.copy")) button.hidden = false;
		document.addEventListener("click", async (event) => {
			const button = event.target.closest?.("button.copy");
			if (!button) return;
			const code = $("code", button.parentElement);
			let done = true;
			try {
				await navigator.clipboard.writeText(code.textContent);
			} catch { // not allowed, as on a page without https
				getSelection().selectAllChildren(code);
				done = document.execCommand("copy");
			}
			button.textContent = done ? "Copied" : "Press Ctrl+C";
			say(button.textContent);
			setTimeout(() => { button.textContent = "Copy"; }, 2000);
		});
	}

	// links open what they lead to.
	function links() {
		const open = () => {
			const target = document.getElementById(location.hash.slice(1));
			const details = target?.closest("details");
			if (!details) return;
			details.open = true;
			target.scrollIntoView();
		};
		addEventListener("hashchange", open);
		document.addEventListener("click", (event) => { // the same link once more changes no hash
			const link = event.target.closest?.("a[href^='#f']:not(.turn)");
			if (link && link.hash === location.hash) open();
		});
		open();
	}

	// browser is the list of all scenarios. Only the rows that are seen are in the document.
	function browser(data) {
		const height = 34, spare = 6;
		const verdicts = { f: ["failed", "✗"], e: ["errored", "!"], s: ["skipped", "–"], p: ["passed", "✓"] };
		const list = $("#list"), space = $("#space"), search = $("#search"), found = $("#found"), chosen = $("#chosen");
		const all = [];
		const counts = { f: 0, e: 0, s: 0, p: 0 };
		for (const test of data.tests) {
			test.labels.forEach((label, i) => {
				const odd = test.odd[i] ?? {}, verdict = test.verdicts[i];
				counts[verdict]++;
				all.push({
					test, label, verdict, odd, millis: test.millis[i],
					message: odd.message === undefined ? "" : data.messages[odd.message],
				});
			});
		}
		const textOf = (item) => item.text ??= `${item.test.name}/${item.label} ${item.test.package} ${item.message}`.toLowerCase();
		const wanted = new Set();
		let items = all, selected = -1;

		const toggles = $(".toggles");
		for (const [letter, [name]] of Object.entries(verdicts)) {
			if (!counts[letter]) continue;
			const button = make("button", { type: "button", "aria-pressed": "false", "data-verdict": name }, `${counts[letter].toLocaleString("en")} ${name}`);
			button.addEventListener("click", () => {
				const on = !wanted.has(letter);
				if (on) wanted.add(letter); else wanted.delete(letter);
				button.setAttribute("aria-pressed", on);
				filter();
			});
			toggles.append(button);
		}

		function filter() {
			const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
			const before = items[selected];
			items = all.filter((item) => (!wanted.size || wanted.has(item.verdict)) && words.every((word) => textOf(item).includes(word)));
			selected = before ? items.indexOf(before) : -1;
			list.scrollTop = 0;
			space.style.height = `${items.length * height}px`;
			list.style.height = `${Math.max(items.length * height, height)}px`;
			found.textContent = `${items.length.toLocaleString("en")} of ${all.length.toLocaleString("en")} scenarios`;
			if (selected < 0) chosen.hidden = true;
			draw();
		}

		function draw() {
			const first = Math.max(0, Math.floor(list.scrollTop / height) - spare);
			const last = Math.min(items.length, Math.ceil((list.scrollTop + (list.clientHeight || 476)) / height) + spare);
			const rows = [];
			for (let i = first; i < last; i++) rows.push(row(i));
			space.replaceChildren(...rows);
			if (selected >= first && selected < last) list.setAttribute("aria-activedescendant", `o${selected}`);
			else list.removeAttribute("aria-activedescendant");
		}

		function row(i) {
			const item = items[i], [name, sign] = verdicts[item.verdict];
			const element = make("div", {
				class: "row", id: `o${i}`, role: "option", "aria-selected": i === selected, "aria-setsize": items.length, "aria-posinset": i + 1,
				"aria-label": `${name}: ${item.test.name}/${item.label}, ${item.millis} milliseconds`, style: `top:${i * height}px`,
			},
			make("span", { class: `v ${item.verdict}` }, sign),
			make("span", { class: "name", title: item.test.package }, item.test.name, make("span", { class: "slash" }, " / "), make("code", {}, item.label)),
			strip(item), make("span", { class: "time" }, `${item.millis.toLocaleString("en")} ms`));
			element.addEventListener("click", () => { select(i); open(item); });
			return element;
		}

		// strip shows a sequence in the colours of its threads.
		function strip(item) {
			const strip = make("span", { class: "seq" });
			for (const thread of executed(item).split(",").filter(Boolean).slice(0, 120)) strip.append(make("i", { class: `t${thread % 6}` }));
			return strip;
		}

		function executed(item) { return item.odd.executed ?? item.label.split(/[#@]/)[0]; }

		function select(i) {
			selected = i;
			const top = i * height;
			if (top < list.scrollTop) list.scrollTop = top;
			if (top + height > list.scrollTop + list.clientHeight) list.scrollTop = top + height - list.clientHeight;
			draw();
			describe(items[i]);
		}

		function describe(item) {
			const [name] = verdicts[item.verdict];
			const parts = [make("h3", {}, `${item.test.name}/${item.label}`, make("span", { class: "chip" }, name), make("span", { class: "package" }, item.test.package))];
			if (item.message) parts.push(make("p", { class: "message" }, item.message));
			const threads = item.test.threads[item.label.match(/#\d+/)?.[0] ?? ""] ?? [];
			parts.push(make("p", {}, "threads: " + threads.map((thread, i) => `${i} ${thread}`).join(", ")));
			if (item.odd.executed !== undefined) parts.push(make("p", {}, "turns that were taken: " + (item.odd.executed || "none")));
			if (item.odd.drawn) parts.push(make("p", {}, make("a", { href: `#f${item.odd.drawn}` }, "Show its timeline")));
			const replay = item.test.replays[item.odd.replay ?? 0];
			if (replay?.[0]) {
				parts.push(make("div", { class: "replay" }, make("code", {}, replay[0] + item.label.split("@")[0] + replay[1]), make("button", { type: "button", class: "copy" }, "Copy")));
			}
			chosen.replaceChildren(...parts);
			chosen.hidden = false;
		}

		// open goes to the drawing of a scenario that has one.
		function open(item) {
			if (!item.odd.drawn) return;
			const details = document.getElementById(`f${item.odd.drawn}`);
			details.open = true;
			details.scrollIntoView();
			$("summary", details).focus({ preventScroll: true });
		}

		list.addEventListener("scroll", () => requestAnimationFrame(draw));
		list.addEventListener("keydown", (event) => {
			if (!items.length || event.ctrlKey || event.altKey || event.metaKey) return;
			const page = Math.max(1, Math.floor(list.clientHeight / height) - 1);
			const to = { ArrowDown: selected + 1, ArrowUp: selected - 1, PageDown: selected + page, PageUp: selected - page, Home: 0, End: items.length - 1 }[event.key];
			if (to !== undefined) select(Math.min(Math.max(to, 0), items.length - 1));
			else if ((event.key === "Enter" || event.key === " ") && selected >= 0) open(items[selected]);
			else return;
			event.preventDefault();
		});
		search.addEventListener("input", filter);
		$("#browser").hidden = false;
		filter();
	}
})();
