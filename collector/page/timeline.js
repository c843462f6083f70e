// timeline.js - processes as slices in lanes, drawn on a canvas: what is in sight, and of slices narrower than a pixel the
// first. `view` is the stretch of time in sight and how far the lanes are scrolled.

const LANE_MIN = 12, LANE_MAX = 24, AXIS = 22, SHORTEST_VIEW = 200;
const view = { begin: runBegin, end: runEnd, top: 0 };
const lanes = Array.from({ length: raw.lanes }, () => []);
let pointedProgram = null; // of the legend
let roles = new Map();     // index of a process: what it is to what is chosen

for (const process of processes)
	lanes[process.lane].push(process);

const drawTimeline = onNextFrame(() => {
	drawOverview();
	drawLanes();
});

function laneHeight() {
	const height = $('lanes').clientHeight - AXIS;
	return Math.max(LANE_MIN, Math.min(LANE_MAX, height / Math.max(1, lanes.length)));
}

function clampView() {
	const whole = runEnd - runBegin;
	const span = Math.min(whole, Math.max(Math.min(SHORTEST_VIEW, whole), view.end - view.begin));
	view.begin = Math.max(runBegin, Math.min(view.begin, runEnd - span));
	view.end = view.begin + span;
	const most = lanes.length * laneHeight() - ($('lanes').clientHeight - AXIS);
	view.top = Math.max(0, Math.min(view.top, most));
}

function moveView(begin, end, top = view.top) {
	view.begin = begin;
	view.end = end;
	view.top = top;
	clampView();
	drawTimeline();
}

// Around a place from 0, the left edge, to 1.
function zoomView(factor, place = 0.5) {
	const at = view.begin + (view.end - view.begin) * place, span = (view.end - view.begin) * factor;
	moveView(at - span * place, at + span * (1 - place));
}

// The first process of a lane that ends at or after the time.
function firstIn(lane, time) {
	let low = 0, high = lane.length;
	while (low < high) {
		const middle = (low + high) >> 1;
		if (lane[middle].end < time)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

function drawAxis(context, width, scale) {
	const least = (view.end - view.begin) / Math.max(1, width / 90);
	const power = 10 ** Math.floor(Math.log10(least));
	const step = [1, 2, 5, 10].map((times) => times * power).find((each) => each >= least);
	context.font = '11px system-ui, sans-serif';
	context.textBaseline = 'middle';
	context.fillStyle = colourOf('--soft');
	context.strokeStyle = colourOf('--line');
	context.beginPath();
	for (let time = Math.ceil(view.begin / step) * step; time <= view.end; time += step) {
		const x = Math.round((time - view.begin) * scale) + 0.5;
		context.moveTo(x, 0);
		context.lineTo(x, $('lanes').clientHeight);
		context.fillText(duration(Math.round(time)), x + 4, AXIS / 2);
	}
	context.stroke();
}

function isDimmed(process) {
	if (pointedProgram !== null)
		return process.program !== pointedProgram;
	return roles.size > 0 && !roles.has(process.index);
}

const ROLES = {
	chosen: ['--text', 'this process'], writer: ['--gone', 'wrote it'], reader: ['--read', 'read it'], both: ['--temporary', 'read and wrote it'],
	parent: ['--changed', 'above it'], child: ['--created', 'below it'], program: ['--text', 'this program'],
};
const MARKS_MOST = 400;

// Says what the frames around slices mean, where there are any.
function showRoles() {
	const kinds = new Set(roles.values());
	$('roles').hidden = kinds.size === 0;
	$('roles').replaceChildren(...Object.keys(ROLES).filter((role) => kinds.has(role)).map((role) => {
		const mark = element('span', { class: 'swatch' });
		mark.style.borderColor = `var(${ROLES[role][0]})`;
		return element('li', {}, mark, ROLES[role][1]);
	}));
}

// A mark on the axis for each process that has to do with what is chosen, so that one among ten thousand is found.
function drawMarks(context, width, scale) {
	if (roles.size > MARKS_MOST)
		return;
	for (const [index, role] of roles) {
		const process = processes[index], x = ((process.begin + process.end) / 2 - view.begin) * scale;
		if (role === 'parent' || x < -6 || x > width + 6)
			continue;
		context.fillStyle = colourOf(ROLES[role][0]);
		context.beginPath();
		context.moveTo(x, AXIS);
		context.lineTo(x - 5, AXIS - 8);
		context.lineTo(x + 5, AXIS - 8);
		context.fill();
	}
}

function drawSlice(context, process, x, y, width, height) {
	const role = roles.get(process.index);
	context.globalAlpha = isDimmed(process) ? 0.16 : 1;
	context.fillStyle = programColour(process.program);
	context.fillRect(x, y, width, height);
	if (isFailed(process)) {
		context.fillStyle = colourOfFailed;
		context.fillRect(x, y + height - 3, width, 3);
	}
	if (width > 34) {
		context.save();
		context.beginPath();
		context.rect(x, y, width - 3, height);
		context.clip();
		context.fillStyle = inkOn(programColour(process.program));
		context.fillText(sliceLabel(process, width), Math.max(x, 0) + 4, y + height / 2 + 0.5);
		context.restore();
	}
	context.globalAlpha = 1;
	if (role !== undefined) {
		context.strokeStyle = colourOf(ROLES[role][0]);
		context.lineWidth = role === 'chosen' ? 3 : 2;
		context.strokeRect(x, y, Math.max(width, 2), height);
	}
}

function sliceLabel(process, width) {
	if (width < 120)
		return process.program.name;
	const words = process.argv.slice(1, 40).map((index) => raw.texts[index]).join(' ');
	return `${process.program.name}  ${words.slice(0, Math.ceil(width / 5))}`;
}

let colourOfFailed = '';

function drawLanes() {
	const canvas = $('lanes'), context = canvasContext(canvas);
	if (context === null)
		return;
	const width = canvas.clientWidth, height = canvas.clientHeight, each = laneHeight();
	const scale = width / (view.end - view.begin);
	colourOfFailed = colourOf('--gone');
	drawAxis(context, width, scale);
	drawMarks(context, width, scale);
	context.save();
	context.beginPath();
	context.rect(0, AXIS, width, height - AXIS);
	context.clip();
	context.font = '11px system-ui, sans-serif';
	const first = Math.floor(view.top / each), last = Math.min(lanes.length, Math.ceil((view.top + height - AXIS) / each));
	for (let lane = first; lane < last; lane++) {
		const y = AXIS + lane * each - view.top + 1;
		let drawnTo = -Infinity;
		for (let at = firstIn(lanes[lane], view.begin); at < lanes[lane].length; at++) {
			const process = lanes[lane][at];
			if (process.begin > view.end)
				break;
			const x = (process.begin - view.begin) * scale, end = (process.end - view.begin) * scale;
			if (end - drawnTo < 0.5 && !roles.has(process.index))
				continue;
			drawSlice(context, process, x, y, Math.max(0.7, end - x - (end - x > 3 ? 0.6 : 0)), each - 2);
			drawnTo = end;
		}
	}
	context.restore();
	if (lanes.length * each > height - AXIS) {
		const track = height - AXIS, part = track / (lanes.length * each);
		context.fillStyle = colourOf('--soft');
		context.globalAlpha = 0.5;
		context.fillRect(width - 5, AXIS + view.top * part, 4, Math.max(16, track * part));
		context.globalAlpha = 1;
	}
}

// How many processes ran on average in each of so many stretches of the run.
const profileOf = (() => {
	let kept = [];
	return (count) => {
		if (kept.length === count)
			return kept;
		const step = (runEnd - runBegin) / count, whole = new Float64Array(count + 1), part = new Float64Array(count + 1);
		for (const process of processes) {
			const begin = (process.begin - runBegin) / step, end = (process.end - runBegin) / step;
			const first = Math.min(count - 1, Math.floor(begin)), last = Math.min(count - 1, Math.floor(end));
			if (first === last) {
				part[first] += end - begin;
				continue;
			}
			part[first] += first + 1 - begin;
			part[last] += end - last;
			whole[first + 1]++;
			whole[last]--;
		}
		kept = new Float64Array(count);
		for (let at = 0, running = 0; at < count; at++) {
			running += whole[at];
			kept[at] = running + part[at];
		}
		return kept;
	};
})();

function drawOverview() {
	const canvas = $('overview'), context = canvasContext(canvas);
	if (context === null)
		return;
	const width = canvas.clientWidth, height = canvas.clientHeight;
	const profile = profileOf(Math.max(1, Math.floor(width / 2)));
	const most = profile.reduce((one, other) => Math.max(one, other), 1);
	context.fillStyle = colourOf('--accent');
	context.globalAlpha = 0.55;
	context.beginPath();
	context.moveTo(0, height);
	profile.forEach((value, at) => {
		context.lineTo(at * width / profile.length, height - 3 - value / most * (height - 10));
		context.lineTo((at + 1) * width / profile.length, height - 3 - value / most * (height - 10));
	});
	context.lineTo(width, height);
	context.fill();
	context.globalAlpha = 1;
	const scale = width / (runEnd - runBegin);
	const left = (view.begin - runBegin) * scale, right = (view.end - runBegin) * scale;
	context.fillStyle = colourOf('--back');
	context.globalAlpha = 0.65;
	context.fillRect(0, 0, left, height);
	context.fillRect(right, 0, width - right, height);
	context.globalAlpha = 1;
	context.strokeStyle = colourOf('--accent');
	context.strokeRect(left + 0.5, 0.5, Math.max(2, right - left - 1), height - 1);
	context.fillStyle = colourOf('--soft');
	context.font = '11px system-ui, sans-serif';
	context.fillText(`up to ${grouped(Math.max(1, Math.round(most)))} at once`, 6, 12);
}

function processAt(x, y) {
	const lane = lanes[Math.floor((y - AXIS + view.top) / laneHeight())];
	if (y < AXIS || lane === undefined)
		return null;
	const scale = (view.end - view.begin) / $('lanes').clientWidth, time = view.begin + x * scale, reach = 3 * scale;
	let best = null;
	for (let at = firstIn(lane, time - reach); at < lane.length && lane[at].begin <= time + reach; at++) {
		const process = lane[at], away = Math.max(process.begin - time, time - process.end, 0);
		if (best === null || away < best.away)
			best = { process, away };
	}
	return best === null ? null : best.process;
}

function showTip(event) {
	const tip = $('tip'), canvas = $('lanes');
	const process = event === null ? null : processAt(event.offsetX, event.offsetY);
	tip.hidden = process === null;
	canvas.style.cursor = process === null ? 'grab' : 'pointer';
	if (process === null)
		return;
	const command = commandText(process);
	tip.textContent = `${process.program.name} · pid ${process.pid} · ${duration(process.end - process.begin)} · ${outcomeText(process)}\n` +
		(command.length > 300 ? command.slice(0, 300) + ' …' : command);
	const x = event.offsetX + canvas.offsetLeft, y = event.offsetY + canvas.offsetTop;
	tip.style.left = Math.max(0, Math.min(x + 14, canvas.clientWidth - tip.offsetWidth - 4)) + 'px';
	tip.style.top = (y + 18 + tip.offsetHeight > canvas.offsetTop + canvas.clientHeight ? y - tip.offsetHeight - 10 : y + 18) + 'px';
}

// Moves the lanes so that the process is in sight.
function revealProcess(process, close) {
	const span = view.end - view.begin, each = laneHeight(), room = $('lanes').clientHeight - AXIS;
	let { begin, end, top } = view;
	if (close) {
		const margin = Math.max((process.end - process.begin) * 0.15, SHORTEST_VIEW / 4);
		[begin, end] = [process.begin - margin, process.end + margin];
	} else if (process.end < begin || process.begin > end) {
		begin = (process.begin + process.end) / 2 - span / 2;
		end = begin + span;
	}
	if (process.lane * each < top || (process.lane + 1) * each > top + room)
		top = process.lane * each - room / 2;
	moveView(begin, end, top);
}

function timelineKey(event) {
	const span = view.end - view.begin, each = laneHeight();
	const keys = {
		'+': () => zoomView(0.7), '=': () => zoomView(0.7), '-': () => zoomView(1 / 0.7), '0': () => moveView(runBegin, runEnd, 0),
		Home: () => moveView(runBegin, runBegin + span), End: () => moveView(runEnd - span, runEnd),
		ArrowLeft: () => moveView(view.begin - span * 0.15, view.end - span * 0.15),
		ArrowRight: () => moveView(view.begin + span * 0.15, view.end + span * 0.15),
		ArrowUp: () => moveView(view.begin, view.end, view.top - each), ArrowDown: () => moveView(view.begin, view.end, view.top + each),
		PageUp: () => moveView(view.begin, view.end, view.top - each * 10), PageDown: () => moveView(view.begin, view.end, view.top + each * 10),
		n: () => stepProcess(1), p: () => stepProcess(-1),
		Enter: () => { if (chosen.process !== null) revealProcess(chosen.process, true); },
	};
	if (event.ctrlKey || event.metaKey || event.altKey || keys[event.key] === undefined)
		return;
	event.preventDefault();
	keys[event.key]();
}

function stepProcess(by) {
	const from = chosen.process === null ? (by > 0 ? -1 : processes.length) : chosen.process.index;
	const process = processes[from + by];
	if (process !== undefined)
		go({ process: process.id });
}

// One pointer drags, two stretch; without a move it was a click.
function followPointers(canvas) {
	const pointers = new Map();
	let moved = 0;
	canvas.addEventListener('pointerdown', (event) => {
		pointers.set(event.pointerId, { x: event.offsetX, y: event.offsetY });
		moved = pointers.size > 1 ? Infinity : 0;
		canvas.setPointerCapture(event.pointerId);
	});
	canvas.addEventListener('pointermove', (event) => {
		const before = pointers.get(event.pointerId);
		if (before === undefined) {
			showTip(event);
			return;
		}
		const now = { x: event.offsetX, y: event.offsetY }, perPixel = (view.end - view.begin) / canvas.clientWidth;
		moved += Math.abs(now.x - before.x) + Math.abs(now.y - before.y);
		pointers.set(event.pointerId, now);
		if (moved < 4)
			return;
		showTip(null);
		if (pointers.size === 1) {
			const by = (before.x - now.x) * perPixel;
			moveView(view.begin + by, view.end + by, view.top + before.y - now.y);
			return;
		}
		const other = [...pointers].find(([id]) => id !== event.pointerId)[1];
		const far = Math.max(20, Math.abs(now.x - other.x)), was = Math.max(20, Math.abs(before.x - other.x));
		zoomView(was / far, (now.x + other.x) / 2 / canvas.clientWidth);
	});
	const end = (event) => {
		const process = moved < 4 && pointers.has(event.pointerId) ? processAt(event.offsetX, event.offsetY) : null;
		pointers.delete(event.pointerId);
		if (process !== null && event.type === 'pointerup')
			go({ process: process.id });
	};
	canvas.addEventListener('pointerup', end);
	canvas.addEventListener('pointercancel', end);
	canvas.addEventListener('pointerleave', () => showTip(null));
}

function followOverview(canvas) {
	let from = null;
	const time = (event) => runBegin + Math.max(0, Math.min(1, event.offsetX / canvas.clientWidth)) * (runEnd - runBegin);
	canvas.addEventListener('pointerdown', (event) => {
		from = time(event);
		canvas.setPointerCapture(event.pointerId);
	});
	canvas.addEventListener('pointermove', (event) => {
		const to = time(event);
		if (from !== null && Math.abs(to - from) > (runEnd - runBegin) / canvas.clientWidth * 3)
			moveView(Math.min(from, to), Math.max(from, to));
	});
	canvas.addEventListener('pointerup', (event) => {
		const at = time(event), span = view.end - view.begin;
		if (from !== null && Math.abs(at - from) <= (runEnd - runBegin) / canvas.clientWidth * 3)
			moveView(at - span / 2, at + span / 2);
		from = null;
	});
}

function makeLegend() {
	const shown = programs.slice(0, PALETTE.length);
	const items = shown.map((program) => {
		const button = element('button', { type: 'button', 'aria-pressed': 'false', title: `${text(program.exe) || 'unknown program'}: ${count(program.processes.length, 'process', 'processes')}, ${duration(program.time)} together` },
			swatch(programColour(program)), program.name, element('small', {}, grouped(program.processes.length)));
		button.addEventListener('click', () => {
			pointedProgram = pointedProgram === program ? null : program;
			for (const other of $('legend').querySelectorAll('button'))
				other.setAttribute('aria-pressed', String(other === button && pointedProgram !== null));
			drawTimeline();
		});
		return element('li', {}, button);
	});
	const others = programs.length - shown.length;
	if (others > 0)
		items.push(element('li', { class: 'hint' }, swatch(OTHER_COLOUR), ` ${count(others, 'other program')}`));
	if (processes.some(isFailed))
		items.push(element('li', { class: 'hint' }, swatch('var(--gone)'), ' failed, at the lower edge'));
	$('legend').replaceChildren(...items);
}

function startTimeline() {
	const canvas = $('lanes');
	makeLegend();
	followPointers(canvas);
	followOverview($('overview'));
	canvas.addEventListener('wheel', (event) => {
		event.preventDefault();
		const span = view.end - view.begin;
		if (event.shiftKey)
			moveView(view.begin, view.end, view.top + event.deltaY + event.deltaX);
		else if (Math.abs(event.deltaX) > Math.abs(event.deltaY))
			moveView(view.begin + span * event.deltaX / 800, view.end + span * event.deltaX / 800);
		else
			zoomView(Math.exp(Math.max(-1, Math.min(1, event.deltaY / 400))), event.offsetX / canvas.clientWidth);
	}, { passive: false });
	canvas.addEventListener('keydown', timelineKey);
	$('zoom-in').addEventListener('click', () => zoomView(0.5));
	$('zoom-out').addEventListener('click', () => zoomView(2));
	$('zoom-fit').addEventListener('click', () => moveView(runBegin, runEnd, 0));
	new ResizeObserver(() => { clampView(); drawTimeline(); }).observe(canvas);
}
