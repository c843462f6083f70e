// main.js - what is chosen and which view is shown. Both stand in the address's fragment, so that a link leads to them and
// "back" goes back: #view=files&path=/src/a.c, #view=timeline&process=1234, #view=graph&program=/usr/bin/cc.

const VIEWS = ['timeline', 'files', 'graph', 'processes'];
const chosen = { view: 'timeline', process: null, path: NONE, program: null };

// The fragment with the change; what is chosen gives way to what is named.
function fragment(change) {
	const parts = ['view=' + (change.view ?? chosen.view)];
	const next = Object.keys(change).some((key) => key !== 'view') ? change
		: { process: chosen.process?.id, path: chosen.path === NONE ? undefined : chosen.path, program: chosen.program ?? undefined };
	if (next.process !== undefined)
		parts.push('process=' + next.process);
	else if (next.path !== undefined)
		parts.push(pathFind(pathText(next.path)) === next.path ? 'path=' + encode(pathText(next.path)) : 'number=' + next.path);
	else if (next.program !== undefined)
		parts.push('program=' + encode(text(next.program.exe)));
	return '#' + parts.join('&');
}

function encode(words) {
	// A half of a pair can't be in a text that was UTF-8, but a fragment may hold anything.
	return encodeURIComponent(words.toWellFormed?.() ?? words).replaceAll('%2F', '/');
}

function go(change) {
	const next = fragment(change);
	if (location.hash === next)
		follow();
	else
		location.hash = next;
}

function readFragment() {
	const words = new URLSearchParams(location.hash.slice(1).replaceAll('+', '%2B'));
	const number = Number(words.get('number') ?? NaN);
	chosen.view = VIEWS.includes(words.get('view')) ? words.get('view') : 'timeline';
	chosen.process = processOfId.get(words.get('process')) ?? null;
	chosen.path = words.has('path') ? pathFind(words.get('path')) : number >= 0 && number < pathCount ? Math.floor(number) : NONE;
	chosen.program = words.has('program') ? programs.find((program) => text(program.exe) === words.get('program')) ?? null : null;
}

// Which processes have to do with what is chosen, for the timeline.
function findRoles() {
	roles = new Map();
	if (chosen.process !== null) {
		for (const child of chosen.process.children)
			roles.set(child.index, 'child');
		for (let at = chosen.process.parent; at !== NONE; at = processes[at].parent)
			roles.set(at, 'parent');
		roles.set(chosen.process.index, 'chosen');
	} else if (chosen.path !== NONE) {
		const { readers, writers } = usersOf(chosen.path);
		for (const use of readers)
			roles.set(useProcess[use], 'reader');
		for (const use of writers)
			roles.set(useProcess[use], roles.has(useProcess[use]) ? 'both' : 'writer');
	} else if (chosen.program !== null) {
		for (const process of chosen.program.processes)
			roles.set(process.index, 'program');
	}
	showRoles();
}

// Shows what the fragment says.
function follow() {
	readFragment();
	findRoles();
	for (const view of VIEWS) {
		const tab = $('tab-' + view), on = view === chosen.view;
		$(view).hidden = !on;
		tab.setAttribute('aria-selected', String(on));
		tab.tabIndex = on ? 0 : -1;
	}
	showDetails();
	if (chosen.view === 'timeline' && chosen.process !== null)
		revealProcess(chosen.process, false);
	if (chosen.view === 'files' && chosen.path !== NONE)
		revealPath(chosen.path);
	if (chosen.view === 'processes' && chosen.process !== null)
		revealInList(chosen.process);
	if (chosen.view === 'graph')
		drawGraph();
	treeList.draw();
	processList.draw();
	drawTimeline();
}

function startTheme() {
	const dark = matchMedia('(prefers-color-scheme: dark)');
	let wanted = null;
	try { wanted = localStorage.getItem('interpose-theme'); } catch { /* a page from a file may have no storage */ }
	const set = () => {
		document.documentElement.dataset.theme = wanted ?? (dark.matches ? 'dark' : 'light');
		drawTimeline();
	};
	dark.addEventListener('change', set);
	$('theme').addEventListener('click', () => {
		wanted = document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark';
		try { localStorage.setItem('interpose-theme', wanted); } catch { /* likewise */ }
		set();
	});
	set();
}

function startTabs() {
	for (const view of VIEWS)
		$('tab-' + view).addEventListener('click', () => go({ view }));
	document.querySelector('nav').addEventListener('keydown', (event) => {
		const by = { ArrowRight: 1, ArrowLeft: VIEWS.length - 1 }[event.key];
		if (by === undefined)
			return;
		const view = VIEWS[(VIEWS.indexOf(chosen.view) + by) % VIEWS.length];
		go({ view });
		$('tab-' + view).focus();
	});
}

function startHead() {
	const command = raw.command.map(quoted).join(' ');
	document.title = 'interpose: ' + command.slice(0, 200);
	$('command').textContent = command;
	$('command').title = command;
	const fact = (number, words, kind = '') => element('li', { class: kind }, element('b', {}, number), ' ' + words);
	const files = (index) => grouped(countUnder(FILTERS[index][2])[0]);
	$('facts').append(
		raw.status === null ? fact('cut short', '', 'bad') : fact('status ' + raw.status, '', raw.status === 0 ? '' : 'bad'),
		fact(duration(raw.duration_ns), ''), fact(grouped(processes.length), processes.length === 1 ? 'process' : 'processes'),
		fact(files(1), 'read'), fact(files(2), 'written'), fact(files(4), 'temporary', 'optional'), fact(files(5), 'not found', 'optional'),
		raw.complete ? fact('complete', '', 'optional') : fact('incomplete', `(${count(raw.reasons.length, 'reason')})`, 'bad'));
}

startTheme();
startHead();
startTabs();
startSearch();
startTimeline();
startFiles();
startProcesses();
startGraph();
window.addEventListener('hashchange', follow);
follow();
