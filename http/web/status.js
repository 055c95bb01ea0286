"use strict";
// The page is complete without this script; it adds stages and status, and keeps all current.
const at = (id) => document.getElementById(id);

async function get(path) {
	const answer = await fetch(path, { cache: "no-store" });
	return { ok: answer.ok, text: await answer.text() };
}

function cell(row, content) {
	const td = row.insertCell();
	td.append(content);
	return td;
}

function showStages(events) {
	const stages = events.filter((e) => e.ph === "X");
	const end = Math.max(1, ...stages.map((e) => e.ts + e.dur));
	const start = Math.min(end, ...stages.map((e) => e.ts));
	const body = document.createElement("tbody");
	for (const e of stages) {
		const row = body.insertRow();
		const bar = document.createElement("div");
		bar.className = "bar";
		bar.style.marginLeft = (100 * (e.ts - start)) / (end - start || 1) + "%";
		bar.style.width = (100 * e.dur) / (end - start || 1) + "%";
		cell(row, e.name);
		cell(row, (e.dur / 1000).toFixed(1) + " ms");
		cell(row, bar);
	}
	at("stages").querySelector("tbody").replaceWith(body);
	at("stages").hidden = stages.length === 0;
}

function plain(value) {
	if (value === null)
		return "none";
	if (Array.isArray(value))
		return value.map(plain).join(", ") || "none";
	return typeof value === "object" ? Object.values(value).join(" ") : String(value);
}

function showStatus({ verdict, ...status }) {
	const list = document.createElement("dl");
	for (const [key, value] of Object.entries(status)) {
		const term = document.createElement("dt");
		const text = document.createElement("dd");
		term.textContent = key;
		text.textContent = plain(value);
		list.append(term, text);
	}
	at("status").querySelector("dl").replaceWith(list);
	at("status").hidden = !list.children.length;
}

function showHealth(health) {
	const state = health.ok ? "ok" : "failed";
	at("state").textContent = at("state").className = state;
	at("verdict").textContent = health.ok ? "On course." : health.text;
}

async function refresh() {
	try {
		showHealth(await get("/healthz"));
		const [log, timeline, status] = await Promise.all(
			["log", "timeline", "status"].map((name) => get("/api/v1/" + name)));
		if (log.ok)
			at("log").textContent = log.text;
		if (timeline.ok) {
			const events = JSON.parse(timeline.text);
			showStages(events.traceEvents || events);
		}
		if (status.ok)
			showStatus(JSON.parse(status.text));
	} catch {
		at("state").textContent = at("state").className = "unreachable";
	}
	setTimeout(refresh, 2000);
}

refresh();
