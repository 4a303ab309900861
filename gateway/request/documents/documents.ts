import { type DocumentNode, GraphQLError, type GraphQLSchema } from 'graphql';
import { LRUCache } from 'lru-cache';
import { checkDocument, checkSource } from '../limits/check.js';
import type { Limits } from '../limits/limits.js';
import { coded } from '../../errors/coded-error.js';
import { limitError } from '../limits/rule.js';
import { parseDocument, withLocations } from './parse-document.js';
import { validateDocument } from './validate-document.js';

/** Why a document may not be executed. */
interface RefusedDocument {
  readonly errors: readonly GraphQLError[];
  readonly stage: 'parse' | 'limits' | 'validate';
}

/** A document that may be executed, or why it may not. */
export type CheckedDocument = { readonly document: DocumentNode } | RefusedDocument;

/** Parses and checks documents; each text once. Keeps up to 1 Mi characters of source: what it is parsed to is some thirty-five times larger. */
export class Documents {
  private readonly known = new LRUCache<string, CheckedDocument>({
    max: 2000,
    maxSize: 1024 * 1024,
    sizeCalculation: (_, source) => source.length + 1,
  });

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly limits: Limits,
  ) {}

  /** What is known of a text that has been looked at before. */
  find(source: string): CheckedDocument | undefined {
    return this.known.get(source);
  }

  check(source: string): CheckedDocument {
    const known = this.find(source);
    if (known) return known;
    const checked = this.parse(source);
    // Limits are cheap to check again; what breaks them is not worth keeping.
    if (!('errors' in checked) || checked.stage === 'validate') this.known.set(source, checked);
    return checked;
  }

  private parse(source: string): CheckedDocument {
    const tooLong = checkSource(source, this.limits);
    if (tooLong.length > 0) return { errors: tooLong, stage: 'limits' };
    try {
      return this.checkParsed(parseDocument(source, this.limits.tokens), source);
    } catch (error) {
      return this.unparsed(error);
    }
  }

  private checkParsed(document: DocumentNode, source: string): CheckedDocument {
    // Before validation, whose cost grows with what the limits bound.
    const beyond = checkDocument(document, this.limits);
    if (beyond.length > 0) return { errors: withLocations(beyond, document), stage: 'limits' };
    const invalid = validateDocument(this.schema, document, source);
    if (invalid.some(isGivenUp)) return { errors: [TOO_MANY_COMPARISONS], stage: 'validate' };
    if (invalid.length === 0) return { document };
    return { errors: withLocations(invalid.map(validationError), document), stage: 'validate' };
  }

  private unparsed(error: unknown): RefusedDocument {
    if (!(error instanceof GraphQLError)) throw error;
    const { tokens } = this.limits;
    if (error.message.includes('tokens. Parsing aborted')) {
      return {
        errors: [limitError(`A document may have ${tokens} tokens.`, 'tokens', tokens)],
        stage: 'limits',
      };
    }
    const { source, positions } = error;
    const coded = new GraphQLError(error.message, {
      source,
      positions,
      extensions: { code: 'GRAPHQL_PARSE_FAILED' },
    });
    return { errors: [coded], stage: 'parse' };
  }
}

/** What graphql-js says, and no more, when comparing fields of the same name with one another grows beyond its bounds. */
function isGivenUp({ message }: GraphQLError): boolean {
  return message === 'Validation aborted.';
}

const TOO_MANY_COMPARISONS = coded(
  'LIMIT_EXCEEDED',
  'The document repeats the same fields or fragments too often for them to be compared. Ask for each once.',
  { limit: 'comparisons' },
);

function validationError({ message, nodes }: GraphQLError): GraphQLError {
  return new GraphQLError(message, { nodes, extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } });
}
