import { timestamp } from '../../kubernetes/kinds/object.js';
import type { Command, CommandContext, CommandResult } from './command.js';
import { MAX_TEXT, writeFile } from './files.js';
import type { StandardInput } from './input.js';
import type { ExitCode, Step } from './step.js';
import { tar } from './tar.js';
import { textCommands } from './text-commands.js';

/** The commands that are simulated. */
const COMMANDS: Readonly<Record<string, Command | undefined>> = {
  true: () => ({ code: 0 }),
  ':': () => ({ code: 0 }),
  false: () => ({ code: 1 }),
  echo,
  printf: ([format = '', ...args]) => ({ output: formatted(format, args), code: 0 }),
  sleep: ([time = '']) => (/^inf/.test(time) ? {} : { seconds: secondsOf(time), code: 0 }),
  cat,
  env: (_args, { env }) => ({
    output: [...env].map(([name, value]) => `${name}=${value}\n`).join(''),
    code: 0,
  }),
  printenv,
  date: (args, { now }) => ({ output: `${dateText(args, now)}\n`, code: 0 }),
  hostname: (_args, context) => ({ output: `${context.hostname}\n`, code: 0 }),
  touch: (paths, { files }) => {
    for (const path of paths) if (!files.has(path)) writeFile(files, path, '');
    return { code: 0 };
  },
  rm: (args, { files }) => {
    for (const path of args)
      for (const name of [...files.keys()])
        if (name === path || name.startsWith(`${path}/`)) files.delete(name);
    return { code: 0 };
  },
  mv: (args, context) => copy(args, context, true),
  cp: (args, context) => copy(args, context, false),
  dd,
  mkdir: () => ({ code: 0 }),
  chmod: () => ({ code: 0 }),
  set: () => ({ code: 0 }),
  cd: () => ({ code: 0 }),
  pwd: () => ({ output: '/\n', code: 0 }),
  ls: list,
  test: (args, context) => ({ code: isTrue(args, context) ? 0 : 1 }),
  '[': bracketTest,
  '[[': bracketTest,
  expr: (args) => calculated(args),
  tail: (args, context) => (args.includes('-f') ? {} : tail(args, context)),
  tee,
  tar,
  ...textCommands,
};

/** The command by its name or path, e.g. `/bin/echo`; undefined if it is not simulated. */
export function commandOf(name: string): Command | undefined {
  const base = name.slice(name.lastIndexOf('/') + 1);
  return Object.hasOwn(COMMANDS, base) ? COMMANDS[base] : undefined;
}

/** Runs a command in steps. */
export function* runCommand(
  command: Command,
  args: readonly string[],
  context: CommandContext,
): Generator<Step, ExitCode> {
  const result = command(args, context);
  if ('next' in result) return yield* result;
  const { output, error, seconds, code } = result;
  if (output !== undefined || error !== undefined) yield { output, error };
  if (seconds !== undefined) yield { seconds };
  return code;
}

/** `[ … ]`: a test whose last argument is the closing bracket. */
function bracketTest(args: readonly string[], context: CommandContext): CommandResult {
  return { code: isTrue(args.slice(0, -1), context) ? 0 : 1 };
}

function echo(args: readonly string[]): CommandResult {
  const flags = args.findIndex((arg) => !/^-[neE]+$/.test(arg));
  const options = args.slice(0, flags < 0 ? args.length : flags).join('');
  const text = (flags < 0 ? [] : args.slice(flags)).join(' ');
  const output = options.includes('e') ? unescaped(text) : text;
  return { output: options.includes('n') ? output : `${output}\n`, code: 0 };
}

function formatted(format: string, args: readonly string[]): string {
  const rest = [...args];
  return unescaped(format).replaceAll(/%[sd%]/g, (sign) => (sign === '%%' ? '%' : (rest.shift() ?? '')));
}

function unescaped(text: string): string {
  return text.replaceAll(/\\(n|t|\\)/g, (_all, sign) => ({ n: '\n', t: '\t' })[String(sign)] ?? '\\');
}

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

function secondsOf(time: string): number {
  const [, number = '0', unit = 's'] = /^([\d.]+)([smhd]?)$/.exec(time) ?? [];
  return Number(number) * (UNITS[unit] ?? 1);
}

function cat(paths: readonly string[], { files, input }: CommandContext): ReturnType<Command> {
  if (paths.length === 0 || paths[0] === '-') return copied(input, () => undefined);
  const texts = paths.map((path) => files.get(path));
  const missing = paths.filter((path) => !files.has(path));
  return {
    output: texts.map((text) => text ?? '').join(''),
    ...(missing.length > 0 && {
      error: missing.map((path) => `cat: ${path}: No such file or directory\n`).join(''),
    }),
    code: missing.length > 0 ? 1 : 0,
  };
}

/** Prints the input as it comes. */
function* copied(input: StandardInput, onText: (text: string) => void): Generator<Step, ExitCode> {
  for (;;) {
    const output = yield* input.bytes();
    if (output === undefined) return 0;
    onText(output.toString());
    yield { output };
  }
}

function tee(paths: readonly string[], { files, input }: CommandContext): ReturnType<Command> {
  const targets = paths.filter((path) => !path.startsWith('-'));
  if (!paths.includes('-a')) for (const path of targets) writeFile(files, path, '');
  return copied(input, (text) => {
    for (const path of targets) writeFile(files, path, `${files.get(path) ?? ''}${text}`);
  });
}

/** The end of a file: `tail -c +N` or the last lines. */
function tail(args: readonly string[], { files }: CommandContext): CommandResult {
  const text = files.get(args.at(-1) ?? '');
  if (text === undefined) return { code: 0 };
  const lines = text.split('\n');
  return { output: lines.slice(-11).join('\n'), code: 0 };
}

function printenv(names: readonly string[], { env }: CommandContext): CommandResult {
  if (names.length === 0)
    return { output: [...env].map(([name, value]) => `${name}=${value}\n`).join(''), code: 0 };
  const values = names.flatMap((name) => env.get(name) ?? []);
  return {
    output: values.map((value) => `${value}\n`).join(''),
    code: values.length === names.length ? 0 : 1,
  };
}

function dateText(args: readonly string[], now: Date): string {
  const format = args.find((arg) => arg.startsWith('+'));
  if (format === '+%s') return String(Math.floor(now.getTime() / 1000));
  if (format !== undefined || args.some((arg) => arg.startsWith('-I'))) return timestamp(now);
  const [day = '', date = '', month = '', year = '', time = ''] = now
    .toUTCString()
    .replace(',', '')
    .split(' ');
  return `${day} ${month} ${date.replace(/^0/, ' ')} ${time} UTC ${year}`;
}

/** `mv` and `cp` of files to a file or a folder. */
function copy(args: readonly string[], { files }: CommandContext, removes: boolean): CommandResult {
  const name = removes ? 'mv' : 'cp';
  const paths = args.filter((arg) => !arg.startsWith('-'));
  const target = paths.pop();
  if (target === undefined || paths.length === 0)
    return { error: `${name}: missing file operand\n`, code: 1 };
  const missing = paths.filter((path) => !files.has(path));
  const copies = paths.flatMap((path) => copyFile(files, path, { target, removes }) ?? []);
  const isVerbose = args.some((arg) => /^-\w*v/.test(arg));
  const problem = `can't ${removes ? 'rename' : 'stat'}`;
  return {
    output: isVerbose ? copies.map(([from, to]) => `'${from}' -> '${to}'\n`).join('') : '',
    error: missing.map((path) => `${name}: ${problem} '${path}': No such file or directory\n`).join(''),
    code: missing.length === 0 ? 0 : 1,
  };
}

function copyFile(
  files: Map<string, string>,
  from: string,
  { target, removes }: { readonly target: string; readonly removes: boolean },
): (readonly [from: string, to: string])[] | undefined {
  const text = files.get(from);
  if (text === undefined) return undefined;
  const base = from.slice(from.lastIndexOf('/') + 1);
  const to = isFolder(target, files) ? `${target.replace(/\/$/, '')}/${base}` : target;
  writeFile(files, to, text);
  if (removes && to !== from) files.delete(from);
  return [[from, to]];
}

/** Folders are those of files, and some that images have. */
function isFolder(path: string, files: ReadonlyMap<string, string>): boolean {
  if (path.endsWith('/') || ['/tmp', '/root', '/home', '/opt', '/srv'].includes(path)) return true;
  return [...files.keys()].some((name) => name.startsWith(`${path}/`));
}

/** `dd` of a file, or of zeros, to a file. */
function dd(args: readonly string[], { files }: CommandContext): CommandResult {
  const value = (name: string) => args.find((arg) => arg.startsWith(`${name}=`))?.slice(name.length + 1);
  const size = Math.min(MAX_TEXT, Number(value('bs') ?? 512) * Number(value('count') ?? 1));
  const target = value('of');
  const from = value('if') ?? '';
  const text = from === '/dev/zero' ? '\0'.repeat(size || 0) : files.get(from)?.slice(0, size || 0);
  if (text === undefined) return { error: `dd: can't open '${from}': No such file or directory\n`, code: 1 };
  if (target === undefined) return { output: text, code: 0 };
  writeFile(files, target, text);
  return { code: 0 };
}

function list(args: readonly string[], { files }: CommandContext): CommandResult {
  const path = (args.find((arg) => !arg.startsWith('-')) ?? '').replace(/\/$/, '');
  if (files.has(path)) return { output: `${path}\n`, code: 0 };
  const below = [...files.keys()].filter((name) => name.startsWith(`${path}/`));
  const names = [...new Set(below.map((name) => name.slice(path.length + 1).split('/')[0]))].sort();
  if (names.length === 0 && path !== '')
    return { error: `ls: ${path}: No such file or directory\n`, code: 1 };
  return { output: names.map((name) => `${name}\n`).join(''), code: 0 };
}

function isTrue([first = '', operator, second = '']: readonly string[], { files }: CommandContext): boolean {
  if (first === '!') return operator !== '-f' || !files.has(second);
  if (operator === undefined) return first !== '';
  if (/^-[fesr]$/.test(first)) return files.has(operator);
  if (first === '-d')
    return [...files.keys()].some((name) => name.startsWith(`${operator.replace(/\/$/, '')}/`));
  if (first === '-z') return operator === '';
  if (first === '-n') return operator !== '';
  return compare(first, operator, second);
}

function compare(a: string, operator: string, b: string): boolean {
  const order = Number(a) - Number(b);
  const results: Readonly<Record<string, boolean>> = {
    '=': a === b,
    '==': a === b,
    '!=': a !== b,
    '-eq': order === 0,
    '-ne': order !== 0,
    '-lt': order < 0,
    '-le': order <= 0,
    '-gt': order > 0,
    '-ge': order >= 0,
  };
  return results[operator] ?? false;
}

const EXPRESSIONS: Readonly<Record<string, ((a: number, b: number) => number) | undefined>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => Math.trunc(a / b),
  '%': (a, b) => a % b,
};

/** `expr A OPERATOR B` for integers; it ends with 1 if the result is 0. */
function calculated([first = '', operator = '', second = '']: readonly string[]): CommandResult {
  const result = EXPRESSIONS[operator]?.(Number(first), Number(second));
  if (result === undefined || !Number.isInteger(result)) return { output: 'expr: syntax error\n', code: 2 };
  return { output: `${result}\n`, code: result === 0 ? 1 : 0 };
}
