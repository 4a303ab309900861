/** An expression whose messages the library can parse: `Object.spec{replicas: 1}` has become `Object.spec[{"replicas": 1}]`. */
export interface RewrittenExpression {
  readonly text: string;
  /** The place in the expression as it was written. */
  originOf(place: number): number;
}

/** Strings, comments, names, and whatever else is one character. Each alternative matches in linear time. */
const TOKENS = new RegExp(
  [
    String.raw`(?<skipped>\s+|\/\/[^\n]*)`,
    String.raw`(?<text>[rRbB]?(?:"""(?:\\[^]|(?!""")[^\\])*(?:"""|\\?$)|'''(?:\\[^]|(?!''')[^\\])*(?:'''|\\?$)))`,
    String.raw`(?<line>[rRbB]?(?:"(?:\\.|[^"\\\n])*["\n\\]?|'(?:\\.|[^'\\\n])*['\n\\]?))`,
    String.raw`(?<name>[A-Za-z_]\w*(?:\s*\.\s*[A-Za-z_]\w*)*)`,
    '[^]',
  ].join('|'),
  'g',
);

/** Words before which a brace begins no message but a map: `1 in {1: 2}`. */
const KEYWORDS: ReadonlySet<string> = new Set(['in', 'true', 'false', 'null']);
const CLOSING: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

/**
 * Rewrites the messages of an expression, for which the library has no syntax. What is no message stays as it is, so
 * the library finds the errors of the expression.
 */
export function rewriteMessages(expression: string): RewrittenExpression {
  const rewriter = new Rewriter();
  for (const { 0: token, groups } of expression.matchAll(TOKENS)) rewriter.take(token, groups ?? {});
  return { text: rewriter.text, originOf: (place) => rewriter.originOf(place) };
}

interface Bracket {
  readonly closing: string;
  readonly isMessage: boolean;
}

class Rewriter {
  private readonly parts: string[] = [];
  private length = 0;
  /** Places in the rewritten text, and the characters that were added there. */
  private readonly additions: { readonly place: number; readonly count: number }[] = [];
  private readonly brackets: Bracket[] = [];
  /** The token before, without spaces and comments. */
  private previous = '';
  private isAfterName = false;
  /** Whether the field that comes next is set only if its value is present: `{?field: value}`. */
  private isOptional = false;

  get text(): string {
    return this.parts.join('');
  }

  originOf(place: number): number {
    const added = this.additions.filter((addition) => addition.place < place);
    return place - added.reduce((sum, { count }) => sum + count, 0);
  }

  take(token: string, { skipped, name }: Readonly<Record<string, string | undefined>>): void {
    if (skipped !== undefined) return this.copy(token);
    const isField = name !== undefined && this.isBeforeField();
    if (token === '?' && this.isBeforeField()) return this.takeMark();
    if (isField) this.addField(token);
    else this.takePlain(token);
    this.previous = token;
    this.isAfterName = name !== undefined && !KEYWORDS.has(name) && !isField;
  }

  private takeMark(): void {
    this.isOptional = true;
    this.add(-1, '');
  }

  private takePlain(token: string): void {
    const closing = CLOSING[token];
    if (closing !== undefined) {
      const isMessage = token === '{' && this.isAfterName;
      this.brackets.push({ closing, isMessage });
      return isMessage ? this.add(1, '[{') : this.copy(token);
    }
    const isClosed = this.brackets.at(-1)?.closing === token ? this.brackets.pop() : undefined;
    if (isClosed?.isMessage) this.add(1, '}]');
    else this.copy(token);
  }

  /** Whether the next name is that of a field of a message. */
  private isBeforeField(): boolean {
    return !!this.brackets.at(-1)?.isMessage && (this.previous === '{' || this.previous === ',');
  }

  /** Names of fields become texts: the library would refuse some as reserved. */
  private addField(name: string): void {
    const key = this.isOptional ? `?${name}` : name;
    this.isOptional = false;
    this.add(key.length + 2 - name.length, `"${key}"`);
  }

  private add(count: number, text: string): void {
    this.additions.push({ place: this.length, count });
    this.copy(text);
  }

  private copy(text: string): void {
    this.parts.push(text);
    this.length += text.length;
  }
}
