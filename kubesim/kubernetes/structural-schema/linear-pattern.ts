import { LRUCache } from 'lru-cache';
import { RE2JS } from 're2js';

/** A regular expression in RE2's syntax, which matches in linear time. */
export interface LinearPattern {
  /** Number of instructions; a match takes time in proportion to it and to the length of the text. */
  readonly size: number;
  /** Whether the expression matches anywhere in the text. */
  matches(text: string): boolean;
}

/** Maximum length of an expression. */
const MAX_LENGTH = 4096;

/** Instructions of all expressions that are kept, about 100 bytes each. */
const patterns = new LRUCache<string, LinearPattern>({
  maxSize: 200_000,
  sizeCalculation: ({ size }) => size,
});

/** Compiles an expression. Throws an Error with the reason if it is invalid. */
export function compilePattern(source: string): LinearPattern {
  const known = patterns.get(source);
  if (known) return known;
  if (source.length > MAX_LENGTH) throw new Error(`it is longer than ${MAX_LENGTH} characters`);
  const compiled = RE2JS.compile(source);
  const pattern = {
    size: Math.max(1, compiled.programSize()),
    matches: (text: string) => compiled.test(text),
  };
  patterns.set(source, pattern);
  return pattern;
}
