import { expect, test } from 'vitest';
import { acceptedType } from '../../../../gateway/transport/http/media-type.js';

const JSON_TYPE = 'application/json; charset=utf-8';
const GRAPHQL = 'application/graphql-response+json; charset=utf-8';

test.each([
  [undefined, JSON_TYPE],
  ['*/*', JSON_TYPE],
  ['application/json', JSON_TYPE],
  ['application/graphql-response+json', GRAPHQL],
  ['application/graphql-response+json, application/json', GRAPHQL],
  ['application/json, application/graphql-response+json', JSON_TYPE],
  ['text/html, */*', JSON_TYPE],
  ['application/*', JSON_TYPE],
  ['text/html', undefined],
  ['application/json;q=0.5, */*;q=0.1', undefined],
])('Accept: %s', (accept, expected) => {
  expect(acceptedType(accept)).toBe(expected);
});
