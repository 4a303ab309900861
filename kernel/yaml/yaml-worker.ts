/**
 * Parses YAML in a worker thread: a mebibyte can be written so that parsing it takes many seconds. Imports only packages,
 * as every worker.
 */
import { Composer, type Document, Parser, type ScalarTag, type Tags } from 'yaml';

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
}

/** A document as JSON, or why it could not be parsed. */
export type YamlDocument = { readonly json: string } | { readonly error: string };

/** The documents, or the limit that they exceed. */
export type YamlOutcome =
  { readonly documents: readonly YamlDocument[] } | { readonly exceeded: keyof YamlLimits };

/** Maximum number of resolved aliases of a document, so that a few lines cannot become gigabytes. */
const MAX_ALIASES = 100;

/** Parses YAML 1.1 as kubectl does: `0644` is octal, `yes` is true, dates are text. */
export function parseYaml({ text, limits }: YamlTask): YamlOutcome {
  const documents: YamlDocument[] = [];
  let characters = 0;
  const composer = new Composer({ version: '1.1', customTags: withoutTimes, prettyErrors: false });
  try {
    for (const document of composer.compose(new Parser().parse(text))) {
      if (documents.length >= limits.documents) return { exceeded: 'documents' };
      const parsed = parseDocument(document as Document.Parsed);
      characters += 'json' in parsed ? parsed.json.length : 0;
      if (characters > limits.characters) return { exceeded: 'characters' };
      documents.push(parsed);
    }
  } catch (error) {
    documents.push({ error: messageOf(error) });
  }
  return { documents };
}

function parseDocument(document: Document.Parsed): YamlDocument {
  const [error] = document.errors;
  if (error) return { error: messageOf(error) };
  try {
    return { json: JSON.stringify(document.toJS({ maxAliasCount: MAX_ALIASES }) ?? null) };
  } catch (failure) {
    return { error: messageOf(failure) };
  }
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
