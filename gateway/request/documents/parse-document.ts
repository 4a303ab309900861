import { type ASTNode, type DocumentNode, GraphQLError, Source, parse, visit } from 'graphql';
import { AttachedValues } from '../../../kernel/attached-values.js';

/** The text of a document and, computed on the first error, the location of each node. */
interface Origin {
  readonly source: Source;
  places?: ReadonlyMap<ASTNode, number>;
}

const origins = new AttachedValues<DocumentNode, Origin>();

/**
 * Parses a document without locations, which would take more memory than the rest of the cached document and
 * are needed only for errors. Throws like `parse`.
 */
export function parseDocument(text: string, maxTokens: number): DocumentNode {
  const document = parse(text, { maxTokens, noLocation: true });
  origins.set(document, { source: new Source(text) });
  return document;
}

/** Errors about nodes of the document, with the line and column of each. */
export function withLocations(errors: readonly GraphQLError[], document: DocumentNode): GraphQLError[] {
  const origin = origins.get(document);
  if (!origin) return [...errors];
  return errors.map((error) => {
    const { message, nodes, path, originalError, extensions } = error;
    if (!nodes || error.locations) return error;
    const places = (origin.places ??= placesOf(document, origin.source));
    const positions = nodes.flatMap((node) => places.get(node) ?? []);
    if (positions.length === 0) return error;
    return new GraphQLError(message, { source: origin.source, positions, path, originalError, extensions });
  });
}

function placesOf(document: DocumentNode, source: Source): Map<ASTNode, number> {
  // Parsing the same text gives the same nodes in the same order.
  const located = nodesOf(parse(source));
  return new Map(nodesOf(document).map((node, index) => [node, located[index]?.loc?.start ?? 0]));
}

function nodesOf(document: DocumentNode): ASTNode[] {
  const nodes: ASTNode[] = [];
  visit(document, { enter: (node) => void nodes.push(node) });
  return nodes;
}
