import { expect, test } from 'vitest';
import { composeSupergraph } from '../../../gateway/supergraph/compose.js';
import { loadSupergraph } from '../../../gateway/planning/plannable-supergraph.js';

const link = (imports: string) =>
  `extend schema @link(url: "https://specs.apollo.dev/federation/v2.8", import: [${imports}])`;

test('rejects a progressive override for a percentage of requests', () => {
  const supergraph = (label: string) =>
    composeSupergraph([
      {
        name: 'old',
        sdl: `${link('"@key"')} type Query { post: Post } type Post @key(fields: "id") { id: ID! text: String }`,
      },
      {
        name: 'new',
        sdl: `${link('"@key", "@override"')}
          type Post @key(fields: "id") { id: ID! text: String @override(from: "old", label: "${label}") }`,
      },
    ]);
  expect(() => loadSupergraph(supergraph('percent(7.5)'))).toThrow(
    /^Post\.text is overridden under the label "percent\(7\.5\)"/,
  );
  expect(() => loadSupergraph(supergraph('ours'))).toThrow('compose it with percent(0), with percent(100)');
  expect(loadSupergraph(supergraph('percent(100)')).overrides).toEqual(new Map([['percent(100)', true]]));
});

test('rejects a supergraph with contexts', () => {
  const sdl = composeSupergraph([
    {
      name: 'shop',
      sdl: `${link('"@key", "@context", "@fromContext"')}
        type Query { user: User }
        type User @key(fields: "id") @context(name: "user") { id: ID! currency: String item: Item }
        type Item @key(fields: "id") { id: ID! price(in: String @fromContext(field: "$user { currency }")): Int }`,
    },
    {
      name: 'stock',
      sdl: `${link('"@key"')} type Item @key(fields: "id") { id: ID! stock: Int }`,
    },
  ]);
  expect(() => loadSupergraph(sdl)).toThrow('uses @context and @fromContext');
});
