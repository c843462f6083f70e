// search.js - the words of a search, all of which have to be in a path or a command line. What fits better comes first: the
// whole name, its beginning, somewhere in the name, somewhere in the path.

const FOUND_SHOWN = 40;
let found = []; // { change, node }, what can be chosen
let foundAt = -1;

function rankOf(name, whole, words) {
	if (!words.every((word) => whole.includes(word)))
		return -1;
	const last = words[words.length - 1];
	return name === last ? 0 : name.startsWith(last) ? 1 : name.includes(last) ? 2 : 3;
}

// Numbers of paths are such that what is in a directory follows it, so that its own path is known on the way.
function findPaths(words) {
	const ranks = [[], [], [], []], whole = new Array(pathCount);
	let number = 0;
	whole[0] = '';
	for (let path = 1; path < pathCount; path++) {
		const name = raw.paths[path].toLowerCase();
		const full = whole[above[path]] + '/' + name;
		if (inside.start[path + 1] > inside.start[path])
			whole[path] = full;
		const rank = rankOf(name, full, words);
		if (rank === -1)
			continue;
		number++;
		if (ranks[rank].length < FOUND_SHOWN)
			ranks[rank].push(path);
	}
	return { number, best: ranks.flat().slice(0, FOUND_SHOWN) };
}

function findProcesses(words) {
	const ranks = [[], [], [], []];
	let number = 0;
	for (const process of processes) {
		const rank = rankOf(process.id, `${process.id} ${text(process.exe)} ${commandText(process)}`.toLowerCase(), words);
		if (rank === -1)
			continue;
		number++;
		ranks[rank].push(process);
	}
	return { number, best: ranks.flat().slice(0, FOUND_SHOWN) };
}

function addFound(rows, title, result, change, ...parts) {
	if (result.number === 0)
		return;
	const more = result.number > result.best.length ? `${result.best.length} of ${grouped(result.number)}` : grouped(result.number);
	rows.push(element('div', { class: 'group', role: 'presentation' }, `${title} (${more})`));
	for (const one of result.best) {
		const node = element('div', { role: 'option', id: 'found-' + found.length, 'aria-selected': 'false' }, ...parts.map((part) => part(one)).filter(Boolean));
		const item = { change: change(one), node };
		node.addEventListener('click', () => chooseFound(item));
		found.push(item);
		rows.push(node);
	}
}

function search() {
	const words = $('search').value.toLowerCase().split(/\s+/).filter(Boolean), rows = [];
	found = [];
	if (words.length === 0) {
		closeResults();
		return;
	}
	addFound(rows, 'Files', findPaths(words), (path) => ({ path }), (path) => element('span', { class: 'path' }, pathText(path)), (path) => badge(...pathState(path)));
	addFound(rows, 'Processes', findProcesses(words), (process) => ({ process: process.id }), (process) => swatch(programColour(process.program)),
		(process) => element('code', {}, String(process.pid)), (process) => element('code', { class: 'path' }, commandText(process).slice(0, 200)));
	if (rows.length === 0)
		rows.push(element('div', { class: 'group' }, 'Nothing has all these words.'));
	$('results').replaceChildren(...rows);
	$('results').hidden = false;
	$('search').setAttribute('aria-expanded', 'true');
	pointFound(found.length > 0 ? 0 : -1);
}

function pointFound(at) {
	foundAt = at;
	found.forEach((item, index) => item.node.setAttribute('aria-selected', String(index === at)));
	if (at >= 0) {
		found[at].node.scrollIntoView({ block: 'nearest' });
		$('search').setAttribute('aria-activedescendant', found[at].node.id);
	} else {
		$('search').removeAttribute('aria-activedescendant');
	}
}

function closeResults() {
	$('results').hidden = true;
	$('search').setAttribute('aria-expanded', 'false');
	pointFound(-1);
}

function chooseFound(item) {
	closeResults();
	go(item.change);
}

function startSearch() {
	const input = $('search');
	let timer = 0;
	input.addEventListener('input', () => {
		clearTimeout(timer);
		timer = setTimeout(search, pathCount > 20000 ? 120 : 30);
	});
	input.addEventListener('focus', () => { if (input.value !== '') search(); });
	input.addEventListener('keydown', (event) => {
		if (event.key === 'Escape') {
			closeResults();
		} else if (event.key === 'Enter') {
			clearTimeout(timer);
			if ($('results').hidden || foundAt === -1)
				search();
			if (found[Math.max(0, foundAt)] !== undefined)
				chooseFound(found[Math.max(0, foundAt)]);
		} else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
			event.preventDefault();
			if (found.length > 0)
				pointFound((foundAt + (event.key === 'ArrowDown' ? 1 : found.length - 1)) % found.length);
		}
	});
	document.addEventListener('pointerdown', (event) => {
		if (!$('search-box').contains(event.target))
			closeResults();
	});
	document.addEventListener('keydown', (event) => {
		if (event.key === '/' && !/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) {
			event.preventDefault();
			input.focus();
			input.select();
		}
	});
}
