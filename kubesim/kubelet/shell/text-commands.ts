import { RE2JS } from 're2js';
import type { Command, CommandContext, CommandResult } from './command.js';
import { MAX_TEXT } from './files.js';
import type { ExitCode, Step } from './step.js';

/** Longest expression, and most instructions of one times characters of the text that it is searched in, in all and in a step. */
const MAX_PATTERN = 1_000;
const MAX_SEARCH = 20_000_000;
const STEP_SEARCH = 100_000;

/** Commands that print what they find in files or in their input. */
export const textCommands: Readonly<Record<string, Command>> = {
  grep: (args, context) => withText('grep', grepFiles(args), context, (text) => grep(args, text)),
  wc: (args, context) => withText('wc', filesIn(args), context, (text) => counted(args, text)),
  head: (args, context) =>
    filesIn(args).length === 0
      ? firstLines(countIn(args), context)
      : withText('head', filesIn(args), context, (text) => joined(linesOf(text).slice(0, countIn(args)))),
  sort: (args, context) => withText('sort', filesIn(args), context, (text) => sorted(args, text)),
  uniq: (args, context) => withText('uniq', filesIn(args), context, (text) => unique(linesOf(text))),
  cut: (args, context) => withText('cut', cutFiles(args), context, (text) => cut(args, text)),
  seq: (args) => sequence(args),
};

/** The text of files or, without any, of the standard input. */
function* withText(
  name: string,
  paths: readonly string[],
  { files, input }: CommandContext,
  run: (text: string) => CommandResult & { readonly steps?: number },
): Generator<Step, ExitCode> {
  let text = '';
  let code: ExitCode = 0;
  for (const path of paths) {
    const content = files.get(path);
    if (content === undefined) {
      code = 1;
      yield { error: `${name}: ${path}: No such file or directory\n` };
    } else text = `${text}${content}`.slice(0, MAX_TEXT);
  }
  if (paths.length === 0)
    for (let part = yield* input.bytes(); part !== undefined; part = yield* input.bytes())
      if (text.length < MAX_TEXT) text = `${text}${part.toString()}`.slice(0, MAX_TEXT);
  const { output, error, code: result, steps = 0 } = run(text);
  for (let count = 0; count < steps; count += 1) yield {};
  yield { output, error };
  return code === 0 ? result : code;
}

/** Prints lines of the input as they come; what follows them is not read. */
function* firstLines(count: number, { input }: CommandContext): Generator<Step, ExitCode> {
  for (let printed = 0; printed < count; printed += 1) {
    const line = yield* input.line();
    if (line === undefined) break;
    yield { output: `${line}\n` };
  }
  return 0;
}

const isOption = (arg: string) => arg.startsWith('-') && arg !== '-';

function filesIn(args: readonly string[]): readonly string[] {
  return args.filter((arg, index) => !isOption(arg) && arg !== '-' && args[index - 1] !== '-n');
}

/** Lines without the end of the last. */
function linesOf(text: string): readonly string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

function joined(lines: readonly string[], code = 0): CommandResult {
  return { output: lines.map((line) => `${line}\n`).join(''), code };
}

/** N of `-n N`, `-nN` or `-N`. */
function countIn(args: readonly string[]): number {
  const at = args.indexOf('-n');
  const short = args.find((arg) => /^-n?\d+$/.test(arg));
  return Number(at >= 0 ? args[at + 1] : (short?.replace(/^-n?/, '') ?? 10)) || 0;
}

function grepFiles(args: readonly string[]): readonly string[] {
  return args.filter((arg) => !isOption(arg)).slice(args.includes('-e') ? 0 : 1);
}

function grep(args: readonly string[], text: string): CommandResult & { readonly steps?: number } {
  const options = args.filter(isOption).join('');
  const source = args.find((arg) => !isOption(arg)) ?? '';
  const literal = options.includes('F') ? source.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`) : source;
  try {
    if (literal.length > MAX_PATTERN) return { error: 'grep: the expression is too long\n', code: 2 };
    // RE2 matches in linear time.
    const pattern = RE2JS.compile(options.includes('i') ? `(?i)${literal}` : literal);
    const search = pattern.programSize() * text.length;
    if (search > MAX_SEARCH) return { error: 'grep: the text is too long\n', code: 2 };
    const steps = Math.floor(search / STEP_SEARCH);
    const found = linesOf(text).filter((line) => pattern.test(line) !== options.includes('v'));
    const code = found.length > 0 ? 0 : 1;
    if (options.includes('q')) return { code, steps };
    const result = options.includes('c') ? { output: `${found.length}\n`, code } : joined(found, code);
    return { ...result, steps };
  } catch {
    return { error: `grep: bad regex '${source}'\n`, code: 2 };
  }
}

function counted(args: readonly string[], text: string): CommandResult {
  const options = args.filter(isOption).join('');
  const counts = [
    ['l', text.split('\n').length - 1],
    ['w', text.split(/\s+/).filter(Boolean).length],
    ['c', Buffer.byteLength(text)],
  ] as const;
  const chosen = counts.filter(([name]) => options === '' || options.includes(name));
  return { output: `${chosen.map(([, count]) => count).join(' ')}\n`, code: 0 };
}

function sorted(args: readonly string[], text: string): CommandResult {
  const options = args.filter(isOption).join('');
  const lines = [...linesOf(text)];
  if (options.includes('n')) lines.sort((a, b) => (Number.parseFloat(a) || 0) - (Number.parseFloat(b) || 0));
  else lines.sort();
  if (options.includes('r')) lines.reverse();
  return options.includes('u') ? unique(lines) : joined(lines);
}

function unique(lines: readonly string[]): CommandResult {
  return joined(lines.filter((line, index) => line !== lines[index - 1]));
}

function cutFiles(args: readonly string[]): readonly string[] {
  return args.filter((arg, index) => !isOption(arg) && !/^-[df]$/.test(args[index - 1] ?? ''));
}

/** `cut -d: -f1`: one field of each line. */
function cut(args: readonly string[], text: string): CommandResult {
  const value = (flag: string) => {
    const at = args.findIndex((arg) => arg.startsWith(flag));
    return args[at] === flag ? args[at + 1] : args[at]?.slice(flag.length);
  };
  const [delimiter, field] = [value('-d') ?? '\t', Number(value('-f') ?? 1)];
  return joined(linesOf(text).map((line) => line.split(delimiter)[field - 1] ?? ''));
}

/** Most numbers of `seq`. */
const MAX_SEQUENCE = 10_000;

function sequence(args: readonly string[]): CommandResult {
  const [first, last] = args.length > 1 ? [Number(args[0]), Number(args[1])] : [1, Number(args[0])];
  const count = Math.min(MAX_SEQUENCE, Math.max(0, (last ?? 0) - (first ?? 0) + 1)) || 0;
  return joined(Array.from({ length: count }, (_, index) => String((first ?? 0) + index)));
}
