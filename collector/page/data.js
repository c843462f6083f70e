// data.js - the run as output_html.c tells it, and what can be counted from it once: who used each path, what stands in
// each directory, whose child each process is. Nothing here touches the document.

const raw = JSON.parse(document.getElementById('data').textContent);

// enum answer_kind, enum spot_how and enum use_what.
const KIND = { none: 0, created: 1, overwritten: 2, modified: 3, deleted: 4, temporary: 5 };
const HOW = { read: 1, stat: 2, list: 4, load: 8, exec: 16, link: 32, absent: 64, directory: 128 };
const USE = { made: 128, changed: 256, gone: 512 };
const CONTENTS = HOW.read | HOW.list | HOW.load | HOW.exec | HOW.link;
const WRITES = USE.made | USE.changed | USE.gone;
const NONE = -1;

// [pid, parent, lane, begin, end, exe, cwd, outcome, arguments, uses] become fields of these names.
const processes = raw.processes.map(([pid, parent, lane, begin, end, exe, cwd, outcome, argv, uses], index) =>
	({ index, pid, parent, lane, begin, end, exe, cwd, outcome, argv, uses, children: [], id: '' }));
raw.processes = null;

for (const process of processes) {
	if (process.parent !== NONE)
		processes[process.parent].children.push(process);
}

// A pid that comes again is told apart by a number, so that a link to a process stays right.
const processOfId = new Map();
for (const process of processes) {
	let id = String(process.pid);
	for (let again = 2; processOfId.has(id); again++)
		id = process.pid + '.' + again;
	process.id = id;
	processOfId.set(id, process);
}

const pathCount = raw.paths.length;
const above = Int32Array.from(raw.above);
const kinds = Uint8Array.from(raw.kinds);
const hows = Uint8Array.from(raw.hows);
const oddPaths = new Map(raw.odd_paths);
const oddTexts = new Map(raw.odd_texts);

// Lists of unequal length in one array: those of `at` stand from start[at] to start[at + 1].
function gather(count, owners) {
	const start = new Uint32Array(count + 1);
	owners((owner) => start[owner + 1]++);
	for (let at = 0; at < count; at++)
		start[at + 1] += start[at];
	const next = start.slice(0, count), item = new Uint32Array(start[count]);
	owners((owner, value) => { item[next[owner]++] = value; });
	return { start, item, of: (at) => item.subarray(start[at], start[at + 1]) };
}

const inside = gather(pathCount, (give) => {
	for (let path = 1; path < pathCount; path++)
		give(above[path], path);
});

// A use is a pair of process and path; these three lists are of uses.
const useCount = processes.reduce((sum, process) => sum + process.uses.length / 3, 0);
const useProcess = new Uint32Array(useCount), usePath = new Uint32Array(useCount), useWhat = new Uint16Array(useCount);
{
	let use = 0;
	for (const process of processes) {
		process.firstUse = use;
		for (let at = 0; at < process.uses.length; at += 3, use++) {
			useProcess[use] = process.index;
			usePath[use] = process.uses[at];
			useWhat[use] = process.uses[at + 1];
		}
		process.useCount = process.uses.length / 3;
		process.uses = null;
	}
}
const usesOfPath = gather(pathCount, (give) => {
	for (let use = 0; use < useCount; use++)
		give(usePath[use], use);
});

function usesOf(process) {
	return Array.from({ length: process.useCount }, (_, at) => process.firstUse + at);
}

function isDirectory(path) {
	return (hows[path] & HOW.directory) !== 0;
}

function pathText(path) {
	const names = [];
	for (let at = path; at > 0; at = above[at])
		names.push(raw.paths[at]);
	return '/' + names.reverse().join('/');
}

function isOdd(path) {
	for (let at = path; at > 0; at = above[at]) {
		if (oddPaths.has(at))
			return true;
	}
	return false;
}

// The number of a path, or NONE. Two names may look the same where their bytes aren't UTF-8: then the first one's.
function pathFind(text) {
	let at = 0;
	for (const name of text.split('/')) {
		if (name !== '')
			at = inside.of(at).find((path) => raw.paths[path] === name) ?? NONE;
		if (at === NONE)
			return NONE;
	}
	return at;
}

// What a path is to the run, in one word for a badge and a class of page.css for its colour.
function pathState(path) {
	const how = hows[path];
	switch (kinds[path]) {
	case KIND.created: return ['created', 'created'];
	case KIND.overwritten: return ['overwritten', 'changed'];
	case KIND.modified: return ['modified', 'changed'];
	case KIND.deleted: return ['deleted', 'gone'];
	case KIND.temporary: return ['temporary', 'temporary'];
	}
	if (how & CONTENTS)
		return ['read', 'read'];
	if (how & HOW.absent)
		return ['not found', 'missing'];
	if (how & HOW.stat)
		return ['looked at', 'missing'];
	return ['', ''];
}

function useWords(what) {
	const words = Object.keys(HOW).filter((word) => word !== 'directory' && what & HOW[word]);
	return words.concat(Object.keys(USE).filter((word) => what & USE[word])).join(', ')
		.replace('absent', 'not found').replace('stat', 'looked at').replace('gone', 'removed');
}

// Which files a reader of the page may ask for; each has its test for a path.
const FILTERS = [
	['all', 'All', () => true],
	['read', 'Read', (path) => (hows[path] & CONTENTS) !== 0],
	['written', 'Written', (path) => kinds[path] >= KIND.created && kinds[path] <= KIND.modified],
	['deleted', 'Deleted', (path) => kinds[path] === KIND.deleted],
	['temporary', 'Temporary', (path) => kinds[path] === KIND.temporary],
	['missing', 'Not found', (path) => kinds[path] === 0 && (hows[path] & ~HOW.directory) === HOW.absent],
];

// How many paths at or under each fit. Numbers are lower above, so one way back does.
function countUnder(fits) {
	const count = new Uint32Array(pathCount);
	for (let path = pathCount - 1; path >= 0; path--) {
		if (usesOfPath.start[path + 1] > usesOfPath.start[path] && fits(path))
			count[path]++;
		if (path > 0)
			count[above[path]] += count[path];
	}
	return count;
}

function text(index) {
	return index === NONE ? '' : raw.texts[index];
}

function programName(exe) {
	const path = text(exe);
	return path === '' ? '?' : path.slice(path.lastIndexOf('/') + 1) || path;
}

// As one would type it in a shell.
function quoted(word) {
	if (/^[\w@%+=:,./-]+$/.test(word))
		return word;
	return "'" + word.replaceAll("'", "'\\''") + "'";
}

function commandText(process) {
	if (process.argv.length === 0)
		return programName(process.exe);
	return process.argv.map((index) => quoted(raw.texts[index])).join(' ');
}

function isFailed(process) {
	return typeof process.outcome === 'string' || process.outcome > 0;
}

function outcomeText(process) {
	if (process.outcome === null)
		return 'end not seen';
	return typeof process.outcome === 'string' ? 'killed by ' + process.outcome : 'status ' + process.outcome;
}

// Programs by the time that their processes lasted.
const programs = [];
const programOf = new Map();
for (const process of processes) {
	let program = programOf.get(process.exe);
	if (program === undefined) {
		program = { exe: process.exe, name: programName(process.exe), time: 0, processes: [], colour: 0 };
		programOf.set(process.exe, program);
		programs.push(program);
	}
	program.time += process.end - process.begin;
	program.processes.push(process);
	process.program = program;
}
programs.sort((one, other) => other.time - one.time);
programs.forEach((program, rank) => { program.rank = rank; });

const PALETTE = ['#4e79a7', '#f28e2b', '#59a14f', '#e15759', '#b07aa1', '#76b7b2', '#edc948', '#ff9da7', '#9c755f', '#5f9ed1'];
const OTHER_COLOUR = '#8c959f';

function programColour(program) {
	return program.rank < PALETTE.length ? PALETTE[program.rank] : OTHER_COLOUR;
}

// Black or white, whichever is easier to read on the colour, by its luminance.
function inkOn(colour) {
	const [red, green, blue] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
	return red * 0.3 + green * 0.59 + blue * 0.11 > 140 ? '#10151b' : '#ffffff';
}

const runBegin = processes.reduce((least, process) => Math.min(least, process.begin), raw.duration_ns);
const runEnd = Math.max(processes.reduce((most, process) => Math.max(most, process.end), raw.duration_ns), runBegin + 1000);

function count(number, word, words = word + 's') {
	return `${grouped(number)} ${number === 1 ? word : words}`;
}

function grouped(number) {
	return String(number).replace(/\B(?=(\d{3})+$)/g, ',');
}

// Nanoseconds with the digits that matter.
function duration(ns) {
	if (ns < 1000)
		return `${Math.round(ns)} ns`;
	if (ns < 1e6)
		return `${+(ns / 1e3).toPrecision(3)} µs`;
	if (ns < 1e9)
		return `${+(ns / 1e6).toPrecision(3)} ms`;
	if (ns < 60e9)
		return `${+(ns / 1e9).toPrecision(3)} s`;
	return `${Math.floor(ns / 60e9)} min ${Math.round(ns % 60e9 / 1e9)} s`;
}
