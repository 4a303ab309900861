import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { parse } from 'graphql';

/** Typed documents on the test server's schema, as a code generator would make them. */
function typed<R, V>(text: string): TypedDocumentNode<R, V> {
  return parse(text) as TypedDocumentNode<R, V>;
}

type None = Record<string, never>;
interface Entries {
  readonly entries: { readonly cursor: string; readonly amount: number };
}

export const Total = typed<{ readonly total: number }, None>('query Total { total }');
export const Broken = typed<{ readonly broken: number | null; readonly total: number }, None>(
  'query { broken total }',
);
export const Misspelled = typed<{ readonly totally: number }, None>('query { totally }');
export const Add = typed<
  { readonly add: number },
  { readonly input: { amount: number; clientToken?: string } }
>('mutation Add($input: AddInput!) { add(input: $input) }');
export const EntriesAfter = typed<Entries, { readonly after?: string }>(
  'subscription Entries($after: String) { entries(after: $after) { cursor amount } }',
);
export const EntriesFromNow = typed<Entries, None>('subscription { entries { cursor amount } }');
export const Countdown = typed<{ readonly countdown: number }, { readonly from: number }>(
  'subscription Countdown($from: Int!) { countdown(from: $from) }',
);
export const MisspelledEvents = typed<Entries, None>('subscription { entry { cursor amount } }');
