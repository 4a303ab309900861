import type { CommandContext, CommandResult } from './command.js';
import { writeFile } from './files.js';
import type { StandardInput } from './input.js';
import type { ExitCode, Step } from './step.js';

const BLOCK = 512;
/** Types of entries: a file (two codes), and the name of the next entry. */
const FILES = ['0', '\0'];
const LONG_NAME = 'L';
/** Largest entry that is read. */
const MAX_ENTRY = 1024 * 1024;

/** `tar cf - PATH` and `tar xf - -C FOLDER`, as `kubectl cp` runs them. */
export function tar(
  args: readonly string[],
  context: CommandContext,
): CommandResult | Generator<Step, ExitCode> {
  const [mode = ''] = args;
  const isChange = args.indexOf('-C');
  const folder = isChange < 0 ? '' : (args[isChange + 1] ?? '');
  if (mode.includes('x')) return extract(folder, context);
  const paths = args
    .slice(1)
    .filter((arg, index) => arg !== '-' && !arg.startsWith('-') && index + 1 !== isChange + 1);
  return create(
    paths.map((path) => joined(folder, path)),
    context,
  );
}

function joined(folder: string, path: string): string {
  return path.startsWith('/') || folder === ''
    ? path
    : `${folder.replace(/\/$/, '')}/${path.replace(/^\.\//, '')}`;
}

function create(paths: readonly string[], { files }: CommandContext): CommandResult {
  const found = [...files].filter(([name]) =>
    paths.some((path) => name === path || name.startsWith(`${path.replace(/\/$/, '')}/`)),
  );
  if (found.length === 0) return { error: `tar: ${paths.join(' ')}: No such file or directory\n`, code: 1 };
  const entries = found.map(([name, text]) => entry(name.replace(/^\//, ''), Buffer.from(text)));
  return { output: Buffer.concat([...entries, Buffer.alloc(2 * BLOCK)]), code: 0 };
}

function entry(name: string, content: Buffer): Buffer {
  const header = Buffer.alloc(BLOCK);
  const field = (text: string, at: number) => header.write(text, at, 'latin1');
  header.write(name.slice(-100), 0);
  field('0000644\0', 100);
  field(`${content.length.toString(8).padStart(11, '0')}\0`, 124);
  field('00000000000\0', 136);
  field('        0', 148);
  field('ustar\u{0}00', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  field(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return Buffer.concat([header, content, Buffer.alloc(padding(content.length))]);
}

function padding(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK;
}

/** Reads an archive from the input and writes its files. */
function* extract(folder: string, { files, input }: CommandContext): Generator<Step, ExitCode> {
  let longName: string | undefined;
  for (;;) {
    const next = yield* nextEntry(input);
    if (next === undefined) break;
    if (typeof next === 'string') return yield* failed(next);
    const { type, content } = next;
    const name = longName ?? next.name;
    longName = type === LONG_NAME ? textAt(content, 0, content.length) : undefined;
    if (FILES.includes(type) && !writeFile(files, joined(folder, name), content.toString()))
      return yield* failed(`${name}: No space left on device`);
  }
  // The rest of the archive is padding.
  while ((yield* input.bytes()) !== undefined);
  return 0;
}

interface Entry {
  readonly name: string;
  readonly type: string;
  readonly content: Buffer;
}

/** The next entry of an archive, or why it cannot be read; undefined at the end. */
function* nextEntry(input: StandardInput): Generator<Step, Entry | string | undefined> {
  const header = yield* input.exactly(BLOCK);
  if (!header || header[0] === 0) return undefined;
  const size = Number.parseInt(textAt(header, 124, 12), 8) || 0;
  if (size > MAX_ENTRY) return 'write error: No space left on device';
  const content = yield* input.exactly(size + padding(size));
  if (!content) return 'short read';
  const prefix = textAt(header, 345, 155);
  return {
    name: `${prefix && `${prefix}/`}${textAt(header, 0, 100)}`,
    type: String.fromCharCode(header[156] ?? 0),
    content: content.subarray(0, size),
  };
}

function* failed(problem: string): Generator<Step, ExitCode> {
  yield { error: `tar: ${problem}\n` };
  return 1;
}

function textAt(bytes: Buffer, at: number, length: number): string {
  return bytes.toString('utf8', at, at + length).replace(/\0[\s\S]*/, '');
}
