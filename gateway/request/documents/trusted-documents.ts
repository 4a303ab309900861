import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';

/** The documents that may be executed, by id; the id of a document is also the SHA-256 of its text. */
export type TrustedDocuments = ReadonlyMap<string, string>;

/** Format of graphql-codegen's client preset: hash to document. */
const record = z.record(z.string(), z.string());
/** Format of Apollo's tools. */
const manifest = z.object({
  format: z.literal('apollo-persisted-query-manifest'),
  operations: z.array(z.object({ id: z.string().min(1), body: z.string() })),
});

/**
 * Reads a file of trusted documents, in Apollo's manifest format or as a JSON object from hash to document. Throws
 * when it cannot be read or is neither.
 */
export async function readTrustedDocuments(file: string): Promise<TrustedDocuments> {
  const read: unknown = JSON.parse(await readFile(file, 'utf8'));
  const parsed = z.union([manifest, record]).safeParse(read);
  if (!parsed.success) throw new Error(`${file} is not a list of trusted documents`);
  return trustedDocuments(entriesOf(parsed.data));
}

/** Creates trusted documents from pairs of id and text. */
export function trustedDocuments(entries: readonly (readonly [string, string])[]): TrustedDocuments {
  return new Map([...entries, ...entries.map(([, text]) => [documentHash(text), text] as const)]);
}

/** The hash that clients send in place of a document. */
export function documentHash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function entriesOf(data: z.infer<typeof manifest> | z.infer<typeof record>): (readonly [string, string])[] {
  const { operations } = data;
  return Array.isArray(operations)
    ? operations.map(({ id, body }) => [id, body] as const)
    : Object.entries(data as z.infer<typeof record>);
}
