import type { Profiler } from 'node:inspector';

/** One function, or one part of a program, in a profile. */
export interface ProfileEntry {
  readonly name: string;
  /** CPU milliseconds in it itself, without what it calls. */
  readonly self: number;
}

/** What a profile says, the dearest first. */
export interface ProfileSummary {
  /** CPU milliseconds of all. */
  readonly total: number;
  readonly functions: readonly ProfileEntry[];
  /** The same by packages, by folders of ours, and by what is not JavaScript. */
  readonly parts: readonly ProfileEntry[];
}

/** Time in which the thread waited, and in which the profile was begun. */
const isLeftOut = ({ functionName, url }: CallFrame) => functionName === '(idle)' || url === 'node:inspector';

type CallFrame = Profiler.Profile['nodes'][number]['callFrame'];

/** Adds a profile's samples up. */
export function summarizeProfile({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): ProfileSummary {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const functions = new Map<string, number>();
  const parts = new Map<string, number>();
  let total = 0;
  for (const [index, sample] of samples.entries()) {
    const frame = frames.get(sample);
    const milliseconds = (timeDeltas[index] ?? 0) / 1000;
    if (!frame || isLeftOut(frame)) continue;
    total += milliseconds;
    add(functions, functionOf(frame), milliseconds);
    add(parts, partOf(frame), milliseconds);
  }
  return { total, functions: dearestFirst(functions), parts: dearestFirst(parts) };
}

function add(to: Map<string, number>, name: string, milliseconds: number): void {
  to.set(name, (to.get(name) ?? 0) + milliseconds);
}

function dearestFirst(times: ReadonlyMap<string, number>): ProfileEntry[] {
  return [...times].map(([name, self]) => ({ name, self })).sort((a, b) => b.self - a.self);
}

function functionOf(frame: CallFrame): string {
  const { functionName, url, lineNumber } = frame;
  if (url === '') return functionName === '' ? '(anonymous, native)' : functionName;
  return `${functionName || '(anonymous)'} ${shortened(url)}:${lineNumber + 1}`;
}

/** `(program)` is what is not JavaScript: system calls, libuv, the HTTP parser. */
function partOf({ functionName, url }: CallFrame): string {
  if (url === '') return functionName.startsWith('(') ? functionName : 'built into the engine';
  if (url.startsWith('node:')) return url.replace(/^node:(internal\/)?(_?[a-z]+).*/, 'node:$2');
  const file = shortened(url);
  const [, installed] = /^((?:@[^/]+\/)?[^/]+)\//.exec(file.replace(/^npm:/, '')) ?? [];
  return file.startsWith('npm:') ? (installed ?? file) : file.split('/').slice(0, -1).join('/');
}

/** Packages by `npm:` and their path, ours by the path in the repository. */
function shortened(url: string): string {
  const path = url.replace(/^file:\/\//, '');
  const npm = path.lastIndexOf('/node_modules/');
  if (npm >= 0) return `npm:${path.slice(npm + '/node_modules/'.length)}`;
  return path.replace(/^.*\/dist\//, '');
}
