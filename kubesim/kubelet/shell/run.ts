import { type CommandContext, commandOf } from './commands.js';
import { expandWord, type Values } from './expand.js';
import { parseScript, type Script } from './parse.js';

/** What a running program does next: it prints, or lets time pass. A step without either only counts. */
export interface Step {
  readonly output?: string;
  readonly seconds?: number;
}

/** The exit code of a program; undefined if it runs until it is stopped. */
export type ExitCode = number | undefined;

/** State of a shell: variables, files and the simulated seconds since its start. */
export interface ShellState extends Pick<CommandContext, 'files' | 'hostname'> {
  readonly env: Map<string, string>;
  readonly startedAt: Date;
  elapsed: number;
}

/** Most steps of a command in `$(…)`, and longest text of a variable or file. */
const MAX_STEPS = 1_000;
const MAX_TEXT = 64 * 1024;

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

/** Runs a script in steps. `unknown` decides on commands that are not simulated. */
export function* runScript(
  script: Script,
  state: ShellState,
  unknown: () => { readonly seconds?: number; readonly code?: number },
): Generator<Step, ExitCode> {
  try {
    return yield* new Shell(state, unknown).run(script);
  } catch (error) {
    if (error instanceof ScriptEnd) return error.code;
    throw error;
  }
}

class Shell implements Values {
  private code = 0;

  constructor(
    private readonly state: ShellState,
    private readonly unknown: () => { readonly seconds?: number; readonly code?: number },
  ) {}

  variable(name: string): string {
    return name === '?' ? String(this.code) : (this.state.env.get(name) ?? '');
  }

  output(command: string): string {
    const script = parseScript(command);
    if (!script) return '';
    let text = '';
    let steps = 0;
    for (const { output } of runScript(script, this.state, this.unknown)) {
      text += output ?? '';
      if ((steps += 1) > MAX_STEPS) break;
    }
    return limited(text).trimEnd();
  }

  *run(script: Script): Generator<Step, number> {
    switch (script.type) {
      case 'command':
        return (this.code = yield* this.command(script));
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
    const values = words.flatMap((word) => expandWord(word, this).split(/\s+/).filter(Boolean));
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
    for (const [name, value] of command.assignments)
      this.state.env.set(name, limited(expandWord(value, this)));
    const [name, ...args] = command.words.map((word) => expandWord(word, this));
    yield {};
    if (name === undefined) return 0;
    return this.builtin(name, args) ?? (yield* this.program(name, args, command.output));
  }

  /** Runs a command that changes the shell; undefined for other commands. */
  private builtin(name: string, args: readonly string[]): number | undefined {
    if (name === 'exit') throw new ScriptEnd(Number(args[0] ?? this.code));
    if (name === 'break') throw new LoopEnd();
    return name === 'export' ? this.export(args) : undefined;
  }

  private *program(
    name: string,
    args: readonly string[],
    target: Extract<Script, { type: 'command' }>['output'],
  ): Generator<Step, number> {
    const { output = '', seconds, code } = this.call(name, args);
    if (target) this.write(target, output);
    else if (output !== '') yield { output };
    if (seconds !== undefined) {
      this.state.elapsed += seconds;
      yield { seconds };
    }
    if (code === undefined) throw new ScriptEnd(undefined);
    return code;
  }

  private call(name: string, args: readonly string[]): ReturnType<NonNullable<ReturnType<typeof commandOf>>> {
    const { env, files, hostname, startedAt, elapsed } = this.state;
    const now = new Date(startedAt.getTime() + elapsed * 1000);
    return commandOf(name)?.(args, { env, files, hostname, now }) ?? this.unknown();
  }

  private export(args: readonly string[]): number {
    for (const arg of args) {
      const sign = arg.indexOf('=');
      if (sign > 0) this.state.env.set(arg.slice(0, sign), arg.slice(sign + 1));
    }
    return 0;
  }

  private write(target: { readonly path: string; readonly append: boolean }, text: string): void {
    const path = expandWord(target.path, this);
    if (path === '/dev/null') return;
    this.state.files.set(path, limited(target.append ? `${this.state.files.get(path) ?? ''}${text}` : text));
  }
}
