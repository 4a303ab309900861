import { type ASTNode, type DocumentNode, GraphQLError, Source, parse, visit } from 'graphql';
import { AttachedValues } from '../../../kernel/attached-values.js';

/** The text of a document and, once an error has had to say so, where in it each node begins. */
interface Origin {
  readonly source: Source;
  places?: ReadonlyMap<ASTNode, number>;
}

const origins = new AttachedValues<DocumentNode, Origin>();

/**
 * Parses a document of which the nodes do not say where they stand: that takes more room than all that they do say, for
 * as long as the document is kept, and only errors need it. Throws as `parse` does.
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
  // The same text, so the same nodes in the same order.
  const located = nodesOf(parse(source));
  return new Map(nodesOf(document).map((node, index) => [node, located[index]?.loc?.start ?? 0]));
}

function nodesOf(document: DocumentNode): ASTNode[] {
  const nodes: ASTNode[] = [];
  visit(document, { enter: (node) => void nodes.push(node) });
  return nodes;
}
