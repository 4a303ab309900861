import { expect, test } from 'vitest';
import { composeSupergraph } from '../../../gateway/supergraph/compose.js';
import { Hub } from '../fixtures/event-hub.js';
import { fixtureSubgraphs } from '../fixtures/subgraphs.js';

test('composes subgraphs to the same SDL in any order', () => {
  const subgraphs = fixtureSubgraphs(new Hub());
  const sdl = composeSupergraph(subgraphs);
  expect(composeSupergraph([...subgraphs].reverse())).toBe(sdl);
  expect(sdl).toContain('type ClusterEvent');
});

test('lists all composition errors', () => {
  const subgraphs = [
    { name: 'a', sdl: 'type Query { x: String thing: Thing } type Thing { id: ID! }' },
    { name: 'b', sdl: 'type Query { x: Int thing: Thing } type Thing { id: ID! }' },
  ];
  const message = errorOf(() => composeSupergraph(subgraphs));
  expect(message).toContain('the subgraphs do not compose:');
  expect(message).toMatch(/- FIELD_TYPE_MISMATCH: .*Query\.x/);
});

function errorOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return String(error);
  }
  return '';
}
