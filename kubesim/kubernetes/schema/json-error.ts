/** What a text of JSON may continue with. */
type Expected = 'value' | 'value or ]' | 'key' | 'key or }' | ':' | ', or end' | 'nothing';

const LITERALS: Readonly<Record<string, string | undefined>> = { t: 'true', f: 'false', n: 'null' };
const END = 'unexpected end of JSON input';
const NUMBER = /-?(?:0|[1-9]\d*)?(?:(?<=\d)\.\d*)?(?:(?<=\d)[eE][+-]?\d*)?/y;

/** Why a text is no JSON, in the words of Go's parser; undefined if it is JSON. */
export function jsonError(text: string): string | undefined {
  return new Scanner(text).scan();
}

class Scanner {
  private at = 0;
  private expected: Expected = 'value';
  /** The brackets that are open. */
  private readonly open: string[] = [];

  constructor(private readonly text: string) {}

  scan(): string | undefined {
    for (;;) {
      while (' \t\r\n'.includes(this.peek() || 'x')) this.at += 1;
      if (this.at >= this.text.length) return this.expected === 'nothing' ? undefined : END;
      const error = this.step(this.peek());
      if (error !== undefined) return error;
    }
  }

  private peek(): string {
    return this.text[this.at] ?? '';
  }

  private step(char: string): string | undefined {
    if (this.expected === 'value' || (this.expected === 'value or ]' && char !== ']'))
      return this.value(char);
    if (this.expected.startsWith('key') && char !== '}') return this.key(char);
    if (this.expected === 'nothing') return this.invalid('after top-level value');
    return this.sign(char);
  }

  private value(char: string): string | undefined {
    if (char === '{' || char === '[') {
      this.open.push(char);
      return this.take(char === '{' ? 'key or }' : 'value or ]');
    }
    if (char === '"') return this.string(this.afterValue());
    if (/[-\d]/.test(char)) return this.number();
    const literal = LITERALS[char];
    return literal ? this.literal(literal) : this.invalid('looking for beginning of value');
  }

  private key(char: string): string | undefined {
    return char === '"' ? this.string(':') : this.invalid('looking for beginning of object key string');
  }

  /** A sign between values, or the end of an object or a list. */
  private sign(char: string): string | undefined {
    if (this.expected === ':') return char === ':' ? this.take('value') : this.invalid('after object key');
    const isObject = this.open.at(-1) === '{';
    const isEnd = char === (isObject ? '}' : ']');
    if (isEnd && this.expected !== 'key') {
      this.open.pop();
      return this.take(this.afterValue());
    }
    if (this.expected === 'key') return this.invalid('looking for beginning of object key string');
    if (char === ',') return this.take(isObject ? 'key' : 'value');
    return this.invalid(isObject ? 'after object key:value pair' : 'after array element');
  }

  private afterValue(): Expected {
    return this.open.length === 0 ? 'nothing' : ', or end';
  }

  private take(next: Expected): undefined {
    this.at += 1;
    this.expected = next;
  }

  private string(next: Expected): string | undefined {
    for (this.at += 1; this.at < this.text.length; this.at += 1) {
      if (this.peek() === '"') return this.take(next);
      if (this.peek() < ' ') return this.invalid('in string literal');
      const error = this.peek() === '\\' ? this.escape() : undefined;
      if (error !== undefined) return error;
    }
    return END;
  }

  private escape(): string | undefined {
    this.at += 1;
    if (this.peek() === '') return END;
    if (!'bfnrt\\/"u'.includes(this.peek())) return this.invalid('in string escape code');
    if (this.peek() !== 'u') return undefined;
    for (let digits = 0; digits < 4; digits += 1) {
      this.at += 1;
      if (this.peek() === '') return END;
      if (!/[\da-f]/i.test(this.peek())) return this.invalid('in \\u hexadecimal character escape');
    }
    return undefined;
  }

  private literal(literal: string): string | undefined {
    for (const expected of literal) {
      if (this.peek() === '') return END;
      if (this.peek() !== expected) return this.invalid(`in literal ${literal} (expecting '${expected}')`);
      this.at += 1;
    }
    this.expected = this.afterValue();
    return undefined;
  }

  private number(): string | undefined {
    NUMBER.lastIndex = this.at;
    const [found = ''] = NUMBER.exec(this.text) ?? [];
    this.at += found.length;
    this.expected = this.afterValue();
    if (/\d$/.test(found)) return undefined;
    if (this.peek() === '') return END;
    if (found === '-') return this.invalid('in numeric literal');
    const isFraction = found.endsWith('.');
    return this.invalid(
      isFraction ? 'after decimal point in numeric literal' : 'in exponent of numeric literal',
    );
  }

  private invalid(where: string): string {
    const [byte = 0] = Buffer.from(String.fromCodePoint(this.text.codePointAt(this.at) ?? 0));
    const char =
      byte === 39 ? "\\'" : byte === 34 ? '"' : JSON.stringify(String.fromCharCode(byte)).slice(1, -1);
    return `invalid character '${char}' ${where}`;
  }
}
