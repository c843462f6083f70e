// graph.js - what was read from where, by which programs, and written to where: two trees of directories, folded, with the
// programs between them. A link stands for the pairs of a process and a path; its width grows with their root.

const GRAPH_ROW = 26, GRAPH_TOP = 28, ROWS_AT_FIRST = 16, CHILDREN_SHOWN = 12, PROGRAMS_SHOWN = 24;

// A side of the graph: which uses count, which directories are unfolded, and how many rows each may show.
function makeSide(mask) {
	const own = new Uint32Array(pathCount);
	for (let use = 0; use < useCount; use++) {
		if (useWhat[use] & mask)
			own[usePath[use]]++;
	}
	const weight = own.slice();
	for (let path = pathCount - 1; path > 0; path--)
		weight[above[path]] += weight[path];
	return { mask, weight, open: new Set(), shown: new Map(), rows: [], rowOf: null };
}

// Links that were followed are left out: every program goes through /lib.
const readSide = makeSide(CONTENTS & ~HOW.link), writeSide = makeSide(WRITES);

function childrenOf(side, path) {
	return [...inside.of(path)].filter((child) => side.weight[child] > 0)
		.sort((one, other) => side.weight[other] - side.weight[one] || compareNames(one, other));
}

// Through directories that hold one thing alone, as "usr/include/".
function tailOf(side, path) {
	const names = [raw.paths[path]];
	for (;;) {
		const children = childrenOf(side, path);
		if (children.length !== 1 || inside.of(children[0]).length === 0)
			return { path, label: names.join('/') };
		path = children[0];
		names.push(raw.paths[path]);
	}
}

function layRows(side) {
	const rows = [], stack = [{ ...tailOf(side, 0), depth: 0 }];
	if (side.weight[0] === 0)
		return [];
	while (stack.length > 0) {
		const row = stack.pop();
		rows.push(row);
		if (row.rest !== undefined || !side.open.has(row.path))
			continue;
		const children = childrenOf(side, row.path), shown = side.shown.get(row.path) ?? CHILDREN_SHOWN;
		const rest = children.slice(children.length === shown + 1 ? shown + 1 : shown);
		const next = children.slice(0, children.length - rest.length).map((path) => ({ ...tailOf(side, path), depth: row.depth + 1 }));
		if (rest.length > 0)
			next.push({ path: row.path, rest, depth: row.depth + 1, label: `${grouped(rest.length)} more` });
		stack.push(...next.reverse());
	}
	return rows;
}

// Unfolds the heaviest directories as long as the rows stay few.
function unfoldAtFirst(side) {
	for (;;) {
		const rows = layRows(side);
		const closed = rows.filter((row) => !side.open.has(row.path) && inside.of(row.path).length > 0)
			.sort((one, other) => side.weight[other.path] - side.weight[one.path]);
		const fits = closed.find((row) => rows.length + Math.min(CHILDREN_SHOWN + 1, childrenOf(side, row.path).length) <= ROWS_AT_FIRST);
		if (fits === undefined)
			return;
		side.open.add(fits.path);
	}
}

// The row in which each path is found: its own, or that of what it is folded into. Numbers are lower above.
function findRows(side) {
	side.rows = layRows(side);
	side.rowOf = new Int32Array(pathCount).fill(NONE);
	side.rows.forEach((row, index) => {
		for (const path of row.rest ?? [row.path])
			side.rowOf[path] = index;
	});
	for (let path = 1; path < pathCount; path++) {
		if (side.rowOf[path] === NONE)
			side.rowOf[path] = side.rowOf[above[path]];
	}
}

function linksOf(side, columns) {
	const links = new Map();
	for (let use = 0; use < useCount; use++) {
		if (!(useWhat[use] & side.mask))
			continue;
		const row = Math.max(0, side.rowOf[usePath[use]]), program = Math.min(processes[useProcess[use]].program.rank, columns - 1);
		const key = row * columns + program;
		links.set(key, (links.get(key) ?? 0) + 1);
	}
	return [...links].map(([key, number]) => ({ row: Math.floor(key / columns), program: key % columns, number }));
}

function graphNode(x, y, width, label, note, title, act) {
	const letters = Math.floor((width - 16 - note.length * 7.3) / 7.3);
	const node = shape('g', { class: 'node', tabindex: 0, role: 'button', transform: `translate(${x},${y})` },
		shape('title', {}, title), shape('rect', { width, height: GRAPH_ROW - 5, rx: 5 }),
		shape('text', { x: 8, y: 15 }, label.length > letters ? label.slice(0, Math.max(1, letters - 1)) + '…' : label),
		shape('text', { class: 'soft', x: width - 7, y: 15, 'text-anchor': 'end' }, note));
	node.addEventListener('click', act);
	node.addEventListener('keydown', (event) => {
		if (event.key === 'Enter' || event.key === ' ') {
			event.preventDefault();
			act();
		}
	});
	return node;
}

function sideNodes(side, left, width, height) {
	const top = Math.max(GRAPH_TOP, (height - side.rows.length * GRAPH_ROW) / 2);
	return side.rows.map((row, index) => {
		const indent = Math.min(row.depth, 12) * 12, folder = inside.of(row.path).length > 0 && row.rest === undefined;
		const arrow = folder ? (side.open.has(row.path) ? '▾ ' : '▸ ') : '';
		const label = arrow + (row.rest === undefined ? (row.label || '') + (folder ? '/' : '') : row.label);
		const weight = row.rest === undefined ? side.weight[row.path] : row.rest.reduce((sum, path) => sum + side.weight[path], 0);
		row.x = left + indent;
		row.y = top + index * GRAPH_ROW;
		row.width = width - indent;
		return graphNode(row.x, row.y, row.width, label, grouped(weight), row.rest === undefined ? pathText(row.path) : label + ' in ' + pathText(row.path), () => {
			if (row.rest !== undefined)
				side.shown.set(row.path, (side.shown.get(row.path) ?? CHILDREN_SHOWN) + 40);
			else if (side.open.has(row.path))
				side.open.delete(row.path);
			else if (folder)
				side.open.add(row.path);
			drawGraph();
			if (row.rest === undefined)
				go({ path: row.path });
		});
	});
}

function programNodes(left, width, height) {
	const shown = programs.slice(0, programs.length === PROGRAMS_SHOWN + 1 ? PROGRAMS_SHOWN + 1 : PROGRAMS_SHOWN);
	const rows = shown.map((program) => ({ program, label: program.name, number: program.processes.length }));
	if (programs.length > shown.length)
		rows.push({ program: null, label: count(programs.length - shown.length, 'other program'), number: processes.length - rows.reduce((sum, row) => sum + row.number, 0) });
	const step = Math.max(GRAPH_ROW, Math.min(GRAPH_ROW * 2, height / Math.max(1, rows.length)));
	const nodes = rows.map((row, index) => {
		row.x = left;
		row.y = Math.max(GRAPH_TOP, (height - rows.length * step) / 2) + index * step;
		row.width = width;
		row.colour = row.program === null ? OTHER_COLOUR : programColour(row.program);
		const node = graphNode(row.x, row.y, width, row.label, '×' + grouped(row.number), row.program === null ? row.label : text(row.program.exe) || row.label,
			() => { if (row.program !== null) go({ program: row.program }); });
		node.classList.add('program');
		node.querySelector('rect').style.stroke = row.colour;
		return node;
	});
	return { rows, nodes };
}

function linkShapes(side, middle, most, fromLeft) {
	return linksOf(side, middle.length).map(({ row, program, number }) => {
		const folder = side.rows[row], node = middle[program];
		const [x0, y0] = fromLeft ? [folder.x + folder.width, folder.y] : [node.x + node.width, node.y];
		const [x1, y1] = fromLeft ? [node.x, node.y] : [folder.x, folder.y];
		const bend = (x1 - x0) / 2, half = (GRAPH_ROW - 5) / 2;
		const link = shape('path', { class: 'link', d: `M${x0},${y0 + half}C${x0 + bend},${y0 + half} ${x1 - bend},${y1 + half} ${x1},${y1 + half}`, stroke: node.colour,
			'stroke-width': 1 + 9 * Math.sqrt(number / most) });
		link.ends = [folder, node];
		return link;
	});
}

function drawGraph() {
	const place = $('flow');
	if (place.clientWidth === 0)
		return;
	findRows(readSide);
	findRows(writeSide);
	const width = Math.max(680, place.clientWidth - 4), side = Math.floor(width * 0.31), gap = Math.floor(width * 0.1);
	const most = Math.max(readSide.rows.length, writeSide.rows.length, Math.min(programs.length, PROGRAMS_SHOWN + 1), 1);
	const height = Math.max(most * GRAPH_ROW + GRAPH_TOP + 8, place.clientHeight - 8);
	const middle = programNodes(8 + side + gap, width - 2 * side - 2 * gap - 16, height);
	const nodes = [...sideNodes(readSide, 8, side, height), ...middle.nodes, ...sideNodes(writeSide, width - side - 8, side, height)];
	const ends = [...readSide.rows, ...middle.rows, ...writeSide.rows];
	const heaviest = Math.max(readSide.weight[0], writeSide.weight[0], 1);
	const links = [...linkShapes(readSide, middle.rows, heaviest, true), ...linkShapes(writeSide, middle.rows, heaviest, false)];
	nodes.forEach((node, index) => {
		const point = (on) => () => {
			place.classList.toggle('pointed', on);
			for (const link of links)
				link.classList.toggle('on', on && link.ends.includes(ends[index]));
		};
		node.addEventListener('pointerenter', point(true));
		node.addEventListener('pointerleave', point(false));
		node.addEventListener('focus', point(true));
		node.addEventListener('blur', point(false));
	});
	const heading = (x, words) => shape('text', { class: 'soft', x, y: 18 }, words);
	const headings = [heading(8, 'read from'), heading(8 + side + gap, 'programs'), heading(width - side - 8, 'written to')];
	place.classList.remove('pointed');
	place.replaceChildren(shape('svg', { width, height, role: 'group', 'aria-label': 'Directories read from, programs, directories written to' }, ...headings, ...links, ...nodes));
}

function startGraph() {
	unfoldAtFirst(readSide);
	unfoldAtFirst(writeSide);
	new ResizeObserver(onNextFrame(drawGraph)).observe($('flow'));
}
