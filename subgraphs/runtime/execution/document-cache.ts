import {
  type DocumentNode,
  type FieldNode,
  type GraphQLError,
  type GraphQLNamedType,
  type GraphQLSchema,
  TypeInfo,
  ValuesOfCorrectTypeRule,
  getNamedType,
  isEnumType,
  isScalarType,
  isSpecifiedScalarType,
  parse,
  validate,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { literalFault } from './input-texts.js';
import { toLocatedError } from './results.js';

/** An executable document, or its errors. */
export type PreparedDocument =
  | {
      readonly document: DocumentNode;
      /** Whether the resolved data can be serialized without conversion. */
      readonly isPlain: boolean;
    }
  | { readonly errors: readonly GraphQLError[] };

/**
 * Caches the parsed documents of the gateway's planner. Only their literal values are validated: the gateway does not
 * know which values this subgraph's scalars accept, and has validated everything else.
 */
export class DocumentCache {
  private readonly documents = new LRUCache<string, PreparedDocument>({
    max: 2000,
    maxSize: 1024 * 1024,
    sizeCalculation: (_, query) => query.length + 1,
  });

  constructor(private readonly schema: GraphQLSchema) {}

  /** Returns the parsed document; parses and validates it on first use. */
  prepare(query: string): PreparedDocument {
    const cached = this.documents.get(query);
    if (cached) return cached;
    const prepared = this.parse(query);
    this.documents.set(query, prepared);
    return prepared;
  }

  private parse(query: string): PreparedDocument {
    try {
      const document = parse(query, { noLocation: true });
      const errors = validate(this.schema, document, [ValuesOfCorrectTypeRule]);
      const fault = literalFault(this.schema, document);
      if (fault) return { errors: [fault] };
      return errors.length > 0 ? { errors } : { document, isPlain: isPlain(this.schema, document) };
    } catch (error) {
      return { errors: [toLocatedError(error)] };
    }
  }
}

/**
 * Whether all leaves of the data are enums or scalars of the GraphQL specification: strings, numbers and booleans.
 * Values of other scalars may be shared objects.
 */
function isPlain(schema: GraphQLSchema, document: DocumentNode): boolean {
  const types = new TypeInfo(schema);
  let plain = true;
  const check = ({ alias, selectionSet }: FieldNode) => {
    const type = types.getType();
    // graphql-js assigns to `__proto__`, which sets the prototype; the compiled query does not.
    if (alias?.value === '__proto__') plain = false;
    if (!selectionSet && !isPlainLeaf(type && getNamedType(type))) plain = false;
  };
  visit(document, visitWithTypeInfo(types, { Field: check }));
  return plain;
}

function isPlainLeaf(type: GraphQLNamedType | null | undefined): boolean {
  return isEnumType(type) || (isScalarType(type) && isSpecifiedScalarType(type));
}
