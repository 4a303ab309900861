/**
 * Reads YAML, in this thread or as a worker of its own: a mebibyte can be written so that reading it takes many
 * seconds, which nobody else may have to wait for. As a worker it is loaded by itself, so it imports only packages.
 */
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { Composer, type Document, Parser, type ScalarTag, type Tags } from 'yaml';

export interface ReadLimits {
  /** Documents at the most. */
  readonly documents: number;
  /** Characters of the documents as JSON together, aliases resolved. */
  readonly characters: number;
}

/** A document as JSON, or why it could not be read. */
export type ReadDocument = { readonly json: string } | { readonly error: string };

/** Every document, or that there is more than the limits allow. */
export type ReadOutcome =
  { readonly documents: readonly ReadDocument[] } | { readonly exceeded: keyof ReadLimits };

/** What a worker is given. */
export interface ReadTask {
  readonly manifest: string;
  readonly limits: ReadLimits;
}

/** Aliases that a document may resolve to, so that a few lines cannot become gigabytes. */
const MAX_ALIASES = 100;

/** Reads YAML 1.1 as kubectl does: `0644` is octal, `yes` is true, dates are text. */
export function readDocuments({ manifest, limits }: ReadTask): ReadOutcome {
  const documents: ReadDocument[] = [];
  let characters = 0;
  const composer = new Composer({ version: '1.1', customTags: withoutTimes, prettyErrors: false });
  try {
    for (const document of composer.compose(new Parser().parse(manifest))) {
      if (documents.length >= limits.documents) return { exceeded: 'documents' };
      const read = readDocument(document as Document.Parsed);
      characters += 'json' in read ? read.json.length : 0;
      if (characters > limits.characters) return { exceeded: 'characters' };
      documents.push(read);
    }
  } catch (error) {
    documents.push({ error: messageOf(error) });
  }
  return { documents };
}

function readDocument(document: Document.Parsed): ReadDocument {
  const [error] = document.errors;
  if (error) return { error: messageOf(error) };
  try {
    return { json: JSON.stringify(document.toJS({ maxAliasCount: MAX_ALIASES }) ?? null) };
  } catch (failure) {
    return { error: messageOf(failure) };
  }
}

/** The parser reports what overflowed its stack among its errors. */
function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.includes('call stack') ? 'It is nested too deeply.' : message;
}

/** kubectl leaves dates and `12:30` as text. */
function withoutTimes(tags: Tags): Tags {
  return tags.filter((tag) => {
    const { tag: name, format } = (typeof tag === 'string' ? {} : tag) as Partial<ScalarTag>;
    return name !== 'tag:yaml.org,2002:timestamp' && format !== 'TIME';
  });
}

const task = workerData as Partial<ReadTask> | null;
if (!isMainThread && typeof task?.manifest === 'string' && task.limits) {
  parentPort?.postMessage(readDocuments({ manifest: task.manifest, limits: task.limits }));
}
