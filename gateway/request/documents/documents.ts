import { type DocumentNode, GraphQLError, type GraphQLSchema } from 'graphql';
import { LRUCache } from 'lru-cache';
import { checkDocument, checkSource } from '../limits/check.js';
import type { Limits } from '../limits/limits.js';
import { coded } from '../../errors/coded-error.js';
import { limitError } from '../limits/rule.js';
import { parseDocument, withLocations } from './parse-document.js';
import { validateDocument } from './validate-document.js';

/** Errors of an invalid document. */
export interface InvalidDocument {
  readonly errors: readonly GraphQLError[];
  readonly stage: 'parse' | 'limits' | 'validate';
}

/** A valid document, or its errors. */
export type CheckedDocument = { readonly document: DocumentNode } | InvalidDocument;

/**
 * Parses and validates documents, each text once. Caches up to 1 Mi characters of source; the parsed form is
 * about thirty-five times larger.
 */
export class Documents {
  private readonly cache = new LRUCache<string, CheckedDocument>({
    max: 2000,
    maxSize: 1024 * 1024,
    sizeCalculation: (_, source) => source.length + 1,
  });

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly limits: Limits,
  ) {}

  /** Cached result for a text. */
  find(source: string): CheckedDocument | undefined {
    return this.cache.get(source);
  }

  check(source: string): CheckedDocument {
    const cached = this.find(source);
    if (cached) return cached;
    const checked = this.parse(source);
    // Documents beyond limits are not cached: checking limits again is cheap.
    if (!('errors' in checked) || checked.stage === 'validate') this.cache.set(source, checked);
    return checked;
  }

  private parse(source: string): CheckedDocument {
    const tooLong = checkSource(source, this.limits);
    if (tooLong.length > 0) return { errors: tooLong, stage: 'limits' };
    try {
      return this.checkParsed(parseDocument(source, this.limits.tokens));
    } catch (error) {
      return this.unparsed(error);
    }
  }

  private checkParsed(document: DocumentNode): CheckedDocument {
    // Before validation, whose cost grows with the limited quantities.
    const limitErrors = checkDocument(document, this.limits);
    if (limitErrors.length > 0) return { errors: withLocations(limitErrors, document), stage: 'limits' };
    const invalid = validateDocument(this.schema, document);
    if (invalid.some(isGivenUp)) return { errors: [TOO_MANY_COMPARISONS], stage: 'validate' };
    if (invalid.length === 0) return { document };
    return { errors: withLocations(invalid.map(validationError), document), stage: 'validate' };
  }

  private unparsed(error: unknown): InvalidDocument {
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

/** Whether graphql-js stopped validation because too many fields had to be compared. */
function isGivenUp({ message }: GraphQLError): boolean {
  return message === 'Validation aborted.';
}

const TOO_MANY_COMPARISONS = coded(
  'LIMIT_EXCEEDED',
  'The document repeats the same fields or fragments too often for them to be compared. Select each once.',
  { limit: 'comparisons' },
);

function validationError({ message, nodes }: GraphQLError): GraphQLError {
  return new GraphQLError(message, { nodes, extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } });
}
