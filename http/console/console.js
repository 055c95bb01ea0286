// The console: xterm.js on one side, rootling.console.v1 over WebSocket on the other.
// Binary messages are the bytes of the terminal. Text is JSON: we say {"token":"..."} first and
// {"resize":[columns,rows]} whenever that changes, and hear {"ready":true} when the shell runs.
"use strict";

(() => {
	const $ = (id) => document.getElementById(id);
	const encoder = new TextEncoder();
	let socket = null;
	let leaving = false;
	let connected = false;

	// xterm.js writes its colours into <style> elements, which our policy forbids; a style sheet
	// that a script makes is allowed. What it takes for such an element writes into one of those.
	const createElement = document.createElement;
	document.createElement = function (name, ...rest) {
		if (String(name).toLowerCase() !== "style")
			return createElement.call(this, name, ...rest);
		const element = createElement.call(this, "template");
		const sheet = new CSSStyleSheet();
		document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
		Object.defineProperty(element, "textContent", { set: (css) => sheet.replaceSync(css) });
		return element;
	};

	const terminal = new Terminal({ cursorBlink: true, scrollback: 5000 });

	function say(text, bad) {
		$("state").textContent = text;
		$("state").classList.toggle("bad", Boolean(bad));
	}

	function send(object) {
		if (socket && socket.readyState === WebSocket.OPEN)
			socket.send(JSON.stringify(object));
	}

	// As many cells as fit; the screen that is shown says how large one is.
	function fit() {
		const screen = $("terminal").querySelector(".xterm-screen");
		const cell = screen.getBoundingClientRect();
		const style = getComputedStyle($("terminal"));
		const width = $("terminal").clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight) - 16;
		if (!cell.width || !cell.height)
			return;
		const limit = (n) => Math.max(2, Math.min(1000, Math.floor(n)));
		terminal.resize(limit(width / (cell.width / terminal.cols)),
			limit($("terminal").clientHeight / (cell.height / terminal.rows)));
	}

	function ready() {
		$("login").hidden = true;
		$("end").hidden = false;
		connected = true;
		say("Connected.");
		fit();
		send({ resize: [terminal.cols, terminal.rows] });
		terminal.focus();
	}

	function ended(event) {
		const known = { 1000: "The shell has ended.", 1001: "The machine goes on." };
		socket = null;
		$("login").hidden = false;
		$("end").hidden = true;
		const unknown = connected ? "The connection is lost."
			: "No connection: the machine refuses it, or somebody else has the console.";
		say(leaving ? "Disconnected." : event.reason || known[event.code] || unknown,
			!leaving && event.code !== 1000);
		$("token").focus();
	}

	function connect(token) {
		say("Connecting ...");
		terminal.reset();
		leaving = connected = false;
		socket = new WebSocket(`wss://${location.host}/api/v1/console`, "rootling.console.v1");
		socket.binaryType = "arraybuffer";
		socket.onopen = () => { if (token) send({ token }); };
		socket.onclose = ended;
		socket.onmessage = (event) => {
			if (typeof event.data !== "string")
				terminal.write(new Uint8Array(event.data));
			else if (JSON.parse(event.data).ready)
				ready();
		};
	}

	function type(bytes) {
		if (socket && socket.readyState === WebSocket.OPEN)
			socket.send(bytes);
	}

	terminal.open($("terminal"));
	fit();
	terminal.onData((text) => type(encoder.encode(text)));
	terminal.onBinary((text) => type(Uint8Array.from(text, (c) => c.charCodeAt(0))));
	terminal.onResize(({ cols, rows }) => send({ resize: [cols, rows] }));
	new ResizeObserver(fit).observe($("terminal"));
	$("end").addEventListener("click", () => {
		leaving = true;
		if (socket)
			socket.close(1000);
	});
	$("login").addEventListener("submit", (event) => {
		event.preventDefault();
		if (!socket)
			connect($("token").value);
		$("token").value = "";
	});
})();
