// details.js - all that is known of one process, path or program, or of the run where none is chosen.

const ITEMS_SHOWN = 60, ITEMS_MORE = 600;

// A list with a heading that counts; long ones grow on request.
function itemList(title, items, make) {
	if (items.length === 0)
		return null;
	const list = element('ul'), more = element('button', { type: 'button' });
	let shown = 0;
	const grow = (by) => {
		list.append(...items.slice(shown, shown + by).map(make));
		shown = Math.min(items.length, shown + by);
		more.hidden = shown === items.length;
		more.textContent = `Show ${grouped(Math.min(ITEMS_MORE, items.length - shown))} more of ${grouped(items.length - shown)}`;
	};
	more.addEventListener('click', () => grow(ITEMS_MORE));
	grow(ITEMS_SHOWN);
	return element('section', {}, element('h3', {}, title, element('small', {}, grouped(items.length))), list, more);
}

function processLink(process, note = '') {
	const command = commandText(process);
	return element('li', {}, swatch(programColour(process.program)),
		element('a', { href: fragment({ process: process.id }), title: `pid ${process.pid}` }, element('code', {}, command.length > 160 ? command.slice(0, 160) + ' …' : command)),
		element('small', {}, note));
}

function pathLink(path, note = '') {
	return element('li', {}, element('a', { class: 'path', href: fragment({ path }) }, pathText(path) + (path > 0 && inside.of(path).length > 0 ? '/' : '')),
		isOdd(path) ? badge('not UTF-8', 'odd') : null, element('small', {}, note));
}

// [word, what], ...; a pair without a what is left out.
function facts(...pairs) {
	const list = element('dl');
	for (const [word, what] of pairs) {
		if (what !== null && what !== '')
			list.append(element('dt', {}, word), element('dd', {}, what));
	}
	return list;
}

function processDetails(process) {
	const uses = usesOf(process), of = (test) => uses.filter((use) => test(useWhat[use]));
	const link = (use) => pathLink(usePath[use], useWords(useWhat[use]));
	const parent = process.parent === NONE ? 'not of this run' : element('a', { href: fragment({ process: processes[process.parent].id }) }, `${processes[process.parent].program.name} (${processes[process.parent].pid})`);
	return [
		element('h2', {}, swatch(programColour(process.program)), process.program.name, badge(outcomeText(process), isFailed(process) ? 'gone' : process.outcome === null ? 'missing' : 'created')),
		element('pre', { title: 'command line' }, commandText(process)),
		process.argv.some((index) => oddTexts.has(index)) ? badge('has bytes that aren’t UTF-8', 'odd', process.argv.map((index) => oddTexts.get(index)).filter(Boolean).join(' ')) : null,
		facts(['pid', String(process.pid)], ['parent', parent], ['program', element('span', { class: 'path' }, text(process.exe) || 'not known')],
			['directory', element('span', { class: 'path' }, text(process.cwd))], ['began', 'at ' + duration(process.begin)], ['lasted', duration(process.end - process.begin)]),
		element('p', {}, element('button', { type: 'button', click: () => { go({ view: 'timeline' }); revealProcess(process, true); } }, 'Zoom to it')),
		itemList('Wrote', of((what) => what & WRITES), link),
		itemList('Read', of((what) => !(what & WRITES) && what & CONTENTS), link),
		itemList('Looked for, not found', of((what) => what === HOW.absent), link),
		itemList('Looked at', of((what) => !(what & (WRITES | CONTENTS)) && what !== HOW.absent), link),
		itemList('Children', process.children, (child) => processLink(child, duration(child.end - child.begin))),
	];
}

function pathDetails(path) {
	const heading = element('h2', { class: 'path' });
	const way = [];
	for (let at = path; at > 0; at = above[at])
		way.push(at);
	heading.append(element('span', {}, element('a', { href: fragment({ path: 0 }) }, '/'), ...way.reverse().flatMap((at) => [
		at === path ? raw.paths[at] : element('a', { href: fragment({ path: at }) }, raw.paths[at]), at === path ? '' : '/']).filter((part) => part !== '')));
	heading.append(...[badge(...pathState(path)), oddPaths.has(path) ? badge('not UTF-8', 'odd', oddPaths.get(path)) : null].filter(Boolean));
	const { readers, writers, others } = usersOf(path);
	const link = (use) => processLink(processes[useProcess[use]], useWords(useWhat[use]));
	const how = useWords(hows[path] & ~HOW.directory), children = [...inside.of(path)];
	return [
		heading,
		facts(['the run', how === '' ? '' : how + (kinds[path] > KIND.created && kinds[path] < KIND.temporary ? ', before it changed it' : '')],
			['bytes', oddPaths.get(path) ?? ''], ['under it', children.length > 0 ? count(fittingAll[path] - (usesOfPath.of(path).length > 0 ? 1 : 0), 'path') : '']),
		itemList('Writers', [...writers], link),
		itemList('Readers', [...readers], link),
		itemList('Looked at or for by', [...others], link),
		children.length > 0 ? itemList('In it', children.sort(compareNames), (child) => pathLinkShort(child)) : null,
	];
}

function pathLinkShort(path) {
	const folder = inside.of(path).length > 0;
	return element('li', {}, element('a', { class: 'path', href: fragment({ path }) }, raw.paths[path] + (folder ? '/' : '')),
		oddPaths.has(path) ? badge('not UTF-8', 'odd') : null, element('small', {}, folder ? count(fittingAll[path], 'path') : pathState(path)[0]));
}

function programDetails(program) {
	const longest = [...program.processes].sort((one, other) => (other.end - other.begin) - (one.end - one.begin));
	return [
		element('h2', {}, swatch(programColour(program)), program.name),
		facts(['program', element('span', { class: 'path' }, text(program.exe) || 'not known')], ['processes', grouped(program.processes.length)], ['together', duration(program.time)]),
		itemList('Processes, longest first', longest, (process) => processLink(process, duration(process.end - process.begin))),
	];
}

function runDetails() {
	const longest = [...processes].sort((one, other) => (other.end - other.begin) - (one.end - one.begin)).slice(0, 10);
	const made = [];
	for (let path = 1; path < pathCount; path++) {
		if (FILTERS[2][2](path) && inside.of(path).length === 0)
			made.push(path);
	}
	return [
		element('h2', {}, 'The run'),
		element('pre', {}, raw.command.map(quoted).join(' ')),
		facts(['in', element('span', { class: 'path' }, raw.cwd)], ['on', raw.host], ['began', raw.started.replace('T', ' ').replace(/\.\d+Z/, ' UTC')],
			['lasted', duration(raw.duration_ns)], ['events', grouped(raw.events)]),
		raw.complete ? null : element('section', {}, element('h3', {}, 'Not all is known'), ...raw.reasons.map((reason) => element('p', { class: 'warn' }, reason))),
		itemList('Failed', processes.filter(isFailed), (process) => processLink(process, outcomeText(process))),
		itemList('Longest', longest, (process) => processLink(process, duration(process.end - process.begin))),
		itemList('Written', made, (path) => pathLink(path, pathState(path)[0])),
	];
}

let fittingAll = null;

function showDetails() {
	fittingAll ??= countUnder(() => true);
	const parts = chosen.process !== null ? processDetails(chosen.process) : chosen.path !== NONE ? pathDetails(chosen.path)
		: chosen.program !== null ? programDetails(chosen.program) : runDetails();
	$('details').replaceChildren(...parts.filter(Boolean));
	$('details').scrollTop = 0;
}
