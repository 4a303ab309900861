import { readFileSync } from 'node:fs';
import { buildSchema, getNamedType, type GraphQLNamedType, isInputObjectType, isObjectType } from 'graphql';
import { expect, test } from 'vitest';

const schema = buildSchema(readFileSync('client/schema.graphql', 'utf8'));
const everyType = Object.values(schema.getTypeMap());

/** What a name stands for: a type or, of fields of the parents, their types. */
function typesOf(name: string, parents: readonly GraphQLNamedType[]): readonly GraphQLNamedType[] {
  const type = parents === everyType ? schema.getType(name) : undefined;
  if (type) return [type];
  return parents.flatMap((parent) => {
    const field = isObjectType(parent) || isInputObjectType(parent) ? parent.getFields()[name] : undefined;
    return field ? [getNamedType(field.type)] : [];
  });
}

/** Names of a snippet such as `Cluster.sla { target met }` that are not in the schema. */
function unknownNames(snippet: string): string[] {
  const outer: (readonly GraphQLNamedType[])[] = [];
  let parents: readonly GraphQLNamedType[] = everyType;
  let types = parents;
  return (snippet.replaceAll(/\([^)]*\)/g, '').match(/\w+|[.{}]/g) ?? []).filter((token) => {
    if (token === '{') outer.push(parents);
    if (token === '{' || token === '.') parents = types;
    else if (token === '}') parents = outer.pop() ?? everyType;
    else return (types = typesOf(token, parents)).length === 0;
    return false;
  });
}

test('capabilities name fields of the schema', () => {
  const { rows } = JSON.parse(readFileSync('docs/capabilities.json', 'utf8')) as {
    readonly rows: Readonly<Record<string, { readonly works?: string }>>;
  };
  const wrong = Object.entries(rows).flatMap(([row, { works = '' }]) =>
    Array.from(works.matchAll(/`([^`]+)`/g), ([, snippet = '']) => snippet)
      .filter((snippet) => /^\w+(\([^)]*\))?(\.| \{)[\w\s.{}(),:]+$/.test(snippet))
      .flatMap((snippet) => unknownNames(snippet).map((name) => `${row}: ${name} of ${snippet}`)),
  );
  expect(wrong).toEqual([]);
});
