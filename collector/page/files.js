// files.js - the paths as a tree that is folded by directory, and the processes as a list: both rows in sight alone.

let filter = FILTERS[0];
let fitting = countUnder(filter[2]);
const unfolded = new Set([0]);
let treeRows = []; // { path, depth }, those that aren't in a folded directory
let treeList = null;

function compareNames(one, other) {
	const folders = (inside.of(other).length > 0) - (inside.of(one).length > 0);
	return folders || (raw.paths[one] < raw.paths[other] ? -1 : 1);
}

function layTree() {
	const stack = [{ path: 0, depth: 0 }];
	treeRows = [];
	while (stack.length > 0) {
		const row = stack.pop();
		treeRows.push(row);
		if (!unfolded.has(row.path))
			continue;
		const children = [...inside.of(row.path)].filter((path) => fitting[path] > 0).sort(compareNames);
		for (const path of children.reverse())
			stack.push({ path, depth: row.depth + 1 });
	}
	treeList.setCount(treeRows.length);
}

// The readers and writers of a path, processes each once.
function usersOf(path) {
	const users = { readers: [], writers: [], others: [] };
	for (const use of usesOfPath.of(path)) {
		const what = useWhat[use];
		if (what & WRITES)
			users.writers.push(use);
		if (what & CONTENTS)
			users.readers.push(use);
		if (!(what & (WRITES | CONTENTS)))
			users.others.push(use);
	}
	return users;
}

function treeRow(at) {
	const { path, depth } = treeRows[at], folder = inside.of(path).length > 0;
	const row = element('div', {
		class: 'row' + (chosen.path === path ? ' chosen' : ''), role: 'treeitem', id: 'path-' + path, 'aria-level': depth + 1,
		'aria-selected': String(chosen.path === path), 'aria-expanded': folder ? String(unfolded.has(path)) : null,
		click: (event) => {
			if (folder && (event.target.className === 'arrow' || chosen.path === path))
				toggleFolder(path);
			go({ path });
		},
	});
	const indent = element('span', { class: 'arrow' }, folder ? (unfolded.has(path) ? '▾' : '▸') : '');
	indent.style.marginLeft = depth * 14 + 'px';
	row.append(indent, element('span', { class: 'name' }, path === 0 ? '/' : raw.paths[path] + (folder ? '/' : '')));
	if (oddPaths.has(path))
		row.append(badge('not UTF-8', 'odd', oddPaths.get(path)));
	row.append(...[badge(...pathState(path))].filter(Boolean), element('span', { class: 'fill' }));
	if (folder) {
		row.append(element('span', { class: 'count' }, count(fitting[path], 'path')));
	} else {
		const { readers, writers } = usersOf(path);
		const words = [readers.length && count(readers.length, 'reader'), writers.length && count(writers.length, 'writer')];
		row.append(element('span', { class: 'count optional' }, words.filter(Boolean).join(' · ')));
	}
	return row;
}

function toggleFolder(path) {
	if (unfolded.has(path))
		unfolded.delete(path);
	else
		unfoldDown(path);
	layTree();
}

// And on through directories that hold one directory and nothing else.
function unfoldDown(path) {
	for (;;) {
		unfolded.add(path);
		const shown = [...inside.of(path)].filter((child) => fitting[child] > 0);
		if (shown.length !== 1 || inside.of(shown[0]).length === 0)
			return;
		path = shown[0];
	}
}

function revealPath(path) {
	if (fitting[path] === 0)
		setFilter(FILTERS[0]);
	for (let at = above[path]; at > 0; at = above[at])
		unfolded.add(at);
	layTree();
	treeList.show(treeRows.findIndex((row) => row.path === path));
}

function setFilter(wanted) {
	filter = wanted;
	fitting = countUnder(filter[2]);
	for (const button of $('filters').children)
		button.setAttribute('aria-pressed', String(button.dataset.filter === filter[0]));
	layTree();
}

function treeKey(event) {
	const at = treeRows.findIndex((row) => row.path === chosen.path), row = treeRows[at];
	const to = (index) => { if (treeRows[index] !== undefined) go({ path: treeRows[index].path }); };
	const keys = {
		ArrowDown: () => to(at + 1), ArrowUp: () => to(Math.max(0, at - 1)), Home: () => to(0), End: () => to(treeRows.length - 1),
		PageDown: () => to(Math.min(treeRows.length - 1, at + 20)), PageUp: () => to(Math.max(0, at - 20)),
		ArrowRight: () => { if (row && inside.of(row.path).length > 0 && !unfolded.has(row.path)) toggleFolder(row.path); else to(at + 1); },
		ArrowLeft: () => { if (row && unfolded.has(row.path)) toggleFolder(row.path); else if (row && row.path > 0) go({ path: above[row.path] }); },
		Enter: () => { if (row && inside.of(row.path).length > 0) toggleFolder(row.path); },
	};
	if (keys[event.key] === undefined || event.ctrlKey || event.metaKey)
		return;
	event.preventDefault();
	keys[event.key]();
}

function startFiles() {
	treeList = new Rows($('tree'), 24, treeRow);
	for (const each of FILTERS) {
		const number = each === FILTERS[0] ? fitting[0] : countUnder(each[2])[0];
		$('filters').append(element('button', { type: 'button', 'data-filter': each[0], click: () => setFilter(each) }, `${each[1]} ${grouped(number)}`));
	}
	$('fold').addEventListener('click', () => { unfolded.clear(); unfoldDown(0); layTree(); });
	$('tree').addEventListener('keydown', treeKey);
	unfoldDown(0);
	const cwd = pathFind(raw.cwd);
	for (let at = cwd; at > 0; at = above[at])
		unfolded.add(at);
	setFilter(FILTERS[0]);
}

let listed = []; // { process, depth }
let processList = null;

function layProcesses() {
	const order = $('order').value;
	if (order === 'tree') {
		const stack = processes.filter((process) => process.parent === NONE).reverse().map((process) => ({ process, depth: 0 }));
		listed = [];
		while (stack.length > 0) {
			const row = stack.pop();
			listed.push(row);
			for (let at = row.process.children.length - 1; at >= 0; at--)
				stack.push({ process: row.process.children[at], depth: row.depth + 1 });
		}
	} else {
		const wanted = order === 'failed' ? processes.filter(isFailed) : [...processes];
		if (order === 'longest')
			wanted.sort((one, other) => (other.end - other.begin) - (one.end - one.begin));
		listed = wanted.map((process) => ({ process, depth: 0 }));
	}
	processList.setCount(listed.length);
}

function processRow(at) {
	const { process, depth } = listed[at], whole = runEnd - runBegin;
	const row = element('div', {
		class: 'row' + (chosen.process === process ? ' chosen' : ''), role: 'option', 'aria-selected': String(chosen.process === process),
		click: () => go({ process: process.id }),
	});
	const mark = swatch(programColour(process.program)), bar = element('i');
	mark.style.marginLeft = Math.min(depth, 40) * 12 + 'px';
	bar.style.background = programColour(process.program);
	bar.style.left = (process.begin - runBegin) / whole * 100 + '%';
	bar.style.width = (process.end - process.begin) / whole * 100 + '%';
	row.append(mark, element('span', { class: 'name' }, commandText(process).slice(0, 400)), element('span', { class: 'fill' }));
	if (isFailed(process))
		row.append(badge(outcomeText(process), 'gone'));
	row.append(element('span', { class: 'count number optional' }, String(process.pid)), element('span', { class: 'count number' }, duration(process.end - process.begin)),
		element('span', { class: 'meter', title: 'when it ran' }, bar));
	return row;
}

function revealInList(process) {
	let at = listed.findIndex((row) => row.process === process);
	if (at === -1) {
		$('order').value = 'tree';
		layProcesses();
		at = listed.findIndex((row) => row.process === process);
	}
	processList.show(at);
}

function startProcesses() {
	processList = new Rows($('list'), 24, processRow);
	$('order').addEventListener('change', layProcesses);
	$('list').addEventListener('keydown', (event) => {
		const at = listed.findIndex((row) => row.process === chosen.process);
		const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: 20, PageUp: -20 };
		if (steps[event.key] === undefined)
			return;
		event.preventDefault();
		const to = listed[Math.max(0, Math.min(listed.length - 1, at + steps[event.key]))];
		if (to !== undefined)
			go({ process: to.process.id });
	});
	layProcesses();
}
