/**
 * Parses YAML in a worker thread: a mebibyte can be written so that parsing it takes many seconds. Imports only packages,
 * as every worker.
 */
import {
  Composer,
  type Document,
  isScalar,
  LineCounter,
  Parser,
  type ScalarTag,
  type Tags,
  visit,
} from 'yaml';

export interface YamlLimits {
  /** Maximum number of documents. */
  readonly documents: number;
  /** Maximum total length of the documents as JSON, aliases and merge keys resolved. */
  readonly characters: number;
}

/** Argument of the worker. */
export interface YamlTask {
  readonly text: string;
  readonly limits: YamlLimits;
  /** Whether a key that a map has twice is an error, or reported with the last value kept. Default: an error. */
  readonly duplicateKeys?: 'reject' | 'report' | undefined;
}

/** A key that a map has a second time. */
export interface DuplicateKey {
  readonly key: string;
  /** Line of the text, from 1. */
  readonly line: number;
}

/** A document as JSON, or why it could not be parsed. */
export type YamlDocument =
  { readonly json: string; readonly duplicateKeys?: readonly DuplicateKey[] } | { readonly error: string };

/** The documents, or the limit that they exceed. */
export type YamlOutcome =
  { readonly documents: readonly YamlDocument[] } | { readonly exceeded: keyof YamlLimits };

/** Maximum number of resolved aliases of a document, so that a few lines cannot become gigabytes. */
const MAX_ALIASES = 100;

/** Maximum number of duplicate keys of a document that are reported. */
const MAX_DUPLICATES = 100;

/** Parses YAML 1.1 as kubectl does: `0644` is octal, `yes` is true, dates are text. */
export function parseYaml({ text, limits, duplicateKeys = 'reject' }: YamlTask): YamlOutcome {
  const documents: YamlDocument[] = [];
  let characters = 0;
  const lines = duplicateKeys === 'report' ? new LineCounter() : undefined;
  const composer = new Composer({ version: '1.1', customTags: withoutTimes, prettyErrors: false });
  try {
    for (const document of composer.compose(new Parser(lines?.addNewLine).parse(text))) {
      if (documents.length >= limits.documents) return { exceeded: 'documents' };
      const parsed = parseDocument(document as Document.Parsed, lines);
      characters += 'json' in parsed ? parsed.json.length : 0;
      if (characters > limits.characters) return { exceeded: 'characters' };
      documents.push(parsed);
    }
  } catch (error) {
    documents.push({ error: messageOf(error) });
  }
  return { documents };
}

/** Reports duplicate keys if the lines are given. */
function parseDocument(document: Document.Parsed, lines: LineCounter | undefined): YamlDocument {
  const isReported = ({ code }: { readonly code: string }) => lines !== undefined && code === 'DUPLICATE_KEY';
  const error = document.errors.find((each) => !isReported(each));
  if (error) return { error: messageOf(error) };
  try {
    const json = JSON.stringify(document.toJS({ maxAliasCount: MAX_ALIASES }) ?? null);
    return lines ? { json, duplicateKeys: duplicateKeysOf(document, lines) } : { json };
  } catch (failure) {
    return { error: messageOf(failure) };
  }
}

function duplicateKeysOf(document: Document.Parsed, lines: LineCounter): DuplicateKey[] {
  const offsets = new Set(document.errors.slice(0, MAX_DUPLICATES).map(({ pos: [start] }) => start));
  const found: DuplicateKey[] = [];
  if (offsets.size === 0) return found;
  visit(document, {
    Pair(_index, { key }) {
      if (!isScalar(key) || !key.range || !offsets.has(key.range[0])) return;
      found.push({ key: String(key.value), line: lines.linePos(key.range[0]).line });
    },
  });
  return found;
}

/** The parser reports a stack overflow as an error of the document. */
function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.includes('call stack') ? 'The document is nested too deeply.' : message;
}

/** Removes timestamps and base-60 numbers (`12:30`), which kubectl parses as text. */
function withoutTimes(tags: Tags): Tags {
  return tags.filter((tag) => {
    const { tag: name, format } = (typeof tag === 'string' ? {} : tag) as Partial<ScalarTag>;
    return name !== 'tag:yaml.org,2002:timestamp' && format !== 'TIME';
  });
}
