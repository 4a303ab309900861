import type { Environment } from '@marcbachmann/cel-js';
import { RE2JS } from 're2js';
import { spend } from './running-budget.js';

/** The name under which `matches` runs by the semantics of RE2; the library's own one would be JavaScript's. */
export const MATCHES = 'matchesRe2';

/** The most compiled patterns that are kept. */
const MAX_PATTERNS = 200;
const patterns = new Map<string, RE2JS>();

function compiled(pattern: string): RE2JS {
  const known = patterns.get(pattern);
  if (known) return known;
  const regex = RE2JS.compile(pattern);
  if (patterns.size >= MAX_PATTERNS) patterns.clear();
  patterns.set(pattern, regex);
  return regex;
}

/** The pattern, at the cost of a match: the product of both lengths. */
function patternFor(text: string, pattern: string): RE2JS {
  spend(1 + (text.length * pattern.length) / 40 + pattern.length);
  return compiled(pattern);
}

/** `matches`, `find` and `findAll`, in a time that is linear in the text. */
export function registerRegex(environment: Environment): void {
  environment
    .registerFunction(`string.${MATCHES}(string): bool`, (text: string, pattern: string) =>
      patternFor(text, pattern).matcher(text).find(),
    )
    .registerFunction(
      'string.find(string): string',
      (text: string, pattern: string) => findAll(text, pattern, 1)[0] ?? '',
    )
    .registerFunction('string.findAll(string): list<string>', (text: string, pattern: string) =>
      findAll(text, pattern, text.length + 1),
    )
    .registerFunction(
      'string.findAll(string, int): list<string>',
      (text: string, pattern: string, limit: bigint) =>
        findAll(text, pattern, limit < 0n ? text.length + 1 : Number(limit)),
    );
}

function findAll(text: string, pattern: string, limit: number): string[] {
  const matcher = patternFor(text, pattern).matcher(text);
  const found: string[] = [];
  while (found.length < limit && matcher.find()) found.push(matcher.group() ?? '');
  return found;
}
