import type { Environment } from '@marcbachmann/cel-js';
import { spend } from './running-budget.js';

/** The functions of strings that Kubernetes adds to those of CEL. */
export function registerStrings(environment: Environment): void {
  environment
    .registerFunction('string.charAt(int): string', (text: string, at: bigint) => {
      if (at < 0n || at > text.length) throw new Error(`index out of range: ${at}`);
      return text.charAt(Number(at));
    })
    .registerFunction('string.replace(string, string): string', (text: string, old: string, next: string) =>
      replace(text, old, { next, limit: text.length + 1 }),
    )
    .registerFunction(
      'string.replace(string, string, int): string',
      (text: string, old: string, next: string, limit: bigint) =>
        replace(text, old, { next, limit: limit < 0n ? text.length + 1 : Number(limit) }),
    )
    .registerFunction('string.reverse(): string', (text: string) => [...text].reverse().join(''))
    .registerFunction('string(google.protobuf.Timestamp): string', (time: Date) =>
      time.toISOString().replace('.000Z', 'Z'),
    )
    .registerFunction('string(google.protobuf.Duration): string', String);
}

function replace(
  text: string,
  old: string,
  { next, limit }: { readonly next: string; readonly limit: number },
): string {
  const parts = text.split(old);
  const count = Math.min(parts.length - 1, limit);
  spend((count * next.length) / 10);
  return (
    parts.slice(0, count + 1).join(next) +
    parts
      .slice(count + 1)
      .map((part) => old + part)
      .join('')
  );
}
