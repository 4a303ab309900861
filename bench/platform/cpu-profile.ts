import type { Profiler } from 'node:inspector';

/** A function or a part of the program in a profile. */
export interface ProfileEntry {
  readonly name: string;
  /** Self time in milliseconds. */
  readonly self: number;
}

/** A profile by functions and parts, sorted by self time. */
export interface ProfileSummary {
  /** Milliseconds of all samples. */
  readonly total: number;
  readonly functions: readonly ProfileEntry[];
  /** By npm package, by folder of the repository, and native code. */
  readonly parts: readonly ProfileEntry[];
}

/** Idle time, and the time of the profiler itself. */
const isExcluded = ({ functionName, url }: CallFrame) =>
  functionName === '(idle)' || url === 'node:inspector';

type CallFrame = Profiler.Profile['nodes'][number]['callFrame'];

/** Sums the samples of a profile. */
export function summarizeProfile({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): ProfileSummary {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const functions = new Map<string, number>();
  const parts = new Map<string, number>();
  let total = 0;
  for (const [index, sample] of samples.entries()) {
    const frame = frames.get(sample);
    const milliseconds = (timeDeltas[index] ?? 0) / 1000;
    if (!frame || isExcluded(frame)) continue;
    total += milliseconds;
    add(functions, functionOf(frame), milliseconds);
    add(parts, partOf(frame), milliseconds);
  }
  return { total, functions: sortBySelfTime(functions), parts: sortBySelfTime(parts) };
}

function add(to: Map<string, number>, name: string, milliseconds: number): void {
  to.set(name, (to.get(name) ?? 0) + milliseconds);
}

function sortBySelfTime(times: ReadonlyMap<string, number>): ProfileEntry[] {
  return [...times].map(([name, self]) => ({ name, self })).sort((a, b) => b.self - a.self);
}

function functionOf(frame: CallFrame): string {
  const { functionName, url, lineNumber } = frame;
  if (url === '') return functionName === '' ? '(anonymous, native)' : functionName;
  return `${functionName || '(anonymous)'} ${shortened(url)}:${lineNumber + 1}`;
}

/** The profiler reports native code (system calls, libuv, the HTTP parser) as `(program)`. */
function partOf({ functionName, url }: CallFrame): string {
  if (url === '') return functionName.startsWith('(') ? functionName : 'built into the engine';
  if (url.startsWith('node:')) return url.replace(/^node:(internal\/)?(_?[a-z]+).*/, 'node:$2');
  const file = shortened(url);
  const [, installed] = /^((?:@[^/]+\/)?[^/]+)\//.exec(file.replace(/^npm:/, '')) ?? [];
  return file.startsWith('npm:') ? (installed ?? file) : file.split('/').slice(0, -1).join('/');
}

/** `npm:` and the path in the package, or the path in the repository. */
function shortened(url: string): string {
  const path = url.replace(/^file:\/\//, '');
  const npm = path.lastIndexOf('/node_modules/');
  if (npm >= 0) return `npm:${path.slice(npm + '/node_modules/'.length)}`;
  return path.replace(/^.*\/dist\//, '');
}
