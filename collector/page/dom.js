// dom.js - the few ways in which things get into the document. Whatever a name holds, it is set as text.

function $(id) {
	return document.getElementById(id);
}

// element('a', { class: 'path', href: '#' }, 'text', child, ...); what is null is left out.
function element(tag, attributes = {}, ...children) {
	const made = document.createElement(tag);
	for (const [name, value] of Object.entries(attributes)) {
		if (typeof value === 'function')
			made.addEventListener(name, value);
		else if (value !== null && value !== false)
			made.setAttribute(name, value === true ? '' : value);
	}
	made.append(...children.filter((child) => child !== null && child !== ''));
	return made;
}

function shape(tag, attributes = {}, ...children) {
	const made = document.createElementNS('http://www.w3.org/2000/svg', tag);
	for (const [name, value] of Object.entries(attributes))
		made.setAttribute(name, value);
	made.append(...children);
	return made;
}

function swatch(colour) {
	const made = element('span', { class: 'swatch' });
	made.style.background = colour;
	return made;
}

function badge(words, kind, title = null) {
	return words === '' ? null : element('span', { class: 'badge ' + kind, title }, words);
}

// A canvas as large as its place, in the screen's own pixels. Returns its context, or null when it isn't shown.
function canvasContext(canvas) {
	const { width, height } = canvas.getBoundingClientRect();
	if (width === 0 || height === 0)
		return null;
	const ratio = window.devicePixelRatio || 1;
	if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
		canvas.width = Math.round(width * ratio);
		canvas.height = Math.round(height * ratio);
	}
	const context = canvas.getContext('2d');
	context.setTransform(ratio, 0, 0, ratio, 0, 0);
	context.clearRect(0, 0, width, height);
	return context;
}

function colourOf(variable) {
	return getComputedStyle(document.documentElement).getPropertyValue(variable).trim();
}

// Calls it once before the next picture, however often it is asked for.
function onNextFrame(draw) {
	let waits = false;
	return () => {
		if (waits)
			return;
		waits = true;
		requestAnimationFrame(() => { waits = false; draw(); });
	};
}

// Rows of one height, of which only those in sight are in the document. `fill` makes a row of a given number.
class Rows {
	constructor(place, height, fill) {
		this.place = place;
		this.height = height;
		this.fill = fill;
		this.count = 0;
		this.space = element('div', { class: 'space', role: 'presentation' });
		place.append(this.space);
		this.draw = onNextFrame(() => this.drawNow());
		place.addEventListener('scroll', this.draw, { passive: true });
		new ResizeObserver(this.draw).observe(place);
	}

	setCount(count) {
		this.count = count;
		this.space.style.height = count * this.height + 'px';
		this.draw();
	}

	drawNow() {
		const first = Math.max(0, Math.floor(this.place.scrollTop / this.height) - 5);
		const last = Math.min(this.count, Math.ceil((this.place.scrollTop + this.place.clientHeight) / this.height) + 5);
		const rows = [];
		for (let at = first; at < last; at++) {
			const row = this.fill(at);
			row.style.top = at * this.height + 'px';
			row.style.height = this.height + 'px';
			rows.push(row);
		}
		this.space.replaceChildren(...rows);
	}

	show(at) {
		const top = at * this.height, place = this.place;
		if (top < place.scrollTop)
			place.scrollTop = top;
		else if (top + this.height > place.scrollTop + place.clientHeight)
			place.scrollTop = top + this.height - place.clientHeight;
		this.draw();
	}
}
