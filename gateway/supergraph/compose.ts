import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';

/** A subgraph as composition sees it. */
export interface ComposedSubgraph {
  readonly name: string;
  /** Federation 2 SDL. */
  readonly sdl: string;
  /** Written into the supergraph; addresses given to the gateway go first. Default `http://<name>.subgraph/graphql`. */
  readonly url?: string;
}

/**
 * Composes subgraphs into supergraph SDL. The same subgraphs in any order give the same text. Throws one error that
 * lists everything that does not fit.
 */
export function composeSupergraph(subgraphs: readonly ComposedSubgraph[]): string {
  const sorted = [...subgraphs].sort((a, b) => (a.name < b.name ? -1 : 1));
  const result = composeServices(
    sorted.map(({ name, sdl, url }) => ({
      name,
      url: url ?? `http://${name}.subgraph/graphql`,
      typeDefs: parse(sdl, { noLocation: true }),
    })),
  );
  if (!result.errors) return `${result.supergraphSdl.trimEnd()}\n`;
  const lines = result.errors.map(
    (error) => `- ${String(error.extensions['code'] ?? 'ERROR')}: ${error.message}`,
  );
  throw new Error(`the subgraphs do not compose:\n${lines.join('\n')}`);
}
