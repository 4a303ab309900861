import { expect, test } from 'vitest';
import { parsedIndexes } from '../../kubesim/kubernetes/controllers/job-indexes.js';

test('reads runs of indexes below the number of completions', () => {
  expect(parsedIndexes('0-2,4,7-9', 9)).toEqual([0, 1, 2, 4, 7, 8]);
  expect(parsedIndexes(undefined, 9)).toEqual([]);
});

test('reads at most 100,000 indexes of a text that a client wrote', () => {
  expect(parsedIndexes('0-2000000000,0-2000000000', 2_000_000_000)).toHaveLength(100_000);
});
