/** A command of a script, or a construct of commands. */
export type Script =
  | {
      readonly type: 'command';
      /** Words as written, with their quotes. */
      readonly words: readonly string[];
      readonly assignments: readonly (readonly [name: string, value: string])[];
      readonly redirections: readonly Redirection[];
    }
  | { readonly type: 'pipeline'; readonly scripts: readonly Script[] }
  | { readonly type: 'list'; readonly items: readonly ListItem[] }
  | { readonly type: 'loop'; readonly until: boolean; readonly condition: Script; readonly body: Script }
  | { readonly type: 'for'; readonly name: string; readonly words: readonly string[]; readonly body: Script }
  | {
      readonly type: 'if';
      readonly condition: Script;
      readonly then: Script;
      readonly otherwise: Script | undefined;
    };

/** A command of a list, and whether it runs: always, or by the success of the command before. */
interface ListItem {
  readonly script: Script;
  readonly when: ';' | '&&' | '||';
}

/** Sends an output, 1 or 2, to a file or to where another output goes: `> file`, `2>&1`. */
export interface Redirection {
  readonly output: number;
  readonly target: { readonly path: string; readonly append: boolean } | number;
}

/** Longest script in characters, and deepest nesting, that is simulated. */
const MAX_LENGTH = 10_000;
const MAX_DEPTH = 50;

/** Parses a shell script; undefined if it has syntax that is not simulated, e.g. background commands. */
export function parseScript(text: string): Script | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  try {
    const parser = new Parser(tokensOf(text));
    const script = parser.list([]);
    return parser.peek() === undefined ? script : undefined;
  } catch (error) {
    if (error instanceof UnsupportedSyntax) return undefined;
    throw error;
  }
}

class UnsupportedSyntax extends Error {}

const SPACE = /^[ \t]+|^\\\n/;
const COMMENT = /^#[^\n]*/;
const OPERATOR = /^(&&|\|\||;;|;|\n|[0-9]?>&[0-9]|[0-9]?>>|[0-9]?>|<|\||&|\(|\))/;
/** A word: quoted parts, escapes, `$(…)`, `$((…))` and other characters. */
const WORD = /^(?:'[^']*'|"(?:\\[\s\S]|[^"\\])*"|\\[\s\S]|\$\(\(.*?\)\)|\$\([^()]*\)|[^\s;&|<>()'"\\])+/;

function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  let rest = text;
  while (rest !== '') {
    const skipped = SPACE.exec(rest) ?? COMMENT.exec(rest);
    const [token] = skipped ?? OPERATOR.exec(rest) ?? WORD.exec(rest) ?? [];
    if (token === undefined) throw new UnsupportedSyntax();
    if (!skipped) tokens.push(token === '\n' ? ';' : token);
    rest = rest.slice(token.length);
  }
  return tokens;
}

const ASSIGNMENT = /^([A-Za-z_]\w*)=([\s\S]*)$/;
const OUTPUT = /^([0-9]?)(>>?)$/;
/** Sends one output to another, e.g. `2>&1`. */
const DUPLICATION = /^([0-9]?)>&([0-9])$/;
const SEPARATORS = new Set([';', '&&', '||']);
/** What ends a simple command. */
const ENDS = new Set([...SEPARATORS, '|']);
const UNSUPPORTED = new Set(['|', '&', '<', '(', ')', ';;', 'case', 'function', 'trap', 'exec']);

class Parser {
  private position = 0;
  private depth = 0;

  constructor(private readonly tokens: readonly string[]) {}

  peek(): string | undefined {
    return this.tokens[this.position];
  }

  /** Parses commands up to one of the words, which is not consumed. */
  list(end: readonly string[]): Script {
    const items: ListItem[] = [];
    let when: ListItem['when'] = ';';
    for (let token = this.peek(); token !== undefined && !end.includes(token); token = this.peek()) {
      if (SEPARATORS.has(token)) {
        when = token as ListItem['when'];
        this.position += 1;
        continue;
      }
      items.push({ script: this.command(token), when });
      when = ';';
    }
    return { type: 'list', items };
  }

  private command(token: string): Script {
    this.depth += 1;
    if (UNSUPPORTED.has(token) || this.depth > MAX_DEPTH) throw new UnsupportedSyntax();
    const scripts = [this.construct(token)];
    while (this.peek() === '|') {
      this.position += 1;
      const next = this.peek();
      if (next === undefined || UNSUPPORTED.has(next) || SEPARATORS.has(next)) throw new UnsupportedSyntax();
      scripts.push(this.construct(next));
    }
    this.depth -= 1;
    const [only] = scripts;
    return only && scripts.length === 1 ? only : { type: 'pipeline', scripts };
  }

  private construct(token: string): Script {
    if (token === 'while' || token === 'until') return this.loop();
    if (token === 'for') return this.forLoop();
    if (token === 'if') return this.conditional();
    if (token === '{') return this.between('{', '}');
    return this.simple();
  }

  private loop(): Script {
    const until = this.take() === 'until';
    const condition = this.list(['do']);
    return { type: 'loop', until, condition, body: this.between('do', 'done') };
  }

  private forLoop(): Script {
    this.take('for');
    const name = this.take();
    this.take('in');
    const words: string[] = [];
    while (this.peek() !== undefined && this.peek() !== ';' && this.peek() !== 'do') words.push(this.take());
    if (this.peek() === ';') this.take();
    return { type: 'for', name, words, body: this.between('do', 'done') };
  }

  /** Parses after `if` or `elif`. */
  private conditional(): Script {
    this.position += 1;
    const condition = this.list(['then']);
    this.take('then');
    const then = this.list(['elif', 'else', 'fi']);
    if (this.peek() === 'elif') return { type: 'if', condition, then, otherwise: this.conditional() };
    const otherwise = this.peek() === 'else' ? this.between('else', 'fi') : undefined;
    if (!otherwise) this.take('fi');
    return { type: 'if', condition, then, otherwise };
  }

  private between(start: string, end: string): Script {
    this.take(start);
    const script = this.list([end]);
    this.take(end);
    return script;
  }

  private simple(): Script {
    const words: string[] = [];
    const assignments: (readonly [string, string])[] = [];
    const redirections: Redirection[] = [];
    for (let token = this.peek(); token !== undefined && !ENDS.has(token); token = this.peek()) {
      this.take();
      const assignment = words.length === 0 ? ASSIGNMENT.exec(token) : null;
      const redirection = this.redirection(token);
      if (assignment) assignments.push([assignment[1] ?? '', assignment[2] ?? '']);
      else if (redirection) redirections.push(redirection);
      else words.push(token);
    }
    // `&&` in a condition would be parsed as the end of the command.
    if (words[0] === '[[' && words.at(-1) !== ']]') throw new UnsupportedSyntax();
    return { type: 'command', words, assignments, redirections };
  }

  private redirection(token: string): Redirection | undefined {
    const [duplication, from, to] = DUPLICATION.exec(token) ?? [];
    if (duplication !== undefined) return { output: Number(from || 1), target: Number(to) };
    const [redirection, descriptor, sign] = OUTPUT.exec(token) ?? [];
    if (redirection === undefined) return undefined;
    return { output: Number(descriptor || 1), target: { path: this.take(), append: sign === '>>' } };
  }

  private take(expected?: string): string {
    const token = this.peek();
    if (token === undefined || UNSUPPORTED.has(token) || token !== (expected ?? token))
      throw new UnsupportedSyntax();
    this.position += 1;
    return token;
  }
}
