import type { FetchNode } from '@apollo/query-planner';
import { Kind, parse, print, stripIgnoredCharacters, visit } from 'graphql';
import type { PlaceholderFields } from './placeholder-fields.js';

/** Replaces placeholders in the operation of a fetch by the real fields, aliased to the placeholder names. */
export function restoreOperation(
  node: FetchNode,
  placeholders: PlaceholderFields,
): Pick<FetchNode, 'operation'> {
  if (placeholders.byName.size === 0) return { operation: node.operation };
  const document = parse(node.operation, { noLocation: true });
  const restored = visit(document, {
    Field: {
      leave: (field) => {
        const placeholder = placeholders.byName.get(field.name.value);
        if (!placeholder) return undefined;
        return {
          ...field,
          kind: Kind.FIELD,
          alias: field.alias ?? field.name,
          name: { kind: Kind.NAME, value: placeholder.field },
          arguments: placeholder.arguments,
        };
      },
    },
  });
  return restored === document
    ? { operation: node.operation }
    : { operation: stripIgnoredCharacters(print(restored)) };
}
