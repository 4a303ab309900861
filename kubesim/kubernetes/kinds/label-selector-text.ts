import { labelValue, qualifiedName } from './formats.js';
import type { Requirement } from './object.js';
import { isInteger } from './selector.js';

/** Words and signs of a selector; a word ends before a sign or space. */
const TOKEN = /[ \t\r\n]*(?:(==|!=|[=!(),<>])|([^=!(),<> \t\r\n]+))/y;
const OPERATORS = ['in', 'notin', '=', '==', '!=', 'gt', 'lt'];

interface Token {
  /** The sign, or `in` or `notin` where an operator is expected; `word`; empty at the end. */
  readonly sign: string;
  readonly text: string;
}

const END: Token = { sign: '', text: '' };

/**
 * Parses a `labelSelector` parameter as API servers do: `app=web,tier in (a,b),!canary,size>3`. Throws an Error in their words
 * if it is malformed.
 */
export function parseLabelSelector(text: string): Requirement[] {
  return new Parser(tokensOf(text)).parse();
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(text); match; match = TOKEN.exec(text)) {
    const [, sign, word = ''] = match;
    tokens.push(sign === undefined ? { sign: 'word', text: word } : { sign, text: sign });
  }
  return tokens;
}

class Parser {
  private position = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  parse(): Requirement[] {
    const requirements: Requirement[] = [];
    for (;;) {
      const { sign, text } = this.peek();
      if (sign === '') return requirements;
      if (!beginsRequirement(sign))
        throw new Error(`found '${text}', expected: !, identifier, or 'end of string'`);
      requirements.push(this.named(() => this.requirement()));
      const after = this.next();
      if (after.sign === '') return requirements;
      if (after.sign !== ',') throw new Error(`found '${after.text}', expected: ',' or 'end of string'`);
      const following = this.peek();
      if (!beginsRequirement(following.sign))
        throw new Error(`found '${following.text}', expected: identifier after ','`);
    }
  }

  private named<T>(parse: () => T): T {
    try {
      return parse();
    } catch (error) {
      throw new Error(`unable to parse requirement: ${(error as Error).message}`, { cause: error });
    }
  }

  private requirement(): Requirement {
    const first = this.next();
    const negated = first.sign === '!';
    const { sign, text: key } = negated ? this.next() : first;
    if (sign !== 'word') throw new Error(`found '${key}', expected: identifier`);
    check([problemOf('<nil>', key, qualifiedName(key))]);
    const following = this.peek().sign;
    if (negated || following === '' || following === ',')
      return { key, operator: negated ? 'DoesNotExist' : 'Exists' };
    return checked(this.comparison(key));
  }

  private comparison(key: string): Requirement {
    const { sign, text } = this.next();
    const operator = sign === 'word' ? text : sign;
    switch (operator) {
      case 'in':
        return { key, operator: 'In', values: this.list() };
      case 'notin':
        return { key, operator: 'NotIn', values: this.list() };
      case '=':
      case '==':
        return { key, operator: 'In', values: [this.value()] };
      case '!=':
        return { key, operator: 'NotIn', values: [this.value()] };
      case '>':
        return { key, operator: 'Gt', values: [this.value()] };
      case '<':
        return { key, operator: 'Lt', values: [this.value()] };
      default:
        throw new Error(`found '${text}', expected: ${OPERATORS.join(', ')}`);
    }
  }

  private value(): string {
    const { sign } = this.peek();
    if (sign === '' || sign === ',') return '';
    const { sign: found, text } = this.next();
    if (found !== 'word') throw new Error(`found '${text}', expected: identifier`);
    return text;
  }

  /** Values in parentheses, of which each may be empty. */
  private list(): string[] {
    const open = this.next();
    if (open.sign !== '(') throw new Error(`found '${open.text}' expected: '('`);
    const first = this.peek();
    if (!['word', ',', ')'].includes(first.sign))
      throw new Error(`found '${first.text}', expected: ',', ')' or identifier`);
    const values = new Set<string>();
    for (;;) {
      values.add(this.peek().sign === 'word' ? this.next().text : '');
      const { sign, text } = this.next();
      if (sign === ')') return [...values].sort();
      if (sign !== ',') throw new Error(`found '${text}', expected: ',' or ')'`);
      const { sign: following, text: wrong } = this.peek();
      if (!['word', ',', ')'].includes(following))
        throw new Error(`found '${wrong}', expected: ',', or identifier`);
    }
  }

  private peek(): Token {
    return this.tokens[this.position] ?? END;
  }

  private next(): Token {
    const token = this.peek();
    this.position += 1;
    return token;
  }
}

function beginsRequirement(sign: string): boolean {
  return sign === 'word' || sign === '!';
}

function checked(requirement: Requirement): Requirement {
  const { operator, values = [] } = requirement;
  const numbers = operator === 'Gt' || operator === 'Lt' ? values : [];
  check([
    ...numbers.map((value, index) => problemOf(`values[${index}]`, value, integerProblems(value))),
    ...values.map((value, index) =>
      problemOf(`values[${index}][${requirement.key}]`, value, labelValue(value)),
    ),
  ]);
  return requirement;
}

function integerProblems(value: string): string[] {
  return isInteger(value) ? [] : ["for 'Gt', 'Lt' operators, the value must be an integer"];
}

function problemOf(field: string, value: string, problems: readonly string[]): string | undefined {
  return problems.length === 0
    ? undefined
    : `${field}: Invalid value: ${JSON.stringify(value)}: ${problems.join('; ')}`;
}

function check(problems: readonly (string | undefined)[]): void {
  const found = problems.filter((problem) => problem !== undefined);
  if (found.length > 0) throw new Error(found.length === 1 ? found[0] : `[${found.join(', ')}]`);
}
