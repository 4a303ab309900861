import { GraphQLError } from 'graphql';
import { expect, test } from 'vitest';
import { withoutSuggestion } from '../../../../gateway/request/limits/suggestions.js';

test.each([
  ['Cannot query field "id".', 'Cannot query field "id".'],
  ['Cannot query field "ide". Did you mean "id" or "idle"?', 'Cannot query field "ide".'],
  ['Did you mean "id"?', ''],
])('shortens %j to %j', (message, expected) => {
  expect(withoutSuggestion(new GraphQLError(message)).message).toBe(expected);
});

test('processes a message with 200,000 spaces in linear time', { timeout: 5_000 }, () => {
  const message = `Int cannot represent "${' '.repeat(200_000)}"`;
  expect(withoutSuggestion(new GraphQLError(message)).message).toBe(message);
});
