"use strict";
// The server renders the whole page; this keeps it current and sends the actions. Whatever the
// server says is put in as text or as the server's own markup.
const LINES_MAX = 2000, SURE_MS = 5000, PAUSE_MS = 400;
const at = (id) => document.getElementById(id);

// ---- the page, anew when there is news

let renewing = false, again = false, since = performance.now();

function take(fresh) {
	for (const part of document.querySelectorAll("[data-live]")) {
		const news = fresh.getElementById(part.id);
		if (news)
			part.replaceChildren(...news.childNodes);
	}
	// Spoken by screen readers, so only touched when it says something else.
	for (const id of ["state", "verdict", "why"])
		if (at(id).textContent !== fresh.getElementById(id).textContent)
			at(id).textContent = fresh.getElementById(id).textContent;
	at("now").className = fresh.getElementById("now").className;
	at("roots").replaceChildren(...fresh.getElementById("roots").childNodes);
	document.title = fresh.title;
	since = performance.now();
}

async function renew() {
	if (renewing) {
		again = true;
		return;
	}
	renewing = true;
	try {
		const answer = await fetch("/", { cache: "no-store" });
		if (answer.ok)
			take(new DOMParser().parseFromString(await answer.text(), "text/html"));
	} catch {
		// the stream of events says so too, and goes on trying
	}
	setTimeout(() => {
		renewing = false;
		if (again) {
			again = false;
			renew();
		}
	}, PAUSE_MS);
}

// Times that are still running.
function format(us) {
	if (us < 60e6)
		return (us / 1e6).toFixed(1) + " s";
	return Math.floor(us / 60e6) + " min " + Math.floor((us / 1e6) % 60) + " s";
}

setInterval(() => {
	if (at("now").classList.contains("gone"))
		return;
	for (const time of document.querySelectorAll("[data-us]"))
		time.textContent = format(Number(time.dataset.us) + (performance.now() - since) * 1000);
}, 500);
// … and their bars.
setInterval(() => document.querySelector(".stages .running") && renew(), 5000);

// ---- events

let first = true;

function addLines(text) {
	const log = at("log");
	const follows = log.scrollTop + log.clientHeight >= log.scrollHeight - 8;
	if (first) // the stream begins with what the page had already
		log.textContent = "";
	first = false;
	log.append(text + "\n");
	while (log.childNodes.length > LINES_MAX)
		log.firstChild.remove();
	if (follows)
		log.scrollTop = log.scrollHeight;
}

function lost() {
	const time = new Date().toLocaleTimeString();
	if (at("now").classList.contains("gone"))
		return;
	at("now").className = "gone";
	at("state").textContent = "No answer";
	at("verdict").textContent = "Silent since " + time;
	at("why").textContent = "It starts the real root, was told to end, or its network is gone.";
	document.title = "No answer – rootling";
	at("link").textContent = "not connected, trying again";
}

const events = new EventSource("/api/v1/events");
events.addEventListener("open", () => {
	at("link").textContent = "live";
	renew();
});
events.addEventListener("log", (event) => addLines(event.data));
events.addEventListener("status", renew);
// The server ends a stream after some minutes; it is lost only when the next attempt fails too.
let silent;
events.addEventListener("error", () => {
	clearTimeout(silent);
	silent = setTimeout(async () => {
		try {
			await fetch("/healthz", { cache: "no-store", signal: AbortSignal.timeout(SURE_MS) });
		} catch {
			lost();
		}
	}, 1000);
	if (events.readyState === EventSource.CLOSED)
		lost();
});
at("log").scrollTop = at("log").scrollHeight;

// ---- actions

let sure;

function isSure(button) {
	if (!button.classList.contains("grave") || button === sure)
		return true;
	const label = button.textContent;
	sure = button;
	button.dataset.name = label;
	button.textContent = label + ": sure?";
	button.classList.add("sure");
	setTimeout(() => {
		sure = null;
		button.textContent = label;
		button.classList.remove("sure");
	}, SURE_MS);
	return false;
}

// The report comes as a file, everything else says {"accepted": true} or why not.
async function outcome(answer) {
	const type = answer.headers.get("Content-Type") || "";
	if (type.startsWith("application/json")) {
		const said = await answer.json();
		return said.accepted ? "accepted" : "refused: " + said.reason;
	}
	if (!answer.ok)
		return "refused: " + answer.status;
	const link = document.createElement("a");
	link.href = URL.createObjectURL(await answer.blob());
	link.download = "rootling-report.txt";
	link.click();
	setTimeout(() => URL.revokeObjectURL(link.href), SURE_MS);
	return "saved";
}

async function act(form, button) {
	const fields = new FormData(form);
	const body = new URLSearchParams();
	const headers = {};
	const path = button.getAttribute("formaction") || form.getAttribute("action");
	const name = button.dataset.name || button.textContent;
	if (path.endsWith("/root"))
		body.set("root", fields.get("root"));
	if (fields.get("token"))
		headers.Authorization = "Bearer " + fields.get("token");
	at("result").textContent = name + " …";
	try {
		const answer = await fetch(path, { method: "POST", headers, body });
		at("result").textContent = name + ": " + (await outcome(answer));
	} catch {
		at("result").textContent = name + ": no answer, it may have been done";
	}
	renew();
}

document.querySelector("form").addEventListener("submit", (event) => {
	event.preventDefault();
	const button = event.submitter || event.target.querySelector("button");
	if (isSure(button))
		act(event.target, button);
});
