import type { CommandContext, CommandResult } from './command.js';
import { commandOf, runCommand } from './commands.js';
import { expandWord, MAX_TEXT, type Values } from './expand.js';
import { writeFile } from './files.js';
import { parseScript, type Redirection, type Script } from './parse.js';
import { StandardInput } from './input.js';
import { runPipeline } from './pipeline.js';
import type { ExitCode, Step } from './step.js';

/** State of a shell: variables, files and the simulated seconds since its start. */
export interface ShellState extends Pick<CommandContext, 'files' | 'hostname' | 'input'> {
  readonly env: Map<string, string>;
  readonly startedAt: Date;
  elapsed: number;
}

/** Most steps of the commands in `$(…)` that are not counted yet: the next command takes as many more. */
const MAX_STEPS = 1_000;
/** Most characters of the words of a command. */
const MAX_WORDS = 4 * MAX_TEXT;
/** Characters that a step reads; a command with more of them takes more steps. */
const STEP_TEXT = 4 * 1024;
/** Exit code of a command with too many arguments. */
const TOO_LONG = 126;

function limited(text: string): string {
  return text.slice(0, MAX_TEXT);
}

/** Ends the script: by `exit`, or because a command runs until it is stopped. */
class ScriptEnd extends Error {
  constructor(readonly code: ExitCode) {
    super('end of the script');
  }
}

/** Ends the innermost loop: by `break`. */
class LoopEnd extends Error {}

/** What a command does that is not simulated. */
export type UnknownCommand = (name: string) => CommandResult;

/** Runs a script in steps. `unknown` decides on commands that are not simulated. */
export function* runScript(
  script: Script,
  state: ShellState,
  unknown: UnknownCommand,
): Generator<Step, ExitCode> {
  try {
    return yield* new Shell(state, unknown).run(script);
  } catch (error) {
    if (error instanceof ScriptEnd) return error.code;
    // `break` without a loop does nothing.
    if (error instanceof LoopEnd) return 0;
    throw error;
  }
}

/** An output, a file, or nothing (0). */
type Target = 0 | 1 | 2 | { readonly file: string };
/** Targets of the outputs 1 and 2. */
type Outputs = readonly [0, Target, Target];

/** Runs the lines of the standard input, each as a script. `prompt` is printed before each. */
export function* runLines(
  state: ShellState,
  unknown: UnknownCommand,
  prompt: string | undefined,
): Generator<Step, ExitCode> {
  const shell = new Shell(state, unknown);
  let code = 0;
  for (;;) {
    if (prompt !== undefined) yield { error: prompt };
    const line = yield* state.input.line();
    if (line === undefined) return code;
    const script = parseScript(line);
    if (!script) {
      yield { error: 'sh: this syntax is not simulated\n' };
      code = 2;
      continue;
    }
    try {
      code = yield* shell.run(script);
    } catch (error) {
      if (error instanceof ScriptEnd) return error.code;
      if (!(error instanceof LoopEnd)) throw error;
    }
  }
}

class Shell implements Values {
  private code = 0;
  /** Steps of commands in `$(…)`, which have run at once. */
  private uncounted = 0;

  constructor(
    private readonly state: ShellState,
    private readonly unknown: UnknownCommand,
  ) {}

  variable(name: string): string {
    return name === '?' ? String(this.code) : (this.state.env.get(name) ?? '');
  }

  output(command: string): string {
    const script = this.uncounted < MAX_STEPS ? parseScript(command) : undefined;
    if (!script) return '';
    let text = '';
    for (const { output } of runScript(script, this.state, this.unknown)) {
      text += output?.toString() ?? '';
      if ((this.uncounted += 1) > MAX_STEPS || text.length > MAX_TEXT) break;
    }
    return limited(text).trimEnd();
  }

  *run(script: Script): Generator<Step, number> {
    switch (script.type) {
      case 'command':
        return (this.code = yield* this.command(script));
      case 'pipeline':
        return (this.code = yield* this.pipeline(script));
      case 'list':
        return yield* this.list(script);
      case 'if':
        return yield* this.branch(script);
      case 'loop':
        return yield* this.repeat(script);
      case 'for':
        return yield* this.each(script);
    }
  }

  /** Runs commands side by side, each with variables of its own. */
  private *pipeline({ scripts }: Extract<Script, { type: 'pipeline' }>): Generator<Step, number> {
    const stages = scripts.map((script, index) => {
      const input = index === 0 ? this.state.input : new StandardInput();
      const state = { ...this.state, env: new Map(this.state.env), input };
      return { input, steps: runScript(script, state, this.unknown) };
    });
    const steps = runPipeline(stages);
    for (;;) {
      const { done, value } = steps.next();
      if (!done) {
        this.state.elapsed += value.seconds ?? 0;
        yield value;
      } else if (value === undefined) throw new ScriptEnd(undefined);
      else return value;
    }
  }

  private *list({ items }: Extract<Script, { type: 'list' }>): Generator<Step, number> {
    for (const { script, when } of items)
      if (when === ';' || (when === '&&') === (this.code === 0)) yield* this.run(script);
    return this.code;
  }

  private *branch(script: Extract<Script, { type: 'if' }>): Generator<Step, number> {
    const holds = (yield* this.run(script.condition)) === 0;
    const branch = holds ? script.then : script.otherwise;
    return branch ? yield* this.run(branch) : (this.code = 0);
  }

  private *repeat(loop: Extract<Script, { type: 'loop' }>): Generator<Step, number> {
    try {
      while (((yield* this.run(loop.condition)) === 0) !== loop.until) yield* this.run(loop.body);
    } catch (error) {
      if (!(error instanceof LoopEnd)) throw error;
    }
    return (this.code = 0);
  }

  private *each({ name, words, body }: Extract<Script, { type: 'for' }>): Generator<Step, number> {
    const values = this.expandAll(words, 0).words.flatMap((word) => word.split(/\s+/).filter(Boolean));
    try {
      for (const value of values) {
        this.state.env.set(name, value);
        yield* this.run(body);
      }
    } catch (error) {
      if (!(error instanceof LoopEnd)) throw error;
    }
    return this.code;
  }

  private *command(command: Extract<Script, { type: 'command' }>): Generator<Step, number> {
    const expanded = this.expand(command);
    for (let size = expanded.size; size >= 0; size -= STEP_TEXT) yield {};
    for (; this.uncounted > 0; this.uncounted -= 1) yield {};
    const [name, ...args] = expanded.words;
    if (expanded.size > MAX_WORDS) {
      yield { error: `sh: ${name ?? ''}: Argument list too long\n` };
      return TOO_LONG;
    }
    if (name === undefined) return 0;
    if (name === 'read') return yield* this.readInto(args);
    return (
      this.builtin(name, args) ?? (yield* this.program(name, args, this.outputsOf(command.redirections)))
    );
  }

  /** Sets the variables of a command and expands its words, until they have more than MAX_WORDS characters together. */
  private expand({ assignments, words: source }: Extract<Script, { type: 'command' }>) {
    let size = 0;
    for (const [name, value] of assignments) {
      if (size > MAX_WORDS) break;
      const text = limited(expandWord(value, this));
      size += text.length;
      this.state.env.set(name, text);
    }
    return this.expandAll(source, size);
  }

  private expandAll(source: readonly string[], sizeBefore: number) {
    const words: string[] = [];
    let size = sizeBefore;
    for (const word of source) {
      if (size > MAX_WORDS) break;
      const text = expandWord(word, this);
      size += text.length;
      words.push(text);
    }
    return { words, size };
  }

  /** Runs a command that changes the shell; undefined for other commands. */
  private builtin(name: string, args: readonly string[]): number | undefined {
    if (name === 'exit') throw new ScriptEnd(Number(args[0] ?? this.code));
    if (name === 'break') throw new LoopEnd();
    return name === 'export' ? this.export(args) : undefined;
  }

  /** `read NAME`: the next line of the input; fails at its end. */
  private *readInto(args: readonly string[]): Generator<Step, number> {
    const { input, env } = this.state;
    const line = yield* input.line();
    env.set(args.findLast((arg) => !arg.startsWith('-')) ?? 'REPLY', limited(line?.trim() ?? ''));
    return line === undefined ? 1 : 0;
  }

  private *program(name: string, args: readonly string[], outputs: Outputs): Generator<Step, number> {
    const { env, files, hostname, input, startedAt, elapsed } = this.state;
    const now = new Date(startedAt.getTime() + elapsed * 1000);
    const command = commandOf(name) ?? (() => this.unknown(name));
    const steps = runCommand(command, args, { env, files, hostname, input, now });
    for (;;) {
      const { done, value } = steps.next();
      if (!done) yield* this.redirected(value, outputs);
      else if (value === undefined) throw new ScriptEnd(undefined);
      else return value;
    }
  }

  /** A step of a command, with its outputs to where they are redirected. */
  private *redirected(step: Step, outputs: Outputs): Generator<Step, void> {
    for (const [number, name] of [
      [1, 'output'],
      [2, 'error'],
    ] as const) {
      const text = step[name];
      const target = outputs[number];
      if (text === undefined || text === '') continue;
      if (target === 1) yield { output: text };
      else if (target === 2) yield { error: text.toString() };
      else if (target) this.append(target, text.toString());
    }
    this.state.elapsed += step.seconds ?? 0;
    if (step.seconds !== undefined || step.waits) yield { seconds: step.seconds, waits: step.waits };
  }

  /** Where the outputs of a command go; a file that is not appended to becomes empty. */
  private outputsOf(redirections: readonly Redirection[]): Outputs {
    const outputs: [0, Target, Target] = [0, 1, 2];
    for (const { output, target } of redirections) {
      if (output !== 1 && output !== 2) continue;
      outputs[output] = typeof target === 'number' ? (outputs[target as 1 | 2] ?? 0) : this.fileOf(target);
    }
    return outputs;
  }

  private fileOf({ path, append }: { readonly path: string; readonly append: boolean }): Target {
    const file = expandWord(path, this);
    if (file === '/dev/null') return 0;
    if (file === '/dev/stdout' || file === '/dev/stderr') return file === '/dev/stdout' ? 1 : 2;
    if (!append || !this.state.files.has(file)) writeFile(this.state.files, file, '');
    return { file };
  }

  private export(args: readonly string[]): number {
    for (const arg of args) {
      const sign = arg.indexOf('=');
      if (sign > 0) this.state.env.set(arg.slice(0, sign), arg.slice(sign + 1));
    }
    return 0;
  }

  private append({ file }: { readonly file: string }, text: string): void {
    writeFile(this.state.files, file, `${this.state.files.get(file) ?? ''}${text}`);
  }
}
